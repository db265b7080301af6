"""Every table is declared by its room: what it is for, whose rows it has, how they are erased."""

import re
from collections.abc import Iterable

from omniloom import privacy
from omniloom.store import Anyone, Erasing, Holding
from omniloom.store.migrate import folder

MADE = re.compile(r'^CREATE TABLE "?(\w+)"?\s*\((.*?)\);', re.MULTILINE | re.DOTALL)
PERSON = re.compile(r'"?\b(person_id|other_id|from_id|into_id|address|email|phone)\b')


def tables() -> dict[tuple[str, str], str]:
    """(store, table) -> its columns, as the schema files say."""
    texts = {store: (folder() / f"schema.{store}.sql").read_text() for store in ("state", "events")}
    return {(store, name): body for store, text in texts.items() for name, body in MADE.findall(text)}


def faults(holdings: Iterable[Holding]) -> list[str]:
    made, declared = tables(), {(each.store, each.table): each for each in holdings}
    found = [f"{table} of {store} is in no holding" for store, table in made.keys() - declared.keys()]
    for (store, table), holding in declared.items():
        if store == "log":
            continue
        if (columns := made.get((store, table))) is None:
            found.append(f"{table} of {store} is declared, but there is no such table")
            continue
        named = [*holding.fields, *holding.blank, *([holding.aged_by] if holding.aged_by else [])]
        named += [finder.column for finder in holding.found if not isinstance(finder, Anyone)]
        found += [f"{table} has no column {name}" for name in named if not re.search(rf'"?\b{name}\b', columns)]
        if PERSON.search(columns) and not holding.found and not table.startswith(("access_", "identity_erased")):
            found.append(f"{table} names people, but not how they are found")
    return found


def test_every_table_is_declared() -> None:
    assert faults(privacy.HOLDINGS) == []


def test_a_table_that_nobody_declared_is_seen() -> None:
    missing = [each for each in privacy.HOLDINGS if each.table != "profiles_card"]
    assert faults(missing) == ["profiles_card of state is in no holding"]


def test_a_table_with_people_who_cannot_be_found_is_seen() -> None:
    lone = Holding(store="state", table="profiles_card", purpose="", kind="x", erasing=Erasing.KEEP)
    others = [each for each in privacy.HOLDINGS if each.table != "profiles_card"]
    assert faults([*others, lone]) == ["profiles_card names people, but not how they are found"]
