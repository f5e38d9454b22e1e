"""Senders that vanish, dawdle or never end: nothing half-written, and nobody else waits for them."""

import socket
import time
from contextlib import ExitStack
from typing import Any

import pytest

from tests.e2e.deliveries import announce, roster, send
from tests.e2e.house import REGISTER, House, problem, wait
from tests.e2e.raw import connected, head, reset

pytestmark = pytest.mark.stack

# More than sync has connections to its database.
CROWD = 12


def _begin(house: House, connection: socket.socket, announced: dict[str, Any], content: bytes, sent: int) -> None:
    headers = {
        "Authorization": f"Bearer {house.token(REGISTER)}",
        "If-Match": '"1"',
        "Content-Type": "application/octet-stream",
        "Content-Length": str(len(content)),
    }
    connection.sendall(head("PUT", announced["contentPath"], headers) + content[:sent])


@pytest.mark.parametrize("end", [socket.socket.close, reset])
@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_a_killed_upload_leaves_nothing_and_can_be_sent_again(house: House, share: float, end: Any) -> None:
    content = roster(300)
    announced = announce(house, content).json()
    with connected(house) as connection:
        _begin(house, connection, announced, content, int(len(content) * share))
        time.sleep(0.1)
        end(connection)

    assert house.read(f"/sync/v1/uploads/{announced['id']}", REGISTER)["state"] == "declared"
    problem(house.ask("POST", "/sync/v1/runs", REGISTER, json={"uploadId": announced["id"]}), 409, "upload-not-stored")
    sent = send(house, announced, content)
    assert sent.status_code == 200, sent.text
    assert sent.json()["state"] == "stored"


def test_slow_senders_neither_stop_others_nor_lock_their_own_upload(house: House) -> None:
    content = roster(300)
    announced = [announce(house, content).json() for _ in range(CROWD)]
    with ExitStack() as stack:
        for upload in announced:
            connection = stack.enter_context(connected(house))
            _begin(house, connection, upload, content, len(content) // 2)
        time.sleep(0.3)
        begin = time.monotonic()
        assert house.ask("GET", "/sync/v1/uploads?limit=1", REGISTER).status_code == 200
        assert send(house, announced[0], content).status_code == 200
        assert time.monotonic() - begin < 5


def test_the_slower_of_two_senders_is_told_that_it_came_late(house: House) -> None:
    content = roster(300)
    announced = announce(house, content).json()
    with connected(house) as connection:
        _begin(house, connection, announced, content, len(content) // 2)
        time.sleep(0.1)
        assert send(house, announced, content).status_code == 200
        connection.sendall(content[len(content) // 2 :])
        answer = connection.recv(65536).decode()
    assert answer.startswith("HTTP/1.1 412")
    assert "application/problem+json" in answer


def test_a_request_that_never_ends_its_head_holds_up_nobody(house: House) -> None:
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(connected(house)).sendall(b"GET /projects/v1/projects HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        begin = time.monotonic()
        assert house.ask("GET", "/projects/v1/templates").status_code == 200
        assert time.monotonic() - begin < 5


@pytest.mark.parametrize("path", ["/projects/v1/projects", "/oauth2/token", "/sync/v1/uploads"])
def test_a_body_that_never_ends_holds_up_nobody(house: House, path: str) -> None:
    headers = {"Authorization": f"Bearer {house.token(REGISTER)}", "Content-Length": "1000"}
    with ExitStack() as stack:
        for _ in range(CROWD):
            stack.enter_context(connected(house)).sendall(head("POST", path, headers) + b'{"name": ')
        time.sleep(0.2)
        begin = time.monotonic()
        assert house.ask("GET", f"/{path.split('/')[1]}/v1/api-info".replace("oauth2", "identity")).status_code == 200
        assert house.ask("GET", "/identity/v1/me").status_code == 200
        assert house.ask("GET", "/sync/v1/units", REGISTER).status_code == 200
        assert time.monotonic() - begin < 5


def test_a_write_whose_caller_is_gone_is_whole_or_not_there(house: House) -> None:
    before = {project["id"] for project in house.each("/projects/v1/projects")}
    body = (
        b'{"name":"Gone","templateKey":"sv-supplier-5-phase","templateVersion":"1.0.0","startMonth":"2027-01",'
        b'"parties":[{"side":"customer","name":"N"}]}'
    )
    headers = {
        "Authorization": f"Bearer {house.token('ledare')}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
    }
    for pause in (0, 0.005, 0.02, 0.05):
        with connected(house) as connection:
            connection.sendall(head("POST", "/projects/v1/projects", headers) + body)
            time.sleep(pause)
            reset(connection)
    time.sleep(0.5)
    made = [project for project in house.each("/projects/v1/projects") if project["id"] not in before]
    for project in made:
        assert len(house.each(f"/projects/v1/projects/{project['id']}/phases")) == 5
        assert len(house.each(f"/projects/v1/projects/{project['id']}/gates")) > 0
    wait(lambda: house.ask("GET", "/projects/v1/projects").status_code == 200, "projects answers")
