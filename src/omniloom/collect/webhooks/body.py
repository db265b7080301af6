"""From the bytes of a request to a decoded body: JSON, a form with PHP's nested keys, or the query of the address.

A form's ``leads[add][0][id]=1`` becomes ``{"leads": {"add": [{"id": "1"}]}}``. Where a key has both a value and parts
(``note=3`` and ``note[text]=x``), the value stands under the empty name, so neither is lost.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from omniloom.collect.drop import Dropped, DropReason
from omniloom.collect.unpack import read_json

FORM_PAIRS_MAX = 5_000
FORM_DEPTH_MAX = 16
CHARSETS = ("utf-8", "windows-1251", "koi8-r", "iso-8859-1")
_KEY = re.compile(r"(?P<name>[^\[]+)(?P<parts>(?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")
_CHARSET = re.compile(r"charset=\"?([\w.:-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Posted:
    """One request as it came: header names in lower case, the body's raw bytes."""

    method: str = "POST"
    query: tuple[tuple[str, str], ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    client_ip: str = ""
    received_at: datetime | None = None

    @property
    def content_type(self) -> str:
        """The media type, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def asked(self, name: str) -> str:
        """The last value of a parameter of the address; empty if there is none."""
        return dict(self.query).get(name, "")


def decode(posted: Posted) -> Any:
    """The decoded body; of a request without a body the query of its address.

    Errors: Dropped says why it cannot be read.
    """
    if not posted.body.strip():
        return nested(posted.query)
    if is_form(posted):
        return nested(form_pairs(posted))
    return _json_of(posted.body)


def is_form(posted: Posted) -> bool:
    """Whether the body is a form: by its content type, or by its looks where the type says nothing."""
    kind = posted.content_type
    if kind == "application/x-www-form-urlencoded":
        return True
    if kind.endswith("json"):
        return False
    if kind.startswith("multipart/"):
        raise Dropped(DropReason.WRONG_KIND, "content-type", "multipart is not taken: send JSON or a URL-encoded form")
    return posted.body.lstrip()[:1] not in (b"{", b"[", b'"', b"\xef")


def form_pairs(posted: Posted) -> list[tuple[str, str]]:
    """The pairs of a URL-encoded form. Errors: Dropped for too many, or text that is not of its character set."""
    match = _CHARSET.search(posted.headers.get("content-type", ""))
    charset = match[1].lower() if match else CHARSETS[0]
    if charset not in CHARSETS:
        raise Dropped(DropReason.BAD_TEXT, "content-type", f"the character set {charset} is not taken: send UTF-8")
    try:
        text = posted.body.decode("ascii" if posted.body.isascii() else charset)
        return parse_qsl(
            text.strip(), keep_blank_values=True, encoding=charset, errors="strict", max_num_fields=FORM_PAIRS_MAX
        )
    except UnicodeDecodeError as error:
        raise Dropped(DropReason.BAD_TEXT, "", f"the form is not {charset} text: send UTF-8") from error
    except ValueError as error:
        raise Dropped(DropReason.TOO_LARGE, "", f"the form has over {FORM_PAIRS_MAX} fields: send less") from error


def _json_of(body: bytes) -> Any:
    """The value of a JSON body. Errors: Dropped says where it breaks."""
    try:
        return read_json(body)
    except RecursionError as error:
        raise Dropped(DropReason.TOO_DEEP, "", "the JSON is nested too deeply: flatten it") from error
    except ValueError as error:
        raise Dropped(DropReason.NOT_JSON, "", f"the body is not valid JSON: {error}; send UTF-8 JSON") from error


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The table that PHP's bracketed keys describe. Errors: Dropped for nesting beyond 16."""
    root: dict[str, Any] = {}
    for key, value in pairs:
        match = _KEY.fullmatch(key)
        parts = [match["name"], *_PART.findall(match["parts"])] if match else [key]
        if len(parts) > FORM_DEPTH_MAX:
            raise Dropped(DropReason.TOO_DEEP, parts[0], f"a key is nested deeper than {FORM_DEPTH_MAX}: flatten it")
        _put(root, parts, value)
    return {name: _listed(inner) for name, inner in root.items()}


def _put(node: dict[str, Any], parts: list[str], value: str) -> None:
    for part in parts[:-1]:
        inner = node.get(part := part or str(len(node)))
        if not isinstance(inner, dict):
            inner = {} if inner is None else {"": inner}
            node[part] = inner
        node = inner
    last = parts[-1] or str(len(node))
    held = node.get(last)
    if isinstance(held, dict):
        held[""] = value
    else:
        node[last] = value


def _listed(node: Any) -> Any:
    """Tables numbered 0, 1, 2, … become lists."""
    if not isinstance(node, dict):
        return node
    made = {name: _listed(inner) for name, inner in node.items()}
    if made and all(str(i) in made for i in range(len(made))):
        return [made[str(i)] for i in range(len(made))]
    return made
