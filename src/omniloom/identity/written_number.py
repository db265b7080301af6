"""Telephones in texts, as people write them.

Where a telephone ends is told by its figures: they begin where a group of figures begins and end where one ends, with
nothing but what people write between groups inside (spaces, dots, dashes, brackets). A longer number that merely holds
the same figures is another one; "order 5 of 8 916 123-45-67" names the telephone.
"""

import itertools
import re
from collections.abc import Iterator

FIGURES_MIN, FIGURES_MAX = 7, 15  # of a telephone with its country
LOCAL_MIN = 9  # without: fewer are anybody's price or date
NUMBERS_MAX = 8_000  # in one text: what has more is a table of measurements
BETWEEN = r"\s().\u2010-\u2015\u2212-"  # what people write between the groups of figures of a telephone
_NUMBER = re.compile(rf"(?:[+\uff0b][\s(]{{0,2}})?(?<!\d)\d(?:[\d{BETWEEN}]*\d)?")
_FIGURES = re.compile(r"\d+")
_GROUPS_MAX = 7


def numbers_in(text: str) -> Iterator[str]:
    """Whatever in a text may be a telephone, as it stands there or as its figures."""
    numbers = (number for run in _NUMBER.findall(text) for number in _numbers(run))
    return itertools.islice(numbers, NUMBERS_MAX)


def _numbers(run: str) -> Iterator[str]:
    """What a run of groups of figures may be: itself, or a telephone of some of them, one behind the other."""
    if len(run) >= FIGURES_MIN:
        yield run
    groups = _FIGURES.findall(run)
    is_whole = not run[0].isdigit()
    for first in range(len(groups)):
        plus = "+" if is_whole and not first else ""
        least = FIGURES_MIN if plus else LOCAL_MIN
        number = ""
        for group in groups[first : first + _GROUPS_MAX]:
            number += group
            if len(number) > FIGURES_MAX:
                break
            if len(number) >= least:
                yield plus + number
