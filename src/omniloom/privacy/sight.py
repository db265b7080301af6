"""What a role may see of people: one sight goes through any value a route answers with or a page reads.

Records of ours are known by their type: what the company itself wrote (templates, plans, settings) passes as it is, in
every other record the fields below are masked. Of what comes from outside (traits, properties, refused items) only that
is shown whose field is known to be harmless, by its name or by a tracking plan: a company names its fields as it likes,
so whatever is not known may be a name or an address.

The decision: docs/decisions/0025-masked-unless-harmless.md.
"""

import dataclasses
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar, cast

import msgspec

from omniloom.collect import UNPLANNED, Pii, field_classes
from omniloom.identity import KINDS
from omniloom.privacy import letter_sight, mask
from omniloom.privacy.asking import seen_definition
from omniloom.privacy.field_name import Tells, tells
from omniloom.privacy.field_rights import FieldRights, is_goods
from omniloom.privacy.mask import FIGURES_MAX
from omniloom.store import Stores

T = TypeVar("T")

FREE = frozenset(("traits", "properties", "context", "items", "identifiers", "samples"))
"""Fields of records that hold what came from outside, by the names it came with."""
PERSONAL = frozenset((
    "fullname", "firstname", "lastname", "email", "phone", "mobile", "address", "addresses", "birthday", "inn", "card",
    "ip", "useragent", "matched", "deviceid", "userid", "anonymousid", "pushtoken", "telegram", "vk", "whatsapp",
    "viber", "max", "externalid", "evidence",
))  # fmt: skip
"""Fields of records of ours that say who somebody is."""
PEOPLE = frozenset(("Person", "PersonRow", "Contact", "Card", "RecipientView", "ConsentProof"))
"""Records whose ``name`` is a person's."""
PLACES = frozenset(("city", "timezone", "language"))
"""Fields of records that stand in for a trait, whatever somebody wrote into it."""
SAID = {
    "Relation": ("role",), "Belonging": ("role",), "ConsentEntry": ("wording",), "ProofLine": ("wording",),
    "Erasure": ("reason",), "Verdict": ("person",), "Reject": ("value",), "Grounds": ("wording",),
}  # fmt: skip
"""What somebody wrote of a person in their own words, by type of record."""
QUOTING = {"Verdict": ("message",), "Drop": ("message",), "Violation": ("message",), "Problem": ("message",)}
COMPANIES = {"Relation": "company", "Company": "name"}
OURS = frozenset((
    "Template", "NewTemplate", "Topic", "Wording", "Wordings", "Campaign", "CampaignProgress", "Tally", "Source",
    "SourceKeys", "Import", "SavedPlan", "Plan", "Survivorship", "Arriving", "ArrivingField", "Miss", "LetterCount",
    "Matching", "SettingField", "ChannelView", "Channel", "Policy", "Incident", "IncidentReport", "Known", "Notice",
    "Place", "Rule", "Due", "Kind", "Platform", "Stores",
))  # fmt: skip
"""What the company wrote or set: it is about no person."""
_ROOMS = ("profiles", "identity", "messaging", "journeys", "collect", "privacy")


@dataclasses.dataclass(frozen=True, slots=True)
class Sight(FieldRights):
    """What one role may see."""

    def of(self, value: T, *, is_person: bool = False) -> T:
        """The value as the role may see it. ``is_person``: the value is a person's traits, not a record of ours."""
        if self.sees_whom and (self.sees_sensitive or not self.classes.sensitive):
            return value
        shown = self._free(value, "traits") if is_person else self._any(value)
        return cast("T", shown)

    def of_stored(self, name: str, value: Any, row: Mapping[str, Any]) -> Any:
        """One column of a row as it is stored: JSON stands in it as text, and a trait's value beside its key."""
        if name in ("value", "text", "number") and isinstance(row.get("key"), str):
            return self._named(value, f"traits.{row['key']}")
        if not isinstance(value, str) or value[:1] not in ("{", "["):
            return value
        try:
            told = msgspec.json.decode(value.encode())
        except (msgspec.DecodeError, UnicodeEncodeError):
            return value
        return msgspec.json.encode(self._free(told, "" if name == "raw" else name)).decode()

    def _any(self, value: Any) -> Any:
        if isinstance(value, str | Enum | bool | int | float) or value is None:
            return value
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self._record(value)
        if isinstance(value, msgspec.Struct):
            return value
        if isinstance(value, Mapping):
            return {key: self._any(each) for key, each in value.items()} if type(value) is dict else value
        if isinstance(value, list | tuple):
            return _same_shape(value, [self._any(each) for each in value])
        return value

    def _record(self, value: Any) -> Any:
        kind, room = type(value).__name__, type(value).__module__.split(".")
        if kind in OURS or room[0] != "omniloom":
            return value
        if kind in letter_sight.KINDS:
            return letter_sight.seen(value, lambda each: self._free(each, ""), sees_whom=self.sees_whom)
        names = [field.name for field in dataclasses.fields(value) if field.init]
        given = {name: getattr(value, name) for name in names}
        is_about_people = room[1] in _ROOMS or kind in ("Segment", "TraitName")
        shown = {
            name: self._field(kind, name, each, given) if is_about_people else self._any(each)
            for name, each in given.items()
        }
        changed = {name: each for name, each in shown.items() if each is not given[name]}
        return dataclasses.replace(value, **changed) if changed else value

    def _field(self, kind: str, name: str, value: Any, others: Mapping[str, Any]) -> Any:
        if isinstance(others.get("key"), str) and name in ("value", "chosen", "lost"):
            path = f"traits.{others['key']}"
            return [self._origins(each, path) for each in value] if name == "lost" else self._origins(value, path)
        if kind == "Segment" and name == "definition":
            return seen_definition(self, value)
        if name in FREE and isinstance(value, Mapping | list) and not _is_records(value):
            return self._free(value, "" if name == "samples" else name)
        if self.sees_whom or not (masker := _masker(kind, name, value, others)):
            return self._any(value)
        return masker(value)

    def _origins(self, value: Any, path: str) -> Any:
        """A trait's value, or what a source said on it."""
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            said = cast("Any", value)
            return dataclasses.replace(said, value=self._named(said.value, path))
        return self._named(value, path)

    def _free(self, value: Any, path: str) -> Any:
        """What came from outside, at this path."""
        if isinstance(value, Mapping):
            return {self._key(key): self._named(each, f"{path}.{key}".lstrip(".")) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._free(each, path) if isinstance(each, Mapping | list | tuple) else self._named(each, path)
                    for each in value]  # fmt: skip
        return self._named(value, path)

    def _key(self, key: Any) -> str:
        return str(key) if self.sees_whom else mask.scanned(str(key))

    def _named(self, value: Any, path: str) -> Any:
        """The value of one field from outside."""
        pii, name = self.pii_of(path), path.rpartition(".")[2]
        if pii is Pii.SENSITIVE and not self.sees_sensitive:
            return mask.hidden(value)
        if self.sees_whom:
            return self._free(value, path) if isinstance(value, Mapping | list | tuple) else value
        if not is_goods(path) and (
            pii is not Pii.NONE or tells(name) is Tells.PERSON or path.startswith("identifiers.")
        ):
            return mask.whole(value)
        if isinstance(value, Mapping | list | tuple):
            return self._free(value, path)
        if self.is_harmless(path):
            return _harmless(value, name)
        return _unknown(value)


def sight(stores: Stores, *, sees_whom: bool, sees_sensitive: bool) -> Sight:
    """What somebody with these rights sees by the plans there are now. Cost: one small query, unless they see all."""
    is_all = sees_whom and sees_sensitive
    return Sight(sees_whom, sees_sensitive, UNPLANNED if is_all else field_classes(stores))


def masked_own(key: str, value: Any) -> Any:
    """A trait as the person themself is shown it by a link: what names them is masked, for others may hold the link."""
    if tells(key) is Tells.PERSON:
        return mask.whole(value)
    return mask.scanned(value) if isinstance(value, str) else value


def _masker(kind: str, name: str, value: Any, others: Mapping[str, Any]) -> Callable[[Any], Any] | None:
    """How a field of a record of ours is masked; None if it holds nothing of a person itself."""
    is_identifier = name in ("value", "joined_value") and str(others.get("kind", others.get("joined_kind"))) in KINDS
    is_name = name == "name" and kind in PEOPLE
    is_trader = COMPANIES.get(kind) == name and not is_company(str(value), str(others.get("inn", "")))
    if is_identifier or is_name or is_trader or name in SAID.get(kind, ()) or name.replace("_", "") in PERSONAL:
        return mask.whole
    if type(value) is not str:
        return _unquoted if name == "problems" and isinstance(value, Mapping) else None
    if name in QUOTING.get(kind, ()):
        return mask.unquoted
    return mask.harmless_text if name in PLACES else mask.scanned


def _unquoted(problems: Mapping[str, str]) -> dict[str, str]:
    """Why values of an event identify nobody, without the values."""
    return {kind: mask.unquoted(message) for kind, message in problems.items()}


def is_company(name: str, inn: str) -> bool:
    """Whether a company's name is nobody's own: it has a company's ten figures and is not called a sole trader."""
    first = name.strip().casefold().split(" ")[0].strip(".\"«»'")
    return len(inn) == 10 and first not in ("ип", "ip", "индивидуальный", "самозанятый", "самозанятая")


def _is_records(value: Any) -> bool:
    """Whether a list holds records of ours, which know their fields."""
    return isinstance(value, list) and bool(value) and dataclasses.is_dataclass(value[0])


def _same_shape(value: Any, found: list[Any]) -> Any:
    if all(one is each for one, each in zip(found, value, strict=True)):
        return value
    return type(value)(*found) if hasattr(value, "_fields") else type(value)(found)


def _harmless(value: Any, name: str) -> Any:
    if isinstance(value, str):
        said = tells(name)
        return (
            mask.link(value)
            if said is Tells.LINK
            else (mask.code if said is Tells.THING else mask.harmless_text)(value)
        )
    return value


def _unknown(value: Any) -> Any:
    if isinstance(value, str):
        return mask.unknown_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) < FIGURES_MAX:
        return value
    return mask.masked_text(str(value))
