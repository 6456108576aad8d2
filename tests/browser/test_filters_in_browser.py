"""Filters as people use them: chosen by keyboard, seen as chips, brought back by a shared address."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import IDLE, Visit

BRIDGE = "How long is the harbour bridge?"


@pytest.mark.parametrize("visit", [(1440, 900), (390, 844)], indirect=True)
def test_a_filter_chosen_by_keyboard_is_in_the_address_and_comes_back_with_it(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Filter").focus()
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="Outlets").focus()
    page.keyboard.type("River")
    page.keyboard.press("Enter")
    chip = page.get_by_role("button", name="River Post", exact=False).last
    expect(page).to_have_url(re.compile(r"\?outlet=River(\+|%20)Post$"))
    page.goto(page.url)  # a new session, as with a shared address
    expect(chip).to_be_visible()
    visit.ask(BRIDGE)
    expect(page.locator(".r-only")).to_have_text("River Post")
    expect(page.locator(".st-key-passages")).not_to_contain_text("Linden Gazette")
    chip.focus()
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("outlet"))
    expect(chip).to_be_hidden()
    page.locator(IDLE).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


def test_a_hostile_outlet_is_text_wherever_the_filters_show_it(visit: Visit) -> None:
    page = visit.page
    outlet = ":material/home: ![s](https://e.io/s) **b**"
    page.goto(f"{visit.address}/?outlet={outlet}")
    chip = page.locator(".st-key-chip-0")
    chip.wait_for()
    assert chip.locator("p").first.inner_text().replace("\u2060", "") == outlet
    chip.get_by_role("button").hover()
    page.get_by_role("tooltip").wait_for()
    page.get_by_role("button", name="Filter").first.click()
    page.get_by_role("combobox", name="Outlets").fill("script")
    expect(page.get_by_role("option").first).to_contain_text("<script>window.ran=1</script> Orchid Wire")
    page.keyboard.press("Enter")
    page.locator(".st-key-chip-1").wait_for()
    for _ in range(2):  # the list, then what holds it
        page.keyboard.press("Escape")
    visit.ask("How many visitors did the orchid fair of Marrow draw?")
    assert page.locator(".stMain img, .stMain iframe, [role=tooltip] img, [role=tooltip] a").count() == 0
    assert page.locator(".st-key-filters a").count() == 0
    assert page.evaluate("window.ran") is None
    assert visit.events == []
    assert visit.strangers() == []
