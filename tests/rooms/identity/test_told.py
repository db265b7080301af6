"""Telephones and addresses in events: what is seen from afar misses none, and a table of figures costs little."""

import json
import random

import msgspec
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom.core.event import LoggedEvent
from omniloom.identity import number_pattern
from omniloom.identity.normal import Normaliser
from omniloom.identity.told import ASKED_MAX, told_by
from omniloom.identity.written_number import FIGURES_MAX, LOCAL_MIN

REGIONS = ("RU", "KZ", "US", "DE", "GB", "IT", "BR", "AR", "FI")
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.6668.101"


def event_of(**properties: object) -> LoggedEvent:
    return LoggedEvent(source_id="s", message_id="m", type="track", occurred_at="", received_at="",
                       properties=msgspec.Raw(json.dumps(properties).encode()))  # fmt: skip


def may(text: str, region: str = "RU") -> bool:
    pattern = f"{number_pattern.in_text(region)}|{number_pattern.MAY_HAVE_WORD}"
    return bool(pc.match_substring_regex(pa.array([text]), pattern)[0].as_py())


@pytest.mark.parametrize("region", REGIONS)
def test_figures_that_the_library_takes_for_a_telephone_look_like_one(region: str) -> None:
    rng, normalise, seen = random.Random(region), Normaliser(region), 0
    code = str(phonenumbers.country_code_for_region(region))
    for _ in range(1_500):
        example = phonenumbers.example_number_for_type(
            region, rng.choice(sorted(phonenumbers.PhoneNumberType.values()))
        )
        national = phonenumbers.national_significant_number(example) if example else code * 9
        kept = national[: rng.randrange(2, len(national) + 1)]
        beginning = rng.choice(("", "0", "8", "1", code, f"{code}0", "810", "00", "011", f"00{code}", f"810{code}"))
        figures = beginning + kept + "".join(rng.choices("0123456789", k=len(national) - len(kept)))
        if LOCAL_MIN <= len(figures) <= FIGURES_MAX and isinstance(normalise("phone", figures), str):
            seen += 1
            assert number_pattern.may_be_local(region)(figures), figures
            assert may(f'{{"a":"{figures[:3]} ({figures[3:6]}) {figures[6:]}"}}', region), figures
    assert seen > 100


NUMBER = st.text("0123456789", min_size=7, max_size=7).map(lambda end: f"916{end}")
BETWEEN = st.sampled_from(("", " ", "-", ".", ") ", " (", "\xa0", "\n", "\u2011", " - "))


@given(NUMBER, st.lists(BETWEEN, min_size=3, max_size=3), st.sampled_from(("", "8", "+7", "7", "8 ", "＋7")),
       st.sampled_from(("", "тел. ", "é", "№ 5, ", "a/")), st.booleans())  # fmt: skip
def test_a_telephone_is_found_however_it_is_written(
    number: str, between: list[str], beginning: str, before: str, is_escaped: bool
) -> None:
    one, two, three = between
    text = f"{before}{beginning}{number[:3]}{one}{number[3:6]}{two}{number[6:8]}{three}{number[8:]}"
    said = event_of(note=text)
    if not is_escaped:
        said.properties = msgspec.Raw(json.dumps({"note": text}, ensure_ascii=False).encode())
    found = told_by([said], Normaliser("RU")).named.get(0, set())
    is_one = isinstance(Normaliser("RU")("phone", f"8{number}"), str)
    assert (("phone", f"+7{number}") in found) == is_one


@pytest.mark.parametrize("properties", [
    {"phones": ["79161234567"]}, {"whatsapp": {"n": 1, "phone": 79161234567}}, {"tel": "https://wa.me/79161234567?a={b}"},
    {"u": "https://x.test/?phone=%2B7916%20123-45-67"}, {"u": "https://x.test/?p=8+916+123+45+67"},
    {"n": "٨٩١٦١٢٣٤٥٦٧"}, {"8 916 123-45-67": 1}, {"n": 89161234567.0},
])  # fmt: skip
def test_a_telephone_is_found_wherever_it_stands(properties: dict[str, object]) -> None:
    assert ("phone", "+79161234567") in told_by([event_of(**properties)], Normaliser("RU")).named[0]


@pytest.mark.parametrize("text", [
    AGENT, "https://shop.test/p/1?yclid=1234567890123456&_ga=2.100000017.1690000017", "10.0.22631.4317",
    '{"order_id":"100-0000123"}', '"2026-11-22 10:00"', '{"type":"mobile","at":"2026-11-22T10:00:00.123Z"}',
    '"\\u0422\\u0430\\u0438\\u0441\\u0438\\u044f"', '{"phone_shown":true,"price":990}', "203.0.113.7",
])  # fmt: skip
def test_what_every_browser_sends_is_not_read(text: str) -> None:
    assert not may(text)


def test_a_table_of_figures_is_asked_about_in_part() -> None:
    rng = random.Random(1)
    many = {f"k{key}": [f"8916{rng.randrange(10**7):07}" for _ in range(12)] for key in range(ASKED_MAX // 4)}
    told = told_by([event_of(a="8 916 123-45-67"), event_of(**many)], Normaliser("RU"))
    assert told.crowded == {1}
    assert ("phone", "+79161234567") in told.named[0]
    assert len({key for key in told.named[1] if key[0] == "phone"}) <= ASKED_MAX
