"""How a question is put, apart from what it is about: 'Summarise the talks', 'Any news on …?'. Pure."""

import re

from rag.mentions import country_of
from rag.words import weighty_stems

_POLITE = r"(?:(?:please|can|could|would|will) (?:you )?(?:please )?)?"
_GIVEN = r"(?:(?:give|show|write|send|make)(?: me| us)? |what(?: is|'s|’s|s| are)? )?"
_SIZE = r"(?:(?:short|brief|quick|full|main|key) )?"
_SUMMED_UP = r"summari[sz]e|sum up|recap|outline"
_TOLD = r"tell (?:me|us)(?: more)? about"
_POINTS = r"(?:key|main) (?:points|facts|findings)|takeaways|highlights"
_REPORT = (
    r"(?:summary|summaries|overview|recap|rundown|digest|outline|timeline|chronology|history|background|details"
    rf"|latest|news|updates?|information|info|events|{_POINTS})"
)
_COMMAND = re.compile(
    rf"^\W*{_POLITE}(?:compare|{_SUMMED_UP}|list|enumerate|brief (?:me|us) on|{_TOLD}"
    rf"|{_GIVEN}(?:a |an |the |all |any )?{_SIZE}{_REPORT}"
    r"(?:(?: please)?(?= \()| (?:of|on|about|from|for|to|in|with|regarding))"
    r"|(?:is|was) there (?:anything|something|any news) (?:on|about|of|regarding)|anything (?:on|about)"
    r"|(?:do|did) (?:you|we|they) (?:have|know|report) (?:anything|something) (?:on|about|of)"
    r"|what(?: is|'s|’s|s) (?:new|the deal|up|going on) (?:on|with|about|in)"
    r"|what (?:do we|do you|does one|is) (?:know|known) (?:of|about)"
    r"|what (?:was|is|has been) (?:reported|published|written|in the news)"
    r"|(?:which|what|how many) (?:articles|reports|texts)"
    r" (?:mention|name|cover|deal with|speak of|are (?:about|on))"
    r")\b(?=.*\w)",
    re.IGNORECASE | re.DOTALL,
)
_SUMMARY = re.compile(
    rf"^\W*(?:\w+ ){{0,6}}?(?:{_SUMMED_UP}|brief (?:me|us)|summary|overview|rundown|digest|{_TOLD}"
    rf"|{_POINTS})\b",
    re.IGNORECASE,
)
_OF_NOTHING = re.compile(
    rf"^\W*{_POLITE}(?:(?:{_SUMMED_UP})(?: (?:it|this|that|them|all|everything|please|briefly|for me))*"
    rf"|{_GIVEN}(?:a |an |the |some |any |more )*{_SIZE}{_REPORT}(?: please)?)\W*$",
    re.IGNORECASE,
)
# 'Sum up what Wang said' asks for what he said.
_ASKS = re.compile(r"^[^\w(]*(?:what|who|whom|whose|which|how|why|when|where|whether)\b", re.IGNORECASE)


def asks_for_summary(question: str) -> bool:
    """'Summarise the call', 'give me the key points of the summit': a whole report is wanted, in short."""
    what = without_command(question)
    return what != question and bool(_SUMMARY.match(question)) and not _ASKS.match(what)


def asks_for_a_report_of_nothing(question: str) -> bool:
    """'Give me the key points', 'Summarise it': of what was spoken of before."""
    return bool(_OF_NOTHING.match(question))


def without_command(question: str) -> str:
    """Without 'Compare' or 'Summarise' at its head: it is after readouts, not after comparisons."""
    rest = _COMMAND.sub("", question).strip()
    return rest if weighty_stems(rest) else question


_GOES_ON = r"(?=\W*$|\W* \(| (?:in|at|on|during|when|while|after|before|there|that|last|this|again)\b)"
_NAME = r"(?-i:[A-Z])[\w.’'-]*"
# Each run is bounded: what it crosses is walked again from every place where it may begin.
_SEE = re.compile(
    r"(?P<before>\b(?:whom?|(?:which|what) (?:[a-z]+ ){0,2}(?:people|persons|leaders|officials|ministers"
    r"|officers|politicians|executives|envoys|diplomats))"
    rf" (?:did|does|has|had|have|is|was|will|would) (?:[\w.’'-]+ ){{1,6}})(?P<see>see|seen|seeing){_GOES_ON}",
    re.IGNORECASE,
)
_SEE_SOMEBODY = re.compile(
    r"^(?P<before>\W*(?:(?:when|where|why|how often) )?(?:did|has|had|will|would) (?:[\w.’'-]+ ){1,4})"
    rf"(?P<see>see|seen|seeing)(?= {_NAME}(?: (?:and )?{_NAME}){{0,4}}{_GOES_ON})",
    re.IGNORECASE,
)
_MEET = {"see": "meet", "seen": "met", "seeing": "meeting"}
_POSITION = re.compile(
    r"^\W*what(?:'s|’s|s| is| was| are| were) (?P<who>[\w.’'-]+(?: [\w.’'-]+){0,4}?)(?: official| current)?"
    r" (?:(?:positions?|stances?|attitudes?|views?|standpoint|take|line) (?:on|about|towards?|regarding)"
    r"|(?:views?|opinions?) of) (?P<what>\w.*)$",
    re.IGNORECASE | re.DOTALL,
)
_POSSESSIVE = re.compile(r"[’']s$|(?<=s)[’']$", re.IGNORECASE)


def as_reported(question: str) -> str:
    """In the words of reports: 'Whom did Blinken see?' with 'meet', a 'position on Taiwan' as what is said.

    Reports use 'see' of looks and views, and a 'position' of strength.
    """
    for pattern in (_SEE, _SEE_SOMEBODY):
        question = pattern.sub(lambda match: match["before"] + _MEET[match["see"].lower()], question, count=1)
    position = _POSITION.match(question)
    if not position:
        return question
    who, what = position["who"], position["what"]
    country = country_of(who)
    if _POSSESSIVE.search(who):
        who = _POSSESSIVE.sub("", who)
    elif country:  # 'the Chinese position'
        who = country.capitalize() if len(country) > 2 else f"the {country.upper()}"
    else:
        return question  # 'What is the view of the lake?'
    return f"What did {who} say about {what}"


_GREETING = (
    r"(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|thanks|thank you|help|test|testing)"
    r"(?:,? (?:there|all|everyone|readout|me|you|so much|very much|again))*"
)
_GREETS = re.compile(rf"^\W*{_GREETING}\W*$", re.IGNORECASE)
_OF_US = re.compile(
    rf"^\W*(?:{_GREETING}"
    r"|(?:what|how|who|where)(?:'s| is| are)? (?:can|could|do|does|should|are|is)? ?(?:you|i|readout)\b"
    r"(?: (?:do|answer|ask|know|help|work|say|find)\b)?(?: (?:you|me|here|for me|with|about|this))*"
    r"|how does (?:this|it) work|what is (?:this|readout)"
    r"|(?:what|which|how many) (?:articles|sources|outlets|texts|documents|dates|topics|subjects|languages)"
    r" (?:do you|do we|can you|are there|are in|have you|does (?:this|the) (?:library|collection))\b"
    r"[^?]{0,40}"
    r"|what (?:are|do) (?:the|these|your) (?:articles|texts|documents|sources) (?:about|cover|contain|say)"
    r"|what is (?:in )?(?:the|this) (?:library|collection)(?: about)?"
    r")\W*$",
    re.IGNORECASE,
)


def asks_of_us(question: str) -> bool:
    """'Hello', 'What can you answer?', 'How many articles do you have?': nothing that articles report."""
    return bool(_OF_US.match(question))


def greets(question: str) -> bool:
    """'Hello', 'Thanks': within a conversation nothing that goes on from it, as 'How does it work?' does."""
    return bool(_GREETS.match(question))
