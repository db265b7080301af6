"""Finding one of a million customers however he is typed, beside a `like` over all their names."""

import random
import statistics
import tempfile
from pathlib import Path

from benchmarks.timing import milliseconds
from omniloom import identity, profiles
from omniloom.app import Platform, open_platform
from omniloom.cli.bench import customers, stored
from omniloom.core.clock import micros, stopwatch
from omniloom.core.text import folded
from omniloom.identity import KINDS
from omniloom.profiles.card import Card, save_cards
from omniloom.store import query
from omniloom.store.sql import parse_state

PEOPLE = 1_000_000
SOUGHT = 100
ROWS_MAX = 20
LIKE = parse_state("bench.like", "select person_id from profiles_card where folded_name like :sought limit 20")
_IDENTIFIER = query(identity.__file__, "add_identifier")
_SEED = 20261122

Customer = tuple[str, str, str]  # name, phone, e-mail


def run(people: int = PEOPLE) -> None:
    table = customers.make(people).table.select(["Имя", "Фамилия", "Телефон", "E-mail"])
    rows = [
        (f"{given or ''} {surname or ''}".strip(), phone or "", email or "")
        for given, surname, phone, email in zip(*(column.to_pylist() for column in table.columns), strict=True)
    ]
    with tempfile.TemporaryDirectory(prefix="omniloom-bench-") as folder:
        platform = open_platform(Path(folder) / "data")
        try:
            started = stopwatch()
            _store(platform, rows)
            print(f"{people:,} customers stored in {stopwatch() - started:.0f} s")
            _report(platform, random.Random(_SEED).sample([row for row in rows if all(row)], SOUGHT))
        finally:
            platform.close()


def _store(platform: Platform, rows: list[Customer]) -> None:
    """People with cards and identifiers, as the rooms would have written them; who came first has a shared one."""
    now = micros(platform.now())
    seen = {"first_seen_at": now, "last_seen_at": now}
    taken: set[tuple[str, str]] = set()
    for some in stored.chunks(range(1, len(rows) + 1)):
        with platform.stores.state.write() as tx:
            stored.add_people(tx, some, now)
            save_cards(tx, {person: Card(rows[person - 1][0], "Казань") for person in some})
            for person in some:
                for kind, raw in zip(("phone", "email"), rows[person - 1][1:], strict=True):
                    value = KINDS[kind].normalise(raw, "RU")
                    if isinstance(value, str) and value and (kind, value) not in taken:
                        taken.add((kind, value))
                        tx.run(_IDENTIFIER, kind=kind, value=value, person_id=person, **seen)


def _report(platform: Platform, sought: list[Customer]) -> None:
    dice = random.Random(_SEED)
    ways = {
        "telephone": lambda row: row[1],
        "beginning of the e-mail": lambda row: row[2][:6],
        "name": lambda row: row[0],
        "surname first": lambda row: " ".join(reversed(row[0].split())),
        "name with a slip": lambda row: _slip(row[0], dice),
        "beginnings of both": lambda row: " ".join(word[:4] for word in row[0].split()),
    }
    for way, typed in ways.items():
        times = []
        found = 0
        for row in sought:
            text = typed(row)
            rows: list[profiles.PersonRow] = []
            times.append(milliseconds(lambda text=text, rows=rows: rows.extend(_search(platform, text))))
            found += bool(rows)
        middle, worst = statistics.median(times), statistics.quantiles(times, n=20)[18]
        print(f"{way}: median {middle:.1f} ms, p95 {worst:.1f} ms, {found} of {len(sought)} met somebody")
    like = [milliseconds(lambda name=row[0]: _like(platform, name)) for row in sought[:20]]
    print(f"the rival, `like '%name%'`: median {statistics.median(like):.1f} ms; it finds no slip and no other order")


def _search(platform: Platform, text: str) -> list[profiles.PersonRow]:
    return profiles.search(platform.stores, text, home_region="RU", rows_max=ROWS_MAX)


def _like(platform: Platform, name: str) -> None:
    with platform.stores.state.read() as tx:
        tx.tuples(LIKE, sought=f"%{folded(name)}%")


def _slip(name: str, dice: random.Random) -> str:
    """One letter of the longest word left out."""
    word = max(name.split(), key=len)
    at = dice.randrange(1, len(word))
    return name.replace(word, word[:at] + word[at + 1 :])
