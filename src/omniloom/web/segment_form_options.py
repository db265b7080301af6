"""What the segment form offers to choose from, read once when the form opens."""

from collections.abc import Sequence
from dataclasses import dataclass

from omniloom import segments
from omniloom.segments import Kind, Segment, TraitName
from omniloom.store import Stores
from omniloom.web.view import View

CONSENT_CHANNELS = ("email", "sms", "push", "direct_mail", "call", "messenger", "*")
VALUES_MAX = 40
PRODUCT_PREFIX = "product."
_NUMBER_FIELDS = ("revenue", "confidence", "quantity", "amount", "price", "total", "discount", "points")


@dataclass(frozen=True, slots=True)
class Options:
    """Names with how many there are of each."""

    traits: Sequence[TraitName]
    events: Sequence[tuple[str, int]]
    segments: Sequence[Segment]

    def is_number(self, trait: str) -> bool:
        """Whether all values of a trait are numbers."""
        return any(found.key == trait and found.kind is Kind.NUMBER for found in self.traits)

    def segment_names(self) -> dict[str, str]:
        """Segment id -> name."""
        return {found.segment_id: found.name for found in self.segments}


def options(stores: Stores) -> Options:
    """All of it. Cost: two small queries over the event store, one over segments."""
    return Options(segments.trait_names(stores), segments.event_names(stores), segments.segments(stores))


def is_number_field(name: str) -> bool:
    """Whether a field of an event holds numbers, as far as its name tells."""
    return name in _NUMBER_FIELDS


def operators_for(view: View, *, is_number: bool) -> dict[str, str]:
    """Operator -> title, those that fit; texts may also be days, so they get the comparisons of days."""
    wanted = {Kind.NUMBER, Kind.PRESENCE} if is_number else {Kind.TEXT, Kind.DATE, Kind.PRESENCE}
    found = segments.known_operators()
    order = ["is", "is_not", "one_of", "at_least", "at_most", "greater_than", "less_than", "between", "contains"]
    names = sorted(found, key=lambda name: (order.index(name) if name in order else len(order), name))
    return {name: operator_title(view, name) for name in names if wanted & set(found[name].kinds)}


def operator_title(view: View, name: str) -> str:
    """An operator without its argument: “is at least”."""
    found = segments.known_operators()[name]
    title = found.title_ru if view.language == "ru" else found.title
    return title.replace("{}", "").strip().rstrip(":")
