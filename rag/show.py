"""Answers as text for the terminal and as data for export; and what makes a string safe to show. Pure.

Titles, outlets, addresses, article text, file names and a model's words are all untrusted.
"""

import html
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from rag.types import (
    SHAPELESS,
    AlsoIn,
    Answer,
    Article,
    Bearing,
    Citation,
    Claim,
    Disagreement,
    Filters,
    Hit,
    NearCopy,
    Point,
    Span,
    Status,
    Usage,
    Verdict,
    date_label,
)

# Characters that are not seen but change what is read or hide text: controls, bidi marks, fillers, tags,
# variation selectors other than those for emoji, halves of surrogate pairs.
_HIDDEN = re.compile(rf"[{SHAPELESS}\x0b-\x0d\x85\ud800-\udfff]")
# Joiners stay where scripts and emoji need them: after a character that is not Latin nor punctuation.
_LOOSE_JOINER = re.compile("(?<![\u0370-\u1fff\u2190-\U0010ffff])[\u200c\u200d]")
OTHERWISE = "The articles say otherwise than your question takes for granted."
SAYS_SO = "The first sentence says so."
DENIES_IT = "The first sentence says that it is not so."
MARKS = {
    Verdict.SUPPORTED: ("✓", "supported"),
    Verdict.PARTLY: ("◐", "partly supported"),
    Verdict.NOT_SUPPORTED: ("✗", "not supported"),
    Verdict.UNCITED: ("○", "no source given"),
}
POINTS = {
    Point.NUMBER: "The articles give different numbers",
    Point.DATE: "The articles give different dates",
    Point.OPPOSITE: "The articles say opposite things",
}
OUTLETS_MOST = 3  # of a filter, named in a sentence; more of them are counted
ALSO_NAMED_MOST = 5  # outlets named that published nearly the same article
COPIES_NAMED_MOST = 3  # outlets named that say the same
NAMED_MOST = 5  # outlets named where the articles do not answer
TITLES_MOST = 3  # named where articles changed since
NEAREST_MOST = 3  # passages named in a terminal when the articles do not answer


def clean(text: str) -> str:
    """`text` without hidden characters; what is left is what one sees."""
    return _LOOSE_JOINER.sub("", _HIDDEN.sub("", text))


def safe(text: str) -> str:
    """`text` for HTML, in content and in quoted attributes."""
    return html.escape(clean(text), quote=True)


def label_text(text: str) -> str:
    """`text` for a label that Streamlit reads as Markdown: it shows these very letters.

    A backslash before a sign takes away its meaning; addresses, icons and emoji, which are found in what is
    shown, are broken by a joiner that has no width.
    """
    plain = re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(clean(text).split()))
    return re.sub(r"(?=\\[.:@])", "\u2060", plain)


def web_address(url: str) -> str:
    """`url` if a reader may be sent there by a click, else empty: http(s), a host, no user in front of it."""
    if clean(url) != url or re.search(r"[\s\\<>\"]", url):
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and host and "@" not in parts.netloc else ""


def coverage(span: Span) -> str:
    """What a library covers, in one line: '12 articles from 3 outlets, 19 June 2023 to 26 April 2024'."""
    line = count_articles(span.articles)
    if span.sources:
        line += f" from {'1 outlet' if len(span.sources) == 1 else f'{len(span.sources)} outlets'}"
    if span.first and span.last:
        first, last = date_label(span.first), date_label(span.last)
        line += f", {first}" if first == last else f", {first} to {last}"
    return line


def count_articles(count: int) -> str:
    return "1 article" if count == 1 else f"{count:,} articles"


def filter_words(filters: Filters) -> str:
    """A filter in words: 'outlet River Post; date since 1 May 2024; language en'. Untrusted text."""
    parts = []
    if len(filters.outlets) > OUTLETS_MOST:
        parts.append(f"{len(filters.outlets)} outlets")
    elif filters.outlets:
        parts.append(f"outlet {' or '.join(filters.outlets)}")
    if filters.first or filters.last:
        parts.append(f"date {period_words(filters.first, filters.last)}")
    if filters.languages:
        parts.append(f"language {' or '.join(filters.languages)}")
    return "; ".join(parts)


def period_words(first: date | None, last: date | None) -> str:
    """'from 1 May 2024 to 3 June 2024', 'since 1 May 2024', 'until 3 June 2024', '1 May 2024'."""
    if first and first == last:
        return date_label(first)
    if first and last:
        return f"from {date_label(first)} to {date_label(last)}"
    return f"since {date_label(first)}" if first else f"until {date_label(last)}"


def outlet(of: Article | Citation | NearCopy | AlsoIn) -> str:
    """'Reuters, also AP, The Guardian': who published it, and who nearly the same. Untrusted text."""
    also: Sequence[str] = ()
    if isinstance(of, Article):
        also = [other for other in of.outlets if other != of.source]
    elif isinstance(of, Citation):
        also = of.also
    return outlets_words(of.source, also)


def outlets_words(source: str, also: Sequence[str]) -> str:
    name, rest = source or "outlet not named", len(also) - ALSO_NAMED_MOST
    more = f" and {rest} more" if rest > 0 else ""
    return f"{name}, also {', '.join(also[:ALSO_NAMED_MOST])}{more}" if also else name


def copies_words(hit: Hit) -> str:
    """'Nearly the same in 2 other articles: Reuters, AP'; empty where there is none. Untrusted text."""
    if not hit.copies:
        return ""
    count = len({copy.article_id for copy in hit.copies})
    named = list(dict.fromkeys(copy.source for copy in hit.copies if copy.source))
    rest = len(named) - COPIES_NAMED_MOST
    outlets = ", ".join(named[:COPIES_NAMED_MOST]) + (f" and {rest} more" if rest > 0 else "")
    where = "1 other article" if count == 1 else f"{count} other articles"
    return f"Nearly the same in {where}" + (f": {outlets}" if outlets else "")


def copy_words(copy: NearCopy) -> str:
    """Where a near-copy stands, in one line. Untrusted text."""
    return f"{outlet(copy)}, {date_label(copy.published_at)}: {copy.title} (article {copy.article_id})"


def collapsed_note(hits: Sequence[Hit]) -> str:
    """Says that near-copies are not among the passages by themselves; nothing where there was none."""
    count = sum(len(hit.copies) for hit in hits)
    if not count:
        return ""
    if count == 1:
        return "1 near-copy is collapsed into the passage that says the same."
    return f"{count} near-copies are collapsed into the passages that say the same."


def verdict_words(claim: Claim, most: int | None = None) -> str:
    """The verdict with what the source lacks, `most` of it named."""
    word = MARKS[claim.verdict][1]
    if not claim.missing:
        return word
    rest = len(claim.missing[most:]) if most else 0
    return f"{word}; the source lacks {', '.join(claim.missing[:most])}" + (
        f" and {rest} more" if rest else ""
    )


def answer_text(answer: Answer) -> str:
    """The answer as plain text with [n] after each cited claim."""
    return clean(answer.text)


def sources_text(answer: Answer) -> str:
    """Where articles disagree; sentences with outlet, date and offsets; then what the check found wanting.

    Where nothing is cited, because the articles do not answer or the model failed, the nearest sentences.
    """
    lines = [line for one in answer.disagreements for line in _disagreement_lines(one)]
    passages = {hit.passage.id: hit for hit in answer.hits}
    lines += [line for c in answer.citations for line in _source_lines(c, passages.get(c.passage_id))]
    if answer.status is not Status.ANSWERED and not lines and answer.hits:
        lines = ["", "Nearest passages:"]
        for hit in answer.hits[:NEAREST_MOST]:
            where = f"{outlet(hit.article)}, {date_label(hit.article.published_at)}: {hit.article.title}"
            lines += [f"  {_line(where)}", f"    “{_line(hit.passage.sentences[hit.best].text)}”"]
            lines += [f"    {_line(copies_words(hit))}"] if hit.copies else []
    lines += _refusal_lines(answer)
    doubtful = [claim for claim in answer.claims if claim.verdict is not Verdict.SUPPORTED]
    if doubtful:
        lines += ["", "Checked against the sources:"]
        lines += [f"  {MARKS[c.verdict][0]} {_line(verdict_words(c))}: “{_line(c.text)}”" for c in doubtful]
    notes = [note for note in (unresolved_note(answer.unresolved), usage_note(answer.usage)) if note]
    lines += [line for note in notes for line in ("", note)]
    return "\n".join(lines)


def _refusal_lines(answer: Answer) -> list[str]:
    """What the library covers and what it can be asked, where it does not answer."""
    if answer.status is not Status.NOT_IN_ARTICLES:
        return []
    lines = ["", f"Covered: {_line(coverage(answer.span))}."] if answer.span.articles else []
    if answer.span.sources:
        lines.append(f"Outlets: {_line(outlets_named(answer.span))}.")
    if answer.offers:
        lines += ["", "The articles do answer:", *(f"  {_line(offer)}" for offer in answer.offers)]
    return lines


def outlets_named(span: Span, most: int = NAMED_MOST) -> str:
    """The outlets with most articles: 'A; B; C and 4 more'. Untrusted text."""
    rest = len(span.sources) - most
    return "; ".join(span.sources[:most]) + (f" and {rest} more" if rest > 0 else "")


def changed_words(
    answer: Answer,
    changed: Mapping[tuple[str, str], bool],
    lost: Collection[tuple[str, str, int]],
) -> str:
    """Which cited articles are not what they were, and whether the sentences are still in them; or empty.

    `changed` and `lost` as rag.conversations finds them. Untrusted text.
    """
    since = {c.title: changed.get((c.article_id, c.content_hash)) for c in answer.citations}
    parts = [
        f"{_titles(titles)} {what}"
        for what, now in (("changed", True), ("left the library", False))
        if (titles := [title for title, how in since.items() if how is now])
    ]
    if not parts:
        return ""
    said = f"{' and '.join(parts)} since. The sentences shown are those that stood there then."
    cited = [c for c in answer.citations if changed.get((c.article_id, c.content_hash))]
    gone = sum((c.article_id, c.content_hash, c.start) in lost for c in cited)
    return f"{said} {_still_there(len(cited), gone)}".strip()


def _still_there(cited: int, gone: int) -> str:
    """How many of the sentences cited from changed articles are still in them."""
    if not cited:
        return ""
    if cited == 1:
        return f"The sentence cited from what changed is {'no longer' if gone else 'still'} in it."
    if not gone:
        return f"The {cited} sentences cited from what changed are still in it."
    verb = "is" if gone == 1 else "are"
    return f"Of {cited} sentences cited from what changed, {gone} {verb} no longer in it."


def _titles(titles: Sequence[str]) -> str:
    named = ", ".join(f"“{title}”" for title in titles[:TITLES_MOST])
    more = len(titles) - TITLES_MOST
    return f"{named} and {more} more" if more > 0 else named


def disagreement_words(one: Disagreement) -> str:
    """In what two articles differ: 'The articles give different numbers: “12” and “Fifteen”'."""
    words = [f"“{_line(part)}”" for part in (one.left_words, one.right_words) if part]
    return POINTS[one.point] + (f": {' and '.join(words)}" if words else "")


def _disagreement_lines(one: Disagreement) -> Iterator[str]:
    yield from ("", f"{disagreement_words(one)}.")
    for side in (one.left, one.right):
        yield f"  {_line(outlet(side))}, {date_label(side.published_at)} [{side.number}]"
        yield f"    “{_line(side.quote)}”"


def unresolved_note(count: int) -> str:
    """Says that a model cited what it was never given; nothing where it did not."""
    if not count:
        return ""
    which = "1 reference of the model" if count == 1 else f"{count} references of the model"
    return f"{which} pointed at no sentence that it was given and {'is' if count == 1 else 'are'} not shown."


def head_words(answer: Answer) -> str:
    """What stands above an answer that goes against its question, or is one to 'Did …?'; else nothing."""
    if answer.otherwise:
        return OTHERWISE
    if not answer.told:
        return ""
    lacking = " and ".join(f"“{words}”" for words in answer.told.lacking)
    return {
        Bearing.SAID: SAYS_SO,
        Bearing.DENIED: DENIES_IT,
        Bearing.NEITHER: f"No sentence found says just that. The nearest stands first; it lacks {lacking}.",
    }[answer.told.bearing]


def is_doubtful(answer: Answer) -> bool:
    """Whether those words warn the reader."""
    return answer.otherwise or bool(answer.told and answer.told.bearing is Bearing.NEITHER)


def repaired_note(count: int) -> str:
    """Says that sentences were worded anew; nothing where none was."""
    if not count:
        return ""
    return f"{'1 sentence was' if count == 1 else f'{count} sentences were'} worded anew after the check."


def usage_note(usage: Usage) -> str:
    """What a model read and wrote for an answer, and what that cost; nothing where none was asked."""
    if not usage.tries:
        return ""
    about = "about " if usage.estimated else ""
    note = f"{about}{usage.read:,} tokens read, {usage.written:,} written"
    return note if usage.cost is None else f"{note}, {about}{_dollars(usage.cost)}"


def _dollars(cost: float) -> str:
    """With two figures that count: '$0.0012', '$1.50'."""
    return f"${cost:.2f}" if cost >= 0.1 else f"${cost:.4f}" if cost >= 0.0001 else "less than $0.0001"


def _source_lines(citation: Citation, hit: Hit | None) -> Iterator[str]:
    yield ""
    yield _line(
        f"[{citation.number}] {outlet(citation)}, {date_label(citation.published_at)}: {citation.title} "
        f"(article {citation.article_id}, characters {citation.start}–{citation.end})"
    )
    yield f"    “{_line(citation.quote)}”"
    if web_address(citation.url):
        yield f"    {citation.url}"
    if hit and hit.copies:
        yield f"    {_line(copies_words(hit))}"


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def answer_json(answer: Answer) -> dict[str, Any]:
    """The answer for export. Strings are as stored: quotes equal `article.text[start:end]`."""
    return {
        "status": str(answer.status),
        "question": answer.question,
        "asked": answer.asked,
        "answer": answer.text,
        "claims": [
            {
                "text": claim.text,
                "verdict": str(claim.verdict),
                "missing": list(claim.missing),
                "citations": [_citation_json(citation) for citation in claim.citations],
            }
            for claim in answer.claims
        ],
        "disagreements": [
            {
                "point": str(one.point),
                "left": {**_citation_json(one.left), "words": one.left_words},
                "right": {**_citation_json(one.right), "words": one.right_words},
            }
            for one in answer.disagreements
        ],
        "offers": list(answer.offers),
        "hits": [_hit_json(hit) for hit in answer.hits],
        "model": answer.model,
        "seconds": answer.seconds,
        "notice": answer.notice,
        "span": _plain(asdict(answer.span)),
        "filters": _plain(asdict(answer.filters)),
        "unresolved": answer.unresolved,
        "usage": asdict(answer.usage),
        "repaired": answer.repaired,
        "otherwise": answer.otherwise,
        "told": answer.told and {"bearing": str(answer.told.bearing), "lacking": list(answer.told.lacking)},
    }


def _citation_json(citation: Citation) -> dict[str, Any]:
    values = _plain(asdict(citation))
    del values["passage_id"]
    return values


def _hit_json(hit: Hit) -> dict[str, Any]:
    best = hit.passage.sentences[hit.best]
    return {
        "passage_id": hit.passage.id,
        "article_id": hit.article.id,
        "title": hit.article.title,
        "source": hit.article.source,
        "published_at": _iso(hit.article.published_at),
        "url": hit.article.url,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "text": hit.passage.text,
        "score": float(hit.score),
        "best": {"start": best.start, "end": best.end, "quote": best.text},
        "signals": {name: float(value) for name, value in asdict(hit.signals).items()},
        "copies": [_plain(asdict(copy)) for copy in hit.copies],
    }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Moments as ISO 8601 and tuples as lists, as JSON holds them."""
    return {
        name: _iso(value) if isinstance(value, date) else list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
    }


def _iso(moment: date | None) -> str | None:
    return moment.isoformat() if moment else None
