"""Reading what a client of the tracking API sends: bounded bytes, gzip, JSON, the envelope of a batch."""

import asyncio
from typing import Any

import msgspec
from starlette.types import Receive

from omniloom.api.door import BodyTooLarge
from omniloom.collect import GZIP, inflate, read_json
from omniloom.core.errors import Invalid, OmniloomError

BODY_S = 30  # seconds that a body may take to arrive
BATCH_BYTES_MAX = 500 * 1024  # as sent and after decompression
BATCH_ITEMS_MAX = 2_500


class Malformed(Invalid):
    """The request is not what this route takes."""

    code = "malformed"
    status = 400


class Batch(msgspec.Struct, rename="camel"):
    """The envelope of a batch; its items stay raw JSON, so that each is judged on its own."""

    batch: list[Any]
    write_key: str | None = None
    sent_at: str | None = None
    context: dict[str, Any] | None = None
    integrations: Any = None


class RawBatch(Batch):
    """As it is read at first."""

    batch: list[msgspec.Raw]


_raw_batches = msgspec.json.Decoder(RawBatch)


class TooSlow(OmniloomError):
    """The body did not arrive in time."""

    code = "too_slow"
    status = 408


async def read_body(receive: Receive, headers: dict[bytes, bytes], *, bytes_max: int, what: str) -> bytes:
    """The body, decompressed, never more than ``bytes_max``.

    Errors: BodyTooLarge names the limit; TooSlow for a body that drips; Malformed for one that is cut short.
    """
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body", False) and len(body) <= bytes_max:
        try:
            async with asyncio.timeout(BODY_S):
                body = await _rest(body, receive, bytes_max)
        except TimeoutError as error:
            raise TooSlow(f"the body took over {BODY_S} seconds", hint="send it again") from error
    if len(body) > bytes_max:
        raise _over(bytes_max, what)
    if message["type"] == "http.disconnect":
        raise Malformed("the request was cut short", hint="send it whole")
    encoding = headers.get(b"content-encoding", b"")
    if encoding and (named := encoding.strip().lower()) != b"identity":
        if named in {b"gzip", b"x-gzip"}:
            return gunzip(body, bytes_max=bytes_max, what=what)
        shown = named.decode("latin-1")
        raise Malformed(f"content-encoding {shown!r} is not supported", hint="send gzip, or no encoding")
    return body


async def _rest(body: bytes, receive: Receive, bytes_max: int) -> bytes:
    """The whole body, or a little more than ``bytes_max`` of it."""
    whole = bytearray(body)
    is_more = True
    while is_more and len(whole) <= bytes_max:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Malformed("the request was cut short", hint="send it whole")
        whole += message.get("body", b"")
        is_more = message.get("more_body", False)
    return bytes(whole)


def gunzip(packed: bytes, *, bytes_max: int, what: str) -> bytes:
    """The unpacked bytes. Errors: BodyTooLarge before more than the limit is unpacked; Malformed if it is not gzip."""
    try:
        body = inflate(packed, bytes_max=bytes_max, wbits=GZIP)
    except ValueError as error:
        raise Malformed(str(error), hint="send whole gzip, or no content-encoding") from error
    if body is None:
        raise _over(bytes_max, what)
    return body


def _over(bytes_max: int, what: str) -> BodyTooLarge:
    limit = f"{bytes_max} bytes ({bytes_max // 1024} KB)"
    return BodyTooLarge(f"the body is over the limit of {what}: {limit}", hint="send less at once", limit=bytes_max)


def decode_json(body: bytes) -> Any:
    """The value of a JSON body. Errors: Malformed says where it breaks."""
    try:
        return read_json(body)
    except RecursionError as error:
        raise Malformed("the JSON is nested too deeply", hint="flatten it") from error
    except ValueError as error:
        raise Malformed(f"the body is not valid JSON: {error}", hint="send UTF-8 JSON") from error


def decode_batch(body: bytes) -> Batch:
    """The envelope of a batch. Errors: Malformed names the field; BodyTooLarge for too many items."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        batch: Batch = _raw_batches.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # A ValidationError is a DecodeError too: the second reading finds the same fault, or lets the items be judged.
        batch = _converted(decode_json(body))
    if len(batch.batch) > BATCH_ITEMS_MAX:
        raise BodyTooLarge(
            f"the batch has {len(batch.batch)} items; the limit is {BATCH_ITEMS_MAX}",
            hint="send several batches",
            limit=BATCH_ITEMS_MAX,
        )
    return batch


def _converted(value: Any) -> Batch:
    try:
        return msgspec.convert(value, Batch)
    except msgspec.ValidationError as error:
        raise Malformed(
            f"the batch is not as expected: {error}", hint='send {"batch": [event, …]}', field="batch"
        ) from error
