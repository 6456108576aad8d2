"""Addresses asked politely: what a site's robots.txt forbids is left alone, and no host is asked in haste."""

import time
from collections.abc import Callable, Collection
from dataclasses import replace

from rag.errors import FetchError
from rag.web.addresses import Target, parse_address
from rag.web.fetching import Fetched, Fetcher
from rag.web.robots import LONGEST, Rules, read_robots

PATIENCE_SECONDS = 30.0  # the longest pause that a site may ask for; with a longer one, one page is read
TOO_OFTEN = 429  # HTTP: Too Many Requests
_FORBIDDEN = (
    "may not be read by programs: the robots.txt of its site says so. Save the page in a browser and add the"
    " file."
)


class Visitor:
    """Fetches for one run: it knows what the sites allow, and when it asked each host last."""

    def __init__(self, fetcher: Fetcher, pause: float, wait: Callable[[float], object] = time.sleep) -> None:
        self._fetcher = fetcher
        self._pause = pause  # seconds between two requests to one host
        self._wait = wait
        self._known: dict[str, Rules | FetchError] = {}  # by scheme and place
        self._asked: dict[str, float] = {}  # when each host was asked last

    def is_own(self, address: str) -> bool:
        """Whether an address is of a host that the setting names."""
        return self._fetcher.is_own(parse_address(address))

    def visit(
        self, address: str, kinds: Collection[str], *, own: bool = True, etag: str = "", modified: str = ""
    ) -> Fetched:
        """As Fetcher.fetch. Raises FetchError, also where robots.txt does not allow it."""
        asked = []

        def ask_leave(target: Target) -> None:
            self._ask_leave(target)
            asked.append(_site(target))

        try:
            return self._fetcher.fetch(address, kinds, own=own, etag=etag, modified=modified, leave=ask_leave)
        except FetchError as error:
            if asked and error.status == TOO_OFTEN:
                self._known[asked[-1]] = error  # it is not asked again in this run
            raise

    def _ask_leave(self, target: Target) -> None:
        """Waits until the target may be asked. Raises FetchError where it may not."""
        site = _site(target)
        if site not in self._known:
            self._known[site] = self._rules(target)
        rules = self._known[site]
        if isinstance(rules, FetchError):
            raise FetchError(target.address, rules.reason, rules.status)
        if not rules.allow(target.path):
            raise FetchError(target.address, _FORBIDDEN)
        self._keep_pace(target, rules.delay)

    def _rules(self, target: Target) -> Rules | FetchError:
        """What robots.txt says. One that cannot be had forbids all, one that is not there nothing."""
        fetcher = replace(self._fetcher, max_bytes=LONGEST)
        try:
            read = fetcher.fetch(f"{_site(target)}/robots.txt", cut=True)
        except FetchError as error:
            if 400 <= error.status < 500 and error.status != TOO_OFTEN:
                return Rules()
            if not error.status:
                return error  # the host itself does not answer
            said = f"is not read: the robots.txt of its site cannot be had now ({error.status})."
            return FetchError(target.address, f"{said} Try again later.", error.status)
        return read_robots(read.content.decode("utf-8", "replace"))

    def _keep_pace(self, target: Target, delay: float) -> None:
        now = time.monotonic()
        if target.host in self._asked:
            pause = max(self._pause, delay)
            left = self._asked[target.host] + pause - now
            if delay > PATIENCE_SECONDS and left > 0:
                raise FetchError(
                    target.address,
                    f"is not read now: the robots.txt of its site asks for {delay:g} seconds between two"
                    " visits. Add it again later, by itself.",
                )
            if left > 0:
                self._wait(left)
        self._asked[target.host] = time.monotonic()


def _site(target: Target) -> str:
    return f"{target.scheme}://{target.place}"
