"""How often verdicts are right: pairs of a source sentence and a claim, half of them wrong in one way."""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from evals.report import commit
from evals.statistics import Estimate, estimate, estimate_share
from rag.errors import ReadError
from rag.types import Citation, Judgement, Verdict
from rag.verdicts.judge import judge

SUITE = Path(__file__).parent / "verdict_pairs.jsonl"
WRONG_SUPPORTED_MOST = 0.02  # bars of the project: wrong claims called 'supported'
RIGHT_REJECTED_MOST = 0.10  # right claims called 'not supported'
SHOWN_MOST = 20  # pairs printed of each sort


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim, the sentence that it cites, and whether the sentence bears it out."""

    sentence: str
    claim: str
    ok: bool
    kind: str = ""

    @property
    def held_out(self) -> bool:
        """Half of the pairs, by hash. Rules are tuned on the other half; this one is read rarely."""
        return sha256(f"{self.sentence}\n{self.claim}".encode()).digest()[0] % 2 == 1


@dataclass(frozen=True, slots=True)
class Outcome:
    pair: Pair
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Rates:
    """Counts of verdicts, and the two rates that have a bar."""

    wrong: int
    wrong_supported: int
    right: int
    right_rejected: int
    right_partly: int

    @property
    def false_support(self) -> float:
        return self.wrong_supported / self.wrong if self.wrong else 0.0

    @property
    def false_rejection(self) -> float:
        return self.right_rejected / self.right if self.right else 0.0

    @property
    def hesitation(self) -> float:
        """The share of right claims called 'partly supported'."""
        return self.right_partly / self.right if self.right else 0.0

    def __str__(self) -> str:
        return (
            f"wrong called supported {self.wrong_supported}/{self.wrong} = {self.false_support:.1%}, "
            f"right called not supported {self.right_rejected}/{self.right} = {self.false_rejection:.1%}, "
            f"right called partly supported {self.right_partly}/{self.right} = {self.hesitation:.1%}"
        )


def read_pairs(path: Path) -> list[Pair]:
    """The pairs of a JSONL file with s, c and ok in each line. Raises ReadError."""
    pairs = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError(f"{path} cannot be read: {error}. Give a JSONL file of pairs.") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            pairs.append(Pair(str(row["s"]), str(row["c"]), bool(row["ok"]), str(row.get("kind", ""))))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = f'{path}, line {number} is no pair. Write {{"s": sentence, "c": claim, "ok": true}}.'
            raise ReadError(message) from error
    return pairs


def holds_completions(path: Path) -> bool:
    """Whether a corpus.jsonl has contradictions in its first line."""
    with path.open(encoding="utf-8") as file:
        return '"contradictions"' in file.readline()


def read_completions(folder: Path) -> list[Pair]:
    """A true sentence of a news text against each one that contradicts it, as pairs that are all wrong.

    `folder` holds a corpus.jsonl whose `metadata` has `completion` and `contradictions`: the layout of the
    news texts of FACTOR (Muhlgay et al. 2024) in BEIR's form. Raises ReadError.
    """
    path, pairs = folder / "corpus.jsonl", []
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            known = json.loads(line)["metadata"]
            pairs += [Pair(str(known["completion"]), str(c), False) for c in known["contradictions"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReadError(
            f"{path} cannot be read as completions ({error}). Each line needs metadata with a completion and"
            " its contradictions."
        ) from error
    return pairs


def print_completions(folder: Path) -> None:
    """How many of the contradictions are told from the true sentence, with a 95 % interval by text."""
    outcomes = judge_pairs(read_completions(folder))
    by_text: dict[str, list[float]] = {}
    for outcome in outcomes:
        told = outcome.judgement.verdict is not Verdict.SUPPORTED
        by_text.setdefault(outcome.pair.sentence, []).append(float(told))
    shares = [sum(told) / len(told) for told in by_text.values()]
    print(
        f"{folder}: {len(outcomes)} contradictions of {len(shares)} texts, commit {commit()}\n"
        f"told from the true sentence {estimate(shares)}"
    )
    _show("Contradictions, called supported", [o for o in outcomes if _failed(o, False, Verdict.SUPPORTED)])


def citation_of(sentence: str) -> Citation:
    """The sentence as if cited from an article without title, outlet or date."""
    return Citation(1, "", "", "", "", "", (), None, None, "", 0, len(sentence), sentence)


def run(path: Path = SUITE) -> list[Outcome]:
    """Judges every pair of the file."""
    return judge_pairs(read_pairs(path))


def judge_pairs(pairs: Iterable[Pair]) -> list[Outcome]:
    return [Outcome(pair, judge(pair.claim, [citation_of(pair.sentence)])) for pair in pairs]


def rates(outcomes: Iterable[Outcome]) -> Rates:
    counts = Counter((outcome.pair.ok, outcome.judgement.verdict) for outcome in outcomes)
    return Rates(
        wrong=sum(number for (ok, _), number in counts.items() if not ok),
        wrong_supported=counts[False, Verdict.SUPPORTED],
        right=sum(number for (ok, _), number in counts.items() if ok),
        right_rejected=counts[True, Verdict.NOT_SUPPORTED],
        right_partly=counts[True, Verdict.PARTLY],
    )


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals verdicts", description=__doc__)
    parser.add_argument("--pairs", type=Path, default=SUITE, help="JSONL: s, c, ok in each line")
    parser.add_argument("--partly", action="store_true", help="also print right claims called partly")
    chosen = parser.parse_args(arguments)
    outcomes = run(chosen.pairs)
    print(f"{chosen.pairs}: {len(outcomes)} pairs, commit {commit()}\n{rates(outcomes)}")
    print(f"  95 %: wrong called supported {_interval(outcomes, False, Verdict.SUPPORTED)}, ", end="")
    print(f"right called not supported {_interval(outcomes, True, Verdict.NOT_SUPPORTED)}")
    for name, held_out in (("tuned on", False), ("read rarely", True)):
        print(f"  {name}: {rates(o for o in outcomes if o.pair.held_out is held_out)}")
    _show("Wrong, called supported", [o for o in outcomes if _failed(o, False, Verdict.SUPPORTED)])
    _show("Right, called not supported", [o for o in outcomes if _failed(o, True, Verdict.NOT_SUPPORTED)])
    if chosen.partly:
        _show("Right, called partly supported", [o for o in outcomes if _failed(o, True, Verdict.PARTLY)])
    figures = rates(outcomes)
    met = figures.false_support <= WRONG_SUPPORTED_MOST and figures.false_rejection <= RIGHT_REJECTED_MOST
    return 0 if met else 1


def _interval(outcomes: Sequence[Outcome], ok: bool, verdict: Verdict) -> Estimate:
    judged = [o.judgement.verdict for o in outcomes if o.pair.ok is ok]
    return estimate_share(judged.count(verdict), len(judged))


def _failed(outcome: Outcome, ok: bool, verdict: Verdict) -> bool:
    return outcome.pair.ok is ok and outcome.judgement.verdict is verdict


def _show(title: str, outcomes: Sequence[Outcome]) -> None:
    print(f"\n{title}: {len(outcomes)}")
    for outcome in outcomes[:SHOWN_MOST]:
        kind = f" ({outcome.pair.kind})" if outcome.pair.kind else ""
        print(f"- {outcome.pair.sentence}\n  {outcome.pair.claim}{kind}")
        if outcome.judgement.missing:
            print(f"  missing: {'; '.join(outcome.judgement.missing)}")
    if len(outcomes) > SHOWN_MOST:
        print(f"  … and {len(outcomes) - SHOWN_MOST} more")
