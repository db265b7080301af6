"""Small pure parts: tokens, links, SMS length, the vault."""

import html
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom.core.errors import Misconfigured
from omniloom.messaging import gsm, link, sms_length
from omniloom.messaging.token import sign, verify
from omniloom.store import seal, unseal

KEY = b"k" * 32
parts = st.lists(st.binary(max_size=40), min_size=1, max_size=3)


@given(parts)
def test_a_token_gives_back_its_parts_for_its_purpose_and_key_only(values: list[bytes]) -> None:
    token = sign(KEY, "link", *values)
    assert verify(KEY, "link", token) == tuple(values)
    assert verify(KEY, "open", token) is None
    assert verify(b"other" * 7, "link", token) is None
    assert token.isascii()
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(parts, st.data())
def test_a_changed_token_is_refused(values: list[bytes], data: st.DataObject) -> None:
    token = sign(KEY, "link", *values)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != token[at]))
    assert verify(KEY, "link", token[:at] + other + token[at + 1 :]) is None
    assert verify(KEY, "link", token[:at]) is None
    assert verify(KEY, "link", token + other) is None


@given(st.text(max_size=300))
def test_a_guess_is_refused(guess: str) -> None:
    assert verify(KEY, "link", guess) is None


GSM = [
    ("", 0, 0), ("a", 1, 1), ("a" * 160, 160, 1), ("a" * 161, 161, 2), ("a" * 306, 306, 2), ("a" * 307, 307, 3),
    ("a" * 459, 459, 3), ("a" * 460, 460, 4), ("€", 2, 1), ("a" * 158 + "€", 160, 1), ("a" * 159 + "€", 161, 2),
    ("a" * 152 + "€" + "a" * 8, 162, 2), ("a" * 152 + "€" + "a" * 151, 305, 2), ("a" * 152 + "€" + "a" * 152, 306, 3),
    ("€" * 80, 160, 1), ("€" * 81, 162, 2), ("€" * 76 + "€" * 76, 304, 2), ("€" * 153, 306, 3), ("\n\r", 2, 1),
    ("@£$¥èéùìòÇ", 10, 1), ("^{}\\[~]|", 16, 1), ("Δ_ΦΓΛΩΠΨΣΘΞ", 11, 1), ("ÆæßÉ¤¡ÄÖÑÜ§¿äöñüà", 17, 1), ("\f", 2, 1),
]  # fmt: skip
UCS2 = [
    ("ё", 1, 1), ("я" * 70, 70, 1), ("я" * 71, 71, 2), ("я" * 134, 134, 2), ("я" * 135, 135, 3),
    ("a" * 69 + "я", 70, 1),
    ("a" * 70 + "я", 71, 2), ("😀", 2, 1), ("я" * 68 + "😀", 70, 1), ("я" * 69 + "😀", 71, 2), ("👨‍👩‍👧", 8, 1),
    ("я" * 66 + "😀" + "я" * 3, 71, 2), ("я" * 66 + "😀" + "я" * 65, 133, 2), ("я" * 66 + "😀" + "я" * 66, 134, 3),
    ("ç", 1, 1), ("`", 1, 1), ("\t", 1, 1), ("—", 1, 1), ("“", 1, 1), ("€я", 2, 1), ("😀" * 35, 70, 1),
    ("😀" * 36, 72, 2),
    ("😀" * 66, 132, 2), ("😀" * 67, 134, 3),
]  # fmt: skip


@pytest.mark.parametrize(("text", "units", "segments"), [*GSM, *UCS2])
def test_what_an_sms_costs(text: str, units: int, segments: int) -> None:
    length = sms_length(text)
    assert (length.units, length.segments) == (units, segments)
    assert length.is_gsm is ((text, units, segments) in GSM)


@given(st.text(alphabet=[*sorted(gsm.GSM_BASIC)[:20], "€", "[", "я", "😀"], max_size=400))
def test_sms_parts_agree_with_cutting_the_text_up(text: str) -> None:
    length = sms_length(text)
    cost = (
        (lambda c: 2 if c in gsm.GSM_EXTENSION else 1) if length.is_gsm else (lambda c: len(c.encode("utf-16-le")) // 2)
    )
    single, room = (160, 153) if length.is_gsm else (70, 67)
    cut: list[int] = []
    for char in text:
        if not cut or cut[-1] + cost(char) > room:
            cut.append(0)
        cut[-1] += cost(char)
    total = sum(map(cost, text))
    assert length.segments == (min(total, 1) if total <= single else len(cut))


class Hrefs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if tag == "a" and name == "href"]


def hrefs(body: str) -> list[str]:
    parser = Hrefs()
    parser.feed(body)
    return parser.found


urls = st.text(alphabet="abcXYZ0189-._~:/?#[]@!$&()*+,;=%я", max_size=40).map(lambda rest: f"https://shop.test/{rest}")


@given(st.lists(urls, max_size=5), st.sampled_from(['"', "'"]))
def test_every_link_of_a_body_is_tracked_and_nothing_else_changes(targets: list[str], mark: str) -> None:
    body = "".join(f"<p>see<a class=x href={mark}{html.escape(url)}{mark}>it</a></p>" for url in targets)
    seen: list[str] = []

    def replaced(url: str) -> str:
        seen.append(url)
        return f"https://t.test/{len(seen)}"

    tracked = link.track_html(body, replaced)
    assert seen == targets
    assert hrefs(tracked) == [f"https://t.test/{n + 1}" for n in range(len(targets))]
    assert tracked.count("<p>see<a class=x href=") == len(targets)


@pytest.mark.parametrize("body", [
    '<a href="mailto:a@b.test">m</a>', '<a href="javascript:alert(1)">j</a>', '<a href="#top">t</a>', '<a name="x">',
    '<a href="tel:+1">t</a>', '<img src="https://shop.test/i.png">',
    '<a href="https://x.test/' + "y" * 2001 + '">l</a>',
    '<abbr href="https://x.test">', '<a data-x="1" xhref="https://x.test">',
])  # fmt: skip
def test_what_is_not_a_web_link_stays(body: str) -> None:
    assert link.track_html(body, lambda _: "X") == body


def test_addresses_in_plain_text_are_tracked_without_their_punctuation() -> None:
    text = "Sale: https://shop.test/a?b=1. Or (http://shop.test/c), see www.shop.test!"
    assert link.track_text(text, lambda url: f"<{url}>") == (
        "Sale: <https://shop.test/a?b=1>. Or (<http://shop.test/c>), see www.shop.test!"
    )


def test_tracking_a_hostile_body_takes_no_time() -> None:
    for body in ("<a " * 80_000 + 'href="', "<a href=" + '"' * 200_000):
        assert link.track_html(body, lambda _: "X") == body, "what is no link stays as it was"
    schemes = "https://" * 30_000
    assert link.track_text(schemes, lambda _: "X") == schemes


@given(st.text(max_size=60))
def test_a_sealed_secret_opens_in_its_place_only(plain: str) -> None:
    sealed = seal(KEY, plain, place="email.password", nonce=b"n" * 12)
    assert unseal(KEY, sealed, place="email.password") == plain
    for key, text, place in ((b"x" * 32, sealed, "email.password"), (KEY, sealed, "sms.token"), (KEY, "!", "a"),
                             (KEY, sealed[:-4], "email.password"), (KEY, "AAAA", "email.password")):  # fmt: skip
        with pytest.raises(Misconfigured):
            unseal(key, text, place=place)
