"""Numbers, money and instants as a reader of one language expects them. Source: CLDR through Babel."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers, units

from omniloom.core.money import exponent_of

Day: TypeAlias = date  # the class below has a method of that name
_LOCALES = {"en": "en_US", "ru": "ru_RU"}
DASH = "–"


@dataclass(frozen=True, slots=True)
class Format:
    """Texts for values in one language and time zone."""

    language: str = "en"
    zone: str = "UTC"

    @property
    def locale(self) -> Locale:
        """Babel's locale."""
        return Locale.parse(_LOCALES.get(self.language, "en_US"))

    def number(self, value: float | None, digits: int = 0) -> str:
        """A grouped number: 12,345."""
        if value is None:
            return DASH
        return numbers.format_decimal(round(value, digits), format=_pattern(digits), locale=self.locale)

    def short(self, value: float | None) -> str:
        """A number to read at a glance: 4.6M."""
        if value is None:
            return DASH
        if abs(value) < 10_000:
            return self.number(value)
        return numbers.format_compact_decimal(value, locale=self.locale, fraction_digits=1)

    def size(self, used: int) -> str:
        """Bytes to read at a glance: 184.1 MB."""
        steps = ("byte", "kilobyte", "megabyte", "gigabyte", "terabyte")
        step = min(max(used, 1).bit_length() // 10, len(steps) - 1)
        value = used / (1 << 10 * step)
        digits = 0 if step == 0 or value >= 100 else 1
        return units.format_unit(
            round(value, digits), f"digital-{steps[step]}", "short", format=_pattern(digits), locale=self.locale
        )

    def percent(self, share: float | None, digits: int = 0) -> str:
        """A share between 0 and 1 as a percentage."""
        if share is None:
            return DASH
        return numbers.format_percent(round(share, digits + 2), format=_pattern(digits) + "%", locale=self.locale)

    def money(self, amount_minor: int | float | None, currency: str) -> str:
        """An amount with its minor units: $1,234.56."""
        if amount_minor is None:
            return DASH
        return numbers.format_currency(_major(amount_minor, currency), currency or "USD", locale=self.locale)

    def money_short(self, amount_minor: int | float | None, currency: str) -> str:
        """An amount to read at a glance: $4.6M."""
        if amount_minor is None:
            return DASH
        amount = _major(amount_minor, currency)
        if abs(amount) < 10_000:
            return self.money_whole(amount_minor, currency)
        return numbers.format_compact_currency(amount, currency or "USD", locale=self.locale, fraction_digits=1)

    def money_whole(self, amount_minor: int | float | None, currency: str) -> str:
        """An amount without minor units: $1,235."""
        if amount_minor is None:
            return DASH
        pattern = "#,##0 ¤" if self.language == "ru" else "¤#,##0"
        amount = _major(amount_minor, currency)
        return numbers.format_currency(
            amount, currency or "USD", format=pattern, locale=self.locale, currency_digits=False
        )

    def date(self, at: datetime | None) -> str:
        """A day: 21 Nov 2026."""
        return dates.format_date(self._local(at), "d MMM y", locale=self.locale) if at else DASH

    def short_day(self, on: Day) -> str:
        """A day on a chart's axis: 21 Nov."""
        return dates.format_date(on, "d MMM", locale=self.locale)

    def day(self, at: datetime) -> str:
        """A day as a heading: Saturday, 21 November 2026."""
        return dates.format_date(self._local(at), "EEEE, d MMMM y", locale=self.locale)

    def time(self, at: datetime | None) -> str:
        """A time of day: 22:05."""
        return dates.format_time(self._local(at), "HH:mm", locale=self.locale) if at else DASH

    def clock(self, at: datetime) -> str:
        """A time of day with seconds: 22:05:09."""
        return dates.format_time(self._local(at), "HH:mm:ss", locale=self.locale)

    def when(self, at: datetime | None) -> str:
        """A day and time: 21 Nov 2026, 22:05."""
        return f"{self.date(at)}, {self.time(at)}" if at else DASH

    def ago(self, at: datetime | None, now: datetime) -> str:
        """How long ago: 3 days ago."""
        if at is None:
            return DASH
        passed = at - now
        if abs(passed) < timedelta(seconds=1):
            passed = timedelta(seconds=-1)
        return dates.format_timedelta(passed, add_direction=True, locale=self.locale)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.zone))


def _pattern(digits: int) -> str:
    return "#,##0" + ("." + "0" * digits if digits else "")


def _major(amount_minor: int | float, currency: str) -> Decimal:
    return Decimal(round(amount_minor)).scaleb(-exponent_of(currency))
