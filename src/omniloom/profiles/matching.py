"""People as a table for the matcher: one row a person, what is known of them in the columns it knows."""

from typing import Any

import pyarrow as pa

from omniloom.identity import identifiers_by_root, members_of
from omniloom.profiles.golden import traits_by_root
from omniloom.store import Stores

PEOPLE_AT_ONCE = 5_000
ADDRESSES = ("email", "phone")
IDENTIFYING = (  # traits as sources call them -> the column; the first that is filled counts
    ("given_name", ("first_name", "firstname", "firstName", "given_name", "имя")),
    ("surname", ("last_name", "lastname", "lastName", "surname", "family_name", "фамилия")),
    ("patronymic", ("middle_name", "middleName", "patronymic", "отчество")),
    ("full_name", ("name", "full_name", "fullName", "фио")),
    ("birth_date", ("birthday", "birth_date", "birthDate", "date_of_birth", "дата_рождения")),
    ("sex", ("gender", "sex", "пол")),
    ("city", ("city", "город", "address.city")),
    ("address", ("street", "address", "адрес", "address.street")),
    ("postcode", ("postal_code", "postalCode", "zip", "postcode", "индекс")),
    ("organisation", ("company", "organisation", "company.name")),
)


def people_table(stores: Stores, person_ids: list[int]) -> pa.Table:
    """The people asked for (each by who they are by now), in columns named after the matcher's fields."""
    columns: dict[str, list[str | None]] = {name: [] for name in (*ADDRESSES, *(name for name, _ in IDENTIFYING))}
    for start in range(0, len(person_ids), PEOPLE_AT_ONCE):
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
