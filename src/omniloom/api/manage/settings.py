"""What a marketer sets up: channels."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from omniloom import messaging
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply
from omniloom.api.manage.body import Body

routes = APIRouter()


class ChannelBody(Body):
    """A channel's settings."""

    settings: dict[str, Any]
    is_enabled: bool = True


@routes.put("/channels/{channel}")
@needs(Permission.SETTINGS_WRITE)
def save_channel(request: Request, channel: str, body: ChannelBody) -> Response:
    """Set a channel up. Secrets are sealed before they are stored and never read back."""
    platform = platform_of(request)
    messaging.save_channel_settings(
        platform.stores, channel, body.settings, is_enabled=body.is_enabled, secret=platform.secret,
        now=platform.now(),
    )  # fmt: skip
    return reply({"channel": channel, "is_enabled": body.is_enabled})
