"""Text that has passed here is safe to store and compare on every engine."""

import unicodedata

from omniloom.core.errors import Invalid


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


def template_safe_header(value: str, *, field: str) -> str:
    """The text if it may stand in a mail header. Errors: Invalid for control and line-separator characters."""
    for char in value:
        if unicodedata.category(char) in ("Cc", "Zl", "Zp"):
            raise Invalid(f"{field} contains a control character", hint="remove line breaks and controls", field=field)
    return value
