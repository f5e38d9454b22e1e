"""Requests that no HTTP library would send: bytes on a socket, and what comes back."""

import contextlib
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from tests.e2e.house import House


@dataclass(frozen=True)
class Answer:
    """The status (0 when the connection was closed without a word) and all bytes."""

    status: int
    text: str


@contextlib.contextmanager
def connected(house: House) -> Iterator[socket.socket]:
    """A connection to the gateway."""
    with socket.create_connection(("127.0.0.1", house.port), timeout=10) as connection:
        yield connection


def head(method: str, path: str, headers: dict[str, str] | None = None) -> bytes:
    """The head of a request; `headers` beside Host."""
    given = {"Host": "127.0.0.1"} | (headers or {})
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def exchange(house: House, request: bytes) -> Answer:
    """Send and read the answer, and whatever comes uninvited in the moment after it."""
    answer = b""
    with connected(house) as connection, contextlib.suppress(OSError):
        connection.sendall(request)
        connection.settimeout(5)
        while piece := connection.recv(65536):
            answer += piece
            connection.settimeout(0.1 if _is_whole(answer) else 5)
    first = answer.split(b"\r\n", 1)[0].split(b" ")
    return Answer(int(first[1]) if len(first) > 1 else 0, answer.decode("utf-8", "replace"))


def _is_whole(answer: bytes) -> bool:
    """Whether the announced length has arrived, or the last chunk."""
    start, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", start)
    return len(body) >= int(length[1]) if length else body.endswith(b"0\r\n\r\n")


def reset(connection: socket.socket) -> None:
    """End a connection without a farewell (RST)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    connection.close()
