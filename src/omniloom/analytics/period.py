"""Instants that stand for an open end of a period in queries."""

from datetime import UTC, datetime

EVER = datetime(1, 1, 1, tzinfo=UTC)  # since, when nobody says
NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # until, when nobody says
