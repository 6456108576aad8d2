"""Who says it in a sentence of reported speech: by name, or by the sentences before. Pure."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from rag.questions import own_part
from rag.types import Sentence
from rag.verdicts.dates import MONTHS, WEEKDAYS
from rag.verdicts.names import TITLES
from rag.verdicts.speech import ATTRIBUTES, reported
from rag.verdicts.wording import Token, country, normalise, read, stems_of

BACK_MOST = 3  # sentences that are looked at
NAME_WORDS = 3  # of a speaker
ASKED_MOST = 8  # tokens between 'did' and 'say' in a question
REACH = 9  # tokens between a name and its verb: 'Lin Jian of the Chinese Foreign Ministry condemned'
CHARACTERS_MOST = 600  # of a question or sentence; in a longer one nobody is taken to speak

_PRONOUN = re.compile(r"(?:(?:And|But) )?(?P<word>[Hh]e|[Ss]he)\b(?! [A-Z])")
_BETWEEN = frozenset("also then later again further still in turn".split())
_DO = frozenset("did does do has have had".split())
_ASKED_VERBS = stems_of(
    "say tell claim argue warn insist suggest explain stress emphasise emphasize describe call respond reply"
    " react reiterate accuse criticise criticize condemn comment promise pledge urge demand ask announce"
    " declare state propose mention remark speak answer reject predict deny admit acknowledge reveal"
)
_PRONOUNS = frozenset("he she they it".split())
_EACH = frozenset("each both also first then ever publicly".split())  # between a name and 'say'
# What people do with words; wider than what makes what follows somebody's word.
_SPEAKING = ATTRIBUTES | stems_of(
    "raise press express emphasise emphasize repeat restate voice reply respond react answer reject condemn"
    " give cite name criticise criticize complain object welcome praise thank promise pledge vow propose want"
)
_SPEAK = stems_of("speak")  # only with 'of' or 'about': 'the two spoke on Tuesday' is an event
_NO_VERB = frozenset("a an the of his her its their to this that was were be been being is are".split())
# Before a name that is not the one who speaks: 'who received Yellen in Beijing, said'.
_LEADS_ELSEWHERE = frozenset("to with of by from for between at on against".split())
_OTHER_SUBJECT = _PRONOUNS | {"we", "i", ";", ":"}
_GOES_ON = re.compile(r"(?:(?:And|But) )?(?:He|She|They)\b(?! [A-Z])|[\"“]")


def speakers_asked(question: str) -> frozenset[str]:
    """The names, in lower case, of whom the question asks what they said; empty for all other questions.

    'What did Lin Jian say about it?': 'lin' and 'jian'. Countries have too many mouths to tell by a name.
    """
    text = own_part(question)
    if len(text) > CHARACTERS_MOST:
        return frozenset()
    asked: set[str] = set()
    for names in _subjects_of_speaking(read(normalise(text))):
        if not names:
            return frozenset()  # 'what did Wang say, and what did Beijing reply?'
        asked |= names
    return frozenset(asked)


def _subjects_of_speaking(tokens: Sequence[Token]) -> Iterator[set[str]]:
    """The words of the names between each 'did' and its 'say'; none of a subject that is no name."""
    for do in (token for token in tokens if token.word in _DO):
        subject: list[Token] = []
        for token in tokens[do.place + 1 : do.place + 1 + ASKED_MOST]:
            if token.stem in _ASKED_VERBS and not token.capital:
                if subject and subject[-1].word not in _PRONOUNS:
                    named = [part.word for part in subject if _is_of_a_name(part)]
                    yield set(named if _is_of_a_name(subject[-1]) else ())
                break
            if (token.is_verb or token.word in _LEADS_ELSEWHERE) and not token.capital:
                break  # 'did the article from The Verge say'
            if token.word in TITLES and not token.capital:
                subject = []  # 'Foreign Ministry spokesman Lin Jian'
            elif token.word not in _EACH:
                subject.append(token)


def _is_of_a_name(token: Token) -> bool:
    return token.capital and token.is_content and not country(token) and not _is_no_name(token)


def speaks(sentences: Sequence[Sentence], place: int, names: AbstractSet[str]) -> bool:
    """Whether the sentence at `place` tells what one of the `names` (lower case) said or asked.

    It does without the name where it goes on with 'he', 'she', 'they' or a quotation after one that does.
    """
    for sentence in reversed(sentences[max(0, place - BACK_MOST) : place + 1]):
        if _speaks_by_name(sentence.text, names):
            return True
        if not _GOES_ON.match(sentence.text):
            return False
    return False


def _speaks_by_name(text: str, names: AbstractSet[str]) -> bool:
    if len(text) > CHARACTERS_MOST:
        return False
    tokens = read(normalise(text))
    found = (token for token in tokens if token.capital and token.word in names)
    return any(_speaks_before(tokens, name.place) or _speaks_behind(tokens, name.place) for name in found)


def _speaks_behind(tokens: Sequence[Token], name: int) -> bool:
    """'Yellen, the minister, said', but not 'who received Yellen, said' nor 'Yellen's visit'."""
    before = tokens[name - 1] if name else None
    if name + 1 < len(tokens) and tokens[name + 1].word == "s":
        return False
    if before and (before.word in _LEADS_ELSEWHERE or (before.is_verb and not before.capital)):
        return False
    for token in tokens[name + 1 : name + 1 + REACH]:
        if token.word in _OTHER_SUBJECT:
            return False
        if _is_speaking(tokens, token):
            return True
    return False


def _speaks_before(tokens: Sequence[Token], name: int) -> bool:
    """'…, said Yellen', 'according to Yellen'."""
    for token in tokens[max(0, name - REACH // 2) : name]:
        if token.word == "according":
            return True
        if token.place and tokens[token.place - 1].word in {",", '"'} and _is_speaking(tokens, token):
            return True
    return False


def _is_speaking(tokens: Sequence[Token], token: Token) -> bool:
    before = tokens[token.place - 1].word if token.place else ""
    behind = tokens[token.place + 1].word if token.place + 1 < len(tokens) else ""
    verb = token.stem in _SPEAKING or (token.stem in _SPEAK and behind in ("of", "about"))
    return verb and not token.capital and before not in _NO_VERB


def pronoun_meant(sentences: Sequence[Sentence], place: int) -> tuple[str, str]:
    """'he' or 'she' who speaks in the sentence at `place`, and by name; two empty strings where it is open.

    News goes on with the speaker that it named last: 'Wang said …. He also said …'. So the name is that of
    the speaker of the sentence before, back over sentences in which the same pronoun speaks. Wherever
    anything else stands between, nothing is said: a wrong speaker is worse than none.
    """
    pronoun = _speaking_pronoun(sentences[place].text)
    if not pronoun:
        return "", ""
    for sentence in reversed(sentences[max(0, place - BACK_MOST) : place]):
        if _speaking_pronoun(sentence.text) == pronoun:
            continue
        name = _speaker(sentence.text, sentences)
        return (pronoun, name) if name else ("", "")
    return "", ""


def _speaker(sentence: str, sentences: Sequence[Sentence]) -> str:
    """The name of whose words the sentence reports; empty for none.

    A single word at its head is a name where it has its capital within a sentence too.
    """
    tokens = read(normalise(sentence))
    speech = reported(tokens)
    if not speech:
        return ""
    first, last = min(speech.speaker), max(speech.speaker)
    name = name_among(tokens, first, last)
    others = [t for t in tokens[first : last + 1] if t.capital and t.is_content and not _is_office(t)]
    if name and len(others) != len(name.split()):
        return ""  # 'Gartner analyst Arun Chandrasekaran': more than one name
    head = tokens[first]
    if name or first != last or not head.capital or _is_no_name(head):
        return name
    within = re.compile(rf"[\w,;’'] {re.escape(head.text)}\b")
    return head.text if any(within.search(other.text) for other in sentences) else ""


def name_among(tokens: Sequence[Token], first: int, last: int) -> str:
    """The first name among the tokens, offices and peoples apart; empty for none."""
    run: list[str] = []
    for token in tokens[first : last + 1]:
        following = tokens[token.place + 1 : token.place + 2]
        opens = token.opens and not (following and following[0].capital)  # its capital says nothing
        if token.capital and token.is_content and not opens and not _is_no_name(token):
            run.append(token.text)
        elif run:
            break
    return " ".join(run) if len(run) <= NAME_WORDS else ""


def _is_no_name(token: Token) -> bool:
    """An office, a people or a day: 'Chinese', but 'Taiwan' is a name."""
    return _is_office(token) or token.word in MONTHS or token.word in WEEKDAYS


def _is_office(token: Token) -> bool:
    """A title, or whose somebody is."""
    is_people = bool(country(token)) and token.word.endswith(("ese", "can", "ian", "ish"))
    return is_people or token.word in TITLES


def _speaking_pronoun(sentence: str) -> str:
    """'he' or 'she' at the head of a sentence where a verb of saying follows it."""
    found = _PRONOUN.match(sentence)
    if not found:
        return ""
    after = (t for t in read(normalise(sentence[found.end() :])) if t.is_word and t.word not in _BETWEEN)
    verb = next(after, None)
    return found["word"].lower() if verb and verb.stem in ATTRIBUTES else ""
