"""Evaluation sets of others: tiny files in each layout, with what must come of them worked out by hand."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.adapters import read_set, to_gold
from evals.adapters.collection import read_moment
from evals.adapters.questions import find_quote
from evals.beir import Dataset, Query
from evals.gold import Evidence, GoldQuestion
from rag.errors import SettingsError

HOOT = "A crocodile called Hoot left the zoo of Bergen. Keepers found it in a canal two days later."

SQUAD: Any = {
    "version": "v2.0",
    "data": [
        {
            "title": "Bergen_Zoo",
            "paragraphs": [
                {
                    "context": HOOT,
                    "qas": [
                        {
                            "id": "s1",
                            "question": "What left the zoo?",
                            "is_impossible": False,
                            "answers": [
                                {"text": "A crocodile", "answer_start": 0},
                                {"text": "crocodile", "answer_start": 2},
                                {"text": "crocodile", "answer_start": 2},
                            ],
                        },
                        {
                            "id": "s2",
                            "question": "Who owns the zoo?",
                            "is_impossible": True,
                            "answers": [],
                            "plausible_answers": [{"text": "Hoot", "answer_start": 19}],
                        },
                        {
                            "id": "s3",
                            "question": "Where was it found?",
                            "answers": [{"text": "canal", "answer_start": HOOT.index("canal")}],
                        },
                    ],
                }
            ],
        }
    ],
}

CORPUS: Any = [
    {
        "title": "Harbour closes",
        "author": "Ana Ruiz",
        "source": "Coast Daily",
        "published_at": "2023-11-02T08:30:00+02:00",
        "category": "business",
        "url": "https://coast.example/harbour",
        "body": "The harbour of Vila closed on Monday.\n\nA crane had fallen\ninto the basin.",
    },
    {
        "title": "Crane firm fined",
        "author": None,
        "source": "The Ledger",
        "published_at": "last Tuesday",
        "category": "business",
        "url": "https://ledger.example/fine",
        "body": "The firm Torvald was fined 2 million euros.",
    },
]
MULTIHOP: Any = [
    {
        "query": "Which firm was fined after the crane that Coast Daily wrote about fell?",
        "answer": "Torvald",
        "question_type": "inference_query",
        "evidence_list": [
            {
                "title": "Harbour closes",
                "url": "https://coast.example/harbour",
                "fact": "A crane had fallen into the basin.",
            },
            {
                "title": "Crane firm fined",
                "url": "https://moved.example/fine",
                "fact": "The firm Torvald was fined 2 million euros.",
            },
        ],
    },
    {
        "query": "Who drove the crane?",
        "answer": "Insufficient information.",
        "question_type": "null_query",
        "evidence_list": [],
    },
]

RGB: Any = [
    {
        "id": 0,
        "query": "When does the film open?",
        "answer": [["January 2 2022", "Jan 2, 2022"]],
        "positive": ["The film opens on January 2 2022.", "Opening day: Jan 2, 2022."],
        "negative": ["The film was shot in Peru."],
    },
    {
        "id": 1,
        "query": "Where was the film shot?",
        "answer": "Peru",
        "positive": ["The film was shot in Peru."],
        "negative": ["The film opens on January 2 2022."],
    },
]
RGB_PARTS: Any = [
    {
        "id": 7,
        "query": "When and where was the oath taken?",
        "answer": ["3 January", ["Hong Kong", "HK"]],
        "positive": [
            ["The oath was on 3 January.", "On 3 January they swore."],
            ["They swore it in Hong Kong."],
        ],
        "negative": ["A vote was held in December."],
    }
]
RGB_FALSIFIED: Any = [
    {
        "id": 0,
        "query": "Who bought the app?",
        "answer": "Facebook",
        "fakeanswer": "Apple",
        "positive_wrong": ["Apple bought the app in 2012."],
        "positive": ["Facebook bought the app in 2012."],
        "negative": ["The app has filters."],
    }
]

QUIZ: Any = [
    {
        "question_id": "20220617_0",
        "question_date": "2022/06/16",
        "question_source": "CNN",
        "question_sentence": "Which show got a new season this week?",
        "choices": ["“Squid Game”", "“Friends”", ""],
        "answer": ["0"],
        "evidence": 'It is <a href="https://news.example/squid#top">Squid Game</a> &amp; no other.',
    },
    {
        "question_id": "20220617_1",
        "question_date": "16 June",
        "question_sentence": "True or false: it rained in Oslo.",
        "choices": ["TRUE", "FALSE"],
        "answer": [1],
        "evidence": "",
    },
]
SEARCH: Any = [
    {
        "question_id": "20220617_0",
        "search_time": "2022/06/17/16:34",
        "search_result": [
            {
                "url": "https://news.example/squid",
                "title": "Squid Game returns",
                "text": "Netflix said: It is Squid Game & no other.",
                "authors": ["Ana Ruiz", ""],
                "publish_date": "2022/06/12",
            },
            {
                "url": "https://news.example/empty",
                "title": "Video",
                "text": "",
                "authors": [],
                "publish_date": "",
            },
        ],
    }
]
WIKIPEDIA: Any = [
    {
        "question_id": "20220617_0",
        "search_result": [
            {"doc_id": "7", "text": "Oslo / Oslo is wet.", "doc_score": "8.1", "publish_date": "2018/12/31"}
        ],
    }
]
QUIZ_GOLD: Any = [
    {
        "question_id": "20220617_1",
        "search_result": [
            {"url": "https://news.example/oslo", "text": "It was dry in Oslo.", "publish_date": "2022/06/15"}
        ],
    }
]
BEIR_CORPUS: Any = [
    {"_id": "d1", "title": "Crane", "text": "A crane fell\ninto the basin. It was Monday."},
    {"_id": "d2", "title": "Weather", "text": "It rained."},
]
BEIR_QUERIES: Any = [
    {
        "_id": "q1",
        "text": "When did it fall?",
        "metadata": {
            "answers": ["Monday"],
            "evidence": ["A crane fell into the basin.", "It was Monday.", "It rained."],
        },
    }
]


def write_lines(path: Path, rows: list[Any], ascii_only: bool = False) -> Path:
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=ascii_only) + "\n" for row in rows), encoding="utf-8"
    )
    return path


def write_json(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def write_multihop(folder: Path, corpus: Any = CORPUS, questions: Any = MULTIHOP) -> Path:
    write_json(folder / "corpus.json", corpus)
    write_json(folder / "MultiHopRAG.json", questions)
    return folder


def write_week(folder: Path, quiz: Any = QUIZ, name: str = "20220617_qa.jsonl") -> Path:
    write_lines(folder / "20220617_gcs.jsonl", SEARCH)
    write_lines(folder / "20220617_dpr.jsonl", WIKIPEDIA)
    write_lines(folder / "20220617_gold.jsonl", QUIZ_GOLD)
    return write_lines(folder / name, quiz)


def write_beir(folder: Path) -> Path:
    (folder / "qrels").mkdir(parents=True)
    write_lines(folder / "corpus.jsonl", BEIR_CORPUS)
    write_lines(folder / "queries.jsonl", BEIR_QUERIES)
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\n")
    return folder


def texts(dataset: Dataset) -> list[str]:
    return [article.text for article in dataset.articles]


def gold_texts(dataset: Dataset, query: Query) -> set[str]:
    return {article.text for article in dataset.articles if article.id in query.gold}


def gold_questions(dataset: Dataset) -> list[GoldQuestion]:
    return [to_gold(query, dataset) for query in dataset.queries]


def quotes(question: GoldQuestion) -> list[tuple[str, int]]:
    return [(item.quote, item.point) for item in question.evidence]


# SQuAD


def test_squad_makes_one_document_of_each_paragraph(tmp_path: Path) -> None:
    dataset = read_set(write_json(tmp_path / "dev-v2.0.json", SQUAD))
    assert dataset.name == "dev-v2.0"
    assert [(article.title, article.text) for article in dataset.articles] == [("Bergen Zoo", HOOT)]
    left, owns, found = dataset.queries
    assert (left.id, left.text) == ("s1", "What left the zoo?")
    assert left.answers == ("A crocodile", "crocodile")
    assert gold_texts(dataset, left) == {HOOT}
    assert left.evidence == ("A crocodile called Hoot left the zoo of Bergen.",)
    assert (owns.answerable, owns.gold, owns.answers, owns.evidence) == (False, frozenset(), (), ())
    assert found.evidence == ("Keepers found it in a canal two days later.",)


def test_a_squad_question_becomes_a_gold_question(tmp_path: Path) -> None:
    dataset = read_set(write_json(tmp_path / "dev.json", SQUAD))
    left, owns, _ = gold_questions(dataset)
    assert left == GoldQuestion(
        id="s1",
        question="What left the zoo?",
        kind="fact",
        answerable=True,
        answer="A crocodile",
        short="A crocodile",
        key_points=(("A crocodile", "crocodile"),),
        evidence=(Evidence(dataset.articles[0].id, "A crocodile called Hoot left the zoo of Bergen.", 0),),
    )
    assert owns == GoldQuestion(
        id="s2", question="Who owns the zoo?", kind="impossible", answerable=False, answer=""
    )


@pytest.mark.parametrize("start", [1, -1, 10_000, None, "0", True])
def test_an_answer_that_does_not_stand_where_it_is_marked_names_no_evidence(
    tmp_path: Path, start: Any
) -> None:
    changed = deepcopy(SQUAD)
    changed["data"][0]["paragraphs"][0]["qas"][0]["answers"] = [
        {"text": "A crocodile", "answer_start": start}
    ]
    (query, *_) = read_set(write_json(tmp_path / "dev.json", changed)).queries
    assert query.evidence == ()
    assert query.answers == ("A crocodile",)


# MultiHop-RAG


def test_multihop_finds_gold_articles_by_address_or_else_by_title(tmp_path: Path) -> None:
    dataset = read_set(write_multihop(tmp_path))
    harbour, fine = dataset.articles
    assert (harbour.title, harbour.source, harbour.authors) == (
        "Harbour closes",
        "Coast Daily",
        ("Ana Ruiz",),
    )
    assert harbour.published_at == datetime(2023, 11, 2, 8, 30, tzinfo=timezone(timedelta(hours=2)))
    assert harbour.url == "https://coast.example/harbour"
    assert (fine.authors, fine.published_at) == ((), None)
    fined, drove = dataset.queries
    assert fined.gold == {harbour.id, fine.id}
    assert (fined.answers, fined.kind) == (("Torvald",), "inference_query")
    assert (drove.answerable, drove.gold, drove.answers, drove.kind) == (False, frozenset(), (), "null_query")


def test_a_fact_is_quoted_as_its_article_has_it(tmp_path: Path) -> None:
    dataset = read_set(write_multihop(tmp_path))
    fined, drove = gold_questions(dataset)
    assert quotes(fined) == [
        ("A crane had fallen\ninto the basin.", 0),
        ("The firm Torvald was fined 2 million euros.", 1),
    ]
    assert all(
        item.quote in article.text
        for item in fined.evidence
        for article in dataset.articles
        if article.id == item.article
    )
    assert (fined.kind, fined.key_points) == ("inference_query", (("Torvald",),))
    assert (drove.answerable, drove.key_points, drove.evidence) == (False, (), ())


@pytest.mark.parametrize("name", ["corpus.json", "MultiHopRAG.json"])
def test_a_multihop_folder_that_lacks_a_file_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    (write_multihop(tmp_path) / name).unlink()
    with pytest.raises(SettingsError, match=f"is no MultiHop-RAG folder: it lacks {name}"):
        read_set(tmp_path)


@pytest.mark.parametrize("name", ["corpus.json", "MultiHopRAG.json"])
def test_one_file_of_multihop_is_answered_with_its_folder(tmp_path: Path, name: str) -> None:
    write_multihop(tmp_path)
    with pytest.raises(SettingsError, match=r"Name the folder that holds corpus\.json and MultiHopRAG\.json"):
        read_set(tmp_path / name)


def test_evidence_from_an_article_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match=r"entry 1, evidence_list 2 rests on an article that corpus.json lacks"
    ):
        read_set(write_multihop(tmp_path, CORPUS[:1]))


# RGB


def test_rgb_makes_a_document_of_each_snippet_once(tmp_path: Path) -> None:
    dataset = read_set(write_lines(tmp_path / "en.json", RGB))
    assert texts(dataset) == [
        "The film opens on January 2 2022.",
        "Opening day: Jan 2, 2022.",
        "The film was shot in Peru.",
    ]
    opens, shot = dataset.queries
    assert [query.id for query in dataset.queries] == ["0", "1"]
    assert gold_texts(dataset, opens) == {"The film opens on January 2 2022.", "Opening day: Jan 2, 2022."}
    assert gold_texts(dataset, shot) == {"The film was shot in Peru."}
    assert opens.answers == ("January 2 2022", "Jan 2, 2022")
    question = to_gold(opens, dataset)
    assert question.key_points == (("January 2 2022", "Jan 2, 2022"),)
    assert (question.answer, question.short, question.kind) == ("January 2 2022", "January 2 2022", "fact")
    assert [point for _, point in quotes(question)] == [0, 0]  # either snippet is enough


def test_an_answer_in_parts_has_a_key_point_and_evidence_for_each(tmp_path: Path) -> None:
    dataset = read_set(write_lines(tmp_path / "en_int.json", RGB_PARTS))
    (query,) = dataset.queries
    assert query.answers == ("3 January", "Hong Kong", "HK")
    assert gold_texts(dataset, query) == set(texts(dataset)) - {"A vote was held in December."}
    question = to_gold(query, dataset)
    assert question.kind == "integration"
    assert question.key_points == (("3 January",), ("Hong Kong", "HK"))
    assert (question.answer, question.short) == ("3 January; Hong Kong", "")
    assert quotes(question) == [
        ("The oath was on 3 January.", 0),
        ("On 3 January they swore.", 0),
        ("They swore it in Hong Kong.", 1),
    ]


def test_falsified_snippets_are_documents_but_not_gold(tmp_path: Path) -> None:
    dataset = read_set(write_lines(tmp_path / "en_fact.json", RGB_FALSIFIED))
    (query,) = dataset.queries
    assert "Apple bought the app in 2012." in texts(dataset)
    assert gold_texts(dataset, query) == {"Facebook bought the app in 2012."}
    assert (query.kind, query.answers) == ("counterfactual", ("Facebook",))


def test_a_question_that_no_snippet_answers_is_not_answerable(tmp_path: Path) -> None:
    dataset = read_set(write_lines(tmp_path / "en.json", [{**RGB[0], "positive": []}]))
    (query,) = dataset.queries
    assert (query.answerable, query.gold, query.answers) == (False, frozenset(), ())


# RealTimeQA


def test_a_quiz_takes_its_documents_from_the_files_beside_it(tmp_path: Path) -> None:
    dataset = read_set(write_week(tmp_path))
    squid, wiki, oslo = dataset.articles
    assert (squid.title, squid.text) == ("Squid Game returns", "Netflix said: It is Squid Game & no other.")
    assert (squid.authors, squid.published_at) == (("Ana Ruiz",), datetime(2022, 6, 12, tzinfo=UTC))
    assert (wiki.title, wiki.text, wiki.published_at) == (
        "Oslo",
        "Oslo is wet.",
        None,
    )  # the copy's day is none
    assert oslo.published_at == datetime(2022, 6, 15, tzinfo=UTC)
    show, rain = dataset.queries
    assert (set(show.gold), show.answers) == ({squid.id}, ("“Squid Game”",))  # the evidence links to it
    assert (set(rain.gold), rain.answers) == ({oslo.id}, ("FALSE",))  # the gold file names it


def test_a_quiz_question_counts_its_week_from_the_day_of_the_quiz(tmp_path: Path) -> None:
    show, rain = gold_questions(read_set(write_week(tmp_path)))
    assert (show.as_of, rain.as_of) == (date(2022, 6, 16), None)
    assert [quote for quote, _ in quotes(show)] == ["It is Squid Game & no other."]
    assert (rain.key_points, rain.evidence) == ((("FALSE",),), ())


def test_none_of_the_above_is_no_wording_of_an_answer(tmp_path: Path) -> None:
    quiz = [{**QUIZ[1], "question_id": "20220617_1_nota", "choices": ["TRUE", "None of the above"]}]
    dataset = read_set(write_week(tmp_path, quiz, "20220617_qa_nota.jsonl"))
    (query,) = dataset.queries
    assert (query.answers, query.answerable) == ((), True)
    assert gold_texts(dataset, query) == {"It was dry in Oslo."}
    assert to_gold(query, dataset).key_points == ()


def test_a_quiz_without_files_beside_it_has_questions_and_no_documents(tmp_path: Path) -> None:
    dataset = read_set(write_lines(tmp_path / "20220617_qa.jsonl", QUIZ))
    assert (dataset.articles, len(dataset.queries), dataset.judged()) == ((), 2, ())


@pytest.mark.parametrize(
    "answer", [["2"], [-1], ["-1"], ["one"], [True], [0.5], [None], [], ["²"], ["9" * 400]]
)
def test_an_answer_that_is_no_choice_is_refused(tmp_path: Path, answer: Any) -> None:
    with pytest.raises(SettingsError, match=r"qa.jsonl, entry 1|qa.jsonl.*'answer'"):
        read_set(write_lines(tmp_path / "20220617_qa.jsonl", [{**QUIZ[1], "answer": answer}]))


# BEIR, and what all sets have in common


def test_a_beir_folder_is_read_as_before_and_its_evidence_found(tmp_path: Path) -> None:
    dataset = read_set(write_beir(tmp_path / "tiny"))
    (question,) = gold_questions(dataset)
    assert question.key_points == (("Monday",),)
    assert quotes(question) == [
        ("A crane fell\ninto the basin.", 0),
        ("It was Monday.", 1),
    ]  # the third is in no gold document


def test_one_text_under_two_addresses_is_one_document(tmp_path: Path) -> None:
    again = {**CORPUS[1], "url": "https://copy.example/fine", "title": "Copied"}
    question = {**MULTIHOP[0], "evidence_list": [{"title": "Copied", "fact": "The firm Torvald was fined"}]}
    dataset = read_set(write_multihop(tmp_path, [*CORPUS, again], [question]))
    assert [article.title for article in dataset.articles] == ["Harbour closes", "Crane firm fined"]
    assert gold_texts(dataset, dataset.queries[0]) == {"The firm Torvald was fined 2 million euros."}


def test_a_question_that_comes_twice_is_asked_once_and_a_taken_id_is_not_taken_twice(tmp_path: Path) -> None:
    other = {**RGB[1], "id": 0}
    dataset = read_set(write_lines(tmp_path / "en.json", [RGB[0], other, RGB[0], other]))
    assert [query.text for query in dataset.queries] == [
        "When does the film open?",
        "Where was the film shot?",
    ]
    first, second = (query.id for query in dataset.queries)
    assert first == "0"
    assert second.startswith("0-")


def test_ids_and_digest_depend_on_what_is_said_and_on_nothing_else(tmp_path: Path) -> None:
    one = read_set(write_multihop(tmp_path))
    two = read_set(write_multihop(tmp_path, CORPUS[::-1], MULTIHOP[::-1]))
    assert {article.id for article in one.articles} == {article.id for article in two.articles}
    assert {query.id for query in one.queries} == {query.id for query in two.queries}
    retitled = read_set(write_multihop(tmp_path, [CORPUS[0], {**CORPUS[1], "source": "Other"}]))
    assert [article.id for article in retitled.articles] == [article.id for article in one.articles]
    assert retitled.digest != one.digest  # a library of the other would name another outlet


def test_texts_are_cleaned_and_line_marks_within_them_end_no_line(tmp_path: Path) -> None:
    row = {
        "id": 3,
        "query": "Wo liegt\u00a0Ko\u0308ln?\u200b",
        "answer": "am\u2028Rhein",
        "positive": ["Ko\u0308ln liegt\u2028am Rhein.\x85Heute."],
        "negative": ["香港は雨。\u202e"],
    }
    path = write_lines(tmp_path / "de.json", [row, {**RGB[1]}])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())  # a byte order mark
    dataset = read_set(path)
    assert texts(dataset)[:2] == ["Köln liegt\nam Rhein.\nHeute.", "香港は雨。"]
    query = dataset.queries[0]
    assert (query.text, query.answers) == ("Wo liegt Köln?", ("am Rhein",))
    assert quotes(to_gold(query, dataset)) == [("Köln liegt\nam Rhein.\nHeute.", 0)]


@pytest.mark.parametrize(
    ("stamp", "moment"),
    [
        ("2022/06/17", datetime(2022, 6, 17, tzinfo=UTC)),
        ("2023-10-07", datetime(2023, 10, 7, tzinfo=UTC)),
        ("2023-10-07T09:10:00Z", datetime(2023, 10, 7, 9, 10, tzinfo=UTC)),
        ("2023", None),  # no day
        ("2023-10", None),
        ("17/06/2022", None),
        ("2022/13/01", None),
        ("2022/06/17/16:34", datetime(2022, 6, 17, 16, 34, tzinfo=UTC)),
        ("2022/06/17-05", None),
        ("2022/06/171", None),
        ("2999-12-31T24:00", datetime(3000, 1, 1, tzinfo=UTC)),
        ("9999-12-31T24:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_date_is_whole_or_it_is_none(stamp: str, moment: datetime | None) -> None:
    assert read_moment(stamp) == moment


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("2 million euros", "2 million\n euros"),
        ("2million euros", "2 million\n euros"),
        ("3 million euros", ""),
        ("2 Million euros", ""),
        ("", ""),
        (" ", ""),
        ("(a.b)*", "(a. b)*"),
    ],
)
def test_a_quotation_may_differ_in_white_space_only(quote: str, found: str) -> None:
    assert find_quote(quote, "It was fined 2 million\n euros. (a. b)*") == found


# Wrong files


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("[]", "is empty"),
        ("{half", "line 1 is not JSON"),
        ('{"question_sentence": "?"}\n{half', "line 2 is not JSON"),
        ("17", "is no JSON object"),
        ("[17]", "entry 1 is no JSON object"),
        ("{}", "is no evaluation set that is known. Name a BEIR"),
        ('{"data": 3}', r"lacks 'data' \(a list\)"),
        ('{"data": []}', "holds no question"),
        ('{"data": [{"paragraphs": [{"qas": []}]}]}', r"data 1, paragraphs 1 lacks 'context' \(a text\)"),
        (
            '{"data": [{"paragraphs": [{"context": "","qas":[{"id": 1, "question": "?", "answers":[]}]}]}]}',
            "qas 1 has no answer and does not say that it is impossible",
        ),
        ('{"positive": []}', r"lacks 'negative' \(a list\)"),
        ('{"positive": ["a", ["b"]]}', "neither a list of texts nor a list of such lists"),
        ('{"positive": ["a"], "negative": [], "answer": []}', "lacks 'answer'"),
        ('{"positive": ["a"], "negative": [], "answer": [[]]}', "lacks 'answer'"),
        (
            '{"positive": ["a"], "negative": [], "answer": "x", "id": true}',
            r"lacks 'id' \(a number or a text\)",
        ),
        (
            '{"positive": ["a"], "negative": [], "answer": "x", "id": 1, "query": "\\u200b"}',
            "'query'.*is empty",
        ),
        ('{"question_sentence": "?", "question_id": "1", "choices": ["a"]}', r"lacks 'answer' \(a list\)"),
        ("[" * 100_000, "line 1 is not JSON"),
        ("9" * 5_000, "line 1 is not JSON"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "set.json").write_text(text)
    with pytest.raises(SettingsError, match=complaint) as refused:
        read_set(tmp_path / "set.json")
    assert str(refused.value).startswith(str(tmp_path / "set.json"))
    assert "\n" not in str(refused.value)


def test_what_is_not_there_or_not_text_or_no_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"gone.json cannot be read: No such file"):
        read_set(tmp_path / "gone.json")
    (tmp_path / "picture.json").write_bytes(b"\x89PNG\xff")
    with pytest.raises(SettingsError, match="is not text in UTF-8"):
        read_set(tmp_path / "picture.json")
    (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
    with pytest.raises(SettingsError, match=r"loop.json cannot be read: Too many levels"):
        read_set(tmp_path / "loop.json")
    with pytest.raises(SettingsError, match="holds no evaluation set that is known"):
        read_set(tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("queries.jsonl", '{"_id": "q1", "text": 17}\n'),
        ("queries.jsonl", "[" * 100_000),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\n" + "x" * 200_000),
        ("corpus.jsonl", '{"_id": "1", "text": "x", "metadata": {"date": "9999-12-31T24:00"}}\n'),
        ("corpus.jsonl", '{"_id": "1", "text": "x", "metadata": {"url": 7}}\n'),
    ],
)
def test_a_beir_folder_that_its_reader_trips_over_is_refused_too(
    tmp_path: Path, name: str, text: str
) -> None:
    (write_beir(tmp_path / "tiny") / name).write_text(text)
    with pytest.raises(SettingsError, match="BEIR"):
        read_set(tmp_path / "tiny")


# Any JSON: a set or one sentence


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
NAMES = st.sampled_from(
    "data paragraphs context qas id question answers text answer_start is_impossible title url body query "
    "answer evidence_list fact positive negative positive_wrong question_id question_sentence choices "
    "evidence search_result authors published_at publish_date doc_id _id metadata".split()
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=20,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value within `value`, itself included."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield from places(item, (*path, key))


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    changed = deepcopy(value)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = new
    return changed


@st.composite
def damaged(draw: st.DrawFn, whole: Any) -> Any:
    """`whole` with something else in up to three of its places."""
    for _ in range(draw(st.integers(1, 3))):
        whole = put(whole, draw(st.sampled_from(list(places(whole)))), draw(ANY_JSON))
    return whole


def read_or_refuse(path: Path) -> None:
    """A set whose questions can be put into the suite's form, or one sentence; anything else fails."""
    try:
        dataset = read_set(path)
    except SettingsError as error:
        assert "\n" not in str(error)
        return
    ids = {article.id for article in dataset.articles}
    assert len(ids) == len(dataset.articles)
    assert len({query.id for query in dataset.queries}) == len(dataset.queries)
    for query in dataset.queries:
        question = to_gold(query, dataset)
        assert query.gold <= ids
        assert all(item.article in query.gold for item in question.evidence)
        assert query.answerable or not (query.gold or question.key_points or question.evidence)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_file_is_a_set_or_refused_in_one_sentence(data: st.DataObject) -> None:
    whole = data.draw(
        ANY_JSON | st.sampled_from([SQUAD, RGB, RGB_PARTS, RGB_FALSIFIED, QUIZ]).flatmap(damaged)
    )
    with TemporaryDirectory() as folder:
        path = Path(folder, "20220617_qa.jsonl")
        path.write_text(json.dumps(whole), encoding="utf-8")
        read_or_refuse(path)


@settings(max_examples=100, deadline=None)
@given(damaged([CORPUS, MULTIHOP]) | st.tuples(ANY_JSON, ANY_JSON))
def test_any_multihop_folder_is_a_set_or_refused_in_one_sentence(whole: Any) -> None:
    if isinstance(whole, list | tuple) and len(whole) == 2:
        with TemporaryDirectory() as folder:
            read_or_refuse(write_multihop(Path(folder), *whole))


@settings(max_examples=100, deadline=None)
@given(damaged([SEARCH, WIKIPEDIA, QUIZ_GOLD]))
def test_any_search_results_are_read_or_refused_in_one_sentence(whole: Any) -> None:
    with TemporaryDirectory() as folder:
        path = write_week(Path(folder))
        for kind, rows in zip(
            ("gcs", "dpr", "gold"), whole if isinstance(whole, list) else [whole], strict=False
        ):
            write_json(Path(folder, f"20220617_{kind}.jsonl"), rows)
        read_or_refuse(path)


@settings(max_examples=60, deadline=None)
@given(damaged([BEIR_CORPUS, BEIR_QUERIES]))
def test_any_beir_folder_is_a_set_or_refused_in_one_sentence(whole: Any) -> None:
    if not isinstance(whole, list) or not all(isinstance(rows, list) for rows in whole):
        return
    with TemporaryDirectory() as folder:
        path = write_beir(Path(folder, "tiny"))
        for name, rows in zip(("corpus.jsonl", "queries.jsonl"), whole, strict=False):
            write_lines(path / name, rows, ascii_only=True)
        try:
            dataset = read_set(path)
        except SettingsError as error:
            assert "\n" not in str(error)
        else:
            assert len(gold_questions(dataset)) == len(dataset.queries)
