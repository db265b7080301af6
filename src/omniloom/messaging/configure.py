"""Channel settings as the operator enters them: kept in the store, secrets sealed, shown without them."""

import dataclasses
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from omniloom.core.errors import Invalid, Missing
from omniloom.core.ids import Ids, RandomIds
from omniloom.messaging.channel import Channel, known_channels
from omniloom.store import Stores, query, seal, unseal


@dataclass(frozen=True, slots=True)
class SettingField:
    """One field of a channel's form. A secret's value is never shown, only whether there is one."""

    name: str
    help: str
    kind: str
    is_secret: bool
    value: Any
    is_set: bool


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A channel as the settings page shows it."""

    channel: str
    title: str
    is_enabled: bool
    fields: list[SettingField]


def channel_settings(stores: Stores, channel: str, secret: bytes) -> Any | None:
    """The settings of an enabled channel with its secrets; None if it is off or was never set up."""
    definition = _definition(channel)
    kept, is_enabled = _kept(stores, channel)
    if not is_enabled:
        return None
    secrets = {field.name for field in _fields(definition) if field.metadata["secret"]}
    values = {
        name: unseal(secret, value, place=f"{channel}.{name}") if name in secrets and value else value
        for name, value in kept.items()
    }
    return definition.settings(**values)


def channel_views(stores: Stores) -> list[ChannelView]:
    """Every channel with its form's fields."""
    return [_view(stores, key, definition) for key, definition in known_channels().items()]


def save_channel_settings(
    stores: Stores, channel: str, values: Mapping[str, Any], *, secret: bytes, now: datetime, is_enabled: bool = True,
    ids: Ids | None = None,
) -> None:  # fmt: skip
    """Keep a channel's settings; a secret left out or empty keeps its old value.

    Whoever waits (for the end of an outage, say) is decided anew at once, so a correction takes effect at once.

    Errors: Missing for an unknown channel; Invalid names the field that is wrong.
    """
    definition = _definition(channel)
    kept, _ = _kept(stores, channel)
    plain: dict[str, Any] = {}
    for field in _fields(definition):
        if field.name in values and not (field.metadata["secret"] and not values[field.name]):
            plain[field.name] = _typed(channel, field, values[field.name])
        elif kept.get(field.name) and field.metadata["secret"]:
            plain[field.name] = unseal(secret, kept[field.name], place=f"{channel}.{field.name}")
        elif field.name in kept:
            plain[field.name] = kept[field.name]
    if unknown := set(values) - {field.name for field in _fields(definition)}:
        raise Invalid(f"{channel} has no setting {min(unknown)}", field=min(unknown))
    if is_enabled and (wrong := definition.problem(definition.settings(**plain))):
        raise Invalid(f"{channel}: {wrong}", hint="correct the channel's settings", field=wrong.split(" ", 1)[0])
    sealed = _sealed(definition, channel, plain, secret=secret, ids=ids or RandomIds())
    with stores.state.write() as tx:
        tx.run(
            query(__file__, "channel_save"), channel=channel, is_enabled=int(is_enabled),
            settings=msgspec.json.encode(sealed).decode(), now=now,
        )  # fmt: skip
        tx.run(query(__file__, "sends_due_now"), now=now)


def _sealed(definition: Channel, channel: str, plain: dict[str, Any], *, secret: bytes, ids: Ids) -> dict[str, Any]:
    secrets = {field.name for field in _fields(definition) if field.metadata["secret"]}
    return {
        name: seal(secret, value, place=f"{channel}.{name}", nonce=bytes.fromhex(ids.token())[:12])
        if name in secrets and value
        else value
        for name, value in plain.items()
    }


def _view(stores: Stores, key: str, definition: Channel) -> ChannelView:
    kept, is_enabled = _kept(stores, key)
    hints = typing.get_type_hints(definition.settings)
    fields = [
        SettingField(
            field.name, field.metadata["help"], hints[field.name].__name__, field.metadata["secret"],
            "" if field.metadata["secret"] else kept.get(field.name, field.default), bool(kept.get(field.name)),
        )
        for field in _fields(definition)
    ]  # fmt: skip
    return ChannelView(key, definition.title, is_enabled, fields)


def _kept(stores: Stores, channel: str) -> tuple[dict[str, Any], bool]:
    with stores.state.read() as tx:
        row = tx.one(query(__file__, "channel"), channel=channel)
    return (msgspec.json.decode(row["settings"]), bool(row["is_enabled"])) if row else ({}, False)


def _definition(channel: str) -> Channel:
    if channel not in known_channels():
        raise Missing(
            f"there is no channel {channel}", hint=f"channels are {', '.join(known_channels())}", field="channel"
        )
    return known_channels()[channel]


def _fields(definition: Channel) -> tuple["dataclasses.Field[Any]", ...]:
    return dataclasses.fields(definition.settings)


def _typed(channel: str, field: "dataclasses.Field[Any]", value: Any) -> Any:
    """The value as the field's type. Errors: Invalid names the field."""
    try:
        return int(value) if isinstance(field.default, int) else str(value).strip()
    except (TypeError, ValueError) as error:
        raise Invalid(f"{channel}.{field.name} should be a whole number", field=field.name) from error
