"""What a running server writes down for commands beside it: there whole or not at all."""

import os
from pathlib import Path

from omniloom.cli.client import SERVER_FILE, running_server, write_server_file


def test_the_file_is_replaced_at_once_not_emptied_and_filled(tmp_path: Path) -> None:
    write_server_file(tmp_path, "http://127.0.0.1:1", "http://127.0.0.1:2")
    written = (tmp_path / SERVER_FILE).read_text()
    reader = tmp_path / "as-a-reader-has-it-open"
    os.link(tmp_path / SERVER_FILE, reader)

    write_server_file(tmp_path, "http://127.0.0.1:3", "http://127.0.0.1:4")

    assert reader.read_text() == written
    assert running_server(tmp_path) == "http://127.0.0.1:3"
    assert {path.name for path in tmp_path.iterdir()} == {SERVER_FILE, reader.name}


def test_a_server_that_is_gone_is_not_found(tmp_path: Path) -> None:
    assert running_server(tmp_path) is None
    write_server_file(tmp_path, "http://127.0.0.1:1", "http://127.0.0.1:2")
    path = tmp_path / SERVER_FILE
    path.write_text(path.read_text().replace(str(os.getpid()), str(2**22 + 1)))  # above the highest id a process gets
    assert running_server(tmp_path) is None
