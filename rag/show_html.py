"""Answers, passages and articles as HTML for the page. Pure.

Every string of a source or a model passes through `show.safe`; an address becomes a link only through
`show.web_address`. The ids of an answer's elements begin with its `key`, so that several answers can stand
on one page: `<key>-c2` is its second claim, `<key>-s3` the sentence that [3] cites. A link to such an id
scrolls there and lights it up (CSS `:target`) without a script.
"""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime
from itertools import chain
from urllib.parse import urlsplit

from rag.show import (
    MARKS,
    copies_words,
    disagreement_words,
    head_words,
    is_doubtful,
    outlet,
    safe,
    verdict_words,
    web_address,
)
from rag.types import Answer, Article, Citation, Claim, EarlierVersion, Hit, NearCopy, Verdict, date_label

LINE_GAP = 7.0  # per cent of the timeline between two marks, so that their numbers can be read
MISSING_MOST = 2  # named beside a claim; all of it shows when one points there
REASONS = {
    Verdict.SUPPORTED: "The cited sentences hold what this says.",
    Verdict.PARTLY: "The cited sentences hold a part of what this says.",
    Verdict.NOT_SUPPORTED: "The cited sentences do not hold what this says.",
    Verdict.UNCITED: "No sentence of an article is named for this.",
}
_KEY = re.compile(r"[a-z][a-z0-9-]*")
_PARAGRAPH_GAP = re.compile(r"\n\s*\n")
_BULLET = re.compile(r"\s*([-*•–]|\d{1,2}[.)])\s*")


def answer_html(answer: Answer, key: str) -> str:
    """The claims, each with links to its cited sentences and its verdict."""
    _check(key)
    parts = [(claim.lead, _claim_html(claim, f"{key}-c{n}", key)) for n, claim in enumerate(answer.claims, 1)]
    words = head_words(answer)
    head = f'<p class="r-told">{safe(words)}</p>' if words else ""
    doubt = " r-otherwise" if is_doubtful(answer) else ""
    return f'<div class="r-answer{doubt}">{head}{_blocks(parts)}</div>'


def disagreements_html(answer: Answer, key: str) -> str:
    """Both sentences of each disagreement in two columns, what differs marked; empty without any.

    Its id is `<key>-d1`, and so on; each sentence leads to its place in its article.
    """
    _check(key)
    return "".join(
        f'<section class="r-differ" id="{key}-d{number}" aria-label="The articles disagree">'
        f'<p class="r-differ-head"><span aria-hidden="true">≠</span> {safe(disagreement_words(one))}</p>'
        f'<div class="r-sides">{_side(one.left, one.left_words, key)}{_side(one.right, one.right_words, key)}'
        "</div></section>"
        for number, one in enumerate(answer.disagreements, 1)
    )


def _side(citation: Citation, words: str, key: str) -> str:
    place = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", citation.quote) if words else None
    start, end = place.span() if place else (0, 0)
    marked = f"<b>{safe(citation.quote[start:end])}</b>" if place else ""
    quote = safe(citation.quote[:start]) + marked + safe(citation.quote[end:])
    return (
        f'<div class="r-side"><p class="r-source"><b>{safe(outlet(citation))}</b> · '
        f"{date_label(citation.published_at)}</p><p>{quote} {_cite_link(citation, key)}</p></div>"
    )


def draft_html(pieces: Sequence[str | Citation]) -> str:
    """An answer while it is written: citations are shown but lead nowhere yet."""
    written = "".join(
        f'<span class="r-cite">[{piece.number}]</span> ' if isinstance(piece, Citation) else safe(piece)
        for piece in pieces
    )
    return f'<div class="r-answer r-draft" aria-busy="true">{written.strip()}</div>'


def passages_html(shown: Answer | Sequence[Hit], key: str, cited_only: bool = False) -> str:
    """The passages of an answer (cited ones first) or of a search."""
    if not isinstance(shown, Answer):
        return "".join(passage_html(hit, None, key) for hit in shown)
    cited, others = split_hits(shown)
    return "".join(passage_html(hit, shown, key) for hit in (cited if cited_only else cited + others))


def split_hits(answer: Answer) -> tuple[list[Hit], list[Hit]]:
    """The passages that the answer cites, in the order in which it does, and all others, best first."""
    places: dict[str, int] = {}
    for citation in answer.citations:
        places.setdefault(citation.passage_id, citation.number)
    cited = sorted(
        (hit for hit in answer.hits if hit.passage.id in places), key=lambda hit: places[hit.passage.id]
    )
    return cited, [hit for hit in answer.hits if hit.passage.id not in places]


def passage_html(hit: Hit, answer: Answer | None, key: str) -> str:
    """One passage: where it is from and its sentences, those that `answer` cites marked."""
    _check(key)
    here = {c.start: c for c in answer.citations if c.passage_id == hit.passage.id} if answer else {}
    body, at, passage = "", 0, hit.passage
    for number, sentence in enumerate(passage.sentences):
        start = sentence.start - passage.start
        inner = safe(sentence.text)
        if answer and sentence.start in here:
            body += _text(passage.text[at:start]) + _marked(inner, here[sentence.start], answer, key)
        else:
            kind = "r-near" if number == hit.best and not here else "r-plain"
            body += _text(passage.text[at:start]) + f'<span class="{kind}">{inner}</span>'
        at = sentence.end - passage.start
    body += _text(passage.text[at:])
    kind = "r-passage r-cited" if here else "r-passage"
    return (
        f'<article class="{kind}">{_head(hit.article)}<p class="r-text">{body}</p>'
        f"{_copies_html(hit)}{_score_html(hit, answer)}</article>"
    )


def _copies_html(hit: Hit) -> str:
    """That other articles say the same, and where: their passages open below."""
    if not hit.copies:
        return ""
    copies = "".join(
        f'<div class="r-copy">{_head(copy)}<p class="r-text">{_text(copy.text)}</p></div>'
        for copy in hit.copies
    )
    return f'<details class="r-copies"><summary>{safe(copies_words(hit))}</summary>{copies}</details>'


def _score_html(hit: Hit, answer: Answer | None) -> str:
    """Why the passage was found, for those who ask."""
    signals = hit.signals
    facts = [
        ("Score", f"{hit.score:.2f}" + (_rank(hit, answer.hits) if answer else "")),
        (
            "Question’s words, by weight",
            f"{signals.coverage:.0%} here, {signals.sentence_coverage:.0%} in one sentence",
        ),
        ("Words (BM25)", f"{signals.words:.1f}"),
        ("Likeness in meaning", f"{signals.vector:.2f}, best sentence {signals.sentence:.2f}"),
    ]
    pairs = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts)
    return f'<details class="r-score"><summary>Score</summary><dl>{pairs}</dl></details>'


def _rank(hit: Hit, hits: Sequence[Hit]) -> str:
    place = next((n for n, one in enumerate(hits, 1) if one.passage.id == hit.passage.id), 0)
    return f", number {place} of {len(hits)} found" if place else ""


def timeline_html(answer: Answer, key: str) -> str:
    """When the cited articles were published: marks on a line, and the days below with links.

    Empty where all are of one day, or fewer than two have a date.
    """
    _check(key)
    days: dict[date, list[Citation]] = {}
    for citation in answer.citations:
        if citation.published_at:
            days.setdefault(citation.published_at.date(), []).append(citation)
    if len(days) < 2:
        return ""
    ordered = sorted(days)
    marks = "".join(
        f'<span style="left:{place:.1f}%"><b>{days[day][0].number}{"+" if days[day][1:] else ""}</b></span>'
        for day, place in zip(ordered, _places(ordered), strict=True)
    )
    items = "".join(
        f"<li>{date_label(day)} {' '.join(_cite_link(one, key) for one in days[day])}</li>" for day in ordered
    )
    return (
        f'<section class="r-time" aria-label="When the cited articles were published">'
        f'<div class="r-line" aria-hidden="true">{marks}</div><ol>{items}</ol></section>'
    )


def _places(days: Sequence[date]) -> list[float]:
    """Per cent of the line for each day, in order; moved apart where two would lie on each other."""
    whole = (days[-1] - days[0]).days
    least = min(LINE_GAP, 100 / (len(days) - 1))
    places = [100 * (day - days[0]).days / whole for day in days]
    for n in range(1, len(places)):
        places[n] = max(places[n], places[n - 1] + least)
    places[-1] = 100.0
    for n in range(len(places) - 2, -1, -1):
        places[n] = max(0.0, min(places[n], places[n + 1] - least))
    return places


def article_html(article: Article, citations: Collection[Citation], key: str, at: int) -> str:
    """The whole article with its cited sentences marked; id `<key>-read` on what starts at offset `at`."""
    _check(key)
    own = (c for c in citations if c.article_id == article.id and c.content_hash == article.content_hash)
    marks = {c.start: (c.end, f"[{c.number}]") for c in own}
    if at not in marks:
        marks[at] = (at, "")
    body, done = "", 0
    for start in sorted(marks):
        end, number = marks[start]
        anchor = f' id="{key}-read"' if start == at else ""
        body += _text(article.text[done:start])
        inner = _text(article.text[start:end])
        body += f"<mark{anchor}>{_number(number)}{inner}</mark>" if end > start else f"<span{anchor}></span>"
        done = max(done, end)
    body += _text(article.text[done:])
    return (
        f'<article class="r-article">{_head(article, times=True)}<div class="r-text" tabindex="0" '
        f'role="region" aria-label="Text of the article">{body}</div></article>'
    )


def earlier_html(versions: Sequence[EarlierVersion], citations: Collection[Citation], key: str) -> str:
    """The earlier versions of an article, to be opened; one that `citations` quote is open, with marks."""
    _check(key)
    if not versions:
        return ""
    parts = []
    for number, one in enumerate(versions, 1):
        own = [c for c in citations if c.content_hash == one.article.content_hash]
        at = min((c.start for c in own), default=0)
        parts.append(
            f"<details{' open' if own else ''}><summary>Until {_moment(one.replaced_at)}"
            f"{': cited in this answer' if own else ''}</summary>"
            f"{article_html(one.article, own, f'{key}-{number}', at)}</details>"
        )
    head = "1 earlier version" if len(versions) == 1 else f"{len(versions)} earlier versions"
    return f'<section class="r-editions"><p class="r-group">{head}</p>{"".join(parts)}</section>'


def copy_html(copy: Article, key: str) -> str:
    """A copy of an article as it was published there, to be opened."""
    _check(key)
    return (
        f'<section class="r-editions"><details><summary>Nearly the same in {safe(outlet(copy))}, '
        f"{date_label(copy.published_at)}</summary>{article_html(copy, (), key, 0)}</details></section>"
    )


def _check(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise ValueError(f"Not a key for element ids: {key!r}")


def _blocks(parts: Sequence[tuple[str, str]]) -> str:
    """Claims as paragraphs, list items and headings, as the line breaks between them say."""
    blocks: list[list[str]] = []  # what each paragraph is made of, but for its end
    for number, (lead, claim) in enumerate(parts):
        lines = lead.split("\n")
        if number and len(lines) == 1:
            blocks[-1].append(f"{safe(lead) or ' '}{claim}")
            continue
        if number and lines[0].strip():
            blocks[-1].append(safe(lines[0]))
        for line in lines[1 if number else 0 : -1]:
            if line.strip(" #*:"):
                blocks.append([f'<p class="r-heading">{safe(line.strip(" #*:"))}'])
        last = lines[-1]
        item = ' class="r-item"' if _BULLET.fullmatch(last) else ""
        blocks.append([f"<p{item}>{safe(last)}{claim}"])
    return "".join(f"{''.join(block)}</p>" for block in blocks)


def _claim_html(claim: Claim, identity: str, key: str) -> str:
    links = " ".join(_cite_link(c, key) for c in claim.citations)
    text = f'<span class="r-claim" id="{identity}">{safe(claim.text)}</span>'
    # No line begins with a mark: it stays with the number before it.
    return f"{text} {links}&nbsp;{_verdict_html(claim)}" if links else f"{text} {_verdict_html(claim)}"


def _cite_link(citation: Citation, key: str) -> str:
    number, day = citation.number, date_label(citation.published_at)
    return (
        f'<a class="r-cite" href="#{key}-s{number}" aria-describedby="{key}-s{number}" '
        f'aria-label="[{number}] {safe(outlet(citation))}, {day}">[{number}]{_tip(_hover(citation))}</a>'
    )


def _tip(text: str) -> str:
    """What shows while one points at its element or has it in focus; a reader of the screen is told apart."""
    return f'<span class="r-tip" aria-hidden="true">{safe(text)}</span>'


def _verdict_html(claim: Claim) -> str:
    """A mark that is read without colour. Anything but full support is said in words.

    The reason shows when one points at it, taps it, or comes to it with the keyboard.
    """
    symbol, word = MARKS[claim.verdict]
    if claim.verdict is Verdict.SUPPORTED:
        kind, short = "r-good", ""
    else:
        kind = "r-doubt" if claim.verdict is Verdict.PARTLY else "r-bad"
        short = f" {safe(verdict_words(claim, MISSING_MOST))}"
    reason = REASONS[claim.verdict] + _missing(claim)
    return (
        f'<span class="r-verdict {kind}" role="note" tabindex="0" aria-label="{word}: {safe(reason)}">'
        f"{symbol}{short}{_tip(reason)}</span>"
    )


def _missing(claim: Claim) -> str:
    return f" What they lack: {', '.join(claim.missing)}." if claim.missing else ""


def _marked(inner: str, citation: Citation, answer: Answer, key: str) -> str:
    """A cited sentence; its number leads back to the first claim that cites it, or that it disagrees with."""
    claims = (f"c{n}" for n, claim in enumerate(answer.claims, 1) if citation in claim.citations)
    others = (f"d{n}" for n, one in enumerate(answer.disagreements, 1) if citation in (one.left, one.right))
    place = next(chain(claims, others))
    back = (
        f'<a class="r-cite" href="#{key}-{place}" title="Back to the answer" '
        f'aria-label="[{citation.number}] back to the answer">[{citation.number}]</a>'
    )
    return f'<mark id="{key}-s{citation.number}">{back} {inner}</mark>'


def _text(text: str) -> str:
    return _PARAGRAPH_GAP.sub('<span class="r-gap"></span>', safe(text))


def _number(number: str) -> str:
    return f'<span class="r-cite">{number}</span> ' if number else ""


def _head(article: Article | NearCopy, times: bool = False) -> str:
    moments = [date_label(article.published_at)]
    if times and isinstance(article, Article) and article.published_at:
        moments = [f"published {_moment(article.published_at)}"]
        if article.updated_at and article.updated_at != article.published_at:
            moments.append(f"updated {_moment(article.updated_at)}")
    address = web_address(article.url)
    link = (
        f' · <a href="{safe(address)}" target="_blank" rel="noopener noreferrer">original at '
        f"{safe((urlsplit(address).hostname or '').removeprefix('www.'))}</a>"
        if address
        else ""
    )
    authors = article.authors if times and isinstance(article, Article) else ()
    people = f" · {safe(', '.join(authors))}" if authors else ""
    return (
        f'<p class="r-source"><b>{safe(outlet(article))}</b> · {", ".join(moments)}{people}{link}</p>'
        f'<p class="r-title">{safe(article.title)}</p>'
    )


def _hover(citation: Citation) -> str:
    return f"“{citation.quote}” ({outlet(citation)}, {date_label(citation.published_at)})"


def _moment(moment: datetime) -> str:
    return f"{date_label(moment)}, {moment:%H:%M} {moment.tzname() or ''}".strip()
