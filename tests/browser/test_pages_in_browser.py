"""What people see and do on the pages beside the chat."""

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import IDLE, Visit

SUITE_SECONDS = 120.0  # the suite reckons a run's figures at its first look; a shared machine takes long
ADD_SECONDS = 60.0  # as long as an upload waits for the library's place for a writer
BRIDGE = "How long is the harbour bridge and what did it cost?"


def go(visit: Visit, name: str) -> None:
    visit.page.locator(".st-key-pages").get_by_role("link", name=name, exact=True).click()
    visit.page.get_by_role("heading", level=1, name="Readout" if name == "Ask" else name).wait_for()
    visit.page.locator(IDLE).wait_for(timeout=SUITE_SECONDS * 1000)


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


# Articles

MILL = "How tall is the windmill of Aldermere?"


def upload(page: Page, *files: tuple[str, str]) -> None:
    payloads = [
        FilePayload(name=name, mimeType="text/markdown", buffer=text.encode()) for name, text in files
    ]
    page.locator('input[type="file"]').set_input_files(payloads)


def remove_all_of(page: Page, words: str) -> None:
    page.get_by_role("textbox", name="Find by title").fill(words)
    page.keyboard.press("Enter")
    page.locator(".st-key-remove-found button").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_an_uploaded_article_is_answered_in_a_page_that_was_open_before_and_gone_when_removed(
    visit: Visit,
) -> None:
    visit.ask(BRIDGE)  # this page stays open on its first look at the library
    desk = visit.page.context.new_page()
    desk.goto(f"{visit.address}/articles")
    head = "---\ntitle: The windmill\nsource: Aldermere Echo\n---\n\n"
    text = head + "The windmill of Aldermere is {} metres tall."
    hostile = "<img src=x onerror='window.ran=1'>.pdf"
    upload(desk, ("mill.md", text.format(19)), (hostile, "%PDF"), ("empty.txt", ""))
    expect(desk.get_by_text("1 file of 3 read, 2 not")).to_be_visible(timeout=ADD_SECONDS * 1000)
    expect(desk.locator(".r-verdicts")).to_contain_text(hostile)
    visit.ask(MILL)
    expect(visit.page.locator(".st-key-exchange-a2")).to_contain_text("is 19 metres tall")
    upload(desk, ("mill.md", text.format(23)))
    expect(desk.get_by_text("replaced its earlier version")).to_be_visible(timeout=ADD_SECONDS * 1000)
    visit.ask(MILL)
    expect(visit.page.locator(".st-key-exchange-a3")).to_contain_text("is 23 metres tall")
    remove_all_of(desk, "aldermere")
    expect(desk.get_by_text("None of")).to_be_visible()
    visit.page.locator(".st-key-shown-a3").get_by_role("button", name="Read in the article").first.click()
    expect(visit.page.get_by_role("dialog")).to_contain_text("no longer in the library")
    assert desk.evaluate("window.ran") is None
    assert visit.events == []


@pytest.mark.parametrize("visit", [(390, 844)], indirect=True)
def test_a_pasted_address_is_refused_in_a_sentence_and_asked_for_by_nobody(visit: Visit) -> None:
    go(visit, "Articles")
    page = visit.page
    for address in ("http://localhost:8501/<b>x</b>", visit.address):
        page.get_by_role("textbox", name="Or paste the address").fill(address)
        page.keyboard.press("Enter")
        expect(page.locator(".r-verdicts")).to_contain_text("only 80 and 443 are asked")
    expect(page.locator(".r-verdicts li")).to_have_count(1)
    assert page.locator(".stMain").evaluate("main => main.scrollWidth") <= 390
    assert page.locator(".r-verdicts b b").count() == 0
    assert visit.strangers() == []
    assert visit.events == []


def test_an_article_is_read_and_a_hostile_one_runs_nothing(visit: Visit) -> None:
    go(visit, "Articles")
    page = visit.page
    page.get_by_role("textbox", name="Find by title").fill("orchid")
    page.keyboard.press("Enter")
    expect(page.locator(".r-row")).to_have_count(2)
    page.locator(".st-key-articles").get_by_role("button", name="Read").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("window.ran=1")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Remove", exact=True).first.click()
    expect(page.get_by_role("dialog")).to_contain_text("leave the library")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("window.ran") is None
    assert visit.events == []
    assert visit.strangers() == []


def test_a_run_of_the_suite_is_opened_down_to_a_passage(visit: Visit) -> None:
    go(visit, "Evaluation")
    page = visit.page
    expect(page.locator(".r-figures").first).to_contain_text("key points in the answer")
    expect(page.locator(".stVegaLiteChart canvas, .stVegaLiteChart svg").first).to_be_visible()
    page.locator(".st-key-questions button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Right answer")).to_be_visible()
    dialog.locator("summary").first.click()
    expect(dialog.locator("details .r-text").first).to_be_visible()
    assert visit.events == []
    assert visit.strangers() == []


@pytest.mark.parametrize("visit", [(1440, 900), (1024, 768), (390, 844)], indirect=True)
def test_no_page_is_cut_off_at_any_width(visit: Visit) -> None:
    page = visit.page
    width = page.viewport_size["width"]  # type: ignore[index]
    for name in ("Articles", "Evaluation", "Status"):
        go(visit, name)
        assert page.locator(".stMain").evaluate("main => main.scrollWidth") <= width
        for link in page.locator(".st-key-pages").get_by_role("link").all():
            expect(link).to_be_in_viewport(ratio=1)
