"""What a slip of the pen costs, and how much of it is undone: questions asked with one wrong word.

The gold questions that can be answered, and the judged questions of BEIR folders, each with one slip in one
word, which chance with a fixed seed chooses: a letter left out, put in twice, exchanged with the next, or its
neighbour on the keyboard. Each is searched as it was, with the slip, and as `Speller.respelled` has it.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track

from evals.answers import HITS, day_after, hit_records, read_samples
from evals.beir import Query, read_beir
from evals.gold import GoldQuestion, read_gold
from evals.libraries import open_library
from evals.retrieval import measure, rank_documents
from evals.scoring import evidence_recall, locate
from evals.statistics import SEED, Estimate, estimate
from rag.answering import Readout
from rag.spelling import words_to_spell
from rag.types import Retrieval

DEPTH = 5  # hits among which the evidence is looked for
WAYS = ("as it was", "with a slip", "respelled")
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_PROGRESS = Console(stderr=True)  # none of it in the output


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    find: Callable[[str], Retrieval]
    recall: Callable[[Retrieval], float]  # of its evidence among the first DEPTH


@dataclass(frozen=True, slots=True)
class Outcome:
    """A set's figures: way → share of questions answered, evidence among the first five."""

    name: str
    size: int
    respelled: int  # that were searched as they were before the slip
    figures: dict[str, tuple[Estimate, Estimate]]


def main(folders: Sequence[Path], limit: int) -> int:
    """`limit`: questions of each folder; 0 for all."""
    print(f"{'':>16} {'questions':>9}  {'':12} {'answered':>22} {f'evidence@{DEPTH}':>22}")
    for outcome in (gold_slips(), *(folder_slips(folder, limit) for folder in folders)):
        for way, (answered, recall) in outcome.figures.items():
            print(f"{outcome.name:>16} {outcome.size:>9}  {way:12} {answered!s:>22} {recall!s:>22}")
        print(f"{'':>16} searched as before the slip: {outcome.respelled} of {outcome.size}")
    return 0


def gold_slips() -> Outcome:
    samples = read_samples()
    readout = open_library(samples)
    texts = {article.id: article.text for article in samples.articles}
    day = day_after(readout)

    def question(one: GoldQuestion) -> Question:
        gold, as_of = locate(one, texts), one.as_of or day
        return Question(
            one.full or one.question,
            lambda text: readout.retriever.retrieve(text, as_of=as_of, most=HITS),
            lambda found: evidence_recall(hit_records(found.hits), gold, DEPTH).value or 0.0,
        )

    return _measure("gold", readout, [question(one) for one in read_gold() if one.answerable])


def folder_slips(folder: Path, limit: int) -> Outcome:
    dataset = read_beir(folder)
    readout = open_library(dataset)
    queries = list(dataset.judged())
    random.Random(SEED).shuffle(queries)

    def question(query: Query) -> Question:
        return Question(
            query.text,
            lambda text: readout.retriever.retrieve(text, most=HITS),
            lambda found: measure([(query, rank_documents(found.hits))])[query.id][f"Recall@{DEPTH}"],
        )

    return _measure(dataset.name, readout, [question(query) for query in queries[: limit or None]])


def with_slip(question: str, chance: random.Random) -> str:
    """The question with one slip in one word; as it is where no word is long enough."""
    words = words_to_spell(question)
    if not words:
        return question
    word = chance.choice(words)
    return question.replace(word, chance.choice([slip for slip in _slips(word, chance) if slip != word]), 1)


def _slips(word: str, chance: random.Random) -> Iterator[str]:
    """One of each kind, at a place behind the first letter."""
    place = chance.randrange(1, len(word) - 1)
    yield word[:place] + word[place + 1 :]
    yield word[:place] + word[place] + word[place:]
    yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    for row in _KEYS:
        at = row.find(word[place])
        if at >= 0:
            yield word[:place] + (row[at - 1] if at else row[1]) + word[place + 1 :]


def _measure(name: str, readout: Readout, questions: Sequence[Question]) -> Outcome:
    chance = random.Random(SEED)
    found: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
    same = 0
    try:
        for one in track(questions, f"Asking {name}", console=_PROGRESS, transient=True):
            slip = with_slip(one.text, chance)
            respelled = readout.speller.respelled(slip)
            same += respelled == one.text
            for way, text in zip(WAYS, (one.text, slip, respelled), strict=True):
                retrieval = one.find(text)
                found[way].append((float(retrieval.enough), one.recall(retrieval)))
    finally:
        readout.close()
    figures = {
        way: (estimate([a for a, _ in values]), estimate([b for _, b in values]))
        for way, values in found.items()
    }
    return Outcome(name, len(questions), same, figures)
