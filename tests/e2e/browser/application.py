"""Applications that people log in to: where they are sent to, and how the applications hear that it is over."""

import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


class Application:
    """A web server for `callback`, `bye`, `backchannel` (a POST) and `frontchannel` (loaded in a frame)."""

    def __init__(self) -> None:
        self.told: queue.Queue[str] = queue.Queue()
        self.framed: queue.Queue[dict[str, str]] = queue.Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        application = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = urlsplit(self.path)
                if address.path == "/frontchannel":
                    application.framed.put(dict(parse_qsl(address.query)))
                self._say(b"<!doctype html><title>An application</title><p>Hello</p>")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                application.told.put(dict(parse_qsl(body.decode()))["logout_token"])
                self._say(b"")

            def _say(self, content: bytes) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
                """Quiet."""

        return Handler
