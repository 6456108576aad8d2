"""Conversations in the library: each question with its whole answer, as it was shown.

An answer lies there as JSON, field by field as its type says (pack, unpack), so that a field that is new
has its default in older answers. The passages found for it are kept word by word, and so is each cited
sentence; only the articles' whole texts are not kept twice: they come from the library, where they are the
same still. Questions and answers are untrusted.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from rag.library import LOCK_SECONDS, Library
from rag.rows import stamp
from rag.show import changed_words, clean
from rag.types import Answer, KeptConversation, KeptExchange

NAME_CHARACTERS = 80  # of a conversation's name: one line of a list
UNREADABLE = "This answer was kept by another version of Readout and cannot be shown. Ask again."
FAULT = "The conversation was not kept"


@dataclass(frozen=True, slots=True)
class ConversationLine:
    """A conversation as a list shows it."""

    id: str
    name: str
    changed_at: datetime
    questions: int


# Answers as JSON


def pack(value: Any) -> Any:
    """A value of our types as JSON holds it."""
    if is_dataclass(value):
        return {field.name: pack(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): pack(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [pack(one) for one in value]
    if value is None or isinstance(value, bool | int):
        return value
    return str(value) if isinstance(value, str) else float(value)  # numpy's floats too


def unpack(kind: Any, value: Any) -> Any:
    """The value of type `kind` that pack made `value` of.

    Raises KeyError, TypeError or ValueError for what it did not make.
    """
    arguments = get_args(kind)
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        known = [one for one in arguments if one is not type(None)]
        return None if value is None else unpack(known[0], value)
    if origin is tuple:
        if arguments[1:] == (...,):
            return tuple(unpack(arguments[0], one) for one in value)
        return tuple(unpack(one, part) for one, part in zip(arguments, value, strict=True))
    if origin is not None:
        return {name: unpack(arguments[1], one) for name, one in value.items()}
    if is_dataclass(kind):
        return _unpack_record(kind, value)
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    if not issubclass(kind, StrEnum) and not isinstance(value, (int, float) if kind is float else kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return kind(value)


def _unpack_record(kind: Any, value: Mapping[str, Any]) -> Any:
    hints = _hints(kind)
    return kind(**{name: unpack(hints[name], one) for name, one in value.items() if name in hints})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def pack_answer(answer: Answer) -> str:
    values = pack(answer)
    for hit in values["hits"]:
        del hit["article"]["text"]
        hit["passage"]["sentences"] = [[one["start"], one["end"]] for one in hit["passage"]["sentences"]]
    return json.dumps(values)  # ASCII only: half a surrogate pair of a model cannot be stored otherwise


def unpack_answer(line: str, texts: Mapping[tuple[str, str], str]) -> Answer:
    """The answer that pack_answer made `line` of.

    `texts` holds articles by id and content hash; of one that is not there, the text is empty.
    Raises KeyError, TypeError or ValueError for what pack_answer did not make.
    """
    values = json.loads(line)
    for hit in values["hits"]:
        article, passage = hit["article"], hit["passage"]
        article["text"] = texts.get((article["id"], article["content_hash"]), "")
        at, text = passage["start"], passage["text"]
        passage["sentences"] = [
            {"start": start, "end": end, "text": text[start - at : end - at]}
            for start, end in passage["sentences"]
        ]
    answer: Answer = unpack(Answer, values)
    return answer


# In the library


def conversation_name(question: str) -> str:
    """A name made of the first question."""
    line = _one_line(question)
    if len(line) <= NAME_CHARACTERS:
        return line or "A question without words"
    return line[: NAME_CHARACTERS - 1].rsplit(" ", 1)[0] + " …"


def keep_exchange(
    library: Library,
    conversation_id: str,
    position: int,
    exchange: KeptExchange,
    *,
    name: str = "",
    replaces: str = "",
    seconds: float = LOCK_SECONDS,
) -> None:
    """Keeps an exchange at its place in a conversation, which is made where there is none yet.

    `name` is that of a new conversation, else its first question. `replaces` is the id of the exchange that
    this one takes the place of. Raises LibraryError, LibraryBusy.
    """
    name = conversation_name(name or exchange.question)
    moment = stamp(exchange.asked_at)
    answer = exchange.answer
    values = (
        exchange.id,
        conversation_id,
        position,
        moment,
        clean(exchange.question),
        exchange.model,
        pack_answer(answer) if answer else "",
        clean(exchange.fault),
        _words(exchange.question, answer.text if answer else ""),
    )
    with library.aside(FAULT, seconds) as connection:
        connection.execute(
            "INSERT INTO conversations VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET changed_at = max(changed_at, excluded.changed_at)",
            (conversation_id, name, _words(name), moment, moment),
        )
        connection.execute("DELETE FROM exchanges WHERE id = ?", (replaces,))
        connection.execute("INSERT OR REPLACE INTO exchanges VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def conversations(library: Library, words: str = "", most: int = -1) -> list[ConversationLine]:
    """Those whose name, questions and answers hold all `words` (any beginning or part), latest first."""
    if not _has_tables(library):
        return []
    conditions, values = ["TRUE"], []
    for word in _words(words).split():
        conditions.append(
            "(instr(c.words, ?) OR EXISTS"
            " (SELECT 1 FROM exchanges e WHERE e.conversation = c.id AND instr(e.words, ?)))"
        )
        values += [word, word]
    rows = library.rows(
        "SELECT c.id, c.name, c.changed_at, (SELECT count(*) FROM exchanges WHERE conversation = c.id)"  # noqa: S608 - no values
        f" FROM conversations c WHERE {' AND '.join(conditions)}"
        " ORDER BY c.changed_at DESC, c.rowid DESC LIMIT ?",
        (*values, most),
    )
    return [ConversationLine(key, name, datetime.fromisoformat(at), count) for key, name, at, count in rows]


def find_conversations(library: Library, start: str) -> list[str]:
    """Ids that begin with `start`."""
    if not _has_tables(library):
        return []
    query = "SELECT id FROM conversations WHERE substr(id, 1, ?) = ? ORDER BY id"
    return [row[0] for row in library.rows(query, (len(start), start))]


def load_conversation(library: Library, conversation_id: str) -> KeptConversation | None:
    """A conversation as it was kept. What changed in its articles since: `changed_articles`."""
    if not _has_tables(library):
        return None
    head = library.rows("SELECT name, changed_at FROM conversations WHERE id = ?", (conversation_id,))
    if not head:
        return None
    rows = library.rows(
        "SELECT id, question, asked_at, answer, fault, model FROM exchanges WHERE conversation = ?"
        " ORDER BY position, asked_at, rowid",
        (conversation_id,),
    )
    texts = _texts(library, [row[3] for row in rows if row[3]])
    return KeptConversation(
        conversation_id,
        head[0][0],
        datetime.fromisoformat(head[0][1]),
        tuple(_read_exchange(row, texts) for row in rows),
    )


def rename_conversation(library: Library, conversation_id: str, name: str) -> str:
    """Gives it another name, which is returned as it was kept. Raises LibraryError, LibraryBusy."""
    name = conversation_name(name)
    with library.aside("The name was not kept") as connection:
        connection.execute(
            "UPDATE conversations SET name = ?, words = ? WHERE id = ?", (name, _words(name), conversation_id)
        )
    return name


def delete_conversation(library: Library, conversation_id: str) -> None:
    """Removes it with all its answers; feedback on them stays. Raises LibraryError, LibraryBusy."""
    with library.aside("The conversation was not deleted") as connection:
        connection.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))


def changed_articles(library: Library, answers: Iterable[Answer]) -> dict[tuple[str, str], bool]:
    """Cited articles, by id and content hash, that are not what they were: True if changed, False if gone."""
    cited = {(c.article_id, c.content_hash) for answer in answers for c in answer.citations}
    ids = sorted({article_id for article_id, _ in cited})
    query = f"SELECT id, content_hash FROM articles WHERE id IN ({', '.join('?' * len(ids))})"  # noqa: S608
    now = dict(library.rows(query, ids))
    return {one: one[0] in now for one in sorted(cited) if now.get(one[0]) != one[1]}


def lost_sentences(
    library: Library, answers: Sequence[Answer], changed: Mapping[tuple[str, str], bool]
) -> frozenset[tuple[str, str, int]]:
    """Cited sentences (article id, content hash, start) that a changed article holds no longer.

    `changed`: as changed_articles says of the same answers.
    """
    ids = sorted({article_id for (article_id, _), there in changed.items() if there})
    texts = {one.id: one.text for one in library.articles(ids)} if ids else {}
    return frozenset(
        (c.article_id, c.content_hash, c.start)
        for answer in answers
        for c in answer.citations
        if changed.get((c.article_id, c.content_hash)) and c.quote not in texts.get(c.article_id, "")
    )


def changes_since(library: Library, conversation: KeptConversation) -> dict[str, str]:
    """What became of the cited articles since, in words, by the exchange's id; only where something did."""
    answers = {one.id: one.answer for one in conversation.exchanges if one.answer}
    changed = changed_articles(library, answers.values())
    lost = lost_sentences(library, tuple(answers.values()), changed)
    said = {key: changed_words(answer, changed, lost) for key, answer in answers.items()}
    return {key: words for key, words in said.items() if words}


def _read_exchange(row: Sequence[str], texts: Mapping[tuple[str, str], str]) -> KeptExchange:
    key, question, asked_at, line, fault, model = row
    answer = None
    if line:
        try:
            answer = unpack_answer(line, texts)
        except (KeyError, TypeError, ValueError, AttributeError):
            fault = UNREADABLE
    return KeptExchange(key, question, datetime.fromisoformat(asked_at), answer, fault, model)


def _texts(library: Library, lines: Sequence[str]) -> dict[tuple[str, str], str]:
    """The texts of the articles that these answers found passages in, where they are as they were."""
    ids = set()
    for line in lines:
        with suppress(KeyError, TypeError, ValueError):
            ids |= {hit["article"]["id"] for hit in json.loads(line)["hits"]}
    return {(one.id, one.content_hash): one.text for one in library.articles(sorted(ids))} if ids else {}


def _has_tables(library: Library) -> bool:
    """Not in an older layout that could not be written."""
    return library.layout() >= 3


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())


def _words(*texts: str) -> str:
    return _one_line(" ".join(texts)).casefold()
