"""The first run: one token, one owner, once."""

import stat

import pytest

from omniloom import access
from omniloom.access import SETUP_FILE, Role
from omniloom.core.errors import Conflict, Denied, Invalid
from omniloom.core.ids import SeededIds

GOOD = {"email": "owner@example.test", "name": "Olga", "password": "correct horse battery", "language": "ru"}


def test_the_token_is_a_private_file_that_stays_the_same_until_used(stores, clock):
    assert access.is_fresh(stores)
    token = access.setup_token(stores)
    path = stores.data_dir / SETUP_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(bytes.fromhex(token)) == 32
    assert access.setup_token(stores) == token
    owner = access.create_owner(stores, token=f" {token}\n", **GOOD, now=clock.now(), ids=SeededIds(1))
    assert owner.role is Role.OWNER
    assert not path.exists()
    assert not access.is_fresh(stores)


def test_a_wrong_token_creates_nobody(stores, clock):
    token = access.setup_token(stores)
    for wrong in ("", "x", token[:-1], token.upper() + "0", "токен"):
        with pytest.raises(Denied):
            access.create_owner(stores, token=wrong, **GOOD, now=clock.now(), ids=SeededIds(1))
    assert access.is_fresh(stores)


def test_a_form_error_does_not_use_up_the_token(stores, clock):
    token = access.setup_token(stores)
    with pytest.raises(Invalid):
        access.create_owner(stores, token=token, **{**GOOD, "password": "1"}, now=clock.now(), ids=SeededIds(1))
    access.create_owner(stores, token=token, **GOOD, now=clock.now(), ids=SeededIds(1))


def test_nobody_becomes_owner_a_second_time(stores, clock):
    token = access.setup_token(stores)
    access.create_owner(stores, token=token, **GOOD, now=clock.now(), ids=SeededIds(1))
    with pytest.raises(Conflict):
        access.setup_token(stores)
    with pytest.raises(Conflict):
        access.create_owner(
            stores, token=token, **{**GOOD, "email": "two@example.test"}, now=clock.now(), ids=SeededIds(2)
        )
    assert len(access.users(stores)) == 1
