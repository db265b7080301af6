"""Faults by who must act. Expected results are values, never exceptions (see each room's decisions).

Rooms raise these; only the doors (api, web, cli, worker) translate them, so no room knows a status code.
"""

from typing import Any, ClassVar


class OmniloomError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "fault"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str = "", *, hint: str = "", **facts: Any) -> None:
        """``message`` says what is wrong, ``hint`` what to do about it, ``facts`` name field, value and the like."""
        self.message = message or (type(self).__doc__ or "").strip()
        self.hint = hint
        self.facts = facts
        super().__init__(self.message if not hint else f"{self.message} ({hint})")


class Invalid(OmniloomError):
    """The input is not valid: the caller changes it."""

    code = "invalid"
    status = 422
    exit_code = 2


class Missing(OmniloomError):
    """There is no such thing."""

    code = "missing"
    status = 404
    exit_code = 3


class Conflict(OmniloomError):
    """The thing changed meanwhile, or its state forbids this: the caller reads it again."""

    code = "conflict"
    status = 409
    exit_code = 4


class Denied(OmniloomError):
    """The caller may not do this."""

    code = "denied"
    status = 403
    exit_code = 5


class Unavailable(OmniloomError):
    """Something outside does not answer: try later."""

    code = "unavailable"
    status = 503
    exit_code = 6


class Misconfigured(OmniloomError):
    """The installation is set up wrongly: its operator acts."""

    code = "misconfigured"
    status = 500
    exit_code = 7
