"""A whole answer as a file to keep and to pass on: Markdown, one HTML page, JSON. Pure.

Every string of an article or a model is text: in Markdown what could become a link, an image or HTML is
escaped; the HTML page holds no script, asks for nothing and links only to the cited articles' own addresses.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from rag.show import (
    MARKS,
    NEAREST_MOST,
    answer_json,
    clean,
    copies_words,
    coverage,
    disagreement_words,
    filter_words,
    head_words,
    outlet,
    outlets_named,
    safe,
    unresolved_note,
    verdict_words,
    web_address,
)
from rag.show_html import answer_html, disagreements_html
from rag.types import Answer, Citation, Status, Verdict, date_label

KEY = "a1"  # of the one answer on the page
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>#|!~@$^=]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_OPENS_BLOCK = re.compile(r"^(\s*)(\d{1,9})([.)])|^(\s*)([-+])")
_STYLE = """
:root { color-scheme: light dark; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.6 system-ui, sans-serif; }
h1 { font-size: 1.35rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
.r-heading, .r-source { color: color-mix(in srgb, currentColor 70%, transparent); font-size: .92rem; }
.r-heading { font-weight: 600; } .r-item { padding-left: 1rem; }
.r-cite, .r-verdict { font-size: .86em; font-weight: 600; text-decoration: none; }
.r-differ { border-left: 4px solid #b7791f; padding: .1rem 0 .1rem .9rem; margin: 1rem 0; }
.r-differ-head { font-weight: 600; } .r-sides { display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); }
blockquote { margin: .3rem 0; padding-left: .9rem; border-left: 3px solid; }
li:target, .r-claim:target, .r-differ:target { outline: 2px solid #b7791f; }
ol { list-style: none; padding: 0; } li { margin-bottom: 1.1rem; overflow-wrap: anywhere; }
p { margin: .3rem 0 .7rem; }
"""


def saved_json(answer: Answer, saved_at: datetime) -> str:
    return json.dumps({**answer_json(answer), "saved_at": saved_at.isoformat()}, ensure_ascii=False, indent=2)


def saved_markdown(answer: Answer, saved_at: datetime) -> str:
    return "\n".join([*_markdown(answer, saved_at), ""])


def _markdown(answer: Answer, saved_at: datetime) -> Iterator[str]:
    yield f"# {_text(answer.question)}"
    yield ""
    if answer.asked != answer.question:
        yield f"Searched as: {_text(answer.asked)}\n"
    if words := head_words(answer):
        yield f"**{_text(words)}**\n"
    if answer.claims:
        yield "\n".join(_text(line) for line in answer.text.split("\n")) + "\n"
    yield from (f"{_text(line)}\n" for line in facts(answer, saved_at))
    if answer.claims:
        yield "## Each claim, checked\n"
    for claim in answer.claims:
        numbers = "".join(f" \\[{c.number}\\]" for c in claim.citations)
        yield f"- {MARKS[claim.verdict][0]} {_text(verdict_words(claim))}: {_text(claim.text)}{numbers}"
    for one in answer.disagreements:
        yield f"\n## {_text(disagreement_words(one))}\n"
        for side in (one.left, one.right):
            day = date_label(side.published_at)
            yield f"- {_text(outlet(side))}, {day} \\[{side.number}\\]: “{_text(side.quote)}”"
    if answer.citations:
        yield "\n## Sources\n"
    for citation in answer.citations:
        yield from _markdown_source(citation)
        yield from (f"{_text(line)}\n" for line in _copies(answer, citation))
    yield from _markdown_nearest(answer)


def _markdown_source(citation: Citation) -> Iterator[str]:
    yield f"\\[{citation.number}\\] {_text('; '.join(source_facts(citation)))}\n"
    if web_address(citation.url):
        yield f"<{citation.url}>\n"
    yield f"> {_text(citation.quote)}\n"


def _markdown_nearest(answer: Answer) -> Iterator[str]:
    if answer.citations or not answer.hits:
        return
    yield "\n## Nearest passages\n"
    for hit in answer.hits[:NEAREST_MOST]:
        where = f"{outlet(hit.article)}, {date_label(hit.article.published_at)}: {hit.article.title}"
        yield f"{_text(where)}\n\n> {_text(hit.passage.sentences[hit.best].text)}\n"


def _text(text: str) -> str:
    """One line of text that Markdown shows as it is."""
    line = " ".join(clean(text).split()).replace("&", "&amp;")
    line = _MARKDOWN.sub(lambda match: f"\\{match.group()}", line)
    return _OPENS_BLOCK.sub(lambda m: f"{m[1]}{m[2]}\\{m[3]}" if m[2] else f"{m[4]}\\{m[5]}", line)


def facts(answer: Answer, saved_at: datetime) -> list[str]:
    """What a reader should know of the answer: who wrote it, from what, when."""
    lines = [answer.notice] if answer.notice else []
    if answer.unresolved:
        lines.append(unresolved_note(answer.unresolved))
    searched = f"Searched: {coverage(answer.span)}"
    if answer.filters:
        searched += f" (only {filter_words(answer.filters)})"
    if answer.status is Status.NOT_IN_ARTICLES and answer.span.sources:
        searched += f"; outlets: {outlets_named(answer.span)}"
    if answer.offers:
        lines.append(f"The articles do answer: {' '.join(answer.offers)}")
    lines += [f"{searched}.", f"Written by: {answer.model}. Saved: {saved_at:%Y-%m-%d %H:%M %Z}."]
    return lines


def source_facts(citation: Citation) -> list[str]:
    """All that identifies a cited sentence, address and words apart."""
    found = [f"{outlet(citation)}, {citation.title}"]
    if citation.authors:
        found.append(f"by {', '.join(citation.authors)}")
    if citation.published_at:
        found.append(f"published {citation.published_at.isoformat()}")
    if citation.updated_at:
        found.append(f"updated {citation.updated_at.isoformat()}")
    found.append(f"article {citation.article_id}, characters {citation.start}–{citation.end}")
    found.append(f"content {citation.content_hash}")
    return found


def saved_html(answer: Answer, saved_at: datetime) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{safe(answer.question)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{safe(answer.question)}</h1>{''.join(_html_parts(answer, saved_at))}</body></html>\n"
    )


def _html_parts(answer: Answer, saved_at: datetime) -> Iterator[str]:
    if answer.asked != answer.question:
        yield f'<p class="r-source">Searched as: {safe(answer.asked)}</p>'
    if answer.claims:
        yield answer_html(answer, KEY)
    yield disagreements_html(answer, KEY)
    yield from (f'<p class="r-source">{safe(line)}</p>' for line in facts(answer, saved_at))
    doubtful = [claim for claim in answer.claims if claim.verdict is not Verdict.SUPPORTED]
    if doubtful:
        yield "<h2>Not wholly supported</h2><ul>"
        yield from (f"<li>{safe(verdict_words(c))}: “{safe(c.text)}”</li>" for c in doubtful)
        yield "</ul>"
    if answer.citations:
        sources = (_html_source(one, _copies(answer, one)) for one in answer.citations)
        yield f"<h2>Sources</h2><ol>{''.join(sources)}</ol>"
    elif answer.hits and answer.status is not Status.ANSWERED:
        yield "<h2>Nearest passages</h2>"
        for hit in answer.hits[:NEAREST_MOST]:
            where = f"{outlet(hit.article)}, {date_label(hit.article.published_at)}: {hit.article.title}"
            best = hit.passage.sentences[hit.best].text
            yield f'<p class="r-source">{safe(where)}</p><blockquote>{safe(best)}</blockquote>'


def _copies(answer: Answer, citation: Citation) -> list[str]:
    """In one line, if at all: which other articles say what the cited passage says."""
    return [copies_words(hit) for hit in answer.hits if hit.copies and hit.passage.id == citation.passage_id]


def _html_source(citation: Citation, copies: Sequence[str]) -> str:
    address = web_address(citation.url)
    link = f' <a href="{safe(address)}" rel="noopener noreferrer">{safe(address)}</a>' if address else ""
    known = safe("; ".join(source_facts(citation)))
    return (
        f'<li id="{KEY}-s{citation.number}">[{citation.number}] {known}{link}'
        f"<blockquote>{safe(citation.quote)}</blockquote>"
        f"{''.join(f'<p>{safe(line)}</p>' for line in copies)}</li>"
    )


FORMATS: Mapping[str, Callable[[Answer, datetime], str]] = {
    ".json": saved_json,
    ".md": saved_markdown,
    ".html": saved_html,
}
