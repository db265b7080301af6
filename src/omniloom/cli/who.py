"""Which customer a command is about: exactly the one who was named, for some commands cannot be undone."""

from typing import Annotated, Any

import typer

from omniloom.cli.client import Client
from omniloom.core.errors import Conflict, Missing

Who = Annotated[str, typer.Argument(help="Any identifier (e-mail, phone, card, user id) or a person's number.")]
NUMBER = "person:"  # before a number: the person's, whoever has it for a user id
OFFERED_MAX = 5


def person_id(client: Client, who: str) -> int:
    """The person an identifier or a number names; the like is offered, never taken.

    Errors: Missing; Conflict if several people are meant.
    """
    wanted = who.strip()
    number = wanted.removeprefix(NUMBER)
    if wanted.startswith(NUMBER) and number.isdecimal():
        return int(number)
    found = client.get("/people", q=wanted, rows_max=OFFERED_MAX)["people"] if wanted else []
    named: dict[int, dict[str, Any]] = {int(row["person_id"]): row for row in found if row["matched"] == wanted}
    if wanted.isdecimal() and (numbered := _numbered(client, int(wanted))):
        named.setdefault(int(numbered["person_id"]), numbered)
    if len(named) == 1:
        (only,) = named
        return only
    if named:
        hint = f"give another identifier, or the number as one of: {_offer(list(named.values()))}"
        raise Conflict(f"{len(named)} people are known as {who!r}", hint=hint)
    hint = "give an e-mail, phone, card or user id as it was sent"
    raise Missing(f"nobody is known as {who!r}", hint=f"perhaps one of: {_offer(found)}" if found else hint)


def _numbered(client: Client, number: int) -> dict[str, Any] | None:
    """Who has this number, and whoever they are part of."""
    try:
        person: dict[str, Any] = client.get(f"/people/{number}")["person"]
    except Missing:
        return None
    return person


def called(person: dict[str, Any]) -> str:
    """What to call a person of the API: by name, an anonymous visitor by a few letters of their browser's id."""
    return person["name"] or (f"Anonymous visitor · {person['visitor']}" if person["visitor"] else "")


def _offer(rows: list[dict[str, Any]]) -> str:
    """People with what tells them apart."""
    told = []
    for row in rows:
        known = [called(row), *(one["value"] for one in row["identifiers"][:2])]
        told.append(f"{NUMBER}{row['person_id']} ({', '.join(dict.fromkeys(part for part in known if part))})")
    return "; ".join(told)
