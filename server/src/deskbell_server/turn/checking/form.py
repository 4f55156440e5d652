"""The form of a reply: for the ear or for the eye. It changes how a thing is put, never what is said.

    spoken     no Markdown, no lists, no addresses spelled out, ranges and signs in words; a few sentences at most
    written    no HTML and no scripts; Markdown's plain signs stay

How times, prices and numbers are pronounced is the voice's affair (adapters/local/speakable.py): here only what no
voice can know is put in words, so that a reply reads well in a transcript too.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from deskbell_server.turn.sentences import SentenceSplitter

MOST_SENTENCES = 3
"""Sentences of a spoken reply: about twelve seconds."""
_Replacement = str | Callable[[re.Match[str]], str]

_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_SCRIPT = re.compile(r"<(script|style|iframe|object|svg)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[a-z!][^<>]{0,500}>|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
_UNSAFE_LINK = re.compile(r"\]\(\s*(?:javascript|vbscript|data):(?:[^()]|\([^()]*\))*\)", re.IGNORECASE)
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.+?)\s*#*\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+\u2022\u2013]|\d{1,2}[.)])\s+(.+)$")
_RULE = re.compile(r"^\s*(?:[-*_]\s*){3,}$|^\s*\|?[\s:|-]*-{2,}[\s:|-]*$")
_ROW = re.compile(r"^\s*\|(.+)\|\s*$")
_INLINE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"!\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\((?:mailto:|tel:)?[^)]*\)"), r"\1"),
    (re.compile(r"(?<!\\)(?:\*\*|__|~~|`+)"), ""),
    (re.compile(r"(?<![\w\\*])[*_](?=\S)|(?<=[^\s*])[*_](?![\w*])"), ""),
    (re.compile(r"^\s*>\s?", re.MULTILINE), ""),
)
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d\u2b50\u2b55]+")

_DAYS = {
    "mon": "Monday", "tue": "Tuesday", "tues": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "thur": "Thursday",
    "thurs": "Thursday", "fri": "Friday", "sat": "Saturday", "sun": "Sunday",
}  # fmt: skip
_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_CURRENCIES = {"GBP": "\u00a3", "EUR": "\u20ac", "USD": "$"}
_URL = re.compile(r"\b(?:https?://|www\.)[^\s<>()\"']+[^\s<>()\"'.,;:!?]", re.IGNORECASE)
_CLOCK = r"(?:\d{1,2}(?:[:.]\d\d)?(?: ?[ap]\.?m\.?)?)"


def _day_range(match: re.Match[str]) -> str:
    return f"{_day_name(match[1])} to {_day_name(match[2])}"


def _day_name(name: str) -> str:
    return _DAYS.get(name.lower().removesuffix("day"), name[:1].upper() + name[1:])


def _on_the_site(found: str) -> str:
    """ "at https://..." is on our website, "see https://..." see our website."""
    word = re.match(r"(at|on|under|via|see|visit)\b", found, re.IGNORECASE)
    if not word:
        return f"{' ' if found[0] == ' ' else ''}our website"
    return f"{word[1]} our website" if word[1].lower() in ("see", "visit") else "on our website"


def _range(match: re.Match[str]) -> str:
    one, two = match["one"], match["two"]
    digits = re.sub(r"\D", "", one), re.sub(r"\D", "", two)
    if len(digits[0]) >= 3 and ":" not in one and "." not in one and one[0] not in "£$€":
        return match[0]  # as 555-0177
    return f"{one} to {two}"


SIGNS: tuple[tuple[re.Pattern[str], _Replacement], ...] = (
    (re.compile(r"\be\.g\.,?"), "for example"),
    (re.compile(r"\bi\.e\.,?"), "that is"),
    (re.compile(r"\betc\."), "and so on"),
    (re.compile(r" ?& ?"), " and "),
    (re.compile(r" ?/ ?(?=(?:person|hour|day|night|week|month|year)\b)"), " a "),
    (re.compile(r"(?<=[A-Za-z]) ?/ ?(?=[A-Za-z])"), " or "),
)
"""Signs that are words to every voice, the local one's included."""
_SPOKEN: tuple[tuple[re.Pattern[str], _Replacement], ...] = (
    (
        re.compile(rf"\b(?:at|on|under|via|see|visit)?:? ?{_URL.pattern}", re.IGNORECASE),
        lambda m: _on_the_site(m[0]),
    ),
    (re.compile(r"\b24\s?/\s?7\b"), "24 hours a day, seven days a week"),
    (re.compile(r"\b(GBP|EUR|USD) ?(?=\d)"), lambda m: _CURRENCIES[m[1]]),
    (
        re.compile(r"(?<=\d) ?(GBP|EUR|USD)\b"),
        lambda m: {"GBP": " pounds", "EUR": " euros", "USD": " dollars"}[m[1]],
    ),
    (re.compile(rf"\b({_DAY})\.? ?(?:-|\u2013|\u2014) ?({_DAY})\b", re.IGNORECASE), _day_range),
    # A range of hours, sums or numbers; a telephone number, a date or a reference has other signs around it.
    (
        re.compile(
            rf"(?<![\w+/.-])(?P<one>{_CLOCK}|[£$€]\d[\d,.]*) ?(?:-|\u2013|"
            rf"\u2014) ?(?P<two>{_CLOCK}|[£$€]?\d[\d,]*)(?![\w/-]| ?[-\u2013] ?\d)"
        ),
        _range,
    ),
    (re.compile(r"(?<=\d) ?%"), " percent"),
    (re.compile(r"\s*[\u2013\u2014]\s*(?=\D)|\s+-\s+(?=[A-Za-z])"), ", "),
    *SIGNS,
    (re.compile(r"\s*\(([^()]{1,80})\)"), r", \1,"),
    (re.compile(r",\s*(?=[.,;!?])"), ""),
)


def spoken(text: str, language: str = "en", *, most: int = MOST_SENTENCES) -> str:
    """A reply as it is to be said: one line of at most `most` sentences. Saying it again changes nothing. Of other
    languages than English only the Markdown is taken away."""
    lines = _sentences_of_lines(_cleared(text))
    line = " ".join(" ".join(lines).split())
    if language.lower().split("-")[0] == "en":
        for pattern, replacement in _SPOKEN:
            line = pattern.sub(replacement, line)
    else:
        line = _URL.sub("", line)
    return _shortened(" ".join(line.split()), most)


def written(text: str) -> str:
    """A reply as it is to be read: without HTML, scripts and white space around it. Markdown stays as it is."""
    cleared = _TAG.sub("", _SCRIPT.sub("", text))
    cleared = _UNSAFE_LINK.sub("](#)", cleared)
    cleared = "".join(c for c in cleared if c in "\n\t" or c.isprintable())
    lines = [
        " ".join(line.split()) if not line.startswith((" ", "\t")) else line.rstrip()
        for line in cleared.splitlines()
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _cleared(text: str) -> str:
    """Without code, HTML, emoji and Markdown's signs inside lines."""
    text = html.unescape(_TAG.sub(" ", _SCRIPT.sub(" ", _CODE.sub(" ", text))))
    text = _EMOJI.sub("", text)
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text


def _sentences_of_lines(text: str) -> list[str]:
    """Lines as sentences: the items of a list are joined, "We offer:" goes on with what it announces, and headings
    are left away where text follows."""
    said: list[str] = []
    items: list[str] = []
    columns: list[str] = []

    def close() -> None:
        if items:
            announced = said.pop().rstrip(" :") + ": " if said and said[-1].endswith(":") else ""
            said.append(_ended(announced + _listed(items)))
            items.clear()

    lines = text.splitlines()
    for number, line in enumerate(lines):
        item, row = _ITEM.match(line), _ROW.match(line)
        heading = _HEADING.match(line)
        if _RULE.match(line):
            continue
        if item:
            items.append(item[1].strip())
        elif row:
            cells = [cell.strip() for cell in row[1].split("|")]
            if number + 1 < len(lines) and _RULE.match(lines[number + 1]):
                columns = cells
                continue
            named = zip(columns[1:] or [""] * len(cells), cells[1:], strict=False)
            items.append(", ".join([cells[0], *(f"{name} {cell}".strip() for name, cell in named if cell)]))
        elif line.strip():
            close()
            if heading:
                follows = any(later.strip() for later in lines[number + 1 :])
                if not follows:
                    said.append(_ended(heading[1]))
            elif (
                said and not said[-1].endswith((".", "!", "?", ":")) and number and lines[number - 1].strip()
            ):
                said[-1] += f" {line.strip()}"  # one sentence over two lines
            else:
                said.append(line.strip())
        else:
            close()
    close()
    return [
        one if one.endswith((":", ".", "!", "?", ",", ";")) or len(said) == 1 else f"{one}." for one in said
    ]


def _listed(items: list[str]) -> str:
    """Items that are sentences follow one another; others are put together with commas and an "and"."""
    if any(re.search(r"[.!?]$", item) for item in items):
        return " ".join(_ended(item) for item in items)
    plain = [item.rstrip(" ,;") for item in items]
    return plain[0] if len(plain) == 1 else f"{', '.join(plain[:-1])} and {plain[-1]}"


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _shortened(text: str, most: int) -> str:
    splitter = SentenceSplitter()
    sentences = splitter.push(text) + splitter.flush()
    return "".join(sentences[:most]).rstrip()
