"""The first run: one token, one owner, once."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from omniloom import access
from omniloom.access import SETUP_FILE, Role
from omniloom.core.errors import Conflict, Denied, Invalid, Misconfigured
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


def test_a_token_file_cut_short_opens_nothing(stores, clock):
    (stores.data_dir / SETUP_FILE).touch()
    with pytest.raises(Misconfigured, match="empty"):
        access.create_owner(stores, token="", **GOOD, now=clock.now(), ids=SeededIds(1))
    assert access.is_fresh(stores)


def test_who_dies_while_writing_a_secret_leaves_no_secret_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("os.fsync", lambda _file: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        access.kept_secret(tmp_path / "key", b"fresh")
    assert list(tmp_path.iterdir()) == []


def test_the_first_of_many_who_create_a_secret_decides_it(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda n: access.kept_secret(tmp_path / "key", b"%d" % n), range(64)))
    assert len(found) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


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
