"""Finds a Chromium for the browser tests; run as a script it fetches Playwright's own where there is none."""

import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Headless in a container, and silent: the browser itself asks no server for anything.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """The path of the system's Chromium or Chrome, else of Playwright's own, else None."""
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return str(own) if own.exists() else None


def main() -> int:
    if find_chromium():
        return 0
    print("No Chromium found; fetching Playwright's own for the browser tests (once) …", flush=True)
    found = subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"], check=False
    ).returncode
    if found:
        print("It could not be fetched. Install Chromium (on Debian: apt install chromium) and try again.")
    return found


if __name__ == "__main__":
    sys.exit(main())
