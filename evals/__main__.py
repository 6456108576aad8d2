"""`python -m evals COMMAND`: the suite's commands."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from evals import propose
from rag.errors import ReadoutError, SettingsError


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    _add_gold(commands.add_parser("gold", help="ask the gold questions on the sample articles"))
    _add_report(commands.add_parser("report", help="make an HTML page of a run on the gold questions"))
    _add_summary(commands.add_parser("summary", help="tell of a run as JSON, for the page"))
    one = commands.add_parser("retrieval", help="measure retrieval on a BEIR folder")
    one.add_argument("--beir", type=Path, required=True, action="append", help="a folder (repeatable)")
    one.add_argument("--limit", type=int, default=0, help="ask only the first N questions")
    one.add_argument("--compare", default="", help="baselines, comma-separated: chroma,ensemble,bm25")
    one.add_argument("--json", type=Path, help="write the figures and every question's ranks here")
    fit = commands.add_parser("calibrate", help="make rag/evidence.json from BEIR folders")
    fit.add_argument("--beir", type=Path, required=True, action="append", help="a folder (repeatable)")
    picks = commands.add_parser("sentences", help="make rag/sentences.json from BEIR folders")
    picks.add_argument("--beir", type=Path, required=True, action="append", help="a folder (repeatable)")
    pairs = commands.add_parser("verdicts", help="measure verdicts on claim–sentence pairs")
    pairs.add_argument("--pairs", type=Path, help="a JSONL file; default: the project's own suite")
    pairs.add_argument("--completions", type=Path, help="a folder of true and contradicting sentences")
    sides = commands.add_parser("disagreements", help="measure how well sentences that differ are told")
    sides.add_argument("--pairs", type=Path, help="a JSONL file; default: the project's own suite")
    talks = commands.add_parser("conversations", help="measure what rewriting follow-ups is worth")
    talks.add_argument(
        "--set", type=Path, action="append", default=[], help="a folder with turns.jsonl (repeatable)"
    )
    talks.add_argument("--json", type=Path, help="write the figures and every question's scores here")
    slips = commands.add_parser("slips", help="measure what a slip of the pen in a question costs")
    slips.add_argument("--beir", type=Path, action="append", default=[], help="a folder (repeatable)")
    slips.add_argument("--limit", type=int, default=300, help="questions of each folder; 0 for all")
    plants = commands.add_parser("poisoned", help="measure how many planted texts are shown")
    plants.add_argument(
        "--set", type=Path, required=True, action="append", help="a JSON file of PoisonedRAG, or its folder"
    )
    plants.add_argument("--clean", type=Path, help="corpus.jsonl of articles that they lie among")
    whole = commands.add_parser("all", help="ask the gold questions, measure verdicts and retrieval")
    whole.add_argument("--bench", type=Path, help="a folder of BEIR folders; default: the sample articles")
    speed = commands.add_parser("bench", help="measure speed against the usual pipeline")
    speed.add_argument("--passages", default="", help="sizes, comma-separated; default: 1000,5000")
    speed.add_argument("--texts", type=Path, help="corpus.jsonl or a folder; default: the sample articles")
    speed.add_argument("--json", type=Path, help="write the figures here")
    asked = commands.add_parser("propose", help="make candidate gold questions of readers' feedback")
    propose.add_arguments(asked)
    chosen = parser.parse_args(arguments)
    try:
        return _run(chosen)
    except ReadoutError as error:
        print(f"evals: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("evals: stopped", file=sys.stderr)
        return 130


def _add_price(parser: argparse.ArgumentParser, name: str, meaning: str) -> None:
    parser.add_argument(name, type=float, nargs=2, default=(0, 0), metavar=("IN", "OUT"), help=meaning)


def _add_gold(gold: argparse.ArgumentParser) -> None:
    gold.add_argument("--answerer", default="extractive", help="extractive (default) or a model's name")
    gold.add_argument("--part", choices=("all", "open", "test"), default="all", help="ask only this part")
    gold.add_argument("--no-baseline", action="store_true", help="leave LangChain with Chroma out")
    gold.add_argument("--compare", type=Path, help="a file of an earlier run, to compare with by question")
    gold.add_argument("--gate", action="store_true", help="fail below the bars or the reference run")
    _add_price(gold, "--price", "US dollars a million tokens")
    gold.add_argument("--json", type=Path, help="write every question's record here")
    gold.add_argument(
        "--judge",
        nargs="?",
        const="",
        metavar="MODEL",
        help="have a language model (default: READOUT_MODEL) say what it thinks of each answer, and how far"
        " it agrees with the code's scores; no part of the gate",
    )
    _add_price(
        gold,
        "--judge-price",
        "the judge's, as --price; default: READOUT_PRICE_READ and READOUT_PRICE_WRITTEN",
    )
    gold.add_argument("--gold", type=Path, help="a folder of gold questions; default: the project's own")
    gold.add_argument(
        "--set",
        type=Path,
        action="append",
        default=[],
        metavar="PLACE",
        help="ask the questions of this set instead: a BEIR or MultiHop-RAG folder, or a file of SQuAD, RGB"
        " or RealTimeQA (repeatable)",
    )
    gold.add_argument("--limit", type=int, default=0, help="ask only a sample of N questions of each set")
    gold.add_argument("--corpus", type=Path, help="the articles that they are on; default: the samples")


def _add_report(report: argparse.ArgumentParser) -> None:
    newest = "default: the newest of evals/results/gold-*.json"
    report.add_argument("run", type=Path, nargs="?", metavar="RUNFILE", help=newest)
    report.add_argument("--html", type=Path, help="write the page here; default: build/report.html")
    report.add_argument("--gold", type=Path, help="the folder of gold questions that were asked")
    report.add_argument("--corpus", type=Path, help="the articles that they are on")
    report.add_argument("--set", type=Path, metavar="PLACE", help="the set that was asked instead of gold")


def _add_summary(summary: argparse.ArgumentParser) -> None:
    summary.add_argument("run", type=Path, metavar="RUNFILE")
    summary.add_argument("--system", default="readout", help="of the file's runs; default: readout")
    summary.add_argument("--against", type=Path, metavar="RUNFILE", help="a run to compare with")
    summary.add_argument("--against-system", default="readout", help="of that file's runs; default: readout")


def _run_summary(chosen: argparse.Namespace) -> int:
    from evals.summary import summarise_file
    from rag.runs import write_summary

    summary = summarise_file(chosen.run, chosen.system, chosen.against, chosen.against_system)
    print(write_summary(summary))
    return 0


def _run_report(chosen: argparse.Namespace) -> int:
    from evals.documents import CORPUS
    from evals.gold import FOLDER
    from evals.html_report import OUT, write_report

    gold, corpus = chosen.gold or FOLDER, chosen.corpus or CORPUS
    out = write_report(chosen.run, chosen.html or OUT, gold, corpus, chosen.set)
    print(f"Written: {out}")
    return 0


def _run_gold(chosen: argparse.Namespace) -> int:
    from evals import sets, suite
    from evals.documents import CORPUS
    from evals.gold import FOLDER
    from evals.usage import Price

    options = suite.Options(
        answerer=chosen.answerer,
        part=chosen.part,
        baseline=not chosen.no_baseline,
        compare=chosen.compare,
        gate=chosen.gate,
        json=chosen.json,
        price=Price(*chosen.price),
        gold=chosen.gold or FOLDER,
        corpus=chosen.corpus or CORPUS,
        judge=chosen.judge,
        judge_price=Price(*chosen.judge_price),
    )
    if chosen.set:
        return sets.main(chosen.set, chosen.limit, options)
    if chosen.limit:
        raise SettingsError("--limit is for the sets of --set; of the gold questions take --part.")
    return suite.main(options)


def _run_conversations(chosen: argparse.Namespace) -> int:
    from evals import conversations

    return conversations.main(chosen.set, chosen.json)


def _run_slips(chosen: argparse.Namespace) -> int:
    from evals import slips

    return slips.main(chosen.beir, chosen.limit)


def _run_poisoned(chosen: argparse.Namespace) -> int:
    from evals import poisoned

    return poisoned.main(chosen.set, chosen.clean)


def _run(chosen: argparse.Namespace) -> int:
    with_options = {
        "gold": _run_gold,
        "report": _run_report,
        "summary": _run_summary,
        "propose": propose.main,
        "conversations": _run_conversations,
        "poisoned": _run_poisoned,
        "slips": _run_slips,
    }
    if chosen.command in with_options:
        return with_options[chosen.command](chosen)
    if chosen.command == "calibrate":
        from evals.calibrate import calibrate

        calibrate(chosen.beir)
    elif chosen.command == "sentences":
        from evals.sentences import fit_sentences

        fit_sentences(chosen.beir)
    elif chosen.command == "verdicts":
        from evals import verdicts

        if chosen.completions:
            verdicts.print_completions(chosen.completions)
            return 0
        return verdicts.main(["--pairs", str(chosen.pairs)] if chosen.pairs else [])
    elif chosen.command == "disagreements":
        from evals import disagreements

        return disagreements.main(["--pairs", str(chosen.pairs)] if chosen.pairs else [])
    elif chosen.command == "bench":
        from evals.bench import SIZES, TEXTS, bench, read_sizes

        bench(read_sizes(chosen.passages) or SIZES, chosen.texts or TEXTS, chosen.json)
    elif chosen.command == "retrieval":
        from evals.report import print_retrieval

        compare = [name for name in chosen.compare.split(",") if name]
        print_retrieval(chosen.beir, chosen.limit, compare, chosen.json)
    else:
        from evals import suite
        from evals.report import print_all

        suite.main(suite.Options())
        print_all(chosen.bench)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
