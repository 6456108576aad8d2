"""Answers that a language model writes from the passages."""

import logging
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from rag.breaker import FAILURES, Breaker
from rag.citations import read_markers
from rag.errors import ModelAway, ModelError, ModelOverflow
from rag.models import chat_model, model_name
from rag.prompts import REFUSAL, Message, passage_block, passages_prompt, repair_prompt, rewrite_prompt
from rag.replies import stream_text, who_is
from rag.settings import Settings
from rag.types import Claim, Hit, Marker, Piece, Retrieval, Turn, Usage

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

BYTES_PER_TOKEN = 3  # English news has about 4, Chinese 3: an estimate on the safe side
REWRITE_SECONDS = 15.0  # a follow-up waits no longer for its full question
REWRITE_CHARACTERS = 500  # longest full question; more is no question
REPAIR_SECONDS = 3.0  # of an answer's time; with less left nothing is worded anew

_REWORDED = re.compile(r"^[ \t]*(\d{1,3})[ \t]*[:.)][ \t]*(\S.*)$", re.MULTILINE)

log = logging.getLogger("readout.generative")


class GenerativeAnswerer:
    """An Answerer that asks a chat model. The model is made when it is first needed."""

    def __init__(self, settings: Settings, model: "BaseChatModel | None" = None) -> None:
        self._settings = settings
        self._given = model
        self._breaker = Breaker(settings.model_pause)
        self._usage = Usage()
        self._read = "the passages shown"
        self._shared = self  # whose model is asked

    def for_one(self) -> "GenerativeAnswerer":
        """The same for one answer: it shares the model and its pauses, and counts its own tokens."""
        one = copy(self)
        one._usage = Usage()
        return one

    @property
    def name(self) -> str:
        return model_name(self._settings.model) or type(self._given).__name__

    @property
    def away(self) -> float:
        """Seconds for which the model is still left alone after failures in a row; 0.0 if it is not."""
        return self._breaker.left()

    @property
    def notice(self) -> str:
        return (
            f"Written by {self.name} from {self._read}; "
            "each sentence is checked against the sentence it cites."
        )

    @property
    def usage(self) -> Usage:
        """What was used so far, with its cost where a price is set."""
        used, settings = self._usage, self._settings
        if not (used.tries and (settings.price_read or settings.price_written)):
            return used
        cost = (used.read * settings.price_read + used.written * settings.price_written) / 1e6
        return replace(used, cost=cost)

    @cached_property
    def _model(self) -> "BaseChatModel":
        if self._shared is not self:
            return self._shared._model
        return self._given or chat_model(self._settings)

    def write(self, retrieval: Retrieval, turns: Sequence[Turn]) -> Iterator[Piece]:
        """The answer, as it is written. Yields nothing when the model says that the hits do not answer.

        A marker to a hit that was left out of the prompt comes as Marker(0, 0), which resolves to no
        sentence. The question as asked is complete: earlier turns are not put before the model, so that
        the passages are the answer's only source. Where even these are too many for the model's context,
        the lower half of them goes and it is asked again. Raises ModelError, ModelCut, SettingsError.
        """
        hits = fitting_hits(retrieval.hits, self._settings.context_tokens)
        end = time.monotonic() + self._settings.model_seconds
        for attempts in range(self._settings.model_attempts, 0, -1):
            self._read = _passages_read(len(hits), len(retrieval.hits))
            texts = self.texts(passages_prompt(retrieval.asked, hits), end - time.monotonic(), attempts)
            try:
                yield from _seen(read_markers(without_refusal(texts)), len(hits))
                return
            except ModelOverflow:  # so no text has come
                if attempts == 1 or len(hits) < 2:
                    raise
                hits = hits[: len(hits) // 2]

    def rewrite(self, question: str, turns: Sequence[Turn]) -> str:
        """A follow-up as a full question; `question` itself if the model gives none in time."""
        if not turns:
            return question
        seconds = min(REWRITE_SECONDS, self._settings.model_seconds)
        try:
            lines = "".join(self.texts(rewrite_prompt(question, turns), seconds)).splitlines()
        except ModelError as error:
            log.info("The follow-up is searched as typed: %s", error)
            return question
        full = next((" ".join(line.split()) for line in lines if line.strip()), "")
        return full if 0 < len(full) <= REWRITE_CHARACTERS else question

    def reword(self, retrieval: Retrieval, doubtful: Sequence[Claim], spent: float) -> Sequence[list[Piece]]:
        """Each claim in other words, in their order; empty for one that the model could not mend.

        `spent` seconds of the answer's time are over. A failure of the model leaves all of them empty.
        """
        none: list[list[Piece]] = [[] for _ in doubtful]
        hits = fitting_hits(retrieval.hits, self._settings.context_tokens)
        seconds = self._settings.model_seconds - spent
        if not self._settings.repair or not doubtful or seconds < REPAIR_SECONDS:
            return none
        try:
            text = "".join(self.texts(repair_prompt(retrieval.asked, hits, doubtful), seconds))
        except ModelError as error:
            log.info("Sentences that are not supported stay as they are: %s", error)
            return none
        lines = {int(found[1]): found[2] for found in _REWORDED.finditer(text)}
        return [
            list(_seen(read_markers([lines.get(number, "")]), len(hits)))
            for number in range(1, len(doubtful) + 1)
        ]

    def texts(self, messages: Sequence[Message], seconds: float, attempts: int = 0) -> Iterator[str]:
        """What the model writes, within `seconds`, unless it is left alone just now. Raises ModelError.

        `attempts`: as many as the settings say where it is 0.
        """
        model = self._model
        if left := self._breaker.left():
            raise ModelAway(
                f"The {who_is(model)} failed {FAILURES} times in a row and is left alone for "
                f"{ceil(left)} more seconds. Ask again then."
            )
        attempts = attempts or self._settings.model_attempts
        texts = stream_text(model, messages, seconds=seconds, attempts=attempts, count=self._count)
        try:
            for text in texts:
                self._breaker.worked()
                yield text
        except ModelAway:
            self._breaker.failed()
            raise

    def _count(self, usage: Usage) -> None:
        self._usage += usage


def _passages_read(read: int, shown: int) -> str:
    if read == shown:
        return "the passages shown"
    return f"the first {read} of the {shown} passages shown" if read > 1 else "the first passage shown"


def _seen(pieces: Iterable[Piece], hits: int) -> Iterator[Piece]:
    """The pieces, with Marker(0, 0) for each marker to a hit that the model was not given."""
    for piece in pieces:
        unseen = isinstance(piece, Marker) and piece.hit > hits
        yield Marker(0, 0) if unseen else piece


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
