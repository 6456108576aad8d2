"""Conversations in the real page: kept, found again, stopped, edited, exported; and names are only text."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag.conversations import conversations
from rag.library import Library
from tests.browser.conftest import ARTICLES, IDLE, START_SECONDS, Visit, serve
from tests.browser.test_access import faults
from tests.browser.test_page_in_browser import BRIDGE, MUSEUM, feedback, lit
from tests.model_server import ModelServer

HOSTILE = 'Who ![x](https://evil.example/x.png) <img src="https://evil.example/y.png"> :material/home: won?'


def names(visit: Visit) -> list[str]:
    library = Library(visit.home)
    try:
        return [line.name for line in conversations(library)]
    finally:
        library.close()


def open_dialog(page: Page) -> Locator:
    page.get_by_role("button", name="Conversations").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Search").wait_for()
    return dialog


def test_a_reload_brings_back_the_conversation_with_its_citations(visit: Visit) -> None:
    visit.ask(BRIDGE)
    visit.ask(MUSEUM)
    page = visit.page
    before = page.locator(".r-answer").all_inner_texts()
    assert re.search(r"\?conversation=[0-9a-f]{32}$", page.url)
    page.reload()
    page.locator(".st-key-foot-a2 .r-foot").wait_for()
    assert page.locator(".r-answer").all_inner_texts() == before
    page.locator(".st-key-exchange-a2 a.r-cite").first.click()
    lit(page.locator("#a2-s1"))
    page.get_by_role("button", name="New").click()
    page.get_by_text("Ask the articles").wait_for()
    expect(page).to_have_url(re.compile(r"^[^?]*$"))
    page.go_back()
    page.locator(".st-key-foot-a2 .r-foot").wait_for()


def test_a_conversation_is_found_renamed_and_deleted_after_being_asked(visit: Visit) -> None:
    question = "Who is the mayor of Linden and her ribbon?"
    visit.ask(question)
    page = visit.page
    page.get_by_role("button", name="New").click()
    expect(page.locator("h2.r-question")).to_have_count(0)
    visit.ask(MUSEUM)
    dialog = open_dialog(page)
    dialog.get_by_role("textbox", name="Search").fill("RIBBON mayor")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name=MUSEUM)).to_have_count(0)
    row = dialog.locator('[class*="st-key-line-"]', has_text=question)  # other tests' may be found too
    row.get_by_role("button", name="More").click()
    dialog.get_by_role("textbox", name="Name", exact=True).fill("The mayor")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="The mayor", exact=True)).to_be_visible()
    assert "The mayor" in names(visit)
    dialog.get_by_role("button", name="The mayor", exact=True).click()
    expect(page.locator("h2.r-question")).to_have_text(question)
    expect(dialog).to_have_count(0)
    dialog = open_dialog(page)
    row = dialog.locator('[class*="st-key-line-"]', has_text="The mayor")
    row.get_by_role("button", name="More").click()
    dialog.get_by_role("button", name="Delete …").click()
    expect(dialog.get_by_text("Delete “The mayor”?")).to_be_visible()
    assert "The mayor" in names(visit)
    dialog.get_by_role("button", name="Delete for good").click()
    page.get_by_text("Ask the articles").wait_for()
    assert "The mayor" not in names(visit)


def read_on_a_phone(page: Page, path: Path) -> None:
    """An exported page fits a phone's width, has no serious fault, and leads from [1] to its sentence."""
    assert page.context.browser
    context = page.context.browser.new_context(viewport={"width": 390, "height": 844})
    opened = context.new_page()
    opened.goto(path.as_uri())
    assert opened.evaluate("document.documentElement.scrollWidth") <= 390
    assert faults(opened) == []
    opened.locator("a.r-cite").first.click()
    expect(opened.locator("li:target blockquote")).to_be_in_viewport()
    context.close()


def test_an_export_of_the_page_holds_the_cited_sentences(visit: Visit, tmp_path: Path) -> None:
    visit.ask(BRIDGE)
    page = visit.page
    quote = page.locator("#a1-s1").inner_text().removeprefix("[1] ")
    for kind in ("Markdown", "HTML", "JSON"):
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            page.get_by_role("button", name=kind).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        assert path.stem == "How-long-is-the-harbour-bridge-and-what-did-it-cost"
        text = path.read_text()
        assert quote in (text.replace("\\", "") if kind == "Markdown" else text)
        if kind == "HTML":
            read_on_a_phone(page, path)
        page.keyboard.press("Escape")
    (exchange,) = json.loads(text)["exchanges"]
    assert exchange["answer"]["claims"][0]["citations"][0]["quote"] == quote


def test_a_question_is_edited_and_asked_again_and_later_answers_stay(visit: Visit) -> None:
    visit.ask(BRIDGE)
    visit.ask(MUSEUM)
    page = visit.page
    later = page.locator(".st-key-exchange-a2 .r-answer").inner_text()
    page.locator(".st-key-exchange-a1").get_by_role("button", name="Show passages").click()
    page.locator(".st-key-exchange-a1").get_by_role("button", name="Edit", exact=True).click()
    expect(page.get_by_text("The questions below it stay")).to_be_visible()
    page.get_by_role("textbox", name="The question").fill("Who cut the ribbon of the bridge?")
    page.locator(".st-key-exchange-a1").get_by_role("button", name="Ask", exact=True).click()
    first = page.locator(".st-key-exchange-a1")
    expect(first.locator("h2")).to_have_text("Who cut the ribbon of the bridge?")
    expect(first.locator(".r-answer")).to_contain_text("Mayor Ada Moreau cut the ribbon")
    page.locator(IDLE).wait_for()
    first.get_by_role("button", name="Ask again").click()
    expect(first.locator(".r-answer")).to_contain_text("Mayor Ada Moreau cut the ribbon")
    page.locator(IDLE).wait_for()
    assert page.locator(".st-key-exchange-a2 .r-answer").inner_text() == later
    page.reload()
    page.locator(".st-key-foot-a2 .r-foot").wait_for()
    expect(page.locator("h2.r-question").first).to_have_text("Who cut the ribbon of the bridge?")


def test_a_claim_is_rated_by_itself(visit: Visit) -> None:
    question = "Which lane do cyclists have on the bridge of Linden?"  # asked by no other test
    visit.ask(question)
    page = visit.page
    foot = page.locator(".st-key-foot-a1")
    foot.get_by_role("radio", name="Thumbs up").click()
    foot.get_by_role("button", name="Say more").click()
    page.locator(".st-key-claim-a1-1").get_by_role("radio", name="Thumbs down").click()
    expect(foot.get_by_role("button", name="What you said")).to_be_visible()
    page.locator(IDLE).wait_for()
    page.get_by_role("textbox", name="Your note on claim 1").fill("Not what I asked.")
    page.keyboard.press("Enter")
    for _ in range(100):  # the run that keeps it may not have begun: a page that is idle says nothing of it
        if any(claim.note for one in feedback(visit) for claim in one.claims):
            break
        page.wait_for_timeout(100)
    page.reload()
    page.locator(".st-key-foot-a1 .r-foot").wait_for()
    expect(page.locator(".st-key-foot-a1").get_by_role("radio", name="Thumbs up")).to_be_checked()
    (kept,) = [one for one in feedback(visit) if one.question == question]
    assert [(claim.number, claim.rating, claim.note) for claim in kept.claims] == [
        (1, "down", "Not what I asked.")
    ]


def test_the_reason_of_a_verdict_shows_by_keyboard_and_by_touch(
    visit: Visit, browser: Browser, server: str
) -> None:
    visit.ask(BRIDGE)
    page = visit.page
    reason = page.locator(".r-verdict .r-tip").first
    expect(reason).to_be_hidden()
    page.locator(".st-key-chat a.r-cite").first.focus()
    page.keyboard.press("Tab")
    expect(reason).to_be_visible()
    expect(reason).to_be_in_viewport(ratio=1)
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone = context.new_page()
    phone.goto(page.url)
    mark = phone.locator(".r-verdict").first
    mark.wait_for(timeout=START_SECONDS * 1000)
    mark.tap()
    expect(phone.locator(".r-verdict .r-tip").first).to_be_in_viewport(ratio=1)
    context.close()


def test_a_conversations_name_is_only_text(visit: Visit) -> None:
    visit.ask(HOSTILE)
    page = visit.page
    dialog = open_dialog(page)
    expect(dialog.locator('[class*="st-key-open-"]', has_text="Who ![x](").first).to_be_visible()
    shown = " ".join(dialog.locator('[class*="st-key-open-"]').all_inner_texts()).replace("\u2060", "")
    assert HOSTILE[:40] in shown
    page.keyboard.press("Escape")
    page.get_by_role("button", name="New").click()
    expect(page.locator(".st-key-latest")).to_contain_text("Who ![x](")
    assert page.locator(".st-key-latest img, .st-key-latest a").count() == 0
    assert visit.strangers() == []
    assert visit.events == []


def test_a_conversation_that_is_not_there_is_said(visit: Visit) -> None:
    visit.page.goto(f"{visit.address}/?conversation={'0' * 32}")
    expect(visit.page.get_by_text("This conversation is not in the library")).to_be_visible()
    visit.ask(BRIDGE)


# With a model that never ends


@pytest.fixture(scope="module")
def drip(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page whose model writes for ever."""
    with ModelServer() as model:
        model.behave("slow_drip")
        with serve(
            tmp_path_factory.mktemp("drip"), ARTICLES, READOUT_MODEL="drip", READOUT_BASE_URL=model.url
        ) as address:
            yield address


def test_stop_keeps_what_came_and_a_click_elsewhere_does_not_stop(drip: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(drip)
    page.get_by_text("Ask the articles").wait_for(timeout=START_SECONDS * 1000)
    page.get_by_role("textbox", name="Ask about the articles").fill(BRIDGE)
    page.keyboard.press("Enter")
    expect(page.locator(".r-draft")).to_contain_text("Drip ..", timeout=START_SECONDS * 1000)
    page.get_by_role("button", name="Conversations").click()
    page.get_by_role("dialog").get_by_role("textbox", name="Search").wait_for()
    page.keyboard.press("Escape")
    length = len(page.locator(".r-draft").inner_text())
    expect(page.locator(".r-draft")).to_have_text(re.compile(rf"Drip \.{{{length},}}"))
    page.reload()  # and neither does a reload
    expect(page.locator(".r-draft")).to_have_text(re.compile(rf"Drip \.{{{length},}}"))
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("You stopped it here")).to_be_visible()
    expect(page.locator(".r-answer")).to_contain_text("Drip ..")
    page.locator(IDLE).wait_for()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    stopped = page.locator(".r-answer").text_content()  # its hints too, which the mouse may lay open or not
    page.reload()
    expect(page.get_by_text("You stopped it here")).to_be_visible()
    assert page.locator(".r-answer").text_content() == stopped
    context.close()
