"""How identity reads what a sender wrote."""

from dataclasses import dataclass

from omniloom.core.settings import setting


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """Installation settings of identity."""

    home_region: str = setting("RU", "two-letter region whose phone numbers may be written without a country code")
    blocked: list[str] = setting([], "values that stand for nobody here: a form's test e-mail, a till's own card")
    home_currency: str = setting("RUB", "ISO 4217 currency of amounts that come without one")
