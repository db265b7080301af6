"""Small marks that mean the same on every page: a channel, a state, a reason, a person."""

import re
from typing import TYPE_CHECKING

from nicegui import ui

from omniloom import profiles
from omniloom.identity import KINDS, Level
from omniloom.web import parts, theme
from omniloom.web.theme import mark

if TYPE_CHECKING:
    from omniloom.profiles import Person, PersonRow
    from omniloom.web.view import View

CHANNELS = {
    "store": mark("Store"), "email": mark("E-mail"), "sms": mark("SMS"), "direct_mail": mark("Direct mail"),
    "web": mark("Web"), "app": mark("App"), "push": mark("Push"), "call": mark("Call"), "chat": mark("Chat"),
    "messenger": mark("Messenger"), "ad": mark("Advertising"), "courier": mark("Courier"), "*": mark("All channels"),
}  # fmt: skip
IDENTIFIERS = {
    "user_id": mark("User id"), "anonymous_id": mark("Device"), "email": mark("E-mail"), "phone": mark("Phone"),
    "card": mark("Card"), "crm_contact": mark("CRM contact"), "crm_deal": mark("CRM deal"),
    "inn": mark("INN"), "whatsapp": mark("WhatsApp"), "telegram": mark("Telegram"), "vk": mark("VK"),
    "max": mark("MAX"), "viber": mark("Viber"), "external_id": mark("External id"),
    "device_id": mark("App on a device"),
    "push_token": mark("Push token"), "ad_cookie": mark("Advertising cookie"),
}  # fmt: skip
TRAITS = {  # what senders commonly call things
    "name": mark("Name"), "first_name": mark("First name"), "last_name": mark("Last name"),
    "middle_name": mark("Middle name"), "email": mark("E-mail"), "phone": mark("Phone"), "city": mark("City"),
    "street": mark("Street"), "address": mark("Address"), "country": mark("Country"), "company": mark("Company"),
    "postal_code": mark("Postal code"), "language": mark("Language"), "timezone": mark("Time zone"),
    "birthday": mark("Birthday"), "age": mark("Age"), "gender": mark("Gender"), "income": mark("Income"),
    "marital_status": mark("Marital status"), "kids_count": mark("Children"), "household_size": mark("Household size"),
    "household_comp": mark("Household"), "home_ownership": mark("Home"), "synthetic": mark("Synthetic"),
}  # fmt: skip
STATES = {
    "draft": (mark("Draft"), "neutral"), "scheduled": (mark("Scheduled"), "info"),
    "planning": (mark("Planning"), "info"), "running": (mark("Running"), "good"), "paused": (mark("Paused"), "warn"),
    "finished": (mark("Finished"), "neutral"), "cancelled": (mark("Cancelled"), "bad"),
    "failed": (mark("Failed"), "bad"), "interrupted": (mark("Interrupted"), "warn"),
    "open": (mark("Open"), "info"), "held": (mark("Held"), "warn"), "planned": (mark("Planned"), "info"),
    "claimed": (mark("Being sent"), "info"), "intent": (mark("Being sent"), "info"),
    "accepted": (mark("Sent"), "good"), "sent": (mark("Sent"), "good"), "send": (mark("Send"), "good"),
    "rejected": (mark("Refused"), "bad"), "suppressed": (mark("Suppressed"), "bad"),
    "skipped": (mark("Not sent"), "warn"), "skip": (mark("Not sent"), "warn"), "hold": (mark("Later"), "info"),
    "later": (mark("Later"), "info"),
    "unknown": (mark("Unknown"), "warn"), "allowed": (mark("Allowed"), "good"),
}  # fmt: skip
REASONS = {
    "allowed": mark("everything allows it"), "no_address": mark("no address for this channel"),
    "channel_off": mark("the channel is switched off"), "no_consent": mark("no consent"),
    "suppressed": mark("the address is on the stop list"), "refused": mark("the provider refused this channel"),
    "same_address": mark("another recipient has this address"), "frequency_cap": mark("enough messages lately"),
    "same_person": mark("became one person with another recipient"),
    "topic_off": mark("turned this topic off"), "paused": mark("asked for silence"),
    "wanted_seldom": mark("wants messages less often"),
    "quiet_hours": mark("quiet hours"), "cancelled": mark("the campaign was cancelled"),
    "erased": mark("the customer was erased"),
    "held": mark("the campaign is paused"), "changed": mark("the facts changed meanwhile; decided anew"),
    "render_failed": mark("the template failed"), "invalid_message": mark("the message is not valid"),
    "try_later": mark("the provider asked to wait"), "gave_up": mark("too many tries"),
    "crashed": mark("the server stopped while sending"), "no_reply": mark("the provider did not answer"),
    "hard_bounce": mark("the address does not exist"), "unsubscribed": mark("unsubscribed"),
    "complained": mark("complained about a message"), "never given": mark("consent was never given"),
    "withdrawn": mark("consent was withdrawn"), "by_hand": mark("by hand"),
    "late": mark("its time passed while the server was off"),
    "audience": mark("the segment could not be taken"), "templates": mark("a template failed"),
}  # fmt: skip


def channel_title(view: "View", channel: str | None) -> str:
    """The channel's name in the visitor's language; unknown ones as they were sent."""
    return view.translate(CHANNELS[channel]) if channel in CHANNELS else channel or ""


def channel(view: "View", key: str | None, *, is_small: bool = False) -> None:
    """A channel with its icon and colour."""
    with ui.element("span").classes("om-channel" + (" om-small" if is_small else "")):
        ui.icon(theme.channel_icon(key)).style(f"color: {theme.channel_colour(key)}")
        parts.text(channel_title(view, key) or view.translate("Not stated"), tag="span")


def state(view: "View", key: str, *, reason: str = "") -> None:
    """A state or verdict with its tone, and the reason in words."""
    label, tone = STATES.get(key, (key, "neutral"))
    parts.badge(view.translate(label), tone)
    if reason and reason != "allowed":
        parts.text(reason_text(view, reason), "om-muted")


def reason_text(view: "View", reason: str) -> str:
    """A reason in words; one we have no words for as it is."""
    if reason in REASONS:
        return view.translate(REASONS[reason])
    return reason if " " in reason else reason.replace("_", " ")


def name_of(view: "View", person_id: int, known: "Person | PersonRow | None") -> str:
    """What to call a person, whatever is known of them."""
    if known is not None and known.visitor:
        return view.translate("Anonymous visitor · {code}").format(code=known.visitor)
    return (known.name if known is not None else "") or view.translate("Customer {n}").format(n=person_id)


def named(view: "View", person_id: int, known: "PersonRow | None", classes: str = "om-strong") -> None:
    """A person's mark and name in a list; of an anonymous visitor the whole id by hover."""
    name = name_of(view, person_id, known)
    parts.avatar(name)
    label = parts.text(name, classes)
    if known is not None and known.visitor:
        label.props["title"] = profiles.first_identifier(known.identifiers).value


def person(view: "View", row: "PersonRow") -> None:
    """A person in a short list, linked to their page."""
    name = name_of(view, row.person_id, row)
    with ui.link(target=f"/customers/{row.person_id}").classes("om-row"):
        parts.avatar(name)
        with ui.element("div").classes("om-grow om-ellipsis"):
            parts.text(name, "om-strong om-ellipsis")
            known = identifier_texts(row)[:1]
            parts.text(" · ".join([*known, *([row.city] if row.city else [])]), "om-muted om-ellipsis")


def identifier_title(view: "View", kind: str) -> str:
    """The kind of an identifier in the visitor's language."""
    return view.translate(IDENTIFIERS.get(kind, kind.replace("_", " ").capitalize()))


def trait_title(view: "View", key: str) -> str:
    """What a trait is called in the visitor's language; of one we have no words for, its sender's key made readable."""
    return view.translate(TRAITS[key]) if key in TRAITS else readable(key)


def readable(key: str) -> str:
    """A key as words: ``loyalty_tier`` and ``loyaltyTier`` are “Loyalty tier”; what is written in words stays."""
    if " " in key:
        return key
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", key).replace("_", " ").replace("-", " ").split()
    text = " ".join(word if word.isupper() else word.lower() for word in words)
    return text[:1].upper() + text[1:] or key


def trait_choice(view: "View", key: str) -> str:
    """A trait to choose from a list: its title, and the key where that is another word, to be found by either."""
    title = trait_title(view, key)
    return title if title.lower() == key.lower() else f"{title} ({key})"


def apart_line(row: "PersonRow") -> str:
    """What tells a person from namesakes in a short list: what was searched for, else an identifier; and the city."""
    known = [row.matched] if row.matched else identifier_texts(row)[:1]
    return " · ".join(part for part in (*known, row.city) if part)


def identifier_texts(row: "PersonRow") -> list[str]:
    """The identifiers worth showing beside a name: not the name itself, and a browser's or a device's only where
    somebody was searched by it; that comes first.
    """
    found = [one.value for one in row.identifiers if one.value == row.matched and KINDS[one.kind].level <= Level.DEVICE]
    known = [one.value for one in row.identifiers if KINDS[one.kind].level > Level.DEVICE and one.value != row.name]
    return found[:1] + known


def identifiers(row: "PersonRow", most: int) -> None:
    """So many identifiers in a cell of a list; a long one is cut, and whole by hover."""
    shown = identifier_texts(row)[:most]
    for one in shown:
        badge = parts.badge(one, "info" if one == row.matched else "neutral").classes("om-badge-long")
        badge.props["title"] = one
    if not shown:
        parts.text("–")
