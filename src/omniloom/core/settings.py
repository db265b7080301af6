"""Installation settings: frozen at start, each value with its origin.

Order: default in the room's dataclass, then ``omniloom.toml`` in the data directory, then ``OMNILOOM_<ROOM>__<FIELD>``,
then flags. An unknown key is Misconfigured, never ignored. What a marketer edits lives in the store, not here.
"""

import dataclasses
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from omniloom.core.errors import Misconfigured

T = TypeVar("T")
PREFIX = "OMNILOOM_"


def setting(default: Any, text: str, *, secret: bool = False) -> Any:
    """A dataclass field with a help text; ``secret`` values are never printed."""
    metadata = {"help": text, "secret": secret}
    if isinstance(default, (list, dict)):
        return dataclasses.field(default_factory=default.copy, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Value:
    """One setting as it is in force: where it comes from and what it is for."""

    room: str
    field: str
    value: Any
    origin: str
    help: str
    secret: bool


class Loader:
    """Reads the sources once, hands each room its own settings, then checks that nothing was left unread."""

    def __init__(self, file: Path | None, environ: Mapping[str, str], flags: Mapping[str, Any] | None = None) -> None:
        self._file = _read_toml(file) if file is not None and file.exists() else {}
        self._file_name = file.name if file is not None else ""
        self._environ = {key: value for key, value in environ.items() if key.startswith(PREFIX)}
        self._flags = dict(flags or {})
        self._known: set[tuple[str, str]] = set()
        self.values: list[Value] = []

    def load(self, room: str, kind: type[T]) -> T:
        """The settings of one room.

        Errors: Misconfigured names the setting, the value and the type it should have.
        """
        given: dict[str, Any] = {}
        hints = typing.get_type_hints(kind)
        for field in dataclasses.fields(kind):  # type: ignore[arg-type]  # T is a dataclass by convention
            self._known.add((room, field.name))
            raw, origin = self._find(room, field.name)
            if origin != "default":
                given[field.name] = _convert(raw, hints[field.name], name=f"{room}.{field.name}", origin=origin)
            self.values.append(
                Value(room, field.name, given.get(field.name, _default(field)), origin,
                      field.metadata.get("help", ""), field.metadata.get("secret", False))
            )  # fmt: skip
        return kind(**given)

    def finish(self) -> None:
        """Errors: Misconfigured if a source names a setting that no room has."""
        named = [(room, field, self._file_name) for room, table in self._file.items() for field in table]
        for key in self._environ:
            room, _, field = key.removeprefix(PREFIX).lower().partition("__")
            if field:
                named.append((room, field, f"environment {key}"))
        for room, field, origin in named:
            if (room, field) not in self._known:
                raise Misconfigured(
                    f"unknown setting {room}.{field} in {origin}", hint="`omniloom config` lists all settings"
                )

    def _find(self, room: str, field: str) -> tuple[Any, str]:
        if f"{room}.{field}" in self._flags:
            return self._flags[f"{room}.{field}"], "flag"
        key = f"{PREFIX}{room}__{field}".upper()
        if key in self._environ:
            return self._environ[key], f"environment {key}"
        if field in self._file.get(room, {}):
            return self._file[room][field], self._file_name
        return None, "default"


def _read_toml(file: Path) -> dict[str, dict[str, Any]]:
    try:
        tables = tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{file} is not valid TOML: {error}", hint="correct the file") from error
    for room, table in tables.items():
        if not isinstance(table, dict):
            raise Misconfigured(f"{file}: {room} stands outside a table", hint="write [room] above it")
    return tables


def _default(field: "dataclasses.Field[Any]") -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return None


def _convert(raw: Any, kind: Any, *, name: str, origin: str) -> Any:
    """The raw value as the field's type; environment values are text and are read as such."""
    if isinstance(kind, types.UnionType):
        kind = next(option for option in typing.get_args(kind) if option is not type(None))
    try:
        return _as(raw, kind)
    except (TypeError, ValueError) as error:
        wanted = getattr(kind, "__name__", str(kind))
        raise Misconfigured(f"{name} ({origin}) should be {wanted}, not {raw!r}", hint="correct the value") from error


def _as(raw: Any, kind: Any) -> Any:
    if kind is bool:
        words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        if isinstance(raw, bool):
            return raw
        if str(raw).lower() not in words:
            raise ValueError(raw)
        return words[str(raw).lower()]
    if typing.get_origin(kind) is list or kind is list:
        return [part.strip() for part in raw.split(",") if part.strip()] if isinstance(raw, str) else list(raw)
    if (kind in (int, float) and isinstance(raw, bool)) or (kind is int and isinstance(raw, float)):
        raise TypeError(raw)
    if kind is str and not isinstance(raw, (str, int, float)):
        raise TypeError(raw)
    return kind(raw)
