"""Everything that anybody can ask of an installation about people, as plain values that can be held side by side.

Left out is only under which id something came before a merge: who people are by now says nothing of it.
"""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from tests.rooms.late_bound.living import CAMPAIGNS, NOW, REGION, SEGMENTS

from omniloom import analytics, identity, messaging, profiles, segments
from omniloom.journeys import advance
from omniloom.profiles.consent import consents_by_root
from omniloom.profiles.preference import preferences_by_root
from omniloom.store import Stores, query
from omniloom.store.sql import parse_events, parse_state

MANY = 100_000
SINCE = NOW - timedelta(days=40)
Found = dict[str, Any]
_VIEWS = {
    "touches": "select person_id, campaign_id, channel, ad_group, keyword, occurred_at, is_response"
    " from analytics_touch"
    " order by person_id, campaign_id, channel, ad_group, keyword, occurred_at, is_response",
    "traits": "select person_id, key, value, text, folded, number, occurred_at, source_id from profiles_trait_current"
    " order by person_id, key",
    "lines": "select position, line, person_id, amount_minor from identity_history_item order by position, line",
    "history": "select position, person_id, name, revenue_minor from identity_history order by position",
}
_CARDS = (
    "select person_id, name, folded_name, city, timezone, language from profiles_card"
    " where name <> '' or city <> '' or timezone <> '' or language <> '' order by person_id"
)
_AUDIENCE = parse_events("test.audience", "select person_id from journeys_audience order by person_id")
_JOURNEYS = str(advance.__code__.co_filename)


def of_everybody(stores: Stores, people: list[int]) -> Found:
    """What is told of all people at once."""
    found: Found = {f"view {name}": _rows(stores, sql) for name, sql in _VIEWS.items()}
    found |= _money(stores) | _segments(stores)
    found["overview"] = analytics.overview(stores, now=NOW)
    found["year"] = analytics.imported(stores), analytics.mailed_pieces(stores, channel="email")
    found["reach map"] = (
        messaging.reach.reach_map(stores, now=NOW),
        messaging.reach.reach_map(stores, now=NOW, advertiser="ACME"),
    )
    found["trait keys"] = dict(profiles.trait_keys(stores)), segments.trait_names(stores)
    found["trait values"] = [segments.trait_values(stores, key) for key in ("city", "plan")]
    with stores.state.read() as tx:
        found["cards"] = tx.tuples(parse_state("test.cards", _CARDS))
        found["consents"] = dict(sorted(consents_by_root(tx, people).items()))
        found["wishes"] = dict(sorted(preferences_by_root(tx, people).items()))
        found["contacts"] = dict(sorted(profiles.contacts(tx, people).items()))
    found["traits of all"] = profiles.traits_of(stores, people)
    found["people"] = [_row(row) for row in profiles.people(stores, people)]
    for text in ("", "c1", "c7@x.test", "+7916", "анна", "петр", "U", "U10", "нет"):
        rows = profiles.search(stores, text, home_region=REGION, rows_max=MANY)
        found[f"search {text!r}"] = sorted((_row(row) for row in rows), key=lambda row: row["person_id"])
    return found


def why(stores: Stores, person_id: int) -> list[segments.Explained]:
    """Why a person is in each segment or not."""
    return [segments.explain(stores, known, person_id, now=NOW) for known in segments.segments(stores)]


def of_one(stores: Stores, person_id: int) -> Found:
    """What a customer's page tells."""
    page = asdict(profiles.person(stores, person_id))
    page["identifiers"] = _without(page["identifiers"], "person_id")
    golden = profiles.golden(stores, person_id)
    history = profiles.consent_history(stores, person_id)
    assert profiles.broken_links(history) == []
    with stores.state.read() as tx:
        identifiers = identity.identifiers_by_root(tx, [person_id]).get(person_id, [])
    return {
        "page": page,
        "identifiers": _without([asdict(one) for one in identifiers], "person_id"),
        "golden": [(field.key, field.value, field.rule, _origin(field.chosen)) for field in golden],
        "lost": [(field.key, [_origin(one) for one in field.lost]) for field in golden],
        "timeline": profiles.timeline(stores, person_id, rows_max=MANY),
        "consent history": sorted(_without([asdict(one) for one in history], "person_id", "place", "link",
                                           "recorded_at"), key=lambda one: one["message_id"]),
        "requests": _without([asdict(one) for one in profiles.privacy_requests_of(stores, person_id)], "person_id"),
        "segments": sorted(segment.name for segment, _ in segments.segments_of(stores, person_id)),
        "reach": messaging.reach.reach_of(stores, person_id, now=NOW),
        "would be sent": [messaging.consider(stores, person_id, channels=["email", "sms"], now=NOW,
                                             campaign_id=campaign) for campaign in ("", *CAMPAIGNS)],
    }  # fmt: skip


def _money(stores: Stores) -> Found:
    found: Found = {
        f"money {model}": analytics.money(stores, model=model, since=SINCE, until=NOW) for model in analytics.MODELS
    }
    for by in ("channel", "ad_group", "keyword"):
        found[f"money by {by}"] = analytics.money(stores, by=by, lookback_days=7)
    for campaign in CAMPAIGNS:
        found[f"responses {campaign}"] = analytics.responses(stores, campaign)
        for kind in ("reached", "responded", "converted"):
            found[f"{kind} {campaign}"] = analytics.people_of(stores, campaign, kind=kind, rows_max=MANY)
    return found


def _segments(stores: Stores) -> Found:
    found: Found = {}
    for segment in segments.segments(stores):
        members = segments.members(stores, segment.segment_id)
        found[f"members {segment.name}"] = members
        found[f"size {segment.name}"] = segment.members
        found[f"audience {segment.name}"] = _audience(stores, segment.segment_id)
        found[f"counted {segment.name}"] = segments.count(stores, SEGMENTS[segment.name], now=NOW)
        found[f"sample {segment.name}"] = segments.sample(stores, SEGMENTS[segment.name], now=NOW)
    return found


def _audience(stores: Stores, segment_id: str) -> list[int]:
    """Whom a campaign would be launched for."""
    with stores.events.write() as tx:
        tx.run(query(_JOURNEYS, "freeze_audience"), campaign_id="test", segment_id=segment_id)
        people = [int(person_id) for (person_id,) in tx.tuples(_AUDIENCE)]
        tx.run(query(_JOURNEYS, "forget_audience"), campaign_id="test")
    return people


def _rows(stores: Stores, sql: str) -> list[tuple[Any, ...]]:
    with stores.events.read() as tx:
        return sorted(tx.tuples(parse_events("test.view", sql.removesuffix(""))), key=repr)


def _row(row: profiles.PersonRow) -> Found:
    return asdict(row) | {"identifiers": _without([asdict(one) for one in row.identifiers], "person_id")}


def _without(rows: list[Found], *names: str) -> list[Found]:
    return [{key: value for key, value in row.items() if key not in names} for row in rows]


def _origin(origin: profiles.Origin) -> Found:
    return _without([asdict(origin)], "person_id")[0]
