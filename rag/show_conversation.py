"""A kept conversation as a file: Markdown, a page of HTML, JSON. Pure.

Each answer stands with its verdicts and, below it, the sentences that it rests on: word for word as they were
when it was given. Everything in it is untrusted: Markdown gets it with its signs escaped, HTML by `safe`.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from rag.show import (
    answer_json,
    clean,
    copies_words,
    disagreement_words,
    filter_words,
    head_words,
    outlet,
    safe,
    unresolved_note,
    verdict_words,
    web_address,
)
from rag.show_html import answer_html, disagreements_html
from rag.types import Answer, Citation, Claim, KeptConversation, KeptExchange, Status, Verdict, date_label

FORMATS = ("md", "html", "json")  # as files end
MIME = {"md": "text/markdown", "html": "text/html", "json": "application/json"}
HEADINGS = {
    Status.NOT_IN_ARTICLES: "Not in the articles.",
    Status.INCOMPLETE: "This answer is incomplete.",
    Status.STOPPED: "Stopped.",
    Status.FAILED: "The answer could not be written.",
}
# Forbids all that the page does not need: should anything slip through, it stays still.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
FILE_CHARACTERS = 60  # of a file's name
# What may mean something in Markdown. The signs of plain prose stay where they mean nothing: a stop or a
# colon between a word and a space, a hyphen within a word.
_IN_MARKDOWN = re.compile(
    r"([\\`*_{}\[\]<>()#+!|~$^=&]|(?<!\S)[.:]|[.:](?!\s|$|(?<=\d.)\d)|(?<!\w)-|-(?!\w)|(?<=^\d)\.|(?<=^\d\d)\.)"
)
_NO_FILE_NAME = re.compile(r"[\W_]+")
STYLE = """
:root { color-scheme: light dark; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1.05rem/1.65 system-ui, sans-serif;
  overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.3; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
.muted, .r-heading, li p { color: color-mix(in srgb, currentColor 75%, transparent); }
.r-item { padding-left: 1rem; } .r-verdict { font-weight: 600; font-size: .9em; white-space: normal; }
.r-tip { display: none; font-weight: 400; }
.r-verdict:is(:hover, :focus) > .r-tip { display: inline; }
ol { padding: 0; list-style: none; font-size: .95rem; } li { margin: .8rem 0; } li p { margin: .1rem 0; }
:target { outline: 2px solid; outline-offset: 3px; } a { color: light-dark(#14568a, #8fc4ee); }
blockquote { margin: .2rem 0; }
@media print { body { margin: 0; } }
"""


def export_conversation(
    conversation: KeptConversation, kind: str, since: Mapping[str, str] = MappingProxyType({})
) -> str:
    """The whole conversation; `kind` is one of FORMATS.

    `since`: what became of an answer's articles, in words, by its exchange's id (rag.conversations).
    """
    return {"md": _markdown, "html": _html, "json": _json}[kind](conversation, since)


def file_name(name: str, kind: str) -> str:
    """A name that every file system takes, made of a conversation's own."""
    plain = _NO_FILE_NAME.sub("-", clean(name)).strip("-")
    if len(plain) > FILE_CHARACTERS:
        short = plain[: FILE_CHARACTERS + 1]
        plain = short[: short.rfind("-")] if "-" in short else short[:-1]
    return f"{plain or 'conversation'}.{kind}"


def _json(conversation: KeptConversation, since: Mapping[str, str]) -> str:
    values = {
        "id": conversation.id,
        "name": conversation.name,
        "changed_at": conversation.changed_at.isoformat(),
        "exchanges": [
            {
                "question": one.question,
                "asked_at": one.asked_at.isoformat(),
                "answer": answer_json(one.answer) if one.answer else None,
                "fault": one.fault,
                "since": since.get(one.id, ""),
            }
            for one in conversation.exchanges
        ],
    }
    return json.dumps(values, ensure_ascii=False, indent=2).encode(errors="replace").decode() + "\n"


# Markdown


def _markdown(conversation: KeptConversation, since: Mapping[str, str]) -> str:
    lines = [f"# {_escaped(conversation.name)}", "", f"*{_head(conversation)}*"]
    for one in conversation.exchanges:
        lines += ["", f"## {_escaped(one.question)}", "", *_answer_lines(one)]
        if one.id in since:
            lines += ["", f"**Not as it was.** {_escaped(since[one.id])}"]
    return "\n".join(lines) + "\n"


def _answer_lines(exchange: KeptExchange) -> Iterator[str]:
    answer = exchange.answer
    if not answer:
        yield f"**No answer.** {_escaped(exchange.fault)}"
        return
    if answer.asked != answer.question:
        yield f"*Searched as: {_escaped(answer.asked)}*\n"
    if answer.filters:
        yield f"*Only: {_escaped(filter_words(answer.filters))}*\n"
    if answer.status in HEADINGS:
        yield f"**{HEADINGS[answer.status]}** {_escaped(answer.notice)}\n"
    if words := head_words(answer):
        yield f"**{_escaped(words)}**\n"
    if answer.claims:
        yield "".join(_claim_markdown(claim) for claim in answer.claims).strip() + "\n"
    for one in answer.disagreements:
        sides = f"\\[{one.left.number}\\] and \\[{one.right.number}\\]"
        yield f"**The articles disagree.** {_escaped(disagreement_words(one))} {sides}\n"
    for citation in answer.citations:
        yield f"\\[{citation.number}\\] {_escaped(_where(citation))}{_link(citation)}\n"
        yield f"> “{_escaped(citation.quote)}”\n"
        if copies := _copies(answer, citation):
            yield f"{_escaped(copies)}\n"
    yield f"*{_escaped(_foot(exchange, answer))}*"


def _claim_markdown(claim: Claim) -> str:
    lead = "".join(_lead_markdown(line) for line in re.split(r"(\n+)", claim.lead))
    marks = "".join(f" \\[{citation.number}\\]" for citation in claim.citations)
    doubt = f" *({_escaped(verdict_words(claim))})*" if claim.verdict is not Verdict.SUPPORTED else ""
    return f"{lead}{_escaped(claim.text)}{marks}{doubt}"


def _lead_markdown(line: str) -> str:
    if line.startswith("\n"):
        return "\n\n"
    if line.strip() in ("-", "*", "•", "–"):
        return "- "
    return _escaped(line.strip()) if line.strip() else line


def _escaped(text: str) -> str:
    """Text on one line in which nothing means anything in Markdown, and no address becomes a link."""
    return _IN_MARKDOWN.sub(r"\\\1", " ".join(clean(text).split())).replace("@", "&#64;")


def _link(citation: Citation) -> str:
    return f" <{citation.url}>" if web_address(citation.url) else ""


# HTML


def _html(conversation: KeptConversation, since: Mapping[str, str]) -> str:
    body = "".join(
        f"<section><h2>{safe(one.question)}</h2>{''.join(_answer_parts(one, f'a{number}'))}"
        f"{_since_html(since.get(one.id, ''))}</section>\n"
        for number, one in enumerate(conversation.exchanges, 1)
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{safe(conversation.name)}</title><style>{STYLE}</style></head><body><main>\n"
        f'<h1>{safe(conversation.name)}</h1><p class="muted">{safe(_head(conversation))}</p>\n'
        f"{body}</main></body></html>\n"
    )


def _since_html(words: str) -> str:
    return f"<p><b>Not as it was.</b> {safe(words)}</p>" if words else ""


def _answer_parts(exchange: KeptExchange, key: str) -> Iterator[str]:
    answer = exchange.answer
    if not answer:
        yield f"<p><b>No answer.</b> {safe(exchange.fault)}</p>"
        return
    if answer.asked != answer.question:
        yield f'<p class="muted">Searched as: {safe(answer.asked)}</p>'
    if answer.filters:
        yield f'<p class="muted">Only: {safe(filter_words(answer.filters))}</p>'
    if answer.status in HEADINGS:
        yield f"<p><b>{HEADINGS[answer.status]}</b> {safe(answer.notice)}</p>"
    if answer.claims:
        yield answer_html(answer, key)
    yield disagreements_html(answer, key)
    if answer.citations:
        yield f"<ol>{''.join(_reference(one, key, _copies(answer, one)) for one in answer.citations)}</ol>"
    yield f'<p class="muted">{safe(_foot(exchange, answer))}</p>'


def _reference(citation: Citation, key: str, copies: str) -> str:
    address = web_address(citation.url)
    link = f' · <a href="{safe(address)}" rel="noopener noreferrer">{safe(address)}</a>' if address else ""
    return (
        f'<li id="{key}-s{citation.number}"><b>[{citation.number}]</b> {safe(_where(citation))}{link}'
        f"<blockquote>“{safe(citation.quote)}”</blockquote>{f'<p>{safe(copies)}</p>' if copies else ''}</li>"
    )


# Both


def _head(conversation: KeptConversation) -> str:
    count = len(conversation.exchanges)
    questions = "1 question" if count == 1 else f"{count} questions"
    return f"Readout · {questions} · {conversation.changed_at:%Y-%m-%d %H:%M} UTC"


def _where(citation: Citation) -> str:
    return (
        f"{outlet(citation)}, {date_label(citation.published_at)}: {citation.title}"
        f" (characters {citation.start}–{citation.end})"
    )


def _copies(answer: Answer, citation: Citation) -> str:
    """Which other articles say what the cited passage says."""
    return next((copies_words(hit) for hit in answer.hits if hit.passage.id == citation.passage_id), "")


def _foot(exchange: KeptExchange, answer: Answer) -> str:
    parts: Sequence[str] = (
        answer.notice if answer.status is Status.ANSWERED else "",
        unresolved_note(answer.unresolved) if answer.unresolved else "",
        f"Asked {exchange.asked_at:%Y-%m-%d %H:%M} UTC",
    )
    return " · ".join(part.removesuffix(".") for part in parts if part)
