"""Words that do not tell one question from another by themselves.

What some of them mean in their place (who asks, where from, what not, whether all) is read from the order of words, by
`frames`, `order` and `relations`. Every other word counts: it must be accounted for in the other question.
"""

from __future__ import annotations

from deskbell_server.turn.recall.lemmas import lemma

LIGHT = frozenset(
    lemma(word)
    for word in """
a an the this that these those any some all of at on in for by to from with and or as if so then there here it its me us
i we you your yours our my they their be do have can could may might will would shall should must get please also just
ever really currently normally usually generally roughly about around approximately available possible able need
offer provide per each every during time thing kind sort type way ok okay alright myself yourself im not happen
while amount permission
""".split()
)
