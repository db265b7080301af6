"""A foreign name in Latin letters and what it is called in Cyrillic are one name, with evidence of their own."""

import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom.identity.match import has_cyrillic, latin, match
from omniloom.identity.match.columns import Meaning
from omniloom.identity.match.likeness import Sides, other_script
from omniloom.identity.match.names import parse
from omniloom.identity.match.prepare import prepare
from omniloom.identity.match.skeleton import sounds_like
from omniloom.identity.match.values import Values

GIVEN = "John=Джон Michael=Майкл George=Джордж James=Джеймс Jacob=Джейкоб William=Уильям Emily=Эмили Judith=Джудит"
LAST = (
    "Carter=Картер White=Уайт Hughes=Хьюз Schultz=Шульц Wright=Райт Cole=Коул Johnson=Джонсон Walker=Уокер Price=Прайс"
)
NAMES = [word for words in (GIVEN, LAST) for word in words.replace("=", " ").split()]
ALPHABET = "the same in the other alphabet"


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=12))
def test_whole_arrays_say_what_one_pair_after_the_other_does(names: list[str]) -> None:
    texts = list(dict.fromkeys(map(latin, names)))
    written = list(dict.fromkeys(latin(name) for name in names if has_cyrillic(name)))
    codes = {
        "text": np.array([texts.index(latin(name)) for name in names]),
        "cyrillic": np.array([written.index(latin(name)) if has_cyrillic(name) else -1 for name in names]),
    }
    pairs = np.stack(np.indices((len(names), len(names))).reshape(2, -1))
    sides = Sides({"text": Values(texts), "cyrillic": Values(written)}, codes, pairs)
    found = other_script("text", "cyrillic", sounds_like)(sides)
    for is_so, (one, other) in zip(found.tolist(), pairs.T.tolist(), strict=True):
        in_it, out_of_it = sorted((names[one], names[other]), key=has_cyrillic, reverse=True)
        is_mixed = has_cyrillic(in_it) and not has_cyrillic(out_of_it)
        assert is_so == (is_mixed and sounds_like(latin(in_it), latin(out_of_it)))


def people(form: str) -> tuple[pa.Table, set[tuple[int, int]]]:
    """Some hundred people, a third of them twice: the second time in the other alphabet, with less beside the name."""
    dice = random.Random(3)
    rows: list[dict[str, str | None]] = []
    twice = set()
    for _ in range(400):
        given, last = (dice.choice(words.split()).split("=") for words in (GIVEN, LAST))
        known: dict[str, str | None] = {
            "birth_date": f"19{dice.randrange(50, 99)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}",
            "phone": f"+7916{dice.randrange(10**7):07}", "city": dice.choice(["Riga", "Perm", "Omsk"]),
        }  # fmt: skip
        scripts = [0, 1] if dice.random() < 0.33 else [dice.randrange(2)]
        for number, script in enumerate(scripts):
            named = {"first_name": given[script], "last_name": last[script]}
            whole = {"name": f"{given[script]} {last[script]}"}
            fewer = {dice.choice(["birth_date", "phone"]): None} if number else {}
            rows.append({"id": str(len(rows))} | (whole if form == "whole" else named) | known | fewer)
        if len(scripts) > 1:
            twice.add((len(rows) - 2, len(rows) - 1))
    return pa.Table.from_pylist(rows), twice


@pytest.mark.parametrize(("form", "least"), [("parts", 0.95), ("whole", 0.7)])
def test_people_are_found_in_the_other_alphabet_and_told_why(form: str, least: float) -> None:
    table, twice = people(form)
    found = match(table, id_column="id")
    taken = set(zip(found.left[found.is_accepted].tolist(), found.right[found.is_accepted].tolist(), strict=True))
    assert len(taken & twice) >= least * len(twice)
    assert len(taken - twice) <= 0.05 * len(twice)
    words = [reason.words for place in range(len(found.left)) for reason in found.reasons(place)]
    assert ALPHABET in words


def test_a_name_of_one_alphabet_alone_says_nothing_of_the_other() -> None:
    table = pa.table({"first": ["Грейс", "Джон", "Эмма", None], "last": ["Хьюз", "Картер", "Прайс", "Коул"]})
    records = prepare(table, [Meaning("first", "given_name"), Meaning("last", "surname")], 4)
    assert records.columns["given_name_cyrillic"].values == ["greys", "dzhon", "emma"]
    mixed = prepare(pa.table({"name": ["Грейс Хьюз", "Grace Hughes"]}), [Meaning("name", "full_name")], 2)
    assert mixed.columns["given_name_cyrillic"].codes.tolist() == [0, -1]
    assert mixed.columns["given_name_text"].values == ["khyuz", "grace"], "what is not known to be given stands first"


@pytest.mark.parametrize(
    ("text", "given_name"),
    [("Джон Картер", "dzhon"), ("Картер Джон", "dzhon"), ("Майкл Уайт", "maykl"), ("Иванова Анна", "anna"),
     ("Анна Джонс", "anna")],
)  # fmt: skip
def test_the_given_one_of_two_foreign_words_is_known_in_cyrillic_too(text: str, given_name: str) -> None:
    assert parse(text).given == given_name
