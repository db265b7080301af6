"""What a connector is: how one provider posts, how it proves itself, what its bodies become, and what it is answered.

A connector is one YAML file in ``connectors/``, or a user's own of the same form; ``docs/guide/webhooks.md`` describes
every word. It only describes: nothing in it is ever run.
"""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omniloom.collect.field import Defaults, checked, text_of, zone
from omniloom.collect.mapping import decode_yaml
from omniloom.collect.webhooks.condition import Condition, read_conditions
from omniloom.collect.webhooks.proof import Proof, read_proof
from omniloom.collect.webhooks.rule import Rule, read_rule
from omniloom.core.errors import Invalid, Misconfigured, Missing

FOLDER = Path(__file__).parent / "connectors"
KEYS = (
    "title", "docs", "setup", "methods", "proof", "timezone", "currency", "nulls", "answer", "ignore", "events",
    "example",
)  # fmt: skip
ANSWER_KEYS = ("text", "content_type", "refused_status")
METHODS = ("POST", "GET")
DEFINITION_CHARS_MAX = 64 * 1024
RULES_MAX = 50
NODES_MAX = 10_000  # values of a definition, references followed


@dataclass(frozen=True, slots=True)
class Connector:
    """A connector's definition, checked. ``setup`` tells its user what to do at the provider."""

    name: str
    title: str
    docs: str
    setup: str
    methods: tuple[str, ...]
    proof: Proof
    ignore: tuple[tuple[Condition, ...], ...]
    rules: tuple[Rule, ...]
    answer: str = "ok"
    answer_type: str = "text/plain"
    refused_status: int = 200
    example: str = ""

    def ignores(self, record: dict[str, Any]) -> bool:
        """Whether a body is only the provider's own trial."""
        return any(all(condition.holds(record) for condition in group) for group in self.ignore)


@functools.cache
def known_connectors() -> dict[str, Connector]:
    """The connectors that come with the platform. Errors: Misconfigured names a broken one: it stops the start."""
    found = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        try:
            found[path.stem] = parse_connector(path.read_text(encoding="utf-8"), name=path.stem)
        except Invalid as error:
            raise Misconfigured(f"{path.name}: {error.message}", hint=error.hint) from error
    return found


def definition_of(name: str) -> str:
    """The text of a known connector, to begin an own one with. Errors: Missing names those there are."""
    if name not in known_connectors():
        raise Missing(f"there is no connector {name!r}", hint=f"there are {', '.join(known_connectors())}")
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


@functools.lru_cache(maxsize=256)
def parse_connector(text: str, *, name: str, timezone: str = "", currency: str = "") -> Connector:
    """The connector of a YAML or JSON text; a time zone or currency given here stands for the definition's own.

    Errors: Invalid names the part that is wrong and what it may be.
    """
    if len(text) > DEFINITION_CHARS_MAX:
        raise Invalid(f"a definition has at most {DEFINITION_CHARS_MAX} characters", field="definition")
    table = checked(_small(decode_yaml(text, name)), name, KEYS)
    defaults = Defaults(
        timezone=zone(timezone or table.get("timezone", "UTC"), "timezone").key,
        currency=currency or text_of(table, "currency", name),
        nulls=frozenset(str(null) for null in table.get("nulls") or [""]),
    )
    for key in ("proof", "events"):
        if key not in table:
            raise Invalid(f"{name}.{key} is missing", hint="see docs/guide/webhooks.md", field=key)
    answer = checked(table.get("answer", {}), f"{name}.answer", ANSWER_KEYS)
    return Connector(
        name=name,
        title=text_of(table, "title", name) or name,
        docs=text_of(table, "docs", name),
        setup=text_of(table, "setup", name),
        methods=_methods(table, name),
        proof=read_proof(table["proof"], "proof"),
        ignore=_ignore(table, name),
        rules=_rules(table["events"], defaults),
        answer=text_of(answer, "text", "answer") or "ok",
        answer_type=text_of(answer, "content_type", "answer") or "text/plain",
        refused_status=_refused_status(answer),
        example=text_of(table, "example", name),
    )


def _small(node: Any) -> Any:
    """The decoded definition, unless its YAML references make far more of it than stands there."""
    waiting, seen = [node], 0
    while waiting:
        one = waiting.pop()
        seen += 1
        if seen > NODES_MAX:
            raise Invalid(f"a definition holds at most {NODES_MAX} values", field="definition")
        waiting += list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else []
    return node


def _rules(node: Any, defaults: Defaults) -> tuple[Rule, ...]:
    if not isinstance(node, list) or not 0 < len(node) <= RULES_MAX:
        raise Invalid(f"events should be a list of 1 to {RULES_MAX} rules", hint="- {event: {…}}", field="events")
    return tuple(read_rule(one, f"events[{i}]", defaults) for i, one in enumerate(node))


def _ignore(table: dict[str, Any], name: str) -> tuple[tuple[Condition, ...], ...]:
    node = table.get("ignore", [])
    if not isinstance(node, list):
        raise Invalid(f"{name}.ignore should be a list", hint="- [{column: test, is: test}]", field="ignore")
    return tuple(read_conditions(one, f"ignore[{i}]") for i, one in enumerate(node))


def _methods(table: dict[str, Any], name: str) -> tuple[str, ...]:
    methods = table.get("methods", ["POST"])
    if not isinstance(methods, list) or not methods or not set(methods) <= set(METHODS):
        raise Invalid(f"{name}.methods should be a list of {', '.join(METHODS)}", field="methods")
    return tuple(methods)


def _refused_status(answer: dict[str, Any]) -> int:
    status = answer.get("refused_status", 200)
    if status not in (200, 422):
        raise Invalid(
            "answer.refused_status is 200 or 422", hint="422 tells a sender of your own what is wrong",
            field="answer.refused_status",
        )  # fmt: skip
    return int(status)
