"""The texts people agree to, each with its versions: a changed text is a new version, and no version ever changes.

A line of the ledger holds the text itself and its SHA-256; that it is version 3 of the newsletter's text is said
beside.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from omniloom.core.clock import instant
from omniloom.core.errors import Invalid
from omniloom.core.text import clean
from omniloom.profiles.ledger import hash_of
from omniloom.store import StateTx, Stores, query

NAME_CHARS_MAX = 60
TEXT_CHARS_MAX = 20_000
LANGUAGE_CHARS_MAX = 20

_ALL = query(__file__, "wordings")
_ADD = query(__file__, "add_wording")


@dataclass(frozen=True, slots=True)
class Wording:
    """One version of one text in one language. ``label`` is how lines of the ledger name it."""

    name: str
    version: int
    language: str
    text: str
    hash: str
    created_by: str
    created_at: datetime

    @property
    def label(self) -> str:
        """Such as ``newsletter v3 ru``."""
        return f"{self.name} v{self.version} {self.language}".strip()


class Wordings:
    """All texts, to look up by name or by what they say."""

    def __init__(self, known: list[Wording]) -> None:
        self._by_hash = {wording.hash: wording for wording in known}
        self._known = sorted(known, key=lambda wording: -wording.version)

    def find(self, name: str, version: int = 0, language: str = "") -> Wording | None:
        """A text by its name: of that version, or the newest (0); in that language, or in any (empty)."""
        for wording in self._known:
            if wording.name == name and version in (0, wording.version) and language in ("", wording.language):
                return wording
        return None

    def read(self, properties: dict[str, Any]) -> tuple[str, str]:
        """(the text a person agreed to, its label) as an event's properties tell it; empty where they do not."""
        text = properties.get("wording")
        if isinstance(text, str) and text.strip():
            known = self._by_hash.get(hash_of(text.strip()))
            return text.strip(), known.label if known else ""
        name, version = properties.get("wording_id"), properties.get("wording_version")
        language = properties.get("wording_language")
        found = self.find(
            name if isinstance(name, str) else "",
            int(version) if isinstance(version, (int, float)) and 0 < version < 1 << 31 else 0,
            language if isinstance(language, str) else "",
        )
        return (found.text, found.label) if found else ("", name if isinstance(name, str) else "")


def wordings(stores: Stores) -> list[Wording]:
    """Every version of every text, by name, the newest version first."""
    with stores.state.read() as tx:
        return wordings_of(tx)


def wordings_of(tx: StateTx) -> list[Wording]:
    """As :func:`wordings`, in a transaction."""
    return [Wording(**{**row, "created_at": instant(row["created_at"])}) for row in tx.rows(_ALL)]


def add_wording(
    stores: Stores, *, name: str, text: str, language: str, now: datetime, by: str, version: int | None = None
) -> Wording:
    """Register a text: a new version of its name, or a further language of a ``version`` there is.

    The same text again is the version it was. Errors: Invalid names the field; a version has one text a language.
    """
    name, language = clean(name.strip(), field="name"), clean(language.strip().lower(), field="language")
    text = clean(text.strip(), field="text")
    _check(name, text, language)
    with stores.state.write() as tx:
        known = [wording for wording in wordings_of(tx) if wording.name == name]
        newest = max((wording.version for wording in known), default=0)
        for wording in known:
            if wording.hash == hash_of(text) and wording.language == language and version in (None, wording.version):
                return wording
        number = newest + 1 if version is None else version
        if not 1 <= number <= newest + 1:
            raise Invalid(f"{name} has no version {number}", hint=f"the next one is {newest + 1}", field="version")
        if any(wording.version == number and wording.language == language for wording in known):
            raise Invalid(f"version {number} of {name} has a text in {language or 'this language'} already",
                          hint="a changed text is a new version: leave the version out", field="version")  # fmt: skip
        added = Wording(name, number, language, text, hash_of(text), by, now)
        tx.run(_ADD, name=name, version=number, language=language, text=text, hash=added.hash, created_by=by,
               created_at=now)  # fmt: skip
    return added


def _check(name: str, text: str, language: str) -> None:
    if not name or len(name) > NAME_CHARS_MAX:
        raise Invalid(f"a wording's name has 1 to {NAME_CHARS_MAX} characters", hint="such as newsletter", field="name")
    if not text or len(text) > TEXT_CHARS_MAX:
        raise Invalid(f"a wording has 1 to {TEXT_CHARS_MAX} characters", hint="give the text as people read it",
                      field="text")  # fmt: skip
    if len(language) > LANGUAGE_CHARS_MAX:
        raise Invalid("the language is a code such as ru", field="language")
