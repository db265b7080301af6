"""Events that name somebody erased: whose they are from then on, what is left of them, and that nothing changes it."""

import contextlib
import json
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.engines import EMBEDDED, chosen

from omniloom.identity import find, identifiers_of, resolve, root_of, tombstone
from omniloom.store import Stores
from omniloom.store.sql import parse_state

from .conftest import NOW, Sender
from .test_stopped import Moment, Stopped, process, recognise, stops

SALT, LATER = "salt", NOW + timedelta(days=30)
HER, HIM = "+79164440001", "+79165550002"
STRONG = ("user_id", "email", "phone", "card")
ORDER = {"order_id": "o1", "revenue": 990, "currency": "RUB"}


def erase(stores: Stores, *identifiers: str) -> None:
    """What erasing people does to identity's tables."""
    people = sorted({root_of(stores, person) for text in identifiers for person in find(stores, text, "RU")})
    with stores.state.write() as tx:
        tombstone.set_salt(tx, SALT) if not tombstone.salt_of(tx) else None
        for person in people:
            rows = parse_state("t", "select person_id from identity_person where root_id = :root")
            members = [member for (member,) in tx.tuples(rows, root=person)]
            keys = parse_state(
                "t", "select kind, value from identity_identifier where person_id in (:people) and shared_id is null"
            )
            digests = {tombstone.digest_of(SALT, key): key[0] for key in tx.tuples(keys, people=members)}
            tombstone.bury(tx, members, digests, erasure_id=f"erasure of {person}", erased_at=NOW + timedelta(days=1))
            for table in ("identity_identifier", "identity_stranger", "identity_person"):
                tx.run(parse_state("t", f"delete from {table} where person_id in (:people)"), people=members)


def couple(sender: Sender) -> None:
    """A woman and a man with one laptop; then she is erased. Somebody only looked, without a name."""
    sender.send("identify", user_id="WIFE", email="wife@x.test", phone=HER, anonymous_id="laptop", device_id="hers",
                traits={"name": "Таисия"})  # fmt: skip
    sender.send("identify", user_id="HUSB", email="husb@x.test", anonymous_id="laptop")
    sender.send("identify", email="guest@x.test", anonymous_id="tablet")
    sender.send("page", anonymous_id="visitor")
    sender.resolve_all()
    erase(sender.stores, "WIFE")


NOBODY: tuple[Any, ...] = (0, {}, {})
HIS = {"user_id": "HUSB"}
CASES: dict[str, tuple[dict[str, Any], tuple[Any, ...]]] = {
    # what comes -> whose it is (by an identifier), its identifiers, its traits or properties
    "his order in her browser": (
        {"kind": "track", "name": "Order Completed", "user_id": "HUSB", "anonymous_id": "laptop", "properties": ORDER},
        ("HUSB", HIS, ORDER),
    ),
    "his withdrawal in her browser": (
        {"kind": "track", "name": "Consent Withdrawn", "user_id": "HUSB", "anonymous_id": "laptop",
         "properties": {"channel": "email"}}, ("HUSB", HIS, {"channel": "email"}),
    ),
    "a newcomer in her browser": (
        {"user_id": "NEW", "email": "new@x.test", "anonymous_id": "laptop", "traits": {"name": "Новый"}},
        ("NEW", {"user_id": "NEW", "email": "new@x.test"}, {"name": "Новый"}),
    ),
    "a new browser beside hers": ({"kind": "page", "anonymous_id": "laptop", "ad_cookie": "c1"}, NOBODY),
    "a visitor with her telephone in hand": (
        {"kind": "page", "anonymous_id": "visitor", "ad_cookie": "c1", "device_id": "hers"},
        ("visitor", {"anonymous_id": "visitor", "ad_cookie": "c1"}, {}),
    ),
    "a new owner of her telephone, not known yet": (
        {"user_id": "NEW", "email": "new@x.test", "phone": HER, "traits": {"name": "Новый"}}, NOBODY,
    ),
    "one whom we know has her telephone now": (
        {"user_id": "HUSB", "email": "h2@x.test", "phone": "8 916 444-00-01",
         "traits": {"phone": "8 916 444-00-01", "city": "Тверь", "name": "Таисия", "contacts": {"имя": "Таисия"}}},
        ("HUSB", {"user_id": "HUSB", "email": "h2@x.test"}, {"city": "Тверь"}),
    ),
    "her record with his address": (  # he has a customer id of his own
        {"user_id": "WIFE", "email": "husb@x.test", "traits": {"name": "Таисия", "city": "Тверь"}}, NOBODY,
    ),
    "her record with a guest's address": (
        {"user_id": "WIFE", "email": "guest@x.test", "phone": "+79167770003", "traits": {"city": "Тверь"}},
        ("guest@x.test", {"email": "guest@x.test"}, {}),
    ),
    "her consent in his browser": (
        {"kind": "track", "name": "Consent Given", "email": "wife@x.test", "anonymous_id": "tablet",
         "properties": {"channel": "email"}}, NOBODY,
    ),
    "her order in a visitor's browser": (
        {"kind": "track", "email": "wife@x.test", "anonymous_id": "visitor", "properties": {"a": 1}},
        ("visitor", {"anonymous_id": "visitor"}, {"a": 1}),
    ),
    "her user id as another's earlier one": (
        {"kind": "alias", "user_id": "HUSB", "previous_id": "WIFE"}, ("HUSB", HIS, {}),
    ),
    "her user id as a newcomer's earlier one": ({"kind": "alias", "user_id": "NEW", "previous_id": "WIFE"}, NOBODY),
    "her telephone in a messenger": ({"user_id": "NEW", "whatsapp": "79164440001", "traits": {"name": "Т"}}, NOBODY),
    "her address as a customer id": ({"user_id": "Wife@X.test", "traits": {"name": "Таисия"}}, NOBODY),
    "a gift to her": (
        {"kind": "track", "name": "Order Completed", "user_id": "HUSB",
         "properties": ORDER | {"gift_to": "Таисия", "gift_phone": 79164440001, "note": "8 (916) 444 00 01, Тася",
                                "products": [{"product_id": "p", "name": "Чашка", "for": "WIFE@x.test"}]}},
        ("HUSB", HIS, ORDER),
    ),
    "her address in another spelling, under a new id": (
        {"user_id": "N-2", "traits": {"Email": "WIFE@x.test", "name": "Таисия", "city": "Тверь"}},
        ("N-2", {"user_id": "N-2"}, {}),
    ),
    "her address deep in his traits": (
        {"user_id": "HUSB", "traits": {"contacts": {"email": "wife@x.test", "vk": "1"}, "name": "Таисия"}},
        ("HUSB", HIS, {}),
    ),
    "her customer id in his properties and context": (
        {"kind": "track", "user_id": "HUSB", "anonymous_id": "laptop", "properties": {"device": "laptop", "n": 1},
         "context": {"externalIds": [{"id": "laptop", "type": "anonymous_id"}, {"id": "c", "type": "card"}],
                     "page": {"url": "https://x.test/?who=wife%40x.test"}}},
        ("HUSB", HIS, {"n": 1}),
    ),
    "her address in a message's id": (
        {"kind": "page", "user_id": "HUSB", "message_id": "retry of wife@x.test", "properties": {"n": 1}},
        ("HUSB", HIS, {"n": 1}),
    ),
    "her address as an identifier of no kind": (
        {"kind": "track", "user_id": "HUSB", "weird": "Wife@x.test", "properties": {"n": 1}}, ("HUSB", HIS, {"n": 1}),
    ),
    "her telephone with an extension": (
        {"kind": "track", "user_id": "HUSB", "phone": "8 916 444-00-01 доб. 12", "properties": {"n": 1}},
        ("HUSB", HIS, {"n": 1}),
    ),
    "her address with her name before it": (
        {"user_id": "HUSB", "email": "Тася <wife@x.test>", "traits": {"n": 1}}, ("HUSB", HIS, {"n": 1}),
    ),
    "her address behind his in one field": (
        {"user_id": "HUSB", "email": "husb@x.test; wife@x.test", "traits": {"n": 1}}, ("HUSB", HIS, {"n": 1}),
    ),
    "his telephone with an extension": (
        {"kind": "track", "user_id": "HUSB", "phone": f"{HIM} доб. 12", "properties": {"n": 1}},
        ("HUSB", HIS | {"phone": f"{HIM} доб. 12"}, {"n": 1}),
    ),
    "nothing of hers": (
        {"user_id": "HUSB", "traits": {"phone2": HIM, "name": "Пётр", "at": 1795369564469}},
        ("HUSB", HIS, {"phone2": HIM, "name": "Пётр", "at": 1795369564469}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_whose_an_event_is_that_names_somebody_erased(sender: Sender, case: str) -> None:
    said, (who, identifiers, kept) = CASES[case]
    couple(sender)
    sender.send(**{"kind": "identify", "message_id": "late", "at": LATER, **said})
    sender.resolve_all()
    (row,) = sender.events_rows("select * from identity_event order by position desc limit 1")
    people = find(sender.stores, who, "RU") if who else [0]
    assert [row["person_id"]] == people
    given = json.loads(row["identifiers"])
    assert given == identifiers
    assert json.loads(row["properties"]) == kept
    assert (row["revenue_minor"], row["order_id"]) == ((99_000, "o1") if "order_id" in kept else (None, None))
    hers = (HER, HER[2:], "wife@x.test", "wife%40", "WIFE", "laptop", "hers", "Таисия", "444")
    told = " ".join(str(value) for value in row.values())
    assert [word for word in hers if word in told] == []
    for value in ("WIFE", "wife@x.test", HER, "laptop"):
        assert find(sender.stores, value, "RU") == [], value
    is_hers = case not in ("nothing of hers", "his telephone with an extension")
    assert bool(json.loads(row["problems"] or "{}")) == (case != "nothing of hers")
    came = since(sender.stores)
    assert came == ((0, 0) if not is_hers else (1, 0) if who == 0 else (0, 1))


def since(stores: Stores) -> tuple[int, int]:
    """What came since the erasures there were: nobody's, others'."""
    with stores.state.read() as tx:
        rows = tx.tuples(parse_state("t", "select distinct erasure_id from identity_tombstone"))
        came = tombstone.came_since(tx, [each for (each,) in rows]).values()
    return sum(one.kept_out for one in came), sum(one.without_them for one in came)


# --- a model: slow, one event at a time, by the words of the module --------------------------------------------------


def belongs(event: dict[str, str], known: dict[tuple[str, str], int], erased: set[tuple[str, str]]) -> bool:
    """Whether an event lives on, by what is known and erased just before it."""
    keys = list(event.items())
    gone = [key for key in keys if key in erased]
    left = [key for key in keys if key not in erased]

    def kinds_of(person: int) -> set[str]:
        return {kind for (kind, _), other in known.items() if other == person}

    if not gone:
        return True
    if all(kind not in STRONG for kind, _ in gone):
        return any(key in known or key[0] in STRONG for key in left)
    named = [known[key] for key in left if key in known and key[0] in STRONG]
    if named:
        has_own_id = "user_id" in kinds_of(named[0])
        return not (has_own_id and any(kind == "user_id" for kind, _ in gone))
    seen = [known[key] for key in left if key in known]
    return bool(seen) and not any(kind in STRONG for kind in kinds_of(seen[0]))


def events_of(draw: random.Random, mark: str) -> Iterator[dict[str, str]]:
    order = ("user_id", "email", "phone", "card", "anonymous_id")
    for _ in range(30):
        kinds = [kind for kind in order if draw.random() < 0.35] or ["email"]
        drawn = {kind: draw.randrange(4) for kind in kinds}
        yield {kind: {"phone": f"+7916{mark}000{n}", "card": f"220{mark}{n}"}.get(kind, f"{kind}{n}.{mark}@x.test")
               for kind, n in drawn.items()}  # fmt: skip


@pytest.mark.parametrize("seed", range(6 if chosen() == EMBEDDED else 2))
def test_events_go_where_the_model_says_however_they_are_cut_into_batches(sender: Sender, seed: int) -> None:
    ends: list[list[Any]] = []
    for mark, rows_max in (("111", 1), ("222", 7), ("333", 100)):
        draw = random.Random(seed)
        early, late = list(events_of(draw, mark)), list(events_of(draw, mark))
        for event in early:
            sender.send("track", **event)
        sender.resolve_all(rows_max)
        gone = {"user_id": f"user_id1.{mark}@x.test", "anonymous_id": f"anonymous_id2.{mark}@x.test",
                "phone": f"+7916{mark}0003"}  # fmt: skip
        keys = erased_with(sender, *gone.values())
        names: list[str] = []
        lives: list[bool] = []
        for event in late:
            names.append(sender.send("track", **event))
            if rows_max == 1:
                lives.append(belongs(event, identifiers(sender), keys))
                sender.resolve_all()
        sender.resolve_all(rows_max)
        found = {row["message_id"]: row for row in sender.events_rows("select * from identity_event")}
        ends.append([
            None if name not in found else (found[name]["person_id"] > 0, found[name]["identifiers"].replace(mark, "M"))
            for name in names
        ])  # fmt: skip
        assert not {key for key in identifiers(sender) if key in keys}, "nobody erased is known again"
        if rows_max == 1:
            assert [end is not None for end in ends[0]] == lives
            assert set(lives) == {True, False}, "a seed that tries both"
    assert ends[0] == ends[1] == ends[2]


def identifiers(sender: Sender) -> dict[tuple[str, str], int]:
    """Known ones that name somebody, and whom; what many people share names nobody."""
    rows = sender.state_rows("select i.kind, i.value, p.root_id from identity_identifier i "
                             "join identity_person p on p.person_id = i.person_id where shared_id is null")  # fmt: skip
    return {(row["kind"], row["value"]): row["root_id"] for row in rows}


def erased_with(sender: Sender, *values: str) -> set[tuple[str, str]]:
    before = set(identifiers(sender))
    erase(sender.stores, *values)
    return before - set(identifiers(sender))


# --- stops, and what comes between -----------------------------------------------------------------------------------

LATE = ("his order in her browser", "her record with a guest's address", "her record with his address",
        "a newcomer in her browser", "a gift to her", "her address in another spelling, under a new id",
        "one whom we know has her telephone now")  # fmt: skip


def say_late(sender: Sender) -> None:
    for case in LATE:
        said = CASES[case][0]
        sender.send(**{"kind": "identify", "message_id": case, "at": LATER, **said})
    sender.send("track", message_id="then", at=LATER, phone="+79167770003")
    sender.send("track", message_id="and then", at=LATER, user_id="NEW", email="h2@x.test")
    sender.flush()


def everything(sender: Sender) -> list[Any]:
    events = sender.events_rows(
        "select message_id, person_id, identifiers, properties, context, problems from identity_event order by position"
    )
    return [events, sorted(identifiers(sender).items()), since(sender.stores)]


@pytest.mark.parametrize("what", ["stop", "lift", "overtake"])
def test_a_stop_between_the_two_commits_changes_nothing(sender: Sender, what: str) -> None:
    """Also if an operator lets her back meanwhile: what was decided stays."""
    couple(sender)
    say_late(sender)
    with pytest.raises(Stopped):
        recognise(process(sender.stores, Moment(3, "before it begins", stops)), rows_max=1_000)
    if what == "lift":
        with sender.stores.state.write() as tx:
            keys = [("user_id", "WIFE"), ("email", "wife@x.test"), ("phone", HER), ("anonymous_id", "laptop")]
            assert tombstone.lift(tx, keys) == 4
    recognise(process(sender.stores), 1_000 if what == "overtake" else 3)
    found = everything(sender)
    for case in LATE:
        mine = [row for row in found[0] if row["message_id"] == case]
        assert bool(mine) == (CASES[case][1][0] != 0), case
    text = json.dumps(found[0][4:], ensure_ascii=False)
    assert [word for word in (HER, "wife@x.test", "laptop", "Таисия", "WIFE") if word in text] == []
    assert len({row["person_id"] for row in found[0] if row["message_id"] in ("then", "and then")} - {0}) == 2


def test_stops_at_any_commit_come_to_what_a_calm_run_comes_to(sender: Sender, stores: Stores) -> None:
    """Two tellings of the same: one calm, one stopped after each commit; numbers of people aside."""
    couple(sender)
    say_late(sender)
    for at in (1, 2, 3, 1, 2, 3, 4, 5):  # three commits a batch
        with contextlib.suppress(Stopped):
            recognise(process(stores, Moment(at, "after it", stops)), rows_max=2)
    recognise(process(stores), rows_max=2)
    found = {row["message_id"]: row["person_id"] for row in everything(sender)[0]}
    husband, guest = find(stores, "HUSB", "RU")[0], find(stores, "guest@x.test", "RU")[0]
    assert found["his order in her browser"] == found["a gift to her"] == husband
    assert found["her record with a guest's address"] == guest
    assert since(stores) == (1, 6)


def test_who_is_erased_between_the_two_commits_is_not_made_anew(sender: Sender) -> None:
    sender.send("identify", user_id="WIFE", email="wife@x.test")
    sender.send("identify", user_id="HUSB")
    sender.resolve_all()
    sender.send("track", message_id="hers", user_id="WIFE", properties={"note": "her words"})
    sender.send("track", message_id="his", user_id="HUSB", email="wife@x.test")
    sender.flush()
    with pytest.raises(Stopped):
        recognise(process(sender.stores, Moment(3, "before it begins", stops)))
    erase(sender.stores, "WIFE")
    recognise(process(sender.stores))
    assert find(sender.stores, "WIFE", "RU") == find(sender.stores, "wife@x.test", "RU") == []
    rows = {row["message_id"]: row for row in sender.events_rows("select * from identity_event")}
    assert "hers" not in rows
    assert rows["his"]["person_id"] == find(sender.stores, "HUSB", "RU")[0]
    assert rows["his"]["identifiers"] == '{"user_id":"HUSB"}'
    assert [one.value for one in identifiers_of(sender.stores, rows["his"]["person_id"])] == ["HUSB"]


def test_a_consent_of_their_own_brings_back_what_it_carries_alone(sender: Sender) -> None:
    couple(sender)
    said = {"channel": "email", "wording": "I agree", "method": "form"}
    sender.send("track", name="Consent Given", message_id="back", at=LATER, email="wife@x.test", properties=said)
    sender.send("identify", message_id="after", at=LATER, email="wife@x.test", user_id="WIFE2", traits={"name": "Т"})
    sender.send("identify", message_id="old", at=LATER, user_id="WIFE", traits={"name": "Т"})
    sender.flush()
    lifted: Callable[[str], bool] = lambda source_id: source_id == "site"  # noqa: E731 - a word of the test
    resolve(sender.stores, now=NOW, home_region="RU", home_currency="RUB", rows_max=100, may_lift=lifted)
    found = sender.people()
    assert found["back"] == found["after"] > 0
    assert "old" not in found
    assert find(sender.stores, HER, "RU") == []


def test_an_address_that_an_earlier_version_digested_with_ss_stays_erased(sender: Sender) -> None:
    with sender.stores.state.write() as tx:
        tombstone.set_salt(tx, SALT)
        digests = {tombstone.digest_of(SALT, ("email", "eva@strasse.de")): "email"}
        tombstone.bury(tx, [], digests, erasure_id="e", erased_at=NOW)
        assert tombstone.is_buried(tx, ("email", "eva@straße.de"))
    sender.send("identify", email="Eva@Straße.de", traits={"name": "Eva"}, at=LATER)
    sender.resolve_all()
    assert find(sender.stores, "eva@straße.de", "RU") == []
    with sender.stores.state.write() as tx:
        assert tombstone.lift(tx, [("email", "eva@straße.de")]) == 1
