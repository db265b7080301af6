"""Every field keeps its own examples; a new field is tested by being there. Russian and English alike."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom.identity.match import FIELDS
from omniloom.identity.match.names import given_key, parse, surname_key
from omniloom.identity.match.places import city_name
from omniloom.identity.match.spelling import digits, latin, sound

EXAMPLES = [(name, raw, parts) for name, field in FIELDS.items() for raw, parts in field.examples.items()]
CITIES = Path(__file__).parents[5] / "shared" / "data" / "geo" / "ru_city.csv"
SPELLINGS = [
    "Юлия Yuliya Iuliia Julia Juliya Yulia",
    "Наталья Natalya Natalia Nataliia Natalja",
    "Щербаков Shcherbakov Scherbakov Sherbakov",
    "Алексей Aleksey Alexey Aleksei Alexei Aleksej",
    "Хрущёв Хрущев Khrushchev Hruschev Khrushchyov",
    "Евгений Evgeny Evgenii Yevgeny Evgeniy",
    "Фёдор Федор Fedor Fyodor",
    "Дмитрий Dmitry Dmitrii Dmitriy Dmitri",
    "Екатерина Ekaterina Yekaterina",
    "Чайковский Chaykovskiy Tchaikovsky Chaikovskii",
    "Ксения Kseniya Xenia Ksenia Kseniia",
    "Татьяна Tatiana Tatyana Tatjana",
]


@pytest.mark.parametrize(("name", "raw", "parts"), EXAMPLES)
def test_an_example_has_the_parts_it_promises(name, raw, parts):
    assert FIELDS[name].normalise(raw) == parts


@pytest.mark.parametrize("name", FIELDS)
@given(raw=st.text(max_size=40))
def test_any_text_has_as_many_parts_as_the_field_names(name, raw):
    parts = FIELDS[name].normalise(raw)
    assert len(parts) == len(FIELDS[name].parts)
    assert all(part is None or part for part in parts)


@pytest.mark.parametrize("spellings", SPELLINGS)
def test_transliterations_of_one_name_share_a_key(spellings):
    assert len({sound(latin(word)) for word in spellings.split()}) == 1


@pytest.mark.parametrize(
    "forms",
    ["Александр Саша Саня Sasha Alexandr", "Мария Маша Маруся Masha Mariya", "Robert Bob Rob bobby",
     "William Bill Will", "Екатерина Катя Катюша Katya", "Michael Mike Mick"],
)  # fmt: skip
def test_short_forms_lead_to_the_full_name(forms):
    assert len({given_key(latin(word)) for word in forms.split()}) == 1


@pytest.mark.parametrize("names", ["Иванов Иванова Ivanov Ivanova", "Достоевский Достоевская Dostoevsky",
                                   "Ким Kim", "Пушкин Пушкина Pushkina"])  # fmt: skip
def test_a_surname_is_one_in_both_genders_and_scripts(names):
    assert len({surname_key(latin(word)) for word in names.split()}) == 1


@pytest.mark.parametrize("text", ["Иванов Иван Петрович", "Иван Петрович Иванов", "ИВАНОВ ИВАН ПЕТРОВИЧ",
                                  "Ivanov Ivan Petrovich", "Иванов, Иван Петрович"])  # fmt: skip
def test_the_order_of_a_whole_name_does_not_matter(text):
    assert parse(text) == ("ivan", "ivanov", "petrovich")


@given(st.dates())
def test_a_date_is_read_from_every_way_of_writing_it(date):
    written = [f"{date:%Y-%m-%d}", f"{date:%d.%m.}{date.year:04}", f"{date:%Y%m%d}", f"{date:%Y-%m-%dT%H:%M:%S}"]
    if 1900 < date.year < 2030:
        found = {FIELDS["birth_date"].normalise(text) for text in written}
        assert len(found) == 1


def test_figures_of_other_scripts_are_figures():
    assert digits("٠٩١٦ １２") == "091612"


@pytest.mark.skipif(not CITIES.exists(), reason="the cities are not on this machine")
def test_most_russian_cities_are_one_in_both_scripts():
    with CITIES.open(encoding="utf-8", newline="") as file:
        cities = [
            (row["city"], int(row["population"].split("[")[0] or 0)) for row in csv.DictReader(file) if row["city"]
        ]
    large = [city for city, population in cities if population > 100_000]
    known = [city for city in large if city_name(city) != latin(city) or city_name(latin(city)) == city_name(city)]
    assert len(large) > 100
    assert len(known) >= 0.97 * len(large)
    assert city_name("Екатеринбург") == city_name("Ekaterinburg") == city_name("Yekaterinburg")
    assert city_name("Нижний Новгород") == city_name("Nizhny Novgorod")
