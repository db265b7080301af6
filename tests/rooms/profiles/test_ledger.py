"""The ledger of consents: it only grows, each line is chained, and what is in force equals a plain model of words."""

import dataclasses
import io
import itertools
import json

import pypdf
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.engines import open_test_stores
from tests.trying import examples

from omniloom.core.ids import SeededIds
from omniloom.identity import merge, unmerge
from omniloom.profiles import (
    ConsentEntry,
    add_wording,
    broken_links,
    consent_history,
    consent_proof,
    contacts,
    proof_pdf,
    take_word,
)
from omniloom.store.sql import parse_state

from .conftest import NOW, Teller, day

GIVEN, WITHDRAWN = "Consent Given", "Consent Withdrawn"


def say(teller, name, at, *, user="A", message_id=None, context=None, **properties):
    extra = {"message_id": message_id} if message_id else {}
    teller.tell("track", name, user_id=user, at=at, properties={"channel": "email", **properties},
                context=context or {}, **extra)  # fmt: skip


@pytest.mark.parametrize("change", [
    "update profiles_consent_ledger set is_given = 1",
    "update profiles_consent_ledger set wording = 'other' where person_id = 1",
    "delete from profiles_consent_ledger",
    "delete from profiles_wording",
    "update profiles_wording set text = 'other'",
])  # fmt: skip
def test_the_store_itself_refuses_to_change_what_was_written(teller, change):
    add_wording(teller.stores, name="news", text="I agree", language="en", now=NOW, by="ann")
    say(teller, GIVEN, day(1))
    teller.settle()
    with pytest.raises(Exception, match="append-only"), teller.stores.state.write() as tx:
        tx.run(parse_state("t", change))
    assert [entry.is_given for entry in consent_history(teller.stores, 1)] == [True]


def test_a_persons_lines_go_only_while_the_person_is_being_erased(teller):
    say(teller, GIVEN, day(1))
    say(teller, GIVEN, day(1), user="B")
    teller.settle()
    erase = parse_state("t", "delete from profiles_consent_ledger where person_id = :person_id")
    with teller.stores.state.write() as tx:
        tx.run(parse_state("t", "insert into profiles_erasing (person_id, since) values (1, 1)"))
        assert tx.run(erase, person_id=1) == 1
    with pytest.raises(Exception, match="append-only"), teller.stores.state.write() as tx:
        tx.run(erase, person_id=2)
    assert consent_history(teller.stores, 1) == []
    assert len(consent_history(teller.stores, 2)) == 1


def test_a_line_that_was_changed_left_out_or_put_in_between_is_seen(teller):
    for number in range(1, 5):
        say(teller, GIVEN if number % 2 else WITHDRAWN, day(number), wording=f"text {number}")
        teller.settle()
    lines = sorted(consent_history(teller.stores, 1), key=lambda line: line.place)
    assert broken_links(lines) == []
    for field in dataclasses.fields(ConsentEntry):
        value = getattr(lines[1], field.name)
        other = {bool: not value, int: 7, str: f"{value}x"}.get(type(value), day(28))
        changed = dataclasses.replace(lines[1], **{field.name: other})
        assert broken_links([lines[0], changed, *lines[2:]]), field.name
    assert broken_links([lines[0], *lines[2:]])
    assert broken_links([lines[0], lines[2], lines[1], lines[3]]) == [], "their order in the list says nothing"
    assert broken_links([lines[0], dataclasses.replace(lines[1], place=9), *lines[1:]])


def test_lines_of_before_the_chain_are_kept_and_a_chain_begins_behind_them(teller):
    teller.tell("identify", user_id="A", at=day(1))
    teller.settle()
    with teller.stores.state.write() as tx:
        tx.run(parse_state("t", (
            "insert into profiles_consent_ledger values (1, 1, 's', 'm0', '', 'email', 'marketing', 1, 'Old text', '',"
            " '', 'form', '', '', '{}', :at, :at, '')"
        )), at=day(1))  # fmt: skip
    say(teller, WITHDRAWN, day(2))
    teller.settle()
    lines = consent_history(teller.stores, 1)
    assert [(line.place, bool(line.link), len(line.wording_hash)) for line in lines] == [(2, True, 0), (1, False, 64)]
    assert broken_links(lines) == []


def test_an_event_brings_its_wording_its_evidence_and_where_it_came_from(teller):
    first = add_wording(teller.stores, name="news", text="Согласен на письма", language="ru", now=NOW, by="ann")
    add_wording(teller.stores, name="news", text="I agree to letters", language="en", now=NOW, by="ann", version=1)
    add_wording(teller.stores, name="news", text="Согласен на письма и СМС", language="ru", now=NOW, by="ann")
    context = {"ip": "203.0.113.7", "userAgent": "Firefox", "page": {"url": "https://shop.test/join"}}
    say(teller, GIVEN, day(1), wording="Согласен на письма", method="form", context=context)
    say(teller, GIVEN, day(2), wording_id="news", wording_version=1, wording_language="en", evidence={"form": 7})
    say(teller, GIVEN, day(3), wording_id="news", wording_language="ru", evidence="scan 12", ip="198.51.100.1")
    say(teller, GIVEN, day(4), wording_id="nobody knows")
    teller.settle()
    unknown, newest, english, by_text = consent_history(teller.stores, 1)
    assert (by_text.wording_version, by_text.wording_hash) == ("news v1 ru", first.hash)
    assert (by_text.ip, by_text.user_agent, by_text.method) == ("203.0.113.7", "Firefox", "form")
    assert json.loads(by_text.evidence) == {"page_url": "https://shop.test/join"}
    assert (english.wording, english.wording_version) == ("I agree to letters", "news v1 en")
    assert json.loads(english.evidence) == {"form": 7}
    assert (newest.wording_version, newest.ip) == ("news v2 ru", "198.51.100.1")
    assert json.loads(newest.evidence) == {"note": "scan 12"}
    assert (unknown.wording, unknown.wording_version) == ("", "nobody knows")


def test_an_advertisers_consent_is_its_own(teller):
    say(teller, GIVEN, day(1), advertiser="Brand B")
    say(teller, GIVEN, day(1))
    say(teller, WITHDRAWN, day(2))
    teller.settle()
    with teller.stores.state.read() as tx:
        known = contacts(tx, [1])[1]
    assert not known.agreed("email")
    assert known.agreed("email", advertiser="Brand B")
    assert not known.agreed("sms", advertiser="Brand B")
    assert not known.agreed("email", advertiser="Brand B", purpose="service")
    assert known.word("email", advertiser="Brand C") is None
    assert known.agreed_with() == {"Brand B"}


def test_the_proof_opens_in_a_pdf_reader_and_names_wording_time_and_evidence(teller):
    teller.tell("identify", user_id="A", at=day(1), traits={"name": "Анна Ёлкина"}, email="anna@example.test")
    wording = "Согласен(на) получать письма о новинках <и скидках> & подарках"
    say(teller, GIVEN, day(1), wording=wording, method="form", evidence={"form_url": "https://shop.test/подписка"},
        context={"ip": "203.0.113.7"})  # fmt: skip
    say(teller, WITHDRAWN, day(2), method="call", evidence={"call_id": "звонок-42"})
    teller.settle()
    for language, heading in (("ru", "Подтверждение согласий"), ("en", "Proof of consent")):
        proof = consent_proof(teller.stores, 1, now=NOW, language=language)
        reader = pypdf.PdfReader(io.BytesIO(proof_pdf(teller.stores, proof, language=language)))
        text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
        assert heading in text
        for part in ("Анна Ёлкина", wording, "2026-03-01 09:00:00 UTC", "203.0.113.7", "https://shop.test/подписка",
                     "звонок-42", "anna@example.test", proof.digest):  # fmt: skip
            assert part in text, part
        assert reader.metadata.title.startswith(heading)
        fonts = {name for page in reader.pages for name in page["/Resources"]["/Font"]}
        assert fonts
    assert proof.broken == []
    assert [line.is_given for line in proof.lines] == [True, False]


def test_a_long_and_odd_ledger_still_makes_a_document(teller):
    for number in range(1, 28):
        say(teller, GIVEN, day(number), wording="я согласен " * 400, evidence={"x" * 300: {"deep": ["🦊", None, 1]}})
    teller.settle()
    proof = consent_proof(teller.stores, 1, now=NOW, language="ru")
    assert len(pypdf.PdfReader(io.BytesIO(proof_pdf(teller.stores, proof, language="ru"))).pages) > 5


CHANNELS = ("email", "sms", "*")
DAYS = st.integers(1, 6)
WORDS = st.tuples(st.sampled_from(["event", "event", "door"]), st.sampled_from("AB"), st.sampled_from(CHANNELS),
                  st.booleans(), DAYS)  # fmt: skip
STORIES = st.lists(st.one_of(WORDS, st.sampled_from([("merge",), ("part",)])), min_size=1, max_size=9)


class Model:
    """The same, as plainly as can be: all words of a person and of those who are one with them; the newest counts."""

    def __init__(self):
        self.words = {"A": [], "B": []}
        self.is_one = False

    def known(self, who):
        return [*self.words["A"], *self.words["B"]] if self.is_one else self.words[who]

    def hear(self, who, channel, is_given, at):
        self.words[who].append((at, channel, is_given))

    def answer(self, who, channel, is_given, at):
        """At our own door a word outdoes all that are known about the channel."""
        about = [time for time, of, _ in self.known(who) if channel == "*" or of in (channel, "*")]
        later = [time for time in about if time >= at]
        self.hear(who, channel, is_given, max(later) + 0.001 if later else at)

    def may(self, who, channel):
        words = [(time, not is_given, is_given) for time, of, is_given in self.known(who) if of in (channel, "*")]
        return max(words)[2] if words else False


def run(teller, story):
    """Tell a story to the platform and to the model; what each says after every step."""
    stores, model, merges, count = teller.stores, Model(), [], itertools.count()
    teller.tell("identify", user_id="A", at=day(1))
    teller.tell("identify", email="b@example.test", at=day(1))
    teller.settle()
    for step in story:
        if step == ("merge",) and not model.is_one:
            ids = SeededIds(len(story) * 100 + next(count))
            merges.append(merge(stores, into_id=1, from_id=2, rule="manual", evidence={}, now=NOW, ids=ids))
            model.is_one = True
        elif step == ("part",) and model.is_one:
            unmerge(stores, merges.pop(), by="ann", now=NOW)
            model.is_one = False
        elif len(step) > 1:
            tell(teller, model, step, next(count))
        yield model, answers(stores)


def tell(teller, model, step, number):
    by, who, channel, is_given, on = step
    person_id = {"A": 1, "B": 2}[who]
    if by == "event":
        ids = {"user_id": "A"} if who == "A" else {"email": "b@example.test"}
        for _ in range(2):  # told twice, it counts once
            teller.tell("track", GIVEN if is_given else WITHDRAWN, at=day(on), message_id=f"w{number}",
                        properties={"channel": channel}, **ids)  # fmt: skip
        teller.settle()
        model.hear(who, channel, is_given, on)
        return
    with teller.stores.state.write() as tx:
        take_word(tx, ConsentEntry(
            source_id="door", message_id=f"d{number}", person_id=person_id, channel=channel, purpose="marketing",
            is_given=is_given, occurred_at=day(on), recorded_at=NOW,
        ))  # fmt: skip
    model.answer(who, channel, is_given, on)


def answers(stores):
    with stores.state.read() as tx:
        known = contacts(tx, [1, 2])
    return {
        (who, channel): known[person_id].agreed(channel)
        for who, person_id in (("A", 1), ("B", 2))
        for channel in ("email", "sms")
    }


@given(story=STORIES)
@example(story=[("door", "A", "email", True, 1), ("event", "A", "email", False, 1)])
@settings(max_examples=examples(10), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_in_force_equals_a_plain_model_whatever_order_door_merge_or_parting(tmp_path_factory, story):
    stores = open_test_stores(tmp_path_factory.mktemp("ledger"))
    try:
        for model, found in run(Teller(stores), story):
            assert found == {(who, channel): model.may(who, channel) for who, channel in found}
        for person_id in (1, 2):
            assert broken_links(consent_history(stores, person_id)) == []
    finally:
        stores.close()


def test_who_is_parted_again_has_each_their_own_lines(teller):
    teller.tell("identify", user_id="A", at=day(1))
    teller.tell("identify", email="b@example.test", at=day(1))
    say(teller, GIVEN, day(2), wording="A's")
    teller.tell("track", GIVEN, email="b@example.test", at=day(3), properties={"channel": "email", "wording": "B's"})
    teller.settle()
    joined = merge(teller.stores, into_id=1, from_id=2, rule="manual", evidence={}, now=NOW, ids=SeededIds(1))
    assert [line.wording for line in consent_history(teller.stores, 2)] == ["B's", "A's"]
    assert broken_links(consent_history(teller.stores, 1)) == []
    unmerge(teller.stores, joined, by="ann", now=NOW)
    assert [[line.wording for line in consent_history(teller.stores, who)] for who in (1, 2)] == [["A's"], ["B's"]]
    assert [line.place for line in consent_history(teller.stores, 2)] == [1]
