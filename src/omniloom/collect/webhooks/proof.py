"""How a connector's sender proves who it is. It fails closed: without a secret, a signature or a fresh time, no entry.

Three ways: ``hmac`` over the raw bytes as they came; ``standard`` (Standard Webhooks: id, time and body signed); and
``token``, a shared word in a header, in the address or in a field. Everything is compared in constant time and exactly
as the sender writes it, so that no flipped bit of body, signature or time gets through.

Source: spec/reliability.md §3 SEC-W1..W3; Standard Webhooks specification 1.0.
"""

import base64
import binascii
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from omniloom.collect.drop import Dropped
from omniloom.collect.field import checked, text_of, unknown
from omniloom.collect.webhooks.body import Posted, decode, is_form
from omniloom.collect.webhooks.path import find
from omniloom.core.errors import Denied, Invalid

FRESH_S = 300  # how far a signed time may be from ours, either way
SECRET_CHARS_MIN, SECRET_CHARS_MAX = 16, 500
DELIVERY_CHARS_MAX = 200
KEYS = ("kind", "secret", "places", "hash", "encoding", "prefix", "signed", "timestamp", "delivery")
KINDS = ("hmac", "standard", "token")
OURS, THEIRS = "ours", "theirs"  # who makes the secret up: we, or the provider, whose one is entered
HASHES = ("sha256", "sha512", "sha1", "md5")  # the last two for providers that know no better
PLACES = ("header", "query", "field")
_STANDARD_PREFIX = "whsec_"

ENCODINGS: dict[str, Callable[[bytes], str]] = {
    "hex": bytes.hex,
    "HEX": lambda mac: mac.hex().upper(),
    "base64": lambda mac: base64.b64encode(mac).decode(),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a word stands in a request: a header, a parameter of the address, or a field of the body."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    def of(self, posted: Posted) -> str:
        """The word, empty if there is none."""
        if self.kind == "header":
            return posted.headers.get(self.name, "")
        if self.kind == "query":
            return posted.asked(self.name)
        try:
            value = find(decode(posted), self.name)
        except Dropped:
            return ""
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a request must bring. ``places`` are looked through in order; the first that holds a word counts."""

    kind: str
    secret: str = OURS
    places: tuple[Place, ...] = ()
    hash: str = "sha256"
    encoding: str = "hex"
    prefix: str = ""
    signed: tuple[str, ...] = ("body",)
    timestamp: Place | None = None
    delivery: Place | None = None

    def check(self, posted: Posted, secret: str, *, now: datetime) -> str:
        """The delivery's id (empty if the sender gives none) of a request that proves itself.

        Errors: Denied says what is missing or wrong; never what would be right.
        """
        if len(secret) < SECRET_CHARS_MIN:
            raise Denied("this webhook has no secret", hint="set its secret, then enable it")
        if self.kind == "standard":
            return _check_standard(posted, secret, now=now)
        place, word = self._word(posted)
        if self.kind == "token":
            _compare(secret, word, place)
            return self._delivery_id(posted)
        mac = hmac.digest(secret.encode(), self._signed_bytes(posted, place), self.hash)
        _compare(self.prefix + ENCODINGS[self.encoding](mac), word, place)
        if self.timestamp is not None:
            _check_fresh(self.timestamp.of(posted), now)
        return self._delivery_id(posted)

    def query_name(self) -> str:
        """The parameter of the address that may hold the token; empty if it cannot stand there."""
        return next((p.name for p in self.places if self.kind == "token" and p.kind == "query"), "")

    def _word(self, posted: Posted) -> tuple[Place, str]:
        for place in self.places:
            if word := place.of(posted):
                is_token = self.kind == "token" and place.kind == "header"
                return place, word.removeprefix(self.prefix) if is_token else word
        names = ", ".join(str(place) for place in self.places)
        raise Denied("the request brings no proof of its sender", hint=f"it belongs into: {names}")

    def _signed_bytes(self, posted: Posted, place: Place) -> bytes:
        """What the signature is over, put together of raw bytes. A signature inside a form does not sign itself."""
        pieces = {"timestamp": self.timestamp, "delivery": self.delivery}
        signed = b""
        for piece in self.signed:
            if piece == "body":
                signed += _without_field(posted, place.name) if place.kind == "field" else posted.body
            elif (held := pieces.get(piece)) is not None:
                signed += held.of(posted).encode("latin-1", "replace")
            else:
                signed += piece.encode()
        return signed

    def _delivery_id(self, posted: Posted) -> str:
        given = self.delivery.of(posted) if self.delivery is not None else ""
        if len(given) > DELIVERY_CHARS_MAX:
            raise Denied("the delivery's id is too long", hint=f"send up to {DELIVERY_CHARS_MAX} characters")
        return given


def check_secret(proof: Proof, secret: str) -> None:
    """Errors: Invalid if a text cannot be this proof's secret."""
    if not SECRET_CHARS_MIN <= len(secret) <= SECRET_CHARS_MAX or not secret.isprintable() or secret != secret.strip():
        raise Invalid(
            f"a secret has {SECRET_CHARS_MIN} to {SECRET_CHARS_MAX} printable characters",
            hint="leave it out to have one made, or copy the provider's", field="secret",
        )  # fmt: skip
    if proof.kind == "standard" and len(_standard_key(secret)) < SECRET_CHARS_MIN:
        raise Invalid("a secret of Standard Webhooks is whsec_ and Base64 of at least 16 bytes", field="secret")


def made_secret(proof: Proof, token: str) -> str:
    """A secret of 128 random hex digits' worth, written as this proof wants it."""
    return f"{_STANDARD_PREFIX}{base64.b64encode(token.encode()).decode()}" if proof.kind == "standard" else token


def read_proof(node: Any, name: str) -> Proof:
    """The proof of a table. Errors: Invalid names the part that is wrong; there is no way to ask for none."""
    table = checked(node, name, KEYS)
    words = {key: text_of(table, key, name) for key in ("kind", "secret", "hash", "encoding", "prefix")}
    for key, known in (("kind", KINDS), ("secret", (OURS, THEIRS)), ("hash", HASHES), ("encoding", tuple(ENCODINGS))):
        if words[key] not in known and (words[key] or key == "kind"):
            raise unknown(words[key], f"{name}.{key}", known)
    places = tuple(_place(one, f"{name}.places") for one in _list(table, "places", name))
    if not places and words["kind"] != "standard":
        raise Invalid(f"{name}.places is missing", hint="such as [header x-signature]", field=f"{name}.places")
    signed = tuple(str(piece) for piece in _list(table, "signed", name)) or ("body",)
    if "body" not in signed and words["kind"] == "hmac":
        raise Invalid(f"{name}.signed must hold body", hint="else anybody could change it", field=f"{name}.signed")
    places_of = {
        key: _place(table[key], f"{name}.{key}") if key in table else None for key in ("timestamp", "delivery")
    }
    for key, place in places_of.items():
        if place is not None and key not in signed and words["kind"] == "hmac":
            raise Invalid(f"{name}.signed must hold {key}", hint="else anybody could change it", field=f"{name}.signed")
    given = {key: word for key, word in words.items() if word}
    return Proof(places=places, signed=signed, **given, **places_of)  # type: ignore[arg-type] # keys of the class


def _list(table: dict[str, Any], key: str, name: str) -> list[Any]:
    value = table.get(key, [])
    if not isinstance(value, list):
        raise Invalid(f"{name}.{key} should be a list", field=f"{name}.{key}")
    return value


def _place(node: Any, name: str) -> Place:
    kind, _, word = str(node).partition(" ")
    if kind not in PLACES or not word.strip():
        raise Invalid(f"{name}: {node!r} is no place", hint="write header, query or field, and its name", field=name)
    return Place(kind, word.strip().lower() if kind == "header" else word.strip())


def _check_standard(posted: Posted, secret: str, *, now: datetime) -> str:
    delivery = posted.headers.get("webhook-id", "")
    timestamp = posted.headers.get("webhook-timestamp", "")
    if not 0 < len(delivery) <= DELIVERY_CHARS_MAX:
        raise Denied("the request brings no proof of its sender", hint="send webhook-id, -timestamp and -signature")
    if len(key := _standard_key(secret)) < SECRET_CHARS_MIN:  # of another kind of proof, before its definition changed
        raise Denied("this webhook's secret is none of Standard Webhooks", hint="rotate it")
    signed = f"{delivery}.{timestamp}.".encode("latin-1", "replace") + posted.body
    expected = b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256"))
    given = posted.headers.get("webhook-signature", "").split(" ")
    matches = [hmac.compare_digest(expected, one.encode(errors="replace")) for one in given]
    if not any(matches):
        raise Denied("the signature does not match", hint="sign `id.timestamp.body` with the webhook's secret")
    _check_fresh(timestamp, now)
    return delivery


def _standard_key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_STANDARD_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _compare(expected: str, given: str, place: Place) -> None:
    if not hmac.compare_digest(expected.encode(), given.encode(errors="replace")):
        raise Denied(f"the proof in {place} does not match", hint="use the webhook's secret as its guide says")


def _check_fresh(timestamp: str, now: datetime) -> None:
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise Denied("the signed time is missing", hint="send the Unix time in seconds")
    if abs(now.timestamp() - int(timestamp)) > FRESH_S:
        raise Denied("the request is older than five minutes, or from the future", hint="set the sender's clock")


def _without_field(posted: Posted, name: str) -> bytes:
    """A form's raw bytes without the one pair that holds the signature."""
    if not is_form(posted):
        raise Denied("a JSON body cannot sign itself", hint="send the signature in a header")
    pairs = posted.body.split(b"&")
    others = [pair for pair in pairs if pair.partition(b"=")[0] != name.encode()]
    if len(others) != len(pairs) - 1:
        raise Denied(f"the form needs exactly one field {name}", hint="send the signature once")
    return b"&".join(others)
