"""Who can reach the page: this machine alone, and no other site through the reader's browser."""

import socket
from email.message import Message
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import wait_until_ready

EVIL = "http://evil.example"
SERVED = ("", "_stcore/health", "_stcore/host-config", "health")
UPLOAD = "/_stcore/upload_file/session/file"
TOKEN = "_streamlit_xsrf"


def ask(server: str, path: str, headers: dict[str, str], method: str = "GET") -> tuple[int, Message]:
    """Status and headers of one answer; what is asked for has these headers, Host too where it is named."""
    connection = HTTPConnection(urlsplit(server).netloc, timeout=30)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers
    finally:
        connection.close()


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
    return ask(server, "/_stcore/stream", headers)[0]


def test_only_this_machine_reaches_the_page(server: str) -> None:
    port = urlsplit(server).port
    socket.create_connection(("127.0.0.1", port), timeout=5).close()
    with pytest.raises(OSError):  # another address of this machine, which every interface would answer at
        socket.create_connection(("127.0.0.2", port), timeout=5).close()


def test_no_other_site_opens_a_session_through_the_readers_browser(server: str) -> None:
    own = urlsplit(server).netloc
    assert open_session(server, own, server) == 101
    assert open_session(server, own, EVIL) == 403
    rebound = f"evil.example:{urlsplit(server).port}"  # a name that was made to lead to 127.0.0.1
    assert open_session(server, rebound, f"http://{rebound}") == 403


def test_no_other_site_uploads_or_reads_through_the_readers_browser(server: str) -> None:
    """It can send what it likes, cookies included, but neither knows the page's token nor reads an answer."""
    cookie = ask(server, "/_stcore/health", {})[1]["set-cookie"].partition(";")[0]
    token = cookie.removeprefix(f"{TOKEN}=")
    assert ask(server, UPLOAD, {"Origin": EVIL, "Cookie": cookie}, "PUT")[0] == 403
    assert ask(server, UPLOAD, {"Origin": EVIL, "Cookie": cookie}, "DELETE")[0] == 403
    own = {"Origin": server, "Cookie": cookie, "X-Xsrftoken": token}
    assert ask(server, UPLOAD, own, "PUT")[0] == 400  # let through: there is no such session
    wait_until_ready(server)
    for path in SERVED:
        status, headers = ask(server, f"/{path}", {"Origin": EVIL})
        assert (status, headers["access-control-allow-origin"]) == (200, None), path
    _, told = ask(server, UPLOAD, {"Origin": EVIL, "Access-Control-Request-Method": "PUT"}, "OPTIONS")
    assert told["access-control-allow-origin"] not in ("*", EVIL)


def test_streamlits_way_in_for_programs_is_off(server: str) -> None:
    assert ask(server, "/_stcore/agent/interact", {"Content-Type": "application/json"}, "POST")[0] == 403


def test_the_health_check_answers(server: str) -> None:
    assert ask(server, "/_stcore/health", {"Connection": "close"})[0] == 200
