"""Tables in the documents that are made from code and data; `make check` fails when they are stale."""

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from rag.adding import gather_files
from rag.answering import open_readout
from rag.settings import Settings
from rag.types import Answer, date_label

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"
CACHE = ROOT / "build" / "encoder-cache"  # the tests' own, so that the encoder is made once
_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


def corpus_table() -> str:
    """The sample articles by date, with what each rests on."""
    lines = ["", "| day | article | after | facts |", "|---|---|---|---|"]
    for path in sorted(CORPUS.glob("2*.md")):
        match = _FRONT_MATTER.match(path.read_text(encoding="utf-8"))
        assert match, f"{path} has no front matter"
        facts = yaml.safe_load(match[1])
        after = facts["source"].removeprefix("Readout sample desk, after: ")
        lines.append(
            f"| {facts['published_at']:%Y-%m-%d} | [{facts['title']}]({path.name}) | {after}"
            f" | {', '.join(facts['facts'])} |"
        )
    return "\n".join([*lines, "", ""])


def settings_table() -> str:
    """Every setting with its default and meaning."""
    lines = ["", "| setting | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        lines.append(f"| `READOUT_{name.upper()}` | {_default(name)} | {field.description} |")
    return "\n".join([*lines, "", ""])


def _default(name: str) -> str:
    if name in ("home", "cache"):
        return f"the user's {'data' if name == 'home' else 'cache'} folder"
    value = Settings.model_fields[name].default
    text = str(value)
    return f"`{text}`" if text else "empty"


EXAMPLE = "What did Wang say about Taiwan on 26 April 2024?"


def example_answer() -> str:
    """A real answer from the sample articles, asked now, as the terminal shows it."""
    answer = _ask_samples(EXAMPLE)
    lines = ["", "```", f"$ readout ask {EXAMPLE!r}".replace("'", '"'), answer.text, "", answer.notice, ""]
    for citation in answer.citations:
        lines += [
            f"[{citation.number}] {citation.title} ({date_label(citation.published_at)},"
            f" characters {citation.start}–{citation.end})",
            f"    “{citation.quote}”",
        ]
    return "\n".join([*lines, "```", "", ""])


@cache
def _ask_samples(question: str) -> Answer:
    """Asks a library of the sample articles, made for this once, without a model."""
    with TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), model="", cache=CACHE)
        readout = open_readout(settings)
        with readout.library.writing():
            list(readout.adder.add(gather_files([CORPUS])))
        answer = list(readout.ask(question))[-1]
        readout.close()
    assert isinstance(answer, Answer)
    return answer
