"""A model server on this machine is found by its port, and nothing that is none can hold anything up."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rag.loopback import AGAIN_SECONDS, SERVERS, LocalModels, find_model
from rag.settings import Settings
from rag.types import Offer

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def served(answer: Answer) -> Iterator[tuple[int, list[str]]]:
    """A server on a free port that answers each GET so; yields the port and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.requestline}\n{self.headers}")
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()


def replying(body: bytes, status: int = 200) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("location", "http://127.0.0.1:9/v1/models")
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def listing(*names: object) -> Answer:
    return replying(json.dumps({"object": "list", "data": [{"id": name} for name in names]}).encode())


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Never ends, and never pauses for long."""
    for _ in range(300):
        handler.wfile.write(b"H")
        handler.wfile.flush()
        time.sleep(0.05)


def test_a_server_is_offered_with_its_first_model_that_can_write() -> None:
    with served(listing("nomic-embed-text:latest", "qwen3:8b", "llama3")) as (port, asked):
        assert find_model(port) == Offer("qwen3:8b", f"http://127.0.0.1:{port}/v1", "a model server")
    (request,) = asked
    assert request.startswith("GET /v1/models HTTP/1.1\n")
    assert "authorization" not in request.lower()


def test_a_model_may_be_named_by_its_file() -> None:
    with served(listing("/models/Qwen3-8B.Q4_K_M.gguf")) as (port, _):
        offer = find_model(port)
    assert offer and offer.model == "/models/Qwen3-8B.Q4_K_M.gguf"


@pytest.mark.parametrize(
    "answer",
    [
        listing(),
        listing("nomic-embed-text"),
        listing("![x](http://evil.example/x.png)", "<b>bold</b>", "two words", "", "a" * 201, None),
        replying(b"<html>Welcome</html>"),
        replying(b'{"data": "none"}'),
        replying(b'{"data": [1, 2]}'),
        replying(b"[" * 100_000),
        replying(b"\xff\xfe"),
        replying(b'{"data": [{"id": "qwen3"}]}', status=404),
        replying(b'{"data": [{"id": "qwen3"}]}', status=302),
        replying(b'{"data": [' + b" " * 2_000_000 + b'{"id": "qwen3"}]}'),
        drip,
    ],
)
def test_what_is_no_model_server_is_not_offered(answer: Answer) -> None:
    with served(answer) as (port, asked):
        assert find_model(port) is None
        assert len(asked) == 1


def test_a_port_where_nobody_listens_is_passed_over() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert find_model(free.getsockname()[1]) is None


def test_nobody_waits_for_a_look_and_one_look_serves_all() -> None:
    go = threading.Event()

    def slow(handler: BaseHTTPRequestHandler) -> None:
        go.wait(0.9)
        listing("qwen3:8b")(handler)

    with served(slow) as (port, asked):
        models = LocalModels([port])
        assert models.found() is None and models.found() is None  # at once, while the server still thinks
        go.set()
        end = time.monotonic() + 10
        while not (offer := models.found()) and time.monotonic() < end:
            time.sleep(0.01)
        assert offer and offer.model == "qwen3:8b"
        assert len(asked) == 1 and AGAIN_SECONDS > 10


def test_the_usual_ports_are_known_and_0_looks_nowhere() -> None:
    usual = Settings.model_fields["local_ports"].default
    assert Settings(local_ports=usual).ports == tuple(SERVERS) == (11434, 8000, 8080, 1234)
    assert Settings(local_ports="0").ports == () == Settings(local_ports="0,99999").ports
    models = LocalModels(())
    assert models.found() is None
    assert not [thread for thread in threading.enumerate() if thread.name == "readout-loopback"]


def test_no_test_looks_at_what_runs_on_this_machine() -> None:
    assert Settings().ports == ()
