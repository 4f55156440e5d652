"""The plain form of a question: lower case, no punctuation, contractions in full, and without what people only say
to be polite or to gain time. Questions with the same plain form are the same question."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_CONTRACTIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), full)
    for pattern, full in (
        (r"\bcan'?t\b|\bcannot\b", "can not"),
        (r"\bwon'?t\b", "will not"),
        (r"\b(do|does|did|is|are|was|were|would|could|should|have|has|must|need)n'?t\b", r"\1 not"),
        (r"\b(what|who|where|when|how|that|there|it)'?s\b(?! own)", r"\1 is"),
        (r"\bwhose (?=the|your|in)\b", "who is "),  # as speech recognition hears "who's"
        (r"\b(what|who|where|when|how)'re\b", r"\1 are"),
        (r"\b(i|we|you|they)'(?:d|ll)\b", r"\1 would"),
        (r"\b(i|we|you|they)'ve\b", r"\1 have"),
        (r"\bi'?m\b", "i am"),
        (r"\b(we|you|they)'re\b", r"\1 are"),
        (r"\byoure\b|\bur\b", "your"),
        (r"\bu\b", "you"),
        (r"\bo'?clock\b", "oclock"),
        (
            r"(\w)'s\b|(\ws)'(?!\w)",
            r"\1\2",
        ),  # "men's" and "mens" are heard alike: the stem tells no difference
    )
)
# What stands before a question, again and again: "Hi, um, could you tell me please ...".
_OPENING = re.compile(
    r"(?:(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|excuse me|sorry|okay|ok|yes|yeah|"
    r"right|so|well|"
    r"um+|uh+|er+m?|ah|oh|like|and|but|please|thanks|thank you|quick question|there|actually|just|"
    r"basically|(?:just )?(?:wondering|curious)(?: (?:if|whether|about))?|"
    r"(?:(?:can|could|would|will) you )?(?:please |maybe |possibly |quickly |kindly )*(?:tell|let) (?:me|us)"
    r"(?: know)?(?: please)?(?: (?:if|whether|about))?|"
    r"(?:do you know|do you happen to know)(?: (?:if|whether))?|"
    r"would you mind telling (?:me|us)(?: (?:if|whether))?|(?:may|can|could) (?:i|we) (?:just |"
    r"quickly )?ask(?: (?:if|whether))?|"
    r"(?:i|we) (?:was|am|were|are) (?:just )?(?:wondering|curious|calling to ask|ringing to ask|"
    r"asking)(?: (?:if|whether|about))?|"
    r"(?:i|we) (?:just )?(?:would like|want|need|would love|wanted) to (?:know|ask|find out|check)"
    r"(?: (?:if|whether|about))?|"
    r"(?:i|we) (?:just )?(?:have|had) a (?:quick )?question(?: about)?|my question is|any idea(?: (?:if|"
    r"whether))?)"
    r"(?: |$))+"
)
_FILLERS = re.compile(
    r"\b(?:um+|uh+|erm+|er|please|you guys|kindly|you know|i mean|sort of like|do you like(?= have)|"
    r"thank you|thanks|exactly|basically|actually)\b"
)


def plain(text: str) -> str:
    """The plain form; empty for a text without a word."""
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("\u2019", "'"))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    letters = re.sub(r"(?<=\d),(?=\d{3})", "", letters)
    letters = re.sub(r"(?<=\d)[.:](?=\d)", "_", letters)  # 8.30 and 8:30 stay one number
    letters = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", letters)
    letters = re.sub(r"[^\w'&%£$€]+", " ", letters).strip()
    for pattern, full in _CONTRACTIONS:
        letters = pattern.sub(full, letters)
    letters = letters.replace("'", "")
    letters = " ".join(_FILLERS.sub(lambda m: _SHORTER.get(m[0], " "), letters).split())
    opening = _OPENING.match(letters)
    rest = letters[opening.end() :] if opening else letters
    return rest or letters


_SHORTER = {"you guys": "you", "do you like": "do you"}


def exact_key(text: str) -> str:
    """32 hexadecimal digits that questions of the same plain form share."""
    return hashlib.blake2b(plain(text).encode(), digest_size=16).hexdigest()
