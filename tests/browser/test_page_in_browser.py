"""What people see and do: ask, read, click a citation, see the sentence; and what must never happen."""

import re
import time

import pytest
from playwright.sync_api import Locator, expect

from rag.library import Library
from rag.types import Feedback
from tests.browser.conftest import IDLE, Visit

BRIDGE = "How long is the harbour bridge and what did it cost?"
MUSEUM = "When will the ferry museum open?"
ORCHIDS = "How many visitors did the orchid fair of Marrow draw?"
LIT = "rgb(255, 210, 77)"  # --r-lit of the light style


def lit(sentence: Locator) -> None:
    expect(sentence).to_be_in_viewport()
    expect(sentence).to_have_css("background-color", LIT)


def feedback(visit: Visit) -> list[Feedback]:
    library = Library(visit.home)
    try:
        return library.feedback()
    finally:
        library.close()


def top(element: Locator) -> float:
    box = element.bounding_box()
    assert box
    return box["y"]


def test_a_click_on_a_citation_lights_up_its_sentence_and_leaves_the_chat_alone(visit: Visit) -> None:
    visit.ask(BRIDGE)
    page = visit.page
    panel = page.locator(".st-key-passages")
    question = page.locator("h2.r-question")
    before, sent = top(question), len(visit.sent)
    citation = page.locator(".st-key-chat a.r-cite", has_text="[1]").first
    sentence = page.locator("#a1-s1")
    for _ in range(2):  # a second click on the same citation works as the first
        panel.evaluate("panel => panel.scrollTo({top: panel.scrollHeight, behavior: 'instant'})")
        citation.click()
        lit(sentence)
        assert top(question) == before
    assert len(visit.sent) == sent > 0


def test_pointing_at_a_citation_or_reaching_it_by_key_shows_its_sentence(visit: Visit) -> None:
    visit.ask(BRIDGE)
    page = visit.page
    citation = page.locator(".st-key-chat a.r-cite").first
    tip, quote = citation.locator(".r-tip"), page.locator("#a1-s1").inner_text().removeprefix("[1] ")
    expect(tip).to_be_hidden()
    citation.hover()
    expect(tip).to_be_visible()
    expect(tip).to_contain_text(f"“{quote}” (")
    page.mouse.move(0, 0)
    expect(tip).to_be_hidden()
    citation.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(tip).to_be_visible()
    expect(citation).to_have_accessible_description(re.compile(re.escape(quote)))
    page.keyboard.press("Enter")
    lit(page.locator("#a1-s1"))


def test_the_score_of_a_passage_opens_by_key(visit: Visit) -> None:
    visit.ask(BRIDGE)
    facts = visit.page.locator(".st-key-passages .r-score dl").first
    expect(facts).to_be_hidden()
    visit.page.locator(".st-key-passages .r-score summary").first.focus()
    visit.page.keyboard.press("Enter")
    expect(facts).to_contain_text("number 1 of")


def test_the_number_in_a_passage_leads_back_to_the_claim(visit: Visit) -> None:
    visit.ask(BRIDGE)
    visit.page.locator("#a1-s1 a.r-cite").click()
    lit(visit.page.locator("#a1-c1"))


def test_a_citation_of_an_earlier_answer_brings_its_own_passages_to_the_front(visit: Visit) -> None:
    visit.ask(BRIDGE)
    visit.ask(MUSEUM)
    page = visit.page
    earlier, latest = page.locator(".st-key-kept-a1"), page.locator(".st-key-shown-a2")
    expect(latest).to_be_visible()
    expect(earlier).to_be_hidden()
    page.locator(".st-key-exchange-a1 a.r-cite").first.click()
    lit(page.locator("#a1-s1"))
    expect(latest).to_be_hidden()
    visit.ask("Who will show visitors around the ferry?")
    expect(page.locator(".st-key-shown-a3")).to_be_visible()
    expect(earlier).to_be_hidden()


def test_the_passages_of_a_selected_answer_take_the_place_of_those_lit_before(visit: Visit) -> None:
    for question in (BRIDGE, MUSEUM, "Who will show visitors around the ferry?"):
        visit.ask(question)
    page = visit.page
    page.locator(".st-key-exchange-a1 a.r-cite").first.click()
    expect(page.locator(".st-key-kept-a1")).to_be_visible()
    page.locator(".st-key-exchange-a2").get_by_text("Show passages").click()
    expect(page.locator(".st-key-shown-a2")).to_be_visible()
    expect(page.locator(".st-key-kept-a1")).to_be_hidden()


def test_passages_and_question_box_stay_in_view_while_the_chat_scrolls(visit: Visit) -> None:
    for question in (BRIDGE, MUSEUM, BRIDGE, MUSEUM):
        visit.ask(question)
    page = visit.page
    for place in ("0", "chat.scrollHeight"):
        page.locator(".st-key-chat").evaluate(f"chat => chat.scrollTo({{top: {place}, behavior: 'instant'}})")
        expect(page.locator(".st-key-passages")).to_be_in_viewport()
        expect(page.get_by_role("textbox", name="Ask about the articles")).to_be_in_viewport()
    expect(page.locator("h2.r-question").last).to_be_in_viewport()
    assert page.locator(".stMain").evaluate("main => main.scrollHeight - main.clientHeight") <= 1


def test_reading_in_the_article_opens_it_at_the_sentence(visit: Visit) -> None:
    visit.ask(BRIDGE)
    visit.page.get_by_role("button", name="Read in the article").first.click()
    dialog = visit.page.get_by_role("dialog")
    lit(dialog.locator("#article-read"))
    expect(dialog).to_contain_text("work is to begin in 2026")
    link = dialog.get_by_role("link", name="original at gazette.example")
    expect(link).to_have_attribute("href", "https://gazette.example/harbour-bridge")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(dialog.get_by_role("button", name="Close")).to_be_in_viewport()


def test_a_thumb_and_a_note_land_in_the_library_and_leave_the_page_in_place(visit: Visit) -> None:
    question = "How long is the new bridge of Linden?"  # asked by no other test
    visit.ask(question)
    page = visit.page
    foot = page.locator(".st-key-foot-a1")
    page.locator(".st-key-chat a.r-cite", has_text="[1]").first.click()
    before = top(page.locator(".r-answer"))
    foot.get_by_role("radio", name="Thumbs down").click()
    foot.get_by_role("button", name="Say more").click()
    page.get_by_role("textbox", name="What is right or wrong with it?").fill("The cost is missing.")
    page.keyboard.press("Enter")
    expect(foot.get_by_role("button", name="What you said")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(IDLE).wait_for()
    lit(page.locator("#a1-s1"))
    assert top(page.locator(".r-answer")) == before
    (kept,) = [one for one in feedback(visit) if one.question == question]
    assert (kept.rating, kept.note, kept.answerer) == ("down", "The cost is missing.", "extractive")
    assert kept.cited[0].quote in page.locator("#a1-s1").inner_text()


def await_ratings(visit: Visit, question: str, wanted: list[str]) -> None:
    """The page draws a click before it stores it: looks again until they agree, ten seconds at most."""
    ends = time.monotonic() + 10
    while (found := [one.rating for one in feedback(visit) if one.question == question]) != wanted:
        assert time.monotonic() < ends, f"{found} in the library, not {wanted}"
        visit.page.wait_for_timeout(100)


def test_an_answer_is_rated_with_the_keyboard_alone(visit: Visit) -> None:
    question = "Who was the last captain of the ferry?"
    visit.ask(question)
    page = visit.page
    up, thumb = (page.get_by_role("radio", name=f"Thumbs {way}") for way in ("up", "down"))
    up.wait_for()
    page.locator(".st-key-chat a.r-cite").last.focus()
    for key, reached in (("Tab", None), ("Tab", up), ("ArrowRight", thumb)):  # past the last verdict's reason
        page.keyboard.press(key)
        if reached:
            expect(reached).to_be_focused()
    page.keyboard.press("Space")
    expect(thumb).to_be_checked()
    expect(thumb).to_be_focused()
    await_ratings(visit, question, ["down"])
    page.locator(IDLE).wait_for()
    page.keyboard.press("Space")  # the same again takes it back
    expect(page.get_by_role("button", name="Say more")).to_have_count(0)
    await_ratings(visit, question, [])


def test_what_the_articles_do_not_hold_is_said(visit: Visit) -> None:
    visit.ask("Which composer wrote the opera about the Queen of Sheba?")
    expect(visit.page.get_by_text("Not in the articles")).to_be_visible()
    expect(visit.page.get_by_text("The nearest passages:")).to_be_visible()


def test_a_hostile_article_runs_nothing_and_asks_for_nothing(visit: Visit) -> None:
    visit.ask(ORCHIDS)
    page = visit.page
    panel = page.locator(".st-key-passages")
    expect(panel).to_contain_text('<img src=x onerror="window.ran=1">')
    page.locator(".st-key-chat a.r-cite").first.click()
    lit(page.locator("#a1-s1"))
    page.locator(".st-key-chat a.r-cite").first.hover()
    expect(panel).to_contain_text("<script>window.ran=1</script> Orchid Wire")  # an outlet's name
    page.get_by_role("button", name="Read in the article").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("window.ran=1")
    page.wait_for_timeout(500)
    assert page.evaluate("window.ran") is None
    assert visit.events == []
    assert visit.strangers() == []
    inside = page.locator(".stHtml")
    assert inside.locator("img, iframe, svg, object, embed, form, [onerror], [onload]").count() == 0
    links = inside.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert all(link.startswith(("#", "https://gazette.example/")) for link in links)


def test_no_request_leaves_the_page_and_nothing_fails(visit: Visit) -> None:
    visit.ask(BRIDGE)
    visit.page.locator(".st-key-chat a.r-cite").first.click()
    visit.page.get_by_role("button", name="Read in the article").first.click()
    lit(visit.page.locator("#article-read"))
    assert len(visit.requests) > 5
    assert visit.strangers() == []
    assert visit.events == []


@pytest.mark.parametrize("visit", [(1440, 900), (1024, 768), (390, 844)], indirect=True)
def test_nothing_is_cut_off_at_any_width(visit: Visit) -> None:
    visit.ask(BRIDGE)
    page = visit.page
    width = page.viewport_size["width"]  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in (".st-key-chat", ".st-key-passages", ".st-key-top"):
        box = page.locator(name).bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    page.locator(".st-key-chat a.r-cite").first.click()
    lit(page.locator("#a1-s1"))


@pytest.mark.parametrize("visit", [(390, 844)], indirect=True)
def test_on_a_phone_the_question_box_is_in_reach_and_the_passages_name_what_was_searched(
    visit: Visit,
) -> None:
    box = visit.page.get_by_role("textbox", name="Ask about the articles")
    expect(box).to_be_in_viewport(ratio=1)
    visit.ask(BRIDGE)
    visit.ask("And what did it cost?")
    visit.page.locator(".st-key-exchange-a1 h2.r-question").scroll_into_view_if_needed()
    expect(box).to_be_in_viewport(ratio=1)
    searched = visit.page.locator(".st-key-asked-a2 .r-asked").inner_text().removeprefix("Searched as: ")
    assert searched != "And what did it cost?"
    expect(visit.page.locator(".st-key-shown-a2 .r-for").first).to_contain_text(f"“{searched}”")
    visit.ask("What is the price of copper in Chile?")  # a short answer below long ones
    expect(visit.page.locator(".st-key-exchange-a3 h2.r-question")).to_be_in_viewport()
