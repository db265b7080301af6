"""Why an item was not accepted. A drop is a value: it names the reason, the field and what to do."""

from dataclasses import dataclass
from enum import StrEnum


class DropReason(StrEnum):
    """Every reason for which intake refuses an item; each is a row of docs/guide/collecting.md."""

    NOT_JSON = "not_json"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    BAD_TEXT = "bad_text"
    BAD_NUMBER = "bad_number"
    WRONG_KIND = "wrong_kind"
    UNKNOWN_TYPE = "unknown_type"
    NO_IDENTIFIER = "no_identifier"
    BAD_IDENTIFIER = "bad_identifier"
    BAD_MESSAGE_ID = "bad_message_id"
    BAD_TIME = "bad_time"
    NO_NAME = "no_name"
    NO_GROUP = "no_group"
    NO_PREVIOUS = "no_previous"
    PLAN_VIOLATION = "plan_violation"
    BAD_VALUE = "bad_value"
    NO_RULE = "no_rule"


@dataclass(frozen=True, slots=True)
class Drop:
    """One item that was refused: ``message`` says what is wrong with ``field`` and how to correct it."""

    reason: DropReason
    field: str
    message: str


class Dropped(ValueError):
    """Carries a Drop up to the accepting step out of a nested value; never leaves ``collect``."""

    def __init__(self, reason: DropReason, field: str, message: str) -> None:
        super().__init__(message)
        self.drop = Drop(reason, field, message)
