"""What one person holds, as far as limits ask: how many identifiers of each kind, and how many merges made them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from omniloom.identity.claim import Key
from omniloom.identity.normal import KINDS

IDENTIFIERS_MAX = 1_000  # of one person. Source: Segment's limits of a profile
MERGES_MAX = 100
_DAY = 86_400_000_000  # microseconds


@dataclass(slots=True)
class Held:
    """Kind -> when each of its identifiers was first seen (micros)."""

    times: dict[str, list[int]] = field(default_factory=dict)
    members: int = 1  # people merged into this one, itself included

    def kinds(self) -> set[str]:
        """Kinds there are."""
        return set(self.times)

    def add(self, kind: str, at: int) -> None:
        """One identifier more."""
        self.times.setdefault(kind, []).append(at)

    def take(self, other: "Held") -> None:
        """All of another person's."""
        for kind, times in other.times.items():
            self.times.setdefault(kind, []).extend(times)
        self.members += other.members

    def has_room(self, keys: Iterable[Key], at: int) -> bool:
        """Whether the limits allow these identifiers besides, first seen at a time."""
        more: dict[str, list[int]] = {}
        for kind, _ in keys:
            more.setdefault(kind, []).append(at)
        return self._has_room(more)

    def has_room_for(self, other: "Held") -> bool:
        """Whether the limits allow all of another person's."""
        return self.members + other.members - 1 <= MERGES_MAX and self._has_room(other.times)

    def _has_room(self, more: dict[str, list[int]]) -> bool:
        total = sum(map(len, self.times.values())) + sum(map(len, more.values()))
        return total <= IDENTIFIERS_MAX and all(
            _is_within(kind, [*self.times.get(kind, ()), *times]) for kind, times in more.items()
        )


def _is_within(kind: str, times: list[int]) -> bool:
    """Whether so many first sightings keep the kind's limit: in all, or in any window of its days."""
    limit = KINDS[kind].limit
    if limit is None or len(times) <= limit.count:
        return True
    if limit.days is None:
        return False
    ordered = sorted(times)
    window = limit.days * _DAY
    return all(late - early >= window for early, late in zip(ordered, ordered[limit.count :], strict=False))
