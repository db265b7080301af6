"""What all request bodies share."""

from pydantic import BaseModel, ConfigDict

ROWS_MAX = 500  # rows of one answer


class Body(BaseModel):
    """A request body: unknown fields are refused, so that a misspelt one is seen."""

    model_config = ConfigDict(extra="forbid")
