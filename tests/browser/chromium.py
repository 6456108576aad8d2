"""Finds a Chromium for the browser tests; run as a script it gets one where there is none."""

import os
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
    print("No Chromium found; getting one for the browser tests (once) …", flush=True)
    if install_debians() or install_playwrights():
        return 0
    print("It could not be had. Install Chromium (on Debian: apt install chromium) and try again.")
    return 1


def install_debians() -> bool:
    """Debian's package, where this is Debian and we may."""
    if os.geteuid() or not shutil.which("apt-get"):
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    update = ["apt-get", "update", "-qq"]
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
    commands = (update, install)
    return all(subprocess.run(c, env=environment, check=False).returncode == 0 for c in commands)


def install_playwrights() -> bool:
    """Playwright's own build, into the user's cache folder."""
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
