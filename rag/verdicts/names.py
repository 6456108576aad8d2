"""Names of a claim: given in the evidence, whole, and of the one that the claim means. Pure."""

from collections.abc import Iterator
from itertools import islice, pairwise

from rag.verdicts.matching import Line, Match, Place
from rag.verdicts.wording import Token, country

# How much better a claim's neighbours must fit another name before the claim is said to have taken the
# wrong one. Names move more freely in a sentence than numbers do.
RIVAL_NAME_LEAST = 1.5
RIVALS_MOST = 30  # names of one sentence that a name is compared with
TITLES = frozenset(
    """president minister premier secretary chancellor senator governor mayor general judge justice doctor
    professor king queen prince princess pope chief executive chairman chairwoman spokesman spokeswoman leader
    foreign finance defence defense trade state prime deputy vice former party""".split()
)


def missing_names(match: Match) -> Iterator[str]:
    run: list[Token] = []
    for token in (*match.claim.tokens, None):
        if token and is_name(match, token) and not _name_given(match, token):
            run.append(token)
        elif run:
            yield "the name " + " ".join(t.text for t in run)
            run = []
    names = [t for t in match.claim.tokens if is_name(match, t)]
    for first, second in pairwise(names):
        if second.place == first.place + 1 and _never_together(match, first, second):
            yield f"the name {first.text} {second.text}"
    yield from _turned_names(match)
    for token in names:
        rival = _rival_name(match, token)
        if rival:
            yield f"the name {token.text} for this (there it is {rival})"


def _turned_names(match: Match) -> Iterator[str]:
    """'the England of Bank': two names joined by the same word the other way round."""
    pairs = {pair for line in match.evidence for pair in _joined_names(line)}
    for first, joint, second in _joined_names(match.claim):
        if (second, joint, first) in pairs and (first, joint, second) not in pairs:
            yield f"the name {first.title()} {joint} {second.title()}"


def _joined_names(line: Line) -> Iterator[tuple[str, str, str]]:
    """Two names with one word between that says how they belong together; a list says nothing of order."""
    first, joint, name = "", "", ""
    for token in (*line.tokens, None):
        if token and token.capital and token.is_content:
            name = f"{name} {token.word}".strip()
            continue
        if name:
            if first and joint and joint not in {"and", "or"}:
                yield first, joint, name
            first, joint, name = name, "", ""
        if token and token.word != "the":
            first, joint = ("", "") if joint or not token.is_word else (first, token.word)


def is_name(match: Match, token: Token) -> bool:
    """A capitalised word; at the start of a sentence only where the evidence writes it so elsewhere."""
    if not token.capital or not token.is_word or token.place in match.claim.measured or len(token.text) < 2:
        return False
    if token.place in match.claim.stance.cues or not token.is_content:
        return False
    if not token.opens or token.text.isupper():
        return True
    following = match.claim.tokens[token.place + 1 : token.place + 2]
    found = [match.token(place) for place in match.candidates(token.place)]
    if found:
        return any(t.capital and not t.opens for t in found)
    is_run = bool(following) and following[0].capital and following[0].is_word
    return is_run or bool(country(token))


def _name_given(match: Match, token: Token) -> bool:
    return any(_is_same_name(match, token, match.token(place)) for place in match.candidates(token.place))


def _is_same_name(match: Match, token: Token, given: Token) -> bool:
    if given.word == token.word:
        return True
    if country(token) and country(given):
        return not _is_actor_only(match.claim, token)
    if given.capital or token.opens or token.text.isupper():
        return True
    return token.word in TITLES or given.stem == token.stem


def _is_actor_only(line: Line, token: Token) -> bool:
    """'in Berlin' is the city, not Germany."""
    before = line.tokens[token.place - 1].word if token.place else ""
    return country(token).startswith("^") and before in {
        "in",
        "at",
        "near",
        "from",
        "to",
        "outside",
        "around",
    }


def _never_together(match: Match, first: Token, second: Token) -> bool:
    if first.word in TITLES or second.word in TITLES or country(first) or country(second):
        return False
    ones, others = match.candidates(first.place), match.candidates(second.place)
    if not ones or not others or not all(match.token(p).capital for p in (*ones, *others)):
        return False
    return not any(a.line == b.line and 0 < b.place - a.place <= 3 for a in ones for b in others)


def _rival_name(match: Match, token: Token) -> str:
    """Another name of the same sentence that the claim's neighbours belong to."""
    own = [place for place in match.candidates(token.place) if match.token(place).capital]
    if not own or token.word in TITLES:
        return ""
    best = max(match.affinity(token.place, place) for place in own)
    for number in {place.line for place in own}:
        for run in islice(_name_runs(match.evidence[number]), RIVALS_MOST):
            places = [Place(number, t.place) for t in run]
            if any(place in match.carries or place in own for place in places):
                continue
            if max(match.affinity(token.place, place) for place in places) > RIVAL_NAME_LEAST * best:
                return " ".join(t.text for t in run)
    return ""


def _name_runs(line: Line) -> Iterator[list[Token]]:
    """Names of one line: neighbouring capitalised words."""
    run: list[Token] = []
    for token in line.tokens:
        is_part = token.capital and token.is_content and token.place not in line.measured
        if is_part and (not token.opens or run or _run_follows(line, token)):
            run.append(token)
        elif run:
            if not all(t.word in TITLES for t in run):
                yield run
            run = []
    if run:
        yield run


def _run_follows(line: Line, token: Token) -> bool:
    following = line.tokens[token.place + 1 : token.place + 2]
    return bool(country(token)) or (bool(following) and following[0].capital and following[0].is_content)
