"""Sends with the released Python SDKs: the same few calls with each. Run with the SDKs' own Python: send.py <url>."""

import json
import sys
from urllib.parse import urlsplit

URL = sys.argv[1]
HOST = urlsplit(URL).netloc
PRODUCTS = [{"product_id": "TEA-1", "name": "Tea", "price": 15, "quantity": 2}]
ORDER = {"order_id": "o-1", "revenue": 30, "currency": "EUR", "products": PRODUCTS}


def traits(name: str) -> dict[str, str]:
    return {"email": f"{name}@live.example", "tier": "gold"}


def segment_like(client: object, user: str) -> None:
    """The six calls of Segment's spec."""
    client.identify(user, traits(user))
    client.track(user, "Order Completed", ORDER)
    client.page(user, "Shop", "Home", {"url": "https://shop.example/home"})
    client.screen(user, "App", "Cart", {})
    client.group(user, "g-1", {"plan": "pro"})
    client.alias(f"{user}-before", user)
    client.flush()
    client.join()


def segment() -> None:
    from segment.analytics.client import Client

    segment_like(Client("live-segment-python", host=URL, gzip=True), "segment-python")


def rudderstack() -> None:
    from rudderstack.analytics.client import Client

    segment_like(Client("live-rudderstack-python", host=URL), "rudderstack-python")


def posthog() -> None:
    from posthog import Posthog

    client = Posthog("live-posthog-python", host=URL)
    user = "posthog-python"
    client.set(distinct_id=user, properties=traits(user))
    client.capture("Order Completed", distinct_id=user, properties=ORDER)
    client.capture("$pageview", distinct_id=user, properties={"$current_url": "https://shop.example/home"})
    client.group_identify("company", "g-1", {"plan": "pro"}, distinct_id=user)
    client.alias(previous_id=f"{user}-before", distinct_id=user)
    client.shutdown()


def snowplow() -> None:
    from snowplow_tracker import (
        EmitterConfiguration,
        PageView,
        ScreenView,
        SelfDescribing,
        SelfDescribingJson,
        Snowplow,
        StructuredEvent,
        Subject,
    )

    user = "snowplow-python"
    subject = Subject().set_user_id(user)
    tracker = Snowplow.create_tracker(
        "live", URL, app_id="live-snowplow-python", subject=subject, emitter_config=EmitterConfiguration(batch_size=5)
    )
    ecommerce = "iglu:com.snowplowanalytics.snowplow.ecommerce"
    entities = [
        SelfDescribingJson(f"{ecommerce}/transaction/jsonschema/1-0-0",
                           {"transaction_id": "o-1", "revenue": 30, "currency": "EUR"}),
        SelfDescribingJson(f"{ecommerce}/product/jsonschema/1-0-0",
                           {"id": "TEA-1", "name": "Tea", "price": 15, "quantity": 2}),
    ]  # fmt: skip
    action = SelfDescribingJson(f"{ecommerce}/snowplow_ecommerce_action/jsonschema/1-0-2", {"type": "transaction"})
    identify = SelfDescribingJson("iglu:example.live/identify/jsonschema/1-0-0",
                                  {"user_id": user, "traits": traits(user)})  # fmt: skip
    tracker.track(SelfDescribing(identify))
    tracker.track(SelfDescribing(action, context=entities))
    tracker.track(PageView(page_url="https://shop.example/home", page_title="Home"))
    tracker.track(ScreenView(id_="9c0c0d3c-4d4c-4f0c-8d1e-2d0b7a1c0001", name="Cart"))
    tracker.track(StructuredEvent(category="video", action="play", label="intro", value=3.5))
    tracker.flush()


def mixpanel() -> None:
    from mixpanel import Consumer, Mixpanel

    user = "mixpanel-python"
    paths = {f"{name}_url": f"{URL}/{path}" for name, path in (("events", "track"), ("people", "engage"),
                                                               ("groups", "groups"), ("import", "import"))}  # fmt: skip
    client = Mixpanel("live-mixpanel-python", consumer=Consumer(**paths))
    client.people_set(user, {"$email": traits(user)["email"], "tier": "gold"})
    client.track(user, "Order Completed", ORDER)
    client.track(user, "$mp_web_page_view", {"$current_url": "https://shop.example/home", "current_page_title": "Home"})
    client.group_set("company", "g-1", {"plan": "pro"})
    client.people_track_charge(user, 12.5)


def amplitude() -> None:
    from amplitude import Amplitude, BaseEvent, Config, EventOptions, Identify, Revenue

    user = "amplitude-python"
    client = Amplitude("live-amplitude-python", Config(server_url=f"{URL}/2/httpapi", min_id_length=1))
    identify = Identify()
    for key, value in traits(user).items():
        identify.set(key, value)
    client.identify(identify, EventOptions(user_id=user))
    client.track(BaseEvent(event_type="Order Completed", user_id=user, event_properties=ORDER))
    client.revenue(Revenue(price=15.0, quantity=2, product_id="TEA-1"), EventOptions(user_id=user))
    client.set_group("company", "g-1", EventOptions(user_id=user))
    client.shutdown()


def customerio() -> None:
    from customerio import CustomerIO

    user = "customerio-python"
    client = CustomerIO("live-customerio-python", "secret", host=HOST)
    client.base_url = f"{URL}/api/v1"  # the client insists on https, which a test server has not
    client.identify(user, **traits(user))
    client.track(user, "Order Completed", ORDER)
    client.pageview(user, "https://shop.example/home", referrer="https://news.example")
    client.track_anonymous(f"{user}-before", "Poured", {"cups": 2})
    client.merge_customers("id", user, "id", f"{user}-before")


def ga4() -> None:
    from ga4mp import GtagMP

    client = GtagMP(api_secret="secret", measurement_id="live-ga4-python", client_id="1.ga4-python")
    client._base_domain = f"{URL}/mp/collect"
    order = client.create_new_event("purchase")
    for name, value in (("transaction_id", "o-1"), ("value", 30), ("currency", "EUR")):
        order.set_event_param(name, value)
    item = order.create_new_item("TEA-1", "Tea")
    item.set_parameter("price", 15)
    item.set_parameter("quantity", 2)
    order.add_item_to_event(item)
    page = client.create_new_event("page_view")
    page.set_event_param("page_location", "https://shop.example/home")
    page.set_event_param("page_title", "Home")
    client.send([order, page])


def main() -> None:
    failed = {}
    for name, send in list(globals().items()):
        if callable(send) and name in sys.argv[2].split(","):
            try:
                send()
            except Exception as error:  # noqa: BLE001 - the test shows which SDK failed, after all have been tried
                failed[name] = repr(error)
    sys.stdout.write(json.dumps({"failed": failed}) + "\n")


main()
