"""What messages are about, as people may choose it: a short list that the company keeps.

A template says its topic; whoever turned it off gets no such message. Nothing is asked of what has no topic.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from omniloom.core.errors import Invalid
from omniloom.core.text import clean
from omniloom.store import StateTx, Stores, query

TOPIC = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
TITLE_CHARS_MAX = 80
ABOUT_CHARS_MAX = 200

_TOPICS = query(__file__, "topics")
_SAVE = query(__file__, "save_topic")


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. ``is_offered``: people may choose it; one that is no longer offered is closed to nobody."""

    topic: str
    title_en: str
    title_ru: str
    about_en: str = ""
    about_ru: str = ""
    place: int = 0
    is_offered: bool = True

    def title(self, language: str) -> str:
        """Its name in a language, or in the other one where that is empty."""
        return (self.title_ru or self.title_en) if language == "ru" else (self.title_en or self.title_ru)

    def about(self, language: str) -> str:
        """What it holds, in a language."""
        return (self.about_ru or self.about_en) if language == "ru" else (self.about_en or self.about_ru)


def topics(stores: Stores) -> list[Topic]:
    """All topics, in the company's order."""
    with stores.state.read() as tx:
        return topics_of(tx)


def topics_of(tx: StateTx) -> list[Topic]:
    """As :func:`topics`, in a transaction."""
    return [Topic(**{**row, "is_offered": bool(row["is_offered"])}) for row in tx.rows(_TOPICS)]


def save_topic(stores: Stores, wanted: Topic, *, now: datetime) -> Topic:
    """Add a topic or change it. Errors: Invalid names the field."""
    if not TOPIC.fullmatch(wanted.topic):
        hint = "small letters, digits, - and _, such as new-arrivals"
        raise Invalid(f"{wanted.topic!r} is no topic's key", hint=hint, field="topic")
    texts = {
        name: clean(getattr(wanted, name).strip(), field=name)
        for name in ("title_en", "title_ru", "about_en", "about_ru")
    }
    for name, text in texts.items():
        if len(text) > (TITLE_CHARS_MAX if name.startswith("title") else ABOUT_CHARS_MAX):
            raise Invalid(f"{name} is too long", field=name)
    if not texts["title_en"] and not texts["title_ru"]:
        raise Invalid("a topic needs a title", hint="in one language at least", field="title_en")
    with stores.state.write() as tx:
        tx.run(_SAVE, topic=wanted.topic, place=wanted.place, is_offered=int(wanted.is_offered), now=now, **texts)
    return Topic(wanted.topic, place=wanted.place, is_offered=wanted.is_offered, **texts)
