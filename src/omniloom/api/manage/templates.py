"""Message templates."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from omniloom import messaging
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply
from omniloom.api.manage.body import Body

routes = APIRouter()


class TemplateBody(Body):
    """A message template of one channel."""

    name: str
    channel: str
    subject: str = ""
    body: str


@routes.get("/templates")
@needs(Permission.CAMPAIGNS_READ)
def list_templates(request: Request) -> Response:
    """All message templates."""
    return reply({"templates": messaging.templates(platform_of(request).stores)})


@routes.post("/templates")
@needs(Permission.CAMPAIGNS_WRITE)
def create_template(request: Request, body: TemplateBody) -> Response:
    """Save a template. A mistake in its Liquid is refused with the line."""
    platform = platform_of(request)
    saved = messaging.save_template(
        platform.stores, name=body.name, channel=body.channel, subject=body.subject, body=body.body,
        now=platform.now(), ids=platform.ids,
    )  # fmt: skip
    return reply(saved, status=201)
