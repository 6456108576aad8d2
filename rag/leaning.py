"""Whether a question leans on what was said before it. Explicit rules, linear time. Pure.

Each rule is a pattern below with its reason; `leans_back` joins them. They err to 'stands alone': a question
that is rewritten for nothing asks for something that nobody typed.
"""

import re
from collections.abc import Iterator, Sequence

from rag.commands import asks_for_a_report_of_nothing
from rag.mentions import Kind, Mention, one_of, read_mentions
from rag.words import content_stems, weighty_stems

TEXT_MOST = 500  # characters; a longer question says what it means
OPEN_STEMS = 3  # content words of a question that ends in 'respond' and the like, and leaves out to what
NAMED_STEMS = 2  # content words before a pronoun that name something without an article
ASKED_STEMS = 4  # the same between 'who' and a pronoun in one clause
LATER_STEMS = 2  # content words behind the comma that may name what a pronoun before it means
SHORT_STEMS = 1  # content words of a question without a name that says too little alone
SHORT_WORDS = 4  # words of a question that may have one content word more and still says too little
BARE_WORDS = 3  # a piece without a verb is no question, where no 'and' or 'what about' stands before it

# How follow-ups begin
OPENERS = re.compile(
    r"^(?:(?:"
    + one_of(
        """and but or also so then ok okay yes yeah no hmm oh wow great good thanks thank_you got_it i_see
        interesting sorry well right please by_the_way btw"""
    )
    + r")\b[\s,.!:;…-]*)+",
    re.IGNORECASE,
)
_LINKS = re.compile(r"^(?:and|but|or)\b", re.IGNORECASE)
WHAT_ABOUT = re.compile(r"^(?:what|how) about\b\s*", re.IGNORECASE)
CORRECTS = re.compile(
    r"^(?:(?:sorry|no|nope|oops|wait|pardon|my apologies|apologies|actually|not that)\b[\s,.!:;-]*)*(?:"
    + one_of(
        """i_mean i_meant i_want i_wanted i_am_referring_to i_was_referring_to i_am_talking_about
        i_was_talking_about i_was_asking_about i[’']m_referring_to i[’']m_talking_about rather make_that
        instead"""
    )
    + r")\b[\s,:]*(?:to (?:ask|say)\b\s*)?",
    re.IGNORECASE,
)
_ASKS = re.compile(  # what a whole question or request has
    r"\b(?:"
    + one_of(
        """who whom whose what when where which why how do does did is are was were am will
        would can could may might must shall should has have had tell give list name describe
        explain show compare summari[sz]e isn[’']t aren[’']t wasn[’']t weren[’']t doesn[’']t
        don[’']t didn[’']t what[’']s who[’']s"""
    )
    + r")\b",
    re.IGNORECASE,
)

# Words that point
PRONOUN = re.compile(
    r"\b(?:he|him|his|she|her|hers|they|them|their|theirs|it|its|this|that|these|those|there|then|ones?)\b",
    re.IGNORECASE,
)
PERSON_WORDS = frozenset("he him his she her hers".split())
_OWNERS = frozenset("his her its their".split())
_EXISTS = re.compile(r"\b(?:is|are|was|were|isn[’']t|aren[’']t|be|been|has|have|had)\s+$", re.IGNORECASE)
_EXISTS_AFTER = re.compile(
    r"\s+(?:is|are|was|were|will|has|have|had|may|might|should|could)\b", re.IGNORECASE
)
_IDLE_IT = re.compile(  # 'is it true that', 'does it snow'
    r"\s+(?:(?:is |was |be )?(?:"
    + one_of(
        """true possible likely unlikely clear necessary important legal illegal safe worth hard easy
        difficult better takes take took means mean called determined said believed thought known estimated"""
    )
    + r")\s+(?:that|to|for|if|when|how|what|an?)\b|(?:snows?|rains?|gets? dark|came to|comes to)\b)",
    re.IGNORECASE,
)
_THAT_ALONE = re.compile(r"\s*(?:[?.!;]|$|(?:for|in|to|on|at|with|from|by|and|or)\b)")
_BEFORE_THAT = re.compile(
    r"(?:^|[,;]\s*|\b(?:"
    + one_of(
        """on in at for to from of about with by after before during under is was are were did does do will
        would could can why how when if like than answered answer mean called call doing done"""
    )
    + r")\s+)$",
    re.IGNORECASE,
)
_AFTER_THAT = re.compile(r"\s+(?!(?:the|an?|he|she|it|they|we|you|i|[A-Z]\w*)\b)[a-z]")
_THOSE_WHO = re.compile(
    r"\s+(?:(?:\w+\s+)?(?:who|whom|whose)|which|that|of|at|in|on|from|with|by|under|\w+ed)\b", re.IGNORECASE
)

# What may explain a pronoun in its own question
_CLAUSE = re.compile(
    r"[,;:.?!]|\b(?:"
    + one_of(
        """and but or when while if after before because that whom who which as since than where what how
        why"""
    )
    + r")\b",
    re.IGNORECASE,
)
_REPORTS = re.compile(
    r"\b(?:"
    + one_of(
        """say says said think thinks thought believe believes hope claim claims argue argues suggest suggests
        indicate indicates state states report reports know knew deny denied confirm expect feel mean announce
        promise"""
    )
    + r")\s+$"
)
_ROLE = re.compile(
    r"\b(?:the|a|an|which|what|whose)\s+(?:[\w’'-]+\s+){0,4}?(?:"
    + one_of(
        """president minister premier secretary spokesman spokesmen spokeswoman ambassador envoy general
        admiral official adviser advisor chief leader mayor senator judge governor director person man woman
        actor author player singer writer member chair king queen pastor individual figure star founder
        executive lawyer candidate scientist student patient friend child mother father"""
    )
    + r")s?\b",
    re.IGNORECASE,
)
_NOUN = re.compile(
    r"\b(?:the|an?|which|what|whose|each|some|many|all|any|both|two|three|my|your|our)\s+(?!(?:"
    + one_of("is are was were do does did will would can could should has have had of about")
    + r")\b)[\w’'-]+",
    re.IGNORECASE,
)
_WHO = re.compile(
    r"\b(?:who|(?:which|what) \w+)\b(?!\s+(?:is|was|are|were)\s+(?:his|her|its|their)\b)", re.IGNORECASE
)
_OPENS_BEFORE_ITS_NAME = re.compile(
    r"^(?:in|at|during|after|before|when|on|while|as|with|despite|from|for|since|under)\b", re.IGNORECASE
)

# Other things left out
_REST = re.compile(
    r"\b(?:(?:what|who|whom|where|anything|anyone|nothing|something) else|the others|the rest(?! of)|how so"
    r"|how come|so far)\b|(?<!than )\bany other\b|\b(?:which|what|any) others?\s*(?:[?.!]|$)"
    r"|\bthe other (?:side|party|way|country|government)\b"
    r"|^(?:what|which|are there|is there) (?:any )?other\b",
    re.IGNORECASE,
)
_BESIDES = re.compile(
    r"\b(?:besides|apart from|other than|except|in addition to|each other|not only)\b", re.IGNORECASE
)
_EVENT = re.compile(
    r"\bthe (?:"
    + one_of(
        """talks talk meeting visit trip summit deal agreement call conversation speech statement announcement
        decision plan proposal vote ruling attack incident accident sale law bill report study conflict crisis
        negotiations sanctions rules drill letter offer two_sides two_countries event document"""
    )
    + r")\b(?!\s+(?:"
    + one_of("of between with on in at that which to for about from over against by under held signed")
    + r")\b)",
    re.IGNORECASE,
)
_OPEN_END = re.compile(
    r"\b(?:"
    + one_of(
        """responded respond reacted react replied reply answered answer agreed agree disagree objected object
        comment said say next"""
    )
    + r")\s*[?.!]*$",
    re.IGNORECASE,
)
_DEFINES = re.compile(
    r"^(?:what|who) (?:is|are|was|were|does) (?:an? |the )?[\w-]+(?: [\w-]+){0,2}\s*[?.!]*$", re.IGNORECASE
)
_LIGHT = frozenset(  # content words that say nothing of the matter
    stem
    for word in """many much long often far year day month week time people happen go went come came get got
    make made take took""".split()
    for stem in content_stems(word)
)


def leans_back(question: str) -> bool:
    """Whether the question itself shows that something is left out.

    It begins with 'and', corrects ('I meant …'), is no whole question, ends before it says to what ('How did
    China react?'), says next to nothing, or points at something that it does not name.
    """
    text = question.strip()
    if len(text) > TEXT_MOST or not any(character.isalnum() for character in text):
        return False
    bare = OPENERS.sub("", text)
    if not bare or _LINKS.match(text) or WHAT_ABOUT.match(bare) or CORRECTS.match(text):
        return True
    if asks_for_a_report_of_nothing(bare):
        return True
    mentions = read_mentions(bare)
    if all(m.kind is Kind.TIME for m in mentions) and is_fragment(bare, BARE_WORDS):
        return True
    if not mentions and _says_little(bare):
        return True
    if all(m.kind is Kind.COUNTRY for m in mentions) and _EVENT.search(bare):
        return True
    if _OPEN_END.search(bare) and len(_stems(bare)) <= OPEN_STEMS:
        return True
    if _REST.search(bare) and not _BESIDES.search(bare):
        return True
    return any(True for _ in pointers(bare, mentions))


def _says_little(text: str) -> bool:
    """Of a text without names."""
    most = SHORT_STEMS + (len(text.split()) <= SHORT_WORDS)
    return len(_stems(text)) <= most and not _DEFINES.match(text)


def _stems(text: str) -> set[str]:
    return set(weighty_stems(text)) - _LIGHT


def is_fragment(text: str, most: int) -> bool:
    """Whether the text is no question by itself: at most so many words, and none that asks."""
    return len(text.split()) <= most and not _ASKS.search(text)


def pointers(text: str, mentions: Sequence[Mention]) -> Iterator[re.Match[str]]:
    """The pronouns that stand for something outside of the text; `mentions`: its own."""
    for match in PRONOUN.finditer(text):
        if any(m.start <= match.start() < m.end for m in mentions):
            continue  # 'He Lifeng', 'this week'
        if _is_pointer(text, match, mentions) and not _is_explained(text, match, mentions):
            yield match


def _is_pointer(text: str, match: re.Match[str], mentions: Sequence[Mention]) -> bool:
    """Whether the word is a pronoun here: neither 'there is', 'those who', 'the fact that' …"""
    word, before, after = match.group().lower(), text[: match.start()], text[match.end() :]
    if word == "there":
        return not _EXISTS.search(before) and not _EXISTS_AFTER.match(after)
    if word == "then":
        ends = not after.strip(" ?.!") or before.lower().rstrip().endswith(("since", "by", "until", "back"))
        return ends and not any(m.kind is Kind.TIME for m in mentions)
    if word in ("one", "ones"):
        return not after.strip(" ?.!,") and bool(before.strip())
    if word == "it":
        return not _IDLE_IT.match(after)
    if word == "those":
        return not _THOSE_WHO.match(after)
    if word == "that":
        alone = bool(_THAT_ALONE.match(after))
        return alone or bool(_BEFORE_THAT.search(before) and _AFTER_THAT.match(after))
    return True


def _is_explained(text: str, match: re.Match[str], mentions: Sequence[Mention]) -> bool:
    """Whether the text itself names what the pronoun stands for.

    A possessive may stand in the clause of its name ('What did Yellen say in her speech?'), another pronoun
    in a later one only: in 'What did Blinken tell him?' he is somebody else.
    """
    word, start = match.group().lower(), match.start()
    clause = _last_clause(text, start)
    limit = start if word in _OWNERS else clause
    of_person = word in PERSON_WORDS
    if any(m.end <= limit and _may_be(m, of_person) for m in mentions):
        return True
    if (_ROLE if of_person else _NOUN).search(text, 0, limit):
        return True
    if _named_without_article(text, start, limit, of_person) or _asked_for(text, start, limit):
        return True
    return bool(_OPENS_BEFORE_ITS_NAME.match(text)) and _named_later(text, start, mentions)


def _may_be(mention: Mention, person: bool) -> bool:
    return mention.kind in (Kind.PERSON, Kind.NAME) if person else mention.kind is not Kind.TIME


def _named_without_article(text: str, start: int, limit: int, of_person: bool) -> bool:
    """'working group on trade: what does it do?'; people and owners only where nothing has capitals."""
    head, colon, _ = text[:start].partition(":")
    if colon and len(content_stems(head)) >= NAMED_STEMS:
        return True
    if (of_person or limit == start) and not text.islower():
        return False
    return len(content_stems(text[:limit])) >= NAMED_STEMS


def _asked_for(text: str, start: int, limit: int) -> bool:
    """'Who gained fame for her deeds?': she is the one asked for."""
    who = _WHO.search(text, 0, start)
    least = NAMED_STEMS if limit else ASKED_STEMS
    return who is not None and len(content_stems(text[who.end() : start])) >= least


def _named_later(text: str, start: int, mentions: Sequence[Mention]) -> bool:
    """'In his speech Xi invited …', 'Before they met, when had the officials …'"""
    rest = text[start:].partition(",")[2]
    names = any(m.start > start and m.kind is not Kind.TIME for m in mentions)
    return names or len(content_stems(rest)) >= LATER_STEMS


def _last_clause(text: str, end: int) -> int:
    """Where the clause that holds `end` begins."""
    last = max((m.start() for m in _CLAUSE.finditer(text, 0, end)), default=0)
    report = _REPORTS.search(text, last, end)
    return max(last, report.start() if report else 0)
