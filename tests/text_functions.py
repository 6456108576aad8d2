"""Works for tests: each function of rag/ that reads untrusted text, on a text that it is given."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial
from io import BytesIO

import numpy as np

from rag import commands, links, prompts, questions, show, show_html, show_saved, words
from rag.citations import Resolver, build_claims, read_markers
from rag.cleaning import clean_line, clean_text
from rag.conversations import conversation_name, pack_answer, unpack_answer
from rag.copies import Gathering, numbers_differ
from rag.disagreements import find_disagreements
from rag.editions import says_more
from rag.errors import ReadError, SettingsError
from rag.evidence import features
from rag.extractive import ExtractiveAnswerer
from rag.feedback import feedback_json, feedback_text, rate_answer
from rag.follow_ups import full_question, is_follow_up
from rag.generative import without_refusal
from rag.lacking import lacking
from rag.leaning import is_fragment, leans_back
from rag.listing import Listed, find_listed, short_origin
from rag.mentions import adjective_of, country_of, read_mentions
from rag.offers import offer_questions, title_question
from rag.passages import split_passages, split_sentences
from rag.premises import denied
from rag.questions import Constraints, read_constraints
from rag.readers import Upload, hash_content
from rag.reading.documents import join_pages
from rag.reading.kinds import is_wanted_file, kind_of, open_entries, read_entry
from rag.reading.languages import name_language
from rag.reading.markdown import Content, read_front_matter, read_markdown
from rag.reading.moments import read_moment
from rag.reading.parts import Reading
from rag.reading.tables import parse_fields
from rag.reading.texts import read_markdown_file, read_text
from rag.reading.web_pages import in_utf8, read_address, read_language, read_line
from rag.replies import ANSWER_CHARACTERS
from rag.sentences import rate_sentences
from rag.shingles import bands, resemblance, shingles
from rag.show_conversation import export_conversation, file_name
from rag.sought import Sought, asks_for_words
from rag.speakers import pronoun_meant, speakers_asked, speaks
from rag.spelling import other_spellings, respelled, usual_spelling, words_near, words_to_spell
from rag.thoughts import Thoughts, after_thoughts
from rag.types import (
    Answer,
    Article,
    Hit,
    KeptConversation,
    KeptExchange,
    Marker,
    Rating,
    Retrieval,
    Sentence,
    Signals,
    Span,
    Turn,
)
from rag.unmentioned import of_countries, unmentioned
from rag.verdicts.differing import differing
from rag.verdicts.judge import judge
from rag.verdicts.matching import line_of
from rag.web.addresses import follow, is_public, parse_address, show_address
from rag.web.fetching import Fetched
from rag.web.reading import is_list
from rag.web.robots import read_robots
from rag.whether import told
from tests.answers import make_answer
from tests.fakes import make_article
from tests.soak import cases

QUESTION = "Why did Wang not meet Blinken in May 2024, and what did the other side say about BYD?"
OF_ALL_KINDS = "Who, how long, how often, how many, where, why, which points and when?"
ARTICLE = "Wang met Blinken on 5 May 2024. He said that talks may go on. Two of 48 people were hurt."
DAY = date(2024, 5, 6)
ASKED = Constraints(first=DAY, last=DAY)
READING = Reading(10**9)
ANSWER_SHARE = cases(1, 1_000_000 // ANSWER_CHARACTERS)  # an answer is cut where a text of a megabyte is not
SHOWN = cases(4, 50)  # hits at most, as the settings allow; so few that half a text gives as many
FOUND = cases(4, 200)  # candidates of one question, by default

Work = Callable[[], object]


def make_hits(text: str, key: str = "a", name: str = "A title") -> tuple[Hit, ...]:
    """All passages of an article of this text; `name` is its title and its outlet."""
    article = make_article(key, text, title=name, source=name)
    return tuple(
        Hit(passage, article, 1.0, 0, (0.5,) * len(passage.sentences), Signals(1, 1, 1, 1, 1))
        for passage in split_passages(article, lambda texts: [len(one) // 4 + 1 for one in texts], 256)
    )


def make_retrieval(hits: Sequence[Hit], asked: str = QUESTION, enough: bool = True) -> Retrieval:
    return Retrieval(asked, asked, tuple(hits), 1.0, enough, Span(1, 1))


def vectors_of(hits: Sequence[Hit]) -> dict[str, np.ndarray]:
    """Of all sentences the same: each is compared with each."""
    return {hit.passage.id: np.ones((len(hit.passage.sentences), 1), np.float32) for hit in hits}


def pieces(text: str, size: int = 7) -> list[str]:
    """As a model's words come."""
    return [text[place : place + size] for place in range(0, len(text), size)]


def answer_of(text: str) -> Answer:
    """What a model wrote, its first claim with a source; all else that is shown is of the text too."""
    hits = (*make_hits(text, name=text[:500])[:SHOWN], *make_hits(ARTICLE, "b"))
    cited = Resolver(hits[-1:]).cite(Marker(1, 1))
    assert cited
    claims = build_claims([written(text), cited], split_sentences)
    question = text[:2000]
    return make_answer(claims=claims, hits=hits, question=question, asked=f"{question} ", notice=text)


def written(text: str) -> str:
    """As long for an answer as the text is for an article."""
    return text[: len(text) // ANSWER_SHARE]


# One row for each group of functions: the modules whose patterns it tries, and a text → what is measured.


def cleaned(text: str) -> list[Work]:
    return [partial(clean_text, text), partial(clean_line, text), partial(hash_content, Content(text=text))]


def split(text: str) -> list[Work]:
    return [partial(split_sentences, text), partial(make_hits, text)]


def read_files(text: str) -> list[Work]:
    data = text.encode(errors="replace")
    fronts = [f"---\n{text}\n---\na", f"---\ntitle: {text}\n---\na", f'---\ntitle: "{text}\n---\na']
    return [
        *(partial(refusing, read_text, begin + data) for begin in (b"", b"A\n", b"A\nPublished: ")),
        partial(refusing, read_markdown_file, data),
        partial(read_markdown, text),
        partial(read_markdown, "", text),
        *(partial(refusing, read_front_matter, front) for front in fronts),
        partial(read_moment, text),
        partial(read_moment, text[:60]),
        partial(join_pages, [text]),
        partial(join_pages, [text[: len(text) // 3]] * 3),
    ]


def read_tables(text: str) -> list[Work]:
    data = text.encode(errors="replace")
    begun = b'text,title\n"' + data
    rows = {".json": [data, b"[" + data], ".jsonl": [data, b"{" + data], ".csv": [b"text\n" + data, begun]}
    files = [partial(read_all, kind, file) for kind, given in rows.items() for file in given]
    return [*files, partial(refusing, parse_fields, text)]


def read_all(kind: str, data: bytes) -> None:
    with suppress(ReadError):  # where the file cannot be read on
        for entry in open_entries(kind, BytesIO(data), READING):
            with suppress(ReadError):
                list(read_entry(entry))


def refusing(read: Callable[..., object], *given: object) -> object:
    with suppress(ReadError, SettingsError):
        return read(*given)
    return None


def read_names(text: str) -> list[Work]:
    def find() -> object:
        one = Listed("a", text, text, (text,), text, None, None, "en", 1, text)
        return find_listed([one], text[:2000]), short_origin(text)

    return [
        find,
        *(partial(function, text) for function in (kind_of, is_wanted_file, conversation_name)),
        partial(file_name, text, "md"),
        lambda: Upload(text, b"").origin,
    ]


def read_addresses(text: str) -> list[Work]:
    page = f"https://a.example/{text}"
    target = parse_address("https://a.example/")
    return [
        *(partial(refusing, parse_address, one) for one in (text, page, f"https://{text}", f"//{text}@")),
        partial(refusing, follow, target, text),
        partial(show_address, text),
        partial(show.web_address, page),
        partial(is_public, text),
        partial(is_list, Fetched(page, page, text.encode(errors="replace"))),
        partial(read_robots, text),
        *(partial(function, text) for function in (read_address, read_language, read_line)),
        partial(in_utf8, text.encode(errors="replace"), "latin-1"),
    ]


def read_words(text: str) -> list[Work]:
    one = (words.stems, words.content_stems, words.weighty_stems, read_mentions, country_of, adjective_of)
    return [
        *(partial(function, text) for function in one),
        partial(name_language, text),
        partial(unmentioned, text, {"byd", "ab", "a", "de"}, [ARTICLE]),
        partial(unmentioned, QUESTION, {"byd"}, [text]),
        partial(of_countries, text, {"byd", "ab", "a", "de"}),
        partial(spell, text),
        partial(words_near, "Raimando", [text]),
    ]


def spell(text: str) -> None:
    """As `Speller.respelled` does, up to the words that no article has."""
    found = words_to_spell(text)
    meant = {word: usual_spelling(word, {other: 1 for other in other_spellings(word)}) for word in found}
    respelled(text, meant)


def read_questions(text: str) -> list[Work]:
    one = (
        questions.read_clauses,
        commands.asks_for_a_report_of_nothing,
        questions.asks_for_course,
        questions.asks_for_items,
        questions.asks_for_list,
        commands.asks_for_summary,
        questions.asks_for_timeline,
        commands.asks_of_us,
        questions.asks_to_compare,
        commands.without_command,
        commands.as_reported,
        commands.greets,
        asks_for_words,
        leans_back,
    )
    turn = Turn(text, asked=f"{text} ({text})", answer=text)
    return [
        *(partial(function, text) for function in one),
        partial(is_fragment, text, 3),
        partial(read_constraints, text, ["A", "Example Wire"], DAY),
        partial(read_constraints, QUESTION, [text], DAY),
        partial(is_follow_up, text, [turn]),
        *(partial(full_question, asked, [turn]) for asked in ("And what did he say there?", "Why?", text)),
        partial(full_question, text, [Turn(QUESTION, answer=ARTICLE)]),
    ]


def weigh_passages(text: str) -> list[Work]:
    found = (*make_hits(text, name=text[:500])[:FOUND], *make_hits(ARTICLE, "b"))
    shown = found[:SHOWN]
    other = (*make_hits(ARTICLE, "b"), *make_hits(text, "c", "Other Wire")[: SHOWN - 1])
    weights = dict.fromkeys(words.content_stems(QUESTION), 1.0)
    resolver = Resolver([*shown, *other])
    cited = [one for hit in range(1, 9) if (one := resolver.cite(Marker(hit, 1)))]
    vectors = vectors_of([*shown, *other])
    retrieval = make_retrieval(shown)
    sentences = (*split_sentences(text), Sentence(0, 7, "Wang said so."), Sentence(8, 9, "He said so."))
    return [
        partial(rate_sentences, QUESTION, shown, found, weights, ASKED),
        partial(rate_sentences, text, shown, found, weights, ASKED),
        partial(rate_sentences, OF_ALL_KINDS, shown, found, weights, ASKED),
        partial(features, QUESTION, found, weights, {"byd"}, ASKED, shown),
        partial(features, text, found, weights, {"byd"}, ASKED, shown),
        lambda: list(ExtractiveAnswerer().write(retrieval, ())),
        lambda: list(ExtractiveAnswerer().write(make_retrieval(shown, f"Which points? {text}"), ())),
        partial(offer_questions, shown, lambda asked: make_retrieval((), asked, enough=False)),
        partial(title_question, text),
        partial(pronoun_meant, sentences, len(sentences) - 1),
        partial(speakers_asked, text),
        partial(Sought, text),
        partial(speaks, sentences, len(sentences) - 1, {"wang"}),
        partial(denied, text, shown),
        partial(told, f"Did {text[:280]}", shown),
        partial(told, f"Was {text[:280]}", shown),
        partial(told, "Was Wang received by Ann?", shown),
        partial(denied, QUESTION, shown),
        partial(lacking, text, shown, ASKED),
        partial(lacking, f"How many {text[:500]}", shown, ASKED),
        partial(lacking, "How many lists were signed?", shown, read_constraints("in May 1999", [], DAY)),
        lambda: find_disagreements(cited, [*shown, *other], vectors, resolver.cite),
        partial(collapse, [*shown, *other], vectors),
        partial(numbers_differ, text, ARTICLE),
    ]


def collapse(hits: Sequence[Hit], vectors: dict[str, np.ndarray]) -> None:
    gathering = Gathering(QUESTION, vectors, ())
    for hit in hits:
        if not gathering.collapse(hit):
            gathering.show(hit)


def find_links(text: str) -> list[Work]:
    scores = np.array([2.0, 1.0])
    return [
        partial(links.named, text, [text, "A title"]),
        partial(links.follow, QUESTION, scores, ["a", "b"], ["A title", text], [ARTICLE, ARTICLE]),
        partial(links.follow, text, scores, ["a", "b"], ["A title", "Other"], [text, text]),
    ]


def compare_texts(text: str) -> list[Work]:
    article: Article = make_article("a", text)
    return [
        partial(bands, text),
        lambda: resemblance(shingles(text), shingles(ARTICLE)),
        partial(says_more, article, text),
        partial(says_more, make_article("b", ARTICLE), text),
    ]


def judge_claims(text: str) -> list[Work]:
    hits = (*make_hits(text, name=text[:500])[: cases(2, 12)], *make_hits(ARTICLE, "b"))
    resolver = Resolver(hits)
    cited = [one for hit in range(1, len(hits) + 1) if (one := resolver.cite(Marker(hit, 1)))]
    return [
        partial(judge, text, cited),
        partial(judge, text[: cases(600, 2000)], cited),
        partial(judge, ARTICLE, cited),
        lambda: differing(line_of(text[:1000]), line_of(ARTICLE)),
        lambda: differing(line_of(text[:600]), line_of(f"{text[:580]} Wang")),
    ]


def write_claims(text: str) -> object:
    resolver = Resolver(make_hits(ARTICLE))
    pieces = (resolver.cite(one) if isinstance(one, Marker) else one for one in read_markers([text]))
    return build_claims([piece for piece in pieces if piece], split_sentences)


def read_model(text: str) -> list[Work]:
    answer = written(text)
    cut = pieces(answer)

    def think(cut: Sequence[str]) -> object:
        thoughts = Thoughts()
        return [thoughts.feed(piece) for piece in cut], thoughts.rest()

    return [
        *(lambda given=given: list(read_markers(given)) for given in ([text], cut)),
        *(partial(think, given) for given in ([text], pieces(text), ["<think>", *pieces(text)])),
        *(lambda given=given: list(without_refusal(given)) for given in ([text], cut)),
        partial(after_thoughts, text),
        partial(write_claims, answer),
        partial(show_html.draft_html, cut),
    ]


def write_prompts(text: str) -> list[Work]:
    answer = answer_of(text)
    turns = [Turn(text, answer=text)]
    return [
        partial(prompts.plain_line, text),
        partial(prompts.passages_prompt, text, answer.hits),
        partial(prompts.rewrite_prompt, text, turns),
        partial(prompts.repair_prompt, text, answer.hits, answer.claims),
    ]


def show_texts(text: str) -> list[Work]:
    article = make_article("a", text, title=text, source=text)
    return [
        *(partial(function, text) for function in (show.clean, show.safe, show.label_text, show.web_address)),
        partial(show_html.article_html, article, (), "a", 0),
        partial(show_html.copy_html, article, "a"),
    ]


def show_answers(text: str) -> list[Work]:
    answer, now = answer_of(text), datetime(2024, 5, 6, tzinfo=UTC)
    kept = KeptConversation("c", answer.question, now, (KeptExchange("a", answer.question, now, answer),))
    feedback = rate_answer(answer, Rating.UP, answer_id="a", note=text, settings={}, history=[Turn(text)])
    line, texts = pack_answer(answer), {}
    return [
        partial(show_html.answer_html, answer, "a"),
        partial(show_html.passages_html, answer, "a"),
        partial(show_html.timeline_html, answer, "a"),
        *(partial(function, answer) for function in (show.answer_text, show.sources_text, show.answer_json)),
        partial(show_saved.saved_json, answer, now),
        partial(show_saved.saved_markdown, answer, now),
        partial(show_saved.saved_html, answer, now),
        *(partial(export_conversation, kept, kind) for kind in ("md", "html", "json")),
        partial(feedback_text, feedback),
        partial(feedback_json, feedback),
        partial(pack_answer, answer),
        partial(unpack_answer, line, texts),
    ]
