"""E-mail over SMTP: builds the MIME message, reads the server's replies.

Source: RFC 5321 (replies), 3463 (enhanced codes), 5322 (format), 8058 (one-click unsubscribe); spec SEC-H1…H3.
"""

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html.parser import HTMLParser

from omniloom.core.errors import Invalid
from omniloom.core.settings import setting
from omniloom.core.text import template_safe_header
from omniloom.messaging.channel import (
    Channel,
    Example,
    Fact,
    Later,
    Message,
    Outcome,
    Phase,
    Refused,
    Reply,
    Sent,
    SmtpCall,
)  # fmt: skip

SUBJECT_CHARS_MAX = 500
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_SPACE = re.compile(r"\s+")
_TLS = ("none", "starttls", "tls")


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """The SMTP server mail leaves through, and who it is from."""

    host: str = setting("", "name of the SMTP server")
    port: int = setting(587, "its port: 587 with STARTTLS, 465 with TLS, 25 without")
    tls: str = setting("starttls", "none, starttls or tls")
    username: str = setting("", "account at the server; empty: no sign-in")
    password: str = setting("", "password of that account", secret=True)
    from_address: str = setting("", "address the mail is from")
    from_name: str = setting("", "name beside that address")
    reply_to: str = setting("", "address for replies; empty: the sender")
    hook_secret: str = setting("", "key the provider signs callbacks with; empty: all are refused", secret=True)


def problem(settings: EmailSettings) -> str:
    """What is wrong with the settings; empty if nothing is."""
    if not settings.host:
        return "host is empty"
    if settings.tls not in _TLS:
        return f"tls should be one of {', '.join(_TLS)}"
    for field, value in (("from_address", settings.from_address), ("reply_to", settings.reply_to)):
        if (value or field == "from_address") and not _ADDRESS.fullmatch(value):
            return f"{field} is not an e-mail address"
    if settings.password and settings.tls == "none":
        return "a password is not sent without TLS: choose starttls or tls"
    return ""


def call(message: Message, settings: EmailSettings) -> SmtpCall:
    """The mail as it goes over the wire. Errors: Invalid for an address or header that mail cannot carry."""
    if not _ADDRESS.fullmatch(message.to):
        raise Invalid("the recipient's address cannot be used in SMTP", field="to")
    return SmtpCall(
        host=settings.host, port=settings.port, tls=settings.tls, username=settings.username,
        password=settings.password, sender=settings.from_address, recipient=message.to,
        content=_content(message, settings),
    )  # fmt: skip


def _content(message: Message, settings: EmailSettings) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(template_safe_header(settings.from_name, field="from_name"), addr_spec=settings.from_address)
    mail["To"] = Address(addr_spec=message.to)
    if settings.reply_to:
        mail["Reply-To"] = Address(addr_spec=settings.reply_to)
    mail["Subject"] = template_safe_header(message.subject, field="subject")[:SUBJECT_CHARS_MAX]
    mail["Date"] = format_datetime(message.at)
    mail.set_content(plain_text(message.body), cte="quoted-printable")
    mail.add_alternative(message.body, subtype="html", cte="quoted-printable")
    mail.set_boundary(f"=_{message.key}")  # the same in every retry
    return _own_headers(message, settings) + mail.as_bytes()


def _own_headers(message: Message, settings: EmailSettings) -> bytes:
    """Headers written out by us: the library would fold or encode what must stay as it is."""
    domain = settings.from_address.rpartition("@")[2]
    lines = [f"Message-ID: <{message.key}@{domain}>"]
    if message.unsubscribe_url:
        lines += [
            f"List-Unsubscribe: <{message.unsubscribe_url}>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        ]
    for line in lines:
        template_safe_header(line, field="header")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


class _Text(HTMLParser):
    """Collects what a reader without HTML should see, links included."""

    _BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol"})
    _SILENT = frozenset({"style", "script", "head", "title"})

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent = 0
        self._href = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in self._SILENT
        if tag in self._BREAKS:
            self.parts.append("\n")
        if tag == "a":
            self._href = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in self._SILENT and self._silent > 0
        if tag == "a" and self._href.startswith(("http://", "https://")):
            self.parts.append(f" ({self._href})")
            self._href = ""
        if tag in self._BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(_SPACE.sub(" ", data))


def plain_text(html: str) -> str:
    """The readable text of an HTML body."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    lines = [line.strip() for line in "".join(parser.parts).splitlines()]
    return "\n".join(line for i, line in enumerate(lines) if line or (i and lines[i - 1])).strip() + "\n"


def outcome(reply: Reply) -> Outcome:
    """What a reply of the server means; until CONTENT is answered with 2xx nothing was taken."""
    said = f"{reply.code} {reply.text}"[:200]
    if reply.phase is Phase.CONTENT and 200 <= reply.code < 300:
        return Sent(reply.text[:100])
    if reply.phase in (Phase.CONNECT, Phase.SENDER) or reply.code == 421:
        return Later(said, is_outage=True)
    if reply.code < 500:
        return Later(said)
    return Refused(said, is_address_bad=_is_address_bad(reply))


def _is_address_bad(reply: Reply) -> bool:
    enhanced = _ENHANCED.search(reply.text)
    if enhanced is None:
        return reply.phase is Phase.RECIPIENT and reply.code in (550, 551, 553)
    subject, detail = enhanced[2], enhanced[3]
    return (subject == "1" and detail in {"1", "2", "3", "6", "10"}) or (subject == "2" and detail == "1")


CHANNEL = Channel(
    title="E-mail",
    address_kind="email",
    is_html=True,
    settings=EmailSettings,
    problem=problem,
    call=call,
    outcome=outcome,
    report_statuses={
        "delivered": Fact.DELIVERED,
        "bounced": Fact.BOUNCED,
        "failed": Fact.BOUNCED,
        "complained": Fact.COMPLAINED,
    },
    bad_address_words=frozenset({"no_such_mailbox", "no_such_domain", "hard", "permanent"}),
    examples=(
        Example(Reply(Phase.CONTENT, 250, "2.0.0 Ok: queued as 4B1F"), Sent("2.0.0 Ok: queued as 4B1F")),
        Example(Reply(Phase.CONNECT, 554, "no SMTP service here"), Later("554 no SMTP service here", is_outage=True)),
        Example(Reply(Phase.CONNECT, 535, "5.7.8 bad login"), Later("535 5.7.8 bad login", is_outage=True)),
        Example(Reply(Phase.SENDER, 550, "sender unknown"), Later("550 sender unknown", is_outage=True)),
        Example(Reply(Phase.RECIPIENT, 421, "4.3.2 going down"), Later("421 4.3.2 going down", is_outage=True)),
        Example(Reply(Phase.RECIPIENT, 450, "4.2.1 greylisted"), Later("450 4.2.1 greylisted")),
        Example(Reply(Phase.RECIPIENT, 452, "4.2.2 mailbox full"), Later("452 4.2.2 mailbox full")),
        Example(
            Reply(Phase.RECIPIENT, 550, "5.1.1 no such user"), Refused("550 5.1.1 no such user", is_address_bad=True)
        ),
        Example(Reply(Phase.RECIPIENT, 550, "unknown"), Refused("550 unknown", is_address_bad=True)),
        Example(Reply(Phase.RECIPIENT, 554, "5.7.1 relay denied"), Refused("554 5.7.1 relay denied")),
        Example(Reply(Phase.RECIPIENT, 552, "5.2.2 over quota"), Refused("552 5.2.2 over quota")),
        Example(Reply(Phase.CONTENT, 451, "4.7.1 try later"), Later("451 4.7.1 try later")),
        Example(Reply(Phase.CONTENT, 554, "5.7.1 looks like spam"), Refused("554 5.7.1 looks like spam")),
    ),
)
