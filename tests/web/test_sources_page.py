"""The page Sources: what to put on a site and into an ad stands there for whoever may look, ready to copy."""

import uuid

from tests.web.conftest import Site

from omniloom.collect import add_source


def test_a_web_site_finds_its_snippet_and_its_pixel(site: Site) -> None:
    platform = site.platform
    name = f"Shop {uuid.uuid4().hex}"
    source = add_source(platform.stores, name=name, kind="website", now=platform.now(), ids=platform.ids)
    page = site.get("/sources", role="marketer").text
    for expected in (name, "/omniloom.js", "tracker-snippet", "pixel-campaign", "Кто видел рекламу"):
        assert expected in page, expected
    assert source.write_key[:8] in page
