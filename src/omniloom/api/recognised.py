"""What came of a self-identification, as JSON: for the company's own site, its tills and its bots."""

from typing import Any

from starlette.responses import Response

from omniloom.api.door import reply
from omniloom.core.errors import OmniloomError
from omniloom.messaging.recognition import Recognised, Refused, TooOften

CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "POST, OPTIONS",
    "access-control-allow-headers": "authorization, content-type",
    "access-control-max-age": "86400",
}


class AskedTooOften(OmniloomError):
    """A proof was asked for too often."""

    code = "too_often"
    status = 429


class NotRecognised(OmniloomError):
    """Nobody was recognised."""

    code = "not_recognised"
    status = 422


def answer(found: Any, *, status: int = 200) -> Response:
    """What came of it as JSON. Errors: AskedTooOften with Retry-After; NotRecognised says why and how often more."""
    if isinstance(found, TooOften):
        raise AskedTooOften("this was asked for too often", hint="come again after Retry-After",
                            retry_after_s=found.retry_after_s)  # fmt: skip
    if isinstance(found, Refused):
        raise NotRecognised(f"nobody was recognised: {found.reason}", hint="ask again", reason=str(found.reason),
                            tries_left=found.tries_left)  # fmt: skip
    response = reply({"recognised": found} if isinstance(found, Recognised) else found, status=status)
    response.headers.update(CORS)
    return response
