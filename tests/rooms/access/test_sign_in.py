"""Signing in: what is stored, what is refused, what it costs, and what ends it."""

import time
from datetime import timedelta

import pytest

from omniloom import access
from omniloom.core.errors import Denied, Unavailable
from omniloom.store.sql import parse_state

WRONG = "not the password at all"


def test_the_right_password_opens_a_session_that_names_the_user(stores, clock, owner, enter):
    token = enter("  Owner@EXAMPLE.test ")
    assert access.user_of(stores, token, clock.now()) == owner


def test_nothing_that_opens_a_door_is_stored_as_it_is(stores, clock, owner, enter):
    token = enter(owner.email)
    api = access.create_token(stores, name="bot", role="analyst", now=clock.now())
    with stores.state.read() as tx:
        kept = [
            str(value)
            for table in ("access_user", "access_session", "access_token", "access_try")
            for row in tx.rows(parse_state("all", f"select * from {table}"))
            for value in row.values()
        ]
    assert not any(secret in value for secret in (token, api, "correct horse") for value in kept)
    hashed = next(value for value in kept if value.startswith("$argon2id$"))
    m, t, p = (int(part.partition("=")[2]) for part in hashed.split("$")[3].split(","))
    assert m >= 19 * 1024
    assert t >= 2
    assert p >= 1


@pytest.mark.parametrize(
    ("email", "password"), [("owner@example.test", WRONG), ("nobody@example.test", "correct horse battery"), ("", "")]
)
def test_every_wrong_pair_gets_the_same_answer(stores, owner, enter, email, password):
    with pytest.raises(Denied) as refused:
        enter(email, password)
    assert (refused.value.message, refused.value.hint, refused.value.facts) == (
        "the address or the password is wrong",
        "check both, and the keyboard's language",
        {},
    )


def test_an_unknown_address_costs_as_much_time_as_a_known_one(stores, clock, owner):
    def seconds(email: str, client: int) -> float:
        began = time.perf_counter()
        with pytest.raises(Denied):
            access.sign_in(stores, email=email, password=WRONG, client=str(client), now=clock.now())
        return time.perf_counter() - began

    seconds(owner.email, 0)
    seconds("nobody@example.test", 0)
    known = min(seconds(owner.email, n) for n in range(1, 12))  # the least: a busy machine adds to any of them
    unknown = min(seconds("nobody@example.test", n) for n in range(20, 31))
    assert 0.25 < known / unknown < 4  # without the decoy hash the ratio is above ten


def test_the_sixth_try_within_a_minute_is_refused_even_with_the_right_password(stores, clock, owner, enter):
    for _try in range(5):
        with pytest.raises(Denied):
            enter(owner.email, WRONG)
    with pytest.raises(Unavailable) as throttled:
        enter(owner.email)
    assert throttled.value.facts["retry_after_s"] == 60
    enter(owner.email, client="10.0.0.2")  # an attacker elsewhere does not lock the owner out
    clock.advance(timedelta(seconds=61))
    enter(owner.email)


def test_throttling_does_not_tell_whether_an_account_exists(owner, enter):
    answers = []
    for email in (owner.email, "nobody@example.test"):
        for _try in range(5):
            with pytest.raises(Denied):
                enter(email, WRONG)
        with pytest.raises(Unavailable) as throttled:
            enter(email, WRONG)
        answers.append((throttled.value.message, throttled.value.hint, throttled.value.facts))
    assert answers[0] == answers[1]


def test_one_client_cannot_try_many_accounts(stores, clock, owner, enter):
    refused = 0
    for n in range(40):
        try:
            enter(f"user{n}@example.test", WRONG)
        except Unavailable:
            refused += 1
        except Denied:
            pass
    assert refused == 10


def test_success_forgives_earlier_slips(owner, enter):
    for _round in range(3):
        for _try in range(4):
            with pytest.raises(Denied):
                enter(owner.email, WRONG, client="10.0.0.9")
        enter(owner.email, client="10.0.0.9")


def test_a_session_ends_by_time_and_by_signing_out(stores, clock, owner, enter):
    first, second = enter(owner.email), enter(owner.email)
    access.sign_out(stores, first)
    assert access.user_of(stores, first, clock.now()) is None
    assert access.user_of(stores, second, clock.now()) == owner
    assert access.live_sessions(stores, [first, second, "made up"], clock.now()) == {second}
    clock.advance(access.SESSION_LIFE)
    assert access.user_of(stores, second, clock.now()) is None
    assert access.live_sessions(stores, [second], clock.now()) == set()


def test_session_tokens_have_256_random_bits_and_never_repeat(stores, clock, owner, enter):
    tokens = {enter(owner.email, client=str(n)) for n in range(8)}
    assert len(tokens) == 8
    assert all(len(bytes.fromhex(token)) == 32 for token in tokens)
    assert access.user_of(stores, "", clock.now()) is None


def test_a_password_changed_during_a_sign_in_lets_the_old_one_in_no_more(stores, owner, enter, monkeypatch):
    def changes_meanwhile(_hash, _password):
        access.set_password(stores, owner.user_id, "another fine password")
        return True

    monkeypatch.setattr("omniloom.access.session.is_match", changes_meanwhile)
    with pytest.raises(Denied):
        enter(owner.email)
