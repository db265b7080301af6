"""A company that can send (as in messaging), and somebody who left a unique word in every field there is."""

from tests.rooms.messaging.conftest import company, gateway, renderer, smtp

__all__ = ["company", "gateway", "renderer", "smtp"]
