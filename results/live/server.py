"""Serves the page of a sweep, and its values, to browsers of this machine; nobody else gets anything.

The address has a random token, and whoever knows it on this machine sees the page: it is printed, and given to the browser that
is opened, on whose command line other users may see it. A page of another site that knows or guesses the port is refused by its
Origin; one whose name was made to lead here (DNS rebinding), by its Host. Nothing is read from disk, so there is no path that
leads anywhere.
"""

import hmac
import os
import secrets
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HERE = "127.0.0.1"
IDLE_SECONDS = 30.0  # after which a connection is closed that says nothing
TYPES = {".html": "text/html; charset=utf-8", ".json": "application/json"}
# Vega makes functions of its expressions, for which browsers want 'unsafe-eval'; nothing is fetched but what is served here.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline' 'unsafe-eval'; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'"
)
HEADERS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class LiveServer(ThreadingHTTPServer):
    """Serves files by name, whose contents may be replaced meanwhile.

    port: 0 for any that is free. token: part of the address; None: a new one. OSError if the port is not free.
    """

    daemon_threads = True
    allow_reuse_address = os.name == "posix"  # on Windows it would let another process take the port over

    def __init__(self, files: Mapping[str, bytes], port: int = 0, token: str | None = None):
        self.token = token or secrets.token_urlsafe(24)
        self._files = dict(files)
        self._asked: float | None = None
        super().__init__((HERE, port), _Handler)

    def __enter__(self) -> "LiveServer":
        threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def address(self, name: str) -> str:
        """The address of a file."""
        return f"http://{HERE}:{self.server_port}/{self.token}/{name}"

    def replace(self, name: str, content: bytes) -> None:
        """Serve another content under a name."""
        self._files[name] = content

    def content(self, path: str) -> tuple[str, bytes] | None:
        """The name and content of a file; None if the path is that of none, or has another token."""
        before, token, name = path.split("/") if path.count("/") == 2 else ("", "", "")
        known = hmac.compare_digest(token.encode(), self.token.encode())
        if before or not known or name not in self._files:
            return None
        self._asked = time.monotonic()
        return name, self._files[name]

    @property
    def asked(self) -> bool:
        """Whether anybody has asked for a file."""
        return self._asked is not None

    def asked_since(self, moment: float) -> bool:
        """Whether anybody has asked since a moment of `time.monotonic`."""
        return self._asked is not None and self._asked >= moment

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that went away in the middle of an answer is none of our concern."""


class _Handler(BaseHTTPRequestHandler):
    server: LiveServer  # pyright: ignore[reportIncompatibleVariableOverride]
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "backsweep", ""
    error_message_format, error_content_type = "%(message)s\n", "text/plain; charset=utf-8"
    timeout = IDLE_SECONDS

    def do_GET(self) -> None:  # the name that http.server looks for
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        if not self._is_from_here():
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        found = self.server.content(self.path)
        if found is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        name, content = found
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", TYPES[name[name.rindex(".") :]])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def _is_from_here(self) -> bool:
        """Whether the browser asked for this machine by name, and on behalf of no page but ours."""
        port = self.server.server_port
        names = {f"{name}:{port}" for name in (HERE, "localhost")} | ({HERE, "localhost"} if port == 80 else set())
        hosts, origins = (self.headers.get_all(name, []) for name in ("Host", "Origin"))
        return len(hosts) == 1 and hosts[0] in names and origins in ([], [f"http://{hosts[0]}"])

    def end_headers(self) -> None:
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the names of the base class
        """Nothing is printed."""
