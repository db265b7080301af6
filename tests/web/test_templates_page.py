"""Templates are shown as text, previewed in a frame that runs nothing, and changed only by who may."""

import pytest

from omniloom import messaging


@pytest.fixture
def saved(site):
    """A hostile template."""
    platform, name = site.platform, "<script>alert(8)</script> letter"
    known = [one for one in messaging.templates(platform.stores) if one.name == name]
    return known[0] if known else messaging.save_template(
        platform.stores, name=name, channel="email", subject="Hi", body="<script>alert(9)</script><p>text</p>",
        now=platform.now(), ids=platform.ids,
    )  # fmt: skip


def test_the_list_and_the_editor_show_a_hostile_template_as_text(site, saved):
    for path in ("/templates", f"/templates/{saved.template_id}"):
        answer = site.get(path, role="owner")
        assert answer.status_code == 200
        assert "alert(8)" in answer.text
        assert "<script>alert(8)" not in answer.text
        assert "<script>alert(9)" not in answer.text


def test_who_may_only_read_gets_no_save_button(site, saved):
    page = f"/templates/{saved.template_id}"
    assert "template-save" in site.get(page, role="marketer").text
    assert "template-save" not in site.get(page, role="viewer").text
    assert site.get("/templates/new", role="viewer").status_code == 403
    assert "template-counter" in site.get("/templates/new?channel=sms", role="marketer").text


def test_an_unknown_channel_is_explained(site):
    assert "There is no such channel." in site.get("/templates/new?channel=fax", role="owner").text
