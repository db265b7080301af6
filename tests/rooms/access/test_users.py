"""Users and roles: what each may do, and what a change does to open sessions."""

import pytest

from omniloom import access
from omniloom.access import ROLES, Permission, Role
from omniloom.core.errors import Conflict, Denied, Invalid, Missing
from omniloom.core.ids import SeededIds


def test_roles_hold_exactly_what_the_table_promises():
    reads = {permission for permission in Permission if permission.value.endswith(".read")}
    assert ROLES[Role.OWNER] == set(Permission)
    assert set(Permission) - ROLES[Role.MARKETER] == {
        Permission.USERS_WRITE, Permission.SETTINGS_WRITE, Permission.SOURCES_WRITE, Permission.PRIVACY_WRITE,
        Permission.CUSTOMERS_SENSITIVE,
    }  # fmt: skip
    assert ROLES[Role.ANALYST] == reads | {Permission.SEGMENTS_WRITE}
    assert {permission.value for permission in ROLES[Role.OPERATOR]} == {
        "customers.export", "customers.personal", "customers.read", "customers.sensitive", "customers.write",
        "overview.read",
        "privacy.read", "privacy.write", "sources.read",
    }  # fmt: skip
    assert not any(permission.value.endswith(("write", "launch")) for permission in ROLES[Role.VIEWER])


def test_may_asks_the_role_and_refuses_the_inactive(stores, hire):
    viewer = hire("viewer")
    assert access.may(viewer, Permission.CUSTOMERS_READ)
    assert not access.may(viewer, Permission.CUSTOMERS_WRITE)
    assert access.may("marketer", Permission.CAMPAIGNS_LAUNCH)
    access.deactivate(stores, viewer.user_id)
    gone = next(user for user in access.users(stores) if user.user_id == viewer.user_id)
    assert not any(access.may(gone, permission) for permission in Permission)


@pytest.mark.parametrize(
    "change",
    [
        lambda stores, user: access.set_password(stores, user.user_id, "another fine password"),
        lambda stores, user: access.set_role(stores, user.user_id, "viewer"),
        lambda stores, user: access.deactivate(stores, user.user_id),
    ],
    ids=["password", "role", "deactivation"],
)
def test_a_change_of_password_role_or_state_ends_every_session_of_that_user_only(
    stores, clock, owner, hire, enter, change
):
    user = hire("marketer")
    mine, theirs = [enter(user.email), enter(user.email)], enter(owner.email)
    change(stores, user)
    assert [access.user_of(stores, token, clock.now()) for token in mine] == [None, None]
    assert access.user_of(stores, theirs, clock.now()) == owner


def test_an_inactive_user_cannot_sign_in_until_let_in_again(stores, hire, enter):
    user = hire("analyst")
    access.deactivate(stores, user.user_id)
    with pytest.raises(Denied, match="the address or the password is wrong"):
        enter(user.email)
    access.activate(stores, user.user_id)
    assert enter(user.email)


def test_the_last_owner_stays(stores, owner, hire):
    with pytest.raises(Conflict, match="last owner"):
        access.set_role(stores, owner.user_id, "viewer")
    with pytest.raises(Conflict, match="last owner"):
        access.deactivate(stores, owner.user_id)
    second = hire("owner")
    access.deactivate(stores, owner.user_id)
    with pytest.raises(Conflict):
        access.set_role(stores, second.user_id, "analyst")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"), ("email", "a@b\r\nBcc: c@d.test"), ("name", " "), ("name", "x" * 200),
        ("password", "short"), ("password", "x" * 300), ("password", "aaaaaaaaaaaa"), ("password", "nul\x00nul\x00nul"),
        ("role", "root"), ("language", "tlh"),
    ],
)  # fmt: skip
def test_bad_input_names_its_field(stores, clock, owner, field, value):
    good = {
        "email": "new@example.test", "name": "New", "password": "a good long one", "role": "viewer", "language": "en",
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        access.add_user(stores, **{**good, field: value}, now=clock.now(), ids=SeededIds(3))
    assert refused.value.facts["field"] == field
    assert len(access.users(stores)) == 1


def test_an_address_belongs_to_one_account_whatever_its_case(stores, clock, owner):
    with pytest.raises(Conflict):
        access.add_user(
            stores, email="OWNER@example.TEST", name="Twin", password="a good long one", role="viewer", language="en",
            now=clock.now(), ids=SeededIds(3),
        )  # fmt: skip


def test_language_and_theme_are_remembered(stores, owner):
    access.set_language(stores, owner.user_id, "ru")
    access.set_theme(stores, owner.user_id, "dark")
    kept = access.users(stores)[0]
    assert (kept.language, kept.theme) == ("ru", "dark")
    with pytest.raises(Invalid):
        access.set_theme(stores, owner.user_id, "sepia")
    with pytest.raises(Missing):
        access.set_language(stores, "nobody", "ru")
