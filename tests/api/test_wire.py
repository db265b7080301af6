"""Poison on the wire itself: heads, framing and smuggling, against the real server."""

import base64
import gzip
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from tests.engines import open_test_platform

from omniloom import api
from omniloom.app import Platform
from omniloom.collect import add_source
from omniloom.core.event import decode
from omniloom.core.ids import SeededIds

ANSWER_S_MAX = 60.0


class Server:
    """The application on a free port of this machine."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        source = add_source(platform.stores, name="Site", kind="website", now=platform.now(), ids=platform.ids)
        self.key = base64.b64encode(f"{source.write_key}:".encode())
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        config = uvicorn.Config(
            api.build(platform), http=api.BoundedHttp, log_config=None, access_log=False, lifespan="off"
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.sock]})
        self.thread.start()

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join()
        self.sock.close()

    def talk(
        self, *pieces: bytes, answers: int = 1, answer_s: float = ANSWER_S_MAX, wait_s: float = ANSWER_S_MAX
    ) -> bytes:
        """What the server says to these bytes, up to so many answers, or until it hangs up or says nothing more."""
        said = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=answer_s) as line:
            try:
                for piece in pieces:
                    line.sendall(piece)
                while said.count(b"HTTP/1.1 ") < answers and (data := line.recv(1 << 16)):
                    said += data
                    line.settimeout(wait_s)
            except OSError:  # it hung up while we were still talking, or waits for more
                pass
        return said

    def post(self, body: bytes, head: bytes = b"", path: bytes = b"/v1/batch") -> bytes:
        return self.talk(self.head(head + b"Content-Length: %d\r\n" % len(body), path) + body)

    def head(self, more: bytes = b"", path: bytes = b"/v1/batch") -> bytes:
        return b"POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Basic %s\r\n%s\r\n" % (path, self.key, more)

    def kept(self) -> set[str]:
        return {decode(body).message_id for _, body in self.platform.stores.log.read(after=-1, rows_max=100_000)}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    platform = open_test_platform(tmp_path / "home", ids=SeededIds(1))
    running = Server(platform)
    while not running.server.started and running.thread.is_alive():
        time.sleep(0.01)
    yield running
    running.close()
    platform.close()


def good(name: str) -> bytes:
    return json.dumps({"batch": [{"type": "track", "event": "E", "userId": "u", "messageId": name}]}).encode()


def status(said: bytes) -> int:
    return int(said.split(b" ", 2)[1]) if said.startswith(b"HTTP/1.1 ") else 0


def test_a_good_request_is_taken_whatever_the_others_do(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omniloom.api.wire.BODY_S", 2.0)  # for the bodies that never come
    assert status(server.post(good("first"))) == 200
    chunk = b"%x\r\n%s\r\n" % (len(good("c")), good("c"))
    chunked = b"Transfer-Encoding: chunked\r\n"
    body = good("smuggled")
    length = b"Content-Length: %d\r\n" % len(body)
    bare = b"POST /v1/batch HTTP/1.1\r\nHost: x\r\n"
    hostile = {
        "a head of 10 MB": [server.head(b"X-A: " + b"a" * (10 << 20) + b"\r\n")],
        "100,000 headers": [server.head(b"A: b\r\n" * 100_000)],
        "an address of 1 MB": [server.head(path=b"/v1/" + b"a" * (1 << 20))],
        "no length": [server.head() + body],
        "two lengths": [server.head(length + b"Content-Length: 3\r\n") + body],
        "the same length twice": [server.head(length * 2) + body],
        "length and chunks": [server.head(length + chunked) + chunk + b"0\r\n\r\n"],
        "chunks and length": [server.head(chunked + b"Content-Length: 4\r\n") + chunk + b"0\r\n\r\n" + body],
        "chunked twice": [server.head(b"Transfer-Encoding: chunked, chunked\r\n") + chunk],
        "chunked in disguise": [server.head(b"Transfer-Encoding: xchunked\r\n") + chunk],
        "chunked after a blank": [server.head(b"Transfer-Encoding : chunked\r\n") + chunk],
        "negative length": [server.head(b"Content-Length: -1\r\n")],
        "length +5": [server.head(b"Content-Length: +5\r\n") + b"hello"],
        "length in words": [server.head(b"Content-Length: five\r\n")],
        "endless length": [server.head(b"Content-Length: " + b"9" * 40 + b"\r\n")],
        "cut body": [server.head(b"Content-Length: 1000\r\n") + body],
        "bad chunk size": [server.head(chunked) + b"zz\r\nhello\r\n0\r\n\r\n"],
        "negative chunk": [server.head(chunked) + b"-1\r\nhello\r\n0\r\n\r\n"],
        "huge chunk": [server.head(chunked) + b"f" * 40 + b"\r\nhello"],
        "chunk extension": [server.head(chunked) + b"5;" + b"a=b;" * 20_000 + b"\r\nhello\r\n0\r\n\r\n"],
        "one byte a chunk": [server.head(chunked) + b"".join(b"1\r\n%c\r\n" % byte for byte in body[:200])],
        "chunks without end": [server.head(chunked)] + [b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n"] * 40,
        "NUL in a header": [server.head(b"X: a\x00b\r\n")],
        "bare CR": [server.head(b"X: a\rY: b\r\n")],
        "folded header": [server.head(b"X: a\r\n b\r\n" + length) + body],
        "header without colon": [server.head(b"nonsense\r\n")],
        "bytes in the path": [server.head(length, path=b"/v1/\xff\xfe") + body],
        "bytes escaped in the path": [server.head(length, path=b"/v1/%ff%00batch") + body],
        "another protocol": [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200],
        "HTTP/0.9": [b"GET /\r\n\r\n"],
        "HTTP/2": [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
        "a strange method": [b"BREW /v1/batch HTTP/1.1\r\nHost: x\r\n\r\n"],
        "an upgrade": [server.head(b"Connection: upgrade\r\nUpgrade: websocket\r\n" + length) + body],
        "bytes in the key": [bare + b"Authorization: Basic \xff\xfe\r\nContent-Length: 2\r\n\r\n{}"],
        "a key of 60 KB": [bare + b"Authorization: Bearer " + b"k" * 60_000 + b"\r\nContent-Length: 2\r\n\r\n{}"],
    }  # fmt: skip
    for name, pieces in hostile.items():
        said = server.talk(*pieces, answer_s=5.0, wait_s=0.3)
        assert status(said) < 500, (name, said[:300])
        assert server.thread.is_alive()
    assert status(server.post(good("last"))) == 200
    assert {"first", "last"} <= server.kept()


@pytest.mark.parametrize("head", [
    b"POST /v1/batch HTTP/1.1\r\nContent-Length: 2\r\n",
    b"POST /v1/batch HTTP/1.1\r\nTransfer-Encoding: chunked\r\n",
    b"PUT /_nicegui_ws/socket.io/ HTTP/1.1\r\n",
    b"GET /_nicegui_ws/socket.io/ HTTP/1.1\r\nContent-Length: 2\r\n",
    b"GET /_nicegui_ws/socket.io/ HTTP/1.1\r\nX-A: " + b"a" * 20_000 + b"\r\n",
    b"GET /_nicegui_ws/socket.io/?" + b"a" * 20_000 + b" HTTP/1.1\r\n",
    b"GET /_nicegui_ws/socket.io/ HTTP/1.1\r\n" + b"X: y\r\n" * 150,
])  # fmt: skip
def test_a_request_that_cannot_begin_a_websocket_is_refused_at_once(server: Server, head: bytes) -> None:
    """Not after the 60 s that whoever talks here waits."""
    asks = b"Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    key = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    said = server.talk(head + asks + key + b"{}")
    assert status(said) in {400, 405}
    assert b"connection: close" in said.lower()
    assert b"websocket" in said.lower()
    assert status(server.post(good("after"))) == 200


def test_a_head_that_is_too_large_is_refused_while_it_comes(server: Server) -> None:
    said = server.talk(server.head(b"X-A: " + b"a" * (1 << 20) + b"\r\n"))
    assert status(said) in {431, 0}  # 0: the line was cut before the answer could be read
    assert status(server.post(good("after"))) == 200


def test_a_body_that_never_comes_or_drips_is_not_awaited_for_ever(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("omniloom.api.wire.BODY_S", 0.2)
    missing = server.head(b"Content-Length: 1000\r\n")
    for path in (b"/v1/batch", b"/segment/v1/batch", b"/in/none", b"/api/v1/sources"):
        with socket.create_connection(("127.0.0.1", server.port), timeout=ANSWER_S_MAX) as line:
            line.sendall(missing.replace(b"/v1/batch", path))
            while line.recv(1 << 16):  # until it hangs up; else the time limit of this line ends the test
                pass
    with socket.create_connection(("127.0.0.1", server.port), timeout=ANSWER_S_MAX) as line:
        for name in ("one", "two"):  # a connection that is kept is not ended by the bodies before
            line.sendall(server.head(b"Content-Length: %d\r\n" % len(good(name))))
            line.sendall(good(name))
            assert status(line.recv(1 << 16)) == 200
            time.sleep(0.3)


def test_what_hides_behind_a_request_is_not_taken_for_another(server: Server) -> None:
    """Request smuggling: the two readings of a length must not make two requests of one."""
    hidden = server.head(b"Content-Length: %d\r\n" % len(good("hidden"))) + good("hidden")
    for framing in (
        b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % (len(hidden) + 5),
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"Transfer-Encoding: identity, chunked\r\nContent-Length: 5\r\n",
    ):
        said = server.talk(server.head(framing) + b"0\r\n\r\n" + hidden, answers=3, wait_s=0.5)
        assert (status(said), said.count(b"HTTP/1.1")) == (400, 1), said
    assert server.kept() == set()


def test_requests_behind_each_other_on_one_line_are_answered_in_order(server: Server) -> None:
    requests = [server.head(b"Content-Length: %d\r\n" % len(good(f"p{i}"))) + good(f"p{i}") for i in range(20)]
    said = server.talk(b"".join(requests), answers=20)
    assert said.count(b"HTTP/1.1 200") == 20
    assert {f"p{i}" for i in range(20)} <= server.kept()


def test_a_body_in_pieces_and_packed_is_taken(server: Server) -> None:
    body = gzip.compress(good("packed"))
    pieces = [b"%x\r\n%s\r\n" % (len(body[i : i + 7]), body[i : i + 7]) for i in range(0, len(body), 7)]
    head = server.head(b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n")
    assert status(server.talk(head, *pieces, b"0\r\n\r\n")) == 200
    assert "packed" in server.kept()
