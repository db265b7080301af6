"""A demo's folder served again: what its channels send arrives as it did while the demo ran."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omniloom import messaging
from omniloom.app import Platform, open_platform
from omniloom.cli import serve
from omniloom.cli.demo.receivers import Ends, Mailbag, remember
from omniloom.messaging.channel import HttpCall, Later, Outcome, Sent, SmtpCall
from omniloom.messaging.transport import Dispatch

NOW = datetime(2018, 1, 2, 18, tzinfo=UTC)
SHOP = "[server]\ndemo_shop = true\n"
EMAIL = {"host": "127.0.0.1", "tls": "none", "from_address": "offers@shop.example.test", "from_name": "Grocer"}
SMS = {"token": "t", "sender": "GROCER", "hook_secret": "h" * 32}


@pytest.fixture
def left() -> Iterator[int]:
    """A port that nobody listens on, nor can while the test runs."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield int(bound.getsockname()[1])


def folder(path: Path, left: int, *, settings: str = SHOP, mail_port: int = 0, is_sms_on: bool = True,
           sms_url: str = "") -> Path:  # fmt: skip
    """A folder whose channels send to receivers that are gone, but for what somebody changed since."""
    path.joinpath("omniloom.toml").write_text(settings)
    if settings:
        remember(path, Ends(left, f"http://127.0.0.1:{left}/send", Mailbag(path / "received.jsonl")))
    platform = open_platform(path, environ={})
    try:
        for channel, values, is_enabled in (
            ("email", EMAIL | {"port": mail_port or left}, True),
            ("sms", SMS | {"url": sms_url or f"http://127.0.0.1:{left}/send"}, is_sms_on),
        ):
            messaging.save_channel_settings(
                platform.stores, channel, values, secret=platform.secret, now=NOW, is_enabled=is_enabled
            )
    finally:
        platform.close()
    return path


def sent(platform: Platform) -> list[Outcome]:
    """How a letter and an SMS end by the channels as they are set up."""
    mail, sms = platform.transport.settings("email"), platform.transport.settings("sms")
    letter = b"From: a@shop.example.test\r\nTo: anna@example.test\r\nMessage-ID: <1@x>\r\n\r\nYour code is 4711\r\n"
    calls = [
        Dispatch("email", SmtpCall(mail.host, mail.port, mail.tls, "", "", "a@x.test", "anna@example.test", letter)),
    ]
    if sms is not None:
        body = json.dumps({"id": "1", "to": "+12025550187", "text": "Come and see"}).encode()
        calls.append(Dispatch("sms", HttpCall(sms.url, (("content-type", "application/json"),), body)))
    return platform.transport.send(calls)


def test_the_demos_letters_and_sms_arrive_again(tmp_path: Path, left: int, capsys: pytest.CaptureFixture[str]) -> None:
    data_dir = folder(tmp_path, left)
    for _ in range(2):  # each time on other ports
        with serve._opened(data_dir, {}) as platform:
            assert [type(outcome) for outcome in sent(platform)] == [Sent, Sent]
    lines = [json.loads(line) for line in (data_dir / "received.jsonl").read_text().split("\n") if line]
    assert sorted(line[:2] for line in lines) == [["email", "anna@example.test"]] * 2 + [["sms", "+12025550187"]] * 2
    assert ["4711" in line[3] for line in sorted(lines)] == [True, True, False, False]
    assert "received.jsonl" in capsys.readouterr().out


def test_what_somebody_pointed_elsewhere_or_switched_off_stays_so(tmp_path: Path, left: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as own:  # the visitor's own mail server
        port = own.getsockname()[1]
        data_dir = folder(tmp_path, left, mail_port=port, is_sms_on=False)
        with serve._opened(data_dir, {}) as platform:
            assert platform.transport.settings("email").port == port
            assert platform.transport.settings("sms") is None


def test_an_own_mail_server_that_is_down_just_now_is_not_replaced(tmp_path: Path, left: int) -> None:
    with socket.socket() as down:
        down.bind(("127.0.0.1", 0))
        port = int(down.getsockname()[1])
        data_dir = folder(tmp_path, left, mail_port=port)
        for _ in range(2):  # the SMS come back each time
            with serve._opened(data_dir, {}) as platform:
                assert platform.transport.settings("email").port == port
                assert [type(outcome) for outcome in sent(platform)] == [Later, Sent]


def test_a_run_that_was_killed_before_it_pointed_its_channels_comes_back(tmp_path: Path, left: int) -> None:
    data_dir = folder(tmp_path, left)
    remember(data_dir, Ends(1, "http://127.0.0.1:2/send", Mailbag(data_dir / "received.jsonl")))
    with serve._opened(data_dir, {}) as platform:
        assert [type(outcome) for outcome in sent(platform)] == [Sent, Sent]


@pytest.mark.parametrize("told", [None, '{"email": ["127.0', "", "[1]", '{"email": 7}', "null", "\xff\xfe"])
def test_a_folder_that_does_not_say_which_places_were_its_own_comes_back(
    tmp_path: Path, left: int, told: str | None
) -> None:
    data_dir = folder(tmp_path, left)
    (data_dir / "receivers.json").unlink()
    if told is not None:
        (data_dir / "receivers.json").write_text(told, encoding="latin-1")
    for _ in range(2):
        with serve._opened(data_dir, {}) as platform:
            assert [type(outcome) for outcome in sent(platform)] == [Sent, Sent]


def test_runs_that_were_killed_one_after_the_other_come_back(tmp_path: Path, left: int) -> None:
    data_dir = folder(tmp_path, left)
    (data_dir / "receivers.json").unlink()
    bag = Mailbag(data_dir / "received.jsonl")
    for port in (1, 2, 3):  # each wrote its places down and pointed nothing there
        remember(
            data_dir,
            Ends(port, f"http://127.0.0.1:{port}/send", bag),
            dict.fromkeys(("email", "sms"), f"127.0.0.1:{left}"),
        )
    with serve._opened(data_dir, {}) as platform:
        assert [type(outcome) for outcome in sent(platform)] == [Sent, Sent]


def test_a_server_elsewhere_is_never_taken_for_the_demos(tmp_path: Path, left: int) -> None:
    data_dir = folder(tmp_path, left, sms_url="https://sms.example.test/send")
    (data_dir / "receivers.json").unlink()
    with serve._opened(data_dir, {}) as platform:
        assert platform.transport.settings("sms").url == "https://sms.example.test/send"
        assert [type(outcome) for outcome in sent(platform)] == [Sent, Later]


@pytest.mark.parametrize("url", ["https://sms.example.test:gate/", "https://sms.example.test:99999/", "http://[::1/"])
def test_a_mistyped_address_keeps_nobody_from_serving(tmp_path: Path, left: int, url: str) -> None:
    data_dir = folder(tmp_path, left, sms_url=url)
    with serve._opened(data_dir, {}) as platform:
        assert platform.transport.settings("sms").url == url
        assert [type(outcome) for outcome in sent(platform)] == [Sent, Later]


def test_other_folders_get_no_receivers(tmp_path: Path, left: int) -> None:
    with serve._opened(folder(tmp_path, left, settings=""), {}) as platform:
        assert [type(outcome) for outcome in sent(platform)] == [Later, Later]
    assert not (tmp_path / "received.jsonl").exists()
