"""Rules of size, names and sources of time and chance. Exceptions are listed with a reason; the list may only shrink.

Each rule is a function from a package folder to faults, so that planted faults go through the very same rule.
"""

import ast
import functools
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

FUNCTION_LINES_MAX = 40  # the docstring does not count: a contract may be as long as it needs
MODULE_LINES_MAX = 300
CORE_MODULES_MAX = 10
LITERALS_MAX = 80  # more members than that in one literal are data: they belong into a .csv, .toml or .sql beside
BANNED_WORDS = frozenset(
    ("utils", "helpers", "common", "misc", "manager", "handler", "service", "base", "impl", "data", "info")
)
DOORS = ("api", "web", "cli", "worker")


class Allowed(NamedTuple):
    """One exception to one rule: where, since when, and why."""

    rule: str
    where: str
    since: str
    reason: str


EXCEPTIONS: tuple[Allowed, ...] = (
    Allowed("chance_is_injected", "access", "2026-11-21", "passwords and tokens need the system's randomness itself"),
    Allowed("chance_is_injected", "app.py", "2026-11-21", "draws the installation's secret once"),
    Allowed("chance_is_injected", "web/security.py", "2026-11-21", "a page's script nonce must not be repeatable"),
    Allowed("chance_is_injected", "core/ids.py", "2026-11-21", "the place it is injected from"),
    Allowed("time_is_injected", "core/clock.py", "2026-11-21", "the place it is injected from"),
)

Rule = Callable[[Path], Iterator[str]]


def modules(package: Path) -> Iterator[tuple[str, Path, ast.Module]]:
    """(path from the package, path, tree) of every module."""
    for path in sorted(package.rglob("*.py")):
        yield path.relative_to(package).as_posix(), path, parsed(path.read_text())


@functools.cache
def parsed(text: str) -> ast.Module:
    return ast.parse(text)


@functools.cache
def walked(tree: ast.Module) -> list[ast.AST]:
    return list(ast.walk(tree))


@pytest.fixture(scope="module", autouse=True)
def _forgotten() -> Iterator[None]:
    """Other tests do not carry the trees of the whole package along."""
    yield
    walked.cache_clear()
    parsed.cache_clear()


def functions_are_short(package: Path) -> Iterator[str]:
    for where, _, tree in modules(package):
        for node in walked(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[0]
                has_docstring = ast.get_docstring(node, clean=False) is not None
                docstring = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
                lines = (node.end_lineno or 0) - node.lineno + 1 - docstring
                if lines > FUNCTION_LINES_MAX:
                    yield f"{where}: {node.name} has {lines} lines"


def modules_are_short(package: Path) -> Iterator[str]:
    for where, path, _ in modules(package):
        lines = len(path.read_text().splitlines())
        if lines > MODULE_LINES_MAX:
            yield f"{where} has {lines} lines"


def modules_in_core(package: Path) -> Iterator[str]:
    count = len([path for path in (package / "core").glob("*.py") if path.name != "__init__.py"])
    if count > CORE_MODULES_MAX:
        yield f"core has {count} modules"


def names_say_something(package: Path) -> Iterator[str]:
    for where, path, tree in modules(package):
        named = [path.stem, *path.relative_to(package).parts[:-1]]
        named += [node.name for node in walked(tree) if isinstance(node, ast.ClassDef)]
        for name in named:
            words = {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)}
            for word in sorted(words & BANNED_WORDS):
                yield f"{where}: {name} says {word}, which says nothing"


def modules_say_what_they_are(package: Path) -> Iterator[str]:
    for where, _, tree in modules(package):
        if not ast.get_docstring(tree):
            yield f"{where} has no docstring"
    for folder in sorted({path.parent for path in package.rglob("*.py")}):
        if not (folder / "__init__.py").exists():
            yield f"{folder.relative_to(package).as_posix()} has no __init__.py that says what it is for"


def faults_are_not_swallowed(package: Path) -> Iterator[str]:
    for where, _, tree in modules(package):
        if where.startswith(tuple(f"{door}/" for door in DOORS)):
            continue
        for node in walked(tree):
            caught = node.type if isinstance(node, ast.ExceptHandler) else None
            names = {name.id for name in ast.walk(caught) if isinstance(name, ast.Name)} if caught else set()
            swallows = not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
            bare = isinstance(node, ast.ExceptHandler) and caught is None
            if swallows and (bare or names & {"Exception", "BaseException"}):
                yield f"{where}:{node.lineno} swallows every fault"


_TIMES = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "time.monotonic",
    "time.perf_counter", "time.localtime", "time.gmtime",
}  # fmt: skip


def time_is_injected(package: Path) -> Iterator[str]:
    for where, _, tree in modules(package):
        for node in walked(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called = ".".join(ast.unparse(node.func).split(".")[-2:])
                if called in _TIMES:
                    yield f"{where}:{node.lineno} asks {called}: take `now` or a Clock"


def chance_is_injected(package: Path) -> Iterator[str]:
    for where, _, tree in modules(package):
        for name, line in imported(tree):
            if name.split(".")[0] in {"random", "secrets", "uuid"}:
                yield f"{where}:{line} imports {name}: take Ids"


def one_way_out(package: Path) -> Iterator[str]:
    """What import-linter cannot name: submodules of packages that are themselves fine."""
    for where, _, tree in modules(package):
        for name, line in imported(tree):
            if name.startswith(("urllib.request", "http.client", "ftplib", "telnetlib")):
                yield f"{where}:{line} imports {name}: use core.egress"


def rooms_meet_at_their_faces(package: Path) -> Iterator[str]:
    rooms = {path.name for path in package.iterdir() if path.is_dir()} - {"core", *DOORS}
    for where, _, tree in modules(package):
        others = rooms - {where.split("/")[0]}
        for name, line in imported(tree):
            parts = name.split(".")
            if parts[0] != "omniloom" or len(parts) < 3 or parts[1] not in others or parts[2] == "settings":
                continue
            inside = package / parts[1] / parts[2]
            is_module = inside.is_dir() or inside.with_suffix(".py").exists()
            is_shown = parts[2] in face(package / parts[1])
            of_its_face = len(parts) == 4 and parts[3] in face(inside)  # a part of a room that has a face of its own
            if is_module and not (is_shown and (len(parts) == 3 or of_its_face)):
                yield f"{where}:{line} reaches into {'.'.join(parts[:3])}: use the package face"


def face(room: Path) -> set[str]:
    """What a room offers: the names of its `__all__`. An act may be called like the module it lives in."""
    if not (room / "__init__.py").exists():
        return set()
    for node in ast.parse((room / "__init__.py").read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def data_lies_beside_the_code(package: Path) -> Iterator[str]:
    for where, _, tree in modules(package):
        for node in walked(tree):
            members = getattr(node, "elts", None) or getattr(node, "keys", None) or []
            if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict) and len(members) > LITERALS_MAX:
                yield f"{where}:{node.lineno} holds {len(members)} values: data belongs beside the code"


def imported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every imported module, with `from a import b` told as `a` and as `a.b`."""
    for node in walked(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


RULES: tuple[Rule, ...] = (
    functions_are_short, modules_are_short, modules_in_core, names_say_something, modules_say_what_they_are,
    faults_are_not_swallowed, time_is_injected, chance_is_injected, one_way_out, rooms_meet_at_their_faces,
    data_lies_beside_the_code,
)  # fmt: skip


def allowed(rule: Rule, fault: str) -> bool:
    return any(exception.rule == rule.__name__ and fault.startswith(exception.where) for exception in EXCEPTIONS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rule(rule: Rule, package: Path) -> None:
    assert [fault for fault in dict.fromkeys(rule(package)) if not allowed(rule, fault)] == []


@pytest.mark.parametrize("exception", EXCEPTIONS, ids=lambda exception: f"{exception.rule}:{exception.where}")
def test_every_exception_is_still_needed(exception: Allowed, package: Path) -> None:
    rule = next(rule for rule in RULES if rule.__name__ == exception.rule)
    assert any(fault.startswith(exception.where) for fault in rule(package)), "take it off the list"
    assert exception.reason
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", exception.since)


PLANTED = {
    functions_are_short: "def long():\n    '''Contract.'''\n" + "    x = 1\n" * 41,
    modules_are_short: "x = 1\n" * 301,
    names_say_something: "class SendManager:\n    pass\n",
    modules_say_what_they_are: "x = 1\n",
    faults_are_not_swallowed: "try:\n    x = 1\nexcept Exception:\n    pass\n",
    time_is_injected: "import datetime as dt\nx = dt.datetime.now()\n",
    chance_is_injected: "from uuid import uuid4\n",
    one_way_out: "from urllib import request\nimport urllib.request\n",
    rooms_meet_at_their_faces: "from omniloom.profiles import card\n",
    data_lies_beside_the_code: f"x = {list(range(81))}\n",
}


@pytest.mark.parametrize("rule", PLANTED, ids=lambda rule: rule.__name__)
def test_a_planted_fault_is_caught(rule: Rule, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "messaging", tmp_path / "profiles"):
        place.mkdir(exist_ok=True)
        (place / "__init__.py").write_text('"""A room."""\n')
    (tmp_path / "profiles" / "card.py").write_text('"""A card."""\n')
    assert list(rule(tmp_path)) == []
    (tmp_path / "messaging" / "planted.py").write_text(PLANTED[rule])
    assert all(fault.startswith("messaging/planted.py") for fault in rule(tmp_path))
    assert list(rule(tmp_path))


def test_an_eleventh_module_in_core_is_caught(tmp_path: Path) -> None:
    (tmp_path / "core").mkdir()
    for number in range(11):
        (tmp_path / "core" / f"m{number}.py").touch()
    assert list(modules_in_core(tmp_path)) == ["core has 11 modules"]


# Places that mean something on one machine only. One letter of each stands in brackets, so that this file holds none.
_ELSEWHERE = re.compile(
    r"pypi[.]org|python[h]osted|npmj[s]\.|deb[.]debian|[i]ndex-url|(?<![\w.])/(?:roo[t]|wor[k]|hom[e])/"
)


def places(text: str) -> list[str]:
    return [match[0] for match in _ELSEWHERE.finditer(text)]


def test_no_file_names_a_registry_or_a_machines_path(root: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    faults = []
    for name in filter(None, listed.stdout.split("\0")):
        path = root / name
        if not path.is_file() or path.suffix in {".png", ".parquet", ".ico", ".woff2"} or name == "Makefile":
            continue
        faults += [f"{name}: {place}" for place in places(path.read_text(errors="replace"))]
    assert faults == []


def test_a_planted_place_is_caught() -> None:
    assert places("--extra-index-" + "url https://" + "py" + "pi.org/simple")
    assert places("see /wo" + "rk/main")
    assert places("docs/work/readme and https://example.test/work/x") == []
