"""Makes docs/page.png: the real page, asked about the sample articles. Run by `make screenshots`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from tests.browser.chromium import ARGUMENTS, find_chromium
from tests.browser.conftest import ROOT, serve

QUESTION = "What five points did China and the US agree on?"
OUT = ROOT / "docs" / "page.png"


def main() -> int:
    OUT.parent.mkdir(exist_ok=True)
    with TemporaryDirectory() as home, serve(Path(home), ROOT / "corpus") as address, sync_playwright() as p:
        browser = p.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address)
        page.get_by_role("textbox", name="Ask about the articles").fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator(".st-key-foot-a1 .r-foot").wait_for()
        page.locator("a", has_text="[3]").first.click()
        page.wait_for_timeout(1000)
        page.screenshot(path=OUT)
        browser.close()
    print(f"Made {OUT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
