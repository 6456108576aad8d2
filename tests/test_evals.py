"""The evaluation suite itself: its measures against values worked by hand, its commands on tiny sets."""

import json
import math
import random
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from evals import bench, distractors, documents, speed
from evals.__main__ import main
from evals.baselines import NAMES, document_ranker, open_baselines
from evals.beir import Dataset, Query, read_beir, read_corpus
from evals.calibrate import calibrate
from evals.chroma_default import ChromaDefault, Unpadded
from evals.libraries import open_library
from evals.report import commit, measure_set, print_retrieval
from evals.retrieval import MEASURES, _holds, measure, readout_ranker, run, sentence_success
from evals.speed import Adding, Asking, Encoding, Filled, Latency
from evals.stages import REST, Stopwatch
from evals.statistics import estimate, paired_difference
from rag.embedding import EmbeddedEncoder
from rag.errors import SettingsError
from rag.evidence import FEATURES
from rag.passages import split_passages
from rag.settings import Settings

TOPICS = {
    "ferry": ("The island of Morvane lost its ferry in March.", "Which island lost its ferry?"),
    "bridge": (
        "Engineers closed the Tarn bridge after cracks were found.",
        "Why was the Tarn bridge closed?",
    ),
    "panda": ("Two pandas arrived at the zoo in San Diego.", "Where did the two pandas arrive?"),
    "steel": ("The tariff on steel rose to 25 percent.", "How high is the tariff on steel?"),
    "vote": ("The council of Linden voted 9 to 4 for a new school.", "How did the council of Linden vote?"),
    "storm": ("The storm Agnes cut power to 4,000 homes in Cork.", "How many homes lost power in the storm?"),
    "bakery": ("A bakery in Lyon won the prize for the best bread.", "Who won the prize for the best bread?"),
    "comet": ("Astronomers saw a comet with two tails from Chile.", "What did astronomers see from Chile?"),
    "goal": ("Amira Haddad scored the only goal of the final.", "Who scored the only goal of the final?"),
    "library": ("The library in Porto returned a stolen atlas.", "What did the library in Porto return?"),
}


def make_text(key: str) -> str:
    """The topic's sentence and enough after it that the baselines cut the document into two chunks."""
    after = " ".join(f"A further report on the {key} is expected in week {week}." for week in range(1, 25))
    return f"{TOPICS[key][0]} {after}"


def write_beir(folder: Path, name: str = "tiny") -> Path:
    """A set of ten documents and ten questions, each answered by one document; then one by none."""
    folder = folder / name
    (folder / "qrels").mkdir(parents=True)
    corpus = [
        {
            "_id": key,
            "title": f"News of the {key}",
            "text": make_text(key),
            "metadata": {"source": "Example Wire", "published_at": "2024-04-26T09:10:00Z"},
        }
        for key in TOPICS
    ]
    queries = [
        {"_id": f"q-{key}", "text": question, "metadata": {"evidence": [sentence], "question_type": "fact"}}
        for key, (sentence, question) in TOPICS.items()
    ]
    queries.append({"_id": "q-none", "text": "Who is the king of Mars?", "metadata": {"answerable": False}})
    for file, rows in (("corpus.jsonl", corpus), ("queries.jsonl", queries)):
        (folder / file).write_text("".join(json.dumps(row) + "\n" for row in rows))
    judged = "".join(f"q-{key}\t{key}\t1\nq-{key}\tother-{key}\t0\n" for key in TOPICS)
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + judged)
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_beir(tmp_path)


@pytest.fixture
def place(tmp_path: Path, encoder_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder with the tests' own encoder cache: the suite writes to build/ below it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("READOUT_CACHE", str(encoder_settings.cache))
    return tmp_path


# Measures


def values(gold: str, ranking: str) -> dict[str, float]:
    """The measures of one question; a letter is a document."""
    return measure([(Query("q", "?", frozenset(gold)), tuple(ranking))])["q"]


def test_a_perfect_ranking_has_one_everywhere() -> None:
    assert values("ab", "abxyz") == dict.fromkeys(MEASURES, pytest.approx(1.0))


@pytest.mark.parametrize("ranking", ["xyz", "", "xxxx"])
def test_a_ranking_without_a_right_document_has_zero_everywhere(ranking: str) -> None:
    assert values("ab", ranking) == dict.fromkeys(MEASURES, 0.0)


def test_a_question_without_a_right_document_has_zero_everywhere() -> None:
    assert values("", "abc") == dict.fromkeys(MEASURES, 0.0)


def test_right_documents_at_second_and_fourth_place() -> None:
    # DCG = 1/log2(3) + 1/log2(5) = .63093 + .43068; the best possible 1 + .63093
    assert values("ab", "xayb") == {
        "Success@1": 0.0,
        "Recall@5": 1.0,
        "Recall@10": 1.0,
        "nDCG@10": pytest.approx(1.06161 / 1.63093, abs=1e-4),
        "MRR@10": 0.5,
    }


def test_what_comes_after_the_cut_does_not_count() -> None:
    found = values("ab", "vwxyzaklmnb")  # a sixth, b eleventh
    assert (found["Recall@5"], found["Recall@10"]) == (0.0, 0.5)
    assert found["MRR@10"] == pytest.approx(1 / 6)
    assert values("b", "vwxyzaklmnb") == dict.fromkeys(MEASURES, 0.0)


def test_a_document_that_comes_twice_counts_at_its_first_place() -> None:
    assert values("b", "aab") == values("b", "ab")
    assert values("a", "aba") == values("a", "ab")
    assert values("ab", "aaaaa")["Recall@5"] == 0.5


def test_the_order_of_questions_does_not_matter() -> None:
    rows = [
        (Query(f"q{n}", "?", frozenset("ab")), tuple(r)) for n, r in enumerate(("abx", "xab", "xyz", "bxa"))
    ]
    shuffled = rows[:]
    random.Random(3).shuffle(shuffled)
    assert measure(shuffled) == measure(rows)


def second_opinion(gold: frozenset[str], ranking: list[str]) -> dict[str, float]:
    """nDCG@10 as Järvelin and Kekäläinen define it (2002), MRR@10 and recall, from their formulas."""
    places = [place for place, document in enumerate(ranking, start=1) if document in gold]
    ideal = sum(1 / math.log2(place + 1) for place in range(1, min(len(gold), 10) + 1))
    return {
        "Success@1": float(1 in places),
        "Recall@5": sum(place <= 5 for place in places) / len(gold),
        "Recall@10": sum(place <= 10 for place in places) / len(gold),
        "nDCG@10": sum(1 / math.log2(place + 1) for place in places if place <= 10) / ideal,
        "MRR@10": 1 / places[0] if places and places[0] <= 10 else 0.0,
    }


def test_the_measures_agree_with_a_second_implementation() -> None:
    chance = random.Random(7)
    documents = [f"d{n}" for n in range(30)]
    rows = [
        (
            Query(f"q{n}", "?", frozenset(chance.sample(documents, chance.choice([1, 2, 4, 12])))),
            chance.sample(documents, 15),
        )
        for n in range(60)
    ]
    for query, ranking in rows:
        assert measure([(query, ranking)])[query.id] == pytest.approx(second_opinion(query.gold, ranking))
    assert measure(rows) == {q.id: pytest.approx(second_opinion(q.gold, ranking)) for q, ranking in rows}


@pytest.mark.parametrize(
    ("sentence", "wanted", "holds"),
    [
        ("The plan costs $5 million.", "$5 million", True),
        ("I know what he meant.", "no", False),
        ("There were 13 boats.", "3", False),
        ("Rollo, the Viking, signed.", "rollo", True),
        (
            "Engineers closed the old bridge at Tarn today.",
            "it rained. engineers closed the old bridge at tarn today. bye.",
            True,
        ),
        ("He agreed.", "he agreed. then he left.", False),  # too short to be evidence by itself
    ],
)
def test_a_sentence_holds_an_answer_as_whole_words(sentence: str, wanted: str, holds: bool) -> None:
    assert _holds(sentence, [wanted]) is holds


# Intervals and differences


def test_constant_values_have_an_interval_of_no_width() -> None:
    found = estimate([0.25] * 40)
    assert (found.mean, found.low, found.high, found.size) == (0.25, 0.25, 0.25, 40)


def test_an_interval_holds_its_mean_is_the_same_each_time_and_shrinks_with_more_questions() -> None:
    few, many = estimate([0.0, 1.0] * 20), estimate([0.0, 1.0] * 500)
    assert few.low < few.mean < few.high
    assert few == estimate([0.0, 1.0] * 20)
    # Standard error of a mean of 40 coins: .5/√40 = .079; 1.96 of it to both sides: a width of .31
    assert few.high - few.low == pytest.approx(0.31, abs=0.03)
    assert many.high - many.low == pytest.approx(0.062, abs=0.01)


def test_no_values_give_no_number() -> None:
    found = estimate([])
    assert math.isnan(found.mean)
    assert found.size == 0


def test_a_paired_difference_is_positive_where_ours_is_better() -> None:
    theirs = [0.1, 0.5, 0.3, 0.4, 0.2] * 8
    better, p = paired_difference([value + 0.2 for value in theirs], theirs)
    assert better.mean == pytest.approx(0.2)
    assert p < 0.01
    worse, _ = paired_difference(theirs, [value + 0.2 for value in theirs])
    assert worse.mean == pytest.approx(-0.2)
    assert worse.high < 0


def test_equal_systems_differ_by_nothing_and_noise_is_not_called_a_difference() -> None:
    same, p = paired_difference([0.1, 0.9, 0.5], [0.1, 0.9, 0.5])
    assert (same.mean, same.low, same.high, p) == (0.0, 0.0, 0.0, 1.0)
    _, p = paired_difference([0.1, 0.0] * 10, [0.0, 0.1] * 10)
    assert p > 0.5


# Sets


def test_a_set_is_read_with_its_metadata_as_article_fields(tiny: Path) -> None:
    dataset = read_beir(tiny)
    assert dataset.name == "tiny"
    article = dataset.articles[0]
    assert (article.id, article.title, article.source) == ("ferry", "News of the ferry", "Example Wire")
    assert article.text == make_text("ferry")
    assert article.published_at == datetime(2024, 4, 26, 9, 10, tzinfo=UTC)
    query = dataset.queries[0]
    assert (query.id, query.gold, query.kind) == ("q-ferry", frozenset({"ferry"}), "fact")
    assert query.evidence == ("The island of Morvane lost its ferry in March.",)
    assert [q.id for q in dataset.queries if not q.answerable] == ["q-none"]
    assert len(dataset.judged()) == len(TOPICS)


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_folder_that_lacks_a_file_is_refused_by_its_name(tiny: Path, name: str) -> None:
    (tiny / name).unlink()
    with pytest.raises(SettingsError, match=f"it lacks {name}"):
        read_beir(tiny)


@pytest.mark.parametrize("line", ["{half", '{"title": "no id"}', "[]"])
def test_a_line_that_is_no_document_is_refused_in_one_sentence(tiny: Path, line: str) -> None:
    with (tiny / "corpus.jsonl").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(SettingsError, match=r"corpus.jsonl is not in the BEIR layout"):
        read_beir(tiny)


def test_a_date_that_cannot_be_read_surely_is_left_out(tmp_path: Path) -> None:
    stamps = ["2023-10-07", "last Friday", "", None]
    rows = [
        {"_id": str(n), "text": "x", "metadata": {"published_at": stamp}} for n, stamp in enumerate(stamps)
    ]
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    dates = [article.published_at for article in read_corpus(tmp_path / "corpus.jsonl")]
    assert dates == [datetime(2023, 10, 7, tzinfo=UTC), None, None, None]


# Systems


def test_the_baselines_rank_documents_by_their_best_chunk(tiny: Path, encoder_settings: Settings) -> None:
    dataset = read_beir(tiny)
    encoder = EmbeddedEncoder(encoder_settings.model_copy(update={"precision": "fp32"}))
    kept = tiny.parent / "kept"
    retrievers = open_baselines(dataset, kept, encoder)
    assert set(retrievers) == set(NAMES)
    for name, retriever in retrievers.items():
        ranked = run(dataset.judged(), document_ranker(retriever), name)
        assert np.mean([r.scores["Success@1"] for r in ranked]) >= 0.8, name
        assert all(len(set(r.documents)) == len(r.documents) for r in ranked)
    again = open_baselines(dataset, kept, encoder)["chroma"]
    question = "Which island lost its ferry?"
    assert len(document_ranker(again)(question)) == len(TOPICS)  # kept, and nothing added twice


def test_a_set_is_measured_from_its_folder_and_kept(place: Path) -> None:
    dataset = read_beir(write_beir(place))
    readout = open_library(dataset)
    ranked = run(dataset.judged(), readout_ranker(readout), "tiny")
    assert np.mean([r.scores["nDCG@10"] for r in ranked]) >= 0.95
    found = sentence_success(readout, dataset, dataset.queries)
    assert found["first sentence"].mean >= 0.8
    assert found["first three"].mean >= found["first sentence"].mean
    assert found["first three"].size == len(TOPICS)  # the question that names no answer is left out
    generation = readout.library.state().generation
    readout.close()
    again = open_library(dataset)
    assert again.library.state().generation == generation
    again.close()


def test_the_result_file_has_commit_settings_and_ranks(place: Path) -> None:
    folder, out = write_beir(place), place / "results" / "tiny.json"
    print_retrieval([folder], 3, (), out)
    written = json.loads(out.read_text())
    (figures,) = written["sets"]
    assert written["commit"] == commit() != ""
    assert figures["questions"] == 3
    assert figures["ranks"]["q-ferry"] == [1]  # the places of its right documents
    assert figures["systems"]["readout"]["nDCG@10"]["size"] == 3
    assert "api_key" not in json.dumps(figures["settings"]).replace("openai_api_key", "")


def test_an_unknown_baseline_and_a_set_without_judged_questions_are_refused(place: Path) -> None:
    dataset = read_beir(write_beir(place))
    with pytest.raises(SettingsError, match="No such baseline: bm52"):
        measure_set(dataset, 1, ["bm52"])
    with pytest.raises(SettingsError, match="no question with a right document"):
        measure_set(Dataset("bare", dataset.articles, dataset.queries[-1:]), 0, ())


def test_the_command_says_in_one_line_what_a_folder_lacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["retrieval", "--beir", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"evals: {tmp_path} is no BEIR folder: it lacks corpus.jsonl.\n"


def test_calibrating_writes_a_rule_over_all_features_and_their_products(place: Path) -> None:
    out = place / "evidence.json"
    calibrate([write_beir(place)], out, gold=False)
    rule = json.loads(out.read_text())
    assert list(rule["features"]) == list(FEATURES)
    assert len(rule["coefficients"]) == 13 + 13 * 14 // 2 + 13 * 14 * 15 // 6  # alone, two and three together
    assert 0 < rule["threshold"] < 1
    figures = rule["sets"]["tiny"]
    assert figures["questions"] == len(TOPICS)
    assert figures["auc"] >= 0.9  # a document about the very thing asked is there, or nothing near it
    assert 0 <= figures["false_refusals"] <= 0.2


# Documents


def test_the_corpus_table_has_a_row_per_article() -> None:
    rows = documents.corpus_table().strip().splitlines()[2:]
    assert len(rows) == len(list(documents.CORPUS.glob("2*.md")))
    days = [row.split("|")[1].strip() for row in rows]
    assert days[0] == "2023-06-19"
    assert days == sorted(days)


def test_the_settings_table_has_a_row_per_setting() -> None:
    rows = documents.settings_table().strip().splitlines()[2:]
    assert len(rows) == len(Settings.model_fields)
    assert any(row.startswith("| `READOUT_PASSAGE_TOKENS` | `256` |") for row in rows)


# Speed


def test_a_stage_is_charged_for_its_own_time_only(monkeypatch: pytest.MonkeyPatch) -> None:
    class Desk:
        def outer(self) -> str:
            return self.inner() + "!"

        def inner(self) -> str:
            return "done"

    clock = count()  # each look at the clock is one second later
    monkeypatch.setattr("evals.stages.time.perf_counter", lambda: float(next(clock)))
    stopwatch = Stopwatch()
    with stopwatch.watch({"outer": [(Desk, "outer")], "inner": [(Desk, "inner")]}):
        assert Desk().outer() == "done!"
    # rest 0 … 5, outer 1 … 4, inner 2 … 3
    assert stopwatch.seconds == {"outer": 2.0, "inner": 1.0, REST: 2.0}
    assert Desk.outer.__name__ == "outer"
    Desk().outer()
    assert stopwatch.seconds["outer"] == 2.0  # unwrapped again


def test_articles_for_size_tests_are_different_and_the_same_in_every_run() -> None:
    pool = distractors.make_pool(distractors.read_texts(documents.CORPUS))
    articles = list(distractors.make_articles(pool, 200))
    assert len({article.text for article in articles}) == len({article.id for article in articles}) == 200
    assert articles[:5] == list(distractors.make_articles(pool, 5))
    questions = distractors.make_questions(pool, 30)
    assert questions == distractors.make_questions(pool, 30)
    assert len(set(questions)) > 20


def test_a_changed_sentence_keeps_its_skeleton() -> None:
    one = distractors.skeleton("The visit of Blinken on 26 April 2024 cost $3.50.")
    assert one == distractors.skeleton("The visit of Raimondo on 91 Beijing 1078 cost $9.10.")
    assert one != distractors.skeleton("The trip of Blinken on 26 April 2024 cost $3.50.")


def test_too_few_texts_for_a_size_test_are_refused(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text('{"_id": "1", "text": "One sentence."}\n')
    with pytest.raises(SettingsError, match="holds 1 texts"):
        distractors.read_texts(tmp_path)


def test_a_library_of_a_given_size_is_filled_and_asked_beside_the_baseline(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed, "QUESTIONS", 3)  # texts as alike as these take long
    texts = write_beir(place)
    speed.keep_sentence_vectors(texts, place)
    home = place / "120"
    filled = speed.fill_library(texts, place, home, 120)
    assert 100 <= filled.passages <= 140
    alone, asking = speed.measure_asking(texts, place, [speed_home(place, texts, 240), home], 200)
    assert alone.baseline is None and alone.ours.p50 > 0
    assert asking.baseline is not None
    assert 0 < asking.ours.p50 <= asking.ours.p95
    assert 0 < asking.baseline.p50 <= asking.baseline.p95
    assert asking.stages["embed question"] > 0
    assert sum(asking.stages.values()) < 2
    assert speed.measure_reader(texts, place, home) > 50  # MB: Python with the encoder


def speed_home(place: Path, texts: Path, passages: int) -> Path:
    """A library of about so many passages."""
    home = place / str(passages)
    speed.fill_library(texts, place, home, passages)
    return home


def test_a_filled_library_is_kept_and_one_that_was_cut_off_goes_on(place: Path) -> None:
    texts = write_beir(place)
    speed.keep_sentence_vectors(texts, place)
    pool, home = speed.load_pool(texts), place / "kept"
    encoder = distractors.RecombinedEncoder(speed.evaluation_settings(place), place / speed.SENTENCES)
    readout = speed._open(home, encoder)
    with readout.library.writing():
        for _ in readout.adder.add_articles(distractors.make_articles(pool, 7)):
            pass
    before = readout.library.state().generation
    filled = speed.fill_library(texts, place, home, 120)
    state = readout.library.state()
    assert state.generation - before == filled.articles - 7  # the seven were passed over
    assert speed.fill_library(texts, place, home, 120) == filled
    assert readout.library.state() == state


def test_chromas_default_here_gives_the_vectors_of_sentence_transformers(tmp_path: Path) -> None:
    rows = json.loads((Path(__file__).parent / "golden" / "minilm.json").read_text(encoding="utf-8"))[:12]
    vectors = np.array([row["vector"] for row in rows])
    texts = [row["text"] for row in rows]
    assert len({len(text.split()) for text in texts}) > 3  # of several lengths: filled up in one batch
    np.testing.assert_allclose(ChromaDefault(tmp_path)(texts), vectors, atol=2e-5)
    np.testing.assert_allclose(Unpadded(tmp_path).embed(texts), vectors, atol=2e-5)


def test_kept_vectors_are_near_those_of_the_encoder(place: Path) -> None:
    texts = distractors.read_texts(documents.CORPUS)[:6]
    encoder = EmbeddedEncoder(speed.evaluation_settings(place))
    distractors.save_sentence_vectors(texts, encoder, 256, place / "kept.npz")
    recombined = distractors.RecombinedEncoder(speed.evaluation_settings(place), place / "kept.npz")
    passages = split_passages(texts[0], encoder.count_tokens, 256)
    real = encoder.embed_passages(passages, [texts[0].title] * len(passages))
    for kept, true in zip(recombined.embed_passages(passages, []), real, strict=True):
        assert np.linalg.norm(kept.passage) == pytest.approx(1.0, abs=1e-5)
        assert (kept.sentences * true.sentences).sum(axis=1).min() > 0.85
        assert kept.passage @ true.passage > 0.9


def make_results(ratio: float, rest: float, sizes: list[tuple[int, float, float | None]]) -> bench.Results:
    """Results with these figures; a size is passages, our p50 and the baseline's."""
    return bench.Results(
        "abc",
        "2026-11-25T12:00:00Z",
        "2 cores",
        "corpus",
        Encoding((100.0 * ratio, 90.0 * ratio), (100.0, 90.0), (125.0, 112.5), 288, 200.0),
        Adding(10, 30, {"make tokens": 0.1, "encode": 0.9 - rest, "store": rest}),
        tuple(
            bench.Size(
                Filled(passages // 3, passages, 10.0, 900.0, "abc"),
                1600.0,
                Asking(Latency(ours, 2 * ours), Latency(theirs, theirs) if theirs else None, {"score": 0.01}),
            )
            for passages, ours, theirs in sizes
        ),
    )


def test_figures_are_held_against_their_targets_at_the_sizes_that_these_name() -> None:
    results = make_results(2.0, 0.2, [(1_000, 10.0, 5.0), (25_010, 20.0, 50.0), (249_000, 50.0, None)])
    assert [(figure.name, figure.value, figure.met) for figure in bench.figures(results)] == [
        ("passages embedded per second", "2.00 × Chroma's default", True),
        ("  against the same in fp32 without its padding", "1.60 ×", None),
        ("adding besides the encoder", "20.0%", False),
        ("retrieval p50 at 1,000", "2.00 × baseline", None),
        ("retrieval p50 at 25,010", "0.40 × baseline", True),
        ("its growth, 25,010 → 249,000", "2.50 ×", True),
        ("peak memory of adding 8,336 articles", "900 MB", True),
        ("peak memory of an open reader", "1,600 MB", False),
    ]


def test_the_table_of_speed_is_that_of_the_newest_run(tmp_path: Path) -> None:
    assert "No result file" in documents.bench_table(tmp_path)
    for made, passages in (("2026-11-25", 1_000), ("2026-11-24", 9_000)):
        results = replace(make_results(2.0, 0.25, [(passages, 10.0, 5.0)]), made=made)
        bench.write(results, tmp_path / f"bench-{passages}.json")
    lines = documents.bench_table(tmp_path).splitlines()
    assert "| passages embedded per second | 2.00 × Chroma's default | ≥ 1.8 × | met |" in lines
    assert "| adding besides the encoder | 25.0% | ≤ 15% | **missed** |" in lines
    assert f"| store | 25.0% | {'█' * 10} |" in lines
    assert any("1,000 passages" in line for line in lines)
    assert not any("9,000" in line for line in lines)


def test_growth_is_held_against_its_target_between_the_sizes_that_this_names() -> None:
    small = bench.figures(make_results(2.0, 0.1, [(1_000, 10.0, 5.0), (5_000, 40.0, 20.0)]))
    assert [(f.name, f.value, f.met) for f in small if "growth" in f.name] == [
        ("its growth, 1,000 → 5,000", "4.00 ×", None)
    ]
    assert not [f for f in bench.figures(make_results(2.0, 0.1, [(1_000, 10.0, 5.0)])) if "growth" in f.name]


def test_sizes_are_read_from_the_option_or_refused() -> None:
    assert bench.read_sizes("1000,25000") == [1000, 25000]
    assert bench.read_sizes("") == []
    for wrong in ("many", "5", "-1000"):
        with pytest.raises(SettingsError, match="--passages"):
            bench.read_sizes(wrong)
