"""Pressing a page's buttons without a browser: the handler that its click has on the server."""

import asyncio

from nicegui import Client, background_tasks
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from .conftest import Site


def said_now() -> list[str]:
    """The texts of the page opened last, as they are by now."""
    page = list(Client.instances.values())[-1]
    return [one.text for one in page.elements.values() if isinstance(one, TextElement) and _is_seen(one)]


def _is_seen(element: Element) -> bool:
    return element.visible and all(one.visible for one in element.ancestors())


def press(site: Site, testid: str) -> None:
    """Click the first element with this test id on the page opened last, and wait for what it does."""

    async def click() -> None:
        before = set(background_tasks.running_tasks)
        [button] = _elements(testid)[:1]
        [listener] = [one for one in button._event_listeners.values() if one.type == "click"]
        with button.client:
            button._handle_event({"listener_id": listener.id, "args": {}})
        work = background_tasks.running_tasks - before
        await asyncio.gather(*work)

    site.http.run(click())


def fill(site: Site, testid: str, value: object) -> None:
    """Write into the first box with this test id on the page opened last."""

    async def write() -> None:
        [box] = _elements(testid)[:1]
        box.value = value

    site.http.run(write())


def _elements(testid: str) -> list[Element]:
    page = list(Client.instances.values())[-1]
    return [one for one in page.elements.values() if one.props.get("data-testid") == testid]
