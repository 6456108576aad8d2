"""Feedback on answers: made from an answer, and as a row of the library, as JSON, as text.

Questions, answers and notes are untrusted; hidden characters are taken out when feedback is made.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rag.show import answer_text, clean
from rag.types import Answer, CitedSentence, ClaimRating, Feedback, Rating, Status, Turn, Verdict

NOTE_CHARACTERS = 1000  # a few sentences; what is longer is cut
FEEDBACK_COLUMNS = (
    "id, made_at, question, asked, status, answer, cited, rating, note, answerer, settings, history, claims"
)
_IN_JSON = ("cited", "settings", "history", "claims")  # columns that hold more than one value
_LINE_ENDS = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}  # those that JSON does not escape


def rate_answer(
    answer: Answer,
    rating: Rating,
    *,
    answer_id: str,
    note: str = "",
    settings: Mapping[str, str | int | float],
    history: Sequence[Turn] = (),
    claims: Sequence[ClaimRating] = (),
) -> Feedback:
    """Feedback given now on an answer, which `answer_id` tells from all others."""
    return Feedback(
        id=answer_id,
        made_at=datetime.now(UTC).replace(microsecond=0),
        question=clean(answer.question),
        asked=clean(answer.asked),
        status=answer.status,
        answer=answer_text(answer),
        cited=tuple(CitedSentence(c.number, c.article_id, c.start, c.end, c.quote) for c in answer.citations),
        rating=rating,
        note=_note(note),
        answerer=answer.model,
        settings=dict(settings),
        history=tuple(Turn(clean(t.question), clean(t.asked), clean(t.answer)) for t in history),
        claims=tuple(sorted(claims, key=lambda claim: claim.number)),
    )


def rate_claim(answer: Answer, number: int, rating: Rating, note: str = "") -> ClaimRating:
    """A rating of the claim at place `number` (from 1)."""
    claim = answer.claims[number - 1]
    return ClaimRating(number, clean(claim.text), claim.verdict, rating, _note(note))


def _note(note: str) -> str:
    return clean(note).strip()[:NOTE_CHARACTERS]


def feedback_json(feedback: Feedback) -> dict[str, Any]:
    """The feedback for export; read_feedback reads it again."""
    return {
        **asdict(feedback),
        "made_at": feedback.made_at.isoformat(),
        "status": str(feedback.status),
        "rating": str(feedback.rating),
    }


def json_line(values: Mapping[str, Any]) -> str:
    """One line of a JSON Lines file, for readers too that know other ends of lines (str.splitlines)."""
    return json.dumps(values, ensure_ascii=False).translate(_LINE_ENDS)


def read_feedback(values: Mapping[str, Any]) -> Feedback:
    """Raises KeyError, TypeError or ValueError for what feedback_json did not make."""
    made_at = datetime.fromisoformat(values["made_at"])
    if made_at.tzinfo is None:
        raise ValueError(f"made_at has no time zone: {made_at}")
    words = {name: values[name] for name in ("id", "question", "asked", "answer", "note", "answerer")}
    if any(not isinstance(value, str) for value in words.values()):
        raise TypeError(f"one of {', '.join(words)} is no text")
    return Feedback(
        **words,
        made_at=made_at,
        status=Status(values["status"]),
        rating=Rating(values["rating"]),
        cited=tuple(
            CitedSentence(
                int(one["number"]),
                str(one["article_id"]),
                int(one["start"]),
                int(one["end"]),
                str(one["quote"]),
            )
            for one in values["cited"]
        ),
        settings=dict(values["settings"]),
        history=tuple(
            Turn(str(one["question"]), str(one["asked"]), str(one["answer"])) for one in values["history"]
        ),
        claims=tuple(
            ClaimRating(
                int(one["number"]),
                str(one["text"]),
                Verdict(one["verdict"]),
                Rating(one["rating"]),
                str(one["note"]),
            )
            for one in values.get("claims", ())  # older exports have none
        ),
    )


def feedback_row(feedback: Feedback) -> tuple[str, ...]:
    """The values of FEEDBACK_COLUMNS."""
    values = feedback_json(feedback)
    names = FEEDBACK_COLUMNS.split(", ")
    return tuple(json.dumps(values[name]) if name in _IN_JSON else values[name] for name in names)


def read_feedback_row(row: Sequence[str]) -> Feedback:
    values = dict(zip(FEEDBACK_COLUMNS.split(", "), row, strict=True))
    return read_feedback({n: json.loads(value) if n in _IN_JSON else value for n, value in values.items()})


def feedback_text(feedback: Feedback) -> str:
    """A few lines for the terminal: rating, day, question, note, how it was answered."""
    lines = [f"{feedback.rating:<5}{feedback.made_at:%Y-%m-%d %H:%M} UTC  {_line(feedback.question)}"]
    if feedback.note:
        lines.append(f"     note: {_line(feedback.note)}")
    for claim in feedback.claims:
        note = f" – {_line(claim.note)}" if claim.note else ""
        lines.append(f"     claim {claim.number} {claim.rating}: {_line(claim.text)}{note}")
    if feedback.history:
        lines.append(f"     after: {_line(feedback.history[-1].question)}")
    cited = "1 sentence" if len(feedback.cited) == 1 else f"{len(feedback.cited)} sentences"
    how = "not in the articles" if feedback.status is Status.NOT_IN_ARTICLES else f"{cited} cited"
    lines.append(f"     {_line(feedback.answerer)}, {how}")
    return "\n".join(lines)


def _line(text: str) -> str:
    return " ".join(clean(text).split())
