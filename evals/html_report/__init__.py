"""`python -m evals report`: a run of the suite as one HTML page that needs nothing else."""

from pathlib import Path

from evals.answers import digest_of, read_samples
from evals.compare import read_thresholds
from evals.documents import CORPUS, newest_gold, ours_and_theirs
from evals.gold import FOLDER, read_gold
from evals.html_report.page import Report, page
from evals.records import read_runs
from rag.errors import SettingsError

OUT = Path("build/report.html")


def write_report(
    run_file: Path | None = None, out: Path = OUT, gold: Path = FOLDER, corpus: Path = CORPUS
) -> Path:
    """The page of the file's run, or of the newest result file's. Raises ReadoutError."""
    chosen = run_file or newest_gold()
    if not chosen:
        raise SettingsError(
            "No result file yet. Make one: python -m evals gold --json evals/results/gold-COMMIT.json"
        )
    ours, theirs = ours_and_theirs(read_runs(chosen))
    if not ours:
        raise SettingsError(
            f"{chosen} holds no run of Readout. Make one: python -m evals gold --json {chosen}"
        )
    asked = {record.id for record in ours.records}
    questions = [question for question in read_gold(gold) if question.id in asked]
    articles = read_samples(corpus).articles
    report = Report(
        ours=ours,
        theirs=theirs,
        questions={question.id: question for question in questions},
        articles={article.id: article for article in articles},
        current=digest_of(questions, articles) == ours.digest,
        bars=read_thresholds(),
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(report), encoding="utf-8")
    return out
