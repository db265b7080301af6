"""What the source data lacks: a name, addresses, a phone and consents for each household, by a seeded draw.

The draw depends on the household's number alone, so every run gives the same. All of it is marked synthetic.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from omniloom.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN, Event
from omniloom.core.ids import digest_bytes

JOINED = datetime(2017, 1, 1, 6, tzinfo=UTC)
WITHDREW = datetime(2017, 9, 1, 12, tzinfo=UTC)
_SCALE = float(1 << 64)
NUMBERS_PER_AREA = 100  # 555-0100 … 555-0199


def draw(*parts: str | int) -> float:
    """A number in [0, 1) that depends on ``parts`` alone."""
    return int.from_bytes(digest_bytes(*parts)[:8], "big") / _SCALE


def contacts(households: list[int], draws: dict[str, Any], source_id: str) -> Iterator[Event]:
    """The identify and consent events of every household. Cost: about three events each."""
    phones = _phone_numbers(draws)
    for household in sorted(households):
        yield from _events(household, draws, source_id, phones)


def _phone_numbers(draws: dict[str, Any]) -> dict[str, Iterator[str]]:
    """Per city, the numbers reserved for fiction, in order."""
    return {
        city["name"]: iter([f"+1{a}55501{n:02d}" for a in city["area_codes"] for n in range(NUMBERS_PER_AREA)])
        for city in draws["cities"]
    }


def _events(household: int, draws: dict[str, Any], source_id: str, phones: dict[str, Iterator[str]]) -> Iterator[Event]:
    seed, shares = draws["seed"], draws["shares"]

    def chance(what: str) -> bool:
        return draw(seed, household, what) < float(shares[what])

    def pick(what: str, options: list[Any]) -> Any:
        return options[int(draw(seed, household, what) * len(options))]

    city = pick("city", draws["cities"])
    traits: dict[str, Any] = {
        "first_name": pick("first", draws["first_names"]),
        "last_name": pick("last", draws["last_names"]),
        "street": f"{int(10 + 9000 * draw(seed, household, 'house'))} {pick('street', draws['streets'])}",
        "city": city["name"],
        "timezone": city["timezone"],
        "language": "ru" if chance("russian") else "en",
        "synthetic": draws["synthetic_note"],
    }
    ids = {"user_id": f"hh-{household}"}
    if chance("email"):
        ids["email"] = traits["email"] = f"hh-{household}@example.test"
    if chance("phone") and (phone := next(phones[city["name"]], None)):
        ids["phone"] = traits["phone"] = phone
    yield Event(
        source_id=source_id, message_id=f"contact-{household}", type="identify", occurred_at=JOINED,
        received_at=JOINED, identifiers=ids, traits=traits,
    )  # fmt: skip
    for channel in ("email", "sms"):
        if ("email" if channel == "email" else "phone") in ids and chance(f"consent_{channel}"):
            said = {"channel": channel, "wording": draws["wording"]}
            yield _consent(household, channel, said, source_id, is_given=True)
            if channel == "email" and chance("withdrawn_email"):
                yield _consent(household, channel, said, source_id, is_given=False)
    if "email" in ids and chance("consent_partner"):
        partner = draws["partner"]
        said = {"channel": "email", "wording": partner["wording"], "advertiser": partner["name"]}
        yield _consent(household, "partner", said, source_id, is_given=True)


def _consent(household: int, place: str, said: dict[str, str], source_id: str, *, is_given: bool) -> Event:
    """A word at one place of the loyalty form."""
    at = JOINED if is_given else WITHDREW
    return Event(
        source_id=source_id, message_id=f"consent-{household}-{place}-{is_given}", type="track",
        name=CONSENT_GIVEN if is_given else CONSENT_WITHDRAWN, occurred_at=at, received_at=at,
        identifiers={"user_id": f"hh-{household}"},
        properties={**said, "purpose": "marketing", "method": "loyalty form", "synthetic": True,
                    "evidence": {"form": f"{'joined' if is_given else 'left'}-hh-{household}", "desk": "Loyalty desk"}},
    )  # fmt: skip
