"""What columns mean, by name in two languages and by content."""

import pyarrow as pa
import pytest

from omniloom.core.errors import Invalid
from omniloom.identity.match import guess

PEOPLE = {
    "first": ["Anna", "Robert", "Мария", "Иван"] * 5,
    "last": ["Smith", "Jones", "Петрова", "Иванов"] * 5,
    "mail": ["a@example.com", "b@example.com", "c@example.com", "d@example.com"] * 5,
    "tel": ["+7 916 123-45-67", "8 (495) 123-45-68", "+1 202 555 0123", "89161234567"] * 5,
    "born": ["1980-01-02", "03.04.1975", "12/31/1990", "1966-07-08"] * 5,
}


@pytest.mark.parametrize(("header", "field"), [
    ("first_name", "given_name"), ("FirstName", "given_name"), ("given name", "given_name"), ("Имя", "given_name"),
    ("Фамилия", "surname"), ("last-name", "surname"), ("client_surname", "surname"), ("Отчество", "patronymic"),
    ("ФИО", "full_name"), ("E-mail", "email"), ("Телефон 2", "phone"), ("mobile_phone", "phone"),
    ("Дата рождения", "birth_date"), ("date_of_birth", "birth_date"), ("DOB", "birth_date"), ("Город", "city"),
    ("shipping_city", "city"), ("suburb", "city"), ("Индекс", "postcode"), ("zip", "postcode"), ("адрес", "address"),
    ("address_1", "address"), ("street_number", "house"), ("soc_sec_id", "national_id"), ("СНИЛС", "national_id"),
    ("company_name", "organisation"), ("state", "state"), ("пол", "sex"),
])  # fmt: skip
def test_a_name_gives_a_column_away(header, field):
    values = {"full_name": ["Иванов Иван Петрович", "Anna Smith"], "birth_date": ["1980-01-02", "1981-02-03"]}
    table = pa.table({"key": ["1", "2"], header: values.get(field, ["Анна", "1"])})
    assert {m.column: m.field for m in guess(table, "key")}.get(header) == field


@pytest.mark.parametrize(("kind", "field"), [("first", "given_name"), ("mail", "email"), ("tel", "phone"),
                                             ("born", "birth_date")])  # fmt: skip
def test_content_tells_where_the_name_is_silent(kind, field):
    table = pa.table({"id": [str(n) for n in range(20)], "c1": PEOPLE[kind]})
    assert [m.field for m in guess(table, "id")] == [field]


@pytest.mark.parametrize("header", ["cluster", "label", "entity_id", "created_at", "unnamed: 0", "row"])
def test_what_may_be_the_truth_or_a_clerk_s_number_is_left_alone(header):
    table = pa.table({"id": ["1", "2"], header: ["7", "7"], "name": ["Anna Smith", "Bob Brown"]})
    assert header not in [m.column for m in guess(table, "id")]


def test_a_map_decides_over_the_guess():
    table = pa.table({"id": ["1", "2"], "x": ["a b", "c d"], "surname": ["1", "2"]})
    found = {m.column: m.field for m in guess(table, "id", {"x": "surname", "surname": "ignore"})}
    assert found == {"x": "surname"}


@pytest.mark.parametrize(("given", "named"), [({"nope": "surname"}, "nope"), ({"x": "nonsense"}, "x")])
def test_a_map_that_names_nothing_is_refused_by_name(given, named):
    with pytest.raises(Invalid, match=named):
        guess(pa.table({"id": ["1"], "x": ["a"]}), "id", given)
