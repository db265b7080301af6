"""Every kind of identifier keeps its own examples; a new kind is tested by being there."""

import re
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom.identity import BY_PRIORITY, KINDS, Problem, ProblemReason, normalise, prefixes, taxpayer_number
from omniloom.identity.kinds import email
from omniloom.identity.normal import Normaliser

EXAMPLES = [(kind, raw, normal) for kind in KINDS for raw, normal in KINDS[kind].examples.items()]
BLOCKED = [
    "",
    "   ",
    "0",
    "000",
    "-",
    "0000-0000",
    "-1",
    "null",
    "NULL",
    "Anonymous",
    "undefined",
    "None",
    "nil",
    "NaN",
]


@pytest.mark.parametrize(("kind", "raw", "normal"), EXAMPLES)
def test_an_example_has_the_normal_form_it_promises(kind, raw, normal):
    found = normalise(kind, raw, "RU")
    assert (found if isinstance(found, str) else "") == normal


@pytest.mark.parametrize(("kind", "raw", "normal"), [example for example in EXAMPLES if example[2]])
def test_a_normal_form_is_its_own_normal_form(kind, raw, normal):
    assert normalise(kind, normal, "RU") == normal


@pytest.mark.parametrize(
    ("kind", "raw"),
    [("email", "Test@Test.com"), ("email", "test@example.com"), ("email", "example@test.org"),
     ("email", "test@mail.ru"), ("phone", "8 999 999-99-99"), ("phone", "+7 987 654-32-10"), ("phone", "89000000000"),
     ("phone", "8 912 345-67-89"), ("whatsapp", "79999999999"), ("user_id", "test"), ("user_id", " TEST "),
     ("anonymous_id", "tester"), ("email", "t\u200best@test.com")],
)  # fmt: skip
def test_a_test_value_stands_for_nobody(kind, raw):
    found = normalise(kind, raw, "RU")
    assert isinstance(found, Problem)
    assert found.reason is ProblemReason.BLOCKED


@pytest.mark.parametrize(
    ("kind", "raw"),
    [("email", "testova@test.com"), ("email", "anna@example.com"), ("email", "contest@mail.ru"), ("user_id", "test-1"),
     ("phone", "+79161234567"), ("phone", "+79111111112"), ("phone", "+79119999999"), ("user_id", "9999999999"),
     ("card", "7777777777"), ("user_id", "+79990000001")],
)  # fmt: skip
def test_what_only_looks_like_a_test_value_is_somebodys(kind, raw):
    assert isinstance(normalise(kind, raw, "RU"), str)


def test_an_installation_blocks_what_it_likes_in_any_spelling():
    here = Normaliser("RU", ["8 495 000-11-22", "Kassa@Shop.test", "QA-1"])
    for kind, raw in (("phone", "+74950001122"), ("whatsapp", "74950001122"), ("email", " kassa@shop.TEST"),
                      ("user_id", "QA-1"), ("user_id", "qa-1"), ("card", "qa 1")):  # fmt: skip
        found = here(kind, raw)
        assert isinstance(found, Problem), (kind, raw)
        assert found.reason is ProblemReason.BLOCKED
    assert here("user_id", "QA-2") == "QA-2"
    assert Normaliser("RU")("phone", "8 495 000-11-22") == "+74950001122"


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff", "\u200d", "\u2060", "\u00ad", "\u202a", "\u2066"])
@pytest.mark.parametrize(
    ("kind", "raw"), [("user_id", "A-17"), ("email", "anna@example.test"), ("phone", "+79161234567"), ("card", "AB12")]
)
def test_what_nobody_sees_makes_no_other_identifier(kind, raw, unseen):
    for at in range(len(raw) + 1):
        assert normalise(kind, raw[:at] + unseen + raw[at:], "RU") == raw
    assert isinstance(normalise(kind, unseen, "RU"), Problem)
    assert prefixes(kind, unseen + raw[:4], "RU") == prefixes(kind, raw[:4], "RU")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("raw", BLOCKED)
def test_a_value_that_stands_for_nobody_is_blocked_in_every_kind(kind, raw):
    found = normalise(kind, raw, "RU")
    assert isinstance(found, Problem)
    assert found.reason is ProblemReason.BLOCKED


@pytest.mark.parametrize("kind", KINDS)
@given(raw=st.text(max_size=40))
def test_no_text_breaks_a_kind_and_what_it_accepts_is_stable(kind, raw):
    found = normalise(kind, raw, "RU")
    if isinstance(found, str):
        assert found
        assert normalise(kind, found, "RU") == found
    assert all(prefixes(kind, raw, "RU"))


@pytest.mark.parametrize(
    ("region", "raw", "normal"),
    [("RU", "8 916 123-45-67", "+79161234567"), ("KZ", "8 701 234 56 78", "+77012345678"),
     ("US", "(202) 555-0123", "+12025550123"), ("GB", "020 7946 0018", "+442079460018")],
)  # fmt: skip
def test_a_phone_without_a_country_code_is_read_in_the_home_region(region, raw, normal):
    assert normalise("phone", raw, region) == normal


@pytest.mark.parametrize("typed", ["+7 916", "8916", "7916", "916", "8 (916) 12"])
def test_the_beginning_of_a_phone_number_begins_its_normal_form(typed):
    assert any("+79161234567".startswith(prefix) for prefix in prefixes("phone", typed, "RU"))


@pytest.mark.parametrize(
    "written", ["доб. 12", "доб12", ", добавочный 12", "(доб. 12)", "вн. 12", "вн.12", "внутр. 12", "(внутр.: 12)",
                "внутренний № 12", "ext. 12", "ext 12", "x12", "x 12", "#12", "ВН. 12"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["phone", "whatsapp"])
def test_a_number_with_an_extension_is_an_offices_line_and_names_nobody(kind, written):
    found = normalise(kind, f"8 (495) 123-45-67 {written}", "RU")
    assert isinstance(found, Problem)
    assert found.reason is ProblemReason.SHARED
    assert "+74951234567" in found.message
    assert "12" in found.message


def test_a_companys_inn_names_no_person():
    found = normalise("inn", "7707083893", "RU")
    assert isinstance(found, Problem)
    assert found.reason is ProblemReason.SHARED
    assert (taxpayer_number("7707083893"), normalise("inn", "500100732259", "RU")) == ("7707083893", "500100732259")
    assert all(isinstance(taxpayer_number(wrong), Problem) for wrong in ("7707083894", "0000000000", "", "٧٧٠٧٠٨٣٨٩٣"))


def test_strong_kinds_decide_before_weak_ones_and_the_only_single_kind_decides_first():
    strengths = [KINDS[kind].is_strong for kind in BY_PRIORITY]
    assert strengths == sorted(strengths, reverse=True)
    assert [kind for kind in BY_PRIORITY if KINDS[kind].is_single] == [BY_PRIORITY[0]]
    assert len({kind.priority for kind in KINDS.values()}) == len(KINDS)


def test_an_unknown_kind_is_a_problem_that_names_the_known_ones():
    found = normalise("passport", "x", "RU")
    assert isinstance(found, Problem)
    assert found.reason is ProblemReason.UNKNOWN_KIND
    assert "email" in found.message


_mail_text = st.text("abzAZ09.-+_@x", min_size=1, max_size=30) | st.builds(
    "{}@{}.{}".format,
    st.text("aZ0.-+_", max_size=66),
    st.text("bn9-.", max_size=70),
    st.sampled_from(["ru", "test", "x1", "рф"]),
)


@given(text=_mail_text)
def test_a_plain_address_gets_the_librarys_own_answer_without_asking_it(text):
    """Every address that the quick way takes is one that the library takes, in the same form."""
    with mock.patch.object(email, "_PLAIN", re.compile("(?!)")):
        careful = email.KIND.normalise(text, "RU")
    quick = email.KIND.normalise(text, "RU")
    assert quick == careful or (isinstance(quick, Problem) and isinstance(careful, Problem))


def test_a_joiner_in_a_domain_makes_it_no_other_domain() -> None:
    without, joined = "anna@نامهای.com", "anna@نامه\u200cای.com"
    assert normalise("email", without, "RU") == without
    assert isinstance(normalise("email", joined, "RU"), Problem), "its mail is not that domain's"
    assert normalise("email", "an\u200dna@shop.\u200cde\u200d", "RU") == "anna@shop.de", "where no joiner joins"
