"""Tables whose rows never change, held by the engine itself, whoever writes.

A migration declares one in a line of its own: ``-- append-only: TABLE``, or
``-- append-only: TABLE unless COLUMN in OTHER``: then a row may be deleted while OTHER holds the row's COLUMN, and
never changed all the same. What the line means is said to each engine in its own words.
"""

import re
from collections.abc import Iterator

from omniloom.core.errors import Misconfigured

_DECLARED = re.compile(r"^-- append-only: (\w+)(?: unless (\w+) in (\w+))?[ \t]*$", re.MULTILINE)

_SQLITE = """
create trigger {table}_never_changes before update on {table}
begin select raise(abort, '{table} is append-only'); end;
create trigger {table}_never_goes before delete on {table} when not {may_go}
begin select raise(abort, '{table} is append-only'); end;
"""
_POSTGRES = """
create function {table}_stays() returns trigger language plpgsql as $guard$
begin
    if tg_op = 'DELETE' and {may_go} then return old; end if;
    raise exception '{table} is append-only';
end $guard$;
create trigger {table}_stays before update or delete on {table} for each row execute function {table}_stays();
"""
_GUARDS = {"sqlite": (_SQLITE, "0"), "postgres": (_POSTGRES, "false")}


def guards(script: str, dialect: str) -> str:
    """The statements that hold what a migration declares; empty if it declares nothing.

    Errors: Misconfigured for an engine that cannot hold it.
    """
    return "".join(_guards(script, dialect))


def _guards(script: str, dialect: str) -> Iterator[str]:
    for table, column, other in _DECLARED.findall(script):
        if dialect not in _GUARDS:
            raise Misconfigured(f"{dialect} cannot keep {table} append-only", hint="declare it of a state table")
        text, never = _GUARDS[dialect]
        may_go = f"exists (select 1 from {other} where {other}.{column} = old.{column})" if other else never  # noqa: S608 - names of a migration
        yield text.format(table=table, may_go=may_go)
