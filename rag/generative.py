"""Answers that a language model writes from the passages."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from rag.citations import read_markers
from rag.errors import ModelError
from rag.models import chat_model, model_name, stream_text
from rag.prompts import REFUSAL, passage_block, passages_prompt, rewrite_prompt
from rag.settings import Settings
from rag.types import Hit, Marker, Piece, Retrieval, Turn

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

BYTES_PER_TOKEN = 3  # English news has about 4, Chinese 3: an estimate on the safe side
REWRITE_SECONDS = 15.0  # a follow-up waits no longer for its full question
REWRITE_CHARACTERS = 500  # longest full question; more is no question

log = logging.getLogger("readout.generative")


class GenerativeAnswerer:
    """An Answerer that asks a chat model. The model is made when it is first needed."""

    def __init__(self, settings: Settings, model: "BaseChatModel | None" = None) -> None:
        self._settings = settings
        self._given = model

    @property
    def name(self) -> str:
        return model_name(self._settings) or type(self._given).__name__

    @property
    def notice(self) -> str:
        return (
            f"Written by {self.name} from the passages shown; "
            "each sentence is checked against the sentence it cites."
        )

    @cached_property
    def _model(self) -> "BaseChatModel":
        return self._given or chat_model(self._settings)

    def write(self, retrieval: Retrieval, turns: Sequence[Turn]) -> Iterator[Piece]:
        """The answer, as it is written. Yields nothing when the model says that the hits do not answer.

        A marker to a hit that was left out of the prompt comes as Marker(0, 0), which resolves to no
        sentence. The question as asked is complete: earlier turns are not put before the model, so that
        the passages are the answer's only source. Raises ModelError, ModelCut, SettingsError.
        """
        hits = fitting_hits(retrieval.hits, self._settings.context_tokens)
        texts = stream_text(
            self._model,
            passages_prompt(retrieval.asked, hits),
            seconds=self._settings.model_seconds,
            attempts=self._settings.model_attempts,
        )
        for piece in read_markers(without_refusal(texts)):
            unseen = isinstance(piece, Marker) and piece.hit > len(hits)
            yield Marker(0, 0) if unseen else piece

    def rewrite(self, question: str, turns: Sequence[Turn]) -> str:
        """A follow-up as a full question; `question` itself if the model gives none in time."""
        if not turns:
            return question
        texts = stream_text(
            self._model,
            rewrite_prompt(question, turns),
            seconds=min(REWRITE_SECONDS, self._settings.model_seconds),
            attempts=self._settings.model_attempts,
        )
        try:
            lines = "".join(texts).splitlines()
        except ModelError as error:
            log.info("The follow-up is searched as typed: %s", error)
            return question
        full = next((" ".join(line.split()) for line in lines if line.strip()), "")
        return full if 0 < len(full) <= REWRITE_CHARACTERS else question


def fitting_hits(hits: Sequence[Hit], tokens: int) -> Sequence[Hit]:
    """The first hits whose passages fit into `tokens` by estimate; the best one always."""
    left = tokens * BYTES_PER_TOKEN
    for number, hit in enumerate(hits, 1):
        left -= len(passage_block(number, hit).encode())
        if left < 0 and number > 1:
            return hits[: number - 1]
    return hits


def without_refusal(texts: Iterable[str]) -> Iterator[str]:
    """The same text, or nothing where all of it is the refusal phrase.

    Compared by letters only, as models add quotes, stars or a marker. Text is held back while it may
    still become the phrase; an error on the way lets go what was held, unless it is the phrase.
    """
    phrase, held, letters = _letters(REFUSAL), "", ""
    texts = iter(texts)
    try:
        for text in texts:
            held += text
            letters += _letters(text)
            if not phrase.startswith(letters):
                break
    except ModelError:
        if held and letters != phrase:
            yield held
        raise
    if held and letters != phrase:
        yield held
    yield from texts


def _letters(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalpha())
