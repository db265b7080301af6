"""A request proves its sender or stays outside: published vectors, and one flipped bit anywhere is enough to refuse."""

import base64
import hashlib
import hmac
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom.collect.webhooks import Posted, known_connectors
from omniloom.collect.webhooks.proof import HASHES, Proof, check_secret, made_secret, read_proof
from omniloom.core.errors import Denied, Invalid

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SECRET = "5d6bdd5b7a3f4b5e9e6f0c3f2b1a4d7c"
STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"receipt_id": "1", "total": "16.90", "name": "Чай"}'.encode()
MUTANTS = 10_000


def hmac_proof(**words: object) -> Proof:
    return read_proof({"kind": "hmac", "places": ["header x-signature"], **words}, "proof")


def signed(proof: Proof, body: bytes = BODY, *, at: datetime = NOW) -> Posted:
    """A request as an honest sender makes it, without our code."""
    stamp = str(int(at.timestamp()))
    parts = {"body": body, "timestamp": stamp.encode(), "delivery": b"d-1"}
    text = b"".join(parts.get(piece, piece.encode()) for piece in proof.signed)
    mac = hmac.new(SECRET.encode(), text, getattr(hashlib, proof.hash)).digest()
    spelled = {"hex": mac.hex(), "HEX": mac.hex().upper(), "base64": base64.b64encode(mac).decode()}[proof.encoding]
    headers = {"x-signature": proof.prefix + spelled, "x-timestamp": stamp, "x-delivery": "d-1"}
    return Posted(headers=headers, body=body)


def is_let_in(proof: Proof, posted: Posted, secret: str = SECRET, now: datetime = NOW) -> bool:
    try:
        proof.check(posted, secret, now=now)
    except Denied:
        return False
    return True


def standard(body: bytes, stamp: str, signature: str, message: str) -> Posted:
    headers = {"webhook-id": message, "webhook-timestamp": stamp, "webhook-signature": signature}
    return Posted(headers=headers, body=body)


@pytest.mark.parametrize(
    ("secret", "message", "stamp", "body", "signature"),
    [
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
         b'{"test": 2432232314}', "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ("whsec_plJ3nmyCDGBKInavdOK15jsl", "msg_loFOjxBNrRLzqYUf", "1731705121",
         b'{"event_type":"ping","data":{"success":true}}', "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="),
    ],
)  # fmt: skip
def test_the_published_vectors_of_standard_webhooks_are_let_in(
    secret: str, message: str, stamp: str, body: bytes, signature: str
) -> None:
    proof = read_proof({"kind": "standard"}, "proof")
    at = datetime.fromtimestamp(int(stamp), UTC)
    assert proof.check(standard(body, stamp, signature, message), secret, now=at) == message
    rotated = standard(body, stamp, f"v1,AAAA {signature}", message)  # while a secret changes, two signatures come
    assert proof.check(rotated, secret, now=at) == message
    late = at + timedelta(seconds=301)
    assert not is_let_in(proof, standard(body, stamp, signature, message), secret, late)
    assert not is_let_in(proof, standard(body, stamp, signature.replace("v1,", "v1a,"), message), secret, at)


@pytest.mark.parametrize("hash_", HASHES)
@pytest.mark.parametrize("encoding", ["hex", "HEX", "base64"])
@pytest.mark.parametrize("prefix", ["", "sha256="])
def test_every_way_to_sign_is_understood(hash_: str, encoding: str, prefix: str) -> None:
    proof = hmac_proof(
        hash=hash_, encoding=encoding, prefix=prefix, timestamp="header x-timestamp", delivery="header x-delivery",
        signed=["timestamp", ".", "delivery", ".", "body"],
    )  # fmt: skip
    assert proof.check(signed(proof), SECRET, now=NOW) == "d-1"
    assert not is_let_in(proof, signed(proof), SECRET[::-1])


def mutants(posted: Posted, header_names: list[str], seed: int, many: int) -> list[Posted]:
    """Requests with one bit flipped, in the body or in one of the headers that prove it; every byte is hit."""
    chance = random.Random(seed)
    places = [("", i) for i in range(len(posted.body))]
    places += [(name, i) for name in header_names for i in range(len(posted.headers[name]))]
    found = []
    for n in range(many):
        name, i = places[n % len(places)]
        raw = bytearray(posted.headers[name].encode("latin-1") if name else posted.body)
        raw[i] ^= 1 << chance.randrange(8)
        if name:
            found.append(replace(posted, headers={**posted.headers, name: raw.decode("latin-1")}))
        else:
            found.append(replace(posted, body=bytes(raw)))
    return found


def test_of_ten_thousand_signed_requests_with_one_flipped_bit_none_is_let_in() -> None:
    proof = hmac_proof(prefix="sha256=", timestamp="header x-timestamp", signed=["timestamp", ".", "body"])
    honest = signed(proof)
    assert is_let_in(proof, honest)
    forged = mutants(honest, ["x-signature", "x-timestamp"], 1, MUTANTS)
    assert sum(is_let_in(proof, one) for one in forged) == 0


def test_of_ten_thousand_standard_webhooks_with_one_flipped_bit_none_is_let_in() -> None:
    proof = read_proof({"kind": "standard"}, "proof")
    stamp = str(int(NOW.timestamp()))
    key = base64.b64decode(STANDARD_SECRET.removeprefix("whsec_"))
    mac = hmac.new(key, f"msg_1.{stamp}.".encode() + BODY, hashlib.sha256).digest()
    honest = standard(BODY, stamp, "v1," + base64.b64encode(mac).decode(), "msg_1")
    assert is_let_in(proof, honest, STANDARD_SECRET)
    forged = mutants(honest, ["webhook-id", "webhook-timestamp", "webhook-signature"], 2, MUTANTS)
    assert sum(is_let_in(proof, one, STANDARD_SECRET) for one in forged) == 0


@pytest.mark.parametrize("name", list(known_connectors()))
def test_no_connector_lets_a_request_in_whose_proof_lacks_one_bit(name: str) -> None:
    proof = known_connectors()[name].proof
    if proof.kind == "hmac":
        honest = signed(proof)
        forged = mutants(honest, ["x-signature", *(["x-timestamp"] if proof.timestamp else [])], 3, 1500)
    else:
        place = proof.places[0]
        words = [SECRET[:i] + chr(ord(SECRET[i]) ^ (1 << bit)) + SECRET[i + 1 :] for i in range(32) for bit in range(7)]
        words += ["", SECRET[:-1], SECRET + "0", SECRET.upper(), SECRET + "\u0301"]
        honest, *forged = [with_token(place.kind, place.name, word) for word in [SECRET, *words]]
    assert is_let_in(proof, honest)
    assert [one for one in forged if is_let_in(proof, one)] == []
    assert not is_let_in(proof, honest, "")
    assert not is_let_in(proof, Posted(body=BODY))


def with_token(kind: str, name: str, word: str) -> Posted:
    if kind == "header":
        return Posted(headers={name: word}, body=b"{}")
    if kind == "query":
        return Posted(query=((name, word),), body=b"{}")
    first, _, rest = name.partition(".")
    key = f"{first}[{rest}]" if rest else name
    return Posted(headers={"content-type": "application/x-www-form-urlencoded"}, body=urlencode({key: word}).encode())


def test_a_signature_inside_a_form_covers_the_raw_bytes_of_every_other_field() -> None:
    proof = read_proof({"kind": "hmac", "places": ["field sign"]}, "proof")
    rest = b"b=2&a=%D0%A7+%d0%b0&a=1"
    mac = hmac.new(SECRET.encode(), rest, hashlib.sha256).hexdigest()
    form = {"content-type": "application/x-www-form-urlencoded"}
    honest = Posted(headers=form, body=b"b=2&sign=" + mac.encode() + b"&a=%D0%A7+%d0%b0&a=1")
    assert is_let_in(proof, honest)
    assert not is_let_in(proof, replace(honest, body=honest.body.replace(b"%d0", b"%D0")))  # the same text, other bytes
    assert not is_let_in(proof, replace(honest, body=honest.body + b"&sign=x"))
    assert [one for one in mutants(honest, [], 4, 2000) if is_let_in(proof, one)] == []
    assert not is_let_in(proof, Posted(headers={"content-type": "application/json"}, body=b'{"sign": "x"}'))


@given(seconds=st.integers(-1000, 1000))
def test_a_signed_time_counts_within_five_minutes_either_way(seconds: int) -> None:
    proof = hmac_proof(timestamp="header x-timestamp", signed=["timestamp", "body"])
    assert is_let_in(proof, signed(proof, at=NOW + timedelta(seconds=seconds))) == (abs(seconds) <= 300)


@pytest.mark.parametrize("stamp", ["", " 1", "+1", "1e9", "９９", "-5", "1" * 13, "nan"])
def test_a_time_that_is_no_number_is_refused_though_it_is_signed(stamp: str) -> None:
    proof = hmac_proof(timestamp="header x-timestamp", signed=["timestamp", "body"])
    raw = stamp.encode("latin-1", "replace")
    mac = hmac.new(SECRET.encode(), raw + BODY, hashlib.sha256).hexdigest()
    assert not is_let_in(proof, Posted(headers={"x-signature": mac, "x-timestamp": stamp}, body=BODY))


@pytest.mark.parametrize(
    ("node", "field"),
    [
        ({"kind": "none"}, "proof.kind"),
        ({}, "proof.kind"),
        ({"kind": "hmac"}, "proof.places"),
        ({"kind": "token", "places": []}, "proof.places"),
        ({"kind": "hmac", "places": ["x-signature"]}, "proof.places"),
        ({"kind": "hmac", "places": ["header s"], "signed": ["timestamp"]}, "proof.signed"),
        ({"kind": "hmac", "places": ["header s"], "timestamp": "header t"}, "proof.signed"),
        ({"kind": "hmac", "places": ["header s"], "delivery": "header d"}, "proof.signed"),
        ({"kind": "hmac", "places": ["header s"], "hash": "crc32"}, "proof.hash"),
        ({"kind": "token", "places": ["query t"], "optional": True}, "proof"),
    ],
)  # fmt: skip
def test_there_is_no_way_to_describe_a_proof_that_proves_nothing(node: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_proof(node, "proof")
    assert str(refused.value.facts["field"]).startswith(field)


def test_a_secret_is_long_enough_and_ours_are() -> None:
    for kind in ("hmac", "standard", "token"):
        proof = Proof(kind)
        check_secret(proof, made_secret(proof, "0" * 32))
        for wrong in ("short", " " + "x" * 20, "x" * 501, "x" * 20 + "\n"):
            with pytest.raises(Invalid):
                check_secret(proof, wrong)
    with pytest.raises(Invalid):
        check_secret(Proof("standard"), "whsec_not base64 at all")


def test_a_secret_of_another_kind_of_proof_is_no_empty_key() -> None:
    """A definition may be changed under a secret that was chosen for its old proof."""
    stamp = str(int(NOW.timestamp()))
    mac = hmac.digest(b"", f"m.{stamp}.".encode() + BODY, "sha256")
    forged = standard(BODY, stamp, "v1," + base64.b64encode(mac).decode(), "m")
    assert not is_let_in(read_proof({"kind": "standard"}, "proof"), forged, secret="a secret of plain words!")
