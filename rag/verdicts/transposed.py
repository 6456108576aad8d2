"""Two phrases of a sentence that have changed places in a claim that is the same otherwise. Pure.

Every word of the evidence is still there, and most stand beside the same neighbours: only the order tells
that 'Wang told Blinken' became 'Blinken told Wang'. What changes no meaning passes: 'A and B'.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.verdicts.dates import MONTHS, WEEKDAYS
from rag.verdicts.matching import Line, Match
from rag.verdicts.speech import SPEECH
from rag.verdicts.wording import Token, country, stems_of

CORE_MOST = 60  # tokens between the first and the last difference; the work grows with their square
_JOINTS = frozenset({"and", "or", ","})
_PREPOSITIONS = frozenset("on in at by after before during without with since until from to for as".split())
_MUTUAL = stems_of("met talks talked spoke discussed married borders with between")  # A met B: B met A
_WHEN = _PREPOSITIONS | WEEKDAYS.keys() | MONTHS.keys()  # 'Monday' stands where it likes too
_PASSED = frozenset({"a", "an", "the", "s"})


def transposed(match: Match) -> Iterator[str]:
    """What stands in the place of something else, of a claim that has all words of one sentence."""
    for line in match.evidence:
        found = _exchange(_plain(match.claim), _plain(line))
        if found and _says_other(found):
            yield f'"{_text(found.last)}" in the place of "{_text(found.first)}"'
            return


@dataclass(frozen=True, slots=True)
class _Exchange:
    """The evidence reads: before, first, between, last, behind; the claim has first and last exchanged."""

    before: str  # the word before, '' for none
    first: Sequence[Token]
    between: Sequence[Token]
    last: Sequence[Token]
    behind: Sequence[Token]  # up to two


def _plain(line: Line) -> list[Token]:
    return [t for t in line.tokens if (t.word[0].isalnum() or t.word in ",;") and t.word not in _PASSED]


def _exchange(ours: Sequence[Token], theirs: Sequence[Token]) -> _Exchange | None:
    """What has been exchanged where one exchange is all that differs."""
    mine, given = [t.stem for t in ours], [t.stem for t in theirs]
    if len(mine) != len(given) or mine == given or sorted(mine) != sorted(given):
        return None
    start = next(i for i in range(len(given)) if mine[i] != given[i])
    end = next(i for i in range(len(given), 0, -1) if mine[i - 1] != given[i - 1])
    mine, given = mine[start:end], given[start:end]
    size = len(given)
    for i in range(1, size) if size <= CORE_MOST else ():
        for j in range(1, size - i + 1) if mine[size - i :] == given[:i] else ():
            if mine[:j] == given[size - j :] and mine[j : size - i] == given[i : size - j]:
                core = theirs[start:end]
                before = theirs[start - 1].word if start else ""
                return _Exchange(
                    before, core[:i], core[i : size - j], core[size - j :], theirs[end : end + 2]
                )
    return None


def _says_other(found: _Exchange) -> bool:
    first, between, last = found.first, found.between, found.last
    if not (_says(first) and _says(last)) or _same_country(first, last):
        return False
    if not between:
        return _left_its_verb(first, last) or _left_its_verb(last, first)
    if all(side[0].word in _PREPOSITIONS for side in (first, last)):
        return False  # 'on Friday' and 'without a reason' stand where they like
    if _goes_on(found):
        return True  # 'A and B, the director' says of B who it is
    if _is_list(found):
        return False
    return not (any(t.stem in _MUTUAL for t in between) and all(_links(t) for t in between))


def _goes_on(found: _Exchange) -> bool:
    """Whether what follows belongs to the last part alone: 'of …', ', the …', a noun that it qualifies."""
    words = [t.word for t in found.behind]
    if not words:
        return False
    if words[0] == "of" or (words[0] == "," and words[1:] and words[1] in {"who", "whose", "which"}):
        return True
    if words[0] == "," and words[1:]:
        return bool(found.behind[1].place - found.behind[0].place > 1)  # an article stood between
    both = _country_of(found.first) and _country_of(found.last)  # 'Chinese and American officials'
    return found.behind[0].is_content and not found.behind[0].is_verb and not both


def _is_list(found: _Exchange) -> bool:
    """'A and B', 'A, B and C'; 'on A, and B was' joins two statements."""
    words = [t.word for t in found.between]
    if words == [","]:
        return not (found.behind and found.behind[0].is_verb)
    if words == [",", "and"]:
        return found.before == ","
    return any(word in _JOINTS for word in words) and all(
        t.word in _JOINTS or t.capital for t in found.between
    )


def _links(token: Token) -> bool:
    if token.word in ",;" or (token.word in _PREPOSITIONS and token.word != "with"):
        return False
    return token.stem in _MUTUAL or not token.is_content


def _says(tokens: Sequence[Token]) -> bool:
    return any(t.is_content or t.word[0].isdigit() for t in tokens)


def _country_of(tokens: Sequence[Token]) -> str:
    return country(tokens[0]) if len(tokens) == 1 else ""


def _same_country(first: Sequence[Token], last: Sequence[Token]) -> bool:
    return _country_of(first) != "" and _country_of(first)[1:] == _country_of(last)[1:]


def _left_its_verb(name: Sequence[Token], rest: Sequence[Token]) -> bool:
    """Whether a name moved over what it does, not over a phrase or over who says it."""
    return (
        all(t.capital and t.word not in _WHEN for t in name)
        and rest[0].word not in _PREPOSITIONS
        and any(t.is_verb and t.is_content for t in rest)
        and not any(t.stem in SPEECH for t in rest)
    )


def _text(tokens: Sequence[Token]) -> str:
    return " ".join(token.text for token in tokens)
