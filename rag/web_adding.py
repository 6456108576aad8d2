"""Addresses of the web into the library: fetched politely, read in the child, added one by one.

Only what a person named is fetched. The library's place for a writer is held for the moment in which an
article is stored, not while a server is waited for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.adding import MEGABYTE, Adder, FileVerdict, Outcome
from rag.addresses import parse_address, show_address
from rag.confined import Confined
from rag.errors import ReadError
from rag.fetching import Fetcher
from rag.library import Library
from rag.settings import Settings
from rag.types import Article
from rag.visiting import Visitor
from rag.visits import Visit, keep_visit
from rag.web_reading import KINDS, read_fetched

PATIENCE_SECONDS = 60.0  # that an article waits for the library's place for a writer


def open_visitor(settings: Settings) -> Visitor:
    """What visits the web as the settings say."""
    fetcher = Fetcher(int(settings.file_megabytes * MEGABYTE), settings.own_hosts)
    return Visitor(fetcher, settings.fetch_pause)


class WebAdder:
    """Adds what addresses lead to. The caller need not hold `library.writing()`."""

    def __init__(self, library: Library, adder: Adder, settings: Settings) -> None:
        self._library = library
        self._adder = adder
        self._settings = settings

    def add(self, addresses: Sequence[str]) -> Iterator[FileVerdict]:
        """One verdict per address, each when its article is stored. Raises as Adder.add, and LibraryBusy."""
        visitor = open_visitor(self._settings)
        with Confined() as child:
            for address in addresses:
                yield self._read(address, visitor, child)

    def _read(self, address: str, visitor: Visitor, child: Confined) -> FileVerdict:
        try:
            plain = parse_address(address).address
            fetched = visitor.visit(plain, KINDS)
            article = read_fetched(fetched, child)
        except ReadError as error:
            return FileVerdict(show_address(address), Outcome.UNREADABLE, reason=str(error))
        return self._store(article, Visit(plain, etag=fetched.etag, modified=fetched.modified))

    def _store(self, article: Article, visit: Visit) -> FileVerdict:
        with self._library.writing(PATIENCE_SECONDS):
            (verdict,) = self._adder.add_articles([article])
        if verdict.article_id:
            keep_visit(self._library, replace(visit, article_id=verdict.article_id))
        return verdict
