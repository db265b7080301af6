"""Rewrites links of a rendered message into tracked ones. Pure: it finds and replaces, the caller keeps the targets.

Only http and https links are tracked; our own public pages are left as they are. The expressions cannot backtrack
over a whole body: each stops at the next ``<``.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from omniloom.core.ids import digest

_HREF = re.compile(r"""(<a\b[^<>]*?\shref\s*=\s*)("[^"<>]*"|'[^'<>]*')""", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"'\x00-\x1f]+", re.IGNORECASE)
_TRAILING = ".,;:!?)]}»”"
URL_CHARS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Link:
    """A tracked link and its target."""

    link_id: str
    url: str


def link_of(campaign_id: str, url: str) -> Link:
    """The link of a target in a campaign: the same target is the same link."""
    return Link(digest(campaign_id, url)[:24], url)


def track_html(body: str, replace: Callable[[str], str]) -> str:
    """The body with each ``<a href>`` to http(s) replaced by what ``replace`` gives for its target."""

    def one(match: re.Match[str]) -> str:
        url = html.unescape(match[2][1:-1]).strip()
        if not _is_tracked(url):
            return match[0]
        return f'{match[1]}"{html.escape(replace(url))}"'

    return _HREF.sub(one, body)


def track_text(body: str, replace: Callable[[str], str]) -> str:
    """The text with each http(s) address replaced; punctuation after it stays outside."""

    def one(match: re.Match[str]) -> str:
        url = match[0].rstrip(_TRAILING)
        return replace(url) + match[0][len(url) :] if _is_tracked(url) else match[0]

    return _URL.sub(one, body)


def _is_tracked(url: str) -> bool:
    return bool(_URL.fullmatch(url)) and len(url) <= URL_CHARS_MAX
