"""The look through refused items goes round for all erasures at once: against a slow model, and however many come."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.engines import open_test_stores

from omniloom import collect
from omniloom.collect import LetterFilter, Refusal, encode_refusal
from omniloom.identity import normalise, tombstone
from omniloom.privacy.erasure import Erasure, ErasureState, add_erasure
from omniloom.privacy.refused import look_through, looked_through
from omniloom.store import Stores
from omniloom.store.sql import parse_state

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
REGION = "RU"
DONE = parse_state("test", "update privacy_erasure set state = 'done'")
IDS = parse_state("test", "select letter_id from collect_dead_letter")
PEOPLE = 4

a_person = st.integers(0, PEOPLE - 1)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("refuse"), a_person), st.tuples(st.just("refuse"), a_person),
        st.tuples(st.just("keep"), st.integers(1, 3)), st.tuples(st.just("erase"), a_person),
        st.tuples(st.just("look"), st.integers(1, 3)), st.tuples(st.just("look"), st.integers(1, 3)),
        st.tuples(st.just("correct"), a_person),
    ),
    min_size=6, max_size=30,
)  # fmt: skip


@dataclass
class Company:
    """Stores, and what was done to them: who was erased when, after how many refusals."""

    stores: Stores
    number: int
    refused: int = 0
    erased: dict[str, tuple[int, int]] = field(default_factory=dict)  # erasure -> who, refusals before it

    def mail(self, person: int) -> str:
        return f"p{person}.{self.number}@example.test"

    def refuse(self, person: int) -> None:
        self.refused += 1
        raw = json.dumps({"n": self.refused, "email": self.mail(person)})
        self.stores.refusals.append([encode_refusal(Refusal(
            source_id="s", dialect="segment", path="/v1/batch", received_at=NOW, reason="no_name", raw=raw,
        ))])  # fmt: skip

    def keep(self, rows_max: int) -> None:
        collect.keep_refusals(self.stores, now=NOW, rows_max=rows_max)

    def erase(self, person: int) -> None:
        name = f"e{self.number}.{len(self.erased)}"
        normal = normalise("email", self.mail(person), REGION)
        at = NOW + timedelta(seconds=len(self.erased))
        with self.stores.state.write() as tx:
            if not tombstone.salt_of(tx):
                tombstone.set_salt(tx, "salt")
            digest = tombstone.digest_of(tombstone.salt_of(tx), ("email", str(normal)))
            tombstone.bury(tx, [], {digest: "email"}, erasure_id=name, erased_at=at)
            made = Erasure(name, "", [], ErasureState.BEGUN, "asked", "desk", at, 0, None, {})
            add_erasure(tx, made, refusals_through=self.stores.refusals.last_position())
        self.erased[name] = (person, self.refused)

    def look(self, rows_max: int) -> int:
        return look_through(self.stores, home_region=REGION, rows_max=rows_max)

    def correct(self, person: int) -> None:
        for letter in collect.letters(self.stores, LetterFilter(), rows_max=1):
            edited = json.dumps({"n": 0, "type": "track", "email": self.mail(person)})
            collect.replay_edited(self.stores, letter.letter_id, edited, now=NOW)

    def kept(self) -> list[tuple[int, str, list[str]]]:
        """Each letter that is there: the how many-eth refusal it was, what it said, and its corrections."""
        found = []
        for letter in collect.letters(self.stores, LetterFilter(), rows_max=1000):
            tried = [one.edited for one in collect.attempts_of(self.stores, letter.letter_id)]
            found.append((int(json.loads(letter.raw)["n"]), letter.raw, tried))
        return found

    def check(self) -> None:
        """Of whoever is done nothing is left that had been refused before."""
        done, kept = looked_through(self.stores), self.kept()
        for name in done:
            person, before = self.erased[name]
            assert not [n for n, text, _ in kept if n <= before and self.mail(person) in text]

    def clear(self) -> None:
        """Leave nothing to the next example."""
        self.keep(1000)
        with self.stores.state.write() as tx:
            collect.drop_letters(tx, [letter_id for (letter_id,) in tx.tuples(IDS)])
            tx.run(DONE)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stores, list[int]]]:
    """One pair of stores for all examples: each has addresses of its own."""
    opened = open_test_stores(tmp_path_factory.mktemp("look"))
    yield opened, []
    opened.close()


# The last one's item comes while the look turns for the one before.
OVERTAKEN = [
    *[("refuse", 3)] * 3, ("keep", 3), ("erase", 0), ("look", 1), ("erase", 1), ("look", 1), ("refuse", 2), ("keep", 1),
    ("erase", 2), ("look", 1), ("look", 1), ("look", 1),
]  # fmt: skip


@given(acts)
@example(OVERTAKEN)
def test_whoever_is_done_is_named_nowhere_and_everybody_is_done_in_the_end(shared, drawn) -> None:
    stores, examples = shared
    examples.append(1)
    company = Company(stores, len(examples))
    company.clear()
    done: set[str] = set()
    for act, what in drawn:
        getattr(company, act)(what)
        company.check()
        assert done <= looked_through(stores), "it does not become undone"
        done = looked_through(stores)
    company.keep(1000)
    while company.look(2):
        company.check()
    assert looked_through(stores) == set(company.erased)
    erased = {company.mail(person) for person, _ in company.erased.values()}
    assert not [n for n, *said in company.kept() if any(mail in str(said) for mail in erased)]


@given(st.integers(1, 12), st.integers(0, 12), st.integers(1, 3))
def test_a_stream_of_erasures_and_refusals_makes_none_wait_for_ever(shared, before, looked, rows_max) -> None:
    """One more begins, and one more item is refused, between any two steps: two rounds are enough for each."""
    stores, examples = shared
    examples.append(1)
    company = Company(stores, len(examples))
    company.clear()
    for _ in range(before):
        company.refuse(1)
    company.keep(1000)
    company.erase(0)
    for _ in range(looked):
        company.look(1)
    due, served = {}, set()
    for step in range(6 * (before + 2)):
        company.erase(2)
        rounds = 2 * -(-company.refused // rows_max) + 2  # two through all that there are now
        due[list(company.erased)[-1]] = step + rounds
        if rows_max > 1:
            company.refuse(1)
            company.keep(10)
        company.look(rows_max)
        served |= looked_through(stores)
        assert not [name for name, at in due.items() if at <= step and name not in served]
    assert served >= {name for name in company.erased if name not in due}
