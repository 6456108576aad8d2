"""Article → sentences with their offsets → passages of whole sentences.

Sentence ends are decided by one linear rule with a short list of abbreviations. Where it is in doubt it
does not split: a citation that is a little long can still be checked, half a sentence misleads. (pysbd
agrees on 98 of 100 ends in news; where the two differ it mostly parts a closing quote from its sentence,
and it takes a millisecond for a sentence. `tests/test_passages.py` holds the two against each other.)
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise

from rag.types import Article, Passage, Sentence

_LONGEST = 1000  # characters of a sentence; what is longer is no prose and is cut at white space
_QUOTATION = 400  # characters; the sentences of a shorter quotation stay together, with their speaker
_WRAPPED = range(40, 201)  # characters of the longest line of a paragraph that is wrapped by hand
_TINY = 4  # a passage of less than limit / 4 tokens says too little on its own

# A run of terminal marks with what closes around it, then white space; or between two words.
_MARK = re.compile(
    r"(?<![.!?…])[.!?…]++(?:[\"'”’»)\]]|\[[^\[\]\n]{1,30}\])*+(?=\s)"
    r"|(?<=[a-z]{3})[.!?](?=[A-Z][a-z]{1,30}[\s,])"
    r"|(?<![。！？])[。！？]++[”’」』）]*+(?!\Z)"
)
_QUOTED = re.compile(
    rf"“[^“”]{{1,{_QUOTATION}}}”|(?<![^\s(\[—–-])\"(?=\S)[^\"]{{1,{_QUOTATION}}}(?<=\S)\"(?!\w)"
)
_WORD_BEFORE = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*\Z")
_WORD_AFTER = re.compile(r"\s+([\"'“‘«(\[$€£¥#@*_¿¡]*)([^\W_]*)")
_TOKEN = re.compile(r"[A-Za-z'’-]+\Z")
_DOTTED = re.compile(r"(?:[A-Za-z]{1,2}\.)+[A-Za-z]{1,2}")  # U.S, Ph.D, i.e
_HOUR = re.compile(r"[ap]\.m", re.IGNORECASE)
_SPEAKS = re.compile(r"\s+(?:\S{1,30} ){0,3}(?:said|says|asked|asks|told|added|wrote|replied)\b")
_WHEN = re.compile(
    r"\s+(?:on|in|at|Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)|\s+(?:[A-Z]{2,4}|Eastern|Pacific|Beijing|local)\b"
    r"|\s+(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
)
_BULLET = re.compile(r"\s*(?:[-*•‣–—]|\d{1,3}[.)])\s")

# Always followed by a name or a number.
_TITLES = frozenset(
    "Mr Mrs Ms Messrs Dr Prof Rev Hon Gen Sen Sens Rep Reps Gov Govs Lt Col Capt Maj Sgt Cpl Adm Cmdr Brig "
    "Pres Supt St Mt Ft Fig Figs fig figs vs v cf ca approx pp".split()
)
# May end a sentence: they do where the next word commonly begins one.
_SHORT = frozenset(
    "Inc Ltd Co Cos Corp Plc Bros Jr Sr Esq etc al dept Dept est Est vol Vol vols Univ Assn Intl Govt Ave "
    "Blvd Rd Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Calif Conn Mass Penn Tenn Minn Ariz Colo "
    "Okla Wash Ore Ill Fla Va Pa Ga Ala Mich Wis Del Md La Ky Neb Nev Ark Kan Mont".split()
)
_STARTERS = frozenset(
    "A According After All Also Although An And Another As At Because Before Both But By Despite During Each "
    "Earlier Even For From He Her His How However I If In Instead It Its Last Later Many Meanwhile More Most "
    "Next No Nor Not Now On One Or Other Our Several She Since So Some Such That The Their Then There These "
    "They This Those Though Three To Two Under Until We What When Where Whether Which While Who Why With Yet "
    "You".split()
)


def split_sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of `text` in order. Every character but white space is in exactly one of them."""
    found = []
    for start, end in _read_blocks(text):
        for first, last in pairwise((start, *_find_ends(text, start, end), end)):
            found += [Sentence(a, b, text[a:b]) for a, b in _cut(text, first, last)]
    return tuple(found)


def _read_blocks(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of `text` that no sentence crosses: paragraphs, and lines that stand for themselves.

    A single line break is only a wrap if the paragraph's longest line is as long as hand-wrapped lines
    are, and if the next word would not have fitted on the line.
    """
    paragraph: list[tuple[int, str]] = []
    position = 0
    for line in [*text.split("\n"), ""]:
        if line and not line.isspace():
            paragraph.append((position, line))
        elif paragraph:
            yield from _join_wrapped(paragraph)
            paragraph = []
        position += len(line) + 1


def _join_wrapped(lines: list[tuple[int, str]]) -> Iterator[tuple[int, int]]:
    width = max(len(line.rstrip()) for _, line in lines) if len(lines) > 1 else 0
    if width not in _WRAPPED:
        yield from ((position, position + len(line)) for position, line in lines)
        return
    start = lines[0][0]
    for (position, line), (following, after) in pairwise(lines):
        fits = len(line.rstrip()) + 1 + len(after.split(None, 1)[0]) <= width
        if fits or _BULLET.match(after):
            yield start, position + len(line)
            start = following
    yield start, lines[-1][0] + len(lines[-1][1])


def _find_ends(text: str, start: int, end: int) -> Iterator[int]:
    """Where the sentences of text[start:end] end, but for the last one."""
    block = text[start:end].rstrip()
    marks = list(_MARK.finditer(block))
    if not marks:
        return
    quotations = [quoted.span() for quoted in _QUOTED.finditer(block)]
    first, quoted = 0, 0
    for mark in marks:
        while quoted < len(quotations) and quotations[quoted][1] < mark.end():
            quoted += 1
        inside = quoted < len(quotations) and quotations[quoted][0] < mark.start()
        if inside and mark.end() < quotations[quoted][1]:
            continue
        if _ends_sentence(block, mark, first):
            first = mark.end()
            yield start + first


def _ends_sentence(block: str, mark: re.Match[str], first: int) -> bool:
    """Whether the sentence that begins at `first` ends with `mark`."""
    marks, at = mark.group(), mark.start()
    if marks[0] in "。！？":
        return True
    following = _WORD_AFTER.match(block, mark.end())
    if not following:  # no white space: 'challenged.Wang made', but not 'https://example.Com'
        token = block[max(first, at - _QUOTATION) : at].rsplit(None, 1)
        return bool(token and _TOKEN.match(token[-1]))
    opening, after = following.groups()
    lower = after[:1].islower()
    if not (opening or after):  # a dash, a comma, another mark
        return False
    if "!" in marks or "?" in marks:
        return not lower and not (marks[-1] in "\"”'’" and _SPEAKS.match(block, mark.end()))
    if "…" in marks or ".." in marks:
        return not lower
    found = _WORD_BEFORE.search(block, max(first, at - 40), at)
    word = found.group() if found else ""
    alone = at - first <= 4 and block[first:at].strip() == word
    if alone and (len(word) == 1 or (word.isdigit() and len(word) <= 3)):
        return False  # '1. The first point'
    if _HOUR.fullmatch(word):
        return not lower and not _WHEN.match(block, mark.end())
    return _ends_with(word, after, lower and marks != ".")


def _ends_with(word: str, after: str, quoted: bool) -> bool:
    """Whether a full stop after `word` ends a sentence if `after` is the next word; `quoted` if that one
    has a small letter and a quotation or a bracket closes between."""
    if word in _TITLES or (word in ("No", "Nos", "no", "nos") and after[:1].isdigit()):
        return False
    if word in _SHORT or (len(word) == 1 and word.isalpha()) or _DOTTED.fullmatch(word):
        return after in _STARTERS
    return not quoted and (not after[:1].islower() or (len(word) > 2 and word.isalpha()))


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """text[start:end] without the white space around it, in pieces of at most `_LONGEST` characters."""
    while start < end:
        if text[start].isspace():
            start += 1
        elif end - start <= _LONGEST:
            yield start, start + len(text[start:end].rstrip())
            return
        else:
            pieces = text[start : start + _LONGEST + 1].rsplit(None, 1)
            last = start + min(len(pieces[0]), _LONGEST)
            yield start, last
            start = last


def split_passages(
    article: Article, count_tokens: Callable[[Sequence[str]], list[int]], limit: int
) -> tuple[Passage, ...]:
    """The passages of `article`: consecutive whole sentences of up to `limit` tokens together.

    They end where paragraphs end, as far as that leaves none tiny. A sentence of more than `limit` tokens
    is a passage of its own. `count_tokens` is called once, with all sentences.
    """
    sentences = split_sentences(article.text)
    if not sentences:
        return ()
    sizes = count_tokens([sentence.text for sentence in sentences])
    opens = _find_paragraphs(article.text, sentences)
    starts = _group(list(accumulate(sizes, initial=0)), opens, limit)
    return tuple(
        _make_passage(article, position, sentences[first:last])
        for position, (first, last) in enumerate(pairwise((*starts, len(sentences))))
    )


def _make_passage(article: Article, position: int, sentences: tuple[Sentence, ...]) -> Passage:
    start, end = sentences[0].start, sentences[-1].end
    return Passage(
        id=f"{article.id}:{article.content_hash[:8]}:{position}",
        article_id=article.id,
        position=position,
        start=start,
        end=end,
        text=article.text[start:end],
        sentences=sentences,
    )


def _find_paragraphs(text: str, sentences: tuple[Sentence, ...]) -> list[bool]:
    """Whether each sentence opens a paragraph: after an empty line or, in a text that has none, after any
    line break. What follows a heading does not, so that the heading stays with it."""
    gaps = [text[a.end : b.start].count("\n") for a, b in pairwise(sentences)]
    needed = 2 if max(gaps, default=0) > 1 else 1
    opens = [True]
    for sentence, gap in zip(sentences, gaps, strict=False):
        heading = opens[-1] and gap and len(sentence.text) <= 100 and sentence.text[-1].isalnum()
        opens.append(gap >= needed and not heading)
    return opens


def _group(totals: list[int], opens: list[bool], limit: int) -> list[int]:
    """The index of the first sentence of each passage; totals[i] is the tokens of all sentences before i."""
    starts, paragraph = [0], 0
    for i in range(1, len(opens)):
        if opens[i]:
            paragraph = i
        while totals[i + 1] - totals[starts[-1]] > limit and starts[-1] < i:
            # Back to where this paragraph began, unless that leaves too little before it.
            before = totals[paragraph] - totals[starts[-1]]
            starts.append(paragraph if before * _TINY >= limit else i)
    _fill_last(starts, totals, opens, limit)
    return starts


def _fill_last(starts: list[int], totals: list[int], opens: list[bool], limit: int) -> None:
    """Gives a tiny last passage the end of the passage before it, whole paragraphs if they fit."""
    if len(starts) < 2 or (totals[-1] - totals[starts[-1]]) * _TINY >= limit:
        return
    # Both passages must be large enough and the last one not too large.
    fair = [
        i
        for i in range(starts[-2] + 1, starts[-1])
        if totals[-1] - totals[i] <= limit
        and (totals[-1] - totals[i]) * _TINY >= limit
        and (totals[i] - totals[starts[-2]]) * _TINY >= limit
    ]
    if fair:
        starts[-1] = max(fair, key=lambda i: (opens[i], i))
