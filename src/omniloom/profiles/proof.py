"""The proof of one person's consents: every line of the ledger with all that shows it, and whether its chain holds.

For the person, for a regulator, for a court: as JSON for programs, and as a document (proof_pdf.py) for people.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from omniloom.core.clock import micros
from omniloom.identity import identifiers_by_root, members_of, root_of
from omniloom.profiles.card import Card, cards
from omniloom.profiles.consent import consents_by_root
from omniloom.profiles.ledger import ConsentEntry, broken_links, lines_of
from omniloom.profiles.proof_texts import proof_texts
from omniloom.store import Stores

FORMAT = "omniloom.consent-proof/1"


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One word of the ledger. ``said_at_us`` and ``recorded_at_us`` are the instants that the chain is made of."""

    person_id: int
    place: int
    is_given: bool
    channel: str
    purpose: str
    advertiser: str
    said_at: datetime
    recorded_at: datetime
    wording: str
    wording_hash: str
    wording_version: str
    method: str
    source_id: str
    message_id: str
    ip: str
    user_agent: str
    evidence: str
    link: str
    said_at_us: int
    recorded_at_us: int


@dataclass(frozen=True, slots=True)
class ConsentProof:
    """All of it. ``broken`` are (person, place) of lines whose chain does not hold; ``people`` who became one.

    ``digest`` is the SHA-256 of the proof's JSON with an empty digest: the document names it too.
    """

    person_id: int
    people: list[int]
    name: str
    identifiers: list[dict[str, Any]]
    in_force: list[dict[str, Any]]
    lines: list[ProofLine]
    broken: list[tuple[int, int]]
    made_at: datetime
    verification: str
    format: str = FORMAT
    digest: str = ""


def consent_proof(stores: Stores, person_id: int, *, now: datetime, language: str = "en") -> ConsentProof:
    """The proof of a person, merged people included. Errors: Missing if there never was such a person."""
    root_id = root_of(stores, person_id)
    with stores.state.read() as tx:
        lines = lines_of(tx, root_id)
        identifiers = identifiers_by_root(tx, [root_id]).get(root_id, [])
        card = cards(tx, [root_id]).get(root_id, Card())
        people = sorted(members_of(tx, [root_id])[root_id])
        in_force = consents_by_root(tx, [root_id]).get(root_id, [])
    proof = ConsentProof(
        person_id=root_id,
        people=people,
        name=card.name,
        identifiers=[
            {"kind": one.kind, "value": one.value, "first_seen_at": one.first_seen_at, "last_seen_at": one.last_seen_at}
            for one in identifiers
        ],
        in_force=[
            {"channel": one.channel, "purpose": one.purpose, "advertiser": one.advertiser, "is_given": one.is_given,
             "said_at": one.occurred_at}
            for one in in_force
        ],
        lines=sorted((_line(line) for line in lines), key=lambda line: (line.said_at, line.recorded_at, line.place)),
        broken=sorted((line.person_id, line.place) for line in broken_links(lines)),
        made_at=now,
        verification=proof_texts(language)["note"],
    )  # fmt: skip
    return replace(proof, digest=hashlib.sha256(msgspec.json.encode(proof)).hexdigest())


def _line(line: ConsentEntry) -> ProofLine:
    return ProofLine(
        line.person_id, line.place, line.is_given, line.channel, line.purpose, line.advertiser, line.occurred_at,
        line.recorded_at, line.wording, line.wording_hash, line.wording_version, line.method, line.source_id,
        line.message_id, line.ip, line.user_agent, line.evidence, line.link, micros(line.occurred_at),
        micros(line.recorded_at),
    )  # fmt: skip
