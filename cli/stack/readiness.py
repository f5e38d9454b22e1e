"""Ask over HTTP whether a process can serve. Plain http.client: a connection per question, nothing kept open."""

import http.client

from cli.stack.ports import HOST


def answers(port: int, path: str, *, below: int = 300, timeout: float = 2.0) -> bool:
    """Does `GET path` on 127.0.0.1 answer with a status below `below`?"""
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < below
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
