"""The values that pass between the stages, in the order in which they arise. All are frozen.

Offsets count Python characters (code points) of `Article.text`; `end` is exclusive.
Vectors are float32 numpy arrays of length 1 (L2) unless said otherwise.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

# Characters without a shape, within the brackets of a pattern: controls, formats, fillers. Line ends, joiners
# and what chooses the look of an emoji are for each to decide.
SHAPELESS = (
    r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    r"\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
)


@dataclass(frozen=True, slots=True)
class AlsoIn:
    """Where else nearly the same report was published: a copy that is kept under an article."""

    id: str
    title: str
    source: str  # the outlet
    published_at: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class Article:
    """One news article as it was read. A field that its file does not name stays empty or None."""

    id: str  # stable for one origin: re-reading the same file gives the same id
    title: str
    text: str  # NFC, hidden characters removed; all offsets refer to this text
    origin: str  # the path or address that it was read from
    content_hash: str  # SHA-256 (hex) over all that was read; changes when any of it changes
    source: str = ""  # the outlet
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None  # aware; never the time of reading
    updated_at: datetime | None = None  # aware
    ingested_at: datetime | None = None  # aware; set by the library
    language: str = ""  # ISO 639-1, empty when unknown
    url: str = ""  # http(s) only, else empty
    also: tuple[AlsoIn, ...] = ()  # its copies, in the order in which they came; set by the library

    @property
    def outlets(self) -> tuple[str, ...]:
        """Its own and those of its copies, each once; without those that are not named."""
        names = (self.source, *(one.source for one in self.also))
        return tuple(dict.fromkeys(name for name in names if name))

    @property
    def published(self) -> tuple[datetime | None, ...]:
        """When it and its copies were published."""
        return (self.published_at, *(one.published_at for one in self.also))


@dataclass(frozen=True, slots=True)
class EarlierVersion:
    """An article as it was before its text changed."""

    article: Article
    replaced_at: datetime  # aware


@dataclass(frozen=True, slots=True)
class Sentence:
    """`article.text[start:end] == text`, always; no leading or trailing white space."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Consecutive whole sentences of one article; passages do not overlap."""

    id: str  # article id, content hash and position: an id never means two different texts
    article_id: str
    position: int  # 0 for the first passage of its article
    start: int
    end: int
    text: str  # article.text[start:end]
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """What one run of the encoder gives for a passage."""

    passage: Vectors  # shape (dimension,)
    sentences: Vectors  # shape (sentences, dimension), in the passage's order


@dataclass(frozen=True, slots=True)
class Signals:
    """Why a passage was found: the raw parts of its score."""

    words: float  # BM25 of the passage
    vector: float  # cosine of question and passage
    sentence: float  # cosine of question and the best sentence
    coverage: float  # share (0..1) of the question's idf weight that the passage holds
    sentence_coverage: float  # the same for its best sentence


@dataclass(frozen=True, slots=True)
class NearCopy:
    """A passage of another article that says what a better one says, and is not shown by itself."""

    passage_id: str
    article_id: str
    title: str
    source: str
    published_at: datetime | None
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question, with all that is needed to cite it."""

    passage: Passage
    article: Article
    score: float  # fused score; comparable within one retrieval only
    best: int  # index into passage.sentences of the one with the highest score
    sentence_scores: tuple[float, ...]  # one per sentence: in a Ranking its nearness to the question, in
    # a Retrieval its chance, 0..1, to be part of the answer
    signals: Signals
    copies: tuple[NearCopy, ...] = ()  # best first; the first few of a flood


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may answer at all. A field that is empty asks nothing; of several values any will do."""

    outlets: tuple[str, ...] = ()  # as Article.source
    first: date | None = None  # days of publication in UTC, both included; an undated article is on none
    last: date | None = None
    languages: tuple[str, ...] = ()  # as Article.language

    def __bool__(self) -> bool:
        return bool(self.outlets or self.first or self.last or self.languages)

    def admit(self, source: str, published: date | None, language: str) -> bool:
        """Whether an article of this outlet, day (UTC) and language may answer."""
        if (self.outlets and source not in self.outlets) or (
            self.languages and language not in self.languages
        ):
            return False
        if not (self.first or self.last):
            return True
        return published is not None and (self.first or date.min) <= published <= (self.last or date.max)


@dataclass(frozen=True, slots=True)
class Span:
    """What the library, or what a filter left of it, covers: a refusal can then say what was searched."""

    articles: int = 0
    passages: int = 0
    sources: tuple[str, ...] = ()  # outlets, most articles first
    first: datetime | None = None  # earliest and latest publication
    last: datetime | None = None
    languages: tuple[str, ...] = ()  # those named, most articles first
    of: int = 0  # articles in the whole library


class Bearing(StrEnum):
    """What the sentences found say to a question that asks whether something is so."""

    SAID = "said"
    DENIED = "denied"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Told:
    """The same, with the sentence that says so, denies it, or comes nearest."""

    bearing: Bearing
    marker: "Marker"
    lacking: tuple[str, ...] = ()  # words of the question that the nearest one has in no form


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found for a question; the first thing that a page shows."""

    question: str  # as typed
    asked: str  # as searched: a follow-up made into a full question
    hits: tuple[Hit, ...]  # best first
    evidence: float  # 0..1, calibrated: how likely the hits answer the question
    enough: bool  # False: say that the articles do not cover it, ask no model
    span: Span  # what was searched
    note: str = ""  # a constraint that was relaxed, say
    filters: Filters = field(default_factory=Filters)
    lacking: str = ""  # a clause that says what the question asks for and nothing has: it is not enough then
    denied: "Marker | None" = None  # the sentence that denies what the question takes for granted
    told: Told | None = None  # what is said to 'Did …?', 'Is …?'; None for any other question
    reports: tuple[int, ...] = ()  # places of hits that begin articles on what is to be summed up


@dataclass(frozen=True, slots=True)
class Marker:
    """A pointer to a sentence of the prompt: hit (from 1), sentence of its passage (from 1)."""

    hit: int
    sentence: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A sentence of an article, copied from the library: `quote == article.text[start:end]`."""

    number: int  # as shown, from 1; the same sentence has the same number all through an answer
    passage_id: str
    article_id: str
    content_hash: str
    title: str
    source: str
    authors: tuple[str, ...]
    published_at: datetime | None
    updated_at: datetime | None
    url: str
    start: int
    end: int
    quote: str
    also: tuple[str, ...] = ()  # other outlets that published nearly the same article


class Verdict(StrEnum):
    SUPPORTED = "supported"
    PARTLY = "partly supported"
    NOT_SUPPORTED = "not supported"
    UNCITED = "uncited"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reason."""

    verdict: Verdict
    missing: tuple[str, ...] = ()  # what the cited sentences lack, e.g. "the number 48"


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer. The answer reads: lead + text, claim after claim."""

    text: str  # without markers
    verdict: Verdict
    missing: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    lead: str = ""  # what stands between the claim before and this one: line breaks, "- ", a heading


class Point(StrEnum):
    """In what two articles differ on the same point."""

    NUMBER = "number"
    DATE = "date"
    OPPOSITE = "opposite"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two outlets say the same point differently. At least one of both sentences is cited by the answer."""

    point: Point
    left: Citation
    right: Citation
    left_words: str  # what differs, as it stands in left.quote; empty where it cannot be shown
    right_words: str


class Status(StrEnum):
    ANSWERED = "answered"
    NOT_IN_ARTICLES = "not_in_articles"
    INCOMPLETE = "incomplete"
    STOPPED = "stopped"  # by the reader; what had come is there
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Usage:
    """What a language model read and wrote, in tokens: of one try, or of all that an answer took."""

    tries: int = 0  # those that used any
    read: int = 0
    written: int = 0  # thoughts included, where the server counts them
    estimated: bool = False  # by length, as a server did not say
    cost: float | None = None  # in US dollars; None where no price is set

    def __add__(self, other: "Usage") -> "Usage":
        """Both together. The cost is to be set anew."""
        return Usage(
            self.tries + other.tries,
            self.read + other.read,
            self.written + other.written,
            self.estimated or other.estimated,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, checked."""

    status: Status
    question: str
    asked: str
    claims: tuple[Claim, ...]
    hits: tuple[Hit, ...]
    model: str  # the answerer's name, "extractive" when no language model wrote it
    seconds: float
    notice: str = ""  # one sentence for the reader: what this is, why it failed, why it stops
    span: Span = field(default_factory=Span)
    unresolved: int = 0  # markers that pointed at no sentence of the prompt; never shown as citations
    disagreements: tuple[Disagreement, ...] = ()
    offers: tuple[str, ...] = ()  # where the articles do not answer: questions near it that they answer
    filters: Filters = field(default_factory=Filters)  # which articles were asked
    usage: Usage = field(default_factory=Usage)  # all zero where no language model was asked
    repaired: int = 0  # claims that the model worded anew after the check had found them not supported
    otherwise: bool = False  # it is only the sentence that denies what the question takes for granted
    told: Told | None = None  # what its first sentence says to 'Did …?', 'Is …?'; None where a model wrote it

    @property
    def text(self) -> str:
        """The answer as plain text with [n] after each cited claim."""
        return "".join(
            claim.lead + claim.text + "".join(f" [{c.number}]" for c in claim.citations)
            for claim in self.claims
        ).strip()

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Each sentence that a claim cites or that disagrees with one, once, by number."""
        seen = {c.number: c for claim in self.claims for c in claim.citations}
        for one in self.disagreements:
            seen |= {c.number: c for c in (one.left, one.right)}
        return tuple(seen[number] for number in sorted(seen))


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation and what was answered."""

    question: str
    asked: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A language model that can be used in one click, and where it is asked."""

    model: str  # as READOUT_MODEL
    base_url: str  # as READOUT_BASE_URL: empty for OpenAI's own address
    server: str  # as a reader knows it: 'OpenAI', 'Ollama'


class Rating(StrEnum):
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence that a rated answer cited, as it read then; its article may have changed or gone since."""

    number: int  # [number] in the answer's text
    article_id: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class ClaimRating:
    """What a reader thought of one claim of a rated answer."""

    number: int  # place of the claim in the answer, from 1
    text: str
    verdict: Verdict  # as it was shown
    rating: Rating
    note: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader thought of one answer, with all that is needed to judge it later."""

    id: str  # of the answer that was rated: there is one feedback of an answer, the last one given
    made_at: datetime  # aware
    question: str  # as typed
    asked: str  # as searched
    status: Status
    answer: str  # with [n] after each cited claim; empty when the articles did not cover the question
    cited: tuple[CitedSentence, ...]
    rating: Rating
    note: str  # the reader's own words, often empty
    answerer: str  # as Answer.model
    settings: Mapping[str, str | int | float]  # those that shape an answer; never a key
    history: tuple[Turn, ...] = ()  # the conversation before, oldest first
    claims: tuple[ClaimRating, ...] = ()  # by number; those that the reader rated by themselves


@dataclass(frozen=True, slots=True)
class KeptExchange:
    """A question of a kept conversation and what came of it."""

    id: str  # of its answer, as feedback knows it
    question: str  # as typed
    asked_at: datetime  # aware
    answer: Answer | None = None
    fault: str = ""  # why there is no answer
    model: str = ""  # the language model accepted on the page when it was asked


@dataclass(frozen=True, slots=True)
class KeptConversation:
    """A conversation as the library keeps it."""

    id: str  # not to be guessed: it stands in the page's address
    name: str
    changed_at: datetime  # aware; of its last question
    exchanges: tuple[KeptExchange, ...]  # in the order of the page


def date_label(moment: date | None) -> str:
    """A day as readers write it: '26 April 2024'."""
    return f"{moment.day} {moment:%B %Y}" if moment else "no date"


Piece = str | Marker  # what an answerer writes
Event = Retrieval | str | Citation | Answer  # what a reader sees, in this order


class Embedder(Protocol):
    """Texts to vectors. `fingerprint` changes whenever the vectors would."""

    @property
    def fingerprint(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    def count_tokens(self, texts: Sequence[str]) -> list[int]: ...
    def embed_question(self, question: str) -> Vectors: ...
    def embed_passages(self, passages: Sequence[Passage], titles: Sequence[str]) -> list[PassageVectors]: ...


class Answerer(Protocol):
    """Writes an answer from hits. Yields text and markers; raises ModelError."""

    @property
    def name(self) -> str: ...
    @property
    def notice(self) -> str: ...
    def write(self, retrieval: Retrieval, turns: Sequence[Turn]) -> Iterator[Piece]: ...
