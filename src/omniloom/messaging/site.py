"""Where links in messages lead, and the installation's key that signs them and seals credentials."""

from dataclasses import dataclass, field

from omniloom.messaging.token import digits, sign

LINK, OPEN, UNSUBSCRIBE, PREFERENCES, AD = "link", "open", "unsubscribe", "preferences", "ad"
CONFIRM = "confirm"
RECOGNISE, CODE = "recognise", "code"
OWN_PAGES = ("u", "p", "c", "me")  # pages whose addresses are secrets of one person: never tracked


@dataclass(frozen=True, slots=True)
class Site:
    """The public face of one installation. ``public_url`` has no slash at its end."""

    public_url: str
    secret: bytes = field(repr=False)

    def link_url(self, link_id: str, send_id: str, channel: str) -> str:
        """The tracked form of a link in one message."""
        token = sign(self.secret, LINK, bytes.fromhex(send_id), bytes.fromhex(link_id), channel.encode())
        return f"{self.public_url}/l/{token}"

    def pixel_url(self, send_id: str, channel: str) -> str:
        """The picture whose loading says that a message was opened."""
        return f"{self.public_url}/o/{sign(self.secret, OPEN, bytes.fromhex(send_id), channel.encode())}.gif"

    def unsubscribe_url(self, send_id: str, channel: str) -> str:
        """Where one click ends the messages of one channel (RFC 8058)."""
        return f"{self.public_url}/u/{sign(self.secret, UNSUBSCRIBE, bytes.fromhex(send_id), channel.encode())}"

    def confirm_url(self, send_id: str, channel: str) -> str:
        """Where a person confirms what was asked for in their name (double opt-in)."""
        return f"{self.public_url}/c/{sign(self.secret, CONFIRM, bytes.fromhex(send_id), channel.encode())}"

    def preferences_url(self, send_id: str, channel: str) -> str:
        """Where a person chooses channels."""
        return f"{self.public_url}/p/{sign(self.secret, PREFERENCES, bytes.fromhex(send_id), channel.encode())}"

    def recognise_url(self, send_id: str, channel: str) -> str:
        """Where who gets this message shows that they do (magic link)."""
        return f"{self.public_url}/me/{sign(self.secret, RECOGNISE, bytes.fromhex(send_id), channel.encode())}"

    def code(self, send_id: str, channel: str) -> str:
        """What who gets this message types to show that they do (one-time code)."""
        return digits(self.secret, CODE, bytes.fromhex(send_id), channel.encode())
