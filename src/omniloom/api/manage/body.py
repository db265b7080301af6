"""What request bodies and queries share."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

ROWS_MAX = 500  # rows of one answer
RowsMax = Annotated[int, Query(ge=1)]  # a negative limit would be none at all to a store


class Body(BaseModel):
    """A request body: unknown fields are refused, so that a misspelt one is seen."""

    model_config = ConfigDict(extra="forbid")


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
