"""Who can reach the page: this machine alone, and no other site through the reader's browser."""

import socket
from urllib.parse import urlsplit

import pytest


def status(server: str, path: str, headers: dict[str, str]) -> int:
    """Of one request whose headers are sent as they are, Host too."""
    address = urlsplit(server)
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall("\r\n".join(lines).encode())
        return int(connection.recv(100).split()[1])


def open_session(server: str, host: str, origin: str) -> int:
    """What the page's own connection, which carries all that it shows, is answered with."""
    headers = {
        "Host": host,
        "Origin": origin,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    return status(server, "/_stcore/stream", headers)


def test_only_this_machine_reaches_the_page(server: str) -> None:
    port = urlsplit(server).port
    socket.create_connection(("127.0.0.1", port), timeout=5).close()
    with pytest.raises(OSError):  # another address of this machine, which every interface would answer at
        socket.create_connection(("127.0.0.2", port), timeout=5).close()


def test_no_other_site_opens_a_session_through_the_readers_browser(server: str) -> None:
    own = urlsplit(server).netloc
    assert open_session(server, own, server) == 101
    assert open_session(server, own, "http://evil.example") == 403
    rebound = f"evil.example:{urlsplit(server).port}"  # a name that was made to lead to 127.0.0.1
    assert open_session(server, rebound, f"http://{rebound}") == 403


def test_the_health_check_answers(server: str) -> None:
    assert status(server, "/_stcore/health", {"Host": urlsplit(server).netloc, "Connection": "close"}) == 200
