"""What an event may not say: values that name somebody erased, wherever they stand in it.

E-mail addresses and telephones are known in any text, under any key, as people write them. Whatever other identifier is
to be left out (a customer id, a card) is known by its value: a telling one anywhere, a short one under its own name
alone. Beside a value of an erased person their name may stand, under keys that say so: it is left out as well, with
birth date and postal address, unless what was erased is only a device.
"""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from omniloom.core.event import LoggedEvent
from omniloom.identity.claim import Key
from omniloom.identity.match.columns import by_name
from omniloom.identity.normal import Normaliser
from omniloom.identity.told import PARTS, Asked, naming_keys, text_of

_SAYS_WHO = re.compile(r"recipient|contact|gift.?to|получател|контакт", re.IGNORECASE)
_PERSONAL = frozenset(("full_name", "given_name", "surname", "patronymic", "birth_date", "address"))
_THING = frozenset(("product_id", "productId", "sku", "price", "quantity"))  # beside them a name is a thing's
_CHARS_MIN, _DIGITS_MIN = 6, 9  # a shorter value, or a number of fewer figures, stands in texts of others too
_GONE = object()
_read = msgspec.json.decode
_json = msgspec.json.Encoder().encode
_NONE = msgspec.Raw(b"{}")


@functools.lru_cache(1 << 12)
def says_who(key: str) -> bool:
    """Whether what stands under a key names a person, or says when they were born or where they live."""
    return by_name(key) in _PERSONAL or _SAYS_WHO.search(key) is not None


@dataclass(slots=True)
class Unsaid:
    """What is left out of one event. ``keys``: addresses and telephones; ``words``: values of other identifiers, by
    kind. ``with_names``: what names a person goes too; ``all_traits``: they are the erased person's, all of them.
    """

    normaliser: Normaliser
    keys: frozenset[Key]
    words: dict[str, set[str]] = field(default_factory=dict)
    with_names: bool = True
    all_traits: bool = False
    _asked: Asked = field(default_factory=Asked)

    def leave_out(self, event: LoggedEvent, position: int, kinds: Iterable[str], *, previous: bool) -> LoggedEvent:
        """The event without it, and without its identifiers of some kinds, and the previous one."""
        traits, properties, context = (_read(getattr(event, part)) for part in PARTS)
        kept = self._part(context)
        if self.all_traits:
            kept.pop("traits", None)
        return LoggedEvent(
            source_id=event.source_id, type=event.type, occurred_at=event.occurred_at, received_at=event.received_at,
            message_id=f"erased:{position}" if self.names("", event.message_id) else event.message_id,
            name="" if self.names("", event.name) else event.name,
            identifiers={kind: raw for kind, raw in event.identifiers.items() if kind not in kinds},
            previous_id="" if previous else event.previous_id,
            group_id="" if self.names("group_id", event.group_id) else event.group_id,
            traits=_NONE if self.all_traits else msgspec.Raw(_json(self._part(traits))),
            properties=msgspec.Raw(_json(self._part(properties))), context=msgspec.Raw(_json(kept)),
        )  # fmt: skip

    def _part(self, part: dict[str, Any]) -> dict[str, Any]:
        self._asked = Asked()  # as it was when the part was read
        kept = self._without("", part)
        kept = {} if kept is _GONE else kept
        found: dict[str, Any] = _unnamed(kept) if self.with_names and kept != part else kept
        return found

    def _without(self, key: str, value: Any, kind: str = "") -> Any:
        if isinstance(value, dict):
            called = value.get("type")
            kind = called if isinstance(called, str) else ""
            kept = {name: self._without(name, each, kind) for name, each in value.items() if not self.names("", name)}
            if kind and kept.get("id") is _GONE:
                return _GONE  # an external id is nothing without it
            return {name: each for name, each in kept.items() if each is not _GONE}
        if isinstance(value, list):
            return [each for each in (self._without(key, one) for one in value) if each is not _GONE]
        text = text_of(value)
        return _GONE if text is not None and self.names(kind if key == "id" and kind else key, text) else value

    def names(self, key: str, text: str) -> bool:
        """Whether a text under a key names them."""
        if self.keys and not self.keys.isdisjoint(naming_keys(key, text, self.normaliser, self._asked)):
            return True
        plain = text.casefold()
        for kind, words in self.words.items():
            under_own = _squashed(key) == _squashed(kind)
            if any(plain == word if under_own else _is_telling(word) and _holds(plain, word) for word in words):
                return True
        return False


def _unnamed(value: Any) -> Any:
    """Without what stands under a key that says it names a person."""
    if isinstance(value, list):
        return [_unnamed(each) for each in value]
    if not isinstance(value, dict):
        return value
    is_thing = not _THING.isdisjoint(value)
    return {key: _unnamed(each) for key, each in value.items()
            if not says_who(key) or (is_thing and key in ("name", "title"))}  # fmt: skip


def _squashed(key: str) -> str:
    return re.sub(r"[\W_]+", "", key).casefold()


def _is_telling(word: str) -> bool:
    figures = sum(map(str.isdigit, word))
    return len(word) >= _CHARS_MIN if figures < len(word) else figures >= _DIGITS_MIN


def _holds(text: str, word: str) -> bool:
    """Whether a text holds a word, and not only within a longer one."""
    return word in text and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None
