"""What a language model takes while a question is asked: tokens and their price."""

import time
from dataclasses import dataclass
from threading import Lock
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.outputs import ChatGeneration, LLMResult

WAIT_SECONDS = 2.0  # the count of tokens follows the last word in a thread of its own


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens."""

    prompt: float = 0.0
    answer: float = 0.0


@dataclass(frozen=True, slots=True)
class Usage:
    tokens: int
    cost: float  # US dollars


class Meter(BaseCallbackHandler):
    """Counts the tokens of every call of a model that it is given to; 0 where the server tells none."""

    def __init__(self, price: Price) -> None:
        self._price = price
        self._lock = Lock()
        self._open = self._prompt = self._answer = 0

    def take(self) -> Usage:
        """What was used since the last look, once all calls have ended."""
        end = time.monotonic() + WAIT_SECONDS
        while self._open and time.monotonic() < end:
            time.sleep(0.005)
        with self._lock:
            prompt, answer = self._prompt, self._answer
            self._open = self._prompt = self._answer = 0
        cost = (prompt * self._price.prompt + answer * self._price.answer) / 1e6
        return Usage(prompt + answer, cost)

    def on_chat_model_start(self, *_: Any, **__: Any) -> None:
        with self._lock:
            self._open += 1

    def on_llm_end(self, response: LLMResult, **_: Any) -> None:
        usage = _usage(response)
        with self._lock:
            self._open -= 1
            self._prompt += usage.get("input_tokens", 0)
            self._answer += usage.get("output_tokens", 0)

    def on_llm_error(self, *_: Any, **__: Any) -> None:
        with self._lock:
            self._open -= 1


def _usage(response: LLMResult) -> dict[str, Any]:
    made = response.generations[0][0] if response.generations and response.generations[0] else None
    usage = getattr(made.message, "usage_metadata", None) if isinstance(made, ChatGeneration) else None
    return dict(usage or {})
