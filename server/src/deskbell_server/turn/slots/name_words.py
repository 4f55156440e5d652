"""Words that tell where a name is, and words that are none."""

from __future__ import annotations

TITLES = frozenset("mr mrs ms miss dr doctor prof professor sir madam mister mx".split())
PARTICLES = frozenset(
    "van der den de la le von zu bin ibn al el da dos do di del della du ter ten af av y".split()
)
"""Written small within names."""
COURTESIES = frozenset(
    "sure yes yeah yep yup ok okay certainly right hello hi hey good morning afternoon evening thanks thank you please "
    "of course no sorry oh actually so well just and thing problem".split()
)
"""What may stand in front of an answer."""
FAREWELLS = frozenset("thanks thank you please speaking here sir madam mate ok okay".split())
"""What may stand behind it."""
NO_NAMES = frozenset(
    """a about after again ago all almost already also am an and another any anyone anything anyway are around as ask
    asked asking at available away back because been before being best better between bit book booked booking both but
    by call called caller calling came can can't cannot check come could couldn't did didn't do does doesn't doing
    don't done each either else email enough even every everything fine first for forget forgot from full get give
    given go going gonna good got great had happy has have haven't having he hello help her here hey hi him his hold
    how however i i'd i'll i'm i've if in instead interested into is isn't it it's its just keep know last later
    leave let like line list long look looking lot lost made make many maybe me mean meant might mind mine minute moment
    more much must my name name's need needed never new next no nope not nothing now number of off oh ok okay on once
    one only or other our out over own pardon parking people phone please possible problem put question quite rather
    ready really ridiculous right same say says second see seen she should show skip so some somebody someone something
    soon sorry speak speaking still sure take talk tell than thank thanks that that's the their them then there there's
    these they thing think this those though three through time to today told tomorrow tonight too try trying two uh um
    under unless until up urgent us very viewing wait want wanted was wasn't way we we're well were what what's when
    where where's which while who who's whom whose why will with without won't wonder wondering wondered work would
    wouldn't wrong yeah yep yes yesterday yet you you're you've your yours spelt spelled surname
    spelling spell double its thats none""".split()
) - {"will"}
NEVER_UNASKED = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february april july august september october
    november december christmas easter english american british german french spanish italian irish polish scottish
    welsh european flat apartment unit room reference god jesus""".split()
)
"""In capitals and yet no names, unless a name was asked for."""
PLACES = frozenset(
    """road street avenue lane drive house estate estates clinic hotel ltd limited court square gardens park hospital
    school company agency lettings properties restaurant terrace close crescent""".split()
)
"""A name that ends so is that of a place or a business."""
ORDINARY = frozenset(
    """absolutely afternoon agent alright amazing anytime appointment apologies awesome bad beautiful begin big blah
    bother brilliant busy bye cancel change changed changes cheers clear completely confirm continue cool correct
    correction course dad day days deal dear definitely difference dinner doubt earlier early easy enough entirely
    evening exactly excellent exit fabulous fantastic finish finished forgotten friday friend glad gone goodbye
    gorgeous grand great help hurry husband idea ideal incorrect kidding kind later loud louder love lovely luck lunch
    magic main marvellous mate matter menu monday month morning mother mum mistake nah nice night nobody nonsense noon
    normal operator outside perfect perfectly person pleasant pleasure plenty pointless possibly problems quick
    quicker quickly quiet quit quitting real receptionist repeat representative restart saturday scrap seriously
    settled shame shop silly slow slower slowly somewhere son sort sorted splendid start static stop stopped stuff
    stupid sunday super superb superbly terrible terrific thanksgiving thursday thousand tonight totally trouble true
    tuesday understand understood undo unfortunately useless usual voice wednesday week weekend welcome whatever
    whenever wife wonderful wonderfully worked works worries worry wow yikes yup
    zero ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty
    three four five six seven eight nine hundred""".split()
)
"""Courtesies, commands and what else is said in answer to a question: alone no name, and none that puts another
right."""
RELATIONS = (
    "daughter|son|wife|husband|partner|spouse|fianc(?:e|é)e?|mother|father|mum|mummy|mom|dad|daddy|parents?|kid|child"
    "|boy|girl|little (?:boy|girl|one)|baby|brother|sister|grandmother|grandfather|gran|grandma|grandpa|grandson"
    "|granddaughter|aunt|uncle|nephew|niece|cousin|friend|mate|girlfriend|boyfriend|boss|colleague|neighbour|client"
    "|(?:mother|father|sister|brother|son|daughter)[ -]in[ -]law"
)
"""Somebody for whom the caller speaks."""
