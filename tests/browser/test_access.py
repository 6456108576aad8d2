"""Whoever cannot see, point or tell colours apart: axe-core's rules on each state, and the keyboard."""

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import IDLE, START_SECONDS, Visit

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
BRIDGE = "How long is the harbour bridge and what did it cost?"
FAULTS = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
  .filter(one => ["serious", "critical"].includes(one.impact))
  .map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 200)).join(" | ")}`)"""


def faults(page: Page) -> list[str]:
    page.wait_for_timeout(400)  # what fades in has faint colours on its way
    page.evaluate(AXE)
    found: list[str] = page.evaluate(FAULTS)
    return found


def test_the_rules_see_a_fault_where_there_is_one(visit: Visit) -> None:
    visit.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\"><p>')")
    assert any("image-alt" in one for one in faults(visit.page))


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", (1440, 900)), ("dark", (390, 844))], ids=["wide light", "phone dark"]
)
def test_no_state_of_the_chat_has_a_serious_fault(
    server: str, browser: Browser, scheme: str, size: tuple[int, int]
) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    context.set_default_timeout(START_SECONDS * 1000)
    page = context.new_page()
    page.goto(f"{server}/?from=2024-01-01&until=2024-12-31")
    page.get_by_text("Ask the articles").wait_for(timeout=START_SECONDS * 1000)
    visit = Visit(page, server, Path())
    seen = {"welcome": faults(page)}
    visit.ask(BRIDGE)
    visit.ask("Which composer wrote the opera about the Queen of Sheba?")
    page.locator(".st-key-exchange-a1 a.r-cite").first.focus()
    page.locator(".st-key-shown-a2 .r-score summary").first.click()
    seen["answer and refusal"] = faults(page)
    page.get_by_role("button", name="Filter").first.click()
    expect(page.get_by_role("combobox", name="Outlets")).to_be_visible()
    seen["filters"] = faults(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Read in the article").first.click()
    expect(page.get_by_role("region", name="Text of the article")).to_be_visible()
    seen["article"] = faults(page)
    context.close()
    assert seen == {state: [] for state in seen}


@pytest.mark.parametrize("name", ["articles", "evaluation", "status"])
def test_no_other_page_has_a_serious_fault(visit: Visit, name: str) -> None:
    visit.page.goto(f"{visit.address}/{name}")
    visit.page.locator(".st-key-head h1").wait_for()
    visit.page.locator(IDLE).wait_for()
    assert faults(visit.page) == []


def test_a_question_is_asked_checked_and_read_with_the_keyboard_alone(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("textbox", name="Ask about the articles").focus()
    page.keyboard.type(BRIDGE)
    page.keyboard.press("Enter")
    page.locator(".st-key-foot-a1 .r-foot").wait_for()
    page.locator(IDLE).wait_for()
    page.locator(".st-key-chat a.r-cite").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#a1-s1:target")).to_be_in_viewport()  # and not only in view
    page.keyboard.press("Tab")  # from the sentence on: its way back, then what stands below
    expect(page.locator("#a1-s1 a.r-cite")).to_be_focused()
    reading = page.get_by_role("button", name="Read in the article").first
    for _ in range(12):
        page.keyboard.press("Tab")
        if reading.evaluate("one => one === document.activeElement"):
            break
    expect(reading).to_be_focused()
    assert reading.evaluate(
        "one => getComputedStyle(one).outlineStyle + getComputedStyle(one).boxShadow"
    ) != ("nonenone")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Text of the article")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
