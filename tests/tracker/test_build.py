"""The script that goes out: small, read by old browsers, running no text as code; and its modules' own tests."""

import gzip
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from omniloom.api.script import BUILT, MODULES, joined

ROOT = Path(__file__).resolve().parents[2]
TRACKER = ROOT / "tracker"
BYTES_MAX = 10 * 1024  # minified and gzipped
# Ways to run text as code, or to put markup into somebody's page.
FORBIDDEN = re.compile(
    r"\beval\b|\bFunction\(|new Function|document\.write|innerHTML|outerHTML|insertAdjacentHTML|\bimport\(|"
    r"set(?:Timeout|Interval)\(\s*[\"'`]"
)
NODE = shutil.which("node")


@pytest.fixture
def built() -> str:
    if shutil.which("npm") is None:
        pytest.skip("needs npm (`make install` installs it)")
    assert BUILT.is_file(), "run `make install`"
    return BUILT.read_text()


def test_the_script_is_built_from_these_modules(built: str) -> None:
    digest = hashlib.sha256()
    for path in sorted((TRACKER / "src").iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    assert digest.hexdigest()[:16] in built.splitlines()[0], "run `make install`"


def test_the_script_is_small(built: str) -> None:
    assert len(gzip.compress(built.encode())) <= BYTES_MAX


def test_nothing_runs_text_as_code(built: str) -> None:
    assert FORBIDDEN.findall(built) == []
    assert FORBIDDEN.findall(joined(MODULES[1])) == []
    assert FORBIDDEN.findall('eval("1");new Function("x");setTimeout("f()",1)') != []


@pytest.mark.skipif(NODE is None, reason="needs node")
@pytest.mark.parametrize("form", ["built", "joined"])
def test_browsers_of_2018_read_it(built: str, form: str, tmp_path: Path) -> None:
    (tmp_path / "script.js").write_text(built if form == "built" else joined(MODULES[1]))
    assert NODE
    parse = (
        'import { parse } from "acorn"; import { readFileSync } from "node:fs";'
        'for (const path of process.argv.slice(1)) parse(readFileSync(path, "utf8"), { ecmaVersion: 2018 });'
    )
    command = [NODE, "--input-type=module", "--eval", parse, str(tmp_path / "script.js")]
    done = subprocess.run(command, cwd=TRACKER, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    (tmp_path / "newer.js").write_text("a?.b")
    refused = subprocess.run([*command[:-1], str(tmp_path / "newer.js")], cwd=TRACKER, capture_output=True, timeout=60)
    assert refused.returncode != 0


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_the_modules_pass_their_own_tests() -> None:
    assert NODE
    tests = [str(path) for path in sorted((TRACKER / "test").glob("*.test.js"))]
    done = subprocess.run([NODE, "--test", *tests], cwd=TRACKER, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-4000:]


def test_the_lock_names_versions_and_hashes_but_no_place() -> None:
    lock = json.loads((TRACKER / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert "://" not in (TRACKER / "package-lock.json").read_text()
    assert not json.loads((TRACKER / "package.json").read_text()).get("dependencies"), "nothing at run time"
