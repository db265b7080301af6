"""A city, suburb or village: Санкт-Петербург, СПб and Saint Petersburg are one place."""

import re

from omniloom.identity.match.field import Comparison, Field, Parts, alike, same, share, typed_over
from omniloom.identity.match.places import city_name, is_city
from omniloom.identity.match.spelling import latin

_TYPE = re.compile(
    r"^(?:г|гор|город|пос|поселок|посёлок|пгт|с|село|д|дер|деревня|ст|станица|рп|city of|town of)[.\s]\s*"
    r"|[.,]?\s+(?:г|город|city)\.?$",
    re.IGNORECASE,
)


def _normalise(value: str) -> Parts:
    return (city_name(_TYPE.sub("", value.strip())) or None,)


FIELD = Field(
    title="City",
    headers=("city", "town", "suburb", "locality", "город", "населенный пункт", "населённый пункт", "gorod", "нп",
             "settlement", "village", "place"),
    looks_like=lambda values: share(values, lambda value: is_city(latin(_TYPE.sub("", value.strip())))),
    parts=("name",),
    normalise=_normalise,
    comparisons=(
        Comparison("City", ("name",), (
            same("name", 0.75, "the same"),
            typed_over("name", 2, 0.1, "one or two letters apart", letters_min=4),
            alike("name", 0.88, 0.03, "similar"),
        ), 0.12),
    ),
    keys=("name",),
    rank=50,
    survivorship="recency",
    examples={
        "г. Москва": ("moscow",),
        "Moskva": ("moscow",),
        "СПб": ("saint petersburg",),
        "Нижний Новгород": ("nizhniy novgorod",),
        "Hull": ("hull",),
        "": (None,),
    },
)  # fmt: skip
