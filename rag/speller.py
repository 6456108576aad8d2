"""A question as the articles spell it: words that none of them has, and what was meant."""

from collections.abc import Sequence

from rag.index import Indexes
from rag.library import Library
from rag.spelling import (
    UNKNOWN_MOST,
    is_english,
    likely_word,
    other_spellings,
    respelled,
    slips_most,
    usual_spelling,
    words_near,
    words_to_spell,
)
from rag.types import Embedder
from rag.words import stems

PASSAGES_MOST = 50  # in which the word is looked for that a misspelled one may stand for
SLIPS_MOST = 2  # more are not looked for


class Speller:
    """Knows a library's words. Safe to share between threads."""

    def __init__(self, library: Library, indexes: Indexes, embedder: Embedder) -> None:
        self._library = library
        self._indexes = indexes
        self._embedder = embedder

    def respelled(self, question: str) -> str:
        """The question with what no article has spelled as the articles spell it; nearly always as it is.

        No slip is a word of an outlet, of a dictionary, or one that is one token to the encoder, as 'Iran'.
        """
        words = words_to_spell(question)
        others = {word: other_spellings(word) for word in words}
        counts = self._count([*words, *(other for found in others.values() for other in found)])
        meant = {word: other for word in words if (other := usual_spelling(word, counts))}
        unknown = self._besides_outlets([w for w in words if not counts[w] and w not in meant])
        for word in unknown if len(unknown) <= UNKNOWN_MOST else ():
            if self._embedder.count_tokens([word]) != [1] and not is_english(word):
                meant[word] = self._likely(word) or word
        return respelled(question, meant)

    def _besides_outlets(self, words: list[str]) -> list[str]:
        """Those that stand in no outlet's name. There may be thousands, and most questions ask for none."""
        if not words:
            return words
        outlets = {stem for source in self._library.sources() for stem in stems(source)}
        return [word for word in words if outlets.isdisjoint(stems(word))]

    def _count(self, words: Sequence[str]) -> dict[str, int]:
        """In how many passages each stands, in any form."""
        first = [stems(word)[:1] for word in words]
        counts, _ = self._indexes.frequencies([stem for found in first for stem in found])
        left = iter(counts)
        return {word: next(left) if found else 0 for word, found in zip(words, first, strict=True)}

    def _likely(self, word: str) -> str:
        """The word that was meant; empty where that is in doubt."""
        (stem, *_) = stems(word)
        for slips in range(slips_most(word), SLIPS_MOST + 1):  # the stem of a slip may differ by more
            numbers = self._indexes.alike_words(stem, slips, PASSAGES_MOST)
            passages = [stored.passage for stored in self._library.passages(numbers=numbers)]
            titles = [article.title for article in self._library.articles({p.article_id for p in passages})]
            near = words_near(word, [*(passage.text for passage in passages), *titles])
            if likely := likely_word(word, self._count(sorted(near))):
                return likely
        return ""
