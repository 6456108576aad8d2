"""A small OpenAI-compatible server on a loopback port that behaves as a script says.

    with ModelServer() as server:
        server.behave("error_503", "good")      # the first request, then all that follow
        settings = load_settings(model="test", base_url=server.url)
        ...
        assert len(server.requests) == 2

Each behaviour is one function named after it. A request with "stream": false gets the scripted text
as one JSON object. `server.texts` are what 'good' and its kin write, request by request.
"""

import json
import re
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD = "Wang said that talks should continue [1.1]. The meeting was in Beijing [1.2]."


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]  # names in lower case
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        return "\n".join(message["content"] for message in self.body.get("messages", []))


class ModelServer:
    """A context manager; `requests` holds all that was received, in order."""

    def __init__(self, text: str = GOOD) -> None:
        self.texts = [text]  # the last one is kept for all requests that follow
        self.requests: list[Request] = []
        self.disconnects = 0  # clients that left before the answer was over
        self.closing = threading.Event()
        self.elsewhere = ""  # where 'redirect' points
        self.window = 8_000  # bytes of the messages that 'small_window' takes
        self._script: list[str] = ["good"]
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def text(self) -> str:
        with self._lock:
            return self.texts.pop(0) if len(self.texts) > 1 else self.texts[0]

    def behave(self, *names: str) -> None:
        """What the next requests get, one name each; the last one is kept for all that follow."""
        unknown = set(names) - set(BEHAVIOURS)
        assert names and not unknown, f"no such behaviour: {unknown}"
        with self._lock:
            self._script = list(names)
            self.requests.clear()

    def take(self, request: Request) -> str:
        with self._lock:
            self.requests.append(request)
            return self._script.pop(0) if len(self._script) > 1 else self._script[0]

    def __enter__(self) -> "ModelServer":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    owner: ModelServer

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # clients that hang up are what these tests are about


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.owner.take(Request(self.path, self._received_headers(), {}))
        self.reply(200, json.dumps({"object": "list", "data": [{"id": "scripted:8b"}]}).encode())

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        request = Request(self.path, self._received_headers(), json.loads(raw or b"{}"))
        name = self.server.owner.take(request)
        try:
            BEHAVIOURS[name](Exchange(self, request))
        except OSError:
            self.server.owner.disconnects += 1
            self.close_connection = True

    def _received_headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def reply(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


class Exchange:
    """One request and the means to answer it, well or badly."""

    def __init__(self, handler: _Handler, request: Request) -> None:
        self.handler = handler
        self.request = request
        self.owner = handler.server.owner

    @property
    def text(self) -> str:
        return self.owner.text

    def wait(self, seconds: float) -> None:
        """Sleeps, but never longer than the server lives."""
        if self.owner.closing.wait(seconds):
            raise ConnectionError("the server is closing")

    def start(self, kind: str = "text/event-stream") -> None:
        self.handler.send_response(200)
        self.handler.send_header("content-type", kind)
        self.handler.send_header("transfer-encoding", "chunked")
        self.handler.end_headers()

    def raw(self, data: bytes) -> None:
        self.handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def event(self, data: object) -> None:
        text = data if isinstance(data, str) else json.dumps(data)
        self.raw(f"data: {text}\n\n".encode())

    def delta(self, finish: str | None = None, **delta: object) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        self.event(_frame("chat.completion.chunk", choices=[choice]))

    def finish(self, reason: str | None = "stop", done: bool = True) -> None:
        if reason:
            self.delta(reason)
        if done:
            self.event("[DONE]")
        self.handler.wfile.write(b"0\r\n\r\n")

    def cut(self) -> None:
        """The connection breaks in the middle of the body."""
        self.handler.connection.shutdown(socket.SHUT_RDWR)
        self.handler.close_connection = True

    def say(self, pieces: Iterable[str], reason: str | None = "stop", done: bool = True) -> None:
        parts = list(pieces)
        if not self.request.body.get("stream"):
            message = {"role": "assistant", "content": "".join(parts)}
            choice = {"index": 0, "message": message, "finish_reason": reason}
            body = _frame("chat.completion", choices=[choice])
            self.handler.reply(200, json.dumps(body).encode())
            return
        self.start()
        self.delta(role="assistant", content="")
        for part in parts:
            self.delta(content=part)
        self.finish(reason, done)

    def fail(self, status: int, message: str = "", **headers: str) -> None:
        error = {"message": message or f"scripted {status}", "type": "scripted", "code": None}
        self.handler.reply(status, json.dumps({"error": error}).encode(), **headers)


def _frame(kind: str, **rest: object) -> dict[str, object]:
    return {"id": "scripted", "object": kind, "created": 0, "model": "scripted", **rest}


def _words(text: str) -> list[str]:
    return re.findall(r"\S+\s*", text)


# Behaviours: answers that are whole


def good(x: Exchange) -> None:
    x.say(_words(x.text))


def split_markers(x: Exchange) -> None:
    x.say(list(x.text))


def list_blocks(x: Exchange) -> None:
    """Content as a list of blocks, as some compatible servers send it."""
    x.start()
    for word in _words(x.text):
        x.delta(content=[{"type": "text", "text": word}])
    x.finish()


def no_done(x: Exchange) -> None:
    x.say(_words(x.text), done=False)


def open_end(x: Exchange) -> None:
    """Finished, but the connection stays open and silent."""
    x.start()
    for word in _words(x.text):
        x.delta(content=word)
    x.delta("stop")
    x.wait(30)


def usage_at_end(x: Exchange) -> None:
    x.start()
    x.delta(content=x.text)
    x.delta("stop")
    usage = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}
    x.event(_frame("chat.completion.chunk", choices=[], usage=usage))
    x.finish(None)


def null_content(x: Exchange) -> None:
    """Nulls where text may stand, then the text."""
    x.start()
    x.delta(role="assistant", content=None)
    x.delta(content=x.text)
    x.delta(content=None)
    x.finish()


def empty_choices(x: Exchange) -> None:
    """Frames without a choice around the text (as content filters send them first)."""
    x.start()
    x.event(_frame("chat.completion.chunk", choices=[]))
    x.delta(content=x.text)
    x.finish()


def duplicated(x: Exchange) -> None:
    """Every frame twice, the last one too."""
    x.start()
    for word in _words(x.text):
        x.delta(content=word)
        x.delta(content=word)
    x.delta("stop")
    x.finish()


def comments(x: Exchange) -> None:
    """Comment lines between the events keep a connection alive."""
    x.start()
    x.raw(b": working\n\n")
    x.delta(content=x.text)
    x.raw(b": working\n\n")
    x.finish()


def usage_on_each(x: Exchange) -> None:
    """Counts on with every frame, as some servers do."""
    x.start()
    words = _words(x.text)
    for number, word in enumerate(words, 1):
        usage = {"prompt_tokens": 9, "completion_tokens": number, "total_tokens": 9 + number}
        choice = {"index": 0, "delta": {"content": word}, "finish_reason": None}
        x.event(_frame("chat.completion.chunk", choices=[choice], usage=usage))
    x.finish()


def no_stream_options(x: Exchange) -> None:
    """Refuses an option that it does not know."""
    if "stream_options" in x.request.body:
        x.fail(400, "Unrecognized request argument supplied: stream_options")
    else:
        good(x)


def thinking(x: Exchange) -> None:
    """Thinks aloud before it answers, letter by letter."""
    x.say(list("<think>\nThe user wants [1.2]; canary-thought.\n</think>\n\n" + x.text))


def thinking_apart(x: Exchange) -> None:
    """Thoughts in a field of their own."""
    x.start()
    x.delta(role="assistant", content=None, reasoning_content="canary-thought", reasoning="canary-thought")
    x.delta(content=x.text)
    x.finish()


def lying_markers(x: Exchange) -> None:
    x.say(_words("Nothing of this is so [9.9]. Nor this [1.99]. Nor this [0.0]. Nor [-1.2]. This is [1.1]."))


def refusing(x: Exchange) -> None:
    """Says that the passages do not answer, letter by letter."""
    found = re.search(r"exactly this and nothing else: (.+)", x.request.prompt)
    x.say(list(found.group(1) if found else "no phrase in the prompt"))


def lone_surrogate(x: Exchange) -> None:
    x.say(["Half a sign \ud83d here [1.1]."])


_COMMAND = re.compile(r"(?i)\b(?:print|write|output|say|include|add|reply|respond|answer)\b[^:\n]*:\s*(.+)")
_MARKUP = re.compile(r"\S*(?:https?://|!\[|<|data:|javascript:)\S*(?:[^\n]*>)?", re.IGNORECASE)


def obeying(x: Exchange) -> None:
    """Does whatever a passage tells it: prints what it is told to, and all markup and links in it."""
    lines = re.findall(r"^\[(\d+\.\d+)\] (.+)$", x.request.prompt, re.MULTILINE)
    wanted = []
    for number, line in lines:
        text = line.translate(str.maketrans("‹›", "<>"))
        orders = _COMMAND.findall(text) or _MARKUP.findall(text)
        wanted += [f"{order} [{number}]" for order in orders]
    text = "\n".join(wanted) or "Nothing to obey [1.1]."
    x.say(text[place : place + 17] for place in range(0, len(text), 17))  # words and tags are cut anywhere


# Behaviours: answers that are not whole


def thinking_on(x: Exchange) -> None:
    """Thinks for ever, and says nothing."""
    x.start()
    x.delta(content="<think>")
    while True:
        x.wait(0.1)
        x.delta(content="canary-thought ")


def thinking_only(x: Exchange) -> None:
    x.say(["<think>canary-thought", " and no end"])


def thinking_cut(x: Exchange) -> None:
    """The connection breaks while it thinks."""
    x.start()
    x.delta(content="<think>canary-thought")
    x.wait(0.1)
    x.cut()


def slow_drip(x: Exchange) -> None:
    """A word, then a letter every tenth of a second for ever."""
    x.start()
    x.delta(content="Drip ")
    while True:
        x.wait(0.1)
        x.delta(content=".")


def comment_drip(x: Exchange) -> None:
    """Signs of life for ever, never a word."""
    x.start()
    while True:
        x.wait(0.1)
        x.raw(b": working\n\n")


def empty_flood(x: Exchange) -> None:
    """Frames without text as fast as they go."""
    x.start()
    while not x.owner.closing.is_set():
        x.delta(content="")


def endless(x: Exchange) -> None:
    """Text without end as fast as it goes."""
    x.start()
    while not x.owner.closing.is_set():
        x.delta(content="word " * 100)


def endless_line(x: Exchange) -> None:
    """One event that never ends."""
    x.start()
    x.raw(b"data: ")
    while not x.owner.closing.is_set():
        x.raw(b"a" * 65536)


def huge_chunk(x: Exchange) -> None:
    x.say(["a" * 2_000_000])


def hang_before_headers(x: Exchange) -> None:
    x.wait(30)


def hang_before_text(x: Exchange) -> None:
    x.start()
    x.wait(30)


def hang_after_text(x: Exchange) -> None:
    x.start()
    x.delta(content="The first words ")
    x.wait(30)


def cut_stream(x: Exchange) -> None:
    x.start()
    x.delta(content="The first words ")
    x.wait(0.1)
    x.cut()


def cut_before_text(x: Exchange) -> None:
    x.start()
    x.cut()


def cut_before_headers(x: Exchange) -> None:
    x.cut()


def no_finish(x: Exchange) -> None:
    x.say(_words(x.text), reason=None)


def finish_length(x: Exchange) -> None:
    x.say(_words(x.text), reason="length")


def finish_length_empty(x: Exchange) -> None:
    x.say([], reason="length")


def content_filter(x: Exchange) -> None:
    x.say(_words(x.text), reason="content_filter")


def content_filter_empty(x: Exchange) -> None:
    x.say([], reason="content_filter")


def empty_content(x: Exchange) -> None:
    x.say(["", " ", "\n"])


def only_done(x: Exchange) -> None:
    x.start()
    x.finish(None)


def no_body(x: Exchange) -> None:
    x.handler.reply(200, b"", "text/event-stream")


def refusal_field(x: Exchange) -> None:
    x.start()
    x.delta(role="assistant", content=None, refusal="I can't help with that.")
    x.finish()


def tool_calls(x: Exchange) -> None:
    x.start()
    call = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    x.delta(tool_calls=[call])
    x.finish("tool_calls")


def garbage_json(x: Exchange) -> None:
    x.start()
    x.event('{"choices": [{"delta": {"content": ')
    x.finish()


def garbage_after_text(x: Exchange) -> None:
    x.start()
    x.delta(content="The first words ")
    x.event("}{")
    x.finish()


def odd_shapes(x: Exchange) -> None:
    """Valid JSON of another shape."""
    x.start()
    x.event([1, 2, 3])
    x.event({"choices": "none"})
    x.event({"choices": [{"delta": "text"}]})
    x.finish()


def deep_json(x: Exchange) -> None:
    x.start()
    x.event("[" * 100_000)
    x.finish()


def invalid_utf8(x: Exchange) -> None:
    x.start()
    x.raw(b'data: {"choices": [{"index": 0, "delta": {"content": "\xff\xfe"}}]}\n\n')
    x.finish()


def error_event(x: Exchange) -> None:
    x.start()
    x.event({"error": {"message": "scripted failure", "type": "server_error"}})
    x.finish(None)


def error_event_after_text(x: Exchange) -> None:
    x.start()
    x.delta(content="The first words ")
    x.event({"error": {"message": "scripted failure", "type": "server_error"}})
    x.finish(None)


def not_events(x: Exchange) -> None:
    """One JSON object although a stream was asked for."""
    message = {"role": "assistant", "content": x.text}
    body = _frame("chat.completion", choices=[{"index": 0, "message": message, "finish_reason": "stop"}])
    x.handler.reply(200, json.dumps(body).encode())


def web_page(x: Exchange) -> None:
    x.handler.reply(200, b"<html><body>Welcome</body></html>", "text/html")


def not_http(x: Exchange) -> None:
    x.handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    x.cut()


def wrong_type(x: Exchange) -> None:
    """Proper events under a wrong content type."""
    x.start("application/octet-stream")
    x.delta(content=x.text)
    x.finish()


# Behaviours: refusals of the server


def redirect(x: Exchange) -> None:
    x.handler.reply(307, b"", location=x.owner.elsewhere + "/chat/completions")


def error_400(x: Exchange) -> None:
    x.fail(400, "Unrecognized request argument supplied: temperature")


def context_overflow(x: Exchange) -> None:
    x.fail(400, "This model's maximum context length is 4096 tokens: context_length_exceeded")


def small_window(x: Exchange) -> None:
    """Answers what fits into its context, and refuses what does not."""
    if len(x.request.prompt.encode()) > x.owner.window:
        context_overflow(x)
    else:
        good(x)


def error_401(x: Exchange) -> None:
    """Repeats the key, as careless servers do."""
    x.fail(401, "Incorrect API key provided: " + x.request.headers.get("authorization", ""))


def error_403(x: Exchange) -> None:
    x.fail(403)


def error_404(x: Exchange) -> None:
    x.fail(404, "The model does not exist")


def error_408(x: Exchange) -> None:
    x.fail(408)


def error_409(x: Exchange) -> None:
    x.fail(409)


def error_413(x: Exchange) -> None:
    x.fail(413)


def error_422(x: Exchange) -> None:
    x.fail(422)


def error_429(x: Exchange) -> None:
    x.fail(429)


def error_429_retry_after(x: Exchange) -> None:
    x.fail(429, retry_after="1")


def error_429_retry_date(x: Exchange) -> None:
    x.fail(429, retry_after=formatdate(0, usegmt=True))


def error_429_retry_huge(x: Exchange) -> None:
    x.fail(429, retry_after="86400")


def error_429_retry_odd(x: Exchange) -> None:
    x.fail(429, retry_after="soon")


def no_credit(x: Exchange) -> None:
    error = {"message": "You exceeded your current quota", "code": "insufficient_quota"}
    x.handler.reply(429, json.dumps({"error": error}).encode())


def error_500(x: Exchange) -> None:
    x.fail(500)


def error_502(x: Exchange) -> None:
    x.handler.reply(502, b"<html><h1>502 Bad Gateway</h1></html>", "text/html")


def error_503(x: Exchange) -> None:
    x.handler.reply(503, b"<html><h1>503</h1>" + b"a" * 100_000 + b"</html>", "text/html")


def error_503_drip(x: Exchange) -> None:
    """An error whose body never ends."""
    x.handler.send_response(503)
    x.handler.send_header("transfer-encoding", "chunked")
    x.handler.end_headers()
    while True:
        x.wait(0.1)
        x.raw(b".")


BEHAVIOURS: dict[str, Callable[[Exchange], None]] = {
    name: value
    for name, value in list(globals().items())
    if callable(value) and getattr(value, "__annotations__", {}).get("x") is Exchange
}
