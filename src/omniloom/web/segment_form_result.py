"""The side of the segment form that answers: how many, who for example, in words, and as YAML."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui import ui

from omniloom.access import Permission
from omniloom.profiles import PersonRow
from omniloom.web import marks, parts
from omniloom.web.counting import people
from omniloom.web.segment_words import put_sentence
from omniloom.web.view import View


class SegmentResult:
    """The panels at the right. ``on_yaml`` takes an expert's text and says what is wrong with it."""

    def __init__(self, view: View, *, on_yaml: Callable[[str], str]) -> None:
        self._view = view
        self._on_yaml = on_yaml
        self._shown, self._is_typing = "", False
        self._text: ui.textarea
        self._text_problem: ui.label
        _ = view.translate
        with ui.element("div").classes("om-stack om-sticky"):
            with parts.panel(classes="om-count-panel"):
                self._count = ui.label("–").classes("om-count").props("data-testid=segment-count aria-live=polite")
                self._share = ui.label("").classes("om-muted")
                self._bar = ui.linear_progress(value=0, show_value=False, size="6px").props("rounded instant-feedback")
                self._words = ui.label("").classes("om-sentence").props("data-testid=segment-words")
                self._problem = ui.label("").classes("om-rule-problem")
            with parts.panel(classes="om-flush"):
                with ui.tabs().classes("om-tabs").props("align=left no-caps inline-label") as tabs:
                    who, text = ui.tab(_("For example"), icon="groups"), ui.tab("YAML", icon="code")
                with ui.tab_panels(tabs, value=who, animated=False):
                    with ui.tab_panel(who).classes("om-tab-people"):
                        self._sample = ui.element("div")
                    with ui.tab_panel(text).classes("om-tab-text"):
                        self._expert()
        self.waiting(has_rows=False)

    def waiting(self, *, has_rows: bool) -> None:
        """The draft is not whole yet."""
        _ = self._view.translate
        self._count.set_text("–")
        self._share.set_text(_("Complete the conditions to see who that is.") if has_rows else
                             _("Add a condition to see who that is."))  # fmt: skip
        self._words.set_text("")
        self._words.props["title"] = ""
        self._bar.set_value(0)
        self._bar.props(remove="indeterminate")
        self._say("")
        self._sample.clear()
        with self._sample:
            parts.text(_("Nobody yet."), "om-muted om-pad")

    def computing(self) -> None:
        """A count is on its way."""
        self._bar.props("indeterminate")

    def show(self, number: int, base: int, sample: Sequence[PersonRow]) -> None:
        """The count, its share of everyone, and some of the people."""
        view, _ = self._view, self._view.translate
        self._bar.props(remove="indeterminate")
        self._bar.set_value(number / base if base else 0)
        self._count.set_text(people(view, number))
        share = view.fmt.percent(number / base if base else 0, 1)
        self._share.set_text(_("{share} of all {base}").format(share=share, base=people(view, base)))
        self._say("")
        self._sample.clear()
        with self._sample:
            if not sample:
                parts.text(_("Nobody fits these conditions now."), "om-muted om-pad")
            elif not view.may(Permission.CUSTOMERS_READ):
                parts.text(_("Your role does not show customers."), "om-muted om-pad")
            else:
                for row in sample:
                    marks.person(view, row)

    def wrong(self, message: str, hint: str) -> None:
        """The definition cannot be computed."""
        self._bar.props(remove="indeterminate")
        self._count.set_text("–")
        self._share.set_text("")
        self._say(f"{message}. {hint}" if hint else message)

    def show_words(self, definition: dict[str, Any], names: Mapping[str, str]) -> None:
        """The definition as a sentence. ``names``: segment id -> name."""
        put_sentence(self._view, self._words, definition, names)

    def show_yaml(self, text: str) -> None:
        """The definition as its language writes it."""
        if self._is_typing:
            return  # an expert's text stays as it was written
        self._shown = text
        self._text.set_value(text)
        self._text_problem.set_text("")

    def _expert(self) -> None:
        _ = self._view.translate
        self._text = ui.textarea().props("outlined dense autogrow spellcheck=false input-class=om-mono debounce=600")
        self._text.props["aria-label"] = _("The definition as YAML")
        self._text.props["data-testid"] = "segment-yaml"
        self._text.classes("w-full")
        self._text_problem = ui.label("").classes("om-rule-problem")
        parts.text(_("For experts: change it here, and the form follows."), "om-muted")

        def change() -> None:
            text = str(self._text.value or "")
            if text.strip() and text != self._shown:
                self._is_typing = True
                self._text_problem.set_text(self._on_yaml(text))
                self._is_typing = False

        self._text.on_value_change(change)

    def _say(self, problem: str) -> None:
        self._problem.set_text(problem)
        self._problem.set_visibility(bool(problem))
