"""Reads everything that is stored, so that a byte that the disk changed is found before somebody needs it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from omniloom.core.errors import Unavailable

if TYPE_CHECKING:
    from omniloom.store.stores import Stores

RESTORE = "stop the server and bring the file back from a backup"


@runtime_checkable
class Checkable(Protocol):
    """A store that can read all of itself."""

    def damage(self) -> list[str]:
        """What is wrong, in words; nothing if all can be read and is what was written."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of an installation: whether it is sound, and if not, what is wrong and what to do."""

    part: str
    is_sound: bool
    message: str = ""
    hint: str = ""


def check_stores(stores: "Stores") -> list[Finding]:
    """All that the stores hold, read once. A server's own store is checked by the server's own tools."""
    return list(_findings(stores))


def _findings(stores: "Stores") -> Iterator[Finding]:
    parts = {"log": stores.log, "refusals": stores.refusals, "state": stores.state, "events": stores.events}
    for part, store in parts.items():
        if not isinstance(store, Checkable):
            yield Finding(part, is_sound=True, message="kept by a server, which checks what it reads itself")
            continue
        try:
            wrong = store.damage()
        except Unavailable as error:
            wrong = [error.message]
        yield Finding(part, not wrong, "; ".join(wrong[:5]), RESTORE if wrong else "")
