from collections.abc import Callable

import pytest

from omniloom import access
from omniloom.access import Role, User
from omniloom.core.clock import ManualClock
from omniloom.core.ids import SeededIds
from omniloom.store import Stores

PASSWORD = "correct horse battery"


@pytest.fixture
def owner(stores: Stores, clock: ManualClock) -> User:
    return access.create_owner(
        stores, token=access.setup_token(stores), email="owner@example.test", name="Olga", password=PASSWORD,
        language="en", now=clock.now(), ids=SeededIds(1),
    )  # fmt: skip


@pytest.fixture
def hire(stores: Stores, clock: ManualClock, owner: User) -> Callable[[str], User]:
    """Adds a user of a role, named after it."""

    def add(role: str) -> User:
        return access.add_user(
            stores, email=f"{role}-2@example.test", name=role, password=PASSWORD, role=Role(role), language="ru",
            now=clock.now(), ids=SeededIds(len(role)),
        )  # fmt: skip

    return add


@pytest.fixture
def enter(stores: Stores, clock: ManualClock) -> Callable[..., str]:
    """Signs someone in and gives the session's token."""

    def sign_in(email: str, password: str = PASSWORD, client: str = "10.0.0.1") -> str:
        return access.sign_in(stores, email=email, password=password, client=client, now=clock.now())

    return sign_in
