"""People as a table for the matcher: a row each, what is known of them in the columns it knows; and the search."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pyarrow as pa

from omniloom.core.ids import Ids
from omniloom.identity import (
    Matching,
    RunningMatching,
    begin_matching,
    identifiers_by_root,
    matching,
    members_of,
    propose,
    roots,
)
from omniloom.profiles.golden import traits_by_root
from omniloom.profiles.trait_names import CITY, GIVEN, NAME, PATRONYMIC, SURNAME
from omniloom.store import Stores

PEOPLE_AT_ONCE = 5_000
READ = 0.1  # of the way, when everybody's record is read
ADDRESSES = ("email", "phone")
IDENTIFYING = (  # traits as sources call them -> the column; the first that is filled counts
    ("given_name", GIVEN),
    ("surname", SURNAME),
    ("patronymic", PATRONYMIC),
    ("full_name", NAME),
    ("city", CITY),
    ("birth_date", ("birthday", "birth_date", "birthDate", "date_of_birth", "дата_рождения")),
    ("sex", ("gender", "sex", "пол")),
    ("address", ("street", "address", "адрес", "address.street")),
    ("postcode", ("postal_code", "postalCode", "zip", "postcode", "индекс")),
    ("organisation", ("company", "organisation", "company.name")),
)


def start_matching(
    stores: Stores, *, automatic: float, by: str, now: Callable[[], datetime], ids: Ids,
    then: Callable[[], object] = lambda: None,
) -> str:  # fmt: skip
    """Begin to look for duplicates among everybody, in a thread of its own; the id of the job. ``then``: called after.

    Errors: Conflict if somebody's search runs already.
    """
    job = begin_matching(stores, automatic=automatic, by=by, now=now(), ids=ids)
    known = {"automatic": automatic, "now": now, "ids": ids, "then": then}
    threading.Thread(target=_run, args=(job,), kwargs=known, name="matching", daemon=True).start()
    return job.job_id


def run_matching(stores: Stores, *, automatic: float, by: str, now: Callable[[], datetime], ids: Ids) -> Matching:
    """As :func:`start_matching`, in the caller's thread to its end; how it ended.

    Errors: Conflict if somebody's search runs already.
    """
    job = begin_matching(stores, automatic=automatic, by=by, now=now(), ids=ids)
    _run(job, automatic=automatic, now=now, ids=ids, then=lambda: None)
    return matching(stores, job.job_id)


def _run(
    job: RunningMatching, *, automatic: float, now: Callable[[], datetime], ids: Ids, then: Callable[[], object]
) -> None:
    with job:
        try:
            _match(job, automatic=automatic, now=now(), ids=ids)
        finally:
            job.ended_at = now()
            then()


def _match(job: RunningMatching, *, automatic: float, now: datetime, ids: Ids) -> None:
    stores = job.stores

    def from_table_on(stage: str, share: float) -> None:
        job.note(stage, READ + (1 - READ) * share)

    people = people_table(stores, roots(stores), progress=lambda share: job.note("reading people", READ * share))
    propose(stores, people, now=now, ids=ids, automatic=automatic, progress=from_table_on, so_far=job.count)


def people_table(
    stores: Stores, person_ids: list[int], progress: Callable[[float], None] = lambda _share: None
) -> pa.Table:
    """The people asked for (each by who they are by now), in columns named after the matcher's fields."""
    columns: dict[str, list[str | None]] = {name: [] for name in (*ADDRESSES, *(name for name, _ in IDENTIFYING))}
    for start in range(0, len(person_ids), PEOPLE_AT_ONCE):
        progress(start / len(person_ids))
        some = person_ids[start : start + PEOPLE_AT_ONCE]
        with stores.state.read() as state, stores.events.read() as events:
            members = members_of(state, some)
            held = identifiers_by_root(state, some)
            traits = traits_by_root(events, members)
        for person_id in some:
            known = {trait.key: trait.value for trait in traits.get(person_id, ())}
            for kind in ADDRESSES:
                own = next((i.value for i in held.get(person_id, ()) if i.kind == kind), None)
                columns[kind].append(own or _text(known.get(kind)))
            for name, keys in IDENTIFYING:
                columns[name].append(next((text for key in keys if (text := _text(_at(known, key)))), None))
    filled = {name: values for name, values in columns.items() if any(values)}
    return pa.table(
        {"person_id": pa.array(map(str, person_ids), pa.string())}
        | {name: pa.array(values, pa.string()) for name, values in filled.items()}
    )


def _at(known: dict[str, Any], path: str) -> Any:
    """A trait, or a member of one that is an object."""
    if path in known:
        return known[path]
    key, _, inner = path.partition(".")
    whole = known.get(key)
    return whole.get(inner) if inner and isinstance(whole, dict) else None


def _text(value: Any) -> str | None:
    return (
        str(value)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip()
        else None
    )
