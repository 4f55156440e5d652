"""Questions that are all but word for word the same.

Who means the same seldom says it in the same words but for one; who means something else often does. So where two
questions differ in one word, or only in the order of their words, that one word must be known to make no difference.
"""

from __future__ import annotations

from difflib import SequenceMatcher

from deskbell_server.turn.recall.synonyms import concept

_DROPPED = frozenset("a an the".split())
_INTERCHANGEABLE = tuple(
    frozenset(line.split())
    for line in """
can could may might
do will would does can could
is are be
what which
there here
in on at
for of
i we
my our the your any some
must should
need have must should
have offer provide do get available
any some your the all
get to
price cost fee charge rate
till until
and or
when by
from at
during in on
inside in
like want need
who whom
accept take
often frequently
all every
have stock
allow welcome
necessary require
where whereabouts whereabout
located based
serve do
give offer
wifi internet
you hotel hostel clinic practice company agency firm business dealership
""".strip().splitlines()
)
_IDLE = frozenset(
    "please also just really actually currently normally usually generally roughly about "
    "around exactly there here any some your "
    "do possible then so that time at on ever guys got is are be".split()
)
"""Words that a question may have more."""
_AUX = frozenset("be do can could will".split())
_EITHER = frozenset((concept("open"), concept("close"), concept("hurt")))
"""What one is as well as does: "are you open", "do you open"."""


def one_word_apart(one: tuple[str, ...], other: tuple[str, ...]) -> str:
    """The one word, or the words in another order, by which two questions differ though it tells them apart; nothing
    where they differ by more, or by what makes no difference. The questions are words in lower case."""
    first, second = _folded(one), _folded(other)
    if first == second:
        return ""
    if sorted(first) == sorted(second):
        # "Is the sauna included?" is the same as "whether the sauna is included".
        moved = [word for word in first if word not in _AUX] != [word for word in second if word not in _AUX]
        return "in another order" if moved else ""
    changes = [
        (first[i:j], second[k:m])
        for tag, i, j, k, m in SequenceMatcher(None, first, second, autojunk=False).get_opcodes()
        if tag != "equal"
    ]
    if len(changes) != 1:
        return ""
    gone, come = changes[0]
    if len(gone) > 1 or len(come) > 1:
        return ""
    if gone and come:
        if {gone[0], come[0]} == {"be", "do"} and _EITHER & set(first):
            return ""
        if any(gone[0] in words and come[0] in words for words in _INTERCHANGEABLE):
            return ""
    elif (gone or come)[0] in _IDLE:
        return ""
    return f"{' '.join(gone) or '-'} / {' '.join(come) or '-'}"


def _folded(words: tuple[str, ...]) -> list[str]:
    return [concept(word) for word in words if word not in _DROPPED]
