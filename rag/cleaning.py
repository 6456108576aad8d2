"""Text as it was typed → text as it is stored: NFC, no hidden characters, tidy line ends.

Hidden characters can carry instructions that no reader sees, or break a word so that no search finds it.
Every function here is linear in the length of its input.
"""

import re
import unicodedata

# Unicode's Stream-Safe Text Format (UAX 15, section 13) allows 30 combining marks in a row. No language
# needs more, and ordering a long run takes time quadratic in its length.
_MARKS = 30
_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_FIXED_SPACES = re.compile("[\u00a0\u2007\u202f]")

# Controls, formats and surrogates (Cc, Cf, Cs) but for the visible number signs of Arabic, Syriac and
# Kaithi; joiners and variation selectors, which `_is_needed` judges; and letters that have no shape.
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_JOINERS = "\u200c\u200d"
# Scripts whose letters change shape at a joiner: Arabic to Tibetan, Myanmar, Khmer, Mongolian, Arabic
# presentation forms.
_JOINING = re.compile("[\u0600-\u0fff\u1000-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc]")
_PICTURE = re.compile("[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]")
_KEYCAPS = "0123456789#*"


def clean_text(text: str) -> str:
    """`text` in NFC with \\n line ends, no hidden characters, no trailing blanks and no gap of more than
    one empty line. Joiners and variation selectors stay where a script or an emoji needs them.

    Cleaning twice changes nothing more. Blanks inside a line are kept, but non-breaking ones become
    plain spaces.
    """
    text = _FIXED_SPACES.sub(" ", _LINE_ENDS.sub("\n", text))
    text = _HIDDEN.sub(_keep_needed, _compose(text))
    # Characters that a hidden one kept apart may compose now.
    lines = [line.rstrip() for line in _compose(text).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def clean_line(text: str) -> str:
    """`text` cleaned and made into one line with single spaces: for titles, names and other fields."""
    return " ".join(clean_text(text).split())


def _compose(text: str) -> str:
    if text.isascii():
        return text
    return _limit_marks(unicodedata.normalize("NFC", _limit_marks(text)))


def _limit_marks(text: str) -> str:
    """`text` without the combining marks that follow 30 others in a row."""
    run, cut = 0, []
    for found in _NON_ASCII.finditer(text):
        if not unicodedata.combining(found.group()):
            run = 0
            continue
        position = found.start()
        adjacent = position > 0 and unicodedata.combining(text[position - 1])
        run = run + 1 if adjacent else 1
        if run > _MARKS:
            cut.append(position)
    if not cut:
        return text
    kept, start = [], 0
    for position in cut:
        kept.append(text[start:position])
        start = position + 1
    return "".join(kept) + text[start:]


def _keep_needed(found: re.Match[str]) -> str:
    mark, text = found.group(), found.string
    before = text[found.start() - 1 : found.start()]
    after = text[found.end() : found.end() + 1]
    return mark if before and _is_needed(mark, before, after) else ""


def _is_needed(mark: str, before: str, after: str) -> bool:
    """Whether a joiner or a variation selector does something between its neighbours."""
    if mark in _JOINERS:
        joins_letters = _JOINING.match(before)
        joins_pictures = mark == "\u200d" and _PICTURE.match(before) and _PICTURE.match(after)
        return bool(joins_letters or joins_pictures)
    if "\ufe00" <= mark <= "\ufe0f":
        return before in _KEYCAPS or not (before.isascii() or before.isspace() or _HIDDEN.match(before))
    if "\U000e0100" <= mark <= "\U000e01ef":  # variants of Chinese characters
        return "\u3400" <= before <= "\u9fff" or "\U00020000" <= before <= "\U0003ffff"
    return "\u180b" <= mark <= "\u180f" and "\u1820" <= before <= "\u18aa"  # Mongolian
