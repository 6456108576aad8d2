"""The numbers of a sentence, with unit and bound ('at least 1.2 million euros'). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rag.verdicts.wording import Token, read

_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
_TEENS = " sixteen seventeen eighteen nineteen"
WORDS: dict[str, float] = {word: float(n) for n, word in enumerate((_UNITS + _TEENS).split())}
WORDS |= {
    word: 10.0 * n
    for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
ORDINALS: dict[str, float] = {
    word: float(n)
    for n, word in enumerate(
        """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
        fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth""".split(),
        start=1,
    )
} | {"thirtieth": 30.0, "fortieth": 40.0, "fiftieth": 50.0, "hundredth": 100.0}
SCALES = {"hundred": 100.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0}
SHORT_SCALES = {"k": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "bn": 1e9, "tn": 1e12, "trn": 1e12}
FRACTIONS = {"half": 50.0, "third": 100 / 3, "quarter": 25.0, "fifth": 20.0, "tenth": 10.0}
CURRENCIES = {
    "$": "dollar", "dollar": "dollar", "usd": "dollar", "€": "euro", "euro": "euro", "eur": "euro",
    "£": "pound", "pound": "pound", "gbp": "pound", "¥": "yen", "yen": "yen", "yuan": "yuan", "rmb": "yuan",
    "renminbi": "yuan", "rupee": "rupee", "rouble": "rouble", "ruble": "rouble", "franc": "franc",
    "cent": "cent", "penc": "pence", "pence": "pence", "peso": "peso", "real": "real", "rand": "rand",
    "krona": "krona", "krone": "krone", "zloty": "zloty", "lira": "lira",
}  # fmt: skip
MEASURES = {
    "second": "second", "minut": "minute", "minute": "minute", "hour": "hour", "day": "day", "week": "week",
    "month": "month", "year": "year", "decad": "decade", "century": "century", "km": "kilometre",
    "kilometr": "kilometre", "kilometer": "kilometre", "mile": "mile", "metr": "metre", "metre": "metre",
    "meter": "metre", "cm": "centimetre", "centimetr": "centimetre", "kg": "kilogram", "kilogram": "kilogram",
    "tonn": "tonne", "tonne": "tonne", "ton": "tonne", "gram": "gram", "foot": "foot", "inch": "inch",
    "acre": "acre", "hectar": "hectare", "litr": "litre", "liter": "litre", "gallon": "gallon",
    "barrel": "barrel", "degre": "degree", "degree": "degree", "megawatt": "megawatt", "gigawatt": "gigawatt",
    "mw": "megawatt", "gw": "gigawatt",
}  # fmt: skip
BOUNDS = tuple(
    (tuple(words.split()), bound)
    for bound, phrases in {
        "more than": "more than, over, above, exceeding, greater than, upwards of, in excess of",
        "at least": "at least, no fewer than, no less than, not less than, a minimum of",
        "less than": "less than, fewer than, under, below",
        "at most": "up to, at most, no more than, not more than, a maximum of, as many as, as much as",
        "nearly": "nearly, almost, close to, just under",
        "about": "about, around, roughly, some, approximately, an estimated, estimated",
    }.items()
    for words in phrases.split(", ")
)
_JOINTS = frozenset({"-", "to", "and", "or"})
_DIGITS_MOST = 15  # a longer number is no quantity of the news; as a float it would not be exact
_HALVES_OF_TIME = frozenset({"first", "second", "other", "latter", "early", "late"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what it counts."""

    value: float  # scaled: 1.2 million is 1200000; a fraction is its percentage
    kind: str  # '', 'percent', 'point', 'ordinal', 'age', 'am', 'pm', 'clock', a currency or a measure
    bound: str  # '', 'at least', 'more than', 'at most', 'less than', 'nearly', 'about'
    role: str  # 'from' or 'to' before it, else ''
    first: int  # places of its first and last token, unit included
    last: int
    digits: int  # significant digits of the number as written
    text: str  # without its bound

    @property
    def is_year(self) -> bool:
        return not self.kind and 1500 <= self.value < 2100 and self.digits >= 3 and "," not in self.text


@lru_cache(maxsize=256)
def quantities(text: str) -> tuple[Quantity, ...]:
    """All quantities of a normalised text, in its order."""
    tokens = read(text)
    found: list[Quantity] = []
    place = 0
    while place < len(tokens):
        quantity = _quantity(tokens, place, text)
        if quantity:
            found.append(quantity)
            place = quantity.last + 1
        else:
            place += 1
    return tuple(_share_units(tokens, found))


def _quantity(tokens: Sequence[Token], place: int, text: str) -> Quantity | None:
    number = _number(tokens, place)
    if number is None:
        return None
    value, last, kind = number
    shown = tokens[place].word if tokens[place].word[0].isdigit() else f"{value:.0f}"
    digits = len(shown.replace(",", "").replace(".", "").strip("0")) or 1
    first, before = place, place - 1
    if before >= 0 and tokens[before].word in "$€£¥":
        kind, first = CURRENCIES[tokens[before].word], before
        if before and tokens[before - 1].end == tokens[before].start and tokens[before - 1].is_word:
            first -= 1
            letters = tokens[first].word.removesuffix("s")
            kind = kind if letters == "u" else f"{letters} {kind}"
    if not kind or kind in CURRENCIES.values():
        value, last, kind = _unit(tokens, last, value, kind)
    written = text[tokens[first].start : tokens[last].end].strip()
    bound, first = _bound(tokens, first)
    if tokens[last + 1 : last + 3] and [t.word for t in tokens[last + 1 : last + 3]] == ["or", "more"]:
        bound, last = "at least", last + 2
    role = tokens[first - 1].word if first and tokens[first - 1].word in {"from", "to"} else ""
    return Quantity(value, kind, bound, role, first, last, digits, written)


def _number(tokens: Sequence[Token], place: int) -> tuple[float, int, str] | None:
    """Value, place of the last token, and kind, of the number that starts at `place`."""
    token = tokens[place]
    if token.word[0].isdigit():
        return _digits(tokens, place)
    if token.word in {"half", "third", "thirds", "quarter", "quarters"} or (
        token.word in {"a", "an", "one"} and place + 1 < len(tokens) and tokens[place + 1].word in FRACTIONS
    ):
        return _fraction(tokens, place)
    if token.word in ORDINALS:
        return ORDINALS[token.word], place, "ordinal"
    if token.word in {"a", "an"}:
        following = tokens[place + 1].word if place + 1 < len(tokens) else ""
        return _words(tokens, place + 1, 1.0) if following in SCALES else None
    if token.word == "one" and not _counts(tokens, place):
        return None
    if token.word == "twice":
        return 2.0, place, "times"
    return _words(tokens, place, 0.0) if token.word in WORDS or token.word in {"dozen"} else None


def _digits(tokens: Sequence[Token], place: int) -> tuple[float, int, str] | None:
    word = tokens[place].word
    if ":" in word:
        value = 0.0
        for part in word.split(":"):
            value = value * 60 + float(part)
        half = tokens[place + 1].word if place + 1 < len(tokens) else ""
        if half in {"am", "pm"}:
            return value + (720.0 if half == "pm" and value < 720 else 0.0), place + 1, "clock"
        return value, place, "clock"
    if "-" in word or len(word) > _DIGITS_MOST:
        return None
    value, last = float(word.replace(",", "")), place
    following = tokens[last + 1] if last + 1 < len(tokens) else None
    if following and following.start == tokens[last].end and following.word in {"st", "nd", "rd", "th"}:
        return value, last + 1, "ordinal"
    if following and following.start == tokens[last].end and following.word == "s":
        return value, last + 1, "decade"
    if following and following.word in SHORT_SCALES:
        return value * SHORT_SCALES[following.word], last + 1, ""
    while last + 1 < len(tokens) and tokens[last + 1].word in SCALES:
        value, last = value * SCALES[tokens[last + 1].word], last + 1
    return value, last, ""


def _fraction(tokens: Sequence[Token], place: int) -> tuple[float, int, str] | None:
    """'half', 'a third', 'a quarter of'; the second half of a game and the first quarter are none."""
    before = tokens[place - 1].word if place else ""
    if tokens[place].word in {"a", "an", "one"}:
        name = tokens[place + 1].word
        after = tokens[place + 2].word if place + 2 < len(tokens) else ""
        if name != "half" and after not in {"of", "", ".", ",", "since", "in", "less", "more"}:
            return None
        return FRACTIONS[name], place + 1, "percent"
    if tokens[place].word == "third":
        return 3.0, place, "ordinal"
    if tokens[place].word == "half" and before not in _HALVES_OF_TIME and before not in ORDINALS:
        return 50.0, place, "percent"
    return None


def _counts(tokens: Sequence[Token], place: int) -> bool:
    """Whether 'one' is a number here, not a pronoun."""
    before = tokens[place - 1].word if place else ""
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    if before in {"no", "any", "every", "each", "this", "that", "which", "the", "some"} or after is None:
        return False
    return after.is_content or after.word in {"of", "-", "in"}


def _words(tokens: Sequence[Token], place: int, start: float) -> tuple[float, int, str] | None:
    """'two hundred and six thousand': each scale multiplies what came before it."""
    total, part, last, kind = 0.0, start, place - 1, ""
    while place < len(tokens) and not kind:
        word = tokens[place].word
        if word in WORDS and (part % 100 == 0 or (part % 10 == 0 and WORDS[word] < 10)):
            part += WORDS[word]
        elif word in ("hundred", "dozen"):
            part = (part or 1.0) * SCALES[word]
        elif word in SCALES:
            total, part = total + (part or 1.0) * SCALES[word], 0.0
        elif word in ORDINALS and part and part % 10 == 0 and ORDINALS[word] < 10:
            part, kind = part + ORDINALS[word], "ordinal"
        elif not _links(tokens, place, part) or last != place - 1:
            break
        else:
            place += 1
            continue
        last, place = place, place + 1
    if kind or total or part:
        return _parts(tokens, last, total + part) or (total + part, last, kind)
    return None if tokens[last].word != "zero" else (0.0, last, "")


def _links(tokens: Sequence[Token], place: int, part: float) -> bool:
    """Whether 'and' or a hyphen joins two parts of one number: 'two hundred and six', 'twenty-one'."""
    after = tokens[place + 1].word if place + 1 < len(tokens) else ""
    if tokens[place].word == "and":
        return bool(part) and part % 100 == 0 and after in WORDS
    return tokens[place].word == "-" and part % 10 == 0 and (after in WORDS or after in ORDINALS)


def _parts(tokens: Sequence[Token], last: int, value: float) -> tuple[float, int, str] | None:
    """'two-thirds' as a percentage."""
    for token in tokens[last + 1 : last + 3]:
        if token.word in {"thirds", "quarters", "fifths", "tenths"}:
            return value * FRACTIONS[token.word.removesuffix("s")], token.place, "percent"
        if token.word != "-":
            break
    return None


def _unit(tokens: Sequence[Token], last: int, value: float, kind: str) -> tuple[float, int, str]:
    """The number with the unit that follows it."""
    place = last + 1
    if place < len(tokens) and tokens[place].word == "-":
        place += 1
    if place >= len(tokens):
        return value, last, kind
    word, stemmed = tokens[place].word, tokens[place].stem
    after = tokens[place + 1].word if place + 1 < len(tokens) else ""
    if word in {"%", "percent", "pct"}:
        return value, place, "percent"
    if word == "percentage" and after in {"point", "points"}:
        return value, place + 1, "point"
    if word == "basis" and after in {"point", "points"}:
        return value / 100, place + 1, "point"
    if word in {"am", "pm"}:
        hours = value % 12 * 60 + (720 if word == "pm" else 0)
        return hours, place, "clock"
    if not kind and stemmed in CURRENCIES:
        return value, place, CURRENCIES[stemmed]
    if not kind and word in {"us", "american"} and after.startswith("dollar"):
        return value, place + 1, "dollar"
    if not kind and stemmed in MEASURES:
        rest = {token.word for token in tokens[place + 1 : place + 3]}
        is_age = stemmed == "year" and ("old" in rest or "olds" in rest)
        return value, place, "age" if is_age else MEASURES[stemmed]
    return value, last, kind


def _bound(tokens: Sequence[Token], first: int) -> tuple[str, int]:
    for words, bound in BOUNDS:
        start = first - len(words)
        if start >= 0 and all(tokens[start + offset].word == word for offset, word in enumerate(words)):
            if words == ("over",) and start and tokens[start - 1].word in {"of", "and"}:
                continue
            return _without(tokens, start, bound)
    return "", first


def _without(tokens: Sequence[Token], start: int, bound: str) -> tuple[str, int]:
    """'no more than' is read before 'more than': BOUNDS names the shorter one first."""
    if start and tokens[start - 1].word in {"no", "not"}:
        if bound == "more than":
            return "at most", start - 1
        if bound == "less than":
            return "at least", start - 1
    return bound, start


def _share_units(tokens: Sequence[Token], found: list[Quantity]) -> list[Quantity]:
    """'10 to 15 percent': the first number of a range has the unit of the second."""
    for index in range(len(found) - 2, -1, -1):
        this, following = found[index], found[index + 1]
        joined = following.first - this.last
        between = {token.word for token in tokens[this.last + 1 : following.first + 1]}
        near = joined == 1 and following.role == "to"
        shared = (joined <= 2 and between & _JOINTS) or near or _to_between(tokens, this, following)
        if shared and not this.kind and following.kind not in {"", "ordinal", "clock"}:
            found[index] = replace(this, kind=following.kind)
    return found


def _to_between(tokens: Sequence[Token], this: Quantity, following: Quantity) -> bool:
    between = [token.word for token in tokens[this.last + 1 : following.first]]
    return len(between) == 1 and between[0] in _JOINTS


def same_kind(claimed: Quantity, given: Quantity) -> bool:
    """Whether both count the same sort of thing, as far as the unit says."""
    loose = {("", "age"), ("age", ""), ("point", ""), ("", "point"), ("decade", ""), ("year", "age")}
    return claimed.kind == given.kind or (claimed.kind, given.kind) in loose


def equal(claimed: Quantity, given: Quantity) -> bool:
    """Equal in value; a fraction in words may be a percentage rounded to a whole number."""
    if claimed.kind == "percent" and given.kind == "percent":
        return abs(claimed.value - given.value) < (
            0.5 if claimed.value % 1 and given.value % 1 == 0 else 1e-6
        )
    return abs(claimed.value - given.value) <= 1e-9 * max(1.0, abs(claimed.value))


def implied(claimed: Quantity, given: Quantity) -> bool:
    """Whether a bounded or rounded number follows from an exact one: 'more than 40' from 43."""
    if given.bound or claimed.digits >= given.digits or not given.value or not claimed.bound:
        return False
    ratio = claimed.value / given.value
    if claimed.bound in {"more than", "at least"}:
        return 0.75 <= ratio < 1
    if claimed.bound in {"less than", "at most", "nearly"}:
        return 1 < ratio <= (1.05 if claimed.bound == "nearly" else 1.25)
    return 0.95 <= ratio <= 1.05


def same_bound(claimed: Quantity, given: Quantity) -> bool:
    return claimed.bound == given.bound or (claimed.bound, given.bound) in {
        ("about", "nearly"),
        ("about", ""),
    }
