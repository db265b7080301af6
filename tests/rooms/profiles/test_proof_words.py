"""The proof's document speaks its reader's language; the JSON form keeps the keys that the chain is made of."""

import hashlib
import io
import json
from dataclasses import replace

import msgspec
import pypdf
import pytest

from omniloom.collect import add_source
from omniloom.core.event import OWN_SOURCE_ID
from omniloom.core.ids import SeededIds
from omniloom.identity import KINDS
from omniloom.messaging import known_channels, voice
from omniloom.profiles import EVERY_CHANNEL, MARKETING, consent_proof, proof_pdf
from omniloom.profiles.proof_texts import proof_texts

from .conftest import NOW, day

LANGUAGES = ("en", "ru")
KEYS = {
    "kinds": {*KINDS}, "channels": {*known_channels(), EVERY_CHANNEL}, "purposes": {MARKETING},
    "methods": {*voice.METHODS, "loyalty form"}, "sources": {OWN_SOURCE_ID},
}  # fmt: skip
SAID = {
    "ru": ("Код клиента: A", "Эл. почта: anna@example.test", "Дано: эл. почта, реклама, сама компания",
           "Канал эл. почта", "Цель реклама", "Способ анкета программы лояльности", "страница: https://shop.test/"),
    "en": ("Customer id: A", "E-mail: anna@example.test", "Given: e-mail, marketing, the company itself",
           "Channel e-mail", "Purpose marketing", "Method the loyalty programme's form", "page: https://shop.test/"),
}  # fmt: skip


@pytest.fixture
def source(teller):
    """A source that has told of two words: one in our keys, one in keys that we do not know."""
    added = add_source(teller.stores, name="Сайт магазина", kind="server", now=NOW, ids=SeededIds(1))
    teller.tell("identify", user_id="A", at=day(1), email="anna@example.test")
    told = {"at": day(1), "user_id": "A", "source_id": added.source_id}
    teller.tell("track", "Consent Given", **told, message_id="w1", context={"page": {"url": "https://shop.test/"}},
                properties={"channel": "email", "purpose": "marketing", "method": "loyalty form"})  # fmt: skip
    teller.tell("track", "Consent Given", **told, message_id="w2", properties={
        "channel": "pigeon", "purpose": "gifts for friends", "method": "smoke signs", "evidence": {"fire": "hill"},
    })  # fmt: skip
    teller.tell("track", "Consent Given", at=day(2), user_id="A", message_id="w3", properties={"channel": "sms"})
    teller.settle()
    return added


def text_of(document):
    """The words of a document, blanks made one."""
    pages = pypdf.PdfReader(io.BytesIO(document)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_document_says_keys_in_words_and_sources_by_name(teller, source, language):
    proof = consent_proof(teller.stores, 1, now=NOW, language=language)
    text = text_of(proof_pdf(teller.stores, proof, language=language))
    of_its_own = (f"Сайт магазина ({source.source_id}) · w1", "site · w3", "pigeon", "gifts for friends",
                  "smoke signs", "fire: hill")  # fmt: skip
    for part in (*SAID[language], *of_its_own, proof.digest):
        assert part in text, part
    for part in ("user_id", "email: ", "loyalty form", "page_url"):
        assert part not in text, part


def test_what_the_platform_was_told_itself_is_said_so(teller, source):
    proof = consent_proof(teller.stores, 1, now=NOW)
    own = replace(proof, lines=[replace(proof.lines[0], source_id=OWN_SOURCE_ID, message_id="word:1")])
    assert "сама платформа Omniloom (omniloom) · word:1" in text_of(proof_pdf(teller.stores, own, language="ru"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_json_keeps_the_keys_and_is_what_the_digest_is_of(teller, source, language):
    proof = consent_proof(teller.stores, 1, now=NOW, language=language)
    assert proof.digest == hashlib.sha256(msgspec.json.encode(replace(proof, digest=""))).hexdigest()
    shown = json.loads(msgspec.json.encode(proof))
    assert [one["kind"] for one in shown["identifiers"]] == ["user_id", "email"]
    line = next(one for one in shown["lines"] if one["message_id"] == "w1")
    assert [line[name] for name in ("channel", "purpose", "method", "source_id", "evidence")] == [
        "email", "marketing", "loyalty form", source.source_id, '{"page_url":"https://shop.test/"}',
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", KEYS)
def test_whatever_the_platform_knows_has_its_word(language, table):
    assert {key for key in KEYS[table] if f"{table}.{key}" not in proof_texts(language)} == set()


def test_both_languages_have_the_same_words():
    assert proof_texts("en").keys() == proof_texts("ru").keys()
    assert proof_texts("eo") == proof_texts("en")
