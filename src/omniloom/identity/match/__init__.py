"""Probabilistic matching: which rows of a table, or of two, are one person or thing, how probable it is, and why.

It knows tables, not stores. A field (a name, a phone, a date of birth, an address) is one file in ``fields/``; what
likeness is worth is learned from the table itself.
"""

from omniloom.identity.match import skeleton
from omniloom.identity.match.columns import FIELDS, IGNORED, Meaning, guess
from omniloom.identity.match.doubt import is_doubtful
from omniloom.identity.match.run import Matched, Reason, match
from omniloom.identity.match.spelling import has_cyrillic, latin, sound
from omniloom.identity.match.table import check_id, read, write_pairs

__all__ = [
    "FIELDS",
    "IGNORED",
    "Matched",
    "Meaning",
    "Reason",
    "check_id",
    "guess",
    "has_cyrillic",
    "is_doubtful",
    "latin",
    "match",
    "read",
    "skeleton",
    "sound",
    "write_pairs",
]
