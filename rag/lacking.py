"""What a question asks for that nothing found has: the month it names, a number of what it counts. Pure.

'What did they say on the telephone in July 2022?' finds what they said in 2024, and 'how many warships …?'
the drill that they took part in. Neither is an answer. A false alarm refuses a good question, so whatever
may be read as the time or as a count lets it pass.
"""

import re
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta

from rag.questions import REPORT_DAYS, Constraints, own_part
from rag.sentences import names_its_time, rank_sentences
from rag.types import Hit
from rag.verdicts.matching import Line, line_of
from rag.verdicts.periods import meet, periods
from rag.verdicts.quantities import Quantity
from rag.words import stems, weighty_stems

CHARACTERS_MOST = 600  # of a question or sentence; a longer one lets the question pass
PERIOD_MOST = timedelta(days=31)  # that a question may name; a year is often a mere detail
TOLD_LATE = timedelta(days=31)  # after an event, within which an article may tell of it without its day
YEAR_LEFT_OUT = timedelta(days=366)  # after an event, within which an article may name it without its year
SENTENCES_MOST = 4  # best ones in which any count lets the question pass: 'cars' may be 'vehicles' there
REACH = 6  # tokens between a number and what it counts

_COUNTS = re.compile(r"\bhow many\b([^?]{1,80})", re.IGNORECASE)
_PHRASE_ENDS = frozenset(
    "did do does are is was were have has had will would can could may might must should there"
    " of in on at to from per for by that who which and or with during between".split()
)
# What has other words beside its number, or none.
_GENERAL = frozenset("people persons times types kinds sorts ways others years".split())
_VAGUE = frozenset(
    "several dozen dozens no none a an both single pair couple only many few all every".split()
)


def lacking(question: str, hits: Sequence[Hit], constraints: Constraints) -> str:
    """A clause that says it, for the reader; empty for nearly all questions.

    `hits`: those shown, with the chance of each sentence as its score; `constraints`: the question's.
    """
    if not hits or len(question) > CHARACTERS_MOST:
        return ""
    return _lacking_time(hits, constraints) or _lacking_count(question, hits)


def _lacking_time(hits: Sequence[Hit], asked: Constraints) -> str:
    """Where a question names one month or day with its year."""
    if len(asked.dates) != 1 or not asked.first or not asked.last or asked.last - asked.first > PERIOD_MOST:
        return ""
    named = re.sub(r"^(?:in|during|of)\s+", "", asked.dates[0], flags=re.IGNORECASE)
    if not re.search(r"\b\d{4}\b", named) or _any_of_the_time(hits, asked, asks_for_the_news(asked)):
        return ""
    return f"nothing found is from “{named}” or speaks of it"


def asks_for_the_news(asked: Constraints) -> bool:
    """Whether nothing is asked for but a time: 'What happened on 2 April 2024?'"""
    return bool(asked.dates and asked.first and asked.last) and not weighty_stems(asked.rest)


def tells_the_news(hits: Sequence[Hit], asked: Constraints) -> bool:
    """Whether a question for a time's news is answered: by an article of the time, or one that names it."""
    return asks_for_the_news(asked) and _any_of_the_time(hits, asked, news=True)


def _any_of_the_time(hits: Sequence[Hit], asked: Constraints, news: bool) -> bool:
    return any(_is_of_the_time(hit, asked, news) for hit in hits)


def _is_of_the_time(hit: Hit, asked: Constraints, news: bool) -> bool:
    """`news`: only the time is asked for; then what may be of it will not do."""
    assert asked.first and asked.last
    days = [moment.date() for moment in hit.article.published if moment]
    late = timedelta(REPORT_DAYS) if news else TOLD_LATE
    if any(asked.first <= day <= asked.last + late for day in days):
        return True
    yearless = not days or any(asked.first <= day <= asked.first + YEAR_LEFT_OUT for day in days)
    if yearless and not news and names_its_time(asked, f"{hit.article.title} {hit.passage.text}"):
        return True
    texts = [hit.article.title, *(sentence.text for sentence in hit.passage.sentences)]
    lines = [line_of(text, days[0] if days else None) for text in texts if len(text) <= CHARACTERS_MOST]
    longest = asked.last - asked.first + late if news else timedelta.max
    told = (one for line in lines for one in periods(line) if one[1] - one[0] <= longest)
    return (not news and len(lines) < len(texts)) or meet([(asked.first, asked.last)], list(told))


def _lacking_count(question: str, hits: Sequence[Hit]) -> str:
    """Where it asks 'how many warships': no number stands near them, no count in the best sentences."""
    noun = _counted(question)
    if not noun:
        return ""
    known = {quantity.value for quantity in line_of(question).quantities}
    wanted = set(stems(noun))
    for place, pick in enumerate(rank_sentences(hits)):
        text = hits[pick.hit].passage.sentences[pick.sentence].text
        if len(text) > CHARACTERS_MOST:
            return ""
        if place >= SENTENCES_MOST and wanted.isdisjoint(stems(text)):
            continue
        line = line_of(text)
        if place < SENTENCES_MOST and any(not q.kind and not q.is_year for q in _numbers(line, known)):
            return ""
        if _stands_near_a_number(line, wanted, known):
            return ""
    return f"nothing found gives a number of {noun}"


def _counted(question: str) -> str:
    """'warships' for 'how many Chinese warships did …'; empty for what a text may well say otherwise."""
    asked = _COUNTS.search(own_part(question))
    for word in re.findall(r"[\w'’-]+", asked[1]) if asked else ():
        if word.lower() in _PHRASE_ENDS:
            break
        if word.endswith("s") and not word.endswith(("ss", "'s", "’s")):
            return "" if word.lower() in _GENERAL or _is_measure(word) else word
    return ""


def _is_measure(word: str) -> bool:
    """'kilometers': written 'km' and 'kilometres' too."""
    return any(quantity.kind for quantity in line_of(f"5 {word}").quantities)


def _numbers(line: Line, known: Collection[float]) -> list[Quantity]:
    """Those that are not known, nor the first day of '23 and 24 May'."""
    return [
        quantity
        for quantity in line.quantities
        if quantity.value not in known and not any(0 < date.first - quantity.last <= 2 for date in line.dates)
    ]


def _stands_near_a_number(line: Line, wanted: AbstractSet[str], known: Collection[float]) -> bool:
    numbers = [quantity.last for quantity in _numbers(line, known)]
    numbers += [token.place for token in line.tokens if token.word in _VAGUE]
    counted = [token.place for token in line.tokens if not wanted.isdisjoint(stems(token.word))]
    return any(abs(number - place) <= REACH for number in numbers for place in counted)
