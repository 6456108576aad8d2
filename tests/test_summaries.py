"""'Summarise the summit': which articles are on it."""

from dataclasses import replace

from rag.summaries import reports_on, with_beginnings
from rag.types import Hit
from tests.fakes import make_article
from tests.test_extractive import make_hit

WEIGHTS = {"lima": 4.0, "summit": 1.0}
ASKED = "Summarise the Lima summit"


def hit(name: str, title: str, text: str, score: float = 1.0) -> Hit:
    found = make_hit(make_article(name, text, title=title), (0.5,) * (text.count(".") or 1))
    return replace(found, score=score)


ON_IT = hit("on", "Xi meets Biden in Lima", "The two met in Lima. It was warm. They talked.")
MENTIONS = hit("later", "Talks in Bali", "Ministers met. It was cold. Lima was named. All left.", 9.0)
TITLE_ONLY = hit("title", "On Lima and other things", "Prices rose. Snow fell. Wind blew. In Lima it rained.")


def test_an_article_is_on_what_title_and_beginning_name() -> None:
    assert reports_on(ASKED, (MENTIONS, TITLE_ONLY, ON_IT), WEIGHTS) == (2,)
    assert reports_on(ASKED, (MENTIONS, TITLE_ONLY), WEIGHTS) == ()
    assert reports_on(ASKED, (), WEIGHTS) == reports_on(ASKED, (ON_IT,), {}) == ()


def test_two_reports_at_most_the_one_that_names_more_first() -> None:
    whole = hit("whole", "Lima summit ends", "The summit in Lima ended.")
    third = hit("third", "Lima", "Lima.")
    assert reports_on(ASKED, (ON_IT, whole, third), WEIGHTS) == (1, 0)


def test_no_other_question_has_reports() -> None:
    assert reports_on("Who met in Lima?", (ON_IT,), WEIGHTS) == ()


def test_a_passage_from_the_middle_begins_nothing() -> None:
    text = "Rain fell. The two met in Lima."
    middle = make_hit(make_article("a", text, title="Lima"), (0.5,), start=11)
    assert reports_on(ASKED, (middle,), WEIGHTS) == ()


def test_the_beginnings_of_the_articles_found_come_with_them() -> None:
    text = "The two met in Lima. Rain fell."
    article = make_article("a", text)
    first, later = make_hit(article, (0.1,), 0, 20), make_hit(article, (0.9,), 21)
    later = replace(later, passage=replace(later.passage, position=1))
    assert with_beginnings((later,), (later, ON_IT, first)) == (later, first)
    assert with_beginnings((first,), (later, first)) == (first,)
