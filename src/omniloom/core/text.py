"""Text that has passed here is safe to store and compare on every engine."""

import unicodedata

from omniloom.core.errors import Invalid

# A spreadsheet takes text that begins so for a formula (OWASP CSV injection, with the full-width forms).
_FORMULA_BEGINS = tuple("=+-@\t\r\n\x00＝＋－＠")


def clean(value: str, *, field: str) -> str:
    """The text in NFC. Errors: Invalid for NUL and lone surrogates, which stores treat differently."""
    if "\x00" in value:
        raise Invalid(f"{field} contains a NUL character", hint="remove it", field=field)
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Invalid(f"{field} contains half a surrogate pair", hint="send valid Unicode", field=field) from error
    return unicodedata.normalize("NFC", value)


def folded(value: str) -> str:
    """The text for comparing without case or compatibility forms; folded by us, never by an engine's lower()."""
    return unicodedata.normalize("NFKC", value).casefold()


def safe_cell(value: str) -> str:
    """The text as a CSV cell that no spreadsheet runs as a formula; plain negative numbers stay numbers."""
    is_number = value.removeprefix("-").replace(".", "", 1).isdecimal()
    return f"'{value}" if value.startswith(_FORMULA_BEGINS) and not is_number else value


def template_safe_header(value: str, *, field: str) -> str:
    """The text if it may stand in a mail header. Errors: Invalid for control and line-separator characters."""
    for char in value:
        if unicodedata.category(char) in ("Cc", "Zl", "Zp"):
            raise Invalid(f"{field} contains a control character", hint="remove line breaks and controls", field=field)
    return value
