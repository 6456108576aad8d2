"""A question of a run: as a row of a list, and opened down to its passages."""

from collections.abc import Mapping

import streamlit as st

from rag.page.answers import notice_html
from rag.page.frame import facts_html
from rag.runs import AskedQuestion, CitedQuote, FoundPassage, RunSummary
from rag.show import safe


def main_names(run: RunSummary) -> Mapping[str, str]:
    """The main scores of the run's questions, in words."""
    return {score.name: score.words for question in run.questions for score in question.scores if score.main}


def question_row_html(question: AskedQuestion, other: AskedQuestion | None, measure: str, words: str) -> str:
    """`words`: the measure's."""
    facts = [question.id, question.kind, "failed to run" if question.error else status_words(question)]
    facts.append(f"{words} {value_words(question.value(measure))}")
    if other:
        facts[-1] += f" against {value_words(other.value(measure))}"
    line = " · ".join(safe(fact) for fact in facts)
    title = f'<p class="r-title">{safe(question.question)}</p>'
    return f'<div class="r-row">{title}<p class="r-source">{line}</p></div>'


def status_words(question: AskedQuestion) -> str:
    return question.status.replace("_", " ") or "no answer"


def value_words(value: float | None) -> str:
    return "does not apply" if value is None else f"{value:.2f}"


@st.dialog("One question", width="large")
def open_question(question: AskedQuestion, other: AskedQuestion | None) -> None:
    st.html(opened_html(question, other))


def opened_html(question: AskedQuestion, other: AskedQuestion | None = None) -> str:
    """What was asked and right, what was answered, why it scored so, and what was found."""
    parts = [f'<h3 class="r-asked-one">{safe(question.question)}</h3>', facts_html(_facts(question))]
    if question.points:
        rows = "".join(f"<li>“{safe(p.quote)}” <small>{safe(p.fate)}</small></li>" for p in question.points)
        parts += ["<h4>Gold evidence</h4>", f'<ul class="r-list">{rows}</ul>']
    parts += ["<h4>The answer</h4>", answer_html(question)]
    if other:
        parts += ["<h4>The other run's answer</h4>", answer_html(other)]
    parts += ["<h4>Main scores</h4>", scores_html(question, other)]
    parts += ["<h4>Passages found</h4>", *(passage_html(n, p) for n, p in enumerate(question.passages, 1))]
    return f'<div class="r-opened">{"".join(parts)}</div>'


def _facts(question: AskedQuestion) -> list[tuple[str, str]]:
    facts = [("Right answer", question.gold or ("none" if question.answerable else "not in the articles"))]
    if question.before:
        facts.append(("Asked before", " / ".join(question.before)))
    if question.searched and question.searched != question.question:
        facts.append(("Searched", question.searched))
    facts.append(
        ("Question", f"{question.id}, {question.kind}, {question.part} part, {question.seconds:.2f} s")
    )
    return facts


def answer_html(question: AskedQuestion) -> str:
    if question.error:
        return notice_html("Failed to run", question.error, fault=True)
    if not question.claims:
        return f"<p>{safe(status_words(question)).capitalize()}.</p>"
    rows = []
    for claim in question.claims:
        lacks = f"; lacks {', '.join(claim.missing)}" if claim.missing else ""
        verdict = f" <small>{safe(claim.verdict + lacks)}</small>" if claim.verdict else ""
        cited = "".join(_cited_html(one, claim.text) for one in claim.citations)
        rows.append(f"<li>{safe(claim.text)}{verdict}{cited}</li>")
    return f'<ol class="r-list">{"".join(rows)}</ol>'


def _cited_html(one: CitedQuote, claim: str) -> str:
    judged = "✓ bears on it" if one.bears else "✗ beside the point"
    kind = "r-good" if one.bears else "r-bad"
    quote = "" if one.quote == claim else f" “{safe(one.quote)}”"
    return f'<div><small>cites {safe(one.place)} <span class="{kind}">{judged}</span>{quote}</small></div>'


def scores_html(question: AskedQuestion, other: AskedQuestion | None) -> str:
    rows = ""
    for score in (one for one in question.scores if one.main):
        beside = f" <small>the other {value_words(other.value(score.name))}</small>" if other else ""
        rows += f"<li>{safe(score.words)} <b>{value_words(score.value)}</b>{beside}"
        rows += f" <small>{safe(score.reason)}</small></li>"
    return f'<ul class="r-list">{rows}</ul>' if rows else "<p>None: it failed to run.</p>"


def passage_html(place: int, passage: FoundPassage) -> str:
    """What answers the question in it is marked."""
    if passage.text is None:
        body = "No longer in the articles."
    else:
        body, done = "", 0
        for start, end in passage.gold:
            at = max(start, done)  # two of them may overlap
            if at < end:
                body += safe(passage.text[done:at]) + f"<mark>{safe(passage.text[at:end])}</mark>"
                done = end
        body += safe(passage.text[done:])
    holds = " · ✓ holds evidence" if passage.gold else ""
    head = f"{place}. {passage.title} · {passage.place} · score {passage.score:.2f}{holds}"
    return f'<details><summary>{safe(head)}</summary><p class="r-text">{body}</p></details>'
