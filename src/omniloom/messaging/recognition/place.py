"""A shop's QR code: a signed name of the place, so that nobody prints codes in our name. It proves nothing else."""

from omniloom.core.errors import Invalid
from omniloom.core.text import clean
from omniloom.messaging.token import sign, verify

PLACE = "place"
PLACE_BYTES_MAX = 80  # so that the code stays coarse enough for a window


def place_url(public_url: str, secret: bytes, place: str) -> str:
    """Where scanning the code of a place leads. Errors: Invalid."""
    name = clean(place.strip(), field="place").encode()
    if not 0 < len(name) <= PLACE_BYTES_MAX:
        raise Invalid(f"the place has 1 to {PLACE_BYTES_MAX} bytes", hint="a short name of the shop", field="place")
    return f"{public_url}/me?at={sign(secret, PLACE, name)}"


def place_of(secret: bytes, token: str) -> str:
    """The place of a scanned code; empty for a code that is not ours."""
    parts = verify(secret, PLACE, token)
    return parts[0].decode() if parts and len(parts) == 1 else ""
