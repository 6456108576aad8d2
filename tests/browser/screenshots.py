"""Makes the pictures in docs/: the real page, asked about the sample articles. Run by `make screenshots`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, find_chromium
from tests.browser.conftest import IDLE, ROOT, serve

POINTS = "What five points did China and the US agree on?"
TAIWAN = "What did Wang say about Taiwan?"
DIALOGUE = "Where were the first China–US talks on artificial intelligence held?"
COST = "What did the harbour bridge of Linden cost?"
DOCS = ROOT / "docs"
SIDES = Path(__file__).parent / "sides"  # made-up outlets: the sample articles do not contradict each other
COLOURS = 128  # enough for text on plain ground, a third of the size
WIDE, PHONE = (1440, 900), (390, 844)
PATIENCE = 120_000  # milliseconds; the first visit opens the library


def ask(page: Page, question: str) -> None:
    page.get_by_role("textbox", name="Ask about the articles").fill(question)
    page.keyboard.press("Enter")
    page.locator(".st-key-foot-a1 .r-foot").wait_for()
    page.locator(IDLE).wait_for()


def show_answer(page: Page) -> None:
    """An answer, a citation lit up, the sentence of another at the pointer."""
    ask(page, TAIWAN)
    page.locator(".r-answer a.r-cite", has_text="[2]").first.click()
    page.locator(".r-answer a.r-cite", has_text="[3]").first.hover()


def show_sides(page: Page) -> None:
    """Two outlets, two numbers."""
    ask(page, COST)
    page.locator(".r-differ").first.wait_for()
    page.mouse.move(0, 0)


def show_article(page: Page) -> None:
    ask(page, POINTS)
    page.get_by_role("button", name="Read in the article").first.click()
    page.locator("#article-read").wait_for()
    page.mouse.move(0, 0)


def show_filters(page: Page) -> None:
    """Choices open above a refusal that says what the filter left."""
    ask(page, TAIWAN)
    page.get_by_role("button", name="Filter").first.click()
    page.get_by_role("combobox", name="Outlets").wait_for()


def show_phone(page: Page) -> None:
    ask(page, POINTS)
    page.locator(".r-answer a.r-cite", has_text="[1]").first.click()


def show_conversations(page: Page) -> None:
    """The list of those kept, one of them open to be renamed, exported or deleted."""
    for question in (POINTS, DIALOGUE, TAIWAN):
        page.goto(page.url.split("?")[0])
        page.get_by_text("Ask the articles").wait_for()
        ask(page, question)
    page.get_by_role("button", name="Conversations").click()
    page.get_by_role("dialog").get_by_role("button", name="More").nth(1).click()
    page.get_by_role("textbox", name="Name", exact=True).wait_for()
    page.locator(IDLE).wait_for()
    page.mouse.move(0, 0)


def show_articles(page: Page) -> None:
    page.locator(".r-row").first.wait_for()
    for label in ("Or paste the address", "Find by title"):  # parts of Streamlit come after its page is drawn
        page.get_by_role("textbox", name=label).wait_for()
    page.get_by_role("button", name="Remove").first.wait_for()
    page.locator(IDLE).wait_for()


def show_evaluation(page: Page) -> None:
    page.locator(".r-figures").first.wait_for()
    page.locator(IDLE).wait_for()


def main() -> int:
    DOCS.mkdir(exist_ok=True)
    with TemporaryDirectory() as home, serve(Path(home), ROOT / "corpus") as address, opened() as browser:
        take(browser, address, "page", show_answer)
        take(browser, address, "article", show_article)
        take(browser, f"{address}/?until=2023-08-31", "filters", show_filters, scheme="dark")
        take(browser, address, "phone", show_phone, size=PHONE)
        take(browser, address, "conversations", show_conversations)
        take(browser, f"{address}/articles", "articles", show_articles)
        take(browser, f"{address}/evaluation", "evaluation", show_evaluation)
    with TemporaryDirectory() as home, serve(Path(home), SIDES) as address, opened() as browser:
        take(browser, address, "sides", show_sides)
    return 0


@contextmanager
def opened() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
        yield browser
        browser.close()


def take(
    browser: Browser,
    address: str,
    name: str,
    show: Callable[[Page], None],
    *,
    size: tuple[int, int] = WIDE,
    scheme: str = "light",
) -> None:
    """A picture of what `show` brings about on a fresh page."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(address)
    show(page)
    page.wait_for_timeout(1000)  # what scrolls or fades comes to rest
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(DOCS / f"{name}.png", optimize=True)
    context.close()
    print(f"Made docs/{name}.png", flush=True)


if __name__ == "__main__":
    sys.exit(main())
