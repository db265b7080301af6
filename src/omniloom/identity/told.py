"""Which addresses and telephones an event tells, wherever they stand in it.

Most events tell none, and that is seen from afar: a pattern of the country's telephones runs over a whole batch, and
only parts of events that match are read. Of a part, so many telephones are asked about and no more: a table of figures
would take a second.
"""

import functools
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from omniloom.core.event import LoggedEvent
from omniloom.identity import number_pattern
from omniloom.identity.claim import Key
from omniloom.identity.kind import ProblemReason
from omniloom.identity.normal import Normaliser
from omniloom.identity.written_number import FIGURES_MAX, LOCAL_MIN, numbers_in

PHONES = ("phone", "whatsapp")  # kinds whose normal form is a telephone
PARTS = ("traits", "properties", "context")
ASKED_MAX = 100  # telephones of one part of an event
CROWDED = f"{ProblemReason.OVER_LIMIT}: more telephones in a part of it than are looked at ({ASKED_MAX})"
_ADDRESS = re.compile(r"[^\s\"'<>(){}\[\],;:|&=?/\\@]{1,64}@[^\s\"'<>(){}\[\],;:|&=?/\\@]{3,200}")
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|\d?\d)(?:\.(?!$)|$)){4}")  # 916.123.45.67 is none
_SAYS_PHONE = re.compile(r"phone|tel|mobile|whatsapp|viber|тел|моб", re.IGNORECASE)
_BARE_MAX = 11  # figures of a telephone without its plus: more are a time or an order's number, unless the key says so
_PART_BYTES_MAX = 2_048  # of a part that is remembered: contexts repeat
_read = msgspec.json.decode


@dataclass(slots=True)
class Asked:
    """Telephones that were asked about, and what they are; whether there were more than may be asked."""

    known: dict[tuple[str, str], str | None] = field(default_factory=dict)
    is_over: bool = False

    def phone(self, kind: str, number: str, normaliser: Normaliser) -> str | None:
        """The normal form, if it is a telephone."""
        if (kind, number) not in self.known:
            if len(self.known) >= ASKED_MAX:
                self.is_over = True
                return None
            value = normaliser(kind, number)
            self.known[kind, number] = value if isinstance(value, str) else None
        return self.known[kind, number]


@dataclass(frozen=True, slots=True)
class Told:
    """Number of an event -> addresses and telephones that it tells; events that have more than is asked about."""

    named: dict[int, set[Key]]
    crowded: set[int]


def naming_keys(kind: str, text: str, normaliser: Normaliser, asked: Asked) -> set[Key]:
    """The addresses and telephones that a text under a key (or of a kind) names, as keys of identity."""
    found: set[Key] = set()
    for plain in {text, unquote_plus(text)} if "%" in text or "+" in text else (text,):
        for raw in _ADDRESS.findall(plain.replace("\uff20", "@")) if "@" in plain or "\uff20" in plain else ():
            if isinstance(value := normaliser("email", raw.strip(" .:!")), str):
                found.add(("email", value))
        for number in numbers_in(plain) if _has_figures(plain) else ():
            read_as = _may_be(kind, number, normaliser.home_region)
            if read_as and (phone := asked.phone(read_as, number, normaliser)):
                found |= {(each, phone) for each in PHONES}
    return found


def _has_figures(text: str) -> bool:
    return sum(map(str.isdecimal, text)) >= LOCAL_MIN and not _IPV4.fullmatch(text)


def _may_be(kind: str, number: str, home_region: str) -> str:
    """The kind of telephone that a number may be; empty: none, as its figures say."""
    figures = "".join(filter(str.isdecimal, number))
    if not LOCAL_MIN <= len(figures) <= FIGURES_MAX:
        return ""
    if len(figures) == len(number) > _BARE_MAX:
        return "whatsapp" if _SAYS_PHONE.search(kind) else ""
    if not figures.isascii():
        figures = "".join(str(unicodedata.digit(each)) for each in figures)
    is_whole = number[0] in "+\uff0b"
    return "phone" if is_whole or number_pattern.may_be_local(home_region)(figures) else ""


def leaves(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text and number in a JSON value, with the key it stands under; keys themselves too."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield "", name
            yield from leaves(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, key)
    elif (text := text_of(value)) is not None:
        yield key, text


def text_of(value: Any) -> str | None:
    """A JSON text, or a whole number as one; None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def told_by(events: Sequence[LoggedEvent], normaliser: Normaliser) -> Told:
    """What events tell beside their identifiers.

    Cost: one look over all texts of the batch, some 1 µs an event; only parts that may hold one are parsed.
    """
    texts = [part for event in events for part in (event.traits, event.properties, event.context, _labels(event))]
    column = _column(texts)
    pattern = f"{number_pattern.in_text(normaliser.home_region)}|{number_pattern.MAY_HAVE_WORD}"
    told = Told({}, set())
    for at in np.flatnonzero(pc.match_substring_regex(column, pattern)).tolist():
        number, part = divmod(at, len(PARTS) + 1)
        if part == len(PARTS):
            event, asked = events[number], Asked()
            labels = (event.name, event.message_id, event.group_id)
            named = set[Key]().union(*(naming_keys("", text, normaliser, asked) for text in labels))
        else:
            read = _remembered if len(texts[at]) <= _PART_BYTES_MAX else _told_by_part
            named, is_over = read(bytes(texts[at]), normaliser)
            told.crowded.update((number,) if is_over else ())
        if named:
            told.named.setdefault(number, set()).update(named)
    return told


def told_by_unused(event: LoggedEvent, used: Collection[str], normaliser: Normaliser) -> set[Key]:
    """What identifiers of an event tell that are of no use to identity: those of kinds other than ``used``."""
    asked = Asked()
    unused = [(kind, raw) for kind, raw in event.identifiers.items() if kind not in used]
    if event.previous_id and "previous_id" not in used:
        unused.append(("", event.previous_id))
    return set[Key]().union(*(naming_keys(kind, raw, normaliser, asked) for kind, raw in unused))


def _column(texts: Sequence[bytes | msgspec.Raw]) -> pa.LargeStringArray:
    """Texts end to end, without a copy of each."""
    ends = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=ends[1:])
    return pa.LargeStringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(b"".join(texts)))


def _labels(event: LoggedEvent) -> bytes:
    return f"{event.name} {event.message_id} {event.group_id}".encode()


def _told_by_part(part: bytes, normaliser: Normaliser) -> tuple[set[Key], bool]:
    asked = Asked()
    keys = set[Key]().union(*(naming_keys(key, text, normaliser, asked) for key, text in leaves(_read(part))))
    return keys, asked.is_over


_remembered = functools.lru_cache(1 << 11)(_told_by_part)
