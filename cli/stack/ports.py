"""Ports on 127.0.0.1: the same as last time where they are free, so that bookmarks and tokens survive a restart."""

import json
import socket

from cli.stack.places import Places, write_private

HOST = "127.0.0.1"
GATEWAY = "gateway"
DEFAULT_GATEWAY_PORT = 8080


class Ports:
    """Hands out ports by name and remembers them."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._known: dict[str, int] = json.loads(places.ports.read_text()) if places.ports.exists() else {}
        self._taken: set[int] = set()

    def listen(self, name: str) -> socket.socket:
        """A bound socket to inherit: nobody can take the port between choosing and serving, or during a restart."""
        bound = _bind(self._known.get(name, 0)) or _bind(0)
        if bound is None:
            raise OSError("no free port on 127.0.0.1")
        bound.set_inheritable(True)
        self._keep(name, bound.getsockname()[1])
        return bound

    def choose(self, name: str, wanted: int | None = None) -> int:
        """A port for a program that binds by itself: `wanted` if it is free, else last time's, else any."""
        for candidate in (wanted, self._known.get(name), 0):
            if candidate is None or candidate in self._taken:
                continue
            probe = _bind(candidate)
            if probe is not None:
                with probe:
                    port = int(probe.getsockname()[1])
                self._keep(name, port)
                return port
        raise OSError("no free port on 127.0.0.1")

    def _keep(self, name: str, port: int) -> None:
        self._known[name] = port
        self._taken.add(port)
        write_private(self._places.ports, json.dumps(self._known, indent=2) + "\n")


def _bind(port: int) -> socket.socket | None:
    opened = socket.socket()
    # A port whose last connections are still waiting to be forgotten counts as free; one that is served does not.
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((HOST, port))
    except OSError:
        opened.close()
        return None
    return opened


def is_free(port: int) -> bool:
    """Could somebody bind this port now?"""
    probe = _bind(port)
    if probe is None:
        return False
    probe.close()
    return True
