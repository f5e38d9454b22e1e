"""A receiver of webhooks on loopback that believes nothing without a signature (Standard Webhooks)."""

import json
import queue
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError


class Listener:
    """Keeps what arrived with a good signature, and counts what did not. `secret` is set once it is known."""

    def __init__(self) -> None:
        self.secret: str | None = None
        self.refused = 0
        self.traceparents: list[str] = []
        self._verified: queue.Queue[dict[str, Any]] = queue.Queue()
        self._seen: list[dict[str, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where deliveries go."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/startklar"

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool], seconds: float = 30) -> dict[str, Any]:
        """The first verified event that is wanted, arrived already or still to come: deliveries keep no order.

        queue.Empty when none came in time.
        """
        until = time.monotonic() + seconds
        while True:
            for event in self._seen:
                if wanted(event):
                    return event
            self._seen.append(self._verified.get(timeout=max(0.0, until - time.monotonic())))

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()

    def _receive(self, body: bytes, headers: dict[str, str]) -> int:
        if self.secret is None:
            return 503
        try:
            Webhook(self.secret).verify(body, headers)
        except WebhookVerificationError:
            self.refused += 1
            return 401
        self.traceparents.append(headers.get("traceparent", ""))
        self._verified.put(json.loads(body))
        return 204

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", "0"))
                body = self.rfile.read(length)
                if len(body) < length:  # the sender died in the middle: no delivery, so nothing to judge
                    self.close_connection = True
                    return
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.send_response(listener._receive(body, headers))
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
                """Quiet: the story is told by the demo."""

        return Handler
