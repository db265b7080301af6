"""How each way is set: on or off, what the customer gets for it, and the page's words.

A benefit is only declared here and told with the identify event; whoever keeps balances or coupons reads it there.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

import msgspec

from omniloom.core.errors import Invalid, Missing
from omniloom.core.text import clean
from omniloom.messaging.recognition.way import Way, known_ways
from omniloom.store import StateTx, Stores, query

NAME_CHARS_MAX = 80
TEXT_CHARS_MAX = 300
BOT_URL_MARK = "{token}"


@dataclass(frozen=True, slots=True)
class Benefit:
    """What a customer gets for being recognised, once. ``coupon`` is shown with it; ``name`` is its key."""

    name: str
    text_en: str = ""
    text_ru: str = ""
    coupon: str = ""

    def text(self, language: str) -> str:
        """What the customer reads."""
        texts = (self.text_ru, self.text_en) if language == "ru" else (self.text_en, self.text_ru)
        return next((text for text in texts if text), self.name)


@dataclass(frozen=True, slots=True)
class WaySettings:
    """One way as it is set. ``bot_url``: the link to the bot, such as ``https://t.me/shop_bot?start={token}``."""

    is_on: bool = False
    benefit: Benefit | None = None
    title_en: str = ""
    title_ru: str = ""
    bot_url: str = ""


def way_settings(where: StateTx, way: str) -> WaySettings:
    """How one way is set; off by default. Errors: Missing if there is no such way."""
    known_way(way)
    row = where.one(query(__file__, "way"), way=way)
    return WaySettings() if row is None else msgspec.json.decode(row["settings"], type=WaySettings)


def all_way_settings(stores: Stores) -> dict[str, WaySettings]:
    """Every way and how it is set."""
    with stores.state.read() as tx:
        return {way: way_settings(tx, way) for way in known_ways()}


def save_way(stores: Stores, way: str, changed: WaySettings, *, now: datetime) -> WaySettings:
    """Keep how a way is set; it counts at once. Errors: Missing; Invalid names the field."""
    known_way(way)
    for name, text in _texts(changed):
        most = NAME_CHARS_MAX if name in ("name", "coupon") else TEXT_CHARS_MAX
        if len(clean(text, field=name)) > most:
            raise Invalid(f"{name} is over {most} characters", field=name)
    if changed.benefit is not None and not changed.benefit.name.strip():
        raise Invalid("the benefit needs a name", hint="or leave it out", field="name")
    if changed.bot_url and (
        not changed.bot_url.startswith("https://") or changed.bot_url.count(BOT_URL_MARK) != 1
    ):  # fmt: skip
        raise Invalid(f"the bot's link needs {BOT_URL_MARK} once", hint="https://t.me/shop_bot?start={token}",
                      field="bot_url")  # fmt: skip
    with stores.state.write() as tx:
        tx.run(query(__file__, "way_save"), way=way, settings=msgspec.json.encode(changed).decode(), now=now)
    return changed


def known_way(way: str) -> Way:
    """A way by its key. Errors: Missing."""
    if way not in known_ways():
        raise Missing(f"there is no way {way}", hint=f"one of {', '.join(known_ways())}", field="way")
    return known_ways()[way]


def _texts(settings: WaySettings) -> list[tuple[str, str]]:
    own = asdict(settings)
    benefit = own.pop("benefit") or {}
    return [(name, text) for name, text in {**own, **benefit}.items() if isinstance(text, str)]
