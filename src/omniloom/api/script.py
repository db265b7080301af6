"""The text of the web tracker, ``omniloom.js``.

`make install` shortens the modules of tracker/src into one script with esbuild. Where node was missing, the same
modules are joined here as they are: longer on the wire, the same in what they do.
"""

import re
from functools import cache
from pathlib import Path

from omniloom.core.errors import Unavailable

HERE = Path(__file__).resolve().parent
BUILT = HERE / "static" / "omniloom.min.js"
MODULES = (HERE.parent / "tracker", HERE.parents[2] / "tracker" / "src")  # in a wheel, in a checkout
ENTRY = "main"

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const) (\w+))", re.MULTILINE)


@cache
def tracker_script() -> bytes:
    """The script to serve; read once. Errors: Unavailable if neither the script nor its modules are here."""
    if BUILT.is_file():
        return BUILT.read_bytes()
    for folder in MODULES:
        if (folder / f"{ENTRY}.js").is_file():
            return joined(folder).encode()
    raise Unavailable("omniloom.js is not here", hint="run `make install` with nodejs and npm, or reinstall omniloom")


def joined(folder: Path) -> str:
    """The modules of a folder as one plain script, each in a scope of its own, those that others need first."""
    done: dict[str, str] = {}

    def add(name: str) -> None:
        text = (folder / f"{name}.js").read_text()
        for _, needed in _IMPORT.findall(text):
            if needed not in done:
                add(needed)
        done[name] = _scope(name, text)

    add(ENTRY)
    return '(() => {\n"use strict";\n' + "\n".join(done.values()) + "\n})();\n"


def _scope(name: str, text: str) -> str:
    given = ", ".join(_EXPORT.findall(text))
    body = _EXPORT.sub("", _IMPORT.sub(r"const \1 = $\2;", text))
    return f"const ${name} = (() => {{\n{body}\nreturn {{ {given} }};\n}})();"
