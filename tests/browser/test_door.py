"""The shared password: before it nothing of the library is sent to the browser, after it the page works."""

import json
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.page.door import WRONG, check_password
from tests.browser.conftest import ARTICLES, JSON_LOG, log_lines, serve, wait_until_ready

PASSWORD = "correct-horse-battery"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("door")
    with serve(folder, ARTICLES, READOUT_PASSWORD=PASSWORD, **JSON_LOG) as address:
        yield address
    told = log_lines(folder)
    assert [line["let_in"] for line in told if line["event"] == "door"] == [False, True]
    assert told[-1]["event"] == "stopped" and "horse" not in json.dumps(told)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", ["", "articles", "evaluation", "status", "?outlet=x"])
def test_nothing_of_the_library_is_sent_before_the_password(guarded: str, page: Page, path: str) -> None:
    frames: list[bytes | str] = []
    page.on("websocket", lambda one: one.on("framereceived", lambda frame: frames.append(frame)))
    page.goto(f"{guarded}/{path}")
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    page.wait_for_timeout(300)
    received = b"".join(one if isinstance(one, bytes) else one.encode() for one in frames)
    assert b"This page is for those who know" in received
    assert not [word for word in (b"articles from", b"Wang", b"READOUT_", b"Blinken") if word in received]
    assert page.get_by_role("link", name="Status").count() == 0


def test_a_wrong_password_opens_nothing_and_the_right_one_the_page(guarded: str, page: Page) -> None:
    page.goto(guarded)
    field = page.get_by_label("Password", exact=True)
    field.fill("correct-horse-batterz")
    field.press("Enter")
    expect(page.get_by_text(WRONG)).to_be_visible()
    assert page.get_by_test_id("stChatInput").count() == 0
    field.fill(PASSWORD)
    field.press("Enter")
    expect(page.get_by_test_id("stChatInput")).to_be_visible(timeout=30_000)
    assert PASSWORD not in page.url
    page.get_by_role("link", name="Status").click()
    expect(page.get_by_role("heading", name="Status")).to_be_visible(timeout=30_000)  # asked for once
    assert PASSWORD not in page.content()
    page.reload()
    expect(page.get_by_label("Password", exact=True)).to_be_visible()


def test_health_tells_a_status_alone(guarded: str) -> None:
    assert wait_until_ready(guarded) == {"status": "ready"}


def test_a_wrong_password_costs_time_and_the_right_one_none() -> None:
    began = time.monotonic()
    assert not check_password("", PASSWORD, pause=0.2)
    assert not check_password(PASSWORD + "x", PASSWORD, pause=0.2)
    assert time.monotonic() - began >= 0.4
    assert check_password(PASSWORD, PASSWORD, pause=3600)
    assert check_password("π\ud800", "π\ud800")
