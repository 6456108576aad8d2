"""A web server on loopback that tests fill with pages; it keeps what it was asked."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Site:
    """What a server gives by path: bytes (a web page), or a function that answers."""

    pages: dict[str, "bytes | Answer"] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)  # path and headers
    port: int = 0

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.place}{path}"

    @property
    def paths(self) -> list[str]:
        """The paths asked for, without those for robots.txt."""
        return [path for path, _ in self.asked if path != "/robots.txt"]


def reply(body: bytes = b"", status: int = 200, kind: str = "text/html", **headers: str) -> Answer:
    """Answers so. A header's name is written with _ for -."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        if kind:
            request.send_header("Content-Type", kind)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


def redirect(to: str, status: int = 302) -> Answer:
    return reply(status=status, Location=to)


def drip(head: bytes, piece: bytes, seconds: float = 0.05) -> Answer:
    """Sends `head`, then a piece every moment for ever."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(head)
        while True:
            request.wfile.write(piece)
            time.sleep(seconds)

    return answer


class _Everywhere(ThreadingHTTPServer):
    """At all addresses of this machine, of both kinds."""

    address_family = socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET

    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


@contextmanager
def serve(site: Site, context: ssl.SSLContext | None = None, *, everywhere: bool = False) -> Iterator[Site]:
    """`everywhere`: at any address of this machine, not at 127.0.0.1 alone."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append((self.path, dict(self.headers)))
            found = site.pages.get(self.path, reply(b"not there", 404))
            with suppress(OSError):  # the other side has had enough
                (reply(found) if isinstance(found, bytes) else found)(self)

        def log_message(self, *arguments: object) -> None:
            pass

    server = _Everywhere(("", 0), Handler) if everywhere else ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    site.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
