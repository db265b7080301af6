"""Second appearances of some households, as hurried typing makes them: a card from a till, a form on the site.

Each depends on its household's number alone, like all contacts, and is marked synthetic. Some are cleared up later by
an event that names both; the rest is for whoever looks for duplicates. A tablet that many use is among them too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from omniloom.cli.demo.households import JOINED, draw
from omniloom.core.event import Event

DAYS_FIRST, DAYS_LAST = 40, 300  # of the year: when they turn up
CLEARED_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Desks:
    """The ids of the sources that doubles come from."""

    till: str
    site: str
    kiosk: str


def doubles(contacts: list[Event], draws: dict[str, Any], desks: Desks) -> Iterator[Event]:
    """The events of second appearances, given the households' contacts. Cost: two events a double."""
    people = [event for event in contacts if event.type == "identify"]
    taken = {event.identifiers["phone"] for event in people if "phone" in event.identifiers}
    for event in people:
        double = _Double(int(event.identifiers["user_id"].removeprefix("hh-")), event, draws, desks)
        if double.turns_up():
            yield from double.at_till(taken) if double.is_at_till() else double.on_site()
        if double.uses_kiosk():
            yield double.at_kiosk()


@dataclass(frozen=True, slots=True)
class _Double:
    household: int
    known: Event
    draws: dict[str, Any]
    desks: Desks

    def turns_up(self) -> bool:
        is_russian = self.known.traits["language"] == "ru"
        return self._chance("double", self._said["share_russian" if is_russian else "share"]) or self._is_shown()

    def is_at_till(self) -> bool:
        return self._chance("till", self._said["till"]) or self._is_shown()

    def uses_kiosk(self) -> bool:
        return self._chance("kiosk", self._said["kiosk"]) or self._is_shown()

    def at_till(self, taken: set[str]) -> Iterator[Event]:
        """A new card: the name by ear, the phone with a slip. It may be added to the account later."""
        card, traits, at = self._card(), self._traits(), self._day()
        if not self._chance("asked", self._said["till_street"]):
            del traits["street"]
        traits["first_name" if self._draw("slip") < 0.4 else "last_name"] = self._mistyped()
        identifiers = {"card": card}
        if phone := self._free_number(taken):
            identifiers["phone"] = traits["phone"] = phone
        yield self._event("till", self.desks.till, at, identifiers, traits=traits)
        issued = {"channel": "store", "desk": "Till 4"}
        yield self._event("card", self.desks.till, at, {"card": card}, name="Card Issued", properties=issued)
        if self._chance("cleared", self._said["cleared"]) or self._is_shown():
            both = {"user_id": self.known.identifiers["user_id"], "card": card}
            yield self._event("cleared", self.desks.till, at + CLEARED_AFTER, both)

    def on_site(self) -> Iterator[Event]:
        """A form: another address, another form of the name, the street in short; in Russian where they speak it."""
        traits, at = self._traits(), self._day()
        if traits["language"] == "ru":
            traits["first_name"] = self._said["russian"][traits["first_name"]]
            traits["last_name"] = self._said["russian"][traits["last_name"]]
        else:
            traits["first_name"] = self._said["short"].get(traits["first_name"], traits["first_name"])
        street, _, kind = traits["street"].rpartition(" ")
        traits["street"] = f"{street} {self._said['typed_street'][kind]}"
        traits["email"] = f"hh.{self.household}@example.test"
        identifiers = {"anonymous_id": f"form-visitor-{self.household}", "email": traits["email"]}
        yield self._event("form", self.desks.site, at, identifiers, traits=traits)
        sent = {"channel": "web", "form": "Recipe club"}
        yield self._event("sent", self.desks.site, at, identifiers, name="Form Submitted", properties=sent)

    def at_kiosk(self) -> Event:
        """A look at the bonus on the store's tablet."""
        identifiers = {"user_id": self.known.identifiers["user_id"], "device_id": self._said["tablet"]}
        said = {"channel": "store", "desk": "Kiosk 3"}
        return self._event("bonus", self.desks.kiosk, self._day(), identifiers, name="Bonus Checked", properties=said)

    @property
    def _said(self) -> dict[str, Any]:
        said: dict[str, Any] = self.draws["doubles"]
        return said

    def _is_shown(self) -> bool:
        return self.household in self._said["shown"]

    def _draw(self, what: str) -> float:
        return draw(self.draws["seed"], self.household, "double", what)

    def _chance(self, what: str, share: float) -> bool:
        return self._draw(what) < share

    def _day(self) -> datetime:
        days = DAYS_FIRST + int(self._draw("day") * (DAYS_LAST - DAYS_FIRST))
        return JOINED + timedelta(days=days, hours=4 + 8 * self._draw("hour"))

    def _card(self) -> str:
        return f"7700{int(self._draw('card') * 10**4):04d}{self.household:04d}"

    def _traits(self) -> dict[str, Any]:
        kept = ("first_name", "last_name", "street", "city", "language", "synthetic")
        return {key: self.known.traits[key] for key in kept}

    def _mistyped(self) -> str:
        """The name with one slip: two letters changed about, one left out or one twice."""
        word = str(self.known.traits["first_name" if self._draw("slip") < 0.4 else "last_name"])
        at = 1 + int(self._draw("letter") * max(1, len(word) - 2))
        slips = (
            word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :] if at + 1 < len(word) else word + word[-1],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
        )
        return slips[int(self._draw("kind") * len(slips))]

    def _free_number(self, taken: set[str]) -> str:
        """The household's number with one wrong digit, if nobody has that one; the end alone, so it stays fiction."""
        own = self.known.identifiers.get("phone", "")
        wrong = [f"{own[:-1]}{n}" for n in range(10)] + [f"{own[:-2]}{n}{own[-1:]}" for n in range(10)]
        free = [number for number in wrong if own and number not in taken]
        return free[int(self._draw("phone") * len(free))] if free else ""

    def _event(
        self, what: str, source_id: str, at: datetime, identifiers: dict[str, str], *, name: str = "", **said: Any
    ) -> Event:
        return Event(
            source_id=source_id, message_id=f"double-{self.household}-{what}", type="track" if name else "identify",
            name=name, occurred_at=at, received_at=at, identifiers=identifiers, **said,
        )  # fmt: skip
