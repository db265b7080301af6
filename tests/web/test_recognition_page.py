"""The page of the ways: everybody who may look sees them, only who may change them can; codes of places are drawn."""

from typing import Any

from omniloom.messaging import recognition
from omniloom.messaging.recognition import Benefit, WaySettings


def test_every_way_is_shown_in_both_languages(site: Any) -> None:
    platform = site.platform
    recognition.save_way(
        platform.stores, "code", WaySettings(is_on=True, benefit=Benefit("ten", "10 % <b>off</b>")), now=platform.now()
    )
    page = site.get("/recognition", role="owner").text
    for way in recognition.known_ways().values():
        assert way.title in page, way.title
    assert "<b>off</b>" not in page
    assert "Save" in page
    assert "Узнавание" in site.get("/recognition", role="viewer").text


def test_who_may_only_look_cannot_save(site: Any) -> None:
    assert "way-code" in site.get("/recognition", role="analyst").text
    assert "Сохранить" not in site.get("/recognition", role="viewer").text
    assert site.get("/recognition", role="operator").status_code != 200
