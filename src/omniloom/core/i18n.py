"""Two languages from gettext catalogues read as they are (``ru.po``); English texts are the keys.

A missing translation shows the English text; a test lists what is missing.
"""

from collections.abc import Callable
from pathlib import Path

from babel.messages.pofile import read_po

Translate = Callable[[str], str]
LANGUAGES = ("en", "ru")


class Catalogue:
    """The texts of one door (``web`` or ``api``) in every language."""

    def __init__(self, folder: Path) -> None:
        self._texts: dict[str, dict[str, str]] = {"en": {}}
        for language in LANGUAGES[1:]:
            with (folder / f"{language}.po").open("rb") as file:
                entries = read_po(file, locale=language)
            self._texts[language] = {str(m.id): str(m.string) for m in entries if m.id and m.string}

    def translator(self, language: str) -> Translate:
        """The function that turns an English text into ``language``; unknown languages stay English."""
        texts = self._texts.get(language, {})
        return lambda text: texts.get(text, text)

    def has(self, text: str, language: str) -> bool:
        """Whether ``text`` is translated; for the test that finds gaps."""
        return language == "en" or text in self._texts[language]
