"""What is typed under a key that everybody can read joins nobody who is known by an address, until it is proven."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines import open_test_stores

from omniloom.core.event import OWN_SOURCE_ID
from omniloom.identity import find, identifiers_of, merges_of

from .conftest import PUBLIC, Sender

HERS, HER_PHONE, HIS_PHONE = "victim@shop.test", "+79162000001", "+79169990666"


def who(sender, text):
    (person,) = find(sender.stores, text, "RU")
    return person


def type_in(sender, kind="identify", **fields):
    return sender.send(kind, source_id=PUBLIC, **fields)


def prove(sender, kind, value, browser):
    """The event of a code that was typed in a browser."""
    sure = {"confidence": 3, "verified": [kind]}
    sender.send("identify", source_id=OWN_SOURCE_ID, anonymous_id=browser, context=sure, **{kind: value})


@pytest.mark.parametrize("rows_max", [1, 100])
@pytest.mark.parametrize("of_hers", [{"email": HERS}, {"phone": HER_PHONE}, {"card": "770012"}, {"telegram": "77"}])
@pytest.mark.parametrize(
    "of_his", [{"phone": HIS_PHONE}, {"email": "evil@x.test"}, {"card": "66"}, {"user_id": "EVIL"}]
)
def test_a_stranger_who_types_her_identifier_adds_nothing_to_her(sender, of_hers, of_his, rows_max):
    if of_his.keys() == of_hers.keys():
        return  # one event names one of a kind
    sender.send("identify", email=HERS, phone=HER_PHONE, card="770012", telegram="77")
    is_her_strongest = type_in(sender, anonymous_id="evil", **{**of_his, **of_hers})
    sender.resolve_all(rows_max)
    her = who(sender, HERS)
    assert who(sender, *of_his.values()) != her
    assert {i.value for i in identifiers_of(sender.stores, her)} <= {HERS, HER_PHONE, "770012", "77", "evil"}
    strongest = min({**of_his, **of_hers}, key=["user_id", "email", "phone", "card", "telegram"].index)
    assert (sender.people()[is_her_strongest] == her) is (strongest in of_hers)
    assert not merges_of(sender.stores, her)


@pytest.mark.parametrize("kind", ["identify", "alias"])
def test_nor_does_a_second_step_through_his_browser(sender, kind):
    sender.send("identify", email=HERS, phone=HER_PHONE)
    type_in(sender, anonymous_id="evil", email=HERS)  # it is her browser now, for all we know
    more = {"previous_id": "evil"} if kind == "alias" else {"anonymous_id": "evil"}
    type_in(sender, kind, user_id="EVIL", **more)
    type_in(sender, kind, user_id="EVIL", phone=HIS_PHONE, **more)
    sender.resolve_all()
    assert len({who(sender, HERS), who(sender, "EVIL")}) == 2
    assert who(sender, HIS_PHONE) == who(sender, "EVIL")


def test_two_customers_are_not_one_because_somebody_types_both(sender):
    sender.send("identify", email=HERS)
    sender.send("identify", phone=HER_PHONE)
    sender.send("identify", user_id="U")
    type_in(sender, user_id="U", email=HERS, phone=HER_PHONE, anonymous_id="b")
    type_in(sender, "alias", user_id="U", previous_id="b", email=HERS)
    sender.resolve_all()
    assert len({who(sender, HERS), who(sender, HER_PHONE), who(sender, "U")}) == 3


def test_history_of_a_browser_is_still_taken_over_and_new_people_are_founded(sender):
    looked = type_in(sender, "page", anonymous_id="b")
    type_in(sender, anonymous_id="b", email=HERS, phone=HER_PHONE)
    type_in(sender, user_id="U", anonymous_id="c", email="u@shop.test")
    added = type_in(sender, user_id="U", phone=HIS_PHONE)
    sender.resolve_all()
    sender.send("identify", card="77", email="b@shop.test")
    before = type_in(sender, "page", anonymous_id="d")
    type_in(sender, anonymous_id="d", email="b@shop.test", phone="+79161110001")
    sender.resolve_all()
    people = sender.people()
    assert people[looked] == who(sender, HERS) == who(sender, HER_PHONE)
    assert people[added] == who(sender, "u@shop.test") == who(sender, HIS_PHONE)
    assert people[before] == who(sender, "77") != who(sender, "+79161110001")


@pytest.mark.parametrize("rows_max", [1, 100])
def test_what_was_proven_in_the_browser_that_speaks_joins_as_ever(sender, rows_max):
    sender.send("identify", email=HERS)
    type_in(sender, anonymous_id="another", phone=HER_PHONE)
    type_in(sender, anonymous_id="b", email=HERS, phone=HER_PHONE)
    sender.resolve_all(rows_max)
    assert who(sender, HERS) != who(sender, HER_PHONE)
    prove(sender, "email", HERS, "b")
    type_in(sender, anonymous_id="b", email=HERS, phone=HER_PHONE)  # the phone may be anybody's
    type_in(sender, anonymous_id="b", email=HERS, card="77")  # nobody's yet: it is what she says of herself
    sender.resolve_all(rows_max)
    assert who(sender, HERS) == who(sender, "77") != who(sender, HER_PHONE)
    prove(sender, "phone", HER_PHONE, "b")
    type_in(sender, anonymous_id="b", email=HERS, phone=HER_PHONE)
    type_in(sender, anonymous_id="b", email=HERS, user_id="U")
    sender.resolve_all(rows_max)
    assert len({who(sender, each) for each in (HERS, HER_PHONE, "77", "U")}) == 1


@pytest.mark.parametrize("rows_max", [1, 100])
def test_a_form_and_then_an_account_in_one_browser_are_one_customer(sender, rows_max):
    type_in(sender, anonymous_id="b", email=HERS)  # nobody had it before
    type_in(sender, anonymous_id="b", user_id="U", email=HERS, phone=HER_PHONE)
    type_in(sender, anonymous_id="evil", email=HERS, phone=HIS_PHONE)
    type_in(sender, anonymous_id="evil", user_id="EVIL", email=HERS)
    sender.resolve_all(rows_max)
    assert who(sender, HERS) == who(sender, "U") == who(sender, HER_PHONE)
    assert len({who(sender, each) for each in (HERS, HIS_PHONE, "EVIL")}) == 3


def test_what_she_proved_lets_in_no_other_browser_even_if_he_proves_his_own(sender):
    sender.send("identify", email=HERS)
    prove(sender, "email", HERS, "b")
    type_in(sender, anonymous_id="evil", phone=HIS_PHONE)
    prove(sender, "phone", HIS_PHONE, "evil")
    type_in(sender, anonymous_id="evil", email=HERS, phone=HIS_PHONE)
    type_in(sender, anonymous_id="evil", email=HERS, card="66")
    sender.resolve_all()
    assert len({who(sender, HERS), who(sender, HIS_PHONE), who(sender, "66")}) == 3


def test_nobody_makes_an_address_shared_by_typing_it(sender):
    sender.send("identify", user_id="HER", email=HERS)
    for n in range(20):
        type_in(sender, user_id=f"evil {n}", email=HERS)
        type_in(sender, user_id=f"evil {n}", email=HERS)  # known by now
        type_in(sender, email=HERS, phone=f"+791611100{n:02}")
    sender.resolve_all()
    assert not any(i.is_shared for i in identifiers_of(sender.stores, who(sender, "HER")))
    for n in range(6):
        sender.send("identify", user_id=f"real {n}", email=HERS)
    sender.resolve_all()
    assert any(i.is_shared for i in identifiers_of(sender.stores, who(sender, "HER")))


VALUES = {
    "email": [HERS, "b@shop.test", "evil@x.test", "evil2@x.test"],
    "phone": [HER_PHONE, "+79162000002", HIS_PHONE], "card": ["770012", "66"],
    "user_id": ["EVIL", "EVIL2"], "anonymous_id": ["evil", "evil2", "hers"],
}  # fmt: skip
BASE = (
    {"email": HERS, "phone": HER_PHONE}, {"email": "b@shop.test"}, {"phone": "+79162000002", "card": "770012"},
    {"user_id": "HER", "email": "u@shop.test", "anonymous_id": "hers"},
)  # fmt: skip
attack = st.lists(
    st.tuples(
        st.sampled_from(["identify", "track", "alias"]),
        st.fixed_dictionaries({}, optional={kind: st.sampled_from(values) for kind, values in VALUES.items()}),
        st.sampled_from(["evil", "evil2", "hers", "EVIL"]),
    ),
    max_size=12,
)


@given(attack, st.integers(1, 5))
def test_nothing_that_strangers_type_changes_who_customers_are(tmp_path_factory, typed, rows_max):
    stores = open_test_stores(Path(tmp_path_factory.mktemp("typed")))
    try:
        sender = Sender(stores)
        for each in BASE:
            sender.send("identify", **each)
        sender.resolve_all()
        for kind, keys, previous in typed:
            if keys:
                type_in(sender, kind, **keys, **({"previous_id": previous} if kind == "alias" else {}))
        sender.resolve_all(rows_max)
        owned = [{value for kind, value in each.items() if kind != "anonymous_id"} for each in BASE]
        for mine in owned:
            person = who(sender, min(mine))
            held = {i.value for i in identifiers_of(stores, person) if i.kind != "anonymous_id"}
            assert held == mine
            assert not any(i.is_shared for i in identifiers_of(stores, person) if i.kind != "anonymous_id")
    finally:
        stores.close()
