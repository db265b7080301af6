"""The guides tell of every reason, field and conversion there is."""

from pathlib import Path

from omniloom.collect import DropReason
from omniloom.collect import field as value
from omniloom.collect import mapping as file
from omniloom.collect.file_format import formats

GUIDE = Path(__file__).parents[3] / "docs" / "guide"


def test_every_reason_of_a_refusal_stands_in_the_guide() -> None:
    text = (GUIDE / "collecting.md").read_text()
    assert [reason for reason in DropReason if f"`{reason}`" not in text] == []


def test_every_word_of_a_mapping_stands_in_the_guide() -> None:
    text = (GUIDE / "importing.md").read_text()
    words = [
        *file._KEYS,
        *file.EVENT_KEYS,
        *file._CSV_KEYS,
        *value._KEYS,
        *value.CONVERSIONS,
        *file.TARGETS,
        *formats(),
    ]
    words += [column for columns in file._COLUMNS.values() for column in columns]
    assert [word for word in words if f"`{word}`" not in text] == []
