"""What a question asks to be done, before what it is about: 'Summarise the talks', 'Any news on …?' Pure."""

import re

from rag.questions import own_part
from rag.words import weighty_stems

_KINDS_OF_REPORT = (
    r"(?:summary|summaries|overview|recap|rundown|digest|outline|timeline|chronology|history|background|details"
    r"|latest|news|updates?|information|info|events|(?:key|main) (?:points|facts|findings)|takeaways"
    r"|highlights)"
)
# What a question asks to be done, before what it is about: 'Compare', 'Summarise', 'Give me a timeline of'.
_COMMAND = re.compile(
    r"^\W*(?:(?:please|can|could|would|will) (?:you )?(?:please )?)?(?:"
    r"compare|summari[sz]e|sum up|recap|outline|list|enumerate|brief (?:me|us) on"
    r"|(?:(?:give|show|write|send|make)(?: me| us)? |what(?: is|'s|’s|s| are)? )?(?:a |an |the |all |any )?"
    rf"(?:(?:short|brief|quick|full|main|key) )?{_KINDS_OF_REPORT}"
    r"(?:(?: please)?(?= \()| (?:of|on|about|from|for|to|in|with|regarding))"
    r"|tell (?:me|us)(?: more)? about"
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
    r"^\W*(?:\w+ ){0,6}?(?:summari[sz]e|sum up|recap|brief (?:me|us)|summary|overview|rundown|digest|outline"
    r"|tell (?:me|us)(?: more)? about|(?:key|main) (?:points|facts|findings)|takeaways|highlights)\b",
    re.IGNORECASE,
)
_OF_NOTHING = re.compile(
    r"^\W*(?:(?:please|can|could|would|will) (?:you )?(?:please )?)?(?:(?:summari[sz]e|sum up|recap|outline)"
    r"(?: (?:it|this|that|them|all|everything|please|briefly|for me))*"
    r"|(?:(?:give|show|write|send|make)(?: me| us)? |what(?: is|'s|’s|s| are)? )?"
    r"(?:a |an |the |some |any |more )*(?:(?:short|brief|quick|full|main|key) )?"
    rf"{_KINDS_OF_REPORT}(?: please)?)\W*$",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^[^\w(]*(?:what|who|whom|whose|which|how|why|when|where|whether)\b", re.IGNORECASE
)  # 'Sum up what Wang said' asks for what he said
_TIMELINE = re.compile(r"\b(?:timeline|chronology)\b", re.IGNORECASE)


def asks_for_summary(question: str) -> bool:
    """'Summarise the call', 'give me the key points of the summit': a whole report is wanted, in short."""
    what = without_command(question)
    return what != question and bool(_SUMMARY.match(question)) and not _ASKS.match(what)


def asks_for_a_report_of_nothing(question: str) -> bool:
    """'Give me the key points', 'Summarise it': of what was spoken of before."""
    return bool(_OF_NOTHING.match(question))


def asks_for_timeline(question: str) -> bool:
    return bool(_TIMELINE.search(own_part(question)))


def without_command(question: str) -> str:
    """Without 'Compare' or 'Summarise' at its head: it is after readouts, not after comparisons."""
    rest = _COMMAND.sub("", question).strip()
    return rest if weighty_stems(rest) else question


_OF_US = re.compile(
    r"^\W*(?:(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|thanks|thank you|help|test|testing)"
    r"(?:,? (?:there|all|everyone|readout|me|you|so much|very much|again))*"
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
    return bool(_OF_US.match(own_part(question)))
