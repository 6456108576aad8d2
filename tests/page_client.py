"""A visitor of the running page without a browser: it speaks the protocol of Streamlit's own page.

A hundred of them cost less than one browser, so that what the server does can be told from what they do.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 300.0  # seconds until a visitor gives up: far longer than any answer takes
WAITING = "Waiting for its turn"
_UNREAD = re.compile(r"<style>.*?</style>|<script>.*?</script>|<[^>]*>", re.DOTALL)


@dataclass(slots=True)
class Screen:
    """What one run of the page drew, in the order in which it came."""

    html: list[str] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)  # ids of the boxes for a question
    buttons: dict[str, str] = field(default_factory=dict)  # ids by label, the last one of each
    faults: list[str] = field(default_factory=list)  # what Streamlit shows of an error that nobody caught

    @property
    def text(self) -> str:
        """As a person reads it."""
        return " ".join(unescape(_UNREAD.sub(" ", " ".join(self.html))).split())


class Visitor:
    """One session of the page. Its `received` holds all bytes that the page sent, until they are cleared."""

    def __init__(self, connection: ClientConnection) -> None:
        self.screen = Screen()
        self.received = bytearray()
        self.waited: list[str] = []  # what the page said while the last question waited for its turn
        self.asked = 0.0  # seconds from the last question to all that the page drew of its answer
        self._connection = connection
        self._query = ""

    async def look(self) -> Screen:
        """Draws the page anew, to its end."""
        return await self._run(BackMsg())

    async def ask(self, question: str) -> Screen:
        """Types a question; the page when its answer, or why there is none, stands there."""
        message = BackMsg()
        (box,) = self.screen.inputs
        message.rerun_script.widget_states.widgets.add(id=box).chat_input_value.data = question
        return await self._run(message)

    async def click(self, label: str) -> Screen:
        message = BackMsg()
        message.rerun_script.widget_states.widgets.add(id=self.screen.buttons[label], trigger_value=True)
        return await self._run(message)

    async def _run(self, message: BackMsg) -> Screen:
        self.waited = []
        began = time.monotonic()
        message.rerun_script.query_string = self._query
        await self._connection.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while not self._take(await self._connection.recv(decode=False)):
                if self.screen.html and WAITING in self.screen.html[-1]:
                    self.waited.append(Screen(self.screen.html[-1:]).text)
        self.asked = time.monotonic() - began
        return self.screen

    def _take(self, frame: bytes) -> bool:
        """One message of the page; whether it has come to its end with it."""
        self.received += frame
        message = ForwardMsg.FromString(frame)
        match message.WhichOneof("type"):
            case "new_session":
                self.screen = Screen()
            case "page_info_changed":
                self._query = message.page_info_changed.query_string
            case "delta":
                self._draw(message)
            case "session_event" if message.session_event.HasField("script_compilation_exception"):
                self.screen.faults.append(message.session_event.script_compilation_exception.message)
            case "script_finished":
                return message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
        return False

    def _draw(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        match element.WhichOneof("type"):
            case "html":
                self.screen.html.append(element.html.body)
            case "chat_input":
                self.screen.inputs.append(element.chat_input.id)
            case "button":
                self.screen.buttons[element.button.label] = element.button.id
            case "exception":
                self.screen.faults.append(f"{element.exception.type}: {element.exception.message}")


@asynccontextmanager
async def visit(address: str) -> AsyncIterator[Visitor]:
    """A new session of the page at `address` (http://…), drawn to its end."""
    stream = address.replace("http", "ws", 1) + "/_stcore/stream"
    async with connect(
        stream, subprotocols=["streamlit"], max_size=None, open_timeout=PATIENCE, ping_interval=None
    ) as connection:
        visitor = Visitor(connection)
        await visitor.look()
        yield visitor
