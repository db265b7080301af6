"""Imports: what files have brought in, what was refused and why, and how to import."""

from nicegui import ui

from omniloom import collect
from omniloom.access import Permission
from omniloom.core.errors import Missing
from omniloom.web import marks, parts
from omniloom.web.page import page
from omniloom.web.theme import mark
from omniloom.web.view import View

REJECT_ROWS = 200
COMMAND = "omniloom import receipts.csv --mapping receipts.yaml --data-dir {data_dir}"


@page("/imports", permission=Permission.IMPORTS_WRITE, title=mark("Imports"), nav=520, icon="upload_file")
async def imports(view: View) -> None:
    """Past imports, newest first."""
    _ = view.translate
    found = await view.run(collect.imports, view.platform.stores)
    with parts.heading(_("Imports"), _("Files become events by a mapping. Repeating an import adds nothing twice.")):
        pass
    with parts.columns(wide=True):
        with parts.panel(classes="om-flush"):
            if not found:
                explanation = _("Receipts, customers, products and costs come in from CSV, JSON lines or Parquet.")
                parts.empty("upload_file", _("No import yet"), explanation)
            else:
                headings = [_("Import"), _("Rows"), _("Added"), _("Known already"), _("Refused"), _("State")]
                with parts.sheet(headings, numeric=4, last_is_text=True):
                    for one in found:
                        _row(view, one)
        with parts.panel(_("How to import"), _("In a terminal on the server; a running server takes part.")):
            parts.code(COMMAND.format(data_dir=view.platform.data_dir), copy_label=_("Copy"))
            parts.text(
                _("The mapping names the columns: which is the customer, the order, the amount. Refused rows are kept "
                  "with field, reason and row number, here and in a file."), "om-subtitle",
            )  # fmt: skip


def _row(view: View, one: collect.Import) -> None:
    fmt = view.fmt
    target = f"/imports/{one.import_id}"
    with ui.element("tr").classes("om-clickable-row").on("click", lambda: ui.navigate.to(target)):
        with ui.element("td"):
            parts.link(one.mapping, target)
            parts.text(fmt.when(one.started_at), "om-muted om-key")
        for number in (one.rows_read, one.added, one.known, one.rows_rejected):
            parts.text(fmt.number(number), "om-right", tag="td")
        with ui.element("td"):
            marks.state(view, one.state)


@page("/imports/{import_id}", permission=Permission.IMPORTS_WRITE, title=mark("Import"))
async def one_import(view: View, import_id: str) -> None:
    """One import with the rows it refused."""
    _, fmt = view.translate, view.fmt
    one = await view.run(collect.import_of, view.platform.stores, import_id)
    if one is None:
        raise Missing(_("There is no such import."))
    refused = await view.run(collect.rejects, view.platform.stores, import_id, rows_max=REJECT_ROWS)
    with parts.heading(one.mapping, fmt.when(one.started_at)):
        parts.quiet(_("All imports"), "arrow_back", href="/imports")
    parts.figures(
        [
            (_("Rows read"), fmt.number(one.rows_read), _("of {n}").format(n=fmt.number(one.rows_total))),
            (_("Added"), fmt.number(one.added), ""),
            (_("Known already"), fmt.number(one.known), _("from an earlier run")),
            (_("Refused"), fmt.number(one.rows_rejected), ""),
        ]
    )
    if one.error:
        with ui.element("div").classes("om-problem").props("role=alert"):
            ui.icon("error_outline")
            parts.text(one.error)
    with parts.panel(_("Refused rows"), classes="om-flush"):
        if not refused:
            parts.text(_("No row was refused."), "om-muted om-pad")
            return
        with parts.sheet([_("File"), _("Row"), _("Field"), _("Reason"), _("Value")]):
            for reject in refused:
                with ui.element("tr"):
                    parts.text(reject.path, tag="td")
                    parts.text(fmt.number(reject.row_number), tag="td")
                    parts.text(reject.field, "om-mono", tag="td")
                    parts.text(reject.reason, tag="td")
                    parts.text(reject.value, "om-mono", tag="td")
