"""Words as the index sees them, and the tantivy index of all passages (BM25)."""

import json
import os
import re
import shutil
import tempfile
import weakref
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import IndexAway, IndexMismatch, is_panic
from rag.irregular import NOUNS, VERBS, base_forms

if TYPE_CHECKING:
    from rag.rows import StoredPassage

ANALYZER = "english-3"  # part of what an index was built from: raise it when `stems` gives others
OLDER_ANALYZERS = frozenset({"english-2"})  # indexes of theirs are remade where they are met
WRITER_BYTES = 50_000_000  # tantivy's buffer: a few thousand passages between flushes
LONGEST_WORD = 40  # characters; longer runs are addresses and noise
STEMS_KEPT = 50_000  # words whose stem is remembered: some 10 MB

# Words that carry no content in a question. Short on purpose: a word too many costs an answer.
STOP_WORDS = frozenset(
    "a an and any are as at be been being but by can could did do does for from had has have he her his"
    " how i if in into is it its may me might my of on or our shall she should so some such than that the"
    " their them then there these they this those to was we were what when where which who whom whose why"
    " happen happened happens many much say says said tell tells told will with would you your s t about"
    " also between during according regarding discuss discussed come comes came up topic topics"
    " mention mentions mentioned describe describes described article articles".split()
)
_BUILT_FROM = "built-from.json"
_SEGMENT_FILE = re.compile(r"[0-9a-f]{32}\..+")
# Thai to Lao, Myanmar, Khmer, Japanese, Chinese: no spaces between words.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]+"
)
_WORD = re.compile(r"[^\W_]+")
_BASES = {form: base for form, base in base_forms(VERBS, NOUNS).items() if form not in STOP_WORDS}
# Outside of Latin letters and the signs of print, Python and tantivy differ on what is a letter.
_OF_OTHER_SCRIPT = re.compile("[^\x00-\u024f\u2000-\u206f]")
_DOTTED_WITHIN = re.compile(r"\.[A-Za-z]\.")
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}")


@cache
def _analyzer() -> Any:
    import tantivy

    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.remove_long(LONGEST_WORD))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def _plain(text: str) -> str:
    """Dotted abbreviations as one word, so that 'U.S.' finds 'US'; text without spaces in pairs of signs."""
    if _DOTTED_WITHIN.search(text):  # begins with a sign, which is found far faster than a letter
        text = _DOTTED.sub(lambda match: match.group().replace(".", ""), text)
    return text if text.isascii() else _UNSPACED.sub(_pairs, text)


def _pairs(run: re.Match[str]) -> str:
    """'停航期' as ' 停航 航期 ': who asks knows a word, and nothing says where the words of the text end."""
    signs = run.group()
    return f" {' '.join(map(''.join, pairwise(signs)))} " if len(signs) > 1 else f" {signs} "


def stems(text: str) -> list[str]:
    """The text's words, lower case, without accents and endings ('sold' as 'sell'), in order."""
    text = _plain(text)
    if _OF_OTHER_SCRIPT.search(text):
        return _analyzer().analyze(_with_base_forms(text))  # type: ignore[no-any-return]
    words = _WORD.findall(text)
    if max(map(len, words), default=0) > LONGEST_WORD:
        words = [word for word in words if len(word) <= LONGEST_WORD]
    return list(filter(None, map(_stem, words)))


@lru_cache(STEMS_KEPT)
def _stem(word: str) -> str:
    """Empty for what the index leaves out. Most words of a question's passages were met before."""
    return "".join(_analyzer().analyze(_base_form(word)))


def _with_base_forms(text: str) -> str:
    """What is indexed: 'When did they sell …?' finds 'They sold …', which no stemmer of endings does."""
    return _WORD.sub(lambda match: _base_form(match.group()), text)


def _base_form(word: str) -> str:
    return _BASES.get(word.lower(), word)


@cache
def _stop_stems() -> frozenset[str]:
    return frozenset(stem for word in STOP_WORDS for stem in stems(word))


def content_stems(text: str) -> list[str]:
    """What a text is searched by: the stems that carry content, each once, in order; all if none does."""
    found = list(dict.fromkeys(stems(text)))
    return _weighty(found) or found


def content_of(held: AbstractSet[str]) -> AbstractSet[str]:
    """The same of stems that are known already, without their order."""
    return held - _stop_stems() or held


def weighty_stems(text: str) -> list[str]:
    """The stems that carry content, each once, in order; none in 'When was that, and where?'"""
    return _weighty(dict.fromkeys(stems(text)))


def _weighty(words: Iterable[str]) -> list[str]:
    return [word for word in words if word not in _stop_stems()]


@dataclass(frozen=True, slots=True)
class WordHit:
    number: int
    score: float  # BM25


class WordIndex:
    """The tantivy index in `folder`; made there if `make`.

    Raises IndexMismatch when it is missing or damaged, IndexAway where it cannot be opened just now.
    """

    def __init__(self, folder: Path, *, make: bool = False) -> None:
        import tantivy

        self._folder = folder
        self._schema = _schema()
        # Read before what it describes is opened: another process may write meanwhile, and what is open
        # holds at least this much then.
        self.opened_as = self.built_from()
        with self._reading():
            if make and not (folder / "meta.json").exists():
                folder.mkdir(parents=True, exist_ok=True)
                self._index = tantivy.Index(self._schema, str(folder))
            else:
                self._index = tantivy.Index.open(str(folder if self._can_be_locked() else self._mirror()))
            self._index.register_tokenizer("readout", _analyzer())
            self._searcher = self._index.searcher()

    def _can_be_locked(self) -> bool:
        """Whether tantivy can take the lock that it wants also to read."""
        paths = (self._folder, *self._folder.glob(".tantivy-*.lock"))
        return not self._folder.exists() or all(os.access(path, os.W_OK) for path in paths)

    def _mirror(self) -> Path:
        """A folder of our own with links to all files but the locks; it goes when this index does."""
        try:
            mirror = Path(tempfile.mkdtemp(prefix="readout-words-"))
            weakref.finalize(self, shutil.rmtree, mirror, ignore_errors=True)
            for path in self._folder.absolute().iterdir():
                if path.suffix == ".json":
                    shutil.copyfile(path, mirror / path.name)
                elif path.suffix != ".lock":
                    (mirror / path.name).symlink_to(path)
        except OSError as error:
            raise IndexAway(
                f"The word index in {self._folder} cannot be opened ({error}). Mend the permissions or"
                " free some space, then try again. Nothing is lost."
            ) from error
        return mirror

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Damaged files are a mismatch. Some make tantivy panic."""
        try:
            yield
        except BaseException as error:
            if isinstance(error, ValueError | OSError) or is_panic(error):
                raise IndexMismatch(
                    f"The word index in {self._folder} is missing or damaged. Remake it: readout rebuild"
                ) from error
            raise

    # Each index says what it was built from; the file is replaced after the commit that it describes.

    def built_from(self) -> dict[str, str]:
        return built_from(self._folder)

    def set_built_from(self, facts: dict[str, str]) -> None:
        known = self.built_from()  # a segment's file never changes, so that each is summed up once
        names = [path.name for path in self._folder.iterdir() if _SEGMENT_FILE.fullmatch(path.name)]
        sums = {name: known.get(name) or self._sum(name) for name in names}
        draft = self._folder / "built-from.new"
        draft.write_text(json.dumps(facts | sums))
        draft.replace(self._folder / _BUILT_FROM)

    def damaged_files(self) -> list[str]:
        """Files that are no longer as they were written: tantivy itself would read on and rank otherwise."""
        held = [(name, told) for name, told in self.built_from().items() if _SEGMENT_FILE.fullmatch(name)]
        return [name for name, told in held if self._sum(name) not in ("", told)]

    def _sum(self, name: str) -> str:
        """Empty where the file is gone: another process may have merged it into a larger one."""
        try:
            return f"{zlib.crc32((self._folder / name).read_bytes()):08x}"
        except FileNotFoundError:
            return ""

    def write(
        self, removed: Sequence[str], added: Sequence[tuple[str, str, Sequence["StoredPassage"]]]
    ) -> None:
        """Takes versions out and puts versions in: (version, title, its passages)."""
        import tantivy

        writer = self._index.writer(WRITER_BYTES, 1)
        writer.garbage_collect_files()  # a killed writer's: the same commit would stumble over their names
        for version in (*removed, *(version for version, _, _ in added)):
            writer.delete_documents_by_term("version", version)
        for version, title, passages in added:
            for stored in passages:
                text = _with_base_forms(_plain(f"{title}\n{stored.passage.text}"))
                writer.add_document(tantivy.Document(number=stored.number, version=version, text=text))
        writer.commit()
        writer.wait_merging_threads()
        self._let_others_read()
        self.reload()

    def _let_others_read(self) -> None:
        """tantivy keeps two of its files from all others, whatever the umask lets them read of the rest."""
        mode = (self._folder / ".tantivy-writer.lock").stat().st_mode
        for name in ("meta.json", ".managed.json"):
            (self._folder / name).chmod(mode)

    def reload(self) -> None:
        self._index.reload()
        self._searcher = self._index.searcher()

    def search(
        self,
        words: Sequence[str],
        most: int,
        versions: Collection[str] | None = None,
        besides: Collection[str] = (),
    ) -> list[WordHit]:
        """The passages (of these versions, where named) with the best BM25 for these stems, best first.

        Those of the versions `besides` are passed over.
        """
        import tantivy

        if not words or not self._searcher.num_docs or (versions is not None and not versions):
            return []
        query = self._any_of(words)
        if versions is not None:
            some = tantivy.Query.term_set_query(self._schema, "version", list(versions))
            query = _both(tantivy.Query.const_score_query(some, 0.0), query)
        if besides:
            some = tantivy.Query.term_set_query(self._schema, "version", list(besides))
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.MustNot, some)])
        return self._hits(query, most)

    def alike(self, word: str, slips: int, most: int) -> list[int]:
        """Numbers of passages with a stem that differs from this one by so many letters, or fewer."""
        import tantivy

        query = tantivy.Query.fuzzy_term_query(self._schema, "text", word, slips)
        return [hit.number for hit in self._hits(query, most)]

    def score(self, words: Sequence[str], numbers: Sequence[int]) -> dict[int, float]:
        """BM25 of the passages named, for these stems; a passage with none of them is left out."""
        if not words or not numbers:
            return {}
        query = _both(self._among(numbers), self._any_of(words))
        return {hit.number: hit.score for hit in self._hits(query, len(numbers))}

    def _among(self, numbers: Sequence[int]) -> Any:
        import tantivy

        some = tantivy.Query.term_set_query(self._schema, "number", list(numbers))
        return tantivy.Query.const_score_query(some, 0.0)

    def _any_of(self, words: Sequence[str]) -> Any:
        import tantivy

        return tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "text", word)) for word in words]
        )

    def _hits(self, query: Any, most: int) -> list[WordHit]:
        with self._reading():
            found = self._searcher.search(query, most, count=False).hits
            numbers = self._searcher.fast_field_values("number", [address for _, address in found])
        return [WordHit(int(number or 0), score) for (score, _), number in zip(found, numbers, strict=True)]

    def frequencies(self, words: Sequence[str]) -> tuple[list[int], int]:
        """In how many passages each stem stands, and how many passages there are."""
        with self._reading():
            return [self._searcher.doc_freq("text", word) for word in words], self._searcher.num_docs

    def numbers_held(self, numbers: Sequence[int]) -> set[int]:
        """Which of these passages the index holds."""
        return {hit.number for hit in self._hits(self._among(numbers), len(numbers))} if numbers else set()

    def numbers(self) -> list[int]:
        """The numbers of all passages held, sorted; twice where held twice."""
        import tantivy

        with self._reading():
            found = self._searcher.search(tantivy.Query.all_query(), max(1, self._searcher.num_docs)).hits
            values = self._searcher.fast_field_values("number", [address for _, address in found])
        return sorted(int(value or 0) for value in values)


def built_from(folder: Path) -> dict[str, str]:
    """What the word index in that folder says of itself; nothing where there is none."""
    try:
        found = json.loads((folder / _BUILT_FROM).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _both(one: Any, other: Any) -> Any:
    import tantivy

    must = tantivy.Occur.Must
    return tantivy.Query.boolean_query([(must, one), (must, other)])


@cache
def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("number", stored=True, indexed=True, fast=True)
    builder.add_text_field("version", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name="readout", index_option="position")
    return builder.build()
