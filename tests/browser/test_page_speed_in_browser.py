"""The clock of the bench sees a question answered and reruns end."""

from playwright.sync_api import Browser

from evals.page_speed import READY, _ask, _open, _rerun
from tests.browser.test_page_in_browser import BRIDGE


def test_a_question_and_reruns_are_timed(server: str, browser: Browser) -> None:
    page = _open(browser, server, READY)
    found, words = _ask(page, BRIDGE, 0)
    assert found > 0
    assert words > 0
    for name in ("Edit", "Cancel", "Edit"):
        assert _rerun(page, name) > 0
    page.context.close()
