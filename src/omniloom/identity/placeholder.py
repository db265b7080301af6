"""Values that stand for nobody: words for "none", test addresses and numbers that people type when they must type some.

They would make one customer of all who typed them. An installation adds its own: ``identity.blocked``.
Source of the words: Segment's defaults; of the rest: what forms of shops collect.
"""

import re

_WORDS = frozenset((
    "-1", "null", "nil", "nan", "none", "undefined", "anonymous", "unknown", "guest", "false", "n/a",
    "[object object]", "(none)", "(null)", "<null>", "<none>", "anon", "default", "нет",
    "test", "tester", "testing", "test user", "test_user", "test-user", "testuser",
))  # fmt: skip
_ZEROS = re.compile(r"^[0-]*$")

_TEST_NAMES = frozenset(("test", "test1", "test2", "test12", "test123", "tester", "testing", "example", "sample"))
_TEST_DOMAINS = frozenset(("test", "testing", "example", "sample"))  # whatever stands before the first dot
_TEST_MAILS = frozenset((
    "test@mail.ru", "test@yandex.ru", "test@ya.ru", "test@gmail.com", "test@mail.com", "mail@mail.ru", "mail@mail.com",
    "email@email.com", "email@email.ru", "email@example.com", "mail@example.com", "user@example.com", "no@mail.ru",
    "no@no.ru", "no@no.no", "none@none.com", "unknown@unknown.com", "null@null.com",
    "noemail@noemail.com", "noemail@mail.ru", "nomail@mail.ru",
    "123@mail.ru", "1@1.ru", "a@a.ru", "a@a.com", "aa@aa.ru", "asd@asd.ru", "qwe@qwe.ru", "qwerty@qwerty.ru",
))  # fmt: skip

_PHONE = re.compile(r"\+\d{10,15}", re.ASCII)  # in the normal form
_NATIONAL_DIGITS = 10
_RUNS = frozenset(("1234567890", "0123456789", "9876543210", "0987654321", "9123456789"))


TEST_VALUES = tuple(sorted((
    *_TEST_MAILS, *(f"+7{national}" for national in _RUNS),
    *(f"+7{digit * _NATIONAL_DIGITS}" for digit in "0123456789"),
    *(f"+7{digit}{'0' * (_NATIONAL_DIGITS - 1)}" for digit in "123456789"),
)))  # fmt: skip
"""The best known of them in the normal form, for engines that count: not every one there is."""


def is_placeholder(value: str) -> bool:
    """Whether a value, as it came or in its normal form, stands for nobody."""
    lower = value.lower()
    if lower in _WORDS or _ZEROS.match(value):
        return True
    if "@" in lower:
        name, _, domain = lower.partition("@")
        return lower in _TEST_MAILS or (name in _TEST_NAMES and domain.partition(".")[0] in _TEST_DOMAINS)
    return value.startswith("+") and _PHONE.fullmatch(value) is not None and _is_no_number(value[-_NATIONAL_DIGITS:])


def _is_no_number(national: str) -> bool:
    return len(set(national)) == 1 or not national[1:].strip("0") or national in _RUNS
