"""Who can be reached is one number, wherever it is told."""

import re
from datetime import UTC, timedelta
from typing import Any

from tests.api.test_manage import Caller

from omniloom import api, messaging, profiles, segments
from omniloom.access import Role, create_token
from omniloom.core.event import Event, encode
from omniloom.messaging import voice
from omniloom.profiles import Preference, save_preference
from omniloom.store.sql import parse_state
from omniloom.worker import loop

from .conftest import Site

AGREED, CLOSED, PAUSED, SILENT = 5, 2, 1, 3
CLOSE = parse_state(
    "t", "insert into messaging_suppression (channel, address, reason, evidence, created_at)"
    " values ('email', :address, 'bounced', '', 1)",
)  # fmt: skip


def test_the_overview_the_consents_a_segment_and_the_api_tell_one_number(site: Site) -> None:
    stores, now = site.platform.stores, site.platform.now()
    addresses = [f"reach-{n}@example.test" for n in range(AGREED + CLOSED + PAUSED + SILENT)]
    stores.log.append([
        encode(Event(
            source_id="s", message_id=f"reach-{n}", type="identify", occurred_at=now, received_at=now,
            identifiers={"email": address}, traits={"reach_page": "yes"},
        ))
        for n, address in enumerate(addresses)
    ])  # fmt: skip
    loop.catch_up(site.platform, None, loop.KNOWING)
    people = [
        profiles.search(stores, address, home_region="RU", rows_max=1)[0].person_id for address in addresses
    ]  # fmt: skip
    for person in people[:-SILENT]:
        word = voice.Word(channel="email", is_given=True, method="till", wording="I agree to letters")
        voice.take_consent(stores, person, word, by="a", now=now, ids=site.platform.ids)
    with stores.state.write() as tx:
        for address in addresses[:CLOSED]:
            tx.run(CLOSE, address=address)
        save_preference(tx, people[CLOSED], Preference(paused_until=now + timedelta(days=9)), now=now)
    made = segments.create(
        stores, name="Reach page", definition={"trait": "reach_page", "is": "yes"}, now=now, ids=site.platform.ids
    )
    segments.refresh(stores, made.segment_id, now=now)

    loop.catch_up(site.platform)  # the worker counts; pages show what it counted

    in_segment = shown(site, f"/segments/{made.segment_id}")
    assert in_segment[in_segment.index("Reachable by E-mail") + 1] == str(AGREED)
    everybody = next(one for one in messaging.reach.reach_map(stores, now=now) if one.channel == "email")
    overview, consents = shown(site, "/"), shown(site, "/consents")
    row = overview[overview.index("Reachable customers") :]
    count = messaging.reach_count.latest(stores)
    assert count is not None
    counted = f"{count.counted_at.astimezone(UTC):%H:%M}"
    assert row[1].startswith("Counted")
    assert row[1].endswith(counted)
    assert any("Counted" in text and counted in text for text in consents)
    assert row[row.index("E-mail") + 1 :][:2] == [str(everybody.addressed), str(everybody.reachable)]
    row = consents[consents.index("Got a message") :]
    assert row[row.index("E-mail") + 1] == str(everybody.reachable)
    assert {one["channel"]: one["reachable"] for one in reachability(site)}["email"] == everybody.reachable


def shown(site: Site, path: str) -> list[str]:
    """The texts of a page, in order."""
    return re.findall(r'"text":"([^"]*)"', site.get(path, role="owner").text)


def reachability(site: Site) -> list[dict[str, Any]]:
    """What the API tells, and so the terminal."""
    token = create_token(site.platform.stores, name="reach", role=Role.OWNER, now=site.platform.now())
    answer = Caller(api.build(site.platform)).get(
        "/api/v1/reachability", headers={"authorization": f"Bearer {token}"}
    )  # fmt: skip
    found: list[dict[str, Any]] = answer.json()["channels"]
    return found
