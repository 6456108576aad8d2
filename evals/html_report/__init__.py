"""`python -m evals report`: a run of the suite as one HTML page that needs nothing else."""

from collections.abc import Sequence
from pathlib import Path

from evals.adapters import read_set, to_gold
from evals.answers import SET, digest_of, read_samples
from evals.compare import read_thresholds
from evals.documents import CORPUS, newest_gold, ours_and_theirs
from evals.gold import FOLDER, GoldQuestion, read_gold
from evals.html_report.page import Report, page
from evals.records import read_runs
from rag.errors import SettingsError
from rag.types import Article

OUT = Path("build/report.html")


def write_report(
    run_file: Path | None = None,
    out: Path = OUT,
    gold: Path = FOLDER,
    corpus: Path = CORPUS,
    place: Path | None = None,
) -> Path:
    """The page of the file's run, or of the newest result file's. Raises ReadoutError.

    `place`: the set that was asked instead of gold questions; it has no bars.
    """
    chosen = run_file or newest_gold()
    if not chosen:
        raise SettingsError(
            "No result file yet. Make one: python -m evals gold --json evals/results/gold-COMMIT.json"
        )
    questions, articles, name = _read_asked(gold, corpus, place)
    ours, theirs = ours_and_theirs([run for run in read_runs(chosen) if run.set == name])
    if not ours:
        raise SettingsError(_lacking(chosen, name))
    asked = {record.id for record in ours.records}
    questions = [question for question in questions if question.id in asked]
    report = Report(
        ours=ours,
        theirs=theirs,
        questions={question.id: question for question in questions},
        articles={article.id: article for article in articles},
        current=digest_of(questions, articles) == ours.digest,
        bars=() if place else read_thresholds(),
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(report), encoding="utf-8")
    return out


def _read_asked(
    gold: Path, corpus: Path, place: Path | None
) -> tuple[Sequence[GoldQuestion], Sequence[Article], str]:
    """Questions, the articles that they are on, and the set's name."""
    if not place:
        return read_gold(gold), read_samples(corpus).articles, SET
    dataset = read_set(place)
    return [to_gold(query, dataset) for query in dataset.queries], dataset.articles, dataset.name


def _lacking(path: Path, name: str) -> str:
    others = {run.set for run in read_runs(path)} - {name}
    if others:
        return (
            f"{path} holds no run of Readout on {name}, but on {', '.join(sorted(others))}."
            " Name the set that was asked: --set PLACE"
        )
    return f"{path} holds no run of Readout. Make one: python -m evals gold --json {path}"
