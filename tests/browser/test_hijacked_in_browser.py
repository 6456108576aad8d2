"""What a hijacked model writes, in a real browser without Streamlit's own cleaning: nothing runs."""

from collections.abc import Callable

from playwright.sync_api import Browser

from rag.citations import Resolver, build_claims, read_markers
from rag.passages import split_sentences
from rag.show_html import answer_html, draft_html, passages_html
from rag.types import Citation, Marker
from tests.answers import make_answer, make_hit
from tests.hostile_strings import hostile_strings
from tests.payloads import PAYLOADS
from tests.soak import cases
from tests.test_hostile_strings import pages

CONTROL = '<p id="control"><img src="http://evil.example/control.png"></p>'


def hijacked_page() -> str:
    """All payloads as a draft and as an answer, beside the passages."""
    resolver = Resolver([make_hit()])
    pieces: list[str | Citation] = []
    for piece in read_markers("\n\n".join(PAYLOADS)):
        shown = resolver.cite(piece) if isinstance(piece, Marker) else piece
        pieces += [shown] if shown else []
    answer = make_answer(claims=build_claims(pieces, split_sentences))
    return draft_html(pieces) + answer_html(answer, "a1") + passages_html(answer, "a1")


def test_nothing_is_asked_for_and_nothing_runs(
    browser: Browser, record_property: Callable[[str, object], None]
) -> None:
    record_property("cases", len(PAYLOADS))
    page = browser.new_page()
    events: list[str] = []
    page.on("request", lambda one: events.append(one.url))
    page.on("dialog", lambda one: (events.append("dialog"), one.dismiss()))
    page.on("pageerror", lambda error: events.append(str(error)))
    page.set_content(hijacked_page())
    page.evaluate(
        "document.querySelectorAll('.r-answer *').forEach(one => one.dispatchEvent(new Event('mouseover')))"
    )
    page.wait_for_timeout(300)
    assert events == []
    assert (
        page.locator("img, script, iframe, style, link, meta, form, svg, object, embed, video").count() == 0
    )
    foreign = (
        "[...document.links].map(link => link.getAttribute('href')).filter(to => !to.startsWith('#a1-'))"
    )
    assert set(page.evaluate(foreign)) == {"https://example.org/meeting"}  # the cited article's own
    page.set_content(CONTROL)  # the same page would have told of an image
    page.wait_for_timeout(300)
    assert events == ["http://evil.example/control.png"]
    page.close()


ATTRIBUTES = """() => [...document.querySelectorAll("body *")].flatMap(one => [...one.attributes]
  .filter(mark => /^(on|src|style|action|formaction|data$)/i.test(mark.name)
    || (mark.name === "href" && !/^(#|https?:)/.test(mark.value)))
  .map(mark => `${one.tagName} ${mark.name}=${mark.value}`))"""
ELEMENTS = "img, script, iframe, style, link, meta, base, form, input, svg, math, object, embed, video, audio"
AT_ONCE = 50  # strings in one page
ASKED = "<p><img src='http://evil.example/control.png' onerror=\"alert(1)\"></p>"


def test_no_string_in_any_place_of_the_page_runs_or_asks_for_anything(
    browser: Browser, record_property: Callable[[str, object], None]
) -> None:
    strings = hostile_strings()
    strings = strings[:: cases(len(strings) // 50, 1)]
    page = browser.new_page()
    events: list[str] = []
    page.route("**/*", lambda route: route.abort())
    page.on("request", lambda one: events.append(one.url))
    page.on("dialog", lambda one: (events.append("dialog"), one.dismiss()))
    page.on("pageerror", lambda error: events.append(str(error)))
    shown = 0
    for start in range(0, len(strings), AT_ONCE):
        parts = [html for text in strings[start : start + AT_ONCE] for _, html in pages(text)]
        page.set_content("".join(parts))
        page.evaluate(
            "document.querySelectorAll('body *').forEach(one => ['mouseover', 'focus', 'toggle', 'load']"
            ".forEach(name => one.dispatchEvent(new Event(name))))"
        )
        assert page.evaluate(ATTRIBUTES) == []
        assert page.locator(ELEMENTS).count() == 0
        shown += len(parts)
    page.wait_for_timeout(300)
    assert events == []
    page.set_content(ASKED)  # the same page would have told
    page.wait_for_timeout(300)
    assert events == ["http://evil.example/control.png", "dialog"]
    assert page.evaluate(ATTRIBUTES) and page.locator(ELEMENTS).count() == 1
    record_property("cases", shown)
    page.close()
