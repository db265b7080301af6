"""A given name in the surname's column and the other way about."""

import numpy as np
import pyarrow as pa

from omniloom.identity.match.columns import Meaning
from omniloom.identity.match.model import Model
from omniloom.identity.match.prepare import prepare

NAMED = [Meaning("first", "given_name"), Meaning("last", "surname")]


def prepared(*names):
    first, last = zip(*names, strict=True)
    return prepare(pa.table({"first": first, "last": last}), NAMED, len(names))


def names_of(records):
    columns = (records.columns[f"{name}_text"] for name in ("given_name", "surname"))
    return list(zip(*(column.array.to_pylist() for column in columns), strict=True))


def test_names_are_put_right_where_the_other_rows_say_so():
    others = [("Harriet", surname) for surname in ("Reid", "Webb", "Fox", "Hage")]
    records = prepared(*others, ("Hage", "Harriet"))
    assert names_of(records)[-1] == ("harriet", "hage")
    assert names_of(records)[:-1] == [(first.lower(), last.lower()) for first, last in others]


def test_a_row_s_own_word_does_not_say_so():
    assert names_of(prepared(("Anna", "Lee"), ("Lee", "Anna"))) == [("anna", "lee"), ("lee", "anna")]
    assert names_of(prepared((None, "Lee"), ("Lee", None), ("Lee", "Ray"))) == [
        (None, "lee"),
        ("lee", None),
        ("lee", "ray"),
    ]


def test_names_in_each_other_s_column_are_the_same_names():
    rows = [("Anna", "Lee"), ("Lee", "Anna"), ("Ray", "Anna"), ("Lee", "Ray"), ("Anna", None)]
    model = Model(prepared(*rows))
    pairs = np.array([(0, 1), (0, 2), (0, 3), (1, 4)]).T
    levels = model.levels(pairs)
    place = {one.instance: number for number, one in enumerate(model.compared)}
    names = levels[:, [place["given_name"], place["surname"]]]
    most = [len(model.compared[place[name]].comparison.levels) for name in ("given_name", "surname")]
    assert names.tolist() == [most, [0, 0], [0, 0], [0, -1]]
