"""What was sent and said while people were one by mistake: whose it is once they are parted, and as if from scratch."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.engines import EMBEDDED, chosen
from tests.rooms.late_bound.letters import Letters
from tests.rooms.late_bound.living import NOW, Living
from tests.rooms.late_bound.scratch import from_scratch
from tests.rooms.messaging.conftest import SmtpServer

from omniloom import messaging, profiles
from omniloom.store import Stores
from omniloom.store.sql import parse_events

HISTORY = parse_events(
    "test.history", "select message_id, person_id, name from identity_history where name <> '' order by message_id"
)
ROUNDS = 4 if chosen() == EMBEDDED else 2

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def letters(stores: Stores) -> Iterator[Letters]:
    smtp, renderer = SmtpServer(), messaging.Renderer(wall_s=2.0)
    made = Letters(Living(stores, customers=40, seed=3), smtp, renderer)
    yield made
    made.close()
    smtp.close()
    renderer.close()


def told(stores: Stores, people: list[int]) -> dict[str, Any]:
    """What is told of people that letters have to do with."""
    with stores.state.read() as tx:
        contacts = profiles.contacts(tx, people)
    with stores.events.read() as events:
        found: dict[str, Any] = {"history": events.tuples(HISTORY)}
    for person_id, contact in contacts.items():
        found |= {
            f"consents of {person_id}": {key: word.is_given for key, word in contact.words.items()},
            f"wish of {person_id}": contact.preference,
            f"addresses of {person_id}": contact.addresses,
            f"reach of {person_id}": [(one.channel, one.reach) for one in
                                      messaging.reach.reach_of(stores, person_id, now=NOW)],
            f"sends of {person_id}": [(one.send_id, one.address) for one in messaging.sends_of(stores, person_id)],
            f"lines of {person_id}": sorted(
                (one.message_id, one.channel, one.is_given) for one in profiles.consent_history(stores, person_id)
            ),
            f"requests of {person_id}": sorted(
                (one.request_id, one.kind) for one in profiles.privacy_requests_of(stores, person_id)
            ),
        }  # fmt: skip
    return found


def check(letters: Letters, folder: Path) -> None:
    letters.check()
    roots = letters.living.roots()
    people = sorted(set(roots.values()))
    scratch = from_scratch(letters.stores, roots, folder)
    try:
        mine, theirs = told(letters.stores, people), told(scratch, people)
    finally:
        scratch.close()
    assert {name: (mine[name], theirs[name]) for name in mine if mine[name] != theirs[name]} == {}


def test_what_was_sent_and_said_while_people_were_one_is_whose_address_it_was(letters: Letters, tmp_path: Path) -> None:
    living = letters.living
    living.happen(200)
    for number in range(ROUNDS):
        living.decide(40, merging=0.8)
        living.happen(40)
        letters.write(f"news {number}", "marketing", late=5)
        letters.write(f"receipt {number}", "transactional", late=5)
        letters.speak(12)
        living.decide(15, merging=0.3)
        letters.deliver()
        letters.speak(8)
        letters.tell()
        check(letters, tmp_path / f"scratch{number}")
    assert min(len(letters.strayed()), len(letters.strayed() & set(letters.said))) >= 2 * ROUNDS
    living.part_all()
    letters.tell()
    check(letters, tmp_path / "parted")
    assert set(living.roots()) == set(living.roots().values())
