"""Names of people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from deskbell_server.turn.slots.hints import Hint, hints
from deskbell_server.turn.slots.model import Heard, Part, Slot
from deskbell_server.turn.slots.name_words import (
    COURTESIES,
    FAREWELLS,
    NEVER_UNASKED,
    NO_NAMES,
    ORDINARY,
    PARTICLES,
    PLACES,
    RELATIONS,
    TITLES,
)
from deskbell_server.turn.slots.spelling import Spelt, spellings
from deskbell_server.turn.slots.tokens import FILLERS, SOUNDS, Token, is_cased, lows, tokens

MOST_WORDS = 4
_SURE = re.compile(
    r"\b(?:my (?:full )?name(?:'s| is| was|)|the name(?:'s| is)|(?:in|under) the name(?: of)?|call me"
    r"|you(?:'re| are) (?:speaking|talking|through) (?:to|with)|name is)\b",
    re.IGNORECASE,
)
_PARTS = re.compile(
    r"\b(?:(?P<given>first|given|christian|fore) ?name|(?:last|family|second|sur) ?name)(?:'s| is| was|)\b(?![\w'])",
    re.IGNORECASE,
)
_MAYBE = re.compile(r"\b(?:this is|it's|it is|i'm|i am|that's)(?= )", re.IGNORECASE)
_AFTER = frozenset("speaking here calling".split())
_ANSWERS = tuple(
    tuple(cue.split())
    for cue in (
        "it's|its|it is|it would be|it'd be|that's|that is|that would be|that'd be|i'm|this is|make it|put"
    ).split("|")
)
"""How an answer begins."""
_ALIKE_ENOUGH = 0.55
_FOR = (
    r"(?:(?:put|book|make|have) (?:it|that) |(?:it|that)(?:'s|s|'ll be| is| will be| would be) |this is )?"
    r"(?:for|under|in) "
)
_OF_THEIRS = rf"(?:my|our) (?:{RELATIONS})(?:'s)?(?: name)?(?:,? (?:who is|who's|which is|is|called|named))?"
_SOMEBODY = re.compile(rf"(?:{_FOR})?{_OF_THEIRS}(?![\w'])[\s,]*|{_FOR}(?:the name (?:of )?)?", re.IGNORECASE)
"""Before the name of somebody for whom the caller speaks: "it's for my daughter Lucy Grey"."""
_SOMEBODY_ELSE = re.compile(rf"\b(?:for|{_OF_THEIRS})\b", re.IGNORECASE)
_SOUND = re.compile(r"u+[hm]+|e+r+m*|h+m+|m+h*m+|a+h+|o+h+")
"""However long it is drawn out: "ummm"."""


def plain_quotes(text: str) -> str:
    """The typographic apostrophe as the one that patterns are written with."""
    return text.replace("\u2019", "'")


def names(text: str, *, asked: bool) -> list[Heard]:
    """The name of the caller, or its parts, in an utterance. `asked`: it may be the answer, and no more than that."""
    text = plain_quotes(text)
    words = tokens(text)
    parts = list(_parts(text, words))
    if parts:
        if asked and all(part.part is Part.GIVEN for part in parts):
            parts += _family_before(words, parts[0])
        return sorted(parts, key=lambda part: part.start)
    for found in (_cued(text, words), _with_title(words), _answered(text, words) if asked else None):
        if found is not None:
            return [found]
    return []


def is_ordinary(word: str) -> bool:
    """Whether a word is hardly ever a name."""
    low = plain_quotes(word).lower()
    return (
        low in ORDINARY
        or low in NO_NAMES
        or low in FILLERS
        or low in COURTESIES
        or bool(_SOUND.fullmatch(low))
    )


def is_for_another(text: str) -> bool:
    """Whether a name in it is that of somebody for whom the caller speaks."""
    return _SOMEBODY_ELSE.search(plain_quotes(text)) is not None


def alike(a: str, b: str) -> float:
    """How much two words are alike: 1 if they are the same."""
    return SequenceMatcher(None, a.lower(), b.lower(), autojunk=False).ratio()


def _parts(text: str, words: list[Token]) -> Iterator[Heard]:
    for match in _PARTS.finditer(text):
        part = Part.GIVEN if match["given"] else Part.FAMILY
        found = _name_after(text, words, match.end(), sure=True, part=part)
        if found is not None:
            yield found


def _family_before(words: list[Token], given: Heard) -> list[Heard]:
    """ "Okonkwo. First name Chidi." """
    before = [word for word in words if word.end <= given.start]
    cut = next((i for i, word in enumerate(before) if word.low in {"first", "given", "christian"}), 0)
    found = _take(words, 0, cut, sure=True)
    return [] if found is None else [_heard(found, Part.FAMILY)]


def _cued(text: str, words: list[Token]) -> Heard | None:
    for cue in _SURE.finditer(text):
        found = _name_after(text, words, cue.end(), sure=True)
        if found is not None:
            return found
    cased = is_cased(words)
    for cue in _MAYBE.finditer(text):
        first = next((i for i, word in enumerate(words) if word.start >= cue.end()), len(words))
        taken = _take(words, first, len(words), sure=False, cased=cased)
        if taken is None or all(is_ordinary(word.low) for word in taken[0]):
            continue
        after = taken[3]
        announced = after < len(words) and words[after].low in _AFTER and cue.group().lower() != "i'm"
        if cased or announced:
            return _spelt_or_hinted(text, words, taken, _part_of(words, first))
    return _before_speaking(words, cased=cased)


def _before_speaking(words: list[Token], *, cased: bool) -> Heard | None:
    """ "Susan Clarke here", "Peter speaking"."""
    for i, word in enumerate(words):
        if word.low not in {"here", "speaking"} or word.fresh or i == 0:
            continue
        first = i
        while (
            first > 0 and _may_be_name(words[first - 1], cased=cased, sure=False) and i - first < MOST_WORDS
        ):
            first -= 1
            if words[first].fresh:
                break
        if first < i and cased:
            taken = _take(words, first, i, sure=False, cased=cased)
            if taken is not None and taken[3] == i:
                return _heard(taken, _part_of(words, first))
    return None


def _with_title(words: list[Token]) -> Heard | None:
    """ "Mrs Patel speaking", or a title and a name at the beginning that are the whole answer."""
    for i, word in enumerate(words):
        if word.low in TITLES and word.capital and i + 1 < len(words):
            taken = _take(words, i, len(words), sure=False, cased=True)
            if taken is None or taken[3] >= len(words) or words[taken[3]].low not in _AFTER - {"calling"}:
                continue
            return _heard(taken, _part_of(words, i))
    return None


def _answered(text: str, words: list[Token]) -> Heard | None:
    """The name that is the answer to the question for it."""
    first, last = 0, len(words)
    if text.rstrip().endswith("?"):
        return None
    while first < last and (words[first].low in COURTESIES or words[first].low in FILLERS):
        if words[first].low in {"may", "will"}:
            break
        first += 1
    somebody = _SOMEBODY.match(text, words[first].start) if first < last else None
    if somebody is not None:
        first = next((i for i, word in enumerate(words) if word.start >= somebody.end()), last)
    for cue in _ANSWERS:
        if lows(words, first, len(cue)) == cue:
            first += len(cue)
            break
    while last > first and (words[last - 1].low in FAREWELLS or words[last - 1].low in SOUNDS):
        last -= 1
    spelt = next(iter(spellings(words)), None)
    if spelt is not None and spelt.first <= first:
        return Heard(Slot.NAME, spelt.name, words[spelt.first].start, words[spelt.last].end)
    taken = _take(words, first, last, sure=True)
    if taken is None or all(is_ordinary(word.low) for word in taken[0]):
        return None
    after = taken[3]
    ended = (
        after >= last
        or words[after].fresh
        or words[after].low in {"with", "without", "that's", "thats", "and", "from"}
    )
    if not ended and (spelt is None or spelt.first > after + 2):
        return None
    return _spelt_or_hinted(text, words, taken)


def _name_after(
    text: str, words: list[Token], position: int, *, sure: bool, part: Part = Part.WHOLE
) -> Heard | None:
    first = next((i for i, word in enumerate(words) if word.start >= position), len(words))
    while first < len(words) and (words[first].low in SOUNDS or words[first].low in {"is", "it's"}):
        first += 1
    spelt = next(iter(spellings(words)), None)
    if spelt is not None and spelt.first == first:
        return Heard(Slot.NAME, spelt.name, words[first].start, words[spelt.last].end, part)
    taken = _take(words, first, len(words), sure=sure)
    return None if taken is None else _spelt_or_hinted(text, words, taken, part)


_Taken = tuple[list[Token], int, int, int]
"""The words of a name, where it begins and ends, and the place of the word after it."""


def _take(
    words: list[Token], first: int, last: int, *, sure: bool, cased: bool | None = None
) -> _Taken | None:
    """The longest name that begins with a word. `sure`: something said that there is one."""
    cased = is_cased(words) if cased is None else cased
    i = first
    while i < last and (words[i].low in TITLES or words[i].low in SOUNDS):
        i += 1
    taken: list[Token] = []
    begin = i
    while i < last and len(taken) < MOST_WORDS and _goes_on(taken, words[i:last], cased=cased, sure=sure):
        taken.append(words[i])
        i += 1
    while taken and taken[-1].low in PARTICLES and len(taken) > 1 and not taken[-1].capital:
        taken.pop()
        i -= 1
    if not taken or taken[-1].low in PLACES:
        return None
    if i < last and words[i].low in PLACES and not words[i].fresh:
        return None
    longer = _said_again(words, taken, i, last)
    if longer is not None:
        return longer
    return taken, words[begin].start, taken[-1].end, i


def _goes_on(taken: list[Token], rest: list[Token], *, cased: bool, sure: bool) -> bool:
    """Whether the first word of the rest belongs to the name of which some words are taken."""
    word, after = rest[0], rest[1] if len(rest) > 1 else None
    if taken and word.fresh and not (word.gap.strip() == "." and taken[-1].letter):
        return False
    if word.low in PARTICLES and after is not None and (taken or not word.capital or sure):
        return after.low in PARTICLES or _may_be_name(after, cased=cased, sure=sure)
    if word.letter and (not taken or after is None or after.letter or not word.capital):
        return False
    if taken and cased and taken[0].capital and not word.capital:
        return False
    return _may_be_name(word, cased=cased and (not sure or bool(taken)), sure=sure)


def _said_again(words: list[Token], taken: list[Token], i: int, last: int) -> _Taken | None:
    """ "Bond, James Bond" and "It's Sam. Sam Ridley": one word, and then the whole name with it."""
    if len(taken) != 1 or i >= last or not words[i].fresh or words[i].letter:
        return None
    end = i + 1
    while end < min(last, i + MOST_WORDS) and not words[end].fresh and words[end].capital is words[i].capital:
        end += 1
    again = words[i:end]
    if len(again) < 2 or taken[0].low not in {again[0].low, again[-1].low}:
        return None
    return again, again[0].start, again[-1].end, end


def _may_be_name(word: Token, *, cased: bool, sure: bool) -> bool:
    low = word.low
    if (
        not low[0].isalpha()
        or low in NO_NAMES
        or low.endswith("'s")
        or (len(low) == 1 and not word.capital)
        or _SOUND.fullmatch(low)
    ):
        return False
    if not sure and (low in NEVER_UNASKED or low in PLACES):
        return False
    return word.capital or not cased


def _part_of(words: list[Token], first: int) -> Part:
    """A title and one word: the family's name."""
    titled = (first > 0 and words[first - 1].low in TITLES) or words[first].low in TITLES
    start = first + 1 if words[first].low in TITLES else first
    single = start + 1 >= len(words) or words[start + 1].low in _AFTER
    return Part.FAMILY if titled and single else Part.WHOLE


def _written(words: list[Token]) -> list[str]:
    """As names are written, where the recogniser wrote none in capitals."""
    if any(word.capital for word in words):
        return [word.text for word in words]
    return [word.text if word.low in PARTICLES and len(words) > 1 else _capitals(word.text) for word in words]


def _capitals(word: str) -> str:
    return re.sub(r"(?:(?<=^)|(?<=['-]))[^\W\d_]", lambda match: match.group().upper(), word)


def _heard(taken: _Taken, part: Part = Part.WHOLE) -> Heard:
    return Heard(Slot.NAME, " ".join(_written(taken[0])), taken[1], taken[2], part)


def _spelt_or_hinted(text: str, words: list[Token], taken: _Taken, part: Part = Part.WHOLE) -> Heard:
    """The name as it is spelt after it, or as what is said of its letters has it."""
    written, end = _written(taken[0]), taken[2]
    following = [each for each in spellings(words) if each.first >= taken[3]]
    if following and following[0].first <= taken[3] + 4:
        last_is_spelt = alike(written[-1], following[0].name) >= _ALIKE_ENOUGH
        written = with_word(written, following[0].name, least=0.0)
        after = following[0].last + 1
        end = words[after - 1].end
        # "Nicola, N-I-C-O-L-A, Reeves"
        if last_is_spelt and after < len(words) and words[after].capital:
            rest = _take(words, after, len(words), sure=True)
            if rest is not None and rest[3] == len(words):
                written, end = [*written, *_written(rest[0])], rest[2]
    for hint in hints(text):
        if taken[2] <= hint.start <= taken[2] + 20:
            written = hinted(written, hint)
            end = hint.end
    return Heard(Slot.NAME, " ".join(written), taken[1], end, part)


def with_word(written: list[str], word: str, *, least: float = _ALIKE_ENOUGH) -> list[str]:
    """A name with a word in place of the one that is most like it; the name as it is if none is `least` alike."""
    best = max(range(len(written)), key=lambda i: (alike(written[i], word), i))
    if alike(written[best], word) < least:
        return written
    # Spelling tells the letters; the capitals within, as in McDonald, are the recogniser's.
    same = written[best].lower() == word.lower()
    return [*written[:best], written[best] if same else word, *written[best + 1 :]]


def hinted(written: list[str], hint: Hint, *, every: bool = False) -> list[str]:
    """A name with the hint applied to the last word that it changes. Unless it may be about `every` word: not if the
    last one, which was just said, has the letters."""
    plain = not (hint.without or hint.times or hint.instead_of or hint.at_end)
    if plain and not every and hint.letters in written[-1].lower():
        return written
    for i in reversed(range(len(written))):
        changed = hint.apply(written[i])
        if changed != written[i]:
            return [*written[:i], changed, *written[i + 1 :]]
    return written


def first_spelt(text: str) -> Spelt | None:
    """The first word that is spelt out."""
    return next(iter(spellings(tokens(text))), None)
