"""Text to words that can be compared: tokens, stems, and which words mean the same or the opposite. Pure."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from rag.irregular import NOUNS, VERBS, base_forms
from rag.verdicts.vocabulary import (
    COUNTRIES,
    MISREAD_OTHERS,
    MISREAD_VERBS,
    OPPOSITES,
    PHRASES,
    STOPWORDS,
    SYNONYMS,
)

ROOT_LEAST = 4  # letters that a root keeps; shorter ones meet by chance
_TYPOGRAPHY = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\u00a0": " ", "‑": "-", "–": "-"}
    | {"—": " , ", "*": " ", "_": " ", "\u202f": " ", "`": "'"}
)
_NOT = re.compile(r"\b(?:(ca)n't|(wo)n't|(sha)n't|cannot)|(?<=[a-z])n't\b", re.IGNORECASE)
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_PHRASE = re.compile(
    r"\b(?:" + "|".join(sorted(map(re.escape, PHRASES), key=len, reverse=True)) + r")\b", re.IGNORECASE
)
_TOKEN = re.compile(
    r"\d{4}-\d\d-\d\d|\d+(?::\d\d)+(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
    r"|[^\W\d_]+(?:'[^\W\d_]+)*|[$€£¥%,;:.()!?\"-]"
)
_POSSESSIVE = re.compile(r"(?<=\w)'s?(?!\w)")
_CONTRACTED = re.compile(r"(?<=\w)'(?=(?:ll|re|ve|d|m|t)\b)")
# Where one statement ends and another begins, inside a sentence.
BREAKS = frozenset(
    ", ; : ( ) and but while whereas although though because who which after before when".split()
)

VERB_FORMS = base_forms(VERBS, MISREAD_VERBS)
_IRREGULAR = VERB_FORMS | base_forms(NOUNS, MISREAD_OTHERS)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign of a sentence."""

    text: str
    word: str  # lower case
    stem: str
    place: int  # index among the sentence's tokens
    start: int  # offsets into the normalised text
    end: int
    clause: int  # counts the breaks before it
    capital: bool
    opens: bool  # the first word of a sentence or quotation: its capital says nothing

    @property
    def is_word(self) -> bool:
        return self.word[0].isalpha()

    @property
    def is_verb(self) -> bool:
        """Whether its form is a verb's; most are, a few ('united') are not."""
        return self.word in VERB_FORMS or (len(self.word) > 4 and self.word.endswith("ed"))

    @property
    def is_content(self) -> bool:
        is_acronym = len(self.text) > 1 and self.text.isupper()  # 'US' is not 'us'
        return self.is_word and (is_acronym or self.word not in STOPWORDS)


def normalise(text: str) -> str:
    """The text with plain quotes and dashes, contractions written out, acronyms without dots."""
    text = text.translate(_TYPOGRAPHY)
    text = _NOT.sub(_write_out, text)
    text = _POSSESSIVE.sub(" 's ", _CONTRACTED.sub(" ", text))
    text = _DOTTED.sub(lambda match: match.group().replace(".", ""), text)
    return _PHRASE.sub(_phrase, text)


def _write_out(match: re.Match[str]) -> str:
    written = match.group().lower()
    return {"can't": "can not", "won't": "will not", "shan't": "shall not", "cannot": "can not"}.get(
        written, " not"
    )


def _phrase(match: re.Match[str]) -> str:
    written = match.group()
    phrase = PHRASES[written.lower()]
    return phrase.capitalize() if written[0].isupper() and phrase.islower() else phrase


@lru_cache(maxsize=256)  # the sentences of one answer are judged against again and again
def read(text: str) -> tuple[Token, ...]:
    """The tokens of a normalised text."""
    tokens: list[Token] = []
    clause, opens = 0, True
    for place, match in enumerate(_TOKEN.finditer(text)):
        written = match.group()
        word = written.lower()
        clause += word in BREAKS and not (tokens and tokens[-1].word in BREAKS)
        stemmed = stem(word) if word[0].isalpha() else word
        capital = written[0].isupper()
        tokens.append(
            Token(written, word, stemmed, place, match.start(), match.end(), clause, capital, opens)
        )
        opens = word in {".", "!", "?", '"', ":"} or (opens and not word[0].isalnum())
    return tuple(tokens)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The dictionary form as far as a few rules and _IRREGULAR give it ('stopped' → 'stop')."""
    if word in _IRREGULAR:
        base = _IRREGULAR[word]
        return base if base in _IRREGULAR else stem(base)
    if len(word) < 4 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return stem(word[:-3] + "y")
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s"):
        return stem(word[:-1])
    if word.endswith("ied"):
        return word[:-3] + "y"
    for suffix in ("ing", "ed"):
        if word.endswith(suffix) and re.search(r"[aeiouy]", word[: -len(suffix)]):
            return _base(word[: -len(suffix)])
    return word.removesuffix("e") if len(word) > 4 else word


def _base(left: str) -> str:
    """'stopp' → 'stop', 'mov' → 'mov', as `stem('move')` gives it."""
    if left in _IRREGULAR:
        return stem(left)
    if len(left) > 3 and left[-1] == left[-2] and left[-1] not in "lsz":
        return left[:-1]
    if len(left) > 4 and left.endswith("ll"):
        return left[:-1] if left not in {"install", "enroll"} else left
    if len(left) == 3 and left[-1] not in "aeiouwxy" and left[-2] in "aeiou":
        return left + "e"  # 'mak' → 'make': short words keep their e
    if len(left) == 2:
        return left + "e"
    return left


_ROOT_SUFFIXES = (
    "ational ation ition ment ance ence ical ally ion ive ate ity ism ure ful ous al ic ly th y".split()
)
_ION_BASES = (("iss", "it"), ("ns", "nd"), ("is", "id"), ("us", "ud"), ("os", "od"), ("as", "ad"))


@lru_cache(maxsize=20_000)
def root(stemmed: str) -> str:
    """What a verb and the noun made of it share ('approval', 'approve' → 'approv'), in British spelling."""
    if len(stemmed) > ROOT_LEAST:
        stemmed = stemmed.replace("iz", "is").replace("or", "our") if "our" not in stemmed else stemmed
    if stemmed.endswith("isation"):
        return stemmed.removesuffix("ation")
    for suffix in _ROOT_SUFFIXES:
        left = stemmed.removesuffix(suffix)
        if left != stemmed and len(left) >= ROOT_LEAST:
            left = left.removesuffix("e") if len(left) > ROOT_LEAST else left
            return _verb(left) if suffix == "ion" else left
    if stemmed.endswith("at") and len(stemmed) > ROOT_LEAST + 2:  # 'negotiat' of 'negotiate'
        return stemmed[:-2]
    return _verb(stemmed.removesuffix("e")) if len(stemmed) > ROOT_LEAST + 1 else stemmed.removesuffix("e")


def _verb(left: str) -> str:
    """'reduct' → 'reduc', 'explos' → 'explod', 'permiss' → 'permit'."""
    if left.endswith("uct"):
        return left.removesuffix("t")
    for ending, base in _ION_BASES:
        if left.endswith(ending) and len(left) >= ROOT_LEAST + 1:
            return left.removesuffix(ending) + base
    return left


@cache
def _groups() -> dict[str, frozenset[str]]:
    """Stem → the names of its groups of synonyms."""
    groups: dict[str, set[str]] = {}
    for number, line in enumerate(SYNONYMS.split("\n")):
        for word in line.split():
            groups.setdefault(stem(word), set()).add(f"={number}")
    return {word: frozenset(names) for word, names in groups.items()}


@cache
def _opposites() -> dict[str, frozenset[str]]:
    return two_sided(OPPOSITES)


def two_sided(table: str) -> dict[str, frozenset[str]]:
    """Stem → the stems on the other side of its line; a line of the table is 'words / words'."""
    pairs: dict[str, set[str]] = {}
    for line in table.strip().split("\n"):
        left, right = ([stem(word) for word in side.split()] for side in line.split("/"))
        for one, others in ((left, right), (right, left)):
            for word in one:
                pairs.setdefault(word, set()).update(others)
    return {word: frozenset(others) for word, others in pairs.items()}


@cache
def _countries() -> dict[str, str]:
    """A country's name, people or adjective → a key for the country; a capital as an actor → the same."""
    keys: dict[str, str] = {}
    for line in COUNTRIES.strip().split("\n"):
        names, _, actor = line.partition("/")
        for word in names.split():
            keys[word] = f"@{names.split()[0]}"
        for word in actor.split():
            keys[word] = f"^{names.split()[0]}"
    return keys


def country(token: Token) -> str:
    """'@us' for 'American', '^us' for 'Washington', '' for what names no country."""
    return _countries().get(token.word, "") if token.capital else ""


@lru_cache(maxsize=20_000)
def meanings(stemmed: str) -> frozenset[str]:
    """What a stem is known under: two words mean the same where these meet."""
    return frozenset({stemmed, root(stemmed)}) | _groups().get(stemmed, frozenset())


@lru_cache(maxsize=20_000)
def opposites(stemmed: str) -> frozenset[str]:
    return _opposites().get(stemmed, frozenset())


@cache
def stems_of(words: str) -> frozenset[str]:
    """The stems of words in a text of words, for tables."""
    return frozenset(stem(word) for word in words.split())
