"""Sets of people as queries: each either lists its members or, as a complement, those who are not members.

A complement is only turned round against everyone when nothing else bounds it, because listing everyone costs a scan
of the whole history. Set operations measured equal to semi and anti joins (docs/decisions; 5M events: 0.22 s against
0.20 s), and read better.
"""

from dataclasses import dataclass

from sqlglot import exp


@dataclass(frozen=True, slots=True)
class People:
    """A query of distinct ``person_id``; if ``is_complement``, it lists who is NOT meant."""

    query: exp.Query
    is_complement: bool = False


def complement(people: People) -> People:
    """Everyone else."""
    return People(people.query, not people.is_complement)


def intersection(parts: list[People]) -> People:
    """Who is in every part."""
    listed = [part.query for part in parts if not part.is_complement]
    left_out = [part.query for part in parts if part.is_complement]
    if not listed:
        return People(_chain(exp.Union, left_out), is_complement=True)
    return People(_chain(exp.Except, [_chain(exp.Intersect, listed), *left_out]))


def union(parts: list[People]) -> People:
    """Who is in some part: by De Morgan, everyone but those left out of all parts."""
    return complement(intersection([complement(part) for part in parts]))


def select(*columns: exp.Expr, source: exp.Expr) -> exp.Select:
    """A select from already built parts; no text is parsed."""
    return exp.select(*columns).from_(source)


def person_id(table: str | None = None) -> exp.Column:
    """The column every set of people consists of."""
    return exp.column("person_id", table)


def _chain(kind: type[exp.SetOperation], queries: list[exp.Query]) -> exp.Query:
    """``a op b op c``, each operand on its own so that no operator binds tighter than another."""
    chained = queries[0]
    for query in queries[1:]:
        chained = kind(this=_operand(chained), expression=_operand(query), distinct=True)
    return chained


def _operand(query: exp.Query) -> exp.Query:
    if isinstance(query, exp.SetOperation):
        return select(person_id(), source=query.subquery("s"))
    return query
