"""Numbers that were spoken as words."""

from __future__ import annotations

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
)
_NUMBERS = {word: n for n, word in enumerate((_UNITS + " seventeen eighteen nineteen").split())}
_TENS = {
    word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_ORDINALS = {
    word: n
    for n, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1)
}


def with_digits(words: list[str]) -> list[str]:
    """The words with numbers in digits: "twenty four" is "24", "first" "#1", "8_00" "8"."""
    result: list[str] = []
    joins = False
    for word in (spoken.removesuffix("_00") for spoken in words):
        value = _NUMBERS.get(word)
        if value is not None and joins and 0 < value < 10:
            result[-1] = str(int(result[-1]) + value)
            joins = False
        elif value is not None:
            result.append(str(value))
            joins = False
        elif word in _TENS:
            result.append(str(_TENS[word]))
            joins = True
        elif word in _ORDINALS:
            result.append(f"#{_ORDINALS[word]}")
            joins = False
        elif word[0].isdigit() and word.endswith(("st", "nd", "rd", "th")) and word[:-2].isdigit():
            result.append(f"#{word[:-2]}")
            joins = False
        else:
            result.append(word)
            joins = False
    return result
