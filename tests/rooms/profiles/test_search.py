"""Finding people however they are typed; distance and pieces against the obvious way."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from omniloom.core.ids import SeededIds
from omniloom.identity import members_of, merge, merges_of, unmerge
from omniloom.identity.match.skeleton import KEYS_MAX, fits, key, keys
from omniloom.profiles import search
from omniloom.profiles.spoken import distance, other_layout, pieces
from omniloom.profiles.survivorship import CARDS_LEFT
from omniloom.store.sql import parse_state

from .conftest import NOW, Teller

PEOPLE = {
    "anna": "Анна Ковалёва", "pavel": "Павел Сергеевич Кузнецов", "julia": "Yulia Shcherbakova", "oleg": "Олег Ким",
    "john": "John Smith", "ivan": "Иванов Иван",
}  # fmt: skip


SPELT = [
    {"first_name": "Таисия", "middle_name": "Львовна", "last_name": "Канарейкина"},
    {"имя": "Таисия", "отчество": "Львовна", "фамилия": "Канарейкина"},
    {"ФИО": "Канарейкина Таисия Львовна"},
    {"givenName": "Taisiya", "familyName": "Kanareikina", "patronymic": "Lvovna"},
]  # fmt: skip


@pytest.mark.parametrize("traits", SPELT)
@pytest.mark.parametrize(
    "typed", ["Канарейкина Таисия Львовна", "Таисия Львовна", "львовна", "канарейк та", "Канарейкена таисия львовна"]
)
def test_a_whole_name_is_found_under_whatever_keys_it_was_told(
    teller: Teller, traits: dict[str, str], typed: str
) -> None:
    teller.tell("identify", user_id="t", traits=traits)
    teller.tell("identify", user_id="other", traits={"name": "Мария Петровна Щукина"})
    teller.settle()
    assert found(teller, typed) == ["t"]


def test_a_patronymic_that_is_not_known_is_no_hindrance(known: Teller) -> None:
    assert found(known, "Ковалёва Анна Петровна") == ["anna"]
    assert found(known, "Кузнецов Павел Сергеевич") == ["pavel"]
    assert found(known, "Петровна") == []


@pytest.fixture
def known(teller: Teller) -> Teller:
    for n, (who, name) in enumerate(PEOPLE.items()):
        teller.tell(
            "identify", user_id=who, email=f"{who}.{n}@example.test", phone=f"+7916555{n}0{n}7", traits={"name": name}
        )
    teller.settle()
    return teller


def found(teller: Teller, text: str) -> list[str]:
    """User ids of who is found, in order."""
    rows = search(teller.stores, text, home_region="RU", rows_max=10)
    return [next(one.value for one in row.identifiers if one.kind == "user_id") for row in rows]


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("Ковалева анна", "anna"),  # the other order, ё as е
        ("Kovaleva", "anna"),  # in Latin
        ("Rjdfktdf", "anna"),  # Ковалева in the wrong layout
        ("Кавалева", "anna"),  # one mistake
        ("Коваелва", "anna"),  # neighbours swapped
        ("кузн пав", "pavel"),  # beginnings, in the other order
        ("Кузницова", "pavel"),  # two mistakes
        ("Щербакова Юлия", "julia"),  # in Cyrillic
        ("Iuliia Sherbakova", "julia"),  # another transliteration
        ("ыьшер", "john"),  # smith in the wrong layout
        ("Jhon", "john"),
        ("5552027", "julia"),  # a part of a phone
        ("555 20-27", "julia"),
        ("hn.4@", "john"),  # a part of an address
        ("john.4@exmaple.test", "john"),  # an address with a mistake after @
        ('шмфтю5"учфьздуюеуые', "ivan"),  # ivan.5@example.test with the Russian layout on
        ("ШМФТ.5“учф", "ivan"),  # its beginning: with Caps Lock, a point from the other keys, a curved quotation mark
        ("шмфтю5Ъучфьздуюеуые", "ivan"),  # a key beside
        ('щртю4"учьфздуюеуые', "john"),  # and a mistake after the @
        ("щдуп", "oleg"),  # a login
    ],
)
def test_people_are_found_however_they_are_typed(known: Teller, typed: str, who: str) -> None:
    assert found(known, typed)[:1] == [who]


def test_an_identifier_in_the_wrong_layout_comes_after_whoever_is_called_so(known: Teller) -> None:
    known.tell("identify", user_id="bdfyjd", email="bdfyjd@example.test")  # Иванов on the same keys
    known.tell("identify", user_id="bdfyjd2", email="gjl]zxtd@example.test")
    known.tell("identify", user_id="канарейка-17", traits={"name": "Подъячев Пётр"})
    known.settle()
    assert found(known, "иванов") == ["ivan"]
    assert found(known, "иванов2")[0] == "bdfyjd2"
    assert found(known, "подъячев") == ["канарейка-17"], "its hard sign is no @"
    assert found(known, "rfyfhtqrf-17") == ["канарейка-17"]
    assert found(known, 'Анна"Ковалёва') == ["anna"]
    assert found(known, 'Ким"а') == []


@pytest.mark.parametrize("text", ["Ivan.P_17@mail.ru", "a-b@x.test", "login", "{x}:Y~<q>"])
def test_the_other_layout_is_what_the_same_keys_give(text: str) -> None:
    keys = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~@"
    typed = text.translate(str.maketrans(keys, 'йцукенгшщзхъфывапролджэячсмитьбюёЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ"'))
    assert other_layout(typed)[0] == text


@pytest.mark.parametrize(
    "typed", ["Ковалёва Павел", "Ким Джон", "zzzz", "9999999", "%", "'; --", "\\", "   x", "аннннннн"]
)
def test_nobody_is_found_who_cannot_be_meant(known: Teller, typed: str) -> None:
    assert found(known, typed) == []


def test_the_exact_comes_before_the_like(known: Teller) -> None:
    known.tell("identify", user_id="ivan2", traits={"name": "Иванова Ивана"})
    known.settle()
    assert found(known, "Иван Иванов")[0] == "ivan"
    assert set(found(known, "Иван Иванов")) == {"ivan", "ivan2"}


def test_the_index_follows_names_merges_and_unmerges(known: Teller) -> None:
    known.tell("identify", user_id="oleg", traits={"name": "Олег Петров"}, at=NOW.replace(month=6))
    known.settle()
    assert (found(known, "Ким"), found(known, "Petrov")) == ([], ["oleg"])
    ids = {who: search(known.stores, who, home_region="RU", rows_max=1)[0].person_id for who in ("oleg", "anna")}
    with pytest.raises(Exception, match="user_id"):  # two user ids are two people
        merge(
            known.stores,
            into_id=ids["anna"],
            from_id=ids["oleg"],
            rule="by hand",
            evidence={},
            now=NOW,
            ids=SeededIds(1),
        )
    known.tell("identify", card="7700112233", traits={"name": "Зинаида Гиппиус"}, at=NOW.replace(month=5))
    known.settle()
    (other,) = [row.person_id for row in search(known.stores, "Гиппиус", home_region="RU", rows_max=5)]
    merge(known.stores, into_id=ids["anna"], from_id=other, rule="by hand", evidence={}, now=NOW, ids=SeededIds(2))
    known.settle()
    assert [row.person_id for row in search(known.stores, "zinaida", home_region="RU", rows_max=5)] == [ids["anna"]]
    assert found(known, "Ковалёва") == [], "the newest name is in force"
    unmerge(known.stores, merges_of(known.stores, ids["anna"])[0].merge_id, by="Vera", now=NOW)
    known.settle()
    assert found(known, "Ковалёва") == ["anna"]
    assert [row.person_id for row in search(known.stores, "zinaida", home_region="RU", rows_max=5)] == [other]
    with known.stores.state.read() as tx:
        assert members_of(tx, [ids["anna"]]) == {ids["anna"]: [ids["anna"]]}


letters = st.text("abc", max_size=6)


def slow(one: str, other: str) -> int:
    """Letters left out, put in, changed, or two neighbours swapped, tried in all ways."""
    if not one or not other:
        return len(one) + len(other)
    ways = [slow(one[1:], other) + 1, slow(one, other[1:]) + 1, slow(one[1:], other[1:]) + (one[0] != other[0])]
    if len(one) > 1 and len(other) > 1 and one[0] == other[1] and one[1] == other[0]:
        ways.append(slow(one[2:], other[2:]) + 1)
    return min(ways)


@given(letters, letters, st.integers(0, 3))
@example("aabb", "aaaaaa", 2)
def test_distance_is_that_of_the_slow_way(one: str, other: str, most: int) -> None:
    assert distance(one, other, most) == min(slow(one, other), most + 1)


@given(st.text("abcdefg", min_size=7, max_size=10), st.integers(0, 9), st.sampled_from("abc"))
def test_a_mistake_leaves_enough_pieces_to_be_met_by(word: str, place: int, letter: str) -> None:
    wrong = word[: place % len(word)] + letter + word[place % len(word) + 1 :]
    assert len(pieces(word) & pieces(wrong)) >= max(1, len(pieces(wrong)) - 6) or distance(word, wrong, 2) > 1


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Джон", "John Carter"), ("картер джон", "John Carter"), ("Майкл", "Michael White"), ("уайт", "Michael White"),
        ("Джордж Вашингтон", "George Washington"), ("Кристофер", "Christopher Hughes"), ("Хьюз", "Christopher Hughes"),
        ("Льюис", "Charlotte Lewis"), ("Шарлотта", "Charlotte Lewis"), ("Говард", "Howard Schultz"),
        ("Хаурд Шульц", ""), ("Ховард Шульц", "Howard Schultz"), ("Джейн", "Jane Wright"), ("Райт", "Jane Wright"),
        ("Рид", "Ann Reed"), ("Шварценеггер", "Arnold Schwarzenegger"), ("Уилсон", "Thomas Wilson"),
        ("Джон Рид", ""), ("Дж", ""), ("Грейс", "Grace Garcia"), ("Гарсия", "Grace Garcia"), ("Гвен", "Gwen Cole"),
        ("Коул", "Gwen Cole"), ("Сезар", "Cesar Young"), ("Клэр", "Emma Clair"),
    ],
)  # fmt: skip
def test_foreign_names_are_found_as_they_sound(teller: Teller, typed: str, name: str) -> None:
    for n, each in enumerate((
        "John Carter", "Michael White", "George Washington", "Christopher Hughes", "Charlotte Lewis", "Howard Schultz",
        "Jane Wright", "Ann Reed", "Arnold Schwarzenegger", "Thomas Wilson", "Grace Garcia", "Gwen Cole", "Cesar Young",
        "Emma Clair",
    )):  # fmt: skip
        teller.tell("identify", user_id=f"u{n}", traits={"name": each})
    teller.settle()
    assert [row.name for row in search(teller.stores, typed, home_region="RU", rows_max=10)] == [name] * bool(name)


def test_a_foreign_name_as_it_sounds_comes_before_others_mistyped(teller: Teller) -> None:
    for n, name in enumerate(("Jana Hill", "Jana Reed", "Ann Young")):
        teller.tell("identify", user_id=f"u{n}", traits={"name": name})
    teller.settle()
    names = [row.name for row in search(teller.stores, "Янг", home_region="RU", rows_max=2)]
    assert names == ["Ann Young", "Jana Hill"]


def test_words_kept_before_they_had_keys_get_them_as_cards_are_made_anew(teller: Teller) -> None:
    teller.tell("identify", user_id="john", traits={"name": "John Carter"})
    teller.settle()
    with teller.stores.state.write() as tx:
        tx.run(
            parse_state("test.drop_keys", "delete from profiles_name_piece where piece like '~%' or piece like '=%'")
        )
    assert found(teller, "Джон") == []
    with teller.stores.state.write() as tx:
        tx.move_cursor(CARDS_LEFT, 1)
    teller.settle()
    assert found(teller, "Джон") == ["john"]


@given(st.text("abcdefghijklmnopqrstuvwxyz", max_size=60))
@example("")
def test_any_word_has_one_key_and_few_are_asked_for(word: str) -> None:
    assert key(word).startswith("~")
    assert len(keys(word)) <= KEYS_MAX
    assert all(len(each) > 2 for each in keys(word))
    fits(word, word)  # whatever the letters
