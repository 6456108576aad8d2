"""What people see and do on the pages beside the chat."""

from playwright.sync_api import expect

from tests.browser.conftest import IDLE, Visit

BRIDGE = "How long is the harbour bridge and what did it cost?"


def go(visit: Visit, name: str) -> None:
    visit.page.locator(".st-key-pages").get_by_role("link", name=name, exact=True).click()
    visit.page.get_by_role("heading", level=1, name="Readout" if name == "Ask" else name).wait_for()
    visit.page.locator(IDLE).wait_for()


def test_the_conversation_is_still_there_after_a_look_at_another_page(visit: Visit) -> None:
    visit.ask(BRIDGE)
    go(visit, "Status")
    expect(visit.page.get_by_text("Questions can be asked.")).to_be_visible()
    expect(visit.page.locator('[aria-current="page"]')).to_have_text("Status")
    go(visit, "Ask")
    expect(visit.page.locator("h2.r-question")).to_have_text(BRIDGE)
    expect(visit.page.locator("#a1-s1")).to_be_visible()


def test_a_check_of_the_library_ends_in_words(visit: Visit) -> None:
    go(visit, "Status")
    visit.page.get_by_role("button", name="Check the library").click()
    expect(visit.page.get_by_text("All is well")).to_be_visible()
    assert visit.strangers() == []
