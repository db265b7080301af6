"""What trackers say, in Segment's words: each dialect's calls of buying, of identity, and its times."""

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import pytest
from tests.rooms.collect.dialect_reading import AT, AT_MS, ask, packed, said, told

from omniloom.collect import Unreadable, all_dialects
from omniloom.core.errors import Denied, Unavailable

HOUR_AGO = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
MOZILLA = "Mozilla/5.0 (X11; Linux x86_64)"


def test_there_is_a_dialect_for_each_tracker() -> None:
    assert set(all_dialects()) == {
        "amplitude", "customerio", "ga4", "jitsu", "matomo", "mixpanel", "posthog", "rudderstack", "segment",
        "snowplow",
    }  # fmt: skip
    for name, dialect in all_dialects().items():
        assert dialect.name == name
        assert dialect.docs.startswith("https://")


# --- GA4 ---------------------------------------------------------------------------------------------------------

GA4_ITEMS = [
    {"item_id": "T1", "item_name": "Tea", "item_brand": "B", "item_category": "C", "price": 4.5, "quantity": 2},
    {"item_id": "T2", "price": 1},
]


def test_ga4_purchase_is_an_order_with_its_lines() -> None:
    body = {"client_id": "c1", "user_id": "u1", "timestamp_micros": AT_MS * 1000 - 3_600_000_000, "events": [
        {"name": "purchase", "params": {"transaction_id": "o-1", "value": 10.0, "currency": "EUR", "tax": 1,
                                        "shipping": 2, "coupon": "MAY", "items": GA4_ITEMS}}]}  # fmt: skip
    outcome = ask("ga4", "/mp/collect?measurement_id=G-1&api_secret=s", body)
    [event] = outcome.events
    assert outcome.keys == ("G-1", "s")
    assert outcome.answer.status == 204
    assert said(event) == ("track", "Order Completed", {"user_id": "u1", "anonymous_id": "c1"}, {
        "order_id": "o-1", "revenue": 10.0, "currency": "EUR", "tax": 1, "shipping": 2, "coupon": "MAY",
        "products": [
            {"product_id": "T1", "name": "Tea", "brand": "B", "category": "C", "price": 4.5, "quantity": 2},
            {"product_id": "T2", "price": 1},
        ],
    })  # fmt: skip
    assert event.occurred_at == HOUR_AGO
    again = ask("ga4", "/mp/collect?measurement_id=G-1", body).events[0]
    assert again.message_id == event.message_id


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("view_item", "Product Viewed"), ("view_item_list", "Product List Viewed"), ("select_item", "Product Clicked"),
        ("add_to_cart", "Product Added"), ("remove_from_cart", "Product Removed"), ("view_cart", "Cart Viewed"),
        ("begin_checkout", "Checkout Started"), ("add_payment_info", "Payment Info Entered"),
        ("add_to_wishlist", "Product Added to Wishlist"), ("refund", "Order Refunded"), ("login", "Signed In"),
        ("sign_up", "Signed Up"), ("search", "Products Searched"), ("select_promotion", "Promotion Clicked"),
        ("my_own_event", "my_own_event"),
    ],
)  # fmt: skip
def test_ga4_s_names_become_segment_s(theirs: str, ours: str) -> None:
    [event] = ask("ga4", "/mp/collect", {"client_id": "c", "events": [{"name": theirs, "params": {}}]}).events
    assert (event.type, event.name) == ("track", ours)


def test_ga4_page_and_single_product() -> None:
    page = {"page_location": "https://shop.ru/a?utm_source=ya&yclid=7", "page_title": "A", "page_referrer": "https://r"}
    body = {"client_id": "c1", "user_properties": {"tier": {"value": "gold"}}, "events": [
        {"name": "page_view", "params": page},
        {"name": "view_item", "params": {"items": [{"item_id": "T1", "price": 4}], "currency": "RUB", "value": 4}},
        "nonsense", {"name": "x", "params": 5}]}  # fmt: skip
    outcome = ask("ga4", "/debug/mp/collect", body)
    viewed, product = outcome.events
    assert said(viewed) == ("page", "A", {"anonymous_id": "c1"}, {
        "url": page["page_location"], "path": "/a", "search": "?utm_source=ya&yclid=7", "title": "A",
        "referrer": "https://r"})  # fmt: skip
    assert viewed.context["campaign"] == {"source": "ya", "yclid": "7"}
    assert viewed.context["traits"] == {"tier": "gold"}
    assert product.properties == {"product_id": "T1", "price": 4, "currency": "RUB", "value": 4}
    messages = told(outcome)[1]["validationMessages"]
    assert [one["fieldPath"].partition(".")[0] for one in messages] == ["events[2]", "events[3]"]


# --- Snowplow ----------------------------------------------------------------------------------------------------

TP2 = "/com.snowplowanalytics.snowplow/tp2"


def ue(schema: str, data: object, *entities: tuple[str, object], **more: str) -> dict[str, str]:
    """A self-describing event, its parts in Base64 as browsers send them."""
    outer = {"schema": "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0",
             "data": {"schema": schema, "data": data}}  # fmt: skip
    attached = {"schema": "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0",
                "data": [{"schema": name, "data": value} for name, value in entities]}  # fmt: skip
    return {"e": "ue", "ue_px": packed(outer), "cx": packed(attached), "aid": "shop", "duid": "d1", **more}


EC = "iglu:com.snowplowanalytics.snowplow.ecommerce"


def test_snowplow_transaction_has_its_order_and_products_in_entities() -> None:
    event = ue(
        f"{EC}/snowplow_ecommerce_action/jsonschema/1-0-2", {"type": "transaction"},
        (f"{EC}/transaction/jsonschema/1-0-0", {"transaction_id": "o1", "revenue": 12.5, "currency": "EUR", "tax": 1}),
        (f"{EC}/product/jsonschema/1-0-0", {"id": "T1", "name": "Tea", "category": "C", "price": 6.25, "quantity": 2}),
        (f"{EC}/user/jsonschema/1-0-0", {"id": "u1", "email": "a@b.ru"}), eid="e-1",
    )  # fmt: skip
    [landed] = ask("snowplow", TP2, {"data": [event]}).events
    assert said(landed) == (
        "track", "Order Completed", {"user_id": "u1", "anonymous_id": "d1", "email": "a@b.ru"},
        {"order_id": "o1", "revenue": 12.5, "currency": "EUR", "tax": 1,
         "products": [{"product_id": "T1", "name": "Tea", "category": "C", "price": 6.25, "quantity": 2}]},
    )  # fmt: skip
    assert landed.message_id == "e-1"


def test_snowplow_classic_order_and_lines_are_one_order() -> None:
    order = {
        "e": "tr",
        "tr_id": "o1",
        "tr_tt": "20",
        "tr_tx": "2",
        "tr_cu": "EUR",
        "eid": "a",
        "uid": "u1",
        "aid": "shop",
    }
    lines = [
        {"e": "ti", "ti_id": "o1", "ti_sk": sku, "ti_nm": "N", "ti_pr": "10", "ti_qu": "1", "eid": sku} for sku in "xy"
    ]
    alone = {"e": "ti", "ti_id": "o2", "ti_sk": "z", "ti_pr": "1", "ti_qu": "3", "eid": "z", "uid": "u1"}
    whole, single = ask("snowplow", TP2, {"data": [order, *lines, alone]}).events
    assert said(whole) == ("track", "Order Completed", {"user_id": "u1"}, {
        "order_id": "o1", "revenue": 20, "tax": 2, "currency": "EUR", "products": [
            {"product_id": "x", "sku": "x", "name": "N", "price": 10, "quantity": 1},
            {"product_id": "y", "sku": "y", "name": "N", "price": 10, "quantity": 1}]})  # fmt: skip
    assert (single.name, single.properties["products"][0]["quantity"]) == ("Order Line Added", 3)


def test_snowplow_s_other_events() -> None:
    outcome = ask("snowplow", TP2, {"data": [
        ue("iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1", {"targetUrl": "https://x"}),
        ue("iglu:com.snowplowanalytics.snowplow/add_to_cart/jsonschema/1-0-0",
           {"sku": "T1", "unit_price": 4, "quantity": 2, "currency": "EUR"}),
        ue("iglu:com.snowplowanalytics.snowplow/site_search/jsonschema/1-0-0", {"terms": ["green", "tea"]}),
        ue("iglu:com.snowplowanalytics.mobile/screen_view/jsonschema/1-0-0", {"name": "Cart"}),
        ue("iglu:ru.shop/identify/jsonschema/1-0-0", {"user_id": "u7", "traits": {"email": "c@d.ru"}}),
        ue("iglu:ru.shop/poured/jsonschema/1-0-0", {"cups": 2}),
        {"e": "se", "se_ca": "video", "se_ac": "play", "se_la": "intro", "se_va": "3.5", "uid": "u1"},
        {"e": "zz", "uid": "u1"}, 7,
    ]})  # fmt: skip
    assert [(one.type, one.name) for one in outcome.events] == [
        ("track", "Link Clicked"), ("track", "Product Added"), ("track", "Products Searched"), ("screen", "Cart"),
        ("identify", ""), ("track", "poured"), ("track", "play"),
    ]  # fmt: skip
    added, searched, identified = outcome.events[1], outcome.events[2], outcome.events[4]
    assert added.properties == {"sku": "T1", "product_id": "T1", "price": 4, "quantity": 2, "currency": "EUR"}
    assert searched.properties["query"] == "green tea"
    assert (identified.identifiers["user_id"], identified.traits) == ("u7", {"email": "c@d.ru"})
    assert outcome.events[6].properties == {"category": "video", "action": "play", "label": "intro", "value": 3.5}
    assert [str(drop.reason) for drop in outcome.drops] == ["unknown_type", "wrong_kind"]


def test_snowplow_times_are_corrected_by_the_tracker_s_clock() -> None:
    fast = {"e": "pv", "uid": "u", "dtm": str(AT_MS + 7_200_000), "stm": str(AT_MS + 7_260_000), "eid": "a"}
    exact = {"e": "pv", "uid": "u", "ttm": str(AT_MS - 3_600_000), "dtm": "1", "stm": "2", "eid": "b"}
    first, second = ask("snowplow", TP2, {"data": [fast, exact]}).events
    assert (first.occurred_at, second.occurred_at) == (AT - timedelta(minutes=1), HOUR_AGO)


def test_snowplow_pixel_is_a_picture() -> None:
    query = urlencode({"e": "pv", "url": "https://x/p", "page": "P", "duid": "d1", "aid": "shop", "eid": "e1"})
    outcome = ask("snowplow", f"/i?{query}", method="GET", user_agent=MOZILLA)
    [event] = outcome.events
    assert (event.name, outcome.keys, outcome.answer.content_type) == ("P", ("shop",), "image/gif")
    assert (event.context["ip"], event.context["userAgent"]) == ("203.0.113.7", MOZILLA)


# --- Matomo ------------------------------------------------------------------------------------------------------


def matomo(**parameters: str):  # type: ignore[no-untyped-def]
    return ask("matomo", f"/matomo.php?{urlencode({'idsite': '1', 'rec': '1', **parameters})}", method="GET")


def test_matomo_order_and_cart() -> None:
    items = json.dumps([["T1", "Tea", ["C1", "C2"], 4.5, 2], ["T2", "Cup", "", "3", "1"]])
    outcome = matomo(
        uid="u1", _id="abc", idgoal="0", ec_id="o1", revenue="12", ec_st="10", ec_tx="1", ec_sh="1", ec_items=items
    )
    assert said(outcome.events[0]) == ("track", "Order Completed", {"user_id": "u1", "anonymous_id": "abc"}, {
        "order_id": "o1", "revenue": 12, "subtotal": 10, "tax": 1, "shipping": 1, "products": [
            {"product_id": "T1", "sku": "T1", "name": "Tea", "category": ["C1", "C2"], "price": 4.5, "quantity": 2},
            {"product_id": "T2", "sku": "T2", "name": "Cup", "price": 3, "quantity": 1}]})  # fmt: skip
    [cart] = matomo(uid="u1", idgoal="0", revenue="12", ec_items=items).events
    assert (cart.name, cart.properties["cart_total"]) == ("Cart Updated", 12)
    assert "revenue" not in cart.properties


@pytest.mark.parametrize(
    ("parameters", "name", "properties"),
    [
        ({"e_c": "v", "e_a": "play", "e_n": "n", "e_v": "2"}, "play",
         {"category": "v", "action": "play", "label": "n", "value": 2}),
        ({"link": "https://out"}, "Link Clicked", {"url": "https://out"}),
        ({"download": "https://f.pdf"}, "File Downloaded", {"url": "https://f.pdf"}),
        ({"search": "tea", "search_count": "3"}, "Products Searched", {"query": "tea", "results": 3}),
        ({"idgoal": "4", "revenue": "5"}, "Goal Converted", {"goal_id": "4", "revenue": 5}),
        ({"c_n": "ad", "c_p": "b.png", "c_i": "click"}, "Content Clicked", {"name": "ad", "piece": "b.png"}),
    ],
)  # fmt: skip
def test_matomo_s_actions(parameters: dict[str, str], name: str, properties: dict[str, object]) -> None:
    [event] = matomo(uid="u1", **parameters).events
    assert said(event) == ("track", name, {"user_id": "u1"}, properties)


def test_matomo_page_with_product_times_and_campaign() -> None:
    outcome = matomo(
        _id="abc", url="https://s.ru/p?mtm_campaign=may&yclid=9", action_name="P", urlref="https://ya.ru", pv_id="x1",
        _pks="T1", _pkn="Tea", _pkp="4.5", cdt=str(AT_MS // 1000 - 3600), res="1280x720", lang="ru",
    )  # fmt: skip
    page, product = outcome.events
    assert said(page) == ("page", "P", {"anonymous_id": "abc"}, {
        "url": "https://s.ru/p?mtm_campaign=may&yclid=9", "path": "/p", "search": "?mtm_campaign=may&yclid=9",
        "title": "P", "referrer": "https://ya.ru"})  # fmt: skip
    assert page.context["campaign"] == {"name": "may", "yclid": "9"}
    assert (page.context["screen"], page.context["locale"]) == ({"width": 1280, "height": 720}, "ru")
    assert page.occurred_at == HOUR_AGO
    assert (product.name, product.properties) == (
        "Product Viewed", {"product_id": "T1", "sku": "T1", "name": "Tea", "price": 4.5})  # fmt: skip
    assert product.message_id == f"{page.message_id}-1"


def test_matomo_bulk_takes_the_good_and_counts_the_bad() -> None:
    named = {"idsite": 1, "uid": "u2", "e_c": "a", "e_a": "b"}
    body = {"requests": ["?idsite=1&rec=1&uid=u1&url=https://x&rand=1", named, 5]}
    outcome = ask("matomo", "/matomo.php", body)
    assert [event.identifiers["user_id"] for event in outcome.events] == ["u1", "u2"]
    assert told(outcome) == (200, {"status": "success", "tracked": 2, "invalid": 1, "invalid_indices": [2]})
    assert ask("matomo", "/piwik.php", b"idsite=1&uid=u1&send_image=0&url=https://x").answer.status == 204


def test_matomo_without_any_id_is_somebody_new_each_time() -> None:
    first, second = (matomo(url="https://x", rand=str(n)).events[0].identifiers for n in (1, 2))
    assert first["anonymous_id"] != second["anonymous_id"]


# --- Mixpanel ----------------------------------------------------------------------------------------------------


def mixpanel_event(event: str, **properties: object) -> dict[str, object]:
    return {"event": event, "properties": {"token": "tok", "time": AT_MS / 1000 - 3600, **properties}}


def test_mixpanel_events_in_every_form() -> None:
    event = mixpanel_event("Bought", distinct_id="u1", **{"$insert_id": "i1", "sum": 5})
    forms = [
        ask("mixpanel", "/track", [event]),
        ask("mixpanel", "/track", b"data=" + quote(json.dumps(event)).encode()),
        ask("mixpanel", "/track", b"data=" + base64.b64encode(json.dumps(event).encode())),
        ask("mixpanel", f"/track?data={packed(event)}", method="GET"),
    ]
    for outcome in forms:
        [landed] = outcome.events
        assert said(landed) == ("track", "Bought", {"user_id": "u1"}, {"sum": 5})
        assert (landed.message_id, landed.occurred_at, outcome.keys[0]) == ("i1", HOUR_AGO, "tok")
        assert outcome.answer.body == b"1"


def test_mixpanel_people_by_device_and_user() -> None:
    outcome = ask("mixpanel", "/track?verbose=1", [
        mixpanel_event("A", distinct_id="$device:d1", **{"$device_id": "d1"}),
        mixpanel_event("B", distinct_id="u1", **{"$device_id": "d1", "$user_id": "u1"}),
        mixpanel_event("$identify", distinct_id="u1", **{"$anon_id": "$device:d1", "$identified_id": "u1"}),
        mixpanel_event("$create_alias", distinct_id="u1", alias="u2"),
        mixpanel_event("$merge", **{"$distinct_ids": ["u1", "u3"]}),
    ])  # fmt: skip
    assert [(one.type, one.name, one.identifiers, one.previous_id) for one in outcome.events] == [
        ("track", "A", {"anonymous_id": "d1"}, ""),
        ("track", "B", {"user_id": "u1", "anonymous_id": "d1"}, ""),
        ("identify", "", {"user_id": "u1", "anonymous_id": "d1"}, ""),
        ("alias", "", {"user_id": "u2"}, "u1"),
        ("alias", "", {"user_id": "u1"}, "u3"),
    ]
    assert told(outcome) == (200, {"status": 1, "error": None})


def test_mixpanel_page_profile_charge_and_group() -> None:
    url = "https://s.ru/?utm_campaign=may&gclid=g1"
    seen = mixpanel_event("$mp_web_page_view", distinct_id="$device:d1", current_page_title="T", utm_campaign="may")
    seen["properties"]["$current_url"] = url  # type: ignore[index]
    [page] = ask("mixpanel", "/track", [seen]).events
    assert said(page) == ("page", "T", {"anonymous_id": "d1"}, {
        "url": url, "path": "/", "search": "?utm_campaign=may&gclid=g1", "title": "T"})  # fmt: skip
    assert page.context["campaign"] == {"name": "may", "gclid": "g1"}
    profile = {"$token": "tok", "$distinct_id": "u1", "$set": {"$email": "a@b.ru", "$first_name": "A", "tier": 1},
               "$set_once": {"tier": 0, "since": "May"}, "$unset": ["old"]}  # fmt: skip
    [known] = ask("mixpanel", "/engage", [profile]).events
    assert said(known) == ("identify", "", {"user_id": "u1", "email": "a@b.ru"}, {
        "email": "a@b.ru", "firstName": "A", "tier": 1, "since": "May", "old": None})  # fmt: skip
    charge = {
        "$token": "tok",
        "$distinct_id": "u1",
        "$append": {"$transactions": {"$amount": 9.5, "$time": "2026-05-04T09:00:00"}},
    }
    [order] = ask("mixpanel", "/engage", [charge]).events
    assert said(order) == ("track", "Order Completed", {"user_id": "u1"}, {"revenue": 9.5})
    assert order.occurred_at == HOUR_AGO
    [group] = ask(
        "mixpanel", "/groups", [{"$token": "tok", "$group_key": "co", "$group_id": "g1", "$set": {"$name": "G"}}]
    ).events
    assert (group.group_id, group.traits) == ("g1", {"name": "G"})


def test_mixpanel_import_is_history_and_names_each_failure() -> None:
    old = {"event": "E", "properties": {"distinct_id": "u1", "time": 1_500_000_000, "$insert_id": "i"}}
    bad = {"event": "E", "properties": {"distinct_id": "u1", "time": "soon"}}
    lines = "\n".join([json.dumps(old), '{"event": "cut', json.dumps(bad)]).encode()
    outcome = ask("mixpanel", "/import?strict=1", lines, authorization="Basic " + base64.b64encode(b"tok:").decode())
    assert outcome.keys == ("tok",)
    assert outcome.events[0].occurred_at == datetime.fromtimestamp(1_500_000_000, UTC)
    status, body = told(outcome)
    assert (status, body["num_records_imported"], body["failed_records"][0]["index"]) == (400, 1, 1)
    assert [(drop.reason, drop.field) for drop in outcome.drops] == [("not_json", ""), ("bad_time", "timestamp")]


# --- Amplitude ---------------------------------------------------------------------------------------------------


def test_amplitude_calls() -> None:
    outcome = ask("amplitude", "/2/httpapi", {"api_key": "k", "client_upload_time": AT.isoformat(), "events": [
        {"event_type": "$identify", "user_id": "u1", "device_id": "d1", "insert_id": "i1", "time": AT_MS - 3_600_000,
         "user_properties": {"$set": {"email": "a@b.ru"}, "$setOnce": {"since": 1}, "$unset": {"old": "-"}}},
        {"event_type": "revenue_amount", "user_id": "u1", "event_properties": {
            "$productId": "T1", "$quantity": 2, "$price": 4.5, "$revenueType": "sale", "note": "n"}},
        {"event_type": "[Amplitude] Page Viewed", "device_id": "d1", "event_properties": {
            "[Amplitude] Page Location": "https://s.ru/a?utm_source=ya", "[Amplitude] Page Title": "A",
            "[Amplitude] Page URL": "https://s.ru/a", "utm_source": "ya"}},
        {"event_type": "$groupidentify", "user_id": "u1", "groups": {"co": "g1"},
         "group_properties": {"$set": {"n": 1}}},
        {"event_type": "Played", "user_id": "u1", "event_properties": {"n": 1}, "groups": {"co": ["g1"]}},
        {"event_type": ""}, "x",
    ]})  # fmt: skip
    identified, order, page, group, played = outcome.events
    assert said(identified) == ("identify", "", {"user_id": "u1", "anonymous_id": "d1", "email": "a@b.ru"}, {
        "email": "a@b.ru", "since": 1, "old": None})  # fmt: skip
    assert (identified.message_id, identified.occurred_at) == ("i1", HOUR_AGO)
    assert said(order) == ("track", "Order Completed", {"user_id": "u1"}, {
        "note": "n", "revenue_type": "sale", "revenue": 9.0,
        "products": [{"product_id": "T1", "price": 4.5, "quantity": 2}]})  # fmt: skip
    assert said(page) == ("page", "A", {"anonymous_id": "d1"}, {"url": "https://s.ru/a", "path": "/a", "title": "A"})
    assert page.context["campaign"] == {"source": "ya"}
    assert (group.group_id, group.traits) == ("g1", {"n": 1})
    assert (played.name, played.context["groupId"]) == ("Played", "g1")
    assert told(outcome) == (200, {"code": 200, "events_ingested": 5})


def test_amplitude_says_which_events_are_wrong_if_all_are() -> None:
    status, body = told(ask("amplitude", "/2/httpapi", {"api_key": "k", "events": [{"event_type": "E"}]}))
    assert (status, body["code"], body["events_with_invalid_fields"]) == (400, 400, {"userId": [0]})
    form = urlencode({"api_key": "k", "identification": json.dumps([{"user_id": "u1", "user_properties": {"a": 1}}])})
    [identified] = ask("amplitude", "/identify", form.encode()).events
    assert said(identified) == ("identify", "", {"user_id": "u1"}, {"a": 1})


# --- PostHog -----------------------------------------------------------------------------------------------------


def test_posthog_in_every_packing() -> None:
    event = {"api_key": "phc", "event": "E", "distinct_id": "u1", "properties": {"a": 1}, "uuid": "i1",
             "timestamp": "2026-05-04T09:00:00Z"}  # fmt: skip
    raw = json.dumps(event).encode()
    for outcome in (
        ask("posthog", "/capture/", raw),
        ask("posthog", "/e/?compression=gzip-js", gzip.compress(raw)),
        ask("posthog", "/e/?compression=base64", b"data=" + quote(base64.b64encode(raw)).encode()),
        ask("posthog", f"/e/?data={quote(base64.b64encode(raw))}", method="GET"),
        ask("posthog", "/batch/", {"api_key": "phc", "batch": [event]}),
        ask("posthog", "/i/v0/e/", [event]),
    ):
        [landed] = outcome.events
        assert said(landed) == ("track", "E", {"user_id": "u1"}, {"a": 1})
        assert (landed.message_id, landed.occurred_at, outcome.keys[0]) == ("i1", HOUR_AGO, "phc")


def test_posthog_calls() -> None:
    outcome = ask("posthog", "/batch/", {"api_key": "phc", "batch": [
        {"event": "$groupidentify", "distinct_id": "$co_g1", "properties": {
            "$group_type": "co", "$group_key": "g1", "$group_set": {"n": 1}}},
        {"event": "$screen", "distinct_id": "u1", "properties": {"$screen_name": "Cart", "a": 1}},
        {"event": "E", "distinct_id": "d1", "offset": 3_600_000, "properties": {"$device_id": "d1"}},
        {"event": "E", "properties": {}}, None,
    ]})  # fmt: skip
    group, screen, anonymous = outcome.events
    assert (group.type, group.group_id, group.traits) == ("group", "g1", {"n": 1})
    assert said(screen) == ("screen", "Cart", {"user_id": "u1"}, {"a": 1})
    assert (anonymous.identifiers, anonymous.occurred_at) == ({"anonymous_id": "d1"}, HOUR_AGO)
    assert [str(drop.reason) for drop in outcome.drops] == ["no_identifier", "wrong_kind"]
    assert told(outcome)[0] == 200
    assert told(ask("posthog", "/capture/", {"api_key": "phc", "event": "E"}))[0] == 400


# --- Customer.io and those of Segment's spec ---------------------------------------------------------------------


def test_customerio_calls() -> None:
    customer = "/api/v1/customers/u1"
    [identified] = ask("customerio", customer, {"email": "a@b.ru", "created_at": 1_500_000_000}, method="PUT").events
    assert said(identified) == ("identify", "", {"user_id": "u1", "email": "a@b.ru"}, {
        "email": "a@b.ru", "createdAt": "2017-07-14T02:40:00.000000+00:00"})  # fmt: skip
    [page] = ask(
        "customerio", f"{customer}/events", {"type": "page", "name": "https://s.ru/a", "data": {"b": 1}}
    ).events
    assert said(page) == ("page", "https://s.ru/a", {"user_id": "u1"}, {"url": "https://s.ru/a", "path": "/a", "b": 1})
    [anonymous] = ask(
        "customerio", "/api/v1/events", {"name": "E", "anonymous_id": "d1", "id": "i1", "timestamp": AT_MS // 1000}
    ).events
    assert (said(anonymous), anonymous.message_id) == (("track", "E", {"anonymous_id": "d1"}, {}), "i1")
    merge = {"primary": {"id": "u1"}, "secondary": {"email": "c@d.ru"}}
    [merged] = ask("customerio", "/api/v1/merge_customers", merge).events
    assert (merged.type, merged.identifiers, merged.previous_id) == ("alias", {"user_id": "u1"}, "c@d.ru")
    [deleted] = ask("customerio", customer, method="DELETE").events
    assert (deleted.name, deleted.identifiers) == ("User Deleted", {"user_id": "u1"})


def test_customerio_operations_get_a_verdict_each() -> None:
    outcome = ask("customerio", "/api/v2/batch", {"batch": [
        {"type": "person", "action": "identify", "identifiers": {"id": "u1"}, "attributes": {"a": 1}},
        {"type": "person", "action": "event", "identifiers": {"email": "a@b.ru"}, "name": "E", "attributes": {"b": 2}},
        {"type": "person", "action": "dance", "identifiers": {"id": "u1"}},
    ]}, authorization="Basic " + base64.b64encode(b"site:key").decode())  # fmt: skip
    assert outcome.keys == ("site", "key")
    assert [said(one) for one in outcome.events] == [
        ("identify", "", {"user_id": "u1"}, {"a": 1}), ("track", "E", {"user_id": "a@b.ru"}, {"b": 2})]  # fmt: skip
    status, body = told(outcome)
    assert (status, body["errors"][0]["batch_index"], body["errors"][0]["reason"]) == (207, 2, "unknown_type")


def test_what_speaks_segment_s_spec_below_its_own_name() -> None:
    item = {"type": "identify", "userId": "u1", "context": {"traits": {"email": "a@b.ru"}}, "messageId": "i1"}
    body = {"batch": [item, 5], "sentAt": AT.isoformat()}
    key = "Basic " + base64.b64encode(b"wk:").decode()
    for name in ("segment", "rudderstack", "customerio"):
        outcome = ask(name, "/v1/batch", body, authorization=key)
        assert outcome.keys == ("wk",)
        assert said(outcome.events[0]) == ("identify", "", {"user_id": "u1", "email": "a@b.ru"}, {"email": "a@b.ru"})
        assert len(outcome.drops) == 1
    beacon = ask("rudderstack", "/beacon/v1/batch?writeKey=wk", body)
    assert (beacon.keys, len(beacon.events)) == (("wk",), 1)
    pixel = ask(
        "segment", f"/v1/pixel/track?data={packed({'writeKey': 'wk', 'event': 'Seen', 'userId': 'u'})}", method="GET"
    )
    assert (pixel.events[0].name, pixel.keys, pixel.answer.content_type) == ("Seen", ("wk",), "image/gif")
    jitsu = ask("jitsu", "/api/s/s2s/track", {"event": "E", "userId": "u1"}, x_write_key="wk:secret")
    assert (jitsu.keys, jitsu.events[0].name) == (("wk:secret", "wk"), "E")


def test_settings_documents_name_this_host() -> None:
    settings = json.loads(ask("segment", "/v1/projects/wk/settings", method="GET").answer.body)
    sender = settings["integrations"]["Segment.io"]
    assert (sender["apiKey"], sender["protocol"], sender["apiHost"]) == ("wk", "https", "in.example/v1")
    config = json.loads(ask("rudderstack", "/sourceConfig?writeKey=wk", method="GET").answer.body)
    recording = told(ask("mixpanel", "/settings/?mp_lib=web&sdk_config=1", method="GET"))[1]
    assert recording["recording"] == {"is_enabled": False}
    assert (config["source"]["writeKey"], config["source"]["enabled"]) == ("wk", True)


# --- All ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(all_dialects()))
def test_a_refusal_says_what_to_do_and_keeps_its_status(name: str) -> None:
    refuse = all_dialects()[name].refuse
    passing, wrong = refuse(Unavailable("the disk is full", retry_after_s=17)), refuse(Denied("no such key"))
    assert (passing.status, passing.headers["retry-after"]) == (503, "17")
    assert 400 <= wrong.status < 500
    assert b"the disk is full" in passing.body
    with pytest.raises(Unreadable):
        raise Unreadable("no")
