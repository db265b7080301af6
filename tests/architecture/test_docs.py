"""The documents say what is there: the rooms, the decisions, and links that lead somewhere."""

import re
from pathlib import Path

import pytest

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)[^)]*\)")


def documents(root: Path) -> list[Path]:
    return [*sorted(root.glob("*.md")), *sorted((root / "docs").rglob("*.md"))]


def test_the_architecture_page_tells_of_every_room_and_no_other(root: Path, package: Path) -> None:
    told = re.findall(r"^### (\w+)$", (root / "ARCHITECTURE.md").read_text(), re.MULTILINE)
    assert sorted(told) == sorted(path.parent.name for path in package.glob("*/__init__.py"))


def test_the_architecture_page_shows_the_stack_that_is_checked(root: Path, stack: list[frozenset[str]]) -> None:
    page = (root / "ARCHITECTURE.md").read_text()
    shown = [frozenset(re.split(r"\s+\|\s+", re.split(r"\s{3,}", line)[0])) for line in page.splitlines()]
    assert [line for line in shown if line in stack] == stack


def test_the_architecture_page_is_short(root: Path) -> None:
    assert len((root / "ARCHITECTURE.md").read_text().splitlines()) <= 200


def test_every_decision_says_how_we_will_know_it_was_wrong(root: Path) -> None:
    records = sorted((root / "docs" / "decisions").glob("*.md"))
    assert [record.name[:4] for record in records] == [f"{number + 1:04}" for number in range(len(records))]
    index = (root / "docs" / "README.md").read_text()
    for record in records:
        text = record.read_text()
        assert re.search(r"^## We will know it was wrong when\n\S", text, re.MULTILINE), record.name
        assert "Decided." in text, record.name
        assert f"decisions/{record.name}" in index, f"{record.name} is not in docs/README.md"


def test_links_between_documents_lead_somewhere(root: Path) -> None:
    broken = [
        f"{document.relative_to(root)} -> {target}"
        for document in documents(root)
        for target in LINK.findall(document.read_text())
        if not (document.parent / target).exists()
    ]
    assert broken == []


def test_the_index_knows_every_document(root: Path) -> None:
    index = (root / "docs" / "README.md").read_text()
    pages = [page.relative_to(root / "docs") for page in sorted((root / "docs").rglob("*.md"))]
    assert [str(page) for page in pages if f"({page.as_posix()})" not in index and page.name != "README.md"] == []


@pytest.mark.parametrize("target", ["help", "install", "demo", "serve", "test", "check", "bench", "soak", "schema",
                                    "screenshots", "lock"])  # fmt: skip
def test_every_make_target_explains_itself(root: Path, target: str) -> None:
    assert re.search(rf"^{target}:.*## \S", (root / "Makefile").read_text(), re.MULTILINE)
