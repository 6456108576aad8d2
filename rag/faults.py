"""What went wrong with a model, as one sentence for the reader. Pure; sends nothing.

Client libraries are recognised by LangChain's neutral errors and by the HTTP status that their
errors carry, so that no provider's library is named here.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from rag.errors import ModelError

LONGEST_WAIT = 10.0  # seconds; a server that asks for more is not waited for


@dataclass(frozen=True, slots=True)
class Fault:
    sentence: str
    passing: bool = False  # worth another try
    wait: float | None = None  # seconds that the server asked for
    slow: bool = False  # the time for an answer ran out
    overflow: bool = False  # the prompt does not fit into the model's context

    @property
    def away(self) -> bool:
        """Whether the server does not work just now, whatever it is asked."""
        return self.passing or self.slow


def explain(error: Exception, who: str) -> Fault:
    """What to tell the reader; `who` names the model and its address.

    An error that no client library declares (a broken event, say) is an answer that cannot be read.
    """
    from langchain_core import exceptions as neutral

    if isinstance(error, ModelError):
        return Fault(str(error))
    status = status_of(error)
    if isinstance(error, neutral.ContextOverflowError) or status == 413:
        sentence = f"Passages and question are too long for the {who}. Lower READOUT_CONTEXT_TOKENS."
        return Fault(sentence, overflow=True)
    if isinstance(error, neutral.ModelRateLimitError) or status == 429:
        return _rate_fault(error, who)
    if isinstance(error, neutral.ModelAPIError) or status in (408, 409) or status >= 500:
        sentence = f"The {who} is not working just now (error {status or 'unknown'}). Ask again in a minute."
        return Fault(sentence, passing=True, wait=_retry_after(error))
    if isinstance(error, neutral.ModelTimeoutError | TimeoutError):
        sentence = f"The {who} did not finish in time. Ask again, or allow more with READOUT_MODEL_SECONDS."
        return Fault(sentence, passing=not isinstance(error, TimeoutError), slow=True)
    if isinstance(error, neutral.ModelConnectionError):
        sentence = f"The connection to the {who} failed. Check that it runs, and READOUT_BASE_URL."
        return Fault(sentence, passing=True)
    return Fault(_final_sentence(error, status, who))


def status_of(error: Exception) -> int:
    """The HTTP status that a server answered with; 0 where it did not come to that."""
    return int(getattr(error, "status_code", 0) or 0)


def _final_sentence(error: Exception, status: int, who: str) -> str:
    from langchain_core import exceptions as neutral

    if isinstance(error, neutral.ModelAuthenticationError) or status == 401:
        return f"The key for the {who} was not accepted. Check READOUT_API_KEY."
    if isinstance(error, neutral.ModelPermissionDeniedError) or status == 403:
        return f"The key may not use the {who}. Check the key's rights, or choose another READOUT_MODEL."
    if isinstance(error, neutral.ModelNotFoundError) or status == 404:
        return f"The {who} was not found. Check READOUT_MODEL and READOUT_BASE_URL."
    if 300 <= status < 400:
        return f"The {who} has another address, which is not followed. Mend READOUT_BASE_URL."
    if isinstance(error, neutral.ModelInvalidRequestError) or 400 <= status < 500:
        return f"The {who} refused the request; the log says why. Choose another READOUT_MODEL."
    if getattr(error, "body", None):  # an error event in the stream
        return f"The {who} reported an error; the log says which. Ask again."
    return f"The {who} sent what is no answer. Check that READOUT_BASE_URL speaks as OpenAI's API does."


def _rate_fault(error: Exception, who: str) -> Fault:
    if getattr(error, "code", None) == "insufficient_quota":
        return Fault(f"The account for the {who} has no credit left. Add some, or choose another model.")
    wait = _retry_after(error)
    when = f"{wait:.0f} seconds" if wait and wait > LONGEST_WAIT else "a minute"
    return Fault(f"The {who} is asked too often just now. Ask again in {when}.", passing=True, wait=wait)


def _retry_after(error: Exception) -> float | None:
    """Seconds that the response asks to wait (RFC 9110, 10.2.3: seconds or a date), at most a day."""
    headers = getattr(getattr(error, "response", None), "headers", {})
    asked = str(headers.get("retry-after", "")).strip()
    if not asked:
        return None
    try:
        seconds = float(asked) if asked[0].isdigit() else _seconds_until(asked)
    except ValueError:
        return None
    return min(max(0.0, seconds), 86_400.0)


def _seconds_until(date: str) -> float:
    moment = parsedate_to_datetime(date)
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
