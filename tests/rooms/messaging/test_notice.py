"""Texts of notices are templates too, but none that a campaign could send."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from omniloom import messaging
from omniloom.messaging import Template
from omniloom.messaging.recognition.way import known_ways

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def _template(body: str, subject: str = "") -> Template:
    return Template("t", "a text", "email", subject, body, "", NOW, NOW)


def _ours() -> Iterator[Mapping[str, str]]:
    """Every text of a notice that the platform brings, in each channel and language."""
    opt_in = tomllib.loads((Path(messaging.__file__).parent / "opt_in_texts.toml").read_text())
    tables: list[Any] = [opt_in, *(way.texts for way in known_ways().values())]
    for channels in tables:
        for languages in channels.values():
            yield from languages.values()


def test_every_text_of_a_notice_is_known_for_one() -> None:
    texts = list(_ours())
    assert len(texts) >= 8
    assert all(_template(text["body"], text["subject"]).is_notice for text in texts)


@pytest.mark.parametrize(
    "body",
    [
        "Your code is here",
        "{{ person.code }}",
        "{{ person.city | default: 'code' }}",
        "{% if person.notice %}x{% endif %}",
        "{{ person['promo code'] }}",
        "{{ promo-code }}",
        "{% assign code = person.promo %}Your code: {{ code }}",
        "{% comment %}{{ code }}{% endcomment %}",
        "{{ code",
    ],
)
def test_a_campaigns_text_is_not_taken_for_one(body: str) -> None:
    assert not _template(body).is_notice


@pytest.mark.parametrize(
    ("body", "subject"),
    [
        ("{{code}}", ""),
        ("x", "{{ code }}"),
        ("{% if notice.benefit != '' %}x{% endif %}", ""),
        ("{{ person.city | append: code }}", ""),
        ("{% assign code = code | default: '1' %}{{ code }}", ""),
    ],
)
def test_a_text_that_needs_what_only_a_notice_has_is_known_for_one(body: str, subject: str) -> None:
    assert _template(body, subject).is_notice
