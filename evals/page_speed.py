"""The speed of the page in a real browser: from Enter to passages and to words, and of a rerun.

One session, no language model. A rerun is timed beside that of an empty chat page of Streamlit's, in the same
browser, in turns: what is over is our own time.
"""

import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from evals.distractors import make_questions
from evals.speed import Latency, load_pool
from rag.conversations import conversations, delete_conversation
from rag.library import Library

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
STARTS = 3  # of the server: each has one first question
ASKED = 10  # questions after each start
TALK = 5  # questions of one conversation
RERUNS = 12  # of each page, after each start
PATIENCE = 120.0  # seconds for a server to start, and for an answer
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
BOX = "Ask about the articles"
READY = f'textarea[aria-label="{BOX}"]:enabled'

OURS = """from pathlib import Path
from evals.page_entry import draw
draw(Path({folder!r}), Path({home!r}))
"""
EMPTY = """import streamlit as st
st.set_page_config(layout="wide")
st.button("Again")
st.chat_input("Ask")
"""
# Milliseconds from Enter to the first passage and to the first words of the answer `key`, told by frames.
WATCH = """key => {
  const found = `.st-key-found-${key} .r-passage, .st-key-shown-${key} .r-passage`;
  const words = [".r-answer", ".r-notice"].map(one => `.st-key-exchange-${key} ${one}`).join(", ");
  window.readoutTimes = new Promise(resolve => addEventListener("keydown", () => {
    const began = performance.now();
    const times = [null, null];
    const look = () => {
      const now = performance.now() - began;
      if (times[0] === null && document.querySelector(found)) times[0] = now;
      if (times[1] === null && document.querySelector(words)) times[1] = now;
      if (times.includes(null) && now < 60000) requestAnimationFrame(look);
      else resolve(times);
    };
    requestAnimationFrame(look);
  }, {capture: true, once: true}));
}"""
# Notes when the server last said something. The state that Streamlit shows of a run will not do: a short run
# begins and ends between two of its drawings.
LISTEN = """window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", () => { window.readoutTold = performance.now(); });
  }
}"""
# Milliseconds from a click on `button` to the last that the server said of it and the page changed for it.
RERUN = """button => new Promise((resolve, reject) => {
  let changed = 0;
  const watcher = new MutationObserver(() => { changed = performance.now(); });
  watcher.observe(document.body, {attributes: true, childList: true, characterData: true, subtree: true});
  const began = performance.now();
  const look = () => {
    const now = performance.now(), told = window.readoutTold > began ? window.readoutTold : null;
    const last = Math.max(told, changed);
    if (told && now - last > QUIET) { watcher.disconnect(); resolve(last - began); }
    else if (now - began > 60000) reject(new Error("No run ended after the click"));
    else setTimeout(look, 50);
  };
  button.click();
  look();
})""".replace("QUIET", "400")  # milliseconds: a run that is not over says something sooner


@dataclass(frozen=True, slots=True)
class PageSpeed:
    """Milliseconds."""

    passages: int  # of the library
    questions: int
    found: Latency  # from Enter to the passages
    words: Latency  # from Enter to the first words
    rerun: float  # of the page with a conversation of TALK answers, without a question
    empty_rerun: float  # of an empty chat page
    first: float  # from Enter to the first words, of the first question after a start
    later: float  # the same after ASKED others, in a page just opened too: a browser is slower at first

    @property
    def own(self) -> float:
        """What a rerun takes over Streamlit's own time."""
        return max(0.0, self.rerun - self.empty_rerun)


def measure_page(texts: Path, folder: Path, home: Path) -> PageSpeed | None:
    """None where there is no Chromium, or no Playwright to drive one."""
    try:
        from playwright.sync_api import sync_playwright

        from tests.browser.chromium import ARGUMENTS, find_chromium
    except ImportError:
        return None
    path = find_chromium()
    if not path:
        return None
    questions = make_questions(load_pool(texts), STARTS * (ASKED + 1))
    talks_before = {line.id for line in conversations(Library(home))}
    with TemporaryDirectory() as place, sync_playwright() as playwright:
        ours, empty = Path(place) / "ours.py", Path(place) / "empty.py"
        ours.write_text(OURS.format(folder=str(folder.resolve()), home=str(home.resolve())))
        empty.write_text(EMPTY)
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        starts = [
            _measure_start(browser, ours, empty, questions[at : at + ASKED + 1])
            for at in range(0, len(questions), ASKED + 1)
        ]
        browser.close()
    library = Library(home)
    for line in conversations(library):
        if line.id not in talks_before:
            delete_conversation(library, line.id)
    passages = library.span().passages
    library.close()
    return _joined(passages, starts)


@dataclass(frozen=True, slots=True)
class _Start:
    found: tuple[float, ...]
    words: tuple[float, ...]
    later: float
    reruns: tuple[float, ...]
    empty_reruns: tuple[float, ...]


def _joined(passages: int, starts: Sequence[_Start]) -> PageSpeed:
    found, words = ([value for one in starts for value in getattr(one, name)] for name in ("found", "words"))
    return PageSpeed(
        passages,
        len(words),
        _latency(found),
        _latency(words),
        statistics.median(value for one in starts for value in one.reruns),
        statistics.median(value for one in starts for value in one.empty_reruns),
        statistics.median(one.words[0] for one in starts),
        statistics.median(one.later for one in starts),
    )


def _measure_start(browser: "Browser", ours: Path, empty: Path, questions: Sequence[str]) -> _Start:
    """What a session sees of a server that was just started."""
    with _serve(ours) as address, _serve(empty) as empty_address:
        page = _open(browser, address, READY)
        times = [_ask(page, question, number) for number, question in enumerate(questions[:-1])]
        blank = _open(browser, empty_address, "button:has-text('Again')")
        reruns, empty_reruns = [], []
        for number in range(RERUNS):
            reruns.append(_rerun(page, ("Edit", "Cancel")[number % 2]))
            empty_reruns.append(_rerun(blank, "Again"))
        page.context.close()
        blank.context.close()
        fresh = _open(browser, address, READY)
        _, later = _ask(fresh, questions[-1], 0)
        fresh.context.close()
    found, words = zip(*times, strict=True)
    return _Start(found, words, later, tuple(reruns), tuple(empty_reruns))


def _open(browser: "Browser", address: str, ready: str) -> "Page":
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.add_init_script(LISTEN)
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(address)
    page.locator(ready).first.wait_for()
    page.locator(IDLE).wait_for()
    return page


def _ask(page: "Page", question: str, number: int) -> tuple[float, float]:
    if number and number % TALK == 0:
        page.get_by_role("button", name="New", exact=True).click()
        page.locator("h2.r-question").first.wait_for(state="detached")
    page.locator(IDLE).wait_for()
    key = f"a{number % TALK + 1}"
    page.get_by_role("textbox", name=BOX).fill(question)
    page.evaluate(WATCH, key)
    page.keyboard.press("Enter")
    found, words = page.evaluate("window.readoutTimes")
    page.locator(f".st-key-foot-{key} .r-foot").wait_for()
    page.locator(IDLE).wait_for()
    page.wait_for_timeout(200)  # a reader looks at the answer; the browser comes to rest
    return float(found), float(words)


def _rerun(page: "Page", name: str) -> float:
    button = page.get_by_role("button", name=name, exact=name != "Edit").last
    taken: float = button.evaluate(RERUN)
    return taken


@contextmanager
def _serve(script: Path) -> Iterator[str]:
    """`streamlit run script` on a free port of this machine; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = os.environ | {"PYTHONPATH": path, "READOUT_LOCAL_PORTS": "0"}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet) as server:
        try:
            _wait_for(f"{address}/_stcore/health", server)
            yield address
        finally:
            server.terminate()


def _wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The page did not start: {address}")


def _latency(milliseconds: Sequence[float]) -> Latency:
    p50, p95 = np.percentile(milliseconds, [50, 95])
    return Latency(float(p50), float(p95))
