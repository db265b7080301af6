"""Setting webhooks up: secrets sealed and shown once, nothing enabled without one, replays known."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from omniloom import collect
from omniloom.collect import webhooks
from omniloom.collect.webhooks import Draft, Options, Posted, Shown
from omniloom.core.errors import Conflict, Denied, Invalid, Misconfigured, Missing
from omniloom.core.ids import Ids
from omniloom.store import Stores, query

KEY = b"k" * 32
STANDARD = """
proof: {kind: standard}
events:
  - event:
      name: Robot Vacuumed
      identifiers: {user_id: owner}
"""
TOKEN = "proof: {kind: token, places: [query t]}"
BOMB = "\n".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}' if i else 'x'] * 9)}]" for i in range(9))
Make = Callable[..., Shown]


@pytest.fixture
def make(stores: Stores, now: datetime, ids: Ids) -> Make:
    return lambda name="Till 1", connector="till", **words: webhooks.create(
        stores, Draft(name, connector, **words), key=KEY, now=now, ids=ids
    )


def receive(stores: Stores, hook_id: str, posted: Posted, now: datetime, ids: Ids) -> webhooks.Taken:
    return webhooks.receive(stores, hook_id, posted, key=KEY, now=now, ids=ids)


def refused(taken: webhooks.Taken) -> list[collect.Refusal]:
    return collect.refusals_of(taken.reading.verdicts, taken.reading.raws, taken.arrival)


def receipt(secret: str, now: datetime, **words: Any) -> Posted:
    body = json.dumps({"receipt_id": "1", "time": "2026-11-21 10:00", "card": "1", "total": 5, "items": [], **words})
    stamp = str(int(now.timestamp()))
    mac = hmac.new(secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
    return Posted(headers={"x-signature": f"sha256={mac}", "x-timestamp": stamp}, body=body.encode())


def test_a_new_webhook_is_off_its_address_is_128_bits_and_its_secret_is_sealed(make: Make, stores: Stores) -> None:
    made = make()
    assert not made.webhook.is_enabled
    assert len(bytes.fromhex(made.webhook.hook_id)) == 16
    assert len(made.secret) == 32
    with stores.state.read() as tx:
        row = tx.one(query(webhooks.__file__, "webhook_of"), key="Till 1")
    assert row is not None
    assert made.secret not in repr(row)
    assert made.secret not in repr(asdict(webhooks.webhook_of(stores, "Till 1")))
    with pytest.raises(Denied):
        collect.source_of_key(stores, next(s.write_key for s in collect.sources(stores)))  # it opens no other door


def test_it_takes_requests_only_while_it_is_on(make: Make, stores: Stores, now: datetime, ids: Ids) -> None:
    made = make()
    post = receipt(made.secret, now)
    hook_id = made.webhook.hook_id
    with pytest.raises(Missing):
        receive(stores, hook_id, post, now, ids)
    webhooks.enable(stores, "Till 1", now=now)
    taken = receive(stores, hook_id, post, now, ids)
    assert [event.name for event in taken.reading.events] == ["Order Completed"]
    assert taken.reading.events[0].source_id == made.webhook.source_id
    with pytest.raises(Missing):
        receive(stores, "Till 1", post, now, ids)  # its name is no address
    webhooks.enable(stores, hook_id, is_enabled=False, now=now)
    with pytest.raises(Missing):
        receive(stores, hook_id, post, now, ids)


def test_it_cannot_be_enabled_without_the_providers_secret(make: Make, stores: Stores, now: datetime, ids: Ids) -> None:
    made = make("Portal", "bitrix24")
    assert made.secret == ""
    with pytest.raises(Invalid, match="has no secret"):
        webhooks.enable(stores, "Portal", now=now)
    with pytest.raises(Invalid, match="provider"):
        webhooks.rotate(stores, "Portal", key=KEY, now=now, ids=ids)
    webhooks.rotate(stores, "Portal", secret="51856fefc120afa4b628cc82d3935cce", key=KEY, now=now, ids=ids)
    assert webhooks.enable(stores, "Portal", now=now).is_enabled


def test_a_new_secret_takes_the_old_ones_place_at_once(make: Make, stores: Stores, now: datetime, ids: Ids) -> None:
    made = make()
    webhooks.enable(stores, "Till 1", now=now)
    fresh = webhooks.rotate(stores, "Till 1", key=KEY, now=now, ids=ids)
    with pytest.raises(Denied):
        receive(stores, made.webhook.hook_id, receipt(made.secret, now), now, ids)
    assert receive(stores, made.webhook.hook_id, receipt(fresh.secret, now), now, ids).reading.events
    with pytest.raises(Misconfigured):
        webhooks.receive(stores, made.webhook.hook_id, receipt(fresh.secret, now), key=b"x" * 32, now=now, ids=ids)


def test_a_replayed_delivery_is_known_for_a_day(make: Make, stores: Stores, now: datetime, ids: Ids) -> None:
    made = make("Vacuum", "", definition=STANDARD, secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    webhooks.enable(stores, "Vacuum", now=now)

    def post(message: str, at: datetime) -> Posted:
        stamp, body = str(int(at.timestamp())), b'{"owner": "u-1"}'
        key = base64.b64decode(made.secret.removeprefix("whsec_"))
        mac = hmac.new(key, f"{message}.{stamp}.".encode() + body, hashlib.sha256).digest()
        spelled = base64.b64encode(mac).decode()
        headers = {"webhook-id": message, "webhook-timestamp": stamp, "webhook-signature": f"v1,{spelled}"}
        return Posted(headers=headers, body=body)

    hook_id = made.webhook.hook_id
    first = receive(stores, hook_id, post("m1", now), now, ids)
    assert not first.is_repeat
    assert not receive(stores, hook_id, post("m1", now), now, ids).is_repeat  # it was not stored yet
    webhooks.remember(stores, first, now=now)
    again = receive(stores, hook_id, post("m1", now + timedelta(hours=1)), now + timedelta(hours=1), ids)
    assert again.is_repeat
    assert again.reading.verdicts == []
    assert not receive(stores, hook_id, post("m2", now), now, ids).is_repeat
    later = now + timedelta(days=1, seconds=1)
    assert not receive(stores, hook_id, post("m1", later), later, ids).is_repeat


def test_senders_and_methods_may_be_limited(make: Make, stores: Stores, now: datetime, ids: Ids) -> None:
    options = Options(allow_ips=["92.118.66.0/23", "2001:db8::/32"])
    made = make("Calls", "calltouch", options=options)
    webhooks.enable(stores, "Calls", now=now)
    query_ = (("token", made.secret), ("callphase", "calllost"), ("id", "1"), ("callerphone", "79161234567"),
              ("timestamp", "1795252000"))  # fmt: skip
    for address, is_in in (("92.118.67.9", True), ("2001:db8::7", True), ("92.118.68.1", False), ("", False)):
        post = Posted("GET", query_, client_ip=address)
        if is_in:
            taken = receive(stores, made.webhook.hook_id, post, now, ids)
            assert [event.name for event in taken.reading.events] == ["Call Missed"]
        else:
            with pytest.raises(webhooks.NotAllowed):
                receive(stores, made.webhook.hook_id, post, now, ids)
    till = make()
    webhooks.enable(stores, "Till 1", now=now)
    with pytest.raises(webhooks.NotAllowed):
        receive(stores, till.webhook.hook_id, replace(receipt(till.secret, now), method="GET"), now, ids)


def test_the_secret_reaches_no_event_and_no_refusal(make: Make, stores: Stores, now: datetime, ids: Ids) -> None:
    made = make("Form", "tilda")
    webhooks.enable(stores, "Form", now=now)
    form = {"content-type": "application/x-www-form-urlencoded"}
    for fields in (f"Email=a%40example.test&token={made.secret}&page=x%3Ftoken%3D{made.secret}&size=4",
                   f"token={made.secret}&nobody=1"):  # fmt: skip
        taken = receive(stores, made.webhook.hook_id, Posted(headers=form, body=fields.encode()), now, ids)
        assert made.secret not in repr(taken.reading)
        assert made.secret not in repr(refused(taken))
        assert taken.reading.verdicts


def test_a_bad_thing_harms_no_neighbour_and_says_why(make: Make, stores: Stores, now: datetime, ids: Ids) -> None:
    made = make("Shop", "generic")
    webhooks.enable(stores, "Shop", now=now)
    things = [{"event": f"E{i}", "user_id": "u", "id": str(i)} for i in range(5)]
    things[1] = {"event": "E1", "user_id": "u\ud800"}
    things[3] = {"event": "E3", "user_id": "u", "properties": {"deep": 1e999}}
    body = json.dumps(things).encode()
    mac = hmac.new(made.secret.encode(), body, hashlib.sha256).hexdigest()
    post = Posted(headers={"x-signature": f"sha256={mac}"}, body=body)
    taken = receive(stores, made.webhook.hook_id, post, now, ids)
    assert [event.name for event in taken.reading.events] == ["E0", "E2", "E4"]
    assert [refusal.reason for refusal in refused(taken)] == ["bad_value", "bad_number"]
    assert all(refusal.dialect == "webhook" and refusal.raw for refusal in refused(taken))


@pytest.mark.parametrize(
    ("definition", "field"),
    [
        ("title: x", "proof"),
        ("{proof: {kind: token, places: [query t]}}", "events"),
        ("{proof: {kind: token, places: [query t]}, events: []}", "events"),
        ("{proof: {kind: token, places: [query t]}, events: [{event: {name: A}}]}", "event"),
        ("{proof: {kind: token, places: [query t]}, events: [{evnt: {}}]}", "events[0].evnt"),
        ("{proof: {kind: token, places: [query t]}, events: [{event: {name: A, identifiers: {user_id: a..b}}}]}",
         "events[0]"),
        (f"{{{TOKEN}, events: [{{event: {{name: A, identifiers: {{user_id: a}}, lines: {{sku: sku}}}}}}]}}",
         "events[0].event.lines_each"),
        ("a: [", None),
        ("x" * 70_000, "definition"),
        (BOMB, "definition"),
    ],
)  # fmt: skip
def test_a_wrong_definition_names_its_part(make: Make, definition: str, field: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        make("Mine", "", definition=definition)
    assert refused.value.facts.get("field") == field


def test_names_are_unique_and_options_checked(make: Make, stores: Stores, now: datetime) -> None:
    make()
    with pytest.raises(Conflict):
        make()
    with pytest.raises(Missing):
        make("Other", "fax")
    for wrong in ({"timezone": "Mars/Base"}, {"currency": "rub"}, {"allow_ips": ["1.2.3"]}, {"zone": "UTC"}):
        with pytest.raises(Invalid):
            webhooks.update(stores, "Till 1", options=wrong, now=now)
    changed = webhooks.update(stores, "Till 1", options={"timezone": "Asia/Omsk"}, now=now)
    assert changed.options.timezone == "Asia/Omsk"
    own = webhooks.update(stores, "Till 1", definition=STANDARD, now=now)
    assert (own.connector, own.options.timezone) == (webhooks.OWN, "Asia/Omsk")
    assert [one.name for one in webhooks.webhooks(stores)] == ["Till 1"]
