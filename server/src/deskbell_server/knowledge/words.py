"""Words, reduced so that a question's and a document's can be compared: stems, numbers, days, synonyms."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = {
    word: str(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}
_TOKEN = re.compile(r"[^\W\d_]+(?:'[a-z]+)?|[$£€]?\d+(?:[.,:]\d+)*", re.IGNORECASE)
_COMPOUND = re.compile(r"\b(check|pick|drop|follow)(?:ing|ed)?[ -](in|out|up|off)(s?)\b", re.IGNORECASE)
"""Written in one word, so that the short word counts: check-in is not check-out."""
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'-]+")
_NAMES = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+)+")
_STEP_FREE = re.compile(r"\bstep[ -]free\b", re.IGNORECASE)
_WIFI = re.compile(r"\bwi[ -]fi\b", re.IGNORECASE)
_MEALTIME = re.compile(r"\b(breakfast|lunch|dinner|supper)[ -]?times?\b", re.IGNORECASE)
_DAY = re.compile(
    r"\b(mon|tue|wed|thu|fri|sat|sun)(?:day|s|sday|nesday|r|rs|rsday|urday)?s?\b", re.IGNORECASE
)
_DAY_RANGE = re.compile(
    rf"{_DAY.pattern}\s*(?:to|till|until|through|[-\u2013])\s*{_DAY.pattern}", re.IGNORECASE
)
_DAY_GROUPS = (
    (re.compile(r"\b(?:every day|daily|seven days|7 days|all week|any day)\b", re.IGNORECASE), range(7)),
    (re.compile(r"\b(?:weekdays?|working days?|during the week|week ?nights?)\b", re.IGNORECASE), range(5)),
    (re.compile(r"\bweekends?\b", re.IGNORECASE), range(5, 7)),
)

STOP_WORDS = frozenset(
    """a about actually advance after again ahead all allowed already alright also am an and any anybody anyone
    anything are aren't around as ask asking at away be because been before being best between bit both but
    by call can can't cannot come cos could couldn't cuz dear did didn't do does doesn't doing don't done
    down dr each either else ever everybody everyone exactly for from get give go going gone gonna good got
    gotta great had happen has hasn't have haven't having he he'd he's hello help her here herself hey hi
    him himself his how how's however i i'd i'll i'm i've if in instantly into is isn't it it'll it's its
    itself just kind know lately let let's like little look looking lot lots make many may maybe me mean
    might mine moment more morning's most mr mrs ms much must mustn't my myself need next no nope not now of
    off offer ok okay on once one only or other our out over own past per please possible provide question
    quick really right say see seen serve shall she she'd she's should shouldn't since so some somebody
    someone something sorry still such sure take tell than thank thanks that that'll that's the their them
    themselves then there there'll there's these they they'd they're they've thing think this those through
    to today today's told too under up us use usually very wanna want was wasn't we we'd we're we've well
    were weren't what what'll what's whatever when when's whenever where where's wherever which whichever
    while who who'll who's whoever whom whose why will wish with without won't wonder wondering work would
    wouldn't yeah yep yes yet you you're you've your yours""".split()
)

LIGHT_WORDS = frozenset(
    """able absolutely accept accident actual add advance afternoon afterwards age aged ahead aim allow alone
    alright altogether amount answer answered answering anybody anymore anyone anytime anyway anywhere
    appear apply approximately area around arrive assume available average avoid aware away awful back bad
    badly basically become begin behind believe belong between big biggest bit bits bloke both bother box
    break bring brought building bunch called carry carrying case catch cater certain chance change chap
    cheapest check choice choose chuck city clear clearly close-by closest come common complete completely
    concerning condition conditions confirm confused consider contact cope couple cover curious current
    currently daft date day deal decide definitely depend describe desperate details difference different
    direct directly discuss double-check downstairs dozen drive drop due during each early easier easily
    easy eighteen eighty either else end ends enough ensure entire entirely equipment especially essentially
    even evening eventually every everyday exact exactly expect expensive explain extra extremely facilities
    facility fairly falls fancy fast feel feeling fella fellow fifteen fifty figure find fine finish first
    fit folk folks follow forth fortunately forty fourteen frankly frequently front full fully general
    generally gentleman give given glad goes going good grab guess guest guests guys hand handle handled
    handy hang happen happens happy hassle having head hear heard hello helpful hi hold honest honestly hop
    hope hopefully hour huge hundred idea ideally imagine immediately importantly incidentally include
    included includes indeed info information inside instead intend interest interested issue item join jump
    keen keep kinds knew lady land large largest last lately later latest lay learn leave left length less
    lie likely list literally load loads located lock long lose lot lovely lucky main major majority making
    manage mate matter maximum mean meet mention method mid middle million minimum minute mistake moment
    month morning mostly move myself name names near nearby nearest necessary needed never newest newly nice
    nicest night nineteen ninety nip nobody non normal normally note notice noticed number obtain obviously
    occasionally odd offered old oldest ones onto open-ended opportunity option options order original
    originally otherwise ourselves owe pack packed part particular partly party pass pay people per perfect
    perfectly permanently person pick plan please point policy pop possible possibly pour precisely prefer
    prepare presumably pretty previously prior probably problem procedure process professional promise
    proper properly provide provided public purpose purposes push put quarter question quickly quite random
    range rarely rather reach ready realise realize reason reasonable reasonably recall receive recent
    recently reckon recommend refer regarding regular related remain remember reply request require
    requirement requirements respond responding rest rid right roughly round run rush rushed seated second
    section self send separate separately serious seriously served set seventeen seventy several sharp
    shortest show side simple simply sit sitting situated situation sixteen sixty size sized skip slightly
    slip small smallest solve somebody somehow somewhere soon sooner sort sound space spaces special
    specific spend spot staffed stand standard start starving stay stick stop straight straightaway
    straightforward strange struggle stuck stuff submit suggest suggestion suit suitable super suppose
    supposed surprise swing tad talk tallest tend term terribly there thirteen thirty thousand throw tonight
    tonne top total touch toward towards town travel treat tricky trip truly try turn twenty type typical
    typically uh ultimately um unfortunately until upfront upstairs user users usual usually various versus
    wait wander wanted wanting way wear week weekend weird whatsoever whole willing wise wonder wondered
    wonderful worked working works worry worst wrong year years yesterday yourself""".split()
)
"""Words that tell little of what a question is about: a statement may answer it without them."""
SELF_WORDS = frozenset(
    "clinic hotel practice surgery office agency business company firm hostel guesthouse inn premises place".split()
)
"""Words by which a caller means the business that was called."""

_SYNONYMS = (
    "open hour opening closed close times time shut",
    "telephone phone mobile",
    "mail email",
    "address located location street find where situated",
    "internet wifi wireless wi wlan broadband online",
    "lift elevator",
    "bicycle bike cycle",
    "book reserve reservation booking appointment schedule",
    "appointment visit session",
    "begin start commence",
    "free charge gratis complimentary",
    "wheelchair disabled accessible accessibility disability access stepfree ramp level",
    "area region town city district suburb",
    "work cover operate serve",
    "near nearest nearby close closest",
    "cancel cancellation",
    "insurance insurer insured",
    "rent let rental lease letting tenancy hire",
    "buy purchase buyer",
    "sell sale seller vendor",
    "shuttle transfer",
    "park parking",
    "room bedroom",
    "bath tub bathtub",
    "wear clothes dress clothing outfit",
    "manager boss",
    "size big large square",
    "swim swimming pool",
    "contract agreement",
    "alert notify notification inform told newsletter",
    "big biggest large largest",
    "small smallest",
    "refund reimburse reimbursement",
    "arrive arrival checkin",
    "depart departure checkout",
    "allergy allergic allergen intolerance intolerant",
    "gluten coeliac celiac",
    "clean cleaning hygienist hygiene polish scale",
    "whiten whitening bleach bleaching whiter",
    "denture false",
    "anaesthetic anesthetic sedation sedate",
    "pregnant pregnancy expecting expectant",
    "surgery operation operate",
    "medicine medication tablet pill",
    "referral refer letter",
    "yard garden backyard",
    "viewing tour showing",
    "buyer purchaser",
    "purchase buy acquire",
    "job career vacancy vacancies employment hiring recruit",
    "owner own proprietor landlord",
    "spot space bay",
    "wedding marriage marry married",
    "birthday party celebration celebrate",
    "corporate company business",
    "twin separate",
    "tv television telly",
    "conditioning aircon conditioner conditioned",
    "air aircon",
    "rubbish trash garbage",
    "stroll walk",
    "coach bus",
    "voucher certificate",
    "fine penalty fee charge",
    "penalty fine fee",
    "opinion review",
    "damage damaged broken",
    "wake alarm",
    "age old year",
    "dryer drier hairdryer",
    "deposit prepayment",
    "instalments installments instalment installment",
    "centimetre cm",
    "kilometre km",
    "hearing deaf",
    "translate interpreter translation",
    "privacy data personal confidential",
    "stairs step steps staircase",
    "handicapped disabled wheelchair accessible",
    "drive car",
    "bring take",
    "sign signed signature",
    "certificate certification",
    "qualified qualification registered licensed license licence",
    "license licence licensed",
    "colour color",
    "centre center",
    "metre meter metres meters",
    "programme program",
    "tyre tire",
    "organise organize arrange arranged",
    "cheque check",
    "grey gray",
    "theatre theater",
    "jewellery jewelry",
    "neighbour neighbor neighbourhood neighborhood",
    "favourite favorite",
    "catalogue catalog",
    "dialogue dialog",
    "litre liter",
    "paediatric pediatric children",
    "orthopaedic orthopedic",
    "kid child",
    "vaccinate vaccination",
    "checkup examination exam check-up inspection",
    "prescription prescribe",
    "steak beef",
    "dessert pudding",
    "soft alcohol-free",
    "quiet quietly silent silence noise noisy",
    "dirty clean",
    "sheets linen bedding",
    "duvet blanket",
    "coin change",
    "summit top",
    "haircut cut trim",
    "colour dye",
    "nail manicure",
    "beginner novice starter",
    "trial taster",
    "membership member",
    "cancel terminate end",
    "freeze pause",
    "lawsuit case",
    "divorce separation",
    "testament will",
    "solicitor lawyer",
    "fix repair",
    "brake brakes",
    "inspection inspect",
    "deliver delivery",
    "ship shipping post postage",
    "courier delivery",
    "collect collection pickup",
    "return returned exchange",
    "warranty guarantee",
    "size sizes",
    "stock available",
    "recipe ingredient ingredients",
    "wood wooden",
    "mobile cell cellphone",
    "web website online internet",
    "chat message",
    "text sms message",
    "letter write written mail",
    "fast quick quickly rapid",
    "expert specialist specialise specialize",
    "specialist expert consultant",
    "chief head principal",
    "founder found founded",
    "history founded since",
    "grow growth",
    "price cost fee charge rate pay payment expensive cheap tariff",
    "flat apartment condo",
    "house home",
    "key card keycard",
    "car vehicle auto automobile",
    "store storage keep leave",
    "found establish begin",
    "outside out",
    "additional extra another",
    "overnight night",
    "iron ironed ironing",
    "quick quickly fast soon",
    "owner owned own",
    "smoke smoking smoker cigarette",
    "head lead leads run runs manage responsible",
    "tooth teeth",
    "child kid children youngster",
    "dog puppy pet animal",
    "cat kitten pet animal",
    "doctor physician doc dr",
    "need required require must necessary",
    "accept take allowed allow permitted welcome",
    "noise quiet silence",
    "eat food meal dish cuisine course",
    "kitchen restaurant cook chef",
    "x-ray xray",
    "late later latest last",
    "early earliest first",
    "discount off reduced cheaper reduction percent",
    "photo photograph picture camera",
    "holiday vacation",
    "toilet restroom loo wc bathroom",
    "taxi cab",
    "luggage bag suitcase baggage",
    "film movie",
    "television tv",
    "pram pushchair stroller buggy",
    "invoice bill receipt",
    "ill sick unwell",
    "student pupil learner",
    "instructor teacher tutor teach",
    "lawyer solicitor attorney",
    "shop store",
    "garage parking",
    "evening night tonight late",
    "lunch midday",
    "big large spacious",
    "small little young tiny",
    "employee staff team colleague",
    "voucher gift",
    "medicine drug prescription medication",
    "conference meeting seminar",
    "nervous anxious scared afraid fear frightened phobia anxiety",
    "pull extract extraction taken removed remove removal",
    "instalment installment monthly plan finance",
    "built build construct",
    "subway underground metro tube",
    "train railway rail",
    "reach contact call write telephone ring",
    "telephone phone ring call number",
    "complain complaint unhappy",
    "hot warm degree heat temperature",
    "heat heating heated warm",
    "clean cleaning polish wash",
    "wash laundry launder washing ironing",
    "ache toothache pain hurt painful sore",
    "lose lost missing",
    "forgot forget left leave behind lost",
    "crib cot",
    "available free vacant vacancy",
    "furniture furnished furnish",
    "charger charge charging charged",
    "ev electric",
    "renew renewal extend extension",
    "repair fix mend broken maintenance report",
    "drink beverage",
    "gym fitness workout exercise",
    "massage massages",
    "spouse wife husband partner",
    "senior pensioner elderly",
    "register registered registration sign join",
    "remind reminder",
    "consult consultation talk advice",
    "speak language speaks",
    "doc document paper paperwork",
    "identity identification id passport document",
    "income salary earn wage",
    "deposit security bond",
    "commission fee percentage",
    "tax taxes",
    "postcode zipcode zip",
    "straighten straight braces orthodontic orthodontist aligner",
    "record file",
    "guarantee warranty guaranteed",
    "late delayed delay",
    "bleed bleeding blood",
    "swollen swelling swell",
    "emergency urgent urgently",
    "knock knocked",
    "staircase stairs steps step",
    "hear hearing deaf induction loop",
    "blind guide assistance",
    "pay payable paid payment",
    "dinner supper evening",
    "view viewing see look",
    "show showing viewing",
    "bid offer",
    "valuation appraisal value valuate appraise worth estimate",
    "estimate quote quotation",
    "mortgage loan",
    "landlord owner",
    "tenant renter",
    "month monthly",
    "year yearly annual annually",
    "treat treatment therapy",
    "men man male",
    "women woman female",
    "group party",
    "veterinary vet",
    "shot jab vaccination vaccine injection vaccinated vaccinate",
    "neuter spay castrate neutering",
    "exhibition exhibit",
    "enter entry entrance admission ticket",
    "entry let visitor",
)
_BROADER = (
    "dinner meal dish restaurant",
    "supper meal dish restaurant",
    "moan complain complaint grumble unhappy dissatisfied",
    "chat talk consultation conversation",
    "throb toothache ache sore pain agony hurt painful",
    "yank pull extract extraction taken removed",
    "pushbike bicycle bike cycle",
    "patio terrace",
    "electric electricity",
    "chemist pharmacy drugstore",
    "headache pain",
    "tablet medicine pill medication",
    "cool cooling conditioning aircon",
    "boiling hot warm",
    "cheapest cheap price cost",
    "owe pay fee charge",
    "rub massage",
    "grown adult",
    "grownup adult",
    "upstairs room floor",
    "hire rent rental",
    "supplier provider",
    "elevator lift",
    "flat apartment",
    "bed bedroom",
    "go visit",
    "door entrance",
    "beverage drink coffee tea",
    "separately included extra",
    "pregnant baby expecting",
    "mum mother parent",
    "dad father parent",
    "parent guardian",
    "buggy pram",
    "deaf hearing",
    "shut closed close",
    "fetch pick collect shuttle",
    "earn income salary wage pay",
    "paperwork document paper certificate",
    "papers document certificate",
    "reference code ref",
    "cut commission percent",
    "cab taxi",
    "cash money",
    "groceries supermarket grocery food",
    "breakage break broken",
    "chipped broken break crack cracked snap snapped",
    "crack broken",
    "painkiller medicine",
    "terrified nervous scared afraid frightened",
    "frightened nervous",
    "kip sleep",
    "loo toilet",
    "telly television",
    "fridge refrigerator",
    "freezer refrigerator",
    "sofa couch",
    "pressed ironed ironing iron",
    "press iron",
    "bloke man",
    "heir inheritance",
    "gumshield guard",
    "plug charge charger charged",
    "sockets socket",
    "case luggage suitcase",
    "baggage luggage",
    "jacket coat things",
    "belongings things property",
    "midnight night",
    "tall high height metre",
    "height high metre",
    "deep depth",
    "width wide",
    "weigh weight kilo",
    "spread instalment instalments",
    "gradually instalment",
    "interest free",
    "set founded",
    "started founded",
    "established founded",
    "originally founded",
    "boss manager principal",
    "charge manager leads runs",
    "round tour",
    "bid offer",
    "reimburse refund",
    "survey inspection",
    "inspect inspection",
    "realtor agent",
    "broker agent",
    "clerk reception",
    "tram bus train",
    "metro underground subway",
    "rail train",
    "underground subway",
    "nearest closest",
    "wander walk",
    "stroll walk",
    "band music",
    "concert music",
    "gig music",
    "gents men",
    "ladies women",
    "teen under",
    "teenage under",
    "youngest under",
    "minor under",
    "elder senior",
    "kids children",
    "youngster children",
    "gluten coeliac celiac",
    "coeliac gluten",
    "lactose dairy",
    "meatless vegetarian vegan",
    "veg vegetarian",
    "nibble snack sandwich",
    "bite snack eat",
    "peckish hungry snack",
    "starving hungry eat snack",
    "late-night night",
    "sunbed deck",
    "lounger deck chair",
    "sunbathe deck garden",
    "steam sauna",
    "treadmill gym",
    "weights gym",
    "fee cost",
    "admission entry",
    "heal recover bleed",
    "swollen face",
    "denture dentures",
    "straighten braces aligner",
    "brace braces",
    "gap space",
    "sleepover overnight",
    "moped motorbike motorcycle",
    "licence license",
    "learner beginner",
    "exam test",
    "theory test",
    "assessment evaluation appraisal",
    "physio physiotherapy physiotherapist",
    "sprain injury ankle",
    "sore ache pain",
    "jab vaccination vaccine",
    "spayed neutered",
    "kennel boarding",
    "chip microchip",
    "leash lead",
    "snack cafe",
    "tour guided guide",
    "lecture talk",
    "painting art picture",
    "keepsake souvenir gift",
    "souvenir gift shop",
    "locker cloakroom",
    "cloakroom coat luggage",
    "quid pound",
    "buck dollar",
    "bucks dollar",
    "euro euros",
    "fiver pound",
    "tenner pound",
    "weekday monday",
    "holiday vacation",
    "xmas christmas",
    "christmas holiday",
    "easter holiday",
    "thanksgiving holiday",
    "nighttime night",
    "o'clock hour",
    "fortnight week",
    "annual year",
    "hygienist hygiene cleaning clean",
    "scale polish clean",
    "descale clean",
    "receptionist reception desk",
    "concierge reception",
    "lobby reception",
    "housekeeping clean cleaning",
    "maid cleaning",
    "towel towels",
    "robe bathrobe",
    "minibar drink",
    "sip drink",
    "booze alcohol bar",
    "pint beer bar",
    "prebook book",
    "slot appointment",
    "reschedule move appointment",
    "rebook move",
    "postpone move",
    "rearrange move",
    "swap change",
    "noshow come",
    "deduct charge",
    "lender bank mortgage",
    "financing mortgage instalment",
    "preapproval pre-approval letter",
    "downpayment deposit",
    "upfront deposit advance",
    "roommate tenant",
    "lodger tenant",
    "sublet let",
    "plumbing repair",
    "plumber repair",
    "leak repair leaking",
    "faulty broken repair",
    "furnished furniture",
    "empty vacant free",
    "studio apartment",
    "residence house home",
    "mansion house",
    "condominium apartment",
    "hoa association",
    "backyard yard garden",
    "lawn garden",
    "driveway parking garage",
    "carport garage parking",
    "solar panel",
    "boiler heating",
    "radiator heating",
    "furnace heating",
    "view overlook look",
    "photographer picture photograph",
    "photos picture photograph",
    "brochure listing",
    "listed listing",
    "disabled badge",
    "sleep bed",
    "food bread",
    "tourist city",
    "tesla electric car",
    "child under",
    "cavity filling",
    "decay filling",
    "cap crown",
    "downpayment deposit",
    "twin two",
    "uber taxi",
    "lyft taxi",
    "apartment studio loft penthouse",
    "flat studio loft penthouse",
    "home apartment townhouse cottage property",
    "house townhouse cottage",
    "property house apartment townhouse cottage studio loft penthouse",
    "utility gas electric electricity heating water",
    "vegetarian vegan",
    "transport bus tram train underground subway",
    "credit card",
    "alcohol bar cocktail wine beer",
    "outdoor terrace garden patio yard balcony",
    "outside terrace garden patio yard balcony",
    "bathroom bath shower",
    "doctor dentist vet dentists",
    "baby child children cot",
    "toddler child children",
    "son child children",
    "daughter child children",
    "teenager child children under",
    "teen child children under",
    "infant child children cot",
    "alone parent guardian adult accompanied",
    "happy cocktail",
    "van vehicle garage",
    "suv car vehicle",
    "miss come",
    "attend come",
    "near minute metre walk foot opposite corner",
    "nearby minute metre walk foot opposite corner",
    "far minute metre mile walk foot",
    "spouse wife husband",
    "dental tooth teeth dentist",
    "snack sandwich",
    "drink beverage cocktail coffee tea water wine beer",
    "realtor agent",
    "broker agent",
    "veggie vegetarian vegan",
    "puppy dog",
    "kitten cat",
    "hungry eat food",
    "vape smoke",
)
"""The first word is answered by any of the others, not the other way round: whoever asks for something outdoors may
be told of a terrace, and whoever asks for a terrace may not be told of a balcony."""


_WHOLE_WORDS = frozenset("cater shower owner letter matter tower order family thing spring string".split())
"""Their endings are not endings."""


_IRREGULAR = {
    form: verb
    for verb, forms in {
        "speak": "spoke spoken",
        "buy": "bought",
        "pay": "paid",
        "build": "built",
        "bring": "brought",
        "take": "took taken",
        "eat": "ate eaten",
        "break": "broke broken",
        "choose": "chose chosen",
        "teach": "taught",
        "write": "wrote written",
        "drive": "drove driven",
        "wear": "wore worn",
        "swim": "swam swum",
        "sleep": "slept",
        "keep": "kept",
        "send": "sent",
        "begin": "began begun",
        "sing": "sang sung",
        "drink": "drank drunk",
        "forget": "forgot forgotten",
        "child": "children",
        "tooth": "teeth",
        "foot": "feet",
        "person": "people persons",
        "man": "men",
        "woman": "women",
        "wife": "wives",
        "knife": "knives",
    }.items()
    for form in forms.split()
}


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A rough English stem: endings of plurals, verbs and nouns, and a doubled last letter, fall away."""
    word = _without_accents(word.lower()).removesuffix("'s")
    word = _IRREGULAR.get(word, word)
    if word.removesuffix("s") in _WHOLE_WORDS:
        return word.removesuffix("s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("ees"):
        return word[:-1]
    for ending in (
        "ations",
        "ation",
        "ions",
        "ion",
        "ings",
        "ing",
        "ments",
        "ment",
        "ers",
        "er",
        "ed",
        "es",
        "s",
        "ly",
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)]
            break
    # "stopped" and "cancelled", but not "sell", "fee" or "glass".
    if len(word) > (5 if word[-1] == "l" else 3) and word[-1] == word[-2] and word[-1] not in "aeious":
        word = word[:-1]
    word = word.removesuffix("e") if len(word) > 3 else word
    # "sedated" is of "sedation", and "located" of "location"; not "treat".
    return word[:-2] if len(word) > 4 and word.endswith("at") and word[-3] not in "aeiou" else word


def _without_accents(word: str) -> str:
    """ "café" -> "cafe", as speech recognition may write either."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def _words(text: str) -> list[str]:
    text = _STEP_FREE.sub("stepfree", text)
    text = _WIFI.sub("wifi", _MEALTIME.sub(r"\1", text.replace("\u2019", "'")))
    return _TOKEN.findall(_COMPOUND.sub(r"\1\2\3", text))


def tokens(text: str) -> list[str]:
    """The words of a text in order, as stems; numbers in digits ("two" -> "2", "1,240" -> "1240"), prices
    with their sign."""
    found = (word.lower() for word in _words(text))
    return [
        _NUMBERS.get(word) or (stem(word) if word[0].isalpha() else word.replace(",", "")) for word in found
    ]


def content(text: str) -> list[str]:
    """The tokens of a question that say what it is about, each once."""
    kept = (
        word
        for word in _words(text)
        if word.lower() not in STOP_WORDS
        and stem(word) not in _STOP_STEMS
        and not (len(word) == 1 and word.isalpha())
    )
    return list(dict.fromkeys(tokens(" ".join(kept))))


def name_words(text: str) -> frozenset[str]:
    """The words with a capital inside a sentence or beside another one, as stems."""
    return frozenset(
        token for name in (*_NAME.findall(text), *_NAMES.findall(text)) for token in tokens(name)
    )


def acronyms(text: str) -> frozenset[str]:
    """What the capitals of names could be shortened to: "nhs" for National Health Service."""
    return frozenset("".join(word[0] for word in run.split()).lower() for run in _NAMES.findall(text))


def days(text: str) -> frozenset[int]:
    """The days of the week that a text speaks of, Monday 0; "Monday to Thursday" is four of them."""
    found = {_index(match[1]) for match in _DAY.finditer(text)}
    for match in _DAY_RANGE.finditer(text):
        first, last = _index(match[1]), _index(match[2])
        found.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    for pattern, group in _DAY_GROUPS:
        if pattern.search(text):
            found.update(group)
    return frozenset(found)


def without_days(text: str) -> str:
    """The text without the names of days and of groups of days."""
    for pattern in (_DAY_RANGE, _DAY, *(pattern for pattern, _ in _DAY_GROUPS)):
        text = pattern.sub(" ", text)
    return " ".join(text.split())


def _index(name: str) -> int:
    return next(i for i, day in enumerate(DAYS) if day.startswith(name.lower()))


def synonyms(token: str) -> frozenset[str]:
    """The stems that an answer may hold instead of a question's, the token itself included."""
    return _SYNONYM_TABLE.get(token, frozenset((token,)))


def _table() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for line in _SYNONYMS:
        group = {stem(word) for word in line.split()}
        for word in group:
            table.setdefault(word, {word}).update(group)
    for line in _BROADER:
        broad, *narrow = (stem(word) for word in line.split())
        table.setdefault(broad, {broad}).update(narrow)
    return {word: frozenset(group) for word, group in table.items()}


_SYNONYM_TABLE = _table()
_STOP_STEMS = frozenset(stem(word) for word in STOP_WORDS if len(word) > 3)
LIGHT = frozenset(stem(word) for word in LIGHT_WORDS | SELF_WORDS)
"""Stems of `LIGHT_WORDS` and `SELF_WORDS`."""
DAY_WORDS = frozenset(stem(word) for word in (*DAYS, "weekend", "weekday"))
"""Stems of the words that `days` understands."""
