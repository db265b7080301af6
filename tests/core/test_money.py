"""Money: whole minor units, and parts that add up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom.core.errors import Invalid
from omniloom.core.money import Money, exponent_of, share_out, to_minor

WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any)


@given(amount=st.integers(-(10**12), 10**12), weights=WEIGHTS)
def test_parts_add_up_to_the_amount_and_none_is_a_unit_off_its_share(amount: int, weights: list[int]) -> None:
    parts = share_out(amount, weights)
    assert sum(parts) == amount
    total = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Decimal(part) - Decimal(amount) * weight / total) < 1
        if weight == 0:
            assert part == 0


@given(weights=WEIGHTS)
def test_sharing_out_the_total_gives_the_weights_back(weights: list[int]) -> None:
    assert share_out(sum(weights), weights) == weights


def test_the_first_of_equals_gets_the_odd_unit() -> None:
    assert share_out(100, [1, 1, 1]) == [34, 33, 33]


@pytest.mark.parametrize("weights", [[], [0, 0]])
def test_nothing_to_share_out_by_is_refused(weights: list[int]) -> None:
    with pytest.raises(Invalid):
        share_out(100, weights)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.50", "RUB", 1250), (0.1, "USD", 10), (1.005, "USD", 100), ("2.675", "USD", 268), (-3, "EUR", -300),
        ("150", "JPY", 150), ("1.5", "KWD", 1500), (Decimal("0.015"), "USD", 2), (4596039.58, "USD", 459603958),
    ],
)  # fmt: skip
def test_a_decimal_amount_becomes_minor_units(amount: str | float | Decimal, currency: str, minor: int) -> None:
    assert to_minor(amount, currency) == minor


@pytest.mark.parametrize(
    "amount", ["", "twelve", "NaN", "Infinity", float("nan"), float("inf"), "1e999999", "1e19", "1,50"]
)
def test_what_is_not_an_amount_is_refused(amount: str | float) -> None:
    with pytest.raises(Invalid, match="not an amount"):
        to_minor(amount, "USD")


@given(minor=st.integers(-(10**15), 10**15), currency=st.sampled_from(["USD", "JPY", "KWD"]))
def test_money_as_text_is_its_amount(minor: int, currency: str) -> None:
    text = str(Money(minor, currency))
    assert to_minor(text.removesuffix(f" {currency}").replace(",", ""), currency) == minor
    assert exponent_of(currency) in {0, 2, 3}
