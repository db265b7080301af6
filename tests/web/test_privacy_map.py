"""The map of data and the terms of keeping, read by somebody who reads Russian: every table explained in Russian."""

import re

from omniloom import privacy
from omniloom.web.view import CATALOGUE

LATIN_WORDS = re.compile(r"[a-z]+ [a-z]+ [a-z]+")  # a phrase, where names of tables and files are single words


def test_what_a_table_holds_is_said_in_the_readers_language(site):
    russian = CATALOGUE.translator("ru")
    page = site.get("/privacy?tab=map", role="operator").text
    for place in privacy.data_map(site.platform.stores):
        for words in filter(None, (place.purpose, place.note)):
            assert russian(words) in page
            assert words == "campaigns" or words not in page
    for rule in privacy.rules(site.platform.stores):  # on the map and beside the terms
        assert page.count(russian(rule.purpose)) >= 2


def test_english_stays_english(site):
    page = site.get("/privacy?tab=map", role="owner").text
    assert "lines of orders: segments, reports" in page


def test_erasure_of_the_log_and_of_rejected_rows_is_told(site):
    places = {place.table: place for place in privacy.data_map(site.platform.stores)}
    told = {table: places[table].erasure for table in ("log", "refusals", "rejects/*.csv", "secret.key")}
    assert told == {"log": "delete", "refusals": "delete", "rejects/*.csv": "delete", "secret.key": "keep"}


def test_translations_of_the_map_hold_no_english_phrase(site):
    russian = CATALOGUE.translator("ru")
    said = [russian(word) for place in privacy.data_map(site.platform.stores) for word in (place.purpose, place.note)]
    assert [words for words in said if LATIN_WORDS.search(words)] == []
