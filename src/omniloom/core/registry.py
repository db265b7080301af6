"""Variants (channels, operators, models, …) are found by listing a folder: one file, one variant, one constant."""

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

from omniloom.core.errors import Misconfigured

T = TypeVar("T")


def variants(folder: ModuleType, constant: str, kind: type[T]) -> dict[str, T]:
    """All variants of a package: module name -> its ``constant``.

    Errors: Misconfigured if a module lacks the constant or binds something else: a broken variant stops the start.
    """
    found: dict[str, T] = {}
    for entry in sorted(pkgutil.iter_modules(folder.__path__), key=lambda entry: entry.name):
        module = importlib.import_module(f"{folder.__name__}.{entry.name}")
        value = getattr(module, constant, None)
        if not isinstance(value, kind):
            raise Misconfigured(
                f"{module.__name__} does not bind {constant}",
                hint=f"bind {constant} = {kind.__name__}(...) in that file, or move the file elsewhere",
            )
        found[entry.name] = value
    return found
