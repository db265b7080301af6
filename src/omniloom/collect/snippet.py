"""The few lines that put the web tracker on a page: they load it beside the page and keep the calls made meanwhile."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from omniloom.collect.source import Source

_TEMPLATE = Path(__file__).with_name("snippet.html")


def snippet(source: Source, *, url: str, options: Mapping[str, Any] | None = None) -> str:
    """The HTML to paste into each page of a site. ``url`` is how browsers reach this installation.

    ``options`` are the tracker's, as docs/guide/web-tracker.md lists them.
    """
    text = _template()
    for name, value in (("url", url.rstrip("/")), ("key", source.write_key), ("options", dict(options or {}))):
        text = text.replace("{{" + name + "}}", _script_json(value))
    return text


@cache
def _template() -> str:
    return _TEMPLATE.read_text().strip()


def _script_json(value: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(value).replace("<", "\\u003c")
