"""The dictionary forms of English words.

Only what is certain is folded: plurals by rule, and verbs of a list. A rule for "-ing" or "-ation" would take a filling
for a file, fishing for fish and care for a car; a word that is not listed must be the same word in both questions.
"""

from __future__ import annotations

from functools import lru_cache

_VERBS = """
accept access accompany adjust advertise advise afford agree allow alter amend answer apply appoint arrange arrive
ask assemble assess assist attend bake begin believe bill bleach block book borrow bother breed brew bring build buy
call cancel cater certify challenge change charge check choose clean clear climb close coach collect color colour
come complain complete confirm connect consider consult contact contain contest continue convert cook copy cost
cover crack create cure cut cycle damage dance deal declare decorate defend deliver descale describe design detect
develop deworm dial die dine discount discuss dispose disturb dive divorce do donate draft drain drive drop dye earn
eat email employ enable end engrave enrol enroll ensure enter erase establish evict examine exchange exclude
exercise exist expect expire explain export extend extract fast feed feel fetch file finance find finish fit fix fly
fold follow forget frame freeze furnish garden get give go groom grow guarantee guide happen have hear heat help
hire hold host hunt import improve include increase inform inherit inject inspect install insulate insure interpret
invest invite invoice issue join jump keep kill know laminate landscape last launch learn lease leave lend lengthen
let lift like listen load lock look lose maintain make manage massage match measure meet mend merge microchip mind
mix modify monitor move mow need neuter notify obtain occur offer open operate order organise organize own pack
paint park participate pass pause pay perform permit pick pierce plan plant plaster play polish pour practise
prepare prescribe print process produce prolong prove provide prune publish pull purchase put qualify quote reach
read receive recommend recover recycle redeem reduce refer refill refund refuse register rehearse reheat reimburse
reject remove renew renovate rent repair repeat replace replaster reply report represent request require reschedule
resell reserve reset resize resolve restring return review rewire ride ring run sample sand save scan schedule seat
see sell send separate serve service settle sew shampoo share sharpen shave ship shop shorten show shred shut sign
sit ski sleep smoke solve spay speak specialise specialize spend split stain start stay steam step sterilise stock
stop store straighten submit subscribe sue suffer suggest suit supply support suspend swap swim tailor take talk
taste teach tell terminate test tile tint touch tow track trade train transfer translate transport travel treat trim
try tune turn type unblock unlock update upgrade upload use vaccinate validate value vape varnish vet view visit
wait walk want warn wash waste watch water wax wear weigh welcome whiten win withdraw work worm worry wrap write
"""
_IRREGULAR = """
be is are was were been being am
have has had having got
do does did done doing
buy bought
sell sold
pay paid
bring brought
build built
speak spoken spoke
take took taken
get gotten
give gave given
go goes went gone
come came
leave
lose lost
let
send sent
wear wore worn
write wrote written
break broke broken
choose chose chosen
drive drove driven
eat ate eaten
find found
forget forgot forgotten
freeze froze frozen
hold held
keep kept
know knew known
make made
meet met
see saw seen
sit sat
sleep slept
spend spent
teach taught
tell told
withdraw withdrawn
child children childrens kid kids
man men mens
woman women womens
person people persons peoples
tooth teeth
foot feet
mouse mice
wife wives
knife knives
life lives
loaf loaves
half halves
shelf shelves
leaf
potato potatoes
tomato tomatoes
hero heroes
house houses
horse horses
nurse nurses
course courses
glasses
spectacles
lens lenses
bus buses
gas
species
series
news
goods
customs
pants
clothes
this
less
always
perhaps
plus
mathematics
maths
physics
gymnastics
athletics
ethics
sunglasses
christmas
texas
paris
diabetes
rabies
herpes
towards
sometimes
"""


def _inflected(verb: str) -> list[str]:
    """All forms that the verb may have by rule; some that nobody says do no harm."""
    stem = verb[:-1] if verb.endswith("e") else verb
    forms = [f"{stem}ing", f"{stem}ed", f"{verb}s"]
    if verb.endswith("ie"):
        forms.append(f"{verb[:-2]}ying")
    if verb[-1] == "y" and verb[-2] not in "aeiou":
        forms += [f"{verb[:-1]}ied", f"{verb[:-1]}ies"]
    if verb.endswith(("s", "x", "ch", "sh", "z", "o")):
        forms.append(f"{verb}es")
    if verb[-1] in "bdglmnprt" and verb[-2] in "aeiou" and verb[-3:-2] not in "aeiou":
        forms += [f"{verb}{verb[-1]}ing", f"{verb}{verb[-1]}ed"]
    if verb.endswith(("el", "al", "il")):
        forms += [f"{verb}ling", f"{verb}led"]
    return forms


def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    for verb in _VERBS.split():
        table.setdefault(verb, verb)
        for form in _inflected(verb):
            table.setdefault(form, verb)
    for line in _IRREGULAR.strip().splitlines():
        words = line.split()
        table |= dict.fromkeys(words, words[0])
    return table


# Things that are called by a form of a verb, and are no more the verb: a building is not built, for a caller.
_THINGS = """
wedding building filling fitting meeting setting listing offering following during swimming parking dining boarding
heating housing clothing bedding plumbing evening morning savings training
""".split()
_LEMMAS = _table() | {thing: thing for thing in _THINGS} | {"trainings": "training"}


@lru_cache(maxsize=8192)
def lemma(word: str) -> str:
    """The dictionary form of a word in lower case; the word itself where that is not certain."""
    found = _LEMMAS.get(word)
    if found is not None:
        return found
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is", "ous")):
        return word
    if word.endswith("ies"):
        single = word[:-3] + "y" if len(word) > 4 else word[:-1]
    elif word.endswith(("sses", "xes", "ches", "shes", "zes")):
        single = word[:-2]
    else:
        single = word[:-1]
    return _LEMMAS.get(single, single)


_KNOWN_VERBS = frozenset(_VERBS.split())
_PARTICIPLES = frozenset(
    "sold bought paid brought built taken given worn written broken driven eaten found kept made seen spent taught cut "
    "shown grown held done lit hung".split()
)


@lru_cache(maxsize=8192)
def is_participle(word: str) -> bool:
    """Whether it is what something is that has been "washed" or "sold"."""
    return word in _PARTICIPLES or (word.endswith("ed") and _LEMMAS.get(word, word) != word)


@lru_cache(maxsize=8192)
def is_verb(word: str) -> bool:
    """Whether it may be a form of a verb."""
    return _LEMMAS.get(word, "") in _KNOWN_VERBS or word.endswith("ing")
