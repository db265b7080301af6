"""The preference centre: what comes, where, how often and why; what is stored; being erased; and confirming a wish.

Same terms as public.py: a signed link, no script, GET changes nothing. A link may have been passed on, so addresses are
masked, and a full copy of the data is asked for here and handed over elsewhere. Once the address it went to is another
customer's, or many people's, it opens nothing here; leaving (public.py) goes on.
"""

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from omniloom import journeys, privacy, profiles, segments
from omniloom.access import PUBLIC
from omniloom.api.door import needs, reply
from omniloom.api.public_page import Pages, Rooms, form_of, told, visitor_of
from omniloom.core.errors import Invalid, Missing
from omniloom.core.i18n import Translate
from omniloom.messaging import voice
from omniloom.profiles import Frequency, PrivacyKind

AGREED = "I agree to get marketing messages in the channels ticked above."
AGREED_WITH = "I agree to get marketing messages from {advertiser} in the channels ticked above."
PAUSES = (7, 30, 90)


def add_choosing(routes: APIRouter, rooms: Rooms, pages: Pages) -> None:
    """The choices themselves."""

    @routes.get("/p/{token}")
    @needs(PUBLIC)
    def show_choices(request: Request, token: str) -> Response:
        """Channels, topics, frequency, pause, language."""
        shown = voice.preferences(rooms.stores, token, secret=rooms.secret)
        if shown is None:
            return _gone(pages, request, rooms, token)
        return _centre(pages, request, rooms, shown, is_saved=False)

    @routes.post("/p/{token}")
    @needs(PUBLIC)
    async def choose(request: Request, token: str) -> Response:
        """Save the choices: what is ticked is on."""
        form = await form_of(request)
        spoken = pages.translate(form.get("spoken", [""])[0])  # in the language the page was shown in

        def work() -> voice.Preferences | None:
            known = voice.preferences(rooms.stores, token, secret=rooms.secret)
            wording = _agreed(spoken, known.advertiser if known else "")
            kept = voice.choose(
                rooms.stores, token, _choice(form), secret=rooms.secret, now=rooms.now(), wording=wording,
                visitor=visitor_of(request),
            )  # fmt: skip
            if kept is not None:
                told(rooms)
            return kept

        try:
            shown = await run_in_threadpool(work)
        except (Invalid, ValueError):
            return await run_in_threadpool(show_choices, request, token)
        if shown is None:
            return await run_in_threadpool(_gone, pages, request, rooms, token)
        return _centre(pages, request, rooms, shown, is_saved=True)


def add_why(routes: APIRouter, rooms: Rooms, pages: Pages) -> None:
    """Why messages came."""

    @routes.get("/p/{token}/why")
    @needs(PUBLIC)
    def show_why(request: Request, token: str) -> Response:
        """The last messages: the campaign, whom it was for, and the consent it rested on."""
        shown = voice.preferences(rooms.stores, token, secret=rooms.secret)
        grounds = voice.grounds_of(rooms.stores, token, secret=rooms.secret)
        if shown is None or grounds is None:
            return _gone(pages, request, rooms, token)
        told_of = [(ground, _segment(rooms, ground.campaign_id)) for ground in grounds]
        return pages.show("why", request, language=shown.language, token=token, grounds=told_of)


def add_data(routes: APIRouter, rooms: Rooms, pages: Pages) -> None:
    """What is stored, and a copy of it."""

    @routes.get("/p/{token}/data")
    @needs(PUBLIC)
    def show_data(request: Request, token: str) -> Response:
        """What is stored of the link's person."""
        shown = voice.preferences(rooms.stores, token, secret=rooms.secret)
        if shown is None:
            return _gone(pages, request, rooms, token)
        asked = {one.kind for one in profiles.privacy_requests_of(rooms.stores, shown.person_id) if one.state == "open"}
        return pages.show("stored", request, language=shown.language, token=token,
                          stored=_stored(rooms, shown.person_id), is_asked="export" in asked)  # fmt: skip

    @routes.get("/p/{token}/data.json")
    @needs(PUBLIC)
    def give_data(request: Request, token: str) -> Response:
        """The same as a file."""
        shown = voice.preferences(rooms.stores, token, secret=rooms.secret)
        if shown is None:
            return _gone(pages, request, rooms, token)
        answer = reply(_stored(rooms, shown.person_id))
        answer.headers["content-disposition"] = 'attachment; filename="my-data.json"'
        answer.headers["cache-control"] = "no-store, private"
        return answer

    @routes.post("/p/{token}/data")
    @needs(PUBLIC)
    def ask_copy(request: Request, token: str) -> Response:
        """Ask for a full copy; it goes to the address on record, not to whoever holds the link."""
        if not _ask(rooms, request, token, PrivacyKind.EXPORT):
            return _gone(pages, request, rooms, token)
        return show_data(request, token)


def add_erasing(routes: APIRouter, rooms: Rooms, pages: Pages) -> None:
    """Being erased, in two steps."""

    @routes.get("/p/{token}/erase")
    @needs(PUBLIC)
    def ask_to_erase(request: Request, token: str) -> Response:
        """What erasing means, with a box to tick; nothing happens yet."""
        shown = voice.preferences(rooms.stores, token, secret=rooms.secret)
        if shown is None:
            return _gone(pages, request, rooms, token)
        return pages.show("erase", request, language=shown.language, token=token, is_done=False, is_unsure=False)

    @routes.post("/p/{token}/erase")
    @needs(PUBLIC)
    async def erase(request: Request, token: str) -> Response:
        """Keep the wish to be erased, once it is confirmed; marketing ends at once."""
        is_sure = (await form_of(request)).get("sure") == ["yes"]
        shown = await run_in_threadpool(voice.preferences, rooms.stores, token, secret=rooms.secret)
        if shown is None:
            return await run_in_threadpool(_gone, pages, request, rooms, token)
        is_kept = is_sure and await run_in_threadpool(_ask, rooms, request, token, PrivacyKind.ERASURE)
        if is_kept != is_sure:  # the address became another's a moment ago
            return await run_in_threadpool(_gone, pages, request, rooms, token)
        return pages.show(
            "erase", request, language=shown.language, token=token, is_done=is_kept, is_unsure=not is_sure
        )


def add_confirming(routes: APIRouter, rooms: Rooms, pages: Pages) -> None:
    """The second step of a double opt-in."""

    @routes.get("/c/{token}")
    @needs(PUBLIC)
    def ask_to_confirm(request: Request, token: str) -> Response:
        """The question, with a button; nothing happens yet."""
        asked = voice.opt_in_of(rooms.stores, token, secret=rooms.secret, now=rooms.now())
        if asked is None:
            return _gone(pages, request, rooms, token)
        return pages.show("confirm", request, language=asked.language, asked=asked)

    @routes.post("/c/{token}")
    @needs(PUBLIC)
    def confirm(request: Request, token: str) -> Response:
        """Say yes; it counts once, however often it is said."""
        asked = voice.confirm_opt_in(
            rooms.stores, token, secret=rooms.secret, now=rooms.now(), visitor=visitor_of(request)
        )
        if asked is None:
            return _gone(pages, request, rooms, token)
        told(rooms)
        return pages.show("confirm", request, language=asked.language, asked=asked)


def _gone(pages: Pages, request: Request, rooms: Rooms, token: str) -> Response:
    """The page of a link that is not ours, or whose address is another's by now: that one can still be left."""
    if voice.is_passed_on(rooms.stores, token, secret=rooms.secret):
        return pages.show("passed_on", request, status=410)
    return pages.gone(request)


def _centre(pages: Pages, request: Request, rooms: Rooms, shown: voice.Preferences, *, is_saved: bool) -> Response:
    now, until = rooms.now(), shown.wish.paused_until
    spoken = pages.translate(pages.language_of(request, shown.language))
    return pages.show(
        "preferences", request, language=shown.language, shown=shown, is_saved=is_saved, pauses=PAUSES,
        agreed=_agreed(spoken, shown.advertiser), frequencies=list(Frequency),
        paused_until=until if until and until > now else None,
    )  # fmt: skip


def _agreed(spoken: Translate, advertiser: str) -> str:
    """What whoever ticks a channel says yes to, in the page's language."""
    return spoken(AGREED_WITH).format(advertiser=advertiser) if advertiser else spoken(AGREED)


def _choice(form: dict[str, list[str]]) -> voice.Choice:
    """What a form chose. Channels are always told; the rest as far as it is there. Errors: Invalid, ValueError."""
    pause = form.get("pause", [""])[0]
    frequency = form.get("frequency", [""])[0]
    return voice.Choice(
        channels=frozenset(form.get("channel", [])),
        topics=frozenset(form.get("topic", [])) if "topics" in form else None,
        frequency=Frequency(frequency) if frequency else None,
        pause_days=int(pause) if pause else None,
        language=form["language"][0] if "language" in form else None,
        reply_channel=form["reply"][0] if "reply" in form else None,
    )


def _ask(rooms: Rooms, request: Request, token: str, kind: PrivacyKind) -> bool:
    asked = voice.ask_about_data(
        rooms.stores, token, kind, secret=rooms.secret, now=rooms.now(), ids=rooms.ids, visitor=visitor_of(request)
    )
    if asked is not None:
        told(rooms)
    return asked is not None


def _segment(rooms: Rooms, campaign_id: str) -> str:
    """The name of the segment a campaign is for; empty if it is for nobody's choosing, or gone."""
    try:
        found = journeys.campaign(rooms.stores, campaign_id)
        return segments.segment(rooms.stores, found.segment_id).name
    except Missing:
        return ""


def _stored(rooms: Rooms, person_id: int) -> dict[str, Any]:
    """What is stored of a person, in words for them. What names them is masked: a card number is good at a till."""
    person = profiles.person(rooms.stores, person_id)
    masks = {one.value: voice.masked(one.value) for one in person.identifiers}
    return {
        "identifiers": [
            {"kind": one.kind, "value": masks[one.value], "last_seen_at": one.last_seen_at}
            for one in person.identifiers
        ],
        "traits": [
            {"name": one.key, "value": masks.get(str(one.value), privacy.masked_own(one.key, one.value))}
            for one in person.traits
        ],
        "consents": [
            {"channel": line.channel, "purpose": line.purpose, "is_given": line.is_given, "at": line.occurred_at,
             "wording": line.wording, "method": line.method}
            for line in profiles.consent_history(rooms.stores, person_id)
        ],
        "orders": person.orders,
        "first_seen_at": person.first_seen_at,
        "last_seen_at": person.last_seen_at,
    }  # fmt: skip
