"""A saved answer against the library as it is now: is each sentence still there, does each verdict hold?"""

import json
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from rag.errors import ReadError
from rag.library import Library
from rag.show import clean
from rag.types import Article, Citation, Claim, Judgement, Verdict, date_label
from rag.verdicts.judge import judge

BYTES_MOST = 20_000_000  # of a saved answer; its passages are the bulk, and they are a few thousand words


class State(StrEnum):
    """What became of a cited sentence."""

    UNCHANGED = "unchanged"
    CHANGED = "the article has changed since; the sentence is still there"
    LOST = "the article has changed since; the sentence is no longer there"
    GONE = "the article is no longer in the library"
    ALTERED = "the article is unchanged, but this is not what it says there"


HOLDS = frozenset({State.UNCHANGED, State.CHANGED})


@dataclass(frozen=True, slots=True)
class Saved:
    """What of a saved answer can be checked."""

    question: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]  # of claims and of disagreements, each once, by number


@dataclass(frozen=True, slots=True)
class CitationCheck:
    saved: Citation
    state: State
    now: Citation | None  # as the library has it; None where the sentence is not there


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    saved: Claim
    now: Judgement  # from the sentences that are still there

    @property
    def holds(self) -> bool:
        return self.now.verdict is self.saved.verdict


@dataclass(frozen=True, slots=True)
class Verification:
    question: str
    citations: tuple[CitationCheck, ...]
    claims: tuple[ClaimCheck, ...]

    @property
    def holds(self) -> bool:
        """Whether every sentence is still in its article and every verdict is the same."""
        return all(c.state in HOLDS for c in self.citations) and all(c.holds for c in self.claims)


def verify(saved: Saved, library: Library) -> Verification:
    """Looks every sentence up in the library and judges every claim anew. Raises LibraryError."""
    checks = {citation: _check(citation, library) for citation in saved.citations}
    claims = []
    for claim in saved.claims:
        evidence = [now for c in claim.citations if (now := checks[c].now)]
        claims.append(ClaimCheck(claim, judge(claim.text, evidence)))
    return Verification(saved.question, tuple(checks.values()), tuple(claims))


def _check(citation: Citation, library: Library) -> CitationCheck:
    article = library.article(citation.article_id) or _moved(citation, library)
    if article is None:
        return CitationCheck(citation, State.GONE, None)
    here = article.text[citation.start : citation.end] == citation.quote and bool(citation.quote)
    if article.content_hash == citation.content_hash:
        state = State.UNCHANGED if here else State.ALTERED
        return CitationCheck(citation, state, _as_now(citation, article, citation.start) if here else None)
    start = citation.start if here else _nearest(article.text, citation)
    if start < 0:
        return CitationCheck(citation, State.LOST, None)
    return CitationCheck(citation, State.CHANGED, _as_now(citation, article, start))


def _moved(citation: Citation, library: Library) -> Article | None:
    """The article with the same content under another id: its file was moved."""
    found = library.same_content(citation.content_hash)
    return library.article(found) if found else None


def _nearest(text: str, citation: Citation) -> int:
    """Where the quotation stands in `text`, as near as can be to where it stood; −1 where it does not."""
    if not citation.quote:
        return -1
    before = text.rfind(citation.quote, 0, citation.start + len(citation.quote))
    after = text.find(citation.quote, citation.start)
    found = [place for place in (before, after) if place >= 0]
    return min(found, key=lambda place: abs(place - citation.start), default=-1)


def _as_now(citation: Citation, article: Article, start: int) -> Citation:
    return replace(
        citation,
        article_id=article.id,
        content_hash=article.content_hash,
        title=article.title,
        source=article.source,
        authors=article.authors,
        published_at=article.published_at,
        updated_at=article.updated_at,
        url=article.url,
        start=start,
        end=start + len(citation.quote),
    )


def read_saved(path: Path) -> Saved:
    """The answer that `readout ask --save` or `--json` wrote. Raises ReadError."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe or a device may never end
            raise ReadError(f"{path} is not a file that can be read. Give a file of: readout ask --save")
        if path.stat().st_size > BYTES_MOST:
            raise ReadError(f"{path} is larger than any saved answer. Give a file of: readout ask --save")
        found = json.loads(path.read_text(encoding="utf-8"))
        claims = tuple(_claims(found))
        sides = [_citation(one[side]) for one in found.get("disagreements", ()) for side in ("left", "right")]
        cited = [citation for claim in claims for citation in claim.citations]
        return Saved(_words(found["question"]), claims, tuple(dict.fromkeys([*cited, *sides])))
    except OSError as error:
        raise ReadError(
            f"{path} cannot be read ({error.strerror}). Give a file of: readout ask --save"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ReadError(
            f"{path} is no saved answer. Make one: readout ask QUESTION --save answer.json"
        ) from error


def _claims(found: Mapping[str, Any]) -> Iterator[Claim]:
    for one in found["claims"]:
        yield Claim(
            _words(one["text"]),
            Verdict(one["verdict"]),
            tuple(map(_words, one["missing"])),
            tuple(map(_citation, one["citations"])),
        )


def _citation(found: Mapping[str, Any]) -> Citation:
    return Citation(
        number=_count(found["number"]),
        passage_id="",
        article_id=_words(found["article_id"]),
        content_hash=_words(found["content_hash"]),
        title=_words(found["title"]),
        source=_words(found["source"]),
        authors=tuple(map(_words, found["authors"])),
        published_at=_moment(found["published_at"]),
        updated_at=_moment(found["updated_at"]),
        url=_words(found["url"]),
        start=_count(found["start"]),
        end=_count(found["end"]),
        quote=_words(found["quote"]),
    )


def _words(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    value.encode()  # half of a surrogate pair is no text either
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{value!r} is no number of characters")
    return value


def _moment(value: object) -> datetime | None:
    return None if value is None else datetime.fromisoformat(_words(value))


def report_text(found: Verification) -> str:
    """What became of each sentence and each verdict, and in the last line how much still holds."""
    lines = [_line(found.question), ""]
    for check in found.citations:
        saved, now = check.saved, check.now
        where = f"{saved.source or 'outlet not named'}, {date_label(saved.published_at)}: {saved.title}"
        lines.append(_line(f"[{saved.number}] {check.state}. {where} ({saved.article_id})"))
        if now and (now.article_id, now.start) != (saved.article_id, saved.start):
            lines.append(_line(f"    now in {now.article_id}, characters {now.start}–{now.end}"))
        if not now:
            lines.append(f"    “{_line(saved.quote)}”")
    for claim in found.claims:
        if not claim.holds:
            lines.append(f"verdict was {claim.saved.verdict}, now {_now(claim)}: “{_line(claim.saved.text)}”")
    sentences = sum(check.state in HOLDS for check in found.citations)
    verdicts = sum(claim.holds for claim in found.claims)
    return "\n".join(
        [
            *lines,
            "",
            f"{sentences} of {len(found.citations)} cited sentences are still in their articles; "
            f"{verdicts} of {len(found.claims)} verdicts are the same.",
        ]
    )


def _now(claim: ClaimCheck) -> str:
    lacks = f" (the source lacks {_line(', '.join(claim.now.missing))})" if claim.now.missing else ""
    return f"{claim.now.verdict}{lacks}"


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def report_json(found: Verification) -> dict[str, Any]:
    return {
        "question": found.question,
        "holds": found.holds,
        "citations": [
            {
                "number": check.saved.number,
                "state": check.state.name.lower(),
                "article_id": check.saved.article_id,
                "content_hash": check.saved.content_hash,
                "quote": check.saved.quote,
                "now": {
                    "article_id": check.now.article_id,
                    "content_hash": check.now.content_hash,
                    "start": check.now.start,
                    "end": check.now.end,
                }
                if check.now
                else None,
            }
            for check in found.citations
        ],
        "claims": [
            {
                "text": claim.saved.text,
                "saved": str(claim.saved.verdict),
                "now": str(claim.now.verdict),
                "missing": list(claim.now.missing),
            }
            for claim in found.claims
        ],
    }
