"""Tokens of programs: shown once, kept as hashes, ended at once."""

import stat

import pytest

from omniloom import access
from omniloom.access import Permission, Role
from omniloom.core.errors import Conflict, Invalid


def test_the_local_token_lets_this_machine_command_the_server(stores, clock):
    token = access.local_token(stores.data_dir)
    assert access.local_token(stores.data_dir) == token
    assert stat.S_IMODE((stores.data_dir / "local.token").stat().st_mode) == 0o600
    principal = access.principal_of(stores, token, clock.now())
    assert principal is not None
    assert principal.role is Role.OWNER


def test_an_api_token_acts_with_its_role_until_revoked(stores, clock):
    text = access.create_token(stores, name="bot", role="analyst", now=clock.now())
    principal = access.principal_of(stores, text, clock.now())
    assert principal is not None
    assert access.may(principal, Permission.MONEY_READ)
    assert not access.may(principal, Permission.CAMPAIGNS_LAUNCH)
    assert [token.name for token in access.tokens(stores)] == ["bot"]
    access.revoke_token(stores, "bot")
    assert access.principal_of(stores, text, clock.now()) is None
    assert access.tokens(stores) == []


@pytest.mark.parametrize("bearer", ["", "omni_", "x" * 64, "ключ", "0" * 5000])
def test_a_foreign_bearer_is_nobody(stores, clock, bearer):
    access.create_token(stores, name="bot", role="owner", now=clock.now())
    assert access.principal_of(stores, bearer, clock.now()) is None


def test_a_session_token_is_no_bearer(stores, clock, owner, enter):
    assert access.principal_of(stores, enter(owner.email), clock.now()) is None


def test_names_are_unique_and_roles_known(stores, clock):
    access.create_token(stores, name="bot", role="viewer", now=clock.now())
    with pytest.raises(Conflict):
        access.create_token(stores, name="bot", role="viewer", now=clock.now())
    with pytest.raises(Invalid):
        access.create_token(stores, name="bot2", role="god", now=clock.now())
