"""What the page's server does beside drawing pages: it opens the library at once and says how it is.

`/health` is for whoever watches the service: 200 while questions can be asked, 503 while not. All who reach
the port may ask it, as often as they like: one look at the library every LOOK_SECONDS serves them all.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from types import FrameType

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from streamlit.starlette import App
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed
from uvicorn import Server

from rag.answering import Readout
from rag.errors import IndexMismatch, LibraryBusy, ReadoutError, SettingsError
from rag.health import Cause, find_trouble, running_version
from rag.logs import Started, Stopped, take_over, tell, tell_failed
from rag.models import model_name
from rag.page.door import OPEN, which_door
from rag.page.engine import hold_readout
from rag.settings import Settings, load_settings

LOOK_SECONDS = 5.0  # between two looks at the library
PATIENCE_SECONDS = 2.0  # that a request waits for a look
SLOW_SECONDS = 30.0  # after which a look that has not ended is a fault; until then the last one counts


@dataclass(frozen=True, slots=True)
class Health:
    """What is told: no path, no title, no name of a model, nothing that a reader typed."""

    status: str  # "ready", "empty" (articles can be added), "indexing" (the first), "starting" or "failing"
    cause: Cause = Cause.NONE  # where it is failing
    model: str = ""  # "none", "set" or "left alone" for a while, as it failed several times
    version: str = ""
    articles: int = 0
    passages: int = 0

    @property
    def well(self) -> bool:
        return self.status in WELL.values()


STARTING = Health("starting")
WELL = {Cause.NONE: "ready", Cause.EMPTY: "empty", Cause.INDEXING: "indexing"}  # nothing is to be mended


class Watch:
    """Looks at the library in a thread, one look at a time however many ask. For one event loop."""

    def __init__(
        self, open_library: Callable[[], Readout], every: float = LOOK_SECONDS, slow: float = SLOW_SECONDS
    ) -> None:
        self._open = open_library
        self._every = every
        self._slow = slow
        self._look: asyncio.Task[Health] | None = None
        self._last = STARTING
        self._began = 0.0

    async def health(self, patience: float = PATIENCE_SECONDS) -> Health:
        """How it is now, or was at the last look; never later than `patience` seconds."""
        now = time.monotonic()
        if self._look is None or (self._look.done() and now - self._began >= self._every):
            self._began = now
            self._look = asyncio.create_task(asyncio.to_thread(look, self._open))
        await asyncio.wait({self._look}, timeout=patience)
        if self._look.done():
            self._last = self._look.result()
        elif now - self._began > self._slow:
            return replace(self._last, status="failing", cause=Cause.SLOW)
        return self._last


def look(open_library: Callable[[], Readout]) -> Health:
    """Opens the library if it is not open yet. An error that was not foreseen is told to the log."""
    try:
        readout = open_library()
        trouble = find_trouble(readout)
        span = readout.span()
        model = "left alone" if readout.left_alone() else "set" if readout.settings.model else "none"
    except SettingsError:
        return Health("failing", Cause.SETTINGS, version=running_version())
    except LibraryBusy:
        return Health("indexing", version=running_version())
    except IndexMismatch:
        return Health("failing", Cause.INDEXES, version=running_version())
    except ReadoutError:
        return Health("failing", Cause.LIBRARY, version=running_version())
    except Exception as error:  # noqa: BLE001 - a page that fails for any reason does not answer
        tell_failed("health", error)
        return Health("failing", Cause.LIBRARY, version=running_version())
    status = WELL.get(trouble.cause, "failing")
    cause = trouble.cause if status == "failing" else Cause.NONE
    return Health(status, cause, model, running_version(), span.articles, span.passages)


watch = Watch(hold_readout)


async def tell_health(request: Request) -> JSONResponse:
    """The status alone where a door is closed or the page is called by a name that is not its own."""
    health = await watch.health()
    whole = is_host_allowed(request.headers.get("host")) and door() == OPEN
    told = asdict(health) if whole else {"status": health.status}
    return JSONResponse(told, 200 if health.well else 503, headers={"Cache-Control": "no-store"})


def routes() -> list[Route]:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return [Route(f"/{base}/health" if base else "/health", tell_health, methods=["GET"])]


@asynccontextmanager
async def serving(app: App) -> AsyncIterator[None]:
    """From the server's start to its end."""
    settings = _settings()
    tell(Started(running_version(), model_name(settings.model) if settings else "", door()))
    opening = asyncio.create_task(watch.health())  # the first visitor finds the library open
    end_quietly()
    yield
    opening.cancel()
    tell(Stopped(running_version()))


def end_quietly() -> None:
    """Lets Ctrl-C end the server as it did without `App`: uvicorn raises it again, which ends in an error."""
    server = getattr(signal.getsignal(signal.SIGINT), "__self__", None)
    if not isinstance(server, Server):
        return

    def stop(number: int, frame: FrameType | None) -> None:
        server.force_exit = server.should_exit  # the second time
        server.should_exit = True

    signal.signal(signal.SIGINT, stop)


def start_logs() -> None:
    settings = _settings()
    if settings and settings.log_format == "json":
        take_over(settings.log_level)


def door() -> str:
    """What keeps visitors out. A setting that cannot be used lets nobody in."""
    try:
        return which_door(load_settings())
    except SettingsError:
        return "closed"


def _settings() -> Settings | None:
    try:
        return load_settings()
    except SettingsError:
        return None  # each page says which one cannot be used
