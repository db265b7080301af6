"""The words that names are found by, kept once for everybody who has them."""

from omniloom.profiles import search

from .conftest import Teller


def test_a_foreign_name_is_found_as_it_sounds_though_somebody_has_it_in_cyrillic(teller: Teller) -> None:
    teller.tell("identify", user_id="first", traits={"name": "Алан"})
    teller.settle()
    for who, name in {"alan": "Alan", "lena": "Лена"}.items():  # one key, in Latin and in Cyrillic, of one batch
        teller.tell("identify", user_id=who, traits={"name": name})
    teller.settle()
    assert len(search(teller.stores, "Элен", home_region="RU", rows_max=10)) == 2, "both who have the word: Алан, Alan"
