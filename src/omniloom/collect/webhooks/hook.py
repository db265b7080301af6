"""Webhooks as they are set up: an address nobody can guess, a connector, and a sealed secret.

Invariants: without a secret a webhook cannot be enabled; a secret is shown once, when it is set, and is sealed at rest.
"""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlencode

import msgspec

from omniloom.collect.field import unknown, zone
from omniloom.collect.source import NAME_CHARS_MAX, Source, closed_source
from omniloom.collect.webhooks.connector import Connector, definition_of, parse_connector
from omniloom.collect.webhooks.proof import THEIRS, check_secret, made_secret
from omniloom.core.clock import instant
from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.ids import Ids
from omniloom.core.text import clean
from omniloom.store import Row, StateTx, Stores, query, seal, unseal

OWN = "own"  # the connector's name of a definition the user wrote


@dataclass(frozen=True, slots=True)
class Options:
    """What one webhook sets itself: zone and currency of values that name none, and who may post ([]: anybody)."""

    timezone: str = ""
    currency: str = ""
    allow_ips: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook. ``definition`` is empty for a connector that comes with the platform."""

    hook_id: str
    source_id: str
    name: str
    connector: str
    definition: str
    options: Options
    is_enabled: bool
    has_secret: bool
    created_at: datetime
    changed_at: datetime

    @property
    def path(self) -> str:
        """Where it listens."""
        return f"/in/{self.hook_id}"

    @property
    def source(self) -> Source:
        """The source its events are of."""
        return Source(self.source_id, self.name, "webhook", "", self.created_at, None)

    def described(self) -> Connector:
        """Its connector, with its own zone and currency."""
        return described(self.connector, self.definition, self.options)

    def lets_in(self, client_ip: str) -> bool:
        """Whether a sender may post at all."""
        if not self.options.allow_ips:
            return True
        try:
            sender = ip_address(client_ip)
        except ValueError:
            return False
        return any(sender in ip_network(net) for net in self.options.allow_ips)


@dataclass(frozen=True, slots=True)
class Draft:
    """A webhook to be made: of a known connector or an own definition; without a secret one is made up if we may."""

    name: str
    connector: str = ""
    definition: str = ""
    secret: str = ""
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class Shown:
    """A webhook with its new secret, the only time that it is shown; empty if it has to be entered."""

    webhook: Webhook
    secret: str

    def address(self, public_url: str) -> str:
        """What to enter at the provider; with the token, where it may stand in the address."""
        name = self.webhook.described().proof.query_name() if self.secret else ""
        query = f"?{urlencode({name: self.secret})}" if name else ""
        return public_url + self.webhook.path + query


def described(connector: str, definition: str, options: Options) -> Connector:
    """The connector of a name, or of a user's definition. Errors: Missing, Invalid."""
    text = definition or definition_of(connector)
    return parse_connector(text, name=connector, timezone=options.timezone, currency=options.currency)


def webhooks(stores: Stores) -> list[Webhook]:
    """All webhooks by name."""
    with stores.state.read() as tx:
        return [_webhook(row) for row in tx.rows(query(__file__, "webhooks"))]


def webhook_of(stores: Stores, key: str) -> Webhook:
    """A webhook by its id or name. Errors: Missing."""
    with stores.state.read() as tx:
        return _webhook(_row(tx, key))


def create(stores: Stores, draft: Draft, *, key: bytes, now: datetime, ids: Ids) -> Shown:
    """A new webhook, not enabled yet: look at what a sample becomes first. ``key`` seals its secret.

    Errors: Invalid names what is wrong; Missing for an unknown connector; Conflict if the name is taken.
    """
    name = clean(draft.name.strip(), field="name")
    if not name or len(name) > NAME_CHARS_MAX:
        raise Invalid(f"name must have 1 to {NAME_CHARS_MAX} characters", hint="name what will post", field="name")
    connector, definition, chosen = draft.connector, draft.definition, draft.options
    if bool(connector) == bool(definition):
        raise Invalid("give either a connector or a definition", hint="such as connector till", field="connector")
    proof = described(connector or OWN, definition, chosen).proof
    plain = draft.secret or ("" if proof.secret == THEIRS else made_secret(proof, ids.token()))
    if plain:
        check_secret(proof, plain)
    with stores.state.read() as tx:
        if tx.one(query(__file__, "webhook_of"), key=name) is not None:
            raise Conflict(f"there is already a webhook named {name!r}", hint="choose another name", field="name")
    source = closed_source(stores, name=name, kind="webhook", now=now, ids=ids)
    webhook = Webhook(
        ids.token(), source.source_id, name, connector or OWN, definition, chosen, is_enabled=False,
        has_secret=bool(plain), created_at=now, changed_at=now,
    )  # fmt: skip
    with stores.state.write() as tx:
        if tx.run(query(__file__, "add_webhook"), **_columns(webhook, _sealed(webhook, plain, key, ids))) == 0:
            raise Conflict(f"there is already a webhook named {name!r}", hint="choose another name", field="name")
    return Shown(webhook, plain)


def update(
    stores: Stores, hook: str, *, definition: str | None = None, options: dict[str, Any] | None = None, now: datetime
) -> Webhook:
    """Change a webhook's definition or options. A known connector becomes an own one by a definition.

    Errors: Missing; Invalid names what is wrong, then nothing changes.
    """
    with stores.state.write() as tx:  # the secret as it is then: nothing else may set it in between
        row = _row(tx, hook)
        webhook = _webhook(row)
        chosen = webhook.options if options is None else read_options(options)
        text = webhook.definition if definition is None else definition
        connector = OWN if definition else webhook.connector
        if connector == OWN and not text:
            raise Invalid("definition is empty", hint="give the connector's YAML", field="definition")
        described(connector, text, chosen)
        changed = replace(webhook, connector=connector, definition=text, options=chosen, changed_at=now)
        _save(tx, changed, row["secret"])
    return changed


def enable(stores: Stores, hook: str, *, is_enabled: bool = True, now: datetime) -> Webhook:
    """Let a webhook take requests, or stop it. Errors: Missing; Invalid without a secret."""
    with stores.state.write() as tx:  # the secret as it is then: one that was just replaced must not come back
        row = _row(tx, hook)
        webhook = _webhook(row)
        if is_enabled and not webhook.has_secret:
            raise Invalid(
                f"the webhook {webhook.name!r} has no secret", hint="set the provider's secret first", field="secret"
            )
        changed = replace(webhook, is_enabled=is_enabled, changed_at=now)
        _save(tx, changed, row["secret"])
    return changed


def rotate(stores: Stores, hook: str, *, secret: str = "", key: bytes, now: datetime, ids: Ids) -> Shown:
    """Give a webhook a new secret; the old one counts no more.

    Errors: Missing; Invalid if the provider has to name it.
    """
    with stores.state.write() as tx:
        webhook = _webhook(_row(tx, hook))
        proof = webhook.described().proof
        if not secret and proof.secret == THEIRS:
            raise Invalid("the provider makes this secret up", hint="copy it from there", field="secret")
        plain = secret or made_secret(proof, ids.token())
        check_secret(proof, plain)
        changed = replace(webhook, has_secret=True, changed_at=now)
        _save(tx, changed, _sealed(changed, plain, key, ids))
    return Shown(changed, plain)


def opened(stores: Stores, hook_id: str, key: bytes) -> tuple[Webhook, str]:
    """An enabled webhook by its id alone, and its secret. Errors: Missing, also for one that is off."""
    with stores.state.read() as tx:
        row = tx.one(query(__file__, "webhook_of"), key=hook_id)
    if row is None or row["hook_id"] != hook_id or not row["is_enabled"] or not row["secret"]:
        raise Missing("there is no such webhook", hint="check the address, and whether the webhook is enabled")
    return _webhook(row), unseal(key, row["secret"], place=_place(hook_id))


def read_options(node: dict[str, Any]) -> Options:
    """The options of a table. Errors: Invalid names the one that is wrong."""
    known = [one.name for one in fields(Options)]
    for name in node:
        if name not in known:
            raise unknown(name, "options", known)
    timezone, currency, nets = node.get("timezone", ""), node.get("currency", ""), node.get("allow_ips", [])
    if timezone:
        zone(timezone, "timezone")
    if not isinstance(currency, str) or (currency and not (len(currency) == 3 and currency.isupper())):
        raise Invalid("currency has three capital letters", hint="such as RUB", field="currency")
    if not isinstance(nets, list):
        raise Invalid("allow_ips should be a list", hint='such as ["92.118.66.0/23"]', field="allow_ips")
    for net in nets:
        try:
            ip_network(str(net))
        except ValueError as error:
            raise Invalid(f"allow_ips: {error}", hint="such as 92.118.66.0/23", field="allow_ips") from error
    return Options(str(timezone), currency, [str(net) for net in nets])


def _row(tx: StateTx, hook: str) -> Row:
    row = tx.one(query(__file__, "webhook_of"), key=hook)
    if row is None:
        raise Missing(f"there is no webhook {hook!r}", hint="list them with `omniloom webhook list`")
    return row


def _save(tx: StateTx, webhook: Webhook, secret: str) -> None:
    columns = _columns(webhook, secret)
    kept = ("hook_id", "connector", "definition", "secret", "options", "is_enabled", "changed_at")
    tx.run(query(__file__, "save_webhook"), **{name: columns[name] for name in kept})


def _columns(webhook: Webhook, secret: str) -> dict[str, Any]:
    return {
        "hook_id": webhook.hook_id, "source_id": webhook.source_id, "name": webhook.name,
        "connector": webhook.connector, "definition": webhook.definition, "secret": secret,
        "options": msgspec.json.encode(webhook.options).decode(), "is_enabled": int(webhook.is_enabled),
        "created_at": webhook.created_at, "changed_at": webhook.changed_at,
    }  # fmt: skip


def _sealed(webhook: Webhook, plain: str, key: bytes, ids: Ids) -> str:
    nonce = bytes.fromhex(ids.token())[:12]
    return seal(key, plain, place=_place(webhook.hook_id), nonce=nonce) if plain else ""


def _place(hook_id: str) -> str:
    return f"webhook.{hook_id}.secret"


def _webhook(row: Row) -> Webhook:
    return Webhook(
        hook_id=row["hook_id"],
        source_id=row["source_id"],
        name=row["name"],
        connector=row["connector"],
        definition=row["definition"],
        options=msgspec.json.decode(row["options"], type=Options),
        is_enabled=bool(row["is_enabled"]),
        has_secret=bool(row["secret"]),
        created_at=instant(row["created_at"]),
        changed_at=instant(row["changed_at"]),
    )
