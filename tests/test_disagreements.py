"""Two outlets that report the same point differently are shown side by side; those that agree are not."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from evals import disagreements
from rag.answering import Readout
from rag.embedding import EmbeddedEncoder
from rag.library import Library
from rag.settings import Settings
from rag.show import answer_json, sources_text
from rag.show_html import answer_html, disagreements_html, passages_html
from rag.types import Answer, Answerer, Article, Disagreement, Marker, Piece, Point, Retrieval, Status, Turn
from rag.verdicts.differing import differing
from rag.verdicts.matching import line_of
from tests.answers import ARTICLE, make_answer, make_citation
from tests.fakes import make_article

DAY = date(2024, 5, 14)
HERALD = make_article(
    "herald",
    "The explosion at the Marlow refinery killed 12 workers on Monday.\n\nThe refinery will reopen in June.",
    title="Blast at Marlow refinery",
    source="Coast Herald",
    published_at=datetime(2024, 5, 14, 8, tzinfo=UTC),
)
WIRE = make_article(
    "wire",
    "Fifteen workers were killed in the explosion at the Marlow refinery, officials said.\n\n"
    "Nobody was arrested.",
    title="Fifteen dead at refinery",
    source="Union Wire",
    published_at=datetime(2024, 5, 14, 12, tzinfo=UTC),
)
KILLED = "How many workers did the explosion at the Marlow refinery kill?"


class Quoting:
    """Writes one sentence and cites the first sentence of the best hit, as a model may."""

    name = "scripted"
    notice = "Written for a test."

    def write(self, retrieval: Retrieval, turns: Sequence[Turn]) -> Iterator[Piece]:
        yield "Twelve or more workers died "
        yield Marker(1, 1)


def ask(
    tmp_path: Path, encoder: EmbeddedEncoder, articles: Sequence[Article], answerer: Answerer | None
) -> Answer:
    settings = Settings(_env_file=None, home=tmp_path, model="")
    readout = Readout(settings, Library(tmp_path), encoder, answerer)
    try:
        with readout.library.writing():
            list(readout.adder.add_articles(articles))
        *_, answer = readout.ask(KILLED)
    finally:
        readout.close()
    assert isinstance(answer, Answer)
    assert answer.status is Status.ANSWERED
    return answer


@pytest.mark.parametrize("answerer", [None, Quoting()], ids=["quoted", "written"])
def test_an_answer_shows_both_sentences_where_two_outlets_differ(
    tmp_path: Path, encoder: EmbeddedEncoder, answerer: Answerer | None
) -> None:
    answer = ask(tmp_path, encoder, [HERALD, WIRE], answerer)
    (found,) = answer.disagreements
    assert found.point is Point.NUMBER
    assert {found.left_words, found.right_words} == {"12", "Fifteen"}
    assert {found.left.source, found.right.source} == {"Coast Herald", "Union Wire"}
    for side in (found.left, found.right):
        article = HERALD if side.article_id == "herald" else WIRE
        assert article.text[side.start : side.end] == side.quote
        assert side in answer.citations


def test_an_outlet_that_reports_otherwise_later_corrects_itself(
    tmp_path: Path, encoder: EmbeddedEncoder
) -> None:
    assert not ask(tmp_path, encoder, [HERALD, replace(WIRE, source="Coast Herald")], None).disagreements


def test_outlets_that_agree_are_not_set_against_each_other(tmp_path: Path, encoder: EmbeddedEncoder) -> None:
    agreeing = replace(WIRE, text=WIRE.text.replace("Fifteen", "Twelve"))
    assert not ask(tmp_path, encoder, [HERALD, agreeing], None).disagreements


def test_the_project_s_own_pairs_are_told_apart(encoder: EmbeddedEncoder) -> None:
    outcomes = disagreements.run(embedder=encoder)
    found = [outcome for outcome in outcomes if outcome.found]
    right = [outcome for outcome in found if outcome.pair.differ]
    assert len(right) >= disagreements.PRECISION_LEAST * len(found)
    assert len(right) >= disagreements.RECALL_LEAST * sum(outcome.pair.differ for outcome in outcomes)
    assert len(outcomes) >= 60


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("The blast killed 12 workers in Marlow.", "The blast killed 12 workers and hurt 30 in Marlow."),
        ("The blast killed more than 40 workers in Marlow.", "The blast killed 43 workers in Marlow."),
        ("The talks in Oslo were held on 4 and 5 June.", "The talks in Oslo were held on 4 June."),
        ("The flood killed 12 people in Valencia.", "The flood killed 15 people in Murcia."),
        ("The council approved the tram line.", "Did the council reject the tram line?"),
        ("", ""),
    ],
)
def test_what_may_both_be_true_is_no_disagreement(left: str, right: str) -> None:
    assert differing(line_of(left, DAY), line_of(right, DAY)) is None


@pytest.mark.parametrize(
    "told",
    [
        "The harbour bridge of Linden cost 52 million euros, the council's auditors said on Friday.",
        "The harbour bridge of Linden cost 52 million euros, Pia Storm of the council said.",
        'The harbour bridge of Linden "cost 52 million euros", the auditors said late on Friday.',
        "Linden's harbour bridge cost 52 million euros.",
    ],
)
def test_who_says_it_is_no_part_of_the_point(told: str) -> None:
    """'cost' may be a noun: what stands before 'the treasurer said' is what he said all the same."""
    first = "The harbour bridge of Linden cost 38 million euros, the town's treasurer said."
    for left, right in ((first, told), (told, first)):
        found = differing(line_of(left, DAY), line_of(right, DAY))
        assert found is not None
        assert {found.left, found.right} == {"38 million euros", "52 million euros"}


def test_a_sentence_is_compared_whichever_comes_first() -> None:
    one, other = line_of(HERALD.text.split("\n")[0], DAY), line_of(WIRE.text.split("\n")[0], DAY)
    there, back = differing(one, other), differing(other, one)
    assert there and back
    assert (there.left, there.right) == (back.right, back.left) == ("12", "Fifteen")


def disagreeing(quote: str = "They spoke for five hours.") -> Answer:
    article = replace(ARTICLE, source="Other Wire", id="other")
    right = replace(make_citation(2, 1, article), quote=quote.replace("five", "seven"), passage_id="other-0")
    left = replace(make_citation(1, 1), quote=quote)
    return make_answer(disagreements=(Disagreement(Point.NUMBER, left, right, "five", "seven"),))


def test_the_terminal_names_outlet_and_date_of_both() -> None:
    text = sources_text(disagreeing())
    assert "The articles give different numbers: “five” and “seven”." in text
    assert "Example Wire, 26 April 2024 [1]\n    “They spoke for five hours.”" in text
    assert "Other Wire, 26 April 2024 [2]\n    “They spoke for seven hours.”" in text


def test_json_holds_both_sentences_with_their_offsets() -> None:
    (found,) = answer_json(disagreeing())["disagreements"]
    assert found["point"] == "number"
    assert (found["left"]["words"], found["right"]["words"]) == ("five", "seven")
    assert found["right"]["quote"] == "They spoke for seven hours."
    assert (found["right"]["article_id"], found["right"]["start"], found["right"]["end"]) == ("other", 28, 54)


def test_the_page_marks_what_differs_and_leads_to_both_sentences() -> None:
    html = disagreements_html(disagreeing(), "a1")
    assert html.count('class="r-side"') == 2
    assert "<b>five</b>" in html
    assert "<b>seven</b>" in html
    assert 'href="#a1-s1"' in html
    assert 'href="#a1-s2"' in html
    assert disagreements_html(make_answer(), "a1") == ""


def test_a_sentence_that_only_disagrees_leads_back_to_where_it_is_shown() -> None:
    answer = disagreeing()
    other = replace(answer.hits[0], article=replace(ARTICLE, id="other"))
    other = replace(other, passage=replace(other.passage, id="other-0", article_id="other"))
    passages = passages_html(replace(answer, hits=(*answer.hits, other)), "a1")
    assert '<mark id="a1-s2"><a class="r-cite" href="#a1-d1"' in passages
    assert 'id="a1-d1"' in disagreements_html(answer, "a1")


def test_markup_in_a_sentence_stays_text() -> None:
    hostile = disagreeing("They spoke for <img src=x onerror=alert(1)> five hours.")
    html = disagreements_html(hostile, "a1") + answer_html(hostile, "a1")
    assert "<img" not in html
    assert "&lt;img" in html
