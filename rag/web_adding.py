"""Addresses of the web into the library: fetched politely, read in the child, added one by one.

Only what a person named is fetched, and what a feed or sitemap that a person named lists. The library's place
for a writer is held for the moment in which an article is stored, not while a server is waited for.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rag.adding import MEGABYTE, Adder, FileVerdict, Outcome, tell_outcomes
from rag.editions import find_copy
from rag.errors import FetchError
from rag.library import Library
from rag.reading.confined import Confined
from rag.reading.markdown import Content
from rag.settings import Settings
from rag.types import Article
from rag.visits import Visit, find_visit, keep_visit, visits
from rag.web.addresses import parse_address, show_address
from rag.web.fetching import Fetched, Fetcher
from rag.web.reading import KINDS, LIST_KINDS, Listed, is_list, read_fetched, read_list
from rag.web.visiting import Visitor

PATIENCE_SECONDS = 60.0  # that an article waits for the library's place for a writer
TITLE_CHARACTERS = 80  # of an entry, in a message
LISTS_MOST = 20  # sitemaps that one sitemap leads to, newest first
KEPT = " The library keeps what it has of it."
REMOVED = "It was read before, and is not in the library: it was removed or held no text. Add it by itself."
UNKNOWN = "It was not added yet. Add it: readout add ADDRESS"
LATER = "It names {:,} more; READOUT_FETCH_PAGES says how many are read at a time. Add it again for the next."


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

    def add(
        self, addresses: Sequence[str], expect: Callable[[int], None] | None = None
    ) -> Iterator[FileVerdict]:
        """A verdict for each address, or for each page that it lists, when its article is stored.

        `expect` is told how many more verdicts will come than there are addresses, as soon as that is known.
        Raises as Adder.add, and LibraryBusy.
        """
        with Confined() as child:
            run = self._run(child, expect)
            yield from tell_outcomes(verdict for address in addresses for verdict in run.add(address))

    def refresh(
        self, addresses: Sequence[str] = (), expect: Callable[[int], None] | None = None
    ) -> Iterator[FileVerdict]:
        """Visits addresses again, or all that the library knows: first feeds and sitemaps, for what is new in
        them, then the pages. What has changed replaces what was there. `expect` is told all that will come.
        """
        with Confined() as child:
            yield from tell_outcomes(self._run(child, expect).refresh(addresses))

    def _run(self, child: Confined, expect: Callable[[int], None] | None) -> "_Run":
        visitor = open_visitor(self._settings)
        return _Run(self._library, self._adder, self._settings, visitor, child, expect or (lambda more: None))


@dataclass(slots=True)
class _Left:
    """What may still be read of one feed or sitemap, and of those that it leads to."""

    pages: int
    lists: int = LISTS_MOST
    again: bool = False  # what is known already gets no verdict

    def take(self, one: Listed) -> bool:
        """Whether one more may be read; it counts as read."""
        left = self.lists if one.is_list else self.pages
        if one.is_list:
            self.lists -= 1
        else:
            self.pages -= 1
        return left > 0


@dataclass(frozen=True, slots=True)
class _Run:
    """One adding or refreshing: no address is asked twice."""

    library: Library
    adder: Adder
    settings: Settings
    visitor: Visitor
    child: Confined
    expect: Callable[[int], None]
    seen: set[str] = field(default_factory=set)

    def add(self, address: str) -> Iterator[FileVerdict]:
        try:
            plain = parse_address(address).address
        except FetchError as error:
            yield FileVerdict(show_address(address), Outcome.UNREADABLE, reason=str(error))
            return
        yield from self.visit(Visit(plain), _Left(self.settings.fetch_pages))

    def refresh(self, addresses: Sequence[str]) -> Iterator[FileVerdict]:
        known = {visit.address: visit for visit in visits(self.library)}
        plain = {_plain(one): show_address(one) for one in addresses}
        unknown = [
            FileVerdict(plain[one], Outcome.UNREADABLE, reason=UNKNOWN) for one in plain if one not in known
        ]
        chosen = [known[one] for one in plain if one in known] if addresses else list(known.values())
        lists = [visit for visit in chosen if not visit.article_id]
        pages = [visit for visit in chosen if addresses or self.library.content_hash(visit.article_id)]
        pages = [visit for visit in pages if visit.article_id]
        self.expect(len(unknown) + len(lists) + len(pages))
        yield from unknown
        for visit in lists:
            if visit.address in self.seen:  # a sitemap that another one led to is read already
                self.expect(-1)
            else:
                yield from self.visit(visit, _Left(self.settings.fetch_pages, again=True))
        for visit in pages:
            article = self.library.article(visit.article_id) or find_copy(self.library, visit.article_id)
            if article:
                yield from self.visit(visit, None, _said(article))
            else:
                yield FileVerdict(visit.address, Outcome.LEFT_OUT, reason=REMOVED)

    def visit(
        self, visit: Visit, left: _Left | None, lacking: Content | None = None
    ) -> Iterator[FileVerdict]:
        """Fetches an address and stores what it gives; with `left`, also what it lists."""
        self.seen.add(visit.address)
        own = not visit.named_by or self.visitor.is_own(visit.named_by)
        try:
            fetched = self.visitor.visit(
                visit.address, (*KINDS, *LIST_KINDS), own=own, etag=visit.etag, modified=visit.modified
            )
            if not fetched.changed:
                keep_visit(self.library, visit)
                yield FileVerdict(visit.address, Outcome.UNCHANGED, visit.article_id)
                return
            found = self._read(fetched, left, lacking)
        except FetchError as error:
            kept = KEPT if visit.article_id else ""
            yield FileVerdict(visit.address, Outcome.UNREADABLE, reason=f"{error}{kept}")
            return
        visit = replace(visit, etag=fetched.etag, modified=fetched.modified)
        if isinstance(found, Article):
            yield self._store(found, visit)
        elif left:
            yield from self._add_listed(found, visit, left)

    def _read(self, fetched: Fetched, left: _Left | None, lacking: Content | None) -> Article | list[Listed]:
        if not is_list(fetched):
            return read_fetched(fetched, self.child, lacking)
        if not left:
            raise FetchError(fetched.url, "is a feed or a sitemap. Add it by itself to have its pages.")
        return read_list(fetched, self.child)

    def _store(self, article: Article, visit: Visit) -> FileVerdict:
        with self.library.writing(PATIENCE_SECONDS):
            (verdict,) = self.adder.add_articles([article])
        keep_visit(self.library, replace(visit, article_id=verdict.article_id or article.id))
        return verdict

    def _add_listed(self, found: Sequence[Listed], visit: Visit, left: _Left) -> Iterator[FileVerdict]:
        """A verdict for each page that a feed or sitemap names, or for itself where it names none."""
        keep_visit(self.library, replace(visit, etag="", modified=""))  # known, though not read to its end
        wanted = [one for one in found if self._is_wanted(one, left.again)]
        self.expect(max(0, len(wanted) - 1))
        whole, later = True, 0
        for one in wanted:
            verdicts = self._add_one(one, visit, left)
            later += verdicts is None
            for verdict in verdicts or ():
                whole = whole and verdict.outcome is not Outcome.UNREADABLE
                yield verdict
        if later:
            self.expect(1 - later)
            yield FileVerdict(visit.address, Outcome.LEFT_OUT, reason=LATER.format(later))
        elif whole:
            keep_visit(self.library, visit)
        if not wanted:
            yield FileVerdict(visit.address, Outcome.UNCHANGED)

    def _is_wanted(self, one: Listed, again: bool) -> bool:
        """Not seen in this run; nor, when a feed is looked at `again`, before it."""
        if not one.address:
            return True
        if one.address in self.seen:
            return False
        self.seen.add(one.address)
        if not again or one.is_list:
            return True
        known = find_visit(self.library, one.address)
        return not (known and known.article_id)

    def _add_one(self, one: Listed, visit: Visit, left: _Left) -> Iterable[FileVerdict] | None:
        """The verdicts of what a list names; None if it was not its turn."""
        if not one.address:
            reason = f"An entry “{one.lacking.title[:TITLE_CHARACTERS]}” names no address."
            return [FileVerdict(visit.address, Outcome.UNREADABLE, reason=reason)]
        known = find_visit(self.library, one.address)
        if known and known.article_id:
            if self.library.content_hash(known.article_id):
                return [FileVerdict(one.address, Outcome.UNCHANGED, known.article_id)]
            return [FileVerdict(one.address, Outcome.LEFT_OUT, reason=REMOVED)]
        if not left.take(one):
            return None
        return self.visit(
            known or Visit(one.address, named_by=visit.address), left if one.is_list else None, one.lacking
        )


def _plain(address: str) -> str:
    try:
        return parse_address(address).address
    except FetchError:
        return ""


def _said(article: Article) -> Content:
    """What was known of an article, for fields of which its page says nothing: a feed may have said it."""
    return Content(
        title=article.title,
        source=article.source,
        authors=article.authors,
        published_at=article.published_at,
        updated_at=article.updated_at,
    )
