"""Clock, ids, texts, errors, events, registry: the small things everything stands on."""

import sys
import types
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom.core import errors
from omniloom.core.clock import ManualClock, SystemClock, instant, micros
from omniloom.core.errors import Invalid, Misconfigured, OmniloomError
from omniloom.core.event import Event, decode, encode
from omniloom.core.i18n import Catalogue
from omniloom.core.ids import RandomIds, SeededIds, digest
from omniloom.core.registry import variants
from omniloom.core.text import clean, folded, safe_cell, template_safe_header

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=3)), timezone(timedelta(hours=-9, minutes=-30))])


@given(at=st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=ZONES))  # noqa: DTZ001 - Hypothesis adds the zone
def test_an_instant_survives_microseconds(at: datetime) -> None:
    assert instant(micros(at)) == at
    assert instant(micros(at)).tzinfo is UTC


def test_the_manual_clock_moves_only_when_told() -> None:
    clock = ManualClock(datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=3))))
    assert clock.now() == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert clock.advance(timedelta(hours=1)) == clock.now() == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_the_system_clock_takes_an_offset() -> None:
    assert timedelta(days=-8) < SystemClock(timedelta(days=-7)).now() - SystemClock().now() < timedelta(days=-6)


@given(left=st.lists(st.text(max_size=4), max_size=4), right=st.lists(st.text(max_size=4), max_size=4))
def test_a_digest_tells_its_parts_apart(left: list[str], right: list[str]) -> None:
    assert (digest(*left) == digest(*right)) == (left == right)


def test_a_digest_never_changes() -> None:
    assert digest("site", "m-1", 7) == "eecf7225e17bbc7c43cd33cbca1aca64"
    assert digest("ab", "c") != digest("a", "bc")


def test_seeded_ids_repeat_and_random_ids_do_not() -> None:
    assert [SeededIds(1).token() for _ in range(2)] == [SeededIds(1).token()] * 2
    ids = SeededIds(1)
    assert len({ids.token() for _ in range(100)} | {RandomIds().token() for _ in range(100)}) == 200
    assert all(len(RandomIds().token()) == 32 for _ in range(5))


@given(value=st.text(st.characters()) | st.text("a\x00\ud800й\u0306"))
def test_clean_text_is_in_one_form_and_fit_for_every_store(value: str) -> None:
    if "\x00" in value or any(0xD800 <= ord(char) <= 0xDFFF for char in value):
        with pytest.raises(Invalid, match="name contains") as fault:
            clean(value, field="name")
        assert fault.value.facts == {"field": "name"}
        return
    cleaned = clean(value, field="name")
    assert cleaned == unicodedata.normalize("NFC", value)
    assert clean(cleaned, field="name") == cleaned


@pytest.mark.parametrize("value", ["a\x00b", "half \ud83d"])
def test_text_that_stores_would_treat_differently_is_refused(value: str) -> None:
    with pytest.raises(Invalid, match="name contains"):
        clean(value, field="name")


def test_folding_makes_case_variants_equal() -> None:
    assert folded("ЖЁЛТЫЙ") == folded("жёлтый")
    assert folded("Straße") == folded("STRASSE")
    assert folded("ﬁn") == folded("FIN")


@pytest.mark.parametrize("value", ["a\r\nBcc: x", "a\x0bb", "a\x00b", "a\u2028b", "a\x85b", "\x1b[31m"])
def test_a_mail_header_takes_no_control_characters(value: str) -> None:
    with pytest.raises(Invalid, match="control"):
        template_safe_header(value, field="subject")
    assert template_safe_header("Скидка 20 % — сегодня 👋", field="subject")


def test_every_error_has_its_own_code_and_says_what_to_do() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, OmniloomError)]
    assert len({kind.code for kind in kinds}) == len({kind.exit_code for kind in kinds}) == len(kinds)
    fault = Invalid("rows_max is negative", hint="use 1 or more", field="rows_max")
    assert str(fault) == "rows_max is negative (use 1 or more)"
    assert str(errors.Missing()) == "There is no such thing."


def test_an_event_survives_the_log() -> None:
    at = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
    event = Event(
        source_id="s", message_id="m", type="track", name="Order Completed", occurred_at=at, received_at=at,
        identifiers={"card": "1"}, properties={"products": [{"price": 1.5}], "note": "ё"},
    )  # fmt: skip
    assert decode(encode(event)) == event


def test_a_variant_is_found_by_its_file_and_a_broken_one_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sorts_of_tea"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "green.py").write_text("TEA = 'green'\n")
    (folder / "black.py").write_text("TEA = 'black'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    package = types.ModuleType("sorts_of_tea")
    package.__path__ = [str(folder)]
    monkeypatch.setitem(sys.modules, "sorts_of_tea", package)
    assert list(variants(package, "TEA", str).items()) == [("black", "black"), ("green", "green")]
    (folder / "empty.py").write_text("")
    with pytest.raises(Misconfigured, match=r"sorts_of_tea\.empty does not bind TEA"):
        variants(package, "TEA", str)


def test_a_text_without_a_translation_stays_english(tmp_path: Path) -> None:
    (tmp_path / "ru.po").write_text(
        'msgid ""\nmsgstr ""\n\nmsgid "People"\nmsgstr "Клиенты"\n\nmsgid "New"\nmsgstr ""\n'
    )
    catalogue = Catalogue(tmp_path)
    assert catalogue.translator("ru")("People") == "Клиенты"
    assert catalogue.translator("ru")("New") == "New"
    assert catalogue.translator("en")("People") == catalogue.translator("fr")("People") == "People"
    assert catalogue.has("People", "ru")
    assert not catalogue.has("New", "ru")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+1", "-", "@x", "\tx", "\rx", "\nx", "\x00x", "＝1", "＋1", "－1", "＠x"]
)
def test_a_cell_is_never_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "-1", "-1.50", "1", "Anna", "'=1"])
def test_a_number_or_a_plain_text_stays_as_it_is_in_a_cell(text: str) -> None:
    assert safe_cell(text) == text
