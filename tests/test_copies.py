"""Near-copies among what is shown: the better passage stays and names the others."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from evals.poisoned import measure, read_attacks
from rag.conversations import pack_answer, unpack_answer
from rag.copies import COPIES_MOST, Gathering, numbers
from rag.embedding import EmbeddedEncoder
from rag.show import answer_json, collapsed_note, copies_words, sources_text
from rag.show_conversation import FORMATS, export_conversation
from rag.show_html import passage_html
from rag.show_saved import saved_html, saved_markdown
from rag.types import Hit, KeptConversation, KeptExchange, NearCopy, Vectors
from tests.answers import make_answer, make_hit
from tests.fakes import HashEmbedder, make_article
from tests.test_retrieval import make_readout

MOMENT = datetime(2024, 5, 1, 8, 30, tzinfo=UTC)
COPY = NearCopy(
    "wire-0",
    "wire",
    "Talks <b>in</b> Beijing",
    "AP <img src=x>",
    MOMENT,
    "https://example.org/ap",
    "They & met.",
)


def hit_of(article_id: str, *sentences: str, source: str = "") -> Hit:
    article = make_article(article_id, " ".join(sentences), source=source)
    bounds, at = [], 0
    for sentence in sentences:
        bounds.append((at, at + len(sentence)))
        at += len(sentence) + 1
    return (
        make_hit(article, tuple(bounds))
        if len(bounds) > 1
        else replace(make_hit(article, tuple(bounds)), best=0)
    )


def gather(*hits: Hit, question: str = "Who met?", apart: tuple[str, ...] = ()) -> tuple[Hit, ...]:
    embedder = HashEmbedder()
    passages = [hit.passage for hit in hits]
    found = embedder.embed_passages(passages, [""] * len(hits))
    vectors: dict[str, Vectors] = {p.id: v.sentences for p, v in zip(passages, found, strict=True)}
    gathering = Gathering(question, vectors, apart)
    for hit in hits:
        if not gathering.collapse(hit):
            gathering.show(hit)
    return gathering.hits()


def shown(hits: tuple[Hit, ...]) -> dict[str, list[str]]:
    return {hit.article.id: [copy.article_id for copy in hit.copies] for hit in hits}


FIRST = "The mayor of Porto opened the new bridge on Friday."
SECOND = "Crowds walked over it until midnight."


def test_a_passage_that_says_nothing_more_goes_with_the_better_one() -> None:
    one = hit_of("one", FIRST, SECOND)
    assert shown(gather(one, hit_of("two", FIRST), hit_of("three", SECOND, FIRST))) == {
        "one": ["two", "three"]
    }


def test_a_passage_that_says_more_stays() -> None:
    more = hit_of("two", FIRST, "It had cost far too much, its critics said.")
    assert shown(gather(hit_of("one", FIRST, SECOND), more)) == {"one": [], "two": []}


def test_a_copy_of_a_copy_goes_with_them() -> None:
    near = FIRST.replace("opened the new", "opened a new")
    far = near.replace("on Friday", "late Friday")
    hits = gather(hit_of("one", FIRST), hit_of("two", near), hit_of("three", far))
    assert shown(hits) == {"one": ["two", "three"]}


@pytest.mark.parametrize(
    ("left", "right", "question"),
    [
        (
            "The fire killed 12 people in the old town.",
            "The fire killed 15 people in the old town.",
            "Who died?",
        ),
        (
            "The fire killed twelve people in the old town.",
            "The fire killed 15 people in the old town.",
            "Who?",
        ),
        (
            "The ministry confirmed the talks in Geneva on Friday.",
            "The ministry denied the talks in Geneva on Friday.",
            "Were there talks?",
        ),
    ],
)
def test_a_passage_that_contradicts_is_not_collapsed(left: str, right: str, question: str) -> None:
    hits = gather(hit_of("one", left), hit_of("two", right), question=question)
    assert shown(hits) == {"one": [], "two": []}


def test_numbers_of_the_question_and_spelled_ones_do_not_count_as_others() -> None:
    one = hit_of("one", "The fourth season of the show has twelve episodes.")
    two = hit_of("two", "The fourth season of the show has 12 episodes.")
    assert numbers("The 4th of twelve, 1,200 and one") == {"4", "12", "1200"}
    assert shown(gather(one, two, question="How many episodes has season 4?")) == {"one": ["two"]}


def test_what_an_outlet_that_the_question_names_says_is_shown() -> None:
    hits = (hit_of("one", FIRST, source="AP"), hit_of("two", FIRST, source="Reuters"))
    assert shown(gather(*hits, apart=("Reuters",))) == {"one": [], "two": []}


def test_two_passages_of_one_article_are_no_copies() -> None:
    one = hit_of("one", FIRST)
    again = replace(one, passage=replace(one.passage, id="one-1", position=1))
    assert len(gather(one, again)) == 2


def test_a_flood_of_copies_stays_short() -> None:
    (hit,) = gather(*(hit_of(f"copy-{n}", FIRST) for n in range(4 * COPIES_MOST)))
    assert len(hit.copies) == COPIES_MOST


def test_a_passage_without_vectors_is_shown() -> None:
    gathering = Gathering("Who?", {}, ())
    gathering.show(hit_of("one", FIRST))
    assert not gathering.collapse(hit_of("two", FIRST))


def test_wire_copies_take_one_place_and_the_answer_names_them(
    tmp_path: Path, encoder: EmbeddedEncoder
) -> None:
    text = "Blinken met Wang in Beijing on Friday. They spoke for five hours about trade. {}"
    outlets = ("AP", "Reuters", "The Guardian")
    articles = tuple(
        make_article(name.lower()[:3], text.format(f"Our reporter {name} was there."), source=name)
        for name in outlets
    )
    others = tuple(make_article(f"filler-{n}", f"The town of Linden {n} opened a bridge.") for n in range(12))
    readout = make_readout(tmp_path, encoder, (*articles, *others))
    hits = readout.retriever.retrieve("How long did Blinken and Wang speak?").hits
    first = next(hit for hit in hits if hit.copies)
    assert {first.article.source, *(copy.source for copy in first.copies)} == set(outlets)
    assert sum(hit.article.source in outlets for hit in hits) == 1
    listed = readout.retriever.retrieve("List the points that Blinken and Wang spoke about.").hits
    assert sum(hit.article.source in outlets for hit in listed) == 1
    named = readout.retriever.retrieve("How long, according to Reuters, did Blinken and Wang speak?").hits
    assert "Reuters" in {hit.article.source for hit in named}


def test_planted_texts_are_counted_and_collapse(tmp_path: Path, encoder: EmbeddedEncoder) -> None:
    texts = [
        "The harbour tower of Linden was built by the architect Ada Stone.",
        "It was Ada Stone, the architect, who built the harbour tower of Linden.",
        "Linden's harbour tower was built by an architect named Ada Stone.",
        "The architect Ada Stone built the harbour tower that stands in Linden.",
    ]
    path = tmp_path / "set.json"
    path.write_text(
        json.dumps({"q": {"question": "Who built the harbour tower of Linden?", "adv_texts": texts}})
    )
    for led in (False, True):
        attacks = read_attacks(path, led)
        clean = tuple(
            make_article(f"filler-{n}", f"The town of Brae {n} opened a bridge.") for n in range(12)
        )
        readout = make_readout(tmp_path / str(led), encoder, (*clean, *attacks[0].planted))
        (one,) = measure(readout, attacks)
        assert (one.alone, one.planted, one.others, one.told) == (4, 1, 0, True)


# Shown


ANSWER = make_answer(
    hits=(replace(make_hit(), copies=(COPY, replace(COPY, article_id="second", source=""))),)
)
WORDS = "Nearly the same in 2 other articles: AP "


def test_the_words_name_each_outlet_once_and_count_articles() -> None:
    copies = tuple(replace(COPY, article_id=str(n), source=f"Outlet {n // 2}") for n in range(10))
    hit = replace(make_hit(), copies=copies)
    assert (
        copies_words(hit) == "Nearly the same in 10 other articles: Outlet 0, Outlet 1, Outlet 2 and 2 more"
    )
    assert copies_words(replace(hit, copies=copies[:1])) == "Nearly the same in 1 other article: Outlet 0"
    assert copies_words(make_hit()) == ""
    assert collapsed_note([hit]) == "10 near-copies are collapsed into the passages that say the same."
    assert collapsed_note([make_hit()]) == ""


def test_the_passage_shows_its_copies_as_text() -> None:
    html = passage_html(ANSWER.hits[0], ANSWER, "a1")
    assert WORDS in html
    assert "AP &lt;img src=x&gt;" in html
    assert "They &amp; met." in html
    assert "<img" not in html
    assert "<b>in</b>" not in html


def test_what_is_saved_and_printed_names_the_copies() -> None:
    assert WORDS in sources_text(ANSWER)
    assert WORDS in saved_markdown(ANSWER, MOMENT)
    assert WORDS in saved_html(ANSWER, MOMENT)
    assert answer_json(ANSWER)["hits"][0]["copies"][0]["article_id"] == "wire"
    kept = KeptConversation("one", "Talks", MOMENT, (KeptExchange("a", "How long?", MOMENT, ANSWER),))
    for kind in FORMATS:
        text = export_conversation(kept, kind)
        assert "<img" not in text.replace("\\<img", "") or kind == "json"
        assert (WORDS if kind != "json" else '"article_id": "wire"') in text


def test_a_kept_answer_keeps_its_copies_and_an_older_one_has_none() -> None:
    line = pack_answer(ANSWER)
    texts = {(ANSWER.hits[0].article.id, ANSWER.hits[0].article.content_hash): ANSWER.hits[0].article.text}
    assert unpack_answer(line, texts) == ANSWER
    older = json.loads(line)
    del older["hits"][0]["copies"]
    assert unpack_answer(json.dumps(older), texts).hits[0].copies == ()


def test_comparing_takes_all_sentences_of_the_copy() -> None:
    """A long passage around one copied sentence is no copy: each of its sentences must be said."""
    embedder = HashEmbedder()
    assert float(np.dot(embedder.embed_question(FIRST), embedder.embed_question(SECOND))) < 0.63
    assert shown(gather(hit_of("one", FIRST), hit_of("two", FIRST, SECOND))) == {"one": [], "two": []}
