"""A question on its way to its answer, in a thread of its own.

If many ask at once it waits for its turn. A click elsewhere on the page, a reload or a closed window does
not end it; only Stop does. What came is kept in the library when it is whole, when it failed, and when it
was stopped.
"""

import time
from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from threading import Lock

from rag.answering import QUOTED_INSTEAD, Readout, stopped_answer
from rag.conversations import keep_exchange
from rag.errors import LibraryError, ReadoutError
from rag.library import LOCK_SECONDS
from rag.logs import Asked, kind_of, tell
from rag.page.conversation import Conversation, Exchange
from rag.page.jobs import UNFORESEEN, Job
from rag.retrieval import NO_FILTERS
from rag.types import Answer, Answerer, Event, Filters, Retrieval, Status, Turn, Usage, Verdict

FIRST_SECONDS = 0.5  # that an answer waits for its question to be kept: nobody waits for words longer
STOPPED_EARLY = "Stopped before the articles were searched. Ask again to have an answer."

running: dict[str, Exchange] = {}  # those of all sessions that are being answered, by id
_ending = Lock()  # an answer ends once: by coming to its end or by Stop


def begin(
    readout: Readout,
    conversation: Conversation,
    question: str,
    answerer: Answerer,
    filters: Filters = NO_FILTERS,
) -> Exchange:
    """Asks `question`; the exchange grows until it is `over`. What is being answered now is stopped."""
    stop(readout, conversation)
    exchange = conversation.begin(question, filters)
    exchange.writer = answerer
    turns = conversation.turns(before=exchange)
    running[exchange.id] = exchange
    turnstile = readout.turnstile(answerer)
    place = exchange.place = turnstile.join(conversation.asker)

    def work(job: Job[Event]) -> None:
        fault, kind = UNFORESEEN, "unforeseen"
        try:
            with turnstile.turn(place), closing(_events(readout, exchange, turns, answerer)) as events:
                exchange.came = time.monotonic()
                for event in events:
                    if exchange.ended:
                        return
                    _take(readout, conversation, exchange, event)
        except ReadoutError as error:
            fault, kind = str(error), kind_of(error)
        finally:
            _end(readout, conversation, exchange, exchange.answer, fault, kind)

    Job(work)
    return exchange


def waiting_behind(readout: Readout, exchange: Exchange) -> int | None:
    """How many questions will be answered before this one's turn comes; None once it has come."""
    if exchange.place is None or exchange.writer is None:
        return None
    return readout.turnstile(exchange.writer).before(exchange.place)


def stop(readout: Readout, conversation: Conversation) -> None:
    """Ends what is being answered; what came of it stays, marked as stopped, and is kept."""
    exchange = conversation.asking
    if exchange is None or exchange.writer is None:
        return
    answer, found = exchange.answer, exchange.retrieval
    if found and not answer:
        seconds = time.time() - exchange.asked_at.timestamp()
        answer = stopped_answer(found, tuple(exchange.pieces), exchange.writer, seconds)
    _end(readout, conversation, exchange, answer, STOPPED_EARLY, "stopped")
    if exchange.place:
        readout.turnstile(exchange.writer).give_up(exchange.place)


def keep(readout: Readout, conversation: Conversation) -> None:
    """Keeps what has ended and is not kept yet; what cannot be kept says why and is tried again later."""
    for exchange in conversation.exchanges:
        if exchange.ended and not exchange.kept and not conversation.deleted:
            try:
                _keep(readout, conversation, exchange, LOCK_SECONDS)
            except LibraryError as error:
                exchange.kept_fault = str(error)
            else:
                exchange.kept, exchange.kept_fault = True, ""


def _events(
    readout: Readout, exchange: Exchange, turns: Sequence[Turn], answerer: Answerer
) -> Generator[Event, None, None]:
    yield from readout.ask(
        exchange.question,
        turns,
        answerer=answerer,
        filters=exchange.filters,
        asked=exchange.corrected,
    )


def _take(readout: Readout, conversation: Conversation, exchange: Exchange, event: Event) -> None:
    if isinstance(event, Answer):
        exchange.answer = event
    elif isinstance(event, Retrieval):
        exchange.retrieval, exchange.found = event, time.monotonic()
        if not exchange.before:  # else the answer before it stays kept until this one is there
            with suppress(LibraryError):
                _keep(readout, conversation, exchange, FIRST_SECONDS)
    else:
        exchange.pieces.append(event)


def _end(
    readout: Readout,
    conversation: Conversation,
    exchange: Exchange,
    answer: Answer | None,
    fault: str,
    kind: str,
) -> None:
    """`fault` says why there is no answer, where there is none; `kind` is its name for the log."""
    with _ending:
        if exchange.ended:
            return
        exchange.answer, exchange.fault, exchange.ended = answer, fault, True
    tell(_asked(conversation, exchange, kind))
    if exchange.before and exchange.before.answer and not _is_of_use(answer):
        conversation.put_back(exchange, answer.notice.removesuffix(QUOTED_INSTEAD) if answer else fault)
    keep(readout, conversation)
    running.pop(exchange.id, None)
    exchange.over = True


def _asked(conversation: Conversation, exchange: Exchange, kind: str) -> Asked:
    now, answer, writer = time.monotonic(), exchange.answer, exchange.writer
    claims = answer.claims if answer else ()
    usage = answer.usage if answer else Usage()
    return Asked(
        session=conversation.asker.name,
        status=answer.status if answer else "no answer",
        fault="" if answer else kind,
        seconds=now - exchange.began,
        waited_seconds=(exchange.came or now) - exchange.began,
        found_seconds=max(0.0, exchange.found - exchange.began),
        hits=len(exchange.hits),
        claims=len(claims),
        supported=sum(claim.verdict is Verdict.SUPPORTED for claim in claims),
        model=answer.model if answer else writer.name if writer else "",
        tries=usage.tries,
        read=usage.read,
        written=usage.written,
    )


def _is_of_use(answer: Answer | None) -> bool:
    """Whether it may take the place of an answer that was there before."""
    if answer is None or answer.status is Status.FAILED:
        return False
    return bool(answer.claims) or answer.status is Status.NOT_IN_ARTICLES


def _keep(readout: Readout, conversation: Conversation, exchange: Exchange, seconds: float) -> None:
    keep_exchange(
        readout.library,
        conversation.id,
        conversation.exchanges.index(exchange) + 1,
        exchange.as_kept(),
        name=conversation.exchanges[0].question,
        replaces=exchange.before.id if exchange.before else "",
        seconds=seconds,
    )
