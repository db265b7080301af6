"""What older versions wrote under who was one person then is its address's owner's after the migration."""

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.engines import EMBEDDED, chosen

from omniloom.store.engines.sqlite_state import SqliteState
from omniloom.store.migrate import folder, migrate
from omniloom.store.sql import parse_state

THIS = "messaging_owner_state.sql"
ANNA, BORIS, VERA = 1, 2, 3  # Boris is part of Anna; Vera was, and is not any more
PEOPLE = """
insert into identity_person (person_id, root_id, created_at, version) values (1, 1, 0, 0), (2, 1, 0, 0), (3, 3, 0, 0);
insert into identity_identifier (kind, value, person_id, first_seen_at, last_seen_at) values
    ('email', 'anna@x.test', 1, 0, 0), ('email', 'boris@x.test', 2, 0, 0), ('email', 'vera@x.test', 3, 0, 0),
    ('phone', '+79160000002', 2, 0, 0), ('phone', '+79160000009', 2, 0, 0), ('card', '4006381333931', 2, 0, 0);
update identity_identifier set shared_position = 7 where value = '+79160000009';
"""
SENT = {
    "to Anna": ("email", "anna@x.test", ANNA), "to Boris": ("email", "boris@x.test", BORIS),
    "to his phone": ("sms", "+79160000002", BORIS), "to Vera": ("email", "vera@x.test", ANNA),
    "to a line of many": ("sms", "+79160000009", ANNA), "to nobody known": ("email", "gone@x.test", ANNA),
}  # fmt: skip
_SEND = parse_state(
    "t",
    "insert into messaging_send (send_id, campaign_id, person_id, state, reason, channel, context, fence, claimed_by,"
    " leased_until, not_before, created_at, updated_at)"
    " values (:send_id, :send_id, 1, 'accepted', '', :channel, '{}', 1, '', 0, 0, 0, 0)",
)
_ATTEMPT = parse_state(
    "t",
    "insert into messaging_attempt (send_key, send_id, campaign_id, person_id, channel, address, state, reason,"
    " provider_id, tries, fence, intent_at, reported)"
    " values (:send_id, :send_id, :send_id, 1, :channel, :address, 'accepted', '', '', 1, 1, 0, 1)",
)
_RECOGNITION = parse_state(
    "t",
    "insert into messaging_recognition (request_id, way, state, channel, kind, value, person_id, send_id, anonymous_id,"
    " browser, tries, place, benefit, language, ip, user_agent, requested_at, expires_at, proved_at)"
    " values ('r1', 'card', 'proved', '', 'card', '4006381333931', 1, '', '', '', 0, '', 'tea', '', '', '', 0, 0, 0)",
)

pytestmark = pytest.mark.skipif(chosen() != EMBEDDED, reason="one engine shows what the statements say")


def before(tmp_path: Path) -> Path:
    source = tmp_path / "migrations"
    source.mkdir()
    this = next(folder().glob(f"*_{THIS}"))
    for path in folder().glob("[0-9]*.sql"):
        if path.name[:10] < this.name[:10]:
            shutil.copy(path, source)
    return source


def test_older_messages_are_their_addresses_owners(tmp_path: Path) -> None:
    with closing(SqliteState(tmp_path / "state.db")) as store:
        source = before(tmp_path)
        migrate(store, "state", source)
        store.execute_script(PEOPLE)
        with store.write() as tx:
            for send_id, (channel, address, _) in SENT.items():
                row: dict[str, Any] = {"send_id": send_id, "channel": channel, "address": address}
                tx.run(_SEND, send_id=send_id, channel=channel)
                tx.run(_ATTEMPT, **row)
            tx.run(_SEND, send_id="planned", channel="")
            tx.run(_RECOGNITION)
        migrate(store, "state")
        asked = "select send_id, person_id from messaging_{} order by send_id"
        with store.read() as tx:
            attempts = dict(tx.tuples(parse_state("t", asked.format("attempt"))))
            sends = dict(tx.tuples(parse_state("t", asked.format("send"))))
            planned = tx.tuples(parse_state("t", "select distinct planned_id from messaging_send"))
            proved = tx.tuples(parse_state("t", "select person_id from messaging_recognition"))
    assert attempts == {send_id: owner for send_id, (_, _, owner) in SENT.items()}
    assert sends == attempts | {"planned": ANNA}
    assert planned == [(ANNA,)]
    assert proved == [(BORIS,)]
