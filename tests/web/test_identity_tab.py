"""Why a customer is one: shared, foreign and refused identifiers are marked in the picture and in words."""

import pytest

from omniloom import identity, profiles
from omniloom.access import Role
from omniloom.core.event import Event, encode
from omniloom.web.customer_identifiers import consequence
from omniloom.web.format import Format
from omniloom.web.identity_picture import picture
from omniloom.web.shell import NOT_FOUND
from omniloom.web.view import View
from omniloom.worker import loop

USERS = 8


@pytest.fixture
def crowd(site):
    """Eight customers on one tablet, the first with a phone that is none; their ids in the order they came."""
    now, stores = site.platform.now(), site.platform.stores
    for n in range(USERS):
        identifiers = {"user_id": f"tab-{n}", "device_id": "tab-tablet"} | ({"phone": "call me"} if n == 0 else {})
        event = Event(source_id="tab", message_id=f"tab-{n}", type="track", name="Bonus Checked", occurred_at=now,
                      received_at=now, identifiers=identifiers)  # fmt: skip
        stores.log.append([encode(event)])
    loop.catch_up(site.platform, None, loop.KNOWING)
    found = [profiles.search(stores, f"tab-{n}", home_region="RU", rows_max=1) for n in range(USERS)]
    return [person.person_id for (person,) in found]


def view(site) -> View:
    return View(site.platform, NOT_FOUND, None, None, "en", Format("en"))


def test_the_picture_draws_each_of_them_its_own_way(site, crowd):
    stores = site.platform.stores
    owner, stranger, late = (
        picture(view(site), profiles.whole(stores, crowd[n], home_region="RU")) for n in (0, 2, USERS - 1)
    )
    symbols = [
        {node["name"]: node.get("symbol") for node in one["series"][0]["data"]} for one in (owner, stranger, late)
    ]
    assert symbols[0]["tab-tablet (shared)"] == "diamond"
    assert symbols[0]["call me"] == "rect"
    assert symbols[1]["tab-tablet (shared)"] == "diamond"
    assert symbols[2]["tab-tablet"] == "rect", "it was shared before this one came"
    for one in (owner, stranger, late):
        series = one["series"][0]
        assert {link["source"] for link in series["links"]} <= {node["id"] for node in series["data"]}
        assert {link["target"] for link in series["links"]} <= {node["id"] for node in series["data"]}


def test_it_is_told_in_words_in_the_readers_language(site, crowd):
    assert "many people use it, so it joins nobody" in site.get(f"/customers/{crowd[0]}", role="owner").text
    page = site.get(f"/customers/{crowd[USERS - 1]}?tab=identity", role="operator").text
    assert "им пользуются многие" in page
    assert "не значение своего вида" in site.get(f"/customers/{crowd[0]}", role="operator").text


def test_who_may_not_see_identifiers_sees_them_masked(site, crowd):
    page = site.get(f"/customers/{crowd[USERS - 1]}?tab=identity", role=Role.VIEWER)
    assert page.status_code == 200
    assert "tab-tablet" not in page.text


def test_a_source_is_called_by_its_name_in_the_golden_record(site):
    from omniloom import collect

    platform, now = site.platform, site.platform.now()
    source = collect.add_source(platform.stores, name="Till of the corner", kind="server", now=now, ids=platform.ids)
    event = Event(source_id=source.source_id, message_id="named-1", type="identify", occurred_at=now, received_at=now,
                  identifiers={"user_id": "named-1"}, traits={"city": "Тверь"})  # fmt: skip
    platform.stores.log.append([encode(event)])
    loop.catch_up(platform, None, loop.KNOWING)
    (found,) = profiles.search(platform.stores, "named-1", home_region="RU", rows_max=1)
    page = site.get(f"/customers/{found.person_id}?tab=golden", role="owner").text
    assert "Till of the corner, event named-1" in page


def test_the_panel_of_identifiers_marks_shared_ones_and_offers_to_detach_the_others(site, crowd):
    page = site.get(f"/customers/{crowd[0]}", role="owner").text
    assert "Many people use it, so it joins nobody: events that carry nothing else" in page
    assert "identifier-menu" not in page, "she is known by nothing else"


def mistaken(site, phone: str) -> int:
    """A customer with a phone that her event carried first."""
    stores, now = site.platform.stores, site.platform.now()
    event = Event(source_id="d", message_id=phone, type="identify", occurred_at=now, received_at=now,
                  identifiers={"user_id": f"d{phone}", "phone": phone})  # fmt: skip
    stores.log.append([encode(event)])
    loop.catch_up(site.platform, None, loop.KNOWING)
    return identity.find(stores, phone, "US")[0]


def test_only_who_may_change_customers_is_offered_to_detach(site):
    customer = mistaken(site, "+12025550198")
    assert "identifier-menu" in site.get(f"/customers/{customer}", role="operator").text
    assert "identifier-menu" not in site.get(f"/customers/{customer}", role="viewer").text


def test_a_detached_identifier_is_told_of_in_the_journal_of_both(site):
    customer = mistaken(site, "+12025550199")
    done = identity.detach(site.platform.stores, customer, ("phone", "+12025550199"), by="olga", note="a typo",
                           now=site.platform.now(), ids=site.platform.ids)  # fmt: skip
    for person_id in (customer, done.own_id):
        page = site.get(f"/customers/{person_id}?tab=identity&detached={done.own_id}", role="owner").text
        assert f"+12025550199 was detached from customer {customer}; since then it is customer {done.own_id}" in page
        assert "why it was detached: a typo" in page
        assert ("The identifier is a customer of its own now." in page) is (person_id == customer)
    assert "2025550199" not in site.get(f"/customers/{done.own_id}?tab=identity", role="viewer").text


def test_what_was_done_just_now_is_not_believed_from_the_address_bar(site, crowd):
    stores, (one, other, *_) = site.platform.stores, crowd
    customer = mistaken(site, "+12025550196")
    done = identity.detach(stores, customer, ("phone", "+12025550196"), by="o", now=site.platform.now(),
                           ids=site.platform.ids)  # fmt: skip
    (line,) = profiles.merge_journal(stores, done.own_id)

    def offers(person_id: int, told: str) -> bool:
        return "-undo" in site.get(f"/customers/{person_id}?{told}", role="owner").text

    for person_id in (other, 99_999_999, one):
        assert not offers(one, f"detached={person_id}")
        assert "They are two customers again." not in site.get(f"/customers/{one}?apart={person_id}", role="owner").text
    assert offers(customer, f"detached={done.own_id}")
    assert not offers(one, f"detached={done.own_id}")
    again = identity.merge(stores, into_id=customer, from_id=done.own_id, rule="by hand", evidence={},
                           now=site.platform.now(), ids=site.platform.ids)  # fmt: skip
    assert not offers(customer, f"detached={done.own_id}"), "they are one again"
    assert offers(customer, f"merged={again}")
    for person_id, merge_id in ((one, again), (customer, line.merge_id), (customer, "unknown")):
        assert not offers(person_id, f"merged={merge_id}")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (identity.Detaching(takes_history=True, going=2, staying=0), "Events that came by it alone go with it."),
        (identity.Detaching(takes_history=False, going=0, staying=0), "Events that came before stay here"),
        (identity.Detaching(takes_history=False, going=0, staying=3), "Merges that it caused stay: 3."),
    ],
)
def test_the_question_says_what_will_happen(site, asked, told):
    assert told in consequence(view(site), asked)


def test_whom_somebody_was_parted_from_is_one_click_away(site):
    customer = mistaken(site, "+12025550195")
    own = identity.detach(site.platform.stores, customer, ("phone", "+12025550195"), by="olga",
                          now=site.platform.now(), ids=site.platform.ids).own_id  # fmt: skip
    for one, other in ((customer, own), (own, customer)):
        page = site.get(f"/customers/{one}?tab=identity", role="owner").text
        assert ("The other one" in page, f"/customers/{other}" in page) == (True, True)


def test_a_merge_that_was_undone_is_not_said_to_have_never_been(site):
    stores, now = site.platform.stores, site.platform.now()
    one, other = mistaken(site, "+12025550193"), mistaken(site, "+12025550194")
    own = identity.detach(stores, one, ("phone", "+12025550193"), by="o", now=now, ids=site.platform.ids).own_id

    def told(person_id: int) -> tuple[bool, bool]:
        page = site.get(f"/customers/{person_id}?tab=identity", role="owner").text
        return "nobody was merged" in page, "Merges were undone" in page

    assert told(other) == told(own) == (True, False), "to be detached is not to be merged"
    done = identity.merge(stores, into_id=own, from_id=other, rule="by hand", evidence={}, now=now,
                          ids=site.platform.ids)  # fmt: skip
    assert told(own) == (False, False)
    identity.unmerge(stores, done, by="o", now=now)
    assert told(own) == told(other) == (False, True)
    assert "Объединения отменены" in site.get(f"/customers/{other}?tab=identity", role="operator").text
