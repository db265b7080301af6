"""The rows of the segment form: what each kind of condition holds while it is edited, and how it is written down."""

import dataclasses
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from omniloom.web.theme import mark

NUMBER_OPERATORS = ("at_least", "at_most", "greater_than", "less_than")
DATE_OPERATORS = ("before", "after")
_SPAN = re.compile(r"([0-9]+)(s|m|h|d|w|mo)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*|.* ago")


@dataclass(slots=True, eq=False)
class Compare:
    """One comparison: a field, an operator, and what was typed. ``is_number`` decides between 5 and “5”."""

    field: str = ""
    operator: str = "is"
    value: str = ""
    high: str = ""
    values: list[str] = dataclasses.field(default_factory=list)
    flag: bool = True
    is_number: bool = False

    def argument(self) -> Any:
        """The argument as the language wants it."""
        if self.operator == "exists":
            return self.flag
        if self.operator == "one_of":
            return [self._typed(value) for value in self.values]
        if self.operator == "between":
            return [self._typed(self.value), self._typed(self.high)]
        return self._typed(self.value)

    def problem(self) -> str:
        """What is missing, as a text of the catalogue; empty when nothing is."""
        if not self.field:
            return mark("Choose a field.")
        if self.operator == "exists":
            return ""
        if self.operator == "one_of":
            return "" if self.values else mark("Enter at least one value.")
        given = [self.value] + ([self.high] if self.operator == "between" else [])
        if not all(value.strip() for value in given):
            return mark("Enter a value.")
        wants_number = self.operator in NUMBER_OPERATORS or (self.is_number and self.operator != "between")
        is_wrong = wants_number and number_of(self.value) is None
        return mark("Enter a number, such as 100 or 99.90.") if is_wrong else ""

    def _typed(self, value: str) -> Any:
        wants_number = self.operator in NUMBER_OPERATORS or self.is_number
        if self.operator == "between":
            wants_number = not _DAY.fullmatch(value.strip())
        number = number_of(value) if wants_number else None
        return value.strip() if number is None else number


def number_of(text: str) -> int | float | None:
    """The number that was typed, with a comma or a dot; None if it is none."""
    try:
        value = float(text.strip().replace(" ", "").replace("\u00a0", "").replace(",", "."))
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else value


def compares(name: str, raw: Any) -> list[Compare]:
    """The comparisons of one field as the language writes them."""
    if isinstance(raw, list):
        raw = {"one_of": raw}
    if not isinstance(raw, dict):
        raw = {"is": raw}
    return [_compare(name, operator, argument) for operator, argument in raw.items()]


def _compare(name: str, operator: str, argument: Any) -> Compare:
    found = Compare(name, operator)
    some = argument[0] if isinstance(argument, (list, tuple)) and argument else argument
    found.is_number = isinstance(some, (int, float)) and not isinstance(some, bool)
    if operator == "exists":
        found.flag = bool(argument)
    elif operator == "one_of":
        found.values = [_shown(value) for value in argument]
    elif operator == "between":
        found.value, found.high = (_shown(value) for value in argument)
    else:
        found.value = _shown(argument)
    return found


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


@dataclass(slots=True, eq=False)
class Bounds:
    """A lower and an upper limit as typed. ``form`` is empty, at_least, at_most, exactly or between."""

    form: str = ""
    low: str = ""
    high: str = ""

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Bounds":
        """The limits as the language writes them."""
        if "exactly" in raw or ("at_least" in raw and raw.get("at_least") == raw.get("at_most")):
            return cls("exactly", _shown(raw.get("exactly", raw.get("at_least"))))
        if "at_least" in raw and "at_most" in raw:
            return cls("between", _shown(raw["at_least"]), _shown(raw["at_most"]))
        if "at_most" in raw:
            return cls("at_most", _shown(raw["at_most"]))
        return cls("at_least", _shown(raw["at_least"])) if "at_least" in raw else cls()

    def plain(self) -> dict[str, Any]:
        """The limits for the language; what is no number stays as typed, for the language to refuse."""
        low, high = (text if number_of(text) is None else number_of(text) for text in (self.low, self.high))
        if self.form == "between":
            return {"at_least": low, "at_most": high}
        return {"at_least": low, "at_most": low} if self.form == "exactly" else {self.form: low}

    def problem(self) -> str:
        """What is missing."""
        given = [self.low] + ([self.high] if self.form == "between" else [])
        is_wrong = self.form and any(number_of(text) is None for text in given)
        return mark("Enter a number, such as 100 or 99.90.") if is_wrong else ""


@dataclass(slots=True, eq=False)
class TraitRow:
    """A comparison of a trait."""

    kind: ClassVar[str] = "trait"
    compare: Compare = dataclasses.field(default_factory=Compare)

    def plain(self) -> dict[str, Any]:
        """As the language writes it."""
        return {"trait": self.compare.field, self.compare.operator: self.compare.argument()}

    def problem(self) -> str:
        """What is missing."""
        return self.compare.problem() if self.compare.field else mark("Choose a trait.")


@dataclass(slots=True, eq=False)
class ConsentRow:
    """Whether someone agreed to a channel."""

    channel: str = "email"
    purpose: str = "marketing"
    is_given: bool = True
    kind: ClassVar[str] = "consent"

    def plain(self) -> dict[str, Any]:
        """As the language writes it."""
        return {"consent": self.channel, "purpose": self.purpose, "given": self.is_given}

    def problem(self) -> str:
        """What is missing."""
        return "" if self.channel and self.purpose.strip() else mark("Choose a channel.")


@dataclass(slots=True, eq=False)
class SegmentRow:
    """Whether someone is in another segment."""

    segment: str = ""
    kind: ClassVar[str] = "segment"

    def plain(self) -> dict[str, Any]:
        """As the language writes it."""
        return {"segment": self.segment}

    def problem(self) -> str:
        """What is missing."""
        return "" if self.segment else mark("Choose a segment.")


@dataclass(slots=True, eq=False)
class DidRow:
    """What someone did or did not do: how often, for how much, when, and where.

    ``window`` is empty, within, before, after or between; ``products`` are comparisons of one product of the event.
    """

    event: str = ""
    is_done: bool = True
    window: str = ""
    span: str = "30"
    unit: str = "d"
    points: list[str] = dataclasses.field(default_factory=lambda: ["", ""])
    where: list[Compare] = dataclasses.field(default_factory=list)
    products: list[Compare] = dataclasses.field(default_factory=list)
    count: Bounds = dataclasses.field(default_factory=Bounds)
    total_of: str = ""
    total: Bounds = dataclasses.field(default_factory=Bounds)
    currency: str = ""
    kind: ClassVar[str] = "did"

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "DidRow":
        """The row of a condition as the language writes it."""
        row = cls(event=raw.get("did", raw.get("did_not", "")), is_done="did" in raw)
        row._read_window(raw)
        where = dict(raw.get("where", {}))
        products = where.pop("product", {})
        row.where = [found for name, tests in where.items() for found in compares(name, tests)]
        products = products if isinstance(products, dict) else {"id": products}
        row.products = [found for name, tests in products.items() for found in compares(name, tests)]
        row.count = Bounds.of(raw.get("count", {}))
        if "sum" in raw:
            row.total_of = raw["sum"].get("of", "revenue")
            row.total, row.currency = Bounds.of(raw["sum"]), raw["sum"].get("currency", "")
        return row

    def plain(self) -> dict[str, Any]:
        """As the language writes it."""
        made: dict[str, Any] = {"did" if self.is_done else "did_not": self.event}
        if self.window == "within":
            made["within"] = f"{self.span.strip()}{self.unit}"
        elif self.window == "between":
            made["between"] = [point.strip() for point in self.points]
        elif self.window:
            made[self.window] = self.points[0].strip()
        where: dict[str, Any] = _merged(self.where)
        if self.products:
            where["product"] = _merged(self.products)
        if where:
            made["where"] = where
        if self.count.form:
            made["count"] = self.count.plain()
        if self.total_of:
            made["sum"] = {"of": self.total_of, **self.total.plain()}
            if self.currency:
                made["sum"]["currency"] = self.currency
        return made

    def problem(self) -> str:
        """What is missing."""
        if not self.event:
            return mark("Choose what they did.")
        wanted = {"within": [], "": [], "between": self.points}.get(self.window, self.points[:1])
        if not all(point.strip() for point in wanted):
            return mark("Choose a date.")
        if self.window == "within" and not self.span.strip().isdigit():
            return mark("Enter a whole number of days, weeks or months.")
        problems = [part.problem() for part in (*self.where, *self.products)] + [self.count.problem()]
        if self.total_of:
            problems.append(self.total.problem() if self.total.form else mark("Say how much the sum should be."))
        return next((problem for problem in problems if problem), "")

    def _read_window(self, raw: Mapping[str, Any]) -> None:
        for form in ("within", "before", "after", "between"):
            if form not in raw:
                continue
            self.window = form
            if form == "within" and (span := _SPAN.fullmatch(str(raw[form]).replace(" ", ""))):
                self.span, self.unit = span[1], span[2]
            elif form == "between":
                self.points = [str(point) for point in raw[form]]
            else:
                self.points = [str(raw[form]), ""]


Row = TraitRow | DidRow | ConsentRow | SegmentRow


def _merged(parts: list[Compare]) -> dict[str, Any]:
    """Comparisons by field; several of one field stand together."""
    merged: dict[str, dict[str, Any]] = {}
    for part in parts:
        merged.setdefault(part.field, {})[part.operator] = part.argument()
    return {name: tests["is"] if list(tests) == ["is"] else tests for name, tests in merged.items()}
