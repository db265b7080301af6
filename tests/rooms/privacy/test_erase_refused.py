"""Refused items of somebody erased: in whatever spelling, before the erasure, on their way or after it, they go."""

import base64
import json
import threading
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines import EMBEDDED, chosen
from tests.rooms.privacy.test_erase import erase

from omniloom import collect, identity, privacy
from omniloom.collect import LetterFilter, Refusal, encode_refusal
from omniloom.privacy.mention import VALUE_CHARS_MAX, mentions, squashed
from omniloom.privacy.refused import look_through, looked_through
from omniloom.store import Stores

REGION = "US"
EMAIL, PHONE, USER, SHORT = "kanarejka@example.test", "+12025550143", "канарейка-17", "k7"
LOUD = "KANAREJKA@Example.TEST"
SPELLINGS: dict[str, bytes] = {
    "another case": json.dumps({"traits": {"mail": LOUD}}).encode(),
    "another form of the number": b'{"traits":{"tel":"(202) 555-0143"}}',
    "a number without quotes": b'{"phone":12025550143,"event":""}',
    "in prose": b'{"message":"<mailto:KANAREJKA@example.test>, call +1 202.555.0143!"}',
    "escaped": json.dumps({"who": USER}).encode(),
    "slashes escaped": rb'{"url":"https:\/\/shop.test\/?mail=Kanarejka%40example.test"}',
    "in a path": b'{"url":"https://shop.test/of/Kanarejka%40Example.test/cart"}',
    "an id in a path": json.dumps({"url": f"https://shop.test/of/{USER}/cart"}, ensure_ascii=False).encode(),
    "an id right after its name": f"no user_id:{USER} is known".encode(),
    "a text in a text": json.dumps({"payload": json.dumps({"user": {"email": LOUD}})}).encode(),
    "half of it": json.dumps({"a": 1, "traits": {"email": LOUD}}).encode()[:-3],
    "nothing but a beginning": f'{{"userId":"{USER}'.encode(),
    "a form": urlencode({"uid": "x", "email": LOUD}).encode(),
    "a row": f"1;Anna;{LOUD};Riga".encode(),
    "no UTF-8": f'{{"city":"Рига","email":"{LOUD}"}}'.encode("cp1251"),
    "two bytes a letter": f'{{"email":"{LOUD}"}}'.encode("utf-16"),
    "a short one under its name": json.dumps({"anonymousId": SHORT}).encode(),
    "a short one in a form": f"anonymous_id={SHORT}&x=1".encode(),
    "an alias": json.dumps({"type": "alias", "previousId": SHORT}).encode(),
}
OTHERS: tuple[bytes, ...] = (
    json.dumps({"size": "k", "email": "anna@example.test", "phone": "+12025550199"}).encode(),
    b'{"price":202555,"orders":[12025550144,5550143]}', "канарейка, не та".encode(), b"\xff\xfe{",
    b'{"order":520255501437,"at":1202555014300,"bill":"20255501430 1202555-01439"}',  # his figures, by chance
)  # fmt: skip
SIZE = json.dumps({"size": SHORT, "userId": "k77"}).encode()  # somebody's, but not under that name
FORMS = st.sampled_from(["plain", "ascii", "nested", "cut", "in a text"])


def refused(raw: bytes, at: datetime, *, path: str = "/v1/batch", **parts: Any) -> bytes:
    """A refused item as the intake puts it down."""
    try:
        text, is_base64 = raw.decode(), b"\x00" in raw
    except UnicodeDecodeError:
        is_base64 = True
    said = {"raw": base64.b64encode(raw).decode() if is_base64 else text, "is_base64": is_base64}
    return encode_refusal(Refusal(source_id="s", dialect="segment", path=path, received_at=at, reason="no_name",
                                  **said | parts))  # fmt: skip


def planted(company: Any) -> int:
    """Somebody by four identifiers, and another person beside."""
    company.person("anna", email="anna@example.test", phone="+12025550199")
    for identifiers in ({"user_id": USER, "email": EMAIL, "phone": PHONE}, {"anonymous_id": SHORT, "email": EMAIL}):
        company.tell("identify", identifiers=identifiers)
    company.tell("identify", identifiers={"user_id": USER, "phone": "2025550143"})
    company.tell("alias", identifiers={"user_id": USER}, previous_id=SHORT)
    company.resolve()
    return identity.find(company.stores, EMAIL, REGION)[0]


def act_of_collect(company: Any) -> None:
    collect.keep_refusals(company.stores, now=company.clock.now(), rows_max=1000)


def loop(company: Any, rounds: int = 3) -> None:
    """What the worker does."""
    for _ in range(rounds):
        company.resolve()
        while not collect.observe(company.stores, now=company.clock.now(), rows_max=5000).is_done:
            pass
        privacy.sweep(company.stores, now=company.clock.now(), home_region=REGION)
        act_of_collect(company)
        privacy.rewrite(company.stores, now=company.clock.now())


def kept(stores: Stores) -> list[bytes]:
    return [letter.bytes() for letter in collect.letters(stores, LetterFilter(), rows_max=1000)]


def state_of(company: Any) -> str:
    return str(privacy.erasures(company.stores)[0].state)


@pytest.mark.parametrize("came", ["before", "on its way", "after"])
def test_a_refused_item_goes_however_it_spells_whom_it_names(company: Any, came: str) -> None:
    person, now = planted(company), company.clock.now()
    company.stores.refusals.append([refused(raw, now) for raw in OTHERS])
    company.stores.refusals.append([refused(b"{}", now, context={"traits": {"email": LOUD}}),
                                    refused(b"{}", now, message=f"{LOUD!r} is no name"),
                                    refused(b"{}", now, path=f"/api/v1/customers/{quote(USER)}/events")])  # fmt: skip
    if came == "after":
        erase(company.stores, person, now)
        loop(company)
        assert state_of(company) in {"swept", "done"}
        company.stores.refusals.append([refused(SIZE, now)])
    company.stores.refusals.append([refused(raw, now) for raw in SPELLINGS.values()])
    if came != "on its way":
        act_of_collect(company)
    if came == "before":
        assert len(kept(company.stores)) == len(OTHERS) + 3 + len(SPELLINGS)
    if came != "after":
        erase(company.stores, person, now)
    loop(company)
    left = [name for name, raw in SPELLINGS.items() if raw in kept(company.stores)]
    assert left == []
    assert sorted(kept(company.stores)) == sorted([*OTHERS, *[SIZE][: came == "after"]]), "what names others stays"
    assert state_of(company) in {"swept", "done"}


@pytest.mark.skipif(chosen() != EMBEDDED, reason="servers keep files of their own")
def test_no_byte_of_them_is_left_in_any_file(company: Any) -> None:
    person, now = planted(company), company.clock.now()
    company.stores.refusals.append([refused(SPELLINGS[name], now) for name in ("another case", "in prose", "a row")])
    loop(company)

    def files() -> list[str]:
        folder = company.stores.data_dir
        return [path.name for path in folder.rglob("*") if path.is_file() and b"KANAREJKA" in path.read_bytes()]

    assert files()
    erase(company.stores, person, now)
    loop(company)
    assert files() == []
    company.stores.refusals.append([refused(SPELLINGS["another case"], now)])
    loop(company)
    assert files() == [], "nor of a retry that was refused too"


def test_a_correction_that_names_somebody_goes_with_its_letter(company: Any) -> None:
    person, now = planted(company), company.clock.now()
    company.stores.refusals.append([refused(b'{"type":"track"}', now)])
    act_of_collect(company)
    (letter,) = collect.letters(company.stores, LetterFilter(), rows_max=5)
    edited = json.dumps({"type": "track", "traits": {"email": LOUD}})
    collect.replay_edited(company.stores, letter.letter_id, edited, now=now)
    assert [one.edited for one in collect.attempts_of(company.stores, letter.letter_id)] == [edited]
    erase(company.stores, person, now)
    loop(company)
    assert kept(company.stores) == []
    assert collect.attempts_of(company.stores, letter.letter_id) == []


def test_it_goes_on_where_it_was_and_an_erasure_waits_for_it(company: Any) -> None:
    person, now = planted(company), company.clock.now()
    anna = identity.find(company.stores, "anna", REGION)[0]
    hers = b"mail=Anna%40Example.test"
    company.stores.refusals.append([refused(raw, now) for raw in (hers, *OTHERS[1:], SPELLINGS["a form"])])
    act_of_collect(company)
    assert look_through(company.stores, home_region=REGION) == 0, "nobody was erased yet"
    erase(company.stores, person, now)
    company.stores.refusals.append([refused(b'{"phone":"202 555 0143"}', now)])
    act_of_collect(company)
    seen, letters = 0, len(OTHERS) + 2
    for step in range(3 * letters):  # one letter a step: killed after each, it goes on with the next
        if step == 2:
            erase(company.stores, anna, now, seed=2)  # Anna's letter was passed already
        seen += look_through(company.stores, home_region=REGION, rows_max=1)
        assert (hers in kept(company.stores)) == (seen <= letters), "the first of the second round"
    assert seen < 2 * letters, "and then it rests"
    assert sorted(kept(company.stores)) == sorted(OTHERS[1:])
    loop(company)
    assert {one.state for one in privacy.erasures(company.stores)} <= {"swept", "done"}


@pytest.mark.parametrize("is_known", [True, False])
def test_a_correction_typed_after_the_look_goes_with_its_letter(company: Any, is_known: bool) -> None:
    person, now = planted(company), company.clock.now()
    company.stores.refusals.append([refused(b'{"type":"track"}', now)])
    erase(company.stores, person, now)
    loop(company)
    (letter,) = collect.letters(company.stores, LetterFilter(), rows_max=5)
    traits = {"email": LOUD if is_known else "somebody@example.test"}
    collect.replay_edited(company.stores, letter.letter_id, json.dumps({"type": "track", "traits": traits}), now=now)
    assert len(collect.attempts_of(company.stores, letter.letter_id)) == 1
    loop(company)
    assert len(kept(company.stores)) == len(collect.attempts_of(company.stores, letter.letter_id)) == (not is_known)


def test_an_erasure_while_letters_are_looked_through_begins_again(
    company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read before somebody was erased was not compared with what is known of them now."""
    person, now = planted(company), company.clock.now()
    company.stores.refusals.append([refused(SPELLINGS["another form of the number"], now)])
    act_of_collect(company)
    erase(company.stores, identity.find(company.stores, "anna", REGION)[0], now, seed=2)

    found_in = privacy.refused._erased

    def meanwhile(*asked: Any) -> Any:
        monkeypatch.undo()
        found = list(found_in(*asked))
        erasing = threading.Thread(target=erase, args=(company.stores, person, now))
        erasing.start()
        erasing.join()
        privacy.refused._join(company.stores)  # another process was that quick
        return found

    monkeypatch.setattr(privacy.refused, "_erased", meanwhile)
    assert look_through(company.stores, home_region=REGION) == 1
    assert len(kept(company.stores)) == 1, "the first look knew nothing of them"
    assert len(looked_through(company.stores)) == 0
    assert look_through(company.stores, home_region=REGION) == 1
    assert kept(company.stores) == []
    assert len(looked_through(company.stores)) == 2


@given(
    key=st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20),
    value=st.text(min_size=1, max_size=40).map(str.strip).filter(bool),
    around=st.lists(st.text(max_size=20), max_size=3),
    form=FORMS,
)
def test_whatever_stands_in_a_text_is_found_in_it(key: str, value: str, around: list[str], form: str) -> None:
    value = value.encode("utf-8", "ignore").decode().replace("\x00", "").strip()
    item: Any = {"before": around, key: value, "after": around}
    if form == "nested":
        item = {"traits": [{"deep": item}]}
    if form == "in a text":
        item = {"payload": json.dumps(item, ensure_ascii=False)}
    text = json.dumps(item, ensure_ascii=form == "ascii")
    if form == "cut":
        inner = json.dumps(value, ensure_ascii=False)[:-1]
        text = f'{{"before":1,{json.dumps(key, ensure_ascii=False)}:{inner}'
    if 0 < len(value) <= VALUE_CHARS_MAX:
        assert (squashed(key), value) in mentions(text)


@pytest.mark.parametrize("text", ['"' * 65_536, "\\" * 65_536, '"\\' * 32_768, '"a":' * 16_384, "1(" * 32_768,
                                  "a@" * 32_768, "a=" * 32_768, "%25" * 21_845])  # fmt: skip
def test_no_text_makes_the_search_endless(text: str) -> None:
    """As long as an item may be: the test's own limit of time would tell."""
    assert all(len(value) <= VALUE_CHARS_MAX for _, value in mentions(text))
