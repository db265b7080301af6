"""Which customer a command is about."""

from typing import Annotated

import typer

from omniloom.cli.client import Client
from omniloom.core.errors import Missing

Who = Annotated[str, typer.Argument(help="Any identifier (e-mail, phone, card, user id) or a person's number.")]


def person_id(client: Client, who: str) -> int:
    """The person an identifier names. Errors: Missing."""
    found = client.get("/people", q=who, rows_max=2)["people"]
    if not found and not who.isdigit():
        raise Missing(f"nobody is known as {who!r}", hint="give an e-mail, phone, card or user id as it was sent")
    return int(found[0]["person_id"]) if found else int(who)
