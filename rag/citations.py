"""From an answer as it is written to claims with exact citations: markers, sentences, claims. Pure."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.types import SHAPELESS, Citation, Claim, Hit, Judgement, Marker, Piece, Sentence
from rag.verdicts.judge import judge

MARKER_MOST = 64  # characters of the longest marker read: eight sentences in a list, a few ranges
SPACE_MOST = 8  # blanks before a marker that move behind it; more than that is layout, not a space
RANGE_MOST = 10  # sentences of one range; a longer one points at nothing in particular
HEADING_MOST = 200  # characters of 'Outlet or title, 26 April 2024:'
HEADING_WORDS = 12  # words of a Markdown heading; a longer line states something

_NUMBER = r"[1-9]\d{0,2}"
_PAIR = rf"{_NUMBER}\.{_NUMBER}"
_ITEM = rf"{_PAIR}(?: ?[-–—] ?{_PAIR})?"
_MARKER = re.compile(rf"\[ ?{_ITEM}(?: ?[,;] {{0,2}}{_ITEM})* ?\]")
_UNSEEN = rf"{SHAPELESS}\u200c\u200d\ufe0e\ufe0f"
# Numbers in brackets that are no marker: shown, they would pass for the citations that we number ourselves.
_SIGNS = rf"[\d\s.,;:–—^{_UNSEEN}-]"
_NUMBERS = re.compile(rf"\[{_SIGNS}*\d{_SIGNS}*\]")
# A year, a thousand: no citation's number.
_FIGURE = re.compile(r"\[(?:[1-9]\d{3,}|[1-9]\d{0,2}(?:,\d{3})+)\]")
_MAY_BECOME = re.compile(rf"\[{_SIGNS}*")
_NOWHERE = Marker(0, 0)
_STICKS = frozenset(".,;:!?)]}%»”’…")  # follows a word without a space

_BULLET = r"(?:[-*•+–]|\d{1,2}[.)]|>)[ \t]+"
_LEAD = re.compile(rf"\s*(?:(?:{_BULLET})*)")
_LETTER = re.compile(r"[^\W_]")
_LINE_OPENS = re.compile(rf"[ \t]*(?:{_BULLET}|#{{1,6}}[ \t])")
_MARKDOWN_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+(\S.*)")
_WHO = r"“(?:he|she)” is [^()“”\d]{1,40}"  # as the extractive answers name a speaker
_BEGINS = r"(?: \(how it begins\))?"  # and that a report is quoted from its beginning
_DATED_HEADING = re.compile(
    rf"\S.*, (?:\d{{1,2}} [A-Z][a-z]+ \d{{4}}|no date){_BEGINS}(?: \({_WHO}(?: and {_WHO})?\))?"
    r"(?::|:\*\*|\*\*:)"
)


def read_markers(chunks: Iterable[str]) -> Iterator[Piece]:
    """Text and markers of a stream, the same wherever the stream is cut.

    `[3.2]`, lists `[1.2, 3.4]` and ranges `[2.1-2.3]` (within one hit, at most RANGE_MOST sentences) become
    Markers; other numbers in brackets (`[1]`, `[0.1]`, `[3.1-2.9]`) become one that points at no sentence;
    years, thousands and anything else stay text. Only what could still become a marker is held back, at
    most MARKER_MOST + SPACE_MOST characters. Blanks directly before a marker move behind it, and are left
    out where punctuation, white space or the end follows: 'fell [1.2].' reads 'fell.' with its marker
    after 'fell'. Line breaks stay where they are.
    """
    held = ""  # starts with blanks or '[', or is empty
    moved = ""  # blanks that stood before the last marker
    for chunk in chunks:
        pieces, held, moved = _read(held + chunk, moved)
        yield from pieces
    if moved and held and not _joins(held):
        held = moved + held
    if held:
        yield held


def _read(text: str, moved: str) -> tuple[list[Piece], str, str]:
    """The pieces of `text`, what must wait for more, and the blanks still owed after a marker."""
    pieces: list[Piece] = []
    written: list[str] = []

    def write(part: str) -> None:
        nonlocal moved
        if part:
            written.append(part if not moved or _joins(part) else moved + part)
            moved = ""

    def close() -> None:
        if written:
            pieces.append("".join(written))
            written.clear()

    place = 0
    while (bracket := text.find("[", place)) >= 0:
        blanks = _blanks_before(text, place, bracket)
        found = _NUMBERS.match(text, bracket, bracket + MARKER_MOST)
        markers = _markers(found.group()) if found else ()
        if found and markers:
            write(text[place : bracket - blanks])
            close()
            pieces += markers
            # between two markers of one group the first blanks are the ones that count
            moved = moved or text[bracket - blanks : bracket]
            place = found.end()
        elif _may_become_marker(text, bracket):
            write(text[place : bracket - blanks])
            close()
            return pieces, text[bracket - blanks :], moved
        else:
            write(text[place : bracket + 1])
            place = bracket + 1
    keep = _blanks_before(text, place, len(text))
    write(text[place : len(text) - keep])
    close()
    return pieces, text[len(text) - keep :], moved


def _joins(text: str) -> bool:
    """Whether `text` follows a word without the blanks that a marker has moved."""
    return text[0].isspace() or text[0] in _STICKS


def _blanks_before(text: str, start: int, end: int) -> int:
    place = end
    while place > max(start, end - SPACE_MOST) and text[place - 1] in " \t\u00a0":
        place -= 1
    return end - place


def _may_become_marker(text: str, bracket: int) -> bool:
    rest = text[bracket : bracket + MARKER_MOST]
    return len(rest) < MARKER_MOST and bool(_MAY_BECOME.fullmatch(rest))


def _markers(text: str) -> tuple[Marker, ...]:
    """The markers that numbers in brackets stand for; none where they are a figure of the text."""
    text = re.sub(f"[{_UNSEEN}]", "", text)  # what a reader sees counts
    if _FIGURE.fullmatch(text):
        return ()
    if not _MARKER.fullmatch(text):
        return (_NOWHERE,)
    markers: list[Marker] = []
    for item in re.split(r"[,;]", text[1:-1]):
        numbers = [int(number) for number in re.findall(r"\d+", item)]
        hit, first = numbers[:2]
        last_hit, last = numbers[2:] or (hit, first)
        if last_hit != hit or not first <= last < first + RANGE_MOST:
            return (_NOWHERE,)
        markers += [Marker(hit, sentence) for sentence in range(first, last + 1)]
    return tuple(markers)


class Resolver:
    """Gives markers the sentences of one answer's hits, numbered from 1 in the order of first use."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self._hits = hits
        self._numbers: dict[tuple[str, str, int, int], int] = {}
        self.unresolved = 0  # markers that pointed at no sentence

    def cite(self, marker: Marker) -> Citation | None:
        """The sentence, copied with its offsets from the hit; None, and counted, where there is none."""
        if not 0 < marker.hit <= len(self._hits):
            self.unresolved += 1
            return None
        hit = self._hits[marker.hit - 1]
        if not 0 < marker.sentence <= len(hit.passage.sentences):
            self.unresolved += 1
            return None
        sentence, article = hit.passage.sentences[marker.sentence - 1], hit.article
        key = (article.id, article.content_hash, sentence.start, sentence.end)
        return Citation(
            number=self._numbers.setdefault(key, len(self._numbers) + 1),
            passage_id=hit.passage.id,
            article_id=article.id,
            content_hash=article.content_hash,
            title=article.title,
            source=article.source,
            authors=article.authors,
            published_at=article.published_at,
            updated_at=article.updated_at,
            url=article.url,
            start=sentence.start,
            end=sentence.end,
            quote=sentence.text,
            also=tuple(name for name in article.outlets if name != article.source),
        )

    def branch(self) -> "Resolver":
        """Another one that goes on from here; what it does leaves this one as it is."""
        branch = Resolver(self._hits)
        branch._numbers, branch.unresolved = dict(self._numbers), self.unresolved
        return branch


@dataclass(frozen=True, slots=True)
class _Span:
    """A claim's place in the answer's text; its lead starts where the claim before ends."""

    start: int
    end: int


def build_claims(
    pieces: Iterable[str | Citation],
    split: Callable[[str], tuple[Sentence, ...]],
    similarity: Callable[[str, str], float] | None = None,
) -> tuple[Claim, ...]:
    """One judged claim per sentence of the answer, each with the citations that it ends with.

    The text is lead + text, claim after claim; only signs and an empty list item are left out at the very
    end. Line breaks, bullets and headings are leads: they claim nothing. A citation belongs to the sentence
    before it (before or after its full stop); on a new line, or at the very start, to the one that follows.
    `split` gives sentences with offsets into the text that it was given; `similarity` is for `judge`.
    """
    text, places = _gather(pieces)
    lines = [found.end() for found in re.finditer("\n", text)]
    spans = _claim_spans(text, split, [place for place, _ in places])
    cited: list[dict[int, Citation]] = [{} for _ in spans]
    owner = 0
    for place, citation in places:
        while owner + 1 < len(spans) and _belongs_later(lines, spans[owner], spans[owner + 1], place):
            owner += 1
        if spans:
            cited[owner].setdefault(citation.number, citation)
    claims, behind = [], 0
    for span, citations in zip(spans, cited, strict=True):
        words, evidence = text[span.start : span.end], tuple(citations.values())
        judgement: Judgement = judge(words, evidence, similarity)
        claims.append(Claim(words, judgement.verdict, judgement.missing, evidence, text[behind : span.start]))
        behind = span.end
    return tuple(claims)


def _gather(pieces: Iterable[str | Citation]) -> tuple[str, list[tuple[int, Citation]]]:
    """The text, and each citation with the offset at which it stands."""
    parts: list[str] = []
    places: list[tuple[int, Citation]] = []
    length = 0
    for piece in pieces:
        if isinstance(piece, Citation):
            places.append((length, piece))
        else:
            parts.append(piece)
            length += len(piece)
    return "".join(parts), places


def _belongs_later(lines: Sequence[int], this: _Span, following: _Span, place: int) -> bool:
    """Whether a citation at `place` belongs to `following` or a later claim rather than to `this`.

    `lines`: where lines begin, but for the first.
    """
    if place > following.start:
        return True
    here = bisect_right(lines, place)  # the line that it stands on
    return bisect_right(lines, this.end) < here == bisect_right(lines, following.start)


def _claim_spans(
    text: str, split: Callable[[str], tuple[Sentence, ...]], places: Sequence[int]
) -> list[_Span]:
    spans: list[_Span] = []
    last_heading: _Span | None = None
    for start, end in _blocks(text):
        is_cited = bisect_right(places, end) > bisect_right(places, start)
        if _is_heading(text[start:end]) and not is_cited:
            last_heading = _Span(start, end)
            continue
        lead = _LEAD.match(text, start, end)
        begin = lead.end() if lead else start
        sentences = [s for s in split(text[begin:end]) if _LETTER.search(s.text)]
        spans += [_Span(begin + s.start, begin + s.end) for s in sentences]
        if sentences:  # a line of signs is nothing that a heading could lead to
            last_heading = None
    if last_heading:  # a heading over nothing leads to nothing: it stands as a claim of its own
        spans.append(last_heading)
    return spans


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Runs of lines to be split together: a list item, a heading, or a paragraph of wrapped lines."""
    start = place = 0
    headed = False
    for line in text.splitlines(keepends=True):
        body = line.rstrip()
        heading = _is_heading(body)
        if place > start and (headed or heading or not body or _LINE_OPENS.match(line)):
            yield start, start + len(text[start:place].rstrip())
            start = place
        place += len(line)
        headed = heading
        if not body:
            start = place
    if place > start:
        yield start, start + len(text[start:place].rstrip())


def _is_heading(line: str) -> bool:
    """'## Markdown' that ends no sentence and is short, or the line 'Outlet, 26 April 2024:'."""
    line = line.strip()
    markdown = _MARKDOWN_HEADING.fullmatch(line)
    if markdown:
        return len(line.split()) <= HEADING_WORDS + 1 and line[-1] not in ".!?"
    return len(line) <= HEADING_MOST and bool(_DATED_HEADING.fullmatch(line))
