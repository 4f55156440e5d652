"""Phrases of several words that mean one thing, rewritten to one word or to the plainest phrase.

Applied in order to the plain form of a question (`normal.plain`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

_MONTHS = "january|february|april|june|july|august|september|october|november|december"
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_COUNTS = r"(?:\d+(?:_\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|midnight)"
_FOOD = r"breakfast|brunch|lunch|dinner|supper|food|meals?|alcohol|coffee|tea|beers?|wines?|cocktails?|drinks|desserts?"
_PEOPLE = r"(?:i|we|you|one|they|people|guests|customers|patients|clients|somebody|someone)"

_REWRITES: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    # Words that are written in several ways.
    (r"\b(check|pick|drop|follow|walk|log|sign) ?(in|out|up|off)s?\b(?! to a)", r"\1\2"),
    (r"\bcheckups?\b", "checkup"),
    (r"\bchecked (in|out)\b", r"check\1"),
    (r"\bchecking (in|out)\b", r"check\1"),
    (r"\b(check)(?: my| our| the)? (in|out)\b", r"\1\2"),
    (r"\b(pick|drop)(?:ped|ping)?((?: (?:my|the|our|your|a|me|us|it))? ?(?:\w+ )??)(up|off)\b", r"\1\3 \2"),
    (r"\bx rays?\b", "xray"),
    (r"\bwi ?fi\b|\bwire ?less(?: internet)?\b|\binternet(?: access| connection)?\b", "wifi"),
    (r"\be mails?\b", "email"),
    (r"\bmots\b", "mot"),
    (r"\bgrown ups?\b", "adult"),
    (r"\btake ?(?:out|away)s?\b(?! my)|\b(?:food|coffee|pizza) to (?:go|take ?away)\b", "takeaway"),
    (r"\bcar ?parks?\b|\bparking (?:lot|garage|place|space|spot)s?\b", "parking"),
    (r"\b(can|could|may|do|should|must) (i|we|you|guests|customers|people) park\b", r"\1 \2 parking"),
    (r"\b(to|have to|allowed to) park\b", r"\1 parking"),
    (r"\bgift (card|voucher|certificate)s?\b", "voucher"),
    (r"\bdebit cards?\b", "debitcard"),
    (r"\b(?:credit|bank) cards?\b|\bcard payments?\b", "card"),
    (r"\be ?bikes?\b", "electric bike"),
    (r"\bpayment plans?\b", "instalment"),
    (r"\bhair cuts?\b|\b(?:my )?hair cut\b", "haircut"),
    (r"\bwhereabouts\b", "where"),
    (r"\b(two|three|four|five|six|seven|eight|nine|ten|twelve)s\b", r"\1"),
    (r"\bswimming pools?\b", "pool"),
    (r"\bfitness (?:room|centre|center|studio)\b", "gym"),
    (r"\b(?:train|railway) stations?\b", "trainstation"),
    (r"\b(?:courtesy|loan|replacement|loaner) (?:cars?|vehicles?)\b", "courtesycar"),
    (r"\bmedical practice\b", "practice"),
    (r"\belectric(?:al)? (?:cars?|vehicles?)\b|\bevs?\b", "electriccar"),
    (
        (
            r"\bcharg(?:e|(?:ers?|ing)(?: (?:points?|stations?))?(?: for)?)(?: (?:an?|my|our))? (electriccar|"
            r"tesla)s?\b"
        ),
        r"\1charger",
    ),
    (r"\b(electriccar|tesla) (?:charging|chargers?|charges?)(?: (?:points?|stations?))?\b", r"\1charger"),
    (r"\b(\d+|one|two|three|four|five|six) beds?(?:rooms?|roomed)?\b", r"\1 bedroom"),
    (r"\bhow far (?:in advance|ahead)\b", "how far ahead"),
    (r"\b(book\w*|reserv\w*)(.*?) (?:in advance|beforehand|ahead of time|ahead)\b", r"\1\2"),
    (r"\bhow long do (?:i|we) have to\b", "until when can i"),
    (r"\bdo (?:i|we) get (.+?) (?:with|in) (?:the|my|our) room\b", r"is \1 included in the room"),
    (r"^(is|are) the (.+) available$", r"\1 the \2 onoffer"),
    (r"\bfree of charge\b|\bfor free\b|\bcomplimentary\b|\bat no (?:extra )?(?:cost|charge)\b", "free"),
    (r"\bhour of the day\b", "hour"),
    (
        r"\baround the clock\b|\bround the clock\b|\b(?:24|twenty four) ?(?:hours|hrs|7)(?: a day)?\b",
        "allhours",
    ),
    (r"\bseven days a week\b|\b7 days a week\b|\ball week\b|\bevery day\b|\beveryday\b", "alldays"),
    (r"\b(?:any|all) the time\b|\b(?:at )?any time\b|\banytime\b", "anytime"),
    # Days and dates.
    (rf"\b({_DAYS})s\b", r"\1"),
    (r"\bmonday (?:to|through|till|until) friday\b|\bduring the week\b|\bweek ?days?\b", "weekday"),
    (r"\bweek ?ends?\b", "weekend"),
    (r"\bnew years? ?(day|eve)\b", r"newyear\1"),
    (r"\b(christmas|boxing|thanksgiving|mothers?|valentines?) (day|eve)\b", r"\1\2"),
    (r"\bgood friday\b", "goodfriday"),
    (r"\beaster (\w+day)\b", r"easter\1"),
    (r"\b(?:bank|public|national) holidays?\b", "bankholiday"),
    (r"\b(in|for|during|of|until|since) (may|march)\b", r"\1 \2month"),
    (r"\b(this|next|last) (week|month|year|weekend|summer|winter|morning|evening|afternoon)\b", r"\1\2"),
    (rf"\b(next|last|this) ({_DAYS})\b", r"\1week \2"),
    (rf"\b({_MONTHS})s\b", r"\1"),
    (r"\b(\w+) oclock\b", r"at \1"),
    (r"\b(\d+(?:_\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) ?am\b", r"\1 intheam"),
    (r"\b(\d+(?:_\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) ?pm\b", r"\1 inthepm"),
    (
        (
            r"\b(\d+(?:_\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) in the "
            r"(?:(morning)|afternoon|evening|night)\b"
        ),
        lambda m: f"{m[1]} {'intheam' if m[2] else 'inthepm'}",
    ),
    (r"\bhow late\b", "until when"),
    (r"\bhow early\b", "when"),
    (rf"\bfrom (?={_COUNTS}\b)", "since "),
    (rf"\b(?:to|till|until|by) (?={_COUNTS}\b)", "until "),
    (r"\b(cost|pay|charge) extra\b", r"\1"),
    (r"\b(?:extra|additional) (charge|fee|cost)s?\b", r"\1"),
    (r"\bwifi (?:code|key)\b", "wifi password"),
    (r"\bsecond ?hand\b", "used"),
    # "What is a deposit?" asks for the meaning of the word, "what is the deposit?" for the sum.
    (r"^what is an? (?!.*\b(?:cost|charge for|price|rate|time)\b)(.+)", r"what defines \1"),
    # What is not there, or not so.
    (
        r"\b(gluten|nut|dairy|lactose|alcohol|sugar|smoke|meat|pet|wheat|egg|caffeine|fat|noise) free\b",
        r"without \1",
    ),
    (r"\bnon (\w+)", r"without \1"),
    (r"\bno win no fee\b", "nowinnofee"),
    (r"\bwith no\b|\bwithout (?:any|an?|the)\b|\bno (?=\w)", "without "),
    (r"\bare you able to\b|\bdo you know how to\b", "can you"),
    # Who may: "it is allowed", "I am allowed", "is it possible", "would it be ok".
    (rf"\b(?:am|are|is|be) {_PEOPLE} (?:allowed|permitted|able) to\b", "can i"),
    (r"\bwho (?:is|are) (not )?(?:allowed|permitted|able) to\b", r"who can \1"),
    (
        (
            r"\b(?:is|are|would|will) (?:it|there) (?:be )?(?:a )?(?:also )?(?:ok|okay|fine|all right|"
            r"alright|possible|allowed)"
            r"(?: (?:for (?:me|us)|if (?:i|we)))?(?: to)?\b"
        ),
        "can i",
    ),
    (r"\bis there (?:a|any) (?:way|possibility|chance)(?: for me)?(?: to| of| that)?\b", "can i"),
    (r"\bdo you (?:allow|let|permit) (?:me|us|people|guests)(?: to)?\b", "can i"),
    (r"\b(?:are|is) (.+?) (?:allowed|permitted|welcome)\b", r"do you allow \1"),
    (r"\bare you (dog|pet|child|kid|cat|family|wheelchair) friendly\b", r"do you allow \1"),
    (r"\bare (?:you|they) taking\b", "do you take"),
    (r"\bdo you (?:take|accept) (bookings?|reservations?)\b", r"can i book"),
    (
        r"\b(?:see|treat|take|accept|taking|accepting) ((?:new |private )?(?:patients|clients|customers))\b",
        r"accept \1",
    ),
    (r"\byou (?:take|taking) (?!care\b|over\b|out\b|me\b|us\b|photo|picture|part\b)", "you accept "),
    (r"^(?:do|can) you see\b", "do you treat"),
    (r"^(?:can|could|may) (?:i|we) buy\b", "do you sell"),
    (r"\bwho owns(?: (?:the|this) (?:place|business|company))?\b", "who is the owner"),
    (r"\b(?:who is|the person) in charge(?: there| here)?\b", "who is the manager"),
    (r"\bget in (?:touch|contact)(?: with)?\b", "contact"),
    (r"\b(?:get to|reach) you (?=by|from|on)", "travel "),
    (r"\b(?:make|file|raise|submit|lodge) (?:a |an |my )?complaint\b", "complain"),
    (r"\b(?:who) (can|do|should|could|may|must) (i|we) (?:speak|talk) (?:to|with)\b", r"who \1 \2 contact"),
    (r"\b(?:what|which) time of (?:the )?(?:year|day|month)\b|\bhow soon\b", "when"),
    (r"^what is in (.+)", r"what does \1 include"),
    (r"\btakes? place\b", "happen"),
    (
        r"^what is the name of (the|your) (?=(?:manager|owner|doctor|dentist|lawyer|boss|vet|teacher|chef|director)\b)",
        r"who is \1 ",
    ),
    (r"\b(?:kind|sort|type)s? of\b", ""),
    (r"\b(?:make|making|book|booking|arrange|schedule) an appointment\b", "appointment"),
    (r"\b(?:arrange|schedule|set up) an? (viewing|visit|consultation)\b", r"book a \1"),
    (
        (
            r"\b(?:can|could|may) (?:i|we) pay (?:by|with|using|via|in) (?!advance|person|full|"
            r"install?ments?|parts|two|three)"
        ),
        "do you accept ",
    ),
    (r"\bbring (?:my|our|your|their|his|her) own\b", "bring"),
    (r"\bsell (.+) from you$", r"sell \1"),
    (r"\b(?:eye|sight) (?:exam|test|checkup|examination)s?\b", "eye test"),
    (r"\b(senior|old age) (?:citizen|pensioner)s?\b", "senior"),
    (r"^(?:is|are) (?:an? |the )?(.+) possible\b", r"do you have \1"),
    (r"^(?:can|could|may) (?:i|we) (checkin|checkout) (early|earlier|late|later)\b", r"do you have \2 \1"),
    (r"^(?:can|could|may) (?:i|we) parking(?: there| here| at your \w+)?$", "is there parking"),
    (r"^(?:is|are) (?:the |your |an? )?(.+) accepted$", r"do you accept \1"),
    (r"\binitial (consultation|visit|appointment|session|meeting)\b", r"first \1"),
    (r"\bbook a table\b", "book"),
    (r"\b(?:admission|entry|entrance) (fee|price|cost|charge)s?\b", r"ticket \1"),
    (r"\bhow much (is|does|for) (?:an? |the )?(?:admission|entry|entrance)\b", r"how much \1 a ticket"),
    (r"\bdo your prices include\b", "does the price include"),
    (r"\bwhere (?:do|can|should|could|would|must) i (?:go (?:for|to get)|find)\b", "where is"),
    (r"\btake (?:an? |any |some )?(?:photo(?:graph)?|picture)s?\b", "photograph"),
    (r"\bmake (?:a )?payments?\b", "pay"),
    (r"\bwhat is the (?:seating |maximum |guest )?capacity of\b", "how many people fit in"),
    (
        r"\b(how many \w+ (?:can|do|does|will) (?:the |your )?(?:\w+ ){1,3})(?:hold|seat|accommodate|sleep|take)\b",
        r"\1fit",
    ),
    (
        r"\b(car|bike|bicycle|van|scooter|boat|kayak|ski|equipment|tool|suit|dress|room|hall|venue|marquee) hire\b",
        r"\1 rental",
    ),
    (
        (
            r"\bhir(e|ing) (an? |the |out |your )?((?:\w+ )?(?:cars?|bikes?|bicycles?|vans?|"
            r"scooters?|boats?|kayaks?|skis?|equipment|tools?|suits?|dress(?:es)?|rooms?|halls?|"
            r"venues?|marquees?)\b)"
        ),
        r"rent \2\3",
    ),
    (r"\broom (?:rate|price)s?\b", "room"),
    (
        (
            r"\b(?:do|does) (?:any of )?(?:your|the) staff speak\b|\bdo (?:you|they|any of you) "
            r"speak\b|\bdoes any(?:one|body)(?: there| here)? speak\b|\bis there (?:some|"
            r"any)(?:one|body) (?:there |here )?(?:who|that) (?:can )?speaks?\b|\bdo you have "
            r"(?:some|any)(?:one|body) who (?:can )?speaks?\b"
        ),
        "do staff speak",
    ),
    (
        r"\bdo you have (?:any )?(\w+) speaking staff\b|\bdo you have (?:any )?staff who speak (\w+)",
        lambda m: f"do staff speak {m[1] or m[2]}",
    ),
    (
        r"\bdoes (?:the|your) (?:hotel|hostel|clinic|practice|company|agency|firm|business|dealership) ",
        "do you ",
    ),
    (
        (
            r" (?:in|at|of) (?:the|your|this) (?:hotel|hostel|clinic|practice|company|agency|firm|"
            r"business|dealership|premises)$"
        ),
        "",
    ),
    (
        r"\b(?:have you got|do you (?:got|run|offer|provide|supply|carry|do|stock))\b(?! (?:out|for me))",
        "do you have",
    ),
    (r"\bcan you (?:offer|provide|do)\b", "do you have"),
    (rf"\bdo you serve (?=(?:any )?(?:{_FOOD})\b)", "do you have "),
    (rf"^(?:is|are) (?:the )?((?:\w+ )?(?:{_FOOD})) served\b", r"do you have \1"),
    (rf"\bwhat (?:food )?is (?:there )?for (?={_FOOD})", "what menu "),
    (r"\bjust for\b", "only for"),
    (r"\bto charge (?=an? |my |the |our )", "to recharge "),
    (r"\b(room|table|seat|slot|appointment|place|spot|space)s? free\b(?! of| for| with)", r"\1 vacant"),
    (r"\bfree (room|table|seat|slot|appointment|place|spot|space)s?\b(?! upgrade| service)", r"vacant \1"),
    (
        r"\bdo you give (?!me\b|us\b|my\b|our\b|him\b|her\b|them\b|you\b|patients\b|customers\b|guests\b)",
        "do you have ",
    ),
    (r"\b(?:is|are) (.+?) charged(?: for)?$", r"do you charge for \1"),
    (r"\bon ?site\b|\bon the premises\b", ""),
    (r"\b(?:website|web|internet|wifi) (?:address|page|site)\b", "website"),
    (r"\bget (.+) back\b", r"get \1 returned"),
    (r"\bage groups?\b", "age"),
    (
        (
            r"\b(vegan|vegetarian|veggie|halal|kosher|without \w+) (?:options?|dish(?:es)?|foods?|meals?|"
            r"choices?)\b"
        ),
        r"\1 meal",
    ),
    (r"\banything (vegan|vegetarian|halal|kosher|without \w+)\b", r"\1 meal"),
    (r"\b(?:get |order )?food (delivered|delivery|takeaway)\b", r"\1"),
    (
        (
            r"^(?:can|could|would) (?:you|i|we) (?:give me|get|have) (?:an? |the )?(?:estimate|quote|"
            r"quotation|price)(?: of| for)?\b"
        ),
        "what is the price of",
    ),
    (r"\bdress code\b", "dresscode"),
    (
        (
            r"^what (?:clothes |clothing )?(?:should|do|must|shall) (?:i|we|one|guests) (?:need to |"
            r"have to )?wear\b"
        ),
        "what is the dresscode",
    ),
    (r"\b(before|after) (?:you |your |the \w+ )?(open|clos)(?:e|es|s|ing)?(?: times?| hours?)?\b", r"\1 \2e"),
    (r"\b(?:make|making|place) (?:a|an|my|our) (booking|reservation)\b", "book"),
    # Wheelchairs.
    (
        (
            r"\b(?:wheelchair (?:access\w*|friendly|users?)|(?:get in|enter|come in) with (?:a|my) wheelchair|"
            r"allow wheelchairs?|accessible (?:for|to|by|with) (?:a )?wheelchairs?)\b"
        ),
        "wheelchairaccess",
    ),
    (
        (
            r"\b(?:disabled|accessible) (?:toilet|bathroom|loo|restroom)s?\b|"
            r"\btoilets? for (?:the )?disabled(?: people)?\b"
        ),
        "disabledtoilet",
    ),
    # Verbs of two words.
    (r"\blook(?:ing)? after\b", "lookafter"),
    (r"\b(?:deal|help) (?:me |us )?with\b", "handle"),
    (r"\bcarr(?:y|ies) out\b", "do"),
    (r"\b(before|after|during|following|for) (the |an? |my )?surgery\b", r"\1 \2operation"),
    (r"\b(for|to|by) (?:people|guests|customers|patients|those) (?:with|who have) ", r"\1 "),
    (r"\bdisabled (?:people|guests|customers|persons)\b", "disabled"),
    (r"\bhow many passengers\b", "how many people"),
    (r"\b(rent|renting|hire) out\b", r"\1"),
    (
        (
            r"\bcan (?:i|we) use (?=apple|google|paypal|amex|american|visa|mastercard|(?:a |an |"
            r"my )?(?:card|voucher|cheque))"
        ),
        "do you accept ",
    ),
    (r"^(do you have .+) services$", r"\1"),
    (
        r"^do you have (?!any |evening |morning |weekend )(?:a )?(\w+) (?:classes|lessons)$",
        r"do you teach \1",
    ),
    (r"\b(?:set up|arrange|organi[sz]e)\b", "arrange"),
    (r"\bput (.+?)on hold\b", r"pause \1"),
    (r"\bgift wrapp?ed\b", "giftwrap"),
    (r"\bshow (?:me|us) (?:around|round)\b", ""),
    (r"\bclose (?:by|to)\b|\bnear ?by\b|\bin the vicinity(?: of)?\b|\baround here\b", "near"),
    (r"\bdoes the room (?:come with|include) (.+)", r"is \1 included in the room"),
    (r"\bcomes? with\b", "have"),
    (
        r"\bpart of the (?:price|rent|rate|fee)\b|\b(?:included|inclusive|including) in the price\b",
        "included",
    ),
    (r"\bdoes the price include (.+)", r"is \1 included"),
    (r"\bdoes the rent include (.+)", r"is \1 included in the rent"),
    (
        (
            r"\bcan (?:i|we) get (?:my |our |a |the )?(\w+) (serviced|repaired|fixed|washed|cleaned|"
            r"coloured|colored|cut|delivered|replaced|done)"
        ),
        r"can you \2 \1",
    ),
    (r"\bby (?:myself|ourselves)\b|\bon (?:my|our) own\b", "alone"),
    (r"\b(?:somebody|someone|another|anyone|anybody) (?:else|person)\b", "otherperson"),
    (r"\bminimum number of (?:people|persons|guests)\b", "minimum size"),
)

_COMPILED = tuple((re.compile(pattern), new) for pattern, new in _REWRITES)


def rewrite(text: str) -> str:
    """The plain form with its phrases in one way of saying them."""
    for pattern, new in _COMPILED:
        text = pattern.sub(new, text)
    return " ".join(text.split())
