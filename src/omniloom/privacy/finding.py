"""The statements that a holding means: a person's rows, looked at, counted, erased. Values are parameters, always."""

from dataclasses import dataclass
from typing import Any, cast

from sqlglot import exp

from omniloom.privacy.mention import stands_in
from omniloom.privacy.subject import Subject
from omniloom.store import (
    Anyone,
    ByPerson,
    ByRow,
    ByText,
    ByValue,
    Erasing,
    Finder,
    Holding,
    OnlyTheirs,
    Query,
    StateTx,
    built,
)

_TEXT = "word"


@dataclass(frozen=True, slots=True)
class Texts:
    """What is said to one text of a table: rows with a word in it (:word) go; the texts there are with a word in them;
    rows with just this text (:word) go.
    """

    column: str
    erase: Query
    texts: Query
    erase_one: Query


@dataclass(frozen=True, slots=True)
class Statements:
    """What erasing says to one table; None where it says nothing.

    ``erase``: a person's rows. ``naming``: rows of others that name the person (:sought). ``words``: rows with a word
    in one of their texts. ``guard``: lets an append-only table go of a person's rows (:person_id).
    """

    count: Query | None
    erase: Query | None
    naming: Query | None
    words: tuple[Texts, ...]
    guard: Query | None


_made: dict[tuple[str, str], Statements] = {}


def statements(holding: Holding) -> Statements:
    """The statements of a table, put together once: their texts are made once as well."""
    key = holding.store, holding.table
    if key not in _made:
        where, named = condition(holding), naming(holding)
        act = blanking if holding.erasing is Erasing.BLANK else deletion
        _made[key] = Statements(
            count=None if where is None else count(holding),
            erase=None if where is None else act(holding),
            naming=None if named is None else blanking(holding, named),
            words=tuple(_texts(holding, finder.column) for finder in holding.found if isinstance(finder, ByText)),
            guard=built("privacy.guard", guard(holding)) if holding.guard else None,
        )
    return _made[key]


def condition(holding: Holding) -> exp.Expression | None:
    """What makes a row the person's, but for texts; None if only texts do."""
    parts = [_one(finder) for finder in holding.found if not isinstance(finder, ByText)]
    return cast("exp.Expression", exp.or_(*parts)) if parts else None


def params(holding: Holding, subject: Subject) -> dict[str, Any]:
    """The parameters of :func:`condition`."""
    needs_values = any(isinstance(finder, ByValue) for finder in holding.found)
    needs_people = any(isinstance(finder, ByPerson | ByRow | OnlyTheirs) for finder in holding.found)
    given: dict[str, Any] = {"people": subject.people} if needs_people else {}
    return given | ({"sought": subject.values} if needs_values else {})


def select(holding: Holding, columns: list[str] | None = None, where: exp.Expression | None = None) -> Query:
    """A person's rows, all columns or some."""
    chosen = exp.select(*(columns or ["*"])).from_(holding.table).where(where or condition(holding))
    return built(f"privacy.of_{holding.table}", chosen)


def count(holding: Holding) -> Query:
    """How many rows are a person's."""
    return built(
        f"privacy.count_{holding.table}", exp.select("count(*)").from_(holding.table).where(condition(holding))
    )


def deletion(holding: Holding, where: exp.Expression | None = None) -> Query:
    """Delete a person's rows."""
    return built(f"privacy.delete_{holding.table}", exp.delete(holding.table).where(where or condition(holding)))


def blanking(holding: Holding, where: exp.Expression | None = None) -> Query:
    """Leave a person's rows without what names anybody."""
    tree = exp.update(holding.table, dict(holding.blank)).where(where or condition(holding))
    return built(f"privacy.blank_{holding.table}", tree)


def naming(holding: Holding) -> exp.Expression | None:
    """What makes a row of others name the person (:sought); None if no row does."""
    parts = [_one(finder) for finder in holding.named]
    return cast("exp.Expression", exp.or_(*parts)) if parts else None


def erase_words(tx: StateTx, holding: Holding, words: list[str]) -> int:
    """Delete the rows whose texts name the person; how many."""
    rows = 0
    for each in statements(holding).words:
        for word in words:
            if not (word[0].isdigit() or word[-1].isdigit()):
                rows += tx.run(each.erase, word=word)
                continue
            texts = [text for (text,) in tx.tuples(each.texts, word=word) if stands_in(word, text)]
            rows += sum(tx.run(each.erase_one, word=text) for text in texts)
    return rows


def rows_with_words(tx: StateTx, holding: Holding, words: list[str]) -> list[dict[str, Any]]:
    """Rows whose texts name the person."""
    found = []
    for each in statements(holding).words:
        for word in words:
            rows = tx.rows(select(holding, where=_has(each.column)), word=word)
            found += [row for row in rows if stands_in(word, row[each.column])]
    return list({tuple(sorted((k, str(v)) for k, v in row.items())): row for row in found}.values())


def _texts(holding: Holding, column: str) -> Texts:
    texts = exp.select(column).distinct().from_(holding.table).where(_has(column))
    just = exp.EQ(this=exp.column(column), expression=exp.Placeholder(this=_TEXT))
    return Texts(
        column, deletion(holding, _has(column)), built(f"privacy.texts_{holding.table}_{column}", texts),
        deletion(holding, just),
    )  # fmt: skip


def _has(column: str) -> exp.Expression:
    return exp.GT(
        this=exp.StrPosition(this=exp.column(column), substr=exp.Placeholder(this=_TEXT)),
        expression=exp.Literal.number(0),
    )


def _one(finder: Finder) -> exp.Expression:
    match finder:
        case ByPerson(column):
            return _in(column, "people")
        case ByValue(column):
            return _in(column, "sought")
        case ByRow(column, table, key, person):
            return _among(column, exp.select(key).from_(table).where(_in(person, "people")))
        case OnlyTheirs(column, table, key, person):
            mine = _among(column, exp.select(key).from_(table).where(_in(person, "people")))
            other = exp.select(key).from_(table).where(exp.not_(_in(person, "people")))
            theirs = _among(column, other.where(_among(key, exp.select(key).from_(table).where(_in(person, "people")))))
            return cast("exp.Expression", exp.and_(mine, exp.not_(theirs)))
        case Anyone():
            return exp.true()
    raise TypeError(finder)


def _in(column: str, name: str) -> exp.Expression:
    return exp.In(this=exp.column(column), expressions=[exp.Placeholder(this=name)])


def _among(column: str, rows: exp.Select) -> exp.Expression:
    return exp.In(this=exp.column(column), query=rows.subquery())


def guard(holding: Holding) -> exp.Expression:
    """Let an append-only table go of a person's rows (:person_id)."""
    return exp.insert(
        exp.values([(exp.Placeholder(this="person_id"), 0)]), holding.guard, columns=["person_id", "since"]
    )
