"""A library whose every name, title and sentence attacks the page: all of it is text, nothing runs or leaves.

THREATS rows 2, 3 and 4, in the real browser. The payloads are our own.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import IDLE, START_SECONDS, Visit, serve

EVIL = "https://evil.example"
PAYLOADS = (
    '<img src=x onerror="window.ran=1">',
    "<svg onload=window.ran=1>",
    '"><script>window.ran=1</script>',
    "'><script src=//evil.example/s.js></script>",
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    f"<iframe src={EVIL}/frame></iframe>",
    "[click](javascript:window.ran=1)",
    f"![x]({EVIL}/x.png)",
    f"[![x]({EVIL}/y.png)]({EVIL}/z)",
    '<a href="javascript:window.ran=1">here</a>',
    '<a href="data:text/html,<script>window.ran=1</script>">there</a>',
    f"<style>@import url({EVIL}/s.css); body {{ display: none }}</style>",
    f"<link rel=stylesheet href={EVIL}/l.css>",
    f'<base href="{EVIL}/">',
    f'<meta http-equiv=refresh content="0;url={EVIL}/">',
    f"<form action={EVIL}><input autofocus onfocus=window.ran=1></form>",
    "<details open ontoggle=window.ran=1>more</details>",
    "<video><source onerror=window.ran=1></video>",
    '<math><a xlink:href="javascript:window.ran=1">x</a></math>',
    f"<object data={EVIL}/o></object><embed src={EVIL}/e>",
    f"</mark></p></article></div><img src={EVIL}/i.png>",
    r"$$\href{javascript:window.ran=1}{x}$$",
    rf"$\includegraphics{{{EVIL}/p.png}}$",
    ":material/home: :red[x] :smile: :streamlit:",
    f"{EVIL}/auto www.evil.example x@evil.example",
    f"<{EVIL}/angle>",
    f'<div style="background:url({EVIL}/b.png)">wide</div>',
    '<p id="a1-s1" class="st-key-chat">twin</p>',
    "{{7*7}} {0} {answer} %s ${x}",
    '<noscript><p title="</noscript><img src=x onerror=window.ran=1>">',
    "<svg><animate onbegin=window.ran=1 attributeName=x dur=1s>",
    "<template><script>window.ran=1</script></template>",
    "<details><summary>Score</summary></details>",
    "` ``` ~~~ # *bold* **bold** | a | b |",
    "&lt;script&gt;window.ran=1&lt;/script&gt; &#60;img src=x onerror=window.ran=1&#62;",
    "<xmp><img src=x onerror=window.ran=1></xmp>",
)
HIDDEN = "zero\u200bwidth \u202egnp.live\u202c tag\U000e0041\U000e0042 end"
FOUND = """() => [...document.querySelectorAll("body *")].flatMap(one => [...one.attributes]
  .filter(mark => mark.name.startsWith("on") || /^\\s*(javascript|vbscript|data:text)/i.test(mark.value)
    || (/^(href|src|action|data|srcdoc|style)$/.test(mark.name) && mark.value.includes("evil.example")))
  .map(mark => `${one.tagName} ${mark.name}=${mark.value}`))"""


def write_library(folder: Path) -> None:
    """Six articles; each title, outlet, author, address, file name and sentence holds a payload."""
    folder.mkdir()
    payloads = iter(PAYLOADS)
    for number in range(6):
        title, source, author, *sentences = (next(payloads) for _ in range(6))
        front = {
            "title": f"Orchid fair {number} {title}",
            "source": f"Wire {number} {source}",
            "authors": [author],
            "url": f"javascript:window.ran={number}",
            "published_at": f"2024-0{number + 1}-01T08:00:00+00:00",
        }
        lines = "\n".join(f"{name}: {json.dumps(value)}" for name, value in front.items())
        says = (f"The orchid fair drew {number}{n} visitors {one}." for n, one in enumerate(sentences))
        body = "\n\n".join(says)
        name = f"{number} <img src=x onerror=window.ran=1>.md"
        (folder / name).write_text(f"---\n{lines}\n---\n{body}\n\nThe orchid fair ends {HIDDEN}.\n")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("hostile")
    write_library(folder / "articles")
    with serve(folder, folder / "articles") as address:
        yield address


@pytest.fixture
def visit(hostile: str, browser: Browser) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(START_SECONDS * 1000)
    page = context.new_page()
    visit = Visit(page, hostile, Path())
    page.on("request", lambda one: visit.requests.append(one))
    page.on("dialog", lambda dialog: (visit.events.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: visit.events.append(f"error {error}"))
    page.goto(hostile)
    page.get_by_text("Ask the articles").wait_for(timeout=START_SECONDS * 1000)
    yield visit
    context.close()


def harmless(visit: Visit) -> None:
    page = visit.page
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") is None
    assert page.evaluate(FOUND) == []
    assert (
        page.locator(".stHtml").locator("img, iframe, object, embed, form, svg, math, style ~ p").count() == 0
    )
    assert visit.events == []
    assert visit.strangers() == []


def shown(page: Page) -> str:
    return page.locator("body").inner_text().replace("\u2060", "")


def test_each_payload_is_text_in_answer_passages_filters_and_article(visit: Visit) -> None:
    page = visit.page
    harmless(visit)
    question = "How many visitors did the orchid fair draw?"
    visit.ask(question)
    text = shown(page)
    seen = {one for one in PAYLOADS if one in text}
    assert len(seen) >= 15  # of titles, outlets and sentences of the passages found
    harmless(visit)
    assert "zerowidth gnp.live tag end" in text or HIDDEN not in page.content()
    citation = page.locator(".st-key-chat a.r-cite").first
    citation.hover()
    expect(citation.locator(".r-tip")).to_be_visible()
    page.locator(".r-score summary").first.click()
    page.get_by_role("button", name="Filter").first.click()
    page.get_by_role("combobox", name="Outlets").fill("Wire")
    expect(page.get_by_role("option").nth(1)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator(".st-key-chip-0").wait_for()
    for _ in range(2):
        page.keyboard.press("Escape")
    page.locator(".st-key-chip-0 button").first.hover()
    page.get_by_role("tooltip").wait_for()
    harmless(visit)
    visit.ask(f"{question} {PAYLOADS[0]} {PAYLOADS[7]}")
    page.get_by_role("button", name="Read in the article").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("The orchid fair")
    harmless(visit)


def test_the_other_pages_show_hostile_names_as_text_too(visit: Visit) -> None:
    for name in ("articles", "status"):
        visit.page.goto(f"{visit.address}/{name}")
        visit.page.locator(".st-key-head h1").wait_for()
        visit.page.locator(IDLE).wait_for()
        harmless(visit)
