"""The real page in a real browser: `streamlit run app.py` on a library of a few small articles."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from tests.browser.chromium import ARGUMENTS, find_chromium
from tests.commands import ROOT, Command

ARTICLES = Path(__file__).parent / "articles"
START_SECONDS = 60.0
JSON_LOG = {
    "READOUT_LOG_FORMAT": "json",
    "READOUT_LOG": "debug",
    "STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE": "true",
}
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
expect.set_options(timeout=20_000)  # milliseconds; a shared machine may pause for longer than the usual 5 s


@dataclass
class Visit:
    """An open page, with all that it asked for, sent, and ran or complained of."""

    page: Page
    address: str
    home: Path  # of the library
    requests: list[Request] = field(default_factory=list)
    sent: list[str | bytes] = field(default_factory=list)  # to Streamlit: each one is a rerun
    events: list[str] = field(default_factory=list)

    def ask(self, question: str) -> None:
        number = self.page.locator("h2.r-question").count() + 1
        self.page.get_by_role("textbox", name="Ask about the articles").fill(question)
        self.page.keyboard.press("Enter")
        self.page.locator(f".st-key-foot-a{number} .r-foot").wait_for()
        self.page.locator(IDLE).wait_for()  # the passages beside it are drawn after the answer

    def strangers(self) -> list[str]:
        """Addresses asked for that are not the page's own server."""
        own = (self.address, self.address.replace("http", "ws", 1), "data:", "blob:")
        return [request.url for request in self.requests if not request.url.startswith(own)]


def ask_health(address: str, host: str = "") -> tuple[int, dict[str, object]]:
    request = urllib.request.Request(f"{address}/health", headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request, timeout=START_SECONDS) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def wait_until_ready(address: str) -> dict[str, object]:
    """What is told of a library once it is open; nothing but 'starting' may come before."""
    while True:
        status, told = ask_health(address)
        if status == 200:
            return told
        assert (status, told["status"]) == (503, "starting")
        time.sleep(0.1)


def log_lines(folder: Path) -> list[dict[str, object]]:
    """Of a page served with JSON_LOG: each line is one event, what is not JSON fails here."""
    return [json.loads(line) for line in (folder / "streamlit.log").read_text().splitlines()]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serve(folder: Path, articles: Path, **settings: str) -> Iterator[str]:
    """Runs the page on a library in `folder` that holds these articles; yields its address."""
    command = Command(folder / "home")
    command.environment |= settings
    command("add", str(articles))
    port = free_port()
    run = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    run += ["--server.headless", "true"]
    log = (folder / "streamlit.log").open("w")
    with log, subprocess.Popen(run, cwd=ROOT, env=command.environment, stdout=log, stderr=log) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(f"{address}/_stcore/health", process)
            yield address
        finally:
            process.terminate()


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("page")


@pytest.fixture(scope="package")
def server(folder: Path) -> Iterator[str]:
    """The address of a running page."""
    with serve(folder, ARTICLES, **JSON_LOG) as address:
        yield address


def wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"The page did not start: {address}")


@pytest.fixture(scope="package")  # not the session: Playwright holds an event loop that other tests need
def browser() -> Iterator[Browser]:
    path = find_chromium()
    assert path, "No Chromium found. Run: python tests/browser/chromium.py"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def visit(server: str, folder: Path, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A fresh session, 1440 × 900 unless the test names a size."""
    width, height = getattr(request, "param", (1440, 900))
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    visit = Visit(page, server, folder / "home")
    page.on("request", lambda one: visit.requests.append(one))
    page.on("websocket", lambda one: one.on("framesent", lambda frame: visit.sent.append(frame)))
    page.on("dialog", lambda dialog: (visit.events.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: visit.events.append(f"error {error}"))
    page.goto(server)
    page.get_by_text("Ask the articles").wait_for(timeout=START_SECONDS * 1000)
    yield visit
    context.close()
