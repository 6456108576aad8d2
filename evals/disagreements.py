"""How often sentences that differ are told from sentences that do not: pairs of two outlets, open to read."""

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from evals.libraries import KEPT, evaluation_settings
from evals.statistics import estimate_ratio
from rag.disagreements import SIMILAR_LEAST
from rag.embedding import EmbeddedEncoder
from rag.errors import ReadError
from rag.types import Embedder, Passage, Sentence
from rag.verdicts.differing import Difference, differing
from rag.verdicts.matching import line_of

SUITE = Path(__file__).parent / "disagreement_pairs.jsonl"
PRECISION_LEAST = 0.95  # a false alarm is worse than a miss
RECALL_LEAST = 0.5


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sentences of two outlets, and whether they contradict each other on one point."""

    a: str
    b: str
    a_day: date
    b_day: date
    differ: bool
    kind: str = ""

    @property
    def held_out(self) -> bool:
        """Half of the pairs, by hash. Rules are tuned on the other half; this one is read rarely."""
        return sha256(f"{self.a}\n{self.b}".encode()).digest()[0] % 2 == 1


@dataclass(frozen=True, slots=True)
class Outcome:
    pair: Pair
    cosine: float
    found: Difference | None

    @property
    def right(self) -> bool:
        return (self.found is not None) == self.pair.differ


def read_pairs(path: Path) -> list[Pair]:
    """The pairs of a JSONL file with a, b, a_day, b_day and differ in each line. Raises ReadError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError(f"{path} cannot be read: {error}. Give a JSONL file of pairs.") from error
    pairs = []
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            days = date.fromisoformat(row["a_day"]), date.fromisoformat(row["b_day"])
            pairs.append(Pair(str(row["a"]), str(row["b"]), *days, bool(row["differ"]), row.get("kind", "")))
        except (ValueError, KeyError, TypeError) as error:
            raise ReadError(
                f'{path}, line {number} is no pair. Write {{"a": sentence, "a_day": "2024-05-14", "b": …, '
                '"b_day": …, "differ": true}.'
            ) from error
    return pairs


def run(path: Path = SUITE, embedder: Embedder | None = None) -> list[Outcome]:
    """Compares every pair as an answer's sentences are compared: by vectors first, then by words."""
    embedder = embedder or EmbeddedEncoder(evaluation_settings(KEPT))
    return [_outcome(pair, embedder) for pair in read_pairs(path)]


def _outcome(pair: Pair, embedder: Embedder) -> Outcome:
    passages = [_passage(text) for text in (pair.a, pair.b)]
    a, b = (made.sentences[0] for made in embedder.embed_passages(passages, ["", ""]))
    cosine = float(a @ b)
    found = differing(line_of(pair.a, pair.a_day), line_of(pair.b, pair.b_day))
    return Outcome(pair, cosine, found if cosine >= SIMILAR_LEAST else None)


def _passage(text: str) -> Passage:
    return Passage("", "", 0, 0, len(text), text, (Sentence(0, len(text), text),))


def figures(outcomes: Iterable[Outcome]) -> str:
    """Precision and recall with their 95 % intervals, in one line."""
    counted = list(outcomes)
    said = [float(o.found is not None) for o in counted]
    true = [float(o.pair.differ) for o in counted]
    both = [x * y for x, y in zip(said, true, strict=True)]
    return (
        f"{len(counted)} pairs, {sum(true):.0f} differ; {sum(said):.0f} found, {sum(both):.0f} of them "
        f"rightly: precision {estimate_ratio(both, said)}, recall {estimate_ratio(both, true)}"
    )


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals disagreements", description=__doc__)
    parser.add_argument("--pairs", type=Path, default=SUITE, help="JSONL: a, a_day, b, b_day, differ")
    chosen = parser.parse_args(arguments)
    outcomes = run(chosen.pairs)
    print(f"{chosen.pairs}: {figures(outcomes)}")
    for name, held_out in (("tuned on", False), ("read rarely", True)):
        print(f"  {name}: {figures(o for o in outcomes if o.pair.held_out is held_out)}")
    _show("Agree, said to differ", [o for o in outcomes if not o.right and not o.pair.differ])
    _show("Differ, not found", [o for o in outcomes if not o.right and o.pair.differ])
    alarms, found = (
        sum(o.found is not None and o.pair.differ is is_so for o in outcomes) for is_so in (0, 1)
    )
    differ = sum(o.pair.differ for o in outcomes)
    return 0 if found >= PRECISION_LEAST * (found + alarms) and found >= RECALL_LEAST * differ else 1


def _show(title: str, outcomes: Sequence[Outcome]) -> None:
    print(f"\n{title}: {len(outcomes)}")
    for outcome in outcomes:
        print(f"- {outcome.pair.a}\n  {outcome.pair.b} ({outcome.pair.kind}, cosine {outcome.cosine:.2f})")
        if outcome.found:
            print(f"  {outcome.found.point}: “{outcome.found.left}” – “{outcome.found.right}”")
