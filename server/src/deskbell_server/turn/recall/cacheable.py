"""Which answers may be kept for the next caller.

A question is kept when nothing in it is the caller's, of a booking, of the moment or of the conversation before; and
it must be a question. What is refused here is merely answered afresh, so in doubt it is refused.
"""

from __future__ import annotations

import re

from deskbell_server.turn.recall.normal import plain

_ASKS = "what|which|who|whose|where|when|why|how"
_AUX = "is|are|am|do|does|can|could|may|might|must|should|shall|will|would|has|have"
_QUESTION = re.compile(
    rf"^(?:(?:roughly|about) )?(?:{_ASKS}|whereabouts|{_AUX})\b|^(?:(?:at|from|until|till|"
    rf"by|in|on|for|to|up to|with|since|about)\b )(?:{_ASKS})\b|"
    r"^you (?:guys )?(?:open|close|do|have|take|accept|sell|deliver|offer|rent|repair|treat|serve)\b|^(?:got|tell me) |"
    # "Price of a haircut", but not "the price is wrong".
    rf"^(?!.*\b(?:{_AUX}|was|were|had|did|does not|doesnt)\b)(?:your (?!favou?rite)|any |"
    r"price|prices|cost|costs|opening|contact|directions|"
    r"(?:\w+ ){1,3}(?:hours|times|price|prices|cost|fee|fees|address|policy|number))\b"
)
_CHAT = re.compile(
    r"^(?:how are you|how is it going|who (?:are you|is this|am i)|what is your name|what "
    r"are you|are you (?:an? |the )?"
    r"(?:robot|bot|human|person|real|machine|computer|ai|there|sure|ok|okay|busy|serious|listening|recording)|"
    r"can you hear|what did|do you (?:understand|like|think|recommend|know)|what is your "
    r"favou?rite|is (?:anyone|anybody|someone|no|not)|what do you mean|why not|how come$|"
    r"what else|who is calling|am i (?:talking|speaking))\b"
)

_GENERAL_I = (
    r"(?:\b(?:how (?:do|can|could|should|would)|where (?:do|can|should|must)|when (?:do|must|should)|what do|"
    r"do|should|must|will|would|am) (?:i|we)\b"
    r"(?: (?:need|have|get|got|allowed|able|also|first))*(?: to)?)"
)
# "How do I renew my policy?" asks how it is done, whoever's policy it is.
_GENERAL_MY = re.compile(
    rf"{_GENERAL_I} \w+ (?:\w+ ){{0,2}}?(?:my|our)\b|\b(?:can|could|may) (?:i|we) "
    r"(?:bring|park|leave|store|charge|use|pay|wash|keep|freeze|pause|wear|take|smoke)(?: "
    r"with)? (?:my|our)\b(?! (?:bill|\w*booking|\w*reservation|appointment|order|viewing|"
    r"lesson|visit|room|table))|"
    r"\bmy own\b|\b(?:can|do|could|will) you (?:repair|fix|service|wash|clean|cut|groom|"
    r"treat|shorten|tow|trim|dye|colou?r) my\b|"
    r"\bif (?:i|my)\b"
)
_PERSONAL = re.compile(
    r"\b(?:my|our|mine|ours|myself)\b|^(?:i|we|someone|somebody|they|he|she|it|there was|there has)\b|"
    r"\bi (?:am|was|were|have been|had|got|booked|paid|ordered|called|spoke|lost|left|forgot|want|think|just)\b|"
    r"\bi have (?:a|an|the|got|been|had|just|already|booked|lost|left|to go)\b(?!.* (?:need|should|must))|"
    r"\b(?:am|was) i\b(?! (?:allowed|permitted|able))|\b(?:have|had|did|was|has) i\b|"
    r"\bwill (?:i|we) (?!need to)|\bdo (?:i|we) (?:owe|have (?!to\b)|have$|qualify|get|"
    r"know|sound|look)|\bare we\b(?! (?:allowed|permitted|able))|"
    r"(?<!tell )(?<!with )(?<!cost )(?<!near )\bme$|\b(?:call|text|contact|inform|tell|"
    r"ring|visit) (?:me|us)\\b|\b(?:i|we) (?:still )?owe\b|"
    r"\bremember me\b|\bhold the line\b|\b(?:this|it) is \w+ (?:from|speaking|calling|in|here)\b|\bthis is \w+|"
    r"\b(?:room|order|booking|reference|invoice|policy|account|flat|apartment|house|table) (?:number )?(?:no )?\d+\b|"
    r"\b(?:status|balance|the (?:order|parcel|invoice|bill|results)|tracking)\b|"
    r"\bto me\b|\bfor (?:me|us)\b(?! to)|\bsee (?:me|us)\b|\bfit (?:me|us)\b"
)
# What has been is the caller's story, or news.
_PAST = re.compile(
    r"\b(?:did|was|were|had)\b|^(?:has|have|why has|why have|when has|who has)\b(?! you got)|"
    r"\b(?:has|have) (?!to\b)(?:\w+ ){1,3}(?:been|gone|come|arrived|left|sent|received|"
    r"found|sold|eaten|started|finished|called)\b"
)
_ABILITIES = (
    "repair|fix|mend|service|clean|dry clean|wash|iron|cut|trim|shave|dye|colou?r|treat|"
    "print|scan|copy|cater|accept|open|install|"
    "deliver|ship|groom|shorten|lengthen|alter|translate|interpret|teach|unblock|tow|"
    "frame|engrave|tune|remove|recover|replace|"
    "accommodate|handle|store|park|swim|smoke|do|provide|offer|make (?:gluten|vegan|"
    "custom|wedding|birthday|dentures|keys|a copy)|"
    "pick up|collect from|travel|work (?:with|on)|help with|supply|build|design|paint|"
    "plaster|tile|rewire|assemble|move|transport|"
    "insure|valuate|value|sell|rent|let|buy|board|walk|microchip|vaccinate|neuter|pierce|"
    "wax|whiten|straighten|weld|sharpen|"
    "recycle|shred|laminate|bind|photograph|film|edit|proofread|restore|reupholster|"
    "upholster|polish|varnish|sand|seal|waterproof"
)
_REQUEST = re.compile(
    # Of what "can you" asks for, only what a business can or cannot do in general.
    r"\b(?:can|could|would|will|may) (?:you|somebody|someone|anybody|anyone|one of you) "
    r"(?:please |just |also |maybe |possibly )*"
    rf"(?!(?:{_ABILITIES}|have (?:a|the) party)\b(?! (?:me|us|it|that|the (?!wheelchair)|this|him|her)\b))|"
    r"(?<!how )(?<!where )\b(?:can|could|may|might|shall) (?:i|we) (?:please |just |also |maybe |possibly )*"
    r"(?:have|order (?!online|by|over|in advance)|book|reserve|schedule|reschedule|"
    r"arrange|make|change|move|amend|confirm|"
    r"cancel|speak|talk|leave a message|come (?!without|with|by (?:car|bus|train))|see "
    r"(?:the doctor|dr|doctor|the dentist|"
    r"someone)|get (?:some|two|three|extra|another|more|my|an? (?:appointment|table|room|slot|taxi))|pop|drop by|ask|"
    r"buy (?:the|this)|view the|visit the (?:flat|house|property))\b|"
    r"^(?:please |just )?(?:book|reserve|schedule|reschedule|cancel|confirm|move|put|sign "
    r"me|transfer|connect|call|send|"
    r"order|get|give|bring|change|wake|remind|repeat|check|help|hold|wait|stop|let)\b|"
    r"\b(?:book|reserve|schedule|put|sign) (?:me|us)\b|\b(?:speak|talk|talking|speaking) (?:to|with)\b|"
    r"\bput (?:me )?through\b|\bcall (?:me )?back\b|\bleave a message\b|\bi would like\b|"
    r"\bi need(?! to)\b(?<!do i need)"
    r"(?<!will i need)(?<!would i need)(?<!documents i need)|\bwe would like\b"
)
_BOOKING = re.compile(
    r"\b(?:any|free|available|open|spare) (?:slots?|appointments?|tables?|rooms?|dates?|"
    r"times?|viewings?|spots?|places?|seats?|"
    r"tickets?|spaces?|beds?|courts?|pitches|lanes?)\b(?! (?:with|for (?:rent|sale|children|kids|families|disabled)))|"
    r"\b(?:slots?|appointments?|tables?|rooms?|dates?|viewings?|spots?|places?|seats?|"
    r"tickets?|spaces|beds?|courts?|pitches|"
    r"lanes?|doctors?|dentists?|vets?|nurses?|anyone|someone|somebody|anybody|flats?|"
    r"apartments?|houses?|property|properties|cars?|"
    r"bikes?|vans?|\w+ street)(?: \w+)? (?:free|available|left)\b|\b(?:dr|doctor|mr|mrs|"
    r"ms) \w+ (?:free|available|in|working)\b|"
    r"\bbe free\b|\bare you (?:free|available|working|in)\b(?! (?:on )?(?:weekends|sundays|saturdays))|"
    r"\banything (?:available|free|left|on)\b|\b(?:vacanc|availabilit)(?:y|ies)\b|"
    r"\b(?:fully booked|in stock|sold|sold out|back in|full$|ready)\b"
)
# On a day or at an hour, other questions than those about regular hours and prices are for a date with the caller.
_DATE = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:at|by|for|from) (?:\d+|one|"
    r"two|three|four|five|six|seven|eight|nine|"
    r"ten|eleven|twelve|half past|quarter)(?: oclock| (?:thirty|fifteen|forty five)| ?[ap]m)?$|\boclock\b|"
    r"\b\d+(?:st|nd|rd|th)\b|\b(?:date|morning|afternoon|evening)$"
)
_REGULAR = re.compile(
    r"\b(?:open|opens|opening|close|closes|closed|closing|shut|hours?|start|starts|begin|"
    r"begins|end|ends|finish|price|prices|cost|"
    r"costs|much|fee|charge|free|deposit|serve|served|breakfast|brunch|lunch|dinner|"
    r"deliver|delivery|deliveries|check ?in|check ?out|"
    r"tours?|class|classes|courses?|lessons|parking|market|music|menu|discount|every|"
    r"usually|always|weekdays?|clinic|collect|"
    r"allowed|emergency|repairs|viewings|weddings|operate|run|runs)\b"
)
_STATE = re.compile(
    r"^(?:is|are|where is|where are|why is|why are|when is|when are) (?:the|your) (?:\w+ "
    r"){1,3}?(?!(?:includ|allow|permitt|requir|need|"
    r"provid|heat|cover|guarantee|furnish|accept|charg|serv|supervis|mix|train|qualifi|"
    r"insur|licen[cs]|vaccinat|offer|locat|bas|"
    r"cook|fenc|gat|secur|park|build|open|spac)\w*)\w+(?:ed|ing|back|finished|done|ready)$|"
    r"^how (?:is|are) (?:the|your) (?:\w+ )?\w+$|\b(?:driver|courier|mechanic|plumber|engineer|technician)$|"
    r"\b(?:space|room) for (?:\d+|one|two|three|four|five|six|seven|eight|us|me|another|more)\b|\bback$"
)
_NOW = re.compile(
    r"\b(?:today|todays|tonight|tonights|tomorrow|tomorrows|yesterday|now|nowadays|currently|right away|straight away|"
    r"at the moment|at present|right this|this (?:week|month|year|morning|afternoon|"
    r"evening|weekend|summer|winter|spring|"
    r"autumn|january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|"
    r"wednesday|thursday|friday|saturday|sunday|time|season|christmas|easter|coming)|"
    r"next(?! (?:to|door|day delivery)\b)|"
    r"last (?:week|month|year|night|time)|coming (?:week|weekend|monday|tuesday|wednesday|"
    r"thursday|friday|saturday|sunday)|"
    r"still|yet|already|so far|soon|sooner|soonest|latest|earliest|current|recent(?:ly)?|"
    r"just now|later(?! than)|how long until|"
    r"in (?:an?|\d+|one|two|three|half an|a few) (?:minutes?|hours?|days?|weeks?)(?= *$)|(?:day after|the day before)|"
    r"how busy|(?:the|a|any) queue|(?:wait|waiting) (?:time|list)|(?:the|a) wait|weather|forecast|raining|snowing|"
    r"what time is it|what day is it|what is the (?:time|date)|the (?:time|date)$|of the (?:day|week|month)|specials?|"
    r"delayed|running late|on time|on duty|special offers?|promotions?|on offer|exchange rate|interest rates?|"
    r"the (?:score|news|traffic)|again)\b|"
    r"^(?:are|is) (?:you|it|the \w+|the \w+ \w+) (?:open|closed|busy|full|working|broken|down|on|off|back|there|in)$|"
    r"^(?:you|anyone|anybody) (?:open|there)$|^are you (?:guys )?(?:open|closed)$"
)
_ANSWER_NOW = re.compile(
    r"\b(?:today|tonight|tomorrow|yesterday|right now|at the moment|currently|this (?:morning|afternoon|evening|week)|"
    r"next available)\b",
    re.IGNORECASE,
)
_ANSWER_PERSONAL = re.compile(
    r"\byour (?:appointment|booking|reservation|order|table|viewing|name|phone number) (?:is|has|was|will be) |"
    r"\bi(?:'ve| have) (?:booked|cancel|chang|sent|noted|moved|made|added|put|reserved|passed|taken)|"
    r"\byou (?:mentioned|told me|said)\b|\bas (?:i|you) (?:said|mentioned)\b|\bbooked you\b",
    re.IGNORECASE,
)
_FOLLOWS_ON = re.compile(
    r"^(?:what|how) about\b|^(?:and|but|or|so|also|then)\b|"
    r"\b(?:it|that|those|them|this|these|they|he|she|him|his|her|hers|one|ones|instead|else|too|both|either|there$)\b|"
    r"^(?:why|how|when|where|who|what|which|yes|no|okay|for|with|without|on)\b(?: \w+){0,1}$"
)
_DUMMY_IT = re.compile(
    r"\b(?:is|was|would|does|will) it (?:be )?(?:a |also )?(?:possible|necessary|allowed|"
    r"ok|okay|required|fine|safe|better|"
    r"cheaper|normal)\b|"
    r"\b(?:how much|long|far|often|what) (?:is|does|will|would) it (?:cost |take |be )?(?:to|for)\b|"
    r"\bsomeone else\b|\bone (?:bed|night|hour|way|person|week|day|to one)\w*\b|"
    r"\b(?:people|staff|dentist|doctor|lawyer|someone|anyone|rooms|room|car|flats|dishes|anything|something) that\b"
)
_REFUSED = re.compile(
    r"\b(?:i (?:do not|don't) (?:know|have)|i'?m (?:afraid|sorry|not sure)|i am (?:afraid|sorry|not sure)|sorry|"
    r"can(?:no|')t (?:help|find|answer|say)|unable to|no information|not (?:mentioned|listed|specified)|"
    r"please (?:call|contact)|i (?:could|can) ?n[o']t)\b",
    re.IGNORECASE,
)
LONGEST_QUESTION = 300
"""Characters. A longer one is a story, which nobody tells again."""


def is_cacheable(question: str, answer: str, *, language: str = "en", cited: bool = True) -> bool:
    """Whether the answer may be given again to somebody else who asks the same.

    Not what concerns one caller or a booking, what will be otherwise later, what leans on the conversation before
    ("and on Sunday?", "how much is it?"), or a refusal. `cited` says whether the answer has a source: without one it
    is small talk or a guess. Of questions in other languages than English none is kept: we cannot
    tell which are personal.
    """
    return (
        cited
        and is_lookup_allowed(question, language)
        and bool(answer.strip())
        and not (_REFUSED.search(answer) or _ANSWER_NOW.search(answer) or _ANSWER_PERSONAL.search(answer))
    )


def is_readable(language: str) -> bool:
    """Whether the words of a language (BCP 47) are understood here."""
    return language.lower().replace("_", "-").split("-")[0] == "en"


def is_lookup_allowed(question: str, language: str = "en") -> bool:
    """Whether a kept answer may serve as the answer to this question: the question's half of `is_cacheable`."""
    asked = plain(question)
    if (
        not asked
        or not is_readable(language)
        or len(question) > LONGEST_QUESTION
        or question.strip().lower().startswith(("and ", "but ", "so "))
        or not _QUESTION.search(asked)
    ):
        return False
    if any(rule.search(asked) for rule in (_CHAT, _PAST, _REQUEST, _BOOKING, _STATE, _NOW)):
        return False
    if _DATE.search(asked) and not _REGULAR.search(asked):
        return False
    if _PERSONAL.search(_GENERAL_MY.sub(" ", asked)):
        return False
    return not _FOLLOWS_ON.search(_DUMMY_IT.sub(" ", asked))
