"""The reachability map: what the engine counts of everybody equals asking one person after the other."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any

from omniloom import messaging
from omniloom.messaging import voice
from omniloom.messaging.address import verify_address
from omniloom.messaging.reach import Reach, reach_among, reach_map, reach_of
from omniloom.store.sql import parse_state

SECRET = b"s" * 32
CALL_CENTRE = "+12025559999"


def test_the_map_equals_asking_everyone_and_says_why_not(company: Any) -> None:
    draw = random.Random(5)
    for n in range(60):
        ways = {"email": f"p{n}@example.test"} if draw.random() < 0.7 else {}
        ways |= {"phone": f"+1202555{n:04}"} if draw.random() < 0.6 else {}
        company.person(f"p{n}", consents=tuple(c for c in ("email", "sms", "*") if draw.random() < 0.4), **ways)
        if draw.random() < 0.3:
            company.clock.advance(timedelta(minutes=1))
            company.tell("track", name="Consent Withdrawn", identifiers={"user_id": f"p{n}"},
                         properties={"channel": draw.choice(["email", "sms", "*"])})  # fmt: skip
    for n in range(0, 20, 4):  # some have a device that turns out to be somebody's with an address of their own
        company.tell("identify", identifiers={"anonymous_id": f"d{n}", "email": f"later{n}@example.test"})
        company.tell("identify", identifiers={"anonymous_id": f"d{n}", "user_id": f"p{n}"})
    for n in range(0, 60, 6):  # customers who name the line of a call centre
        company.tell("identify", identifiers={"user_id": f"p{n}", "phone": CALL_CENTRE})
    company.resolve()
    people = [company.id_of(f"p{n}") for n in range(60)]
    company.mailing("c1", people[:40])
    company.deliver_all()
    site, now = company.transport.site, company.clock.now()
    for person in people[:40:5]:
        for sent in messaging.sends_of(company.stores, person):
            if sent.channel:
                token = site.preferences_url(sent.send_id, sent.channel).rpartition("/")[2]
                voice.choose(company.stores, token, voice.Choice(pause_days=9), secret=SECRET, now=now, wording="")
    with company.stores.state.write() as tx:
        for n in range(0, 60, 7):
            tx.run(parse_state("t", (
                "insert into messaging_suppression (channel, address, reason, evidence, created_at)"
                " values ('sms', :address, 'bounced', '', 1)"
            )), address=f"+1202555{n:04}")  # fmt: skip
            verify_address(tx, "email", f"p{n}@example.test", by="link", now=now)
    roots = parse_state("t", "select distinct root_id from identity_person")
    with company.stores.state.read() as tx:
        everyone = [row["root_id"] for row in tx.rows(roots)]
    asked = {person: {one.channel: one for one in reach_of(company.stores, person, now=now)} for person in everyone}
    assert not [one for each in asked.values() for one in each.values() if one.address == CALL_CENTRE]
    among = reach_among(company.stores, everyone, now=now)
    assert among.any_channel == sum(
        any(one.reach is Reach.REACHABLE for one in each.values()) for each in asked.values()
    )
    for found in reach_map(company.stores, now=now):
        own = [each[found.channel] for each in asked.values()]
        counts = Counter(one.reach for one in own)
        assert found.people == len(everyone) == sum(
            (found.reachable, found.no_address, found.suppressed, found.no_consent, found.paused)
        )  # fmt: skip
        told = (found.reachable, found.no_address, found.suppressed, found.no_consent, found.paused)
        assert told == tuple(
            counts[reach]
            for reach in (Reach.REACHABLE, Reach.NO_ADDRESS, Reach.SUPPRESSED, Reach.NO_CONSENT, Reach.PAUSED)
        )
        lacking = {reach: n for reach, n in counts.items() if reach is not Reach.REACHABLE}
        assert (among.by_channel[found.channel], among.lacking[found.channel]) == (found.reachable, lacking)
        addressed = [one for one in own if one.address]
        assert found.addressed == len(addressed)
        assert found.agreed == sum(bool(one.is_agreed) for one in addressed)
        assert found.closed == sum(bool(one.closed_because) for one in addressed)
        assert found.verified == sum(one.verified_at is not None for one in addressed)
        assert found.reached == sum(one.reached_at is not None for one in addressed)
        assert found.reachable
        assert found.no_address
        assert found.no_consent
    for person in everyone[:25]:
        for channel, one in asked[person].items():
            decided = messaging.consider(company.stores, person, channels=[channel], now=now + timedelta(hours=2))
            reason = decided.trail[0].reason
            assert (one.reach is Reach.NO_ADDRESS) == (reason == "no_address")
            assert (one.reach is Reach.SUPPRESSED) == (reason == "suppressed")
            assert (one.reach is Reach.NO_CONSENT) == (reason == "no_consent")
