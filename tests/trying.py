"""How many examples a property is tried on: few in every day's run, five times as many in `make soak`."""

from hypothesis import settings

DAILY_EXAMPLES = 20  # of a property that says nothing itself


def examples(daily: int) -> int:
    """So many in every day's run, and as many times more in the others as a property that says nothing itself gets."""
    return max(1, daily * settings().max_examples // DAILY_EXAMPLES)
