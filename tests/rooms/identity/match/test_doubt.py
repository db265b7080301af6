"""Relatives are asked about, however much is the same; slips of the finger are not."""

import pytest

from omniloom.identity.match import Reason, is_doubtful


def told(**differing: str) -> list[Reason]:
    fields = dict.fromkeys(("surname", "given_name", "birth_date", "sex", "patronymic", "city", "email"), "the same")
    return [Reason(field, field, words, 1.0) for field, words in (fields | differing).items()]


@pytest.mark.parametrize(("one", "other", "is_asked"), [
    ("Мария", "Марина", True), ("Александр", "Александра", True), ("Иван", "Игорь", True),
    ("Петров Иван Ильич", "Игорь Ильич Петров", True), ("John", "Joan", True),
    ("Мария", "Марря", False), ("Мария", "Маша", False), ("Мария", "Mariya", False), ("Robert", "Bob", False),
    ("Петров Иван Ильич", "Иван Петров", False), ("Мария", None, False), (None, None, False), ("", "Мария", False),
])  # fmt: skip
def test_two_names_that_people_have_are_asked_about(one: str | None, other: str | None, is_asked: bool) -> None:
    assert is_doubtful(told(given_name="one letter apart"), one, other) is is_asked
    assert is_doubtful(told(given_name="similar"), other, one) is is_asked
    assert not is_doubtful(told(given_name="the same in the other alphabet"), one, other)


@pytest.mark.parametrize(("field", "is_asked"), [
    ("sex", True), ("birth_date", True), ("patronymic", True), ("given_name", True),
    ("surname", False), ("city", False), ("email", False),
])  # fmt: skip
def test_what_relatives_do_not_share_must_not_differ(field: str, is_asked: bool) -> None:
    assert is_doubtful(told(**{field: "differs"}), "Мария", "Мария") is is_asked
    assert not is_doubtful(told(**{field: "unknown"}), "Мария", "Мария")
