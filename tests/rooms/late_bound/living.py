"""An installation that lives: customers who do things, and people who are merged and parted all the time."""

import random
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from omniloom import analytics, identity, messaging, profiles, segments
from omniloom.core.errors import Conflict
from omniloom.core.event import Event, encode
from omniloom.core.ids import SeededIds
from omniloom.identity.merge import join, part
from omniloom.identity.resolve import sync_overrides
from omniloom.profiles import Frequency, Preference, PrivacyKind, Rule, Survivorship
from omniloom.store import StateTx, Stores
from omniloom.store.sql import parse_state

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = START + timedelta(days=60)
REGION, CURRENCY = "RU", "RUB"
CAMPAIGNS = ("spring", "summer", "winback")
SEGMENTS: dict[str, Any] = {
    "Moscow": {"trait": "city", "is": "Москва"},
    "Not Moscow": {"not": {"trait": "city", "is": "Москва"}},
    "Gold": {"trait": "plan", "is": "gold"},
    "Old": {"trait": "age", "at_least": 40},
    "Buyers": {"did": "Order Completed"},
    "Regulars": {"did": "Order Completed", "count": {"at_least": 3}},
    "Silent": {"did_not": "Order Completed"},
    "Reachable": {"consent": "email"},
    "Moscow regulars": {"all": [{"segment": "Regulars"}, {"any": [{"segment": "Moscow"}, {"segment": "Gold"}]}]},
}
RULES = (
    Survivorship("city", Rule.VOTE),
    Survivorship("plan", Rule.TRUST, ("crm", "till")),
    Survivorship("address", Rule.COMPLETENESS),
)
_SET_SEND = parse_state(
    "test.set_send",
    "update messaging_send set state = :state, reason = :reason, channel = :channel, updated_at = :at"
    " where campaign_id = :campaign_id and person_id = :person_id",
)
_SENDS = parse_state("test.sends", "select send_id, campaign_id, person_id from messaging_send order by send_id")
_ATTEMPT = parse_state(
    "test.attempt",
    "insert into messaging_attempt (send_key, send_id, campaign_id, person_id, channel, address, state, reason,"
    " provider_id, tries, fence, intent_at, finished_at, reported) values (:send_key, :send_id, :campaign_id,"
    " :person_id, :channel, :address, :state, '', '', 1, 1, :at, :at, 1)",
)
_DECISION = parse_state(
    "test.decision",
    "insert into messaging_decision (send_id, at, channel, verdict, reason, detail)"
    " values (:send_id, :at, :channel, :state, '', '')",
)
_CLOSE = parse_state(
    "test.close",
    "insert into messaging_suppression (channel, address, reason, evidence, created_at)"
    " values ('email', :address, 'bounced', '', :at) on conflict (channel, address, advertiser) do nothing",
)


class Living:
    """The installation, and the obvious model of who is who: merging links two people, undoing takes the link away.

    ``standing``: merge -> whom it links. ``called``: merge -> what the two were called before it, in the same order.
    ``is_now``: person -> who it is by now.
    """

    def __init__(self, stores: Stores, *, customers: int, seed: int) -> None:
        self.stores = stores
        self.dice = random.Random(seed)
        self.ids = SeededIds(seed)
        self.customers = customers
        self.standing: dict[str, tuple[int, int]] = {}
        self.called: dict[str, tuple[int, int]] = {}
        self.is_now: dict[int, int] = {}
        self.refused = 0
        self._told = 0
        self._names: dict[int, dict[str, str]] = {number: _identifiers(number) for number in range(customers)}
        self._said([self._event(number, "identify", everything=True) for number in range(customers)])
        self.catch_up()
        self.people = {number: self._person(number) for number in range(customers)}
        self._set_up()
        self.with_user_id = {self.people[n] for n, names in self._names.items() if "user_id" in names}

    def happen(self, count: int) -> None:
        """So many contacts with anybody, and every twentieth time one at our own doors."""
        self._said([self._one_contact(self.dice.randrange(self.customers)) for _ in range(count)])
        with self.stores.state.write() as tx:
            for _ in range(count // 20):
                self._at_a_door(tx, self.people[self.dice.randrange(self.customers)])
        self.catch_up()

    def show_cards(self, count: int) -> None:
        """So many customers, whoever they are part of just then, show a card that nobody knew."""
        shown = []
        for number in self.dice.sample(range(self.customers), count):
            event = self._event(number, "identify")
            shown.append(
                msgspec.structs.replace(event, identifiers=event.identifiers | {"card": f"7700{self._told:06}"})
            )
        self._said(shown)
        self.catch_up()

    def decide(self, count: int, *, merging: float) -> None:
        """So many decisions by hand: of two people who become one, or of a merge that is taken back."""
        with self.stores.state.write() as tx:
            for _ in range(count):
                if self.dice.random() < merging or not self.standing:
                    self._merge(tx)
                else:
                    self._part(tx, self.dice.choice(list(self.standing)))

    def part_all(self) -> None:
        """Take back every merge that stands, in any order."""
        left = sorted(self.standing)
        self.dice.shuffle(left)
        with self.stores.state.write() as tx:
            for merge_id in left:
                self._part(tx, merge_id)

    def catch_up(self) -> None:
        """What the loop does: events resolved, views and traits and cards and segments brought up to it."""
        while not identity.resolve(
            self.stores, now=NOW, home_region=REGION, home_currency=CURRENCY, rows_max=20_000
        ).is_done:
            pass
        sync_overrides(self.stores)
        while not profiles.fold(self.stores, now=NOW, rows_max=20_000).is_done:
            pass
        segments.follow(self.stores, now=NOW)

    def root(self, person_id: int) -> int:
        """Who a person is by now."""
        return self.is_now.get(person_id, person_id)

    def roots(self) -> dict[int, int]:
        """Person -> who it is by now."""
        return {person_id: self.root(person_id) for person_id in self.people.values()}

    def send(self, campaign_id: str, among: list[int]) -> None:
        """A campaign's messages: some accepted, some skipped, some planned."""
        messaging.open_mailing(self.stores, campaign_id=campaign_id, name=campaign_id.title(), channels=["email"],
                               templates={"email": self._template}, now=NOW)  # fmt: skip
        messaging.plan(self.stores, campaign_id=campaign_id, person_ids=among, now=NOW, ids=self.ids)
        with self.stores.state.write() as tx:
            for send_id, in_campaign, person_id in tx.tuples(_SENDS):
                if in_campaign == campaign_id:
                    self._settle_send(tx, send_id, campaign_id, person_id)

    # --- decisions ---------------------------------------------------------------------------------------------------

    def _merge(self, tx: StateTx) -> None:
        into_id, from_id = self.dice.sample(sorted(self.people.values()), 2)
        into_root, from_root = self.root(into_id), self.root(from_id)
        roots = [self.root(person_id) for person_id in self.with_user_id]
        is_two = into_root == from_root or (into_root in roots and from_root in roots)
        merge_id = self.ids.token()
        try:
            join(tx, merge_id, into_id=into_id, from_id=from_id, rule="manual", evidence={"by": "olga"}, now=NOW)
        except Conflict:
            assert is_two
            self.refused += 1
        else:
            assert not is_two
            self.standing[merge_id], self.called[merge_id] = (from_id, into_id), (from_root, into_root)
            self.is_now |= dict.fromkeys(self._linked(from_id), into_root)

    def _part(self, tx: StateTx, merge_id: str) -> None:
        ends, called = self.standing.pop(merge_id), self.called.pop(merge_id)
        stays = self.root(ends[0])
        end, *names = (ends[0], *called) if stays not in self._linked(ends[0]) else (ends[1], *called[::-1])
        parted = self._linked(end)
        gone = next(name for name in (*names, end) if name in parted)
        self.is_now |= dict.fromkeys(parted, gone)
        assert part(tx, merge_id, by="olga", now=NOW) == (gone, stays)

    def _linked(self, person_id: int) -> set[int]:
        """Everyone whom merges that stand link with somebody."""
        found = {person_id}
        while more := {end for ends in self.standing.values() if found & set(ends) for end in ends} - found:
            found |= more
        return found

    # --- what happens ------------------------------------------------------------------------------------------------

    def _set_up(self) -> None:
        stores, ids = self.stores, self.ids
        for rule in RULES:
            profiles.set_survivorship(stores, rule, by="olga", now=NOW)
        for name, definition in SEGMENTS.items():
            segments.create(stores, name=name, definition=definition, now=NOW, ids=ids)
        segments.refresh_due(stores, now=NOW, every_s=0)
        self._template = messaging.save_template(
            stores, name="Hello", channel="email", subject="Hello", body="Hello", now=NOW, ids=ids
        ).template_id
        days = [(START + timedelta(days=n)).date() for n in range(0, 60, 7)]
        costs = [{"day": day, "channel": "email", "campaign_id": campaign, "cost_minor": 700 + n, "clicks": n}
                 for n, day in enumerate(days) for campaign in CAMPAIGNS]  # fmt: skip
        analytics.load_costs(stores, [costs], now=NOW, currency=CURRENCY)
        priced = [
            {"campaign_id": campaign, "name": campaign.title(), "channel": "email", "cost_per_message_minor": 5}
            for campaign in CAMPAIGNS
        ]
        analytics.name_campaigns(stores, priced, currency=CURRENCY)

    def _said(self, events: list[Event]) -> None:
        if events:
            self.stores.log.append([encode(event) for event in events])

    def _person(self, number: int) -> int:
        (found,) = identity.find(self.stores, self._names[number]["email"], REGION)
        return found

    def _event(self, number: int, type_: Any, *, everything: bool = False, **rest: Any) -> Event:
        self._told += 1
        names = self._names[number]
        if not everything:
            kind = self.dice.choice(sorted(names))
            names = {kind: names[kind]}
        else:
            city = self.dice.choice(("Москва", "Казань"))
            rest["traits"] = {"name": f"Анна {number:03d}", "city": city, "plan": "gold", "age": 20 + number % 50,
                              "address": f"Тверская {number}"}  # fmt: skip
        at = START + timedelta(hours=self.dice.randrange(50 * 24))  # whole hours, so that instants coincide
        return Event(
            source_id=self.dice.choice(("site", "crm", "till")), message_id=f"m{self._told:06d}", type=type_,
            occurred_at=at, received_at=NOW, identifiers=names, **rest,
        )  # fmt: skip

    def _one_contact(self, number: int) -> Event:
        dice = self.dice
        track = partial(self._event, number, "track")
        campaign = {"campaign": {"id": dice.choice(CAMPAIGNS), "medium": dice.choice(("email", "cpc")),
                                 "content": dice.choice(("a", "b")), "term": dice.choice(("milk", "tea"))}}  # fmt: skip
        pick = dice.random()
        if pick < 0.25:
            products = [{"product_id": f"P{dice.randrange(9)}", "quantity": 1, "price": dice.randrange(1, 50)}
                        for _ in range(dice.randrange(1, 4))]  # fmt: skip
            return track(name="Order Completed", properties={
                "order_id": f"o{self._told}", "revenue": dice.randrange(1, 200) / 2, "channel": "store",
                "currency": dice.choice(("RUB", "RUB", "RUB", "KZT")), "products": products, "store_id": "S1",
            })  # fmt: skip
        if pick < 0.40:
            return self._event(number, "page", name="Home", context=campaign)
        if pick < 0.60:
            name = dice.choice(("Message Sent", "Message Opened", "Message Clicked", "Message Bounced"))
            return track(name=name, properties={"campaign_id": dice.choice(CAMPAIGNS), "channel": "email"})
        if pick < 0.75:
            words = [("Consent Given", dice.choice(("email", "sms", "*"))), ("Consent Withdrawn", "email"),
                     ("Unsubscribed", dice.choice(("email", "sms")))]  # fmt: skip
            name, channel = dice.choice((*words, words[0]))
            advertiser = dice.choice(("", "", "ACME"))
            said = {"channel": channel, "purpose": "marketing", "wording": "I agree", "advertiser": advertiser}
            return track(name=name, properties=said)
        traits = {"city": dice.choice(("Москва", "Казань", "Тула", None)), "plan": dice.choice(("gold", "basic", None)),
                  "age": dice.randrange(18, 80), "address": "я" * dice.randrange(1, 9), "language": "ru",
                  "timezone": "Europe/Moscow", "name": f"{dice.choice(('Анна', 'Пётр'))} {self._told}"}  # fmt: skip
        kept = dice.sample(sorted(traits), dice.randrange(1, 4))
        return self._event(number, "identify", traits={key: traits[key] for key in kept})

    def _at_a_door(self, tx: StateTx, person_id: int) -> None:
        """A wish of the preference centre, a request about one's own data, a bounce that closes an address."""
        dice, self._told = self.dice, self._told + 1
        at = START + timedelta(minutes=self._told)
        wish = Preference(dice.choice(list(Frequency)), dice.choice((None, NOW + timedelta(days=9))), "en", "sms",
                          frozenset(dice.sample(("news", "sales"), 1)))  # fmt: skip
        profiles.save_preference(tx, person_id, wish, now=at)
        profiles.ask_privacy(tx, person_id, dice.choice(list(PrivacyKind)), method="form", ip="", user_agent="", now=at,
                             ids=self.ids)  # fmt: skip
        tx.run(_CLOSE, address=f"c{dice.randrange(self.customers)}@x.test", at=at)

    def _settle_send(self, tx: StateTx, send_id: str, campaign_id: str, person_id: int) -> None:
        state = self.dice.choice(("accepted", "skipped", "planned", "unknown"))
        self._told += 1
        at = NOW - timedelta(minutes=self._told)
        address = next(names["email"] for n, names in self._names.items() if self.people[n] == person_id)
        settled = {"campaign_id": campaign_id, "person_id": person_id, "state": state, "at": at, "channel": "email"}
        tx.run(_SET_SEND, **settled, reason="no_consent" if state == "skipped" else "")
        tx.run(_DECISION, send_id=send_id, at=at, channel="email", state=state)
        if state in {"accepted", "unknown"}:
            tx.run(_ATTEMPT, **settled, send_id=send_id, send_key=f"{send_id}:email", address=address)


def _identifiers(number: int) -> dict[str, str]:
    """Everybody has an address, half a phone, every fifth a user id: those with one are never two of them in one."""
    names = {"email": f"c{number}@x.test"}
    if number % 2:
        names["phone"] = f"+7916{number:07d}"
    if number % 5 == 0:
        names["user_id"] = f"U{number}"
    if number % 3 == 0:
        names["anonymous_id"] = f"device-{number}"
    return names
