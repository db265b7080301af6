"""A demo's folder served again: its receivers run too, or its channels would send to ports where nobody is."""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from omniloom import messaging
from omniloom.app import Platform, open_platform
from omniloom.cli.demo import story
from omniloom.cli.demo.receivers import LOOPBACK, Ends, gateway_socket, remember, remembered
from omniloom.cli.output import console

CONNECT_S = 1.0


@contextmanager
def opened(data_dir: Path, flags: dict[str, Any], allowed: list[str]) -> Iterator[Platform]:
    """The platform, open, with the receivers of its channels; ``allowed``: where it may send besides.

    Channels that somebody has pointed elsewhere since, or switched off, stay as they are: also those that send to a
    server of their own on this machine which is down just now.
    """
    gateway = gateway_socket()
    try:
        allow = [*allowed, f"{LOOPBACK}:{gateway.server_port}"]
        platform = open_platform(data_dir, flags={**flags, "core.egress_allow": allow})
        try:
            orphans = _orphans(platform)
            if not orphans:
                yield platform
                return
            with story.receivers(platform, gateway) as ends:
                remember(platform.data_dir, ends, orphans)
                _point(platform, orphans, ends)
                told = f"What the demo's channels send lands in {story.mailbag_path(platform)}"
                console.print(told, highlight=False, markup=False, soft_wrap=True)
                yield platform
        finally:
            platform.close()
    finally:
        gateway.server_close()


def _orphans(platform: Platform) -> dict[str, str]:
    """Channels in use that send to a receiver of an earlier run, where nobody listens any more -> that place.

    Where nobody knows which places were the demo's, those on this machine are taken for them.
    """
    found, known = {}, remembered(platform.data_dir)
    for view in messaging.channel_views(platform.stores):
        fields = {field.name: field.value for field in view.fields}
        host, port = {"email": _mail_server, "sms": _gateway}.get(view.channel, _elsewhere)(fields)
        place = f"{host}:{port}"
        is_ours = host == LOOPBACK if known is None else place in known.get(view.channel, [])
        if view.is_enabled and is_ours and not _answers(host, port):
            found[view.channel] = place
    return found


def _mail_server(fields: dict[str, Any]) -> tuple[str, int]:
    return str(fields["host"]), int(fields["port"] or 0)


def _gateway(fields: dict[str, Any]) -> tuple[str, int]:
    try:
        url = urlsplit(str(fields["url"]))
        return url.hostname or "", url.port or 0
    except ValueError:  # somebody mistyped it: then it is none of ours
        return "", 0


def _elsewhere(_fields: dict[str, Any]) -> tuple[str, int]:
    return "", 0


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=CONNECT_S).close()
    except OSError:
        return False
    return True


def _point(platform: Platform, channels: Iterable[str], ends: Ends) -> None:
    places: dict[str, dict[str, Any]] = {"email": {"port": ends.smtp_port}, "sms": {"url": ends.sms_url}}
    for channel in sorted(channels):
        messaging.save_channel_settings(
            platform.stores, channel, places[channel], secret=platform.secret, now=platform.now()
        )
