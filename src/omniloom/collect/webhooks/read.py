"""From one request to items and refusals: every thing in a body goes through every rule, and none harms another."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from omniloom.collect.accept import accept
from omniloom.collect.drop import Drop, Dropped, DropReason
from omniloom.collect.webhooks.body import Posted, decode, nested
from omniloom.collect.webhooks.connector import Connector
from omniloom.collect.webhooks.path import elements
from omniloom.collect.webhooks.rule import record_of
from omniloom.core.event import Event
from omniloom.core.ids import Ids

ITEMS_MAX = 2_500  # events of one request


@dataclass(slots=True)
class Reading:
    """What a body came to. ``raws[i]`` is what verdict ``i`` is about: the item made of it, else what was sent.

    A made item that is refused can be judged again as it is; what no item could be made of has to be corrected.
    """

    verdicts: list[Event | Drop] = field(default_factory=list)
    raws: list[Any] = field(default_factory=list)
    ignored: int = 0

    @property
    def events(self) -> list[Event]:
        """What was accepted."""
        return [verdict for verdict in self.verdicts if isinstance(verdict, Event)]

    @property
    def drops(self) -> list[Drop]:
        """What was refused."""
        return [verdict for verdict in self.verdicts if isinstance(verdict, Drop)]


def read(
    connector: Connector, posted: Posted, *, source_id: str, received_at: datetime, ids: Ids, secret: str = ""
) -> Reading:
    """The verdicts on one request's things, in order. It never fails: what cannot be read is a verdict too.

    ``secret`` is taken out of whatever holds it, so that it reaches no event and no refusal.
    """
    reading = Reading()
    try:
        whole = _without(secret, decode(posted))
    except Dropped as dropped:
        reading.verdicts.append(dropped.drop)
        reading.raws.append(posted.body)
        return reading
    query = nested((name, value) for name, value in posted.query if not secret or secret not in value)
    tops = whole if isinstance(whole, list) else [whole]
    for top in tops[:ITEMS_MAX]:
        _read_one(connector, top, query, reading, source_id=source_id, received_at=received_at, ids=ids)
    if len(tops) > ITEMS_MAX or len(reading.verdicts) > ITEMS_MAX:
        told = f"one request holds over {ITEMS_MAX} things: send several"
        reading.verdicts, reading.raws = reading.verdicts[:ITEMS_MAX], reading.raws[:ITEMS_MAX]
        reading.verdicts.append(Drop(DropReason.TOO_LARGE, "", told))
        reading.raws.append(posted.body)
    return reading


def _without(secret: str, node: Any) -> Any:
    """The decoded body without any text that holds the secret."""
    if not secret:
        return node
    try:
        return _scrubbed(secret, node)
    except RecursionError as error:
        raise Dropped(DropReason.TOO_DEEP, "", "the body is nested too deeply: flatten it") from error


def _scrubbed(secret: str, node: Any) -> Any:
    if isinstance(node, str):
        return "" if secret in node else node
    if isinstance(node, dict):
        return {key: _scrubbed(secret, inner) for key, inner in node.items()}
    return [_scrubbed(secret, inner) for inner in node] if isinstance(node, list) else node


def _read_one(
    connector: Connector, top: Any, query: dict[str, Any], reading: Reading, *, source_id: str,
    received_at: datetime, ids: Ids,
) -> None:  # fmt: skip
    """One body (or one of a list of them) through the rules."""
    try:
        if connector.ignores(record_of(top, top, query, received_at)):
            reading.ignored += 1
            return
    except Dropped as dropped:
        reading.verdicts.append(dropped.drop)
        reading.raws.append(top)
        return
    is_taken = False
    for rule in connector.rules:
        for element in elements(top, rule.each)[: ITEMS_MAX + 1]:
            raw = element
            try:
                record = record_of(element, top, query, received_at)
                if not rule.takes(record):
                    continue
                raw = rule.item(record)
                verdict = accept([raw], source_id=source_id, received_at=received_at, sent_at=None, ids=ids)[0]
            except Dropped as dropped:
                verdict = dropped.drop
            is_taken = True
            reading.verdicts.append(verdict)
            reading.raws.append(raw)
    if not is_taken:
        told = "no rule of the connector takes this body: add one, or an `ignore`"
        reading.verdicts.append(Drop(DropReason.NO_RULE, "", told))
        reading.raws.append(top)
