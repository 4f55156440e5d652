"""Whether a person should take over, and why.

    emergency            somebody is in danger now; asked about, denied or long past it is none
    asked for person     the caller wants to speak to somebody
    anger                the caller is angry with us, not in pain, afraid, or angry with someone else
    repeated failure     the last answers were no help

In this order: who is in danger is not asked whether they would like the manager. Rules of words in English; what an
utterance is for (`intents`) and its sentiment only decide where the words leave it open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from deskbell_server.domain.intent import IntentKind, ScoredIntent

MOST_FAILURES = 2
"""Answers in a row that were no help, after which a person is offered."""
SURE = 0.8
"""Probability of the intent from which it counts where the words say nothing."""
UPSET = -0.5
"""Sentiment, -1 to 1, below which a complaint about us is anger."""


class Reason(StrEnum):
    """Why a person should take over."""

    EMERGENCY = "emergency"
    ASKED_FOR_PERSON = "asked_for_person"
    ANGER = "anger"
    REPEATED_FAILURE = "repeated_failure"


MESSAGES = {
    Reason.EMERGENCY: "If somebody is in danger, please hang up and call the emergency services now.",
    Reason.ASKED_FOR_PERSON: "Of course, I'll get someone for you.",
    Reason.ANGER: "I'm sorry about that. I'll get someone who can help you.",
    Reason.REPEATED_FAILURE: "I'm sorry that I couldn't help. Would you like me to get someone for you?",
}
"""What may be said before anything else, in English. The emergency's names no number: which one it is depends on where
the caller is."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """That a person should take over. `evidence` are the words that say so, empty for repeated failure."""

    reason: Reason
    evidence: str = ""

    @property
    def message(self) -> str:
        """What to say first."""
        return MESSAGES[self.reason]


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_DANGER = _any(
    r"\b(?:can(?:no|')?t|cannot|can not|unable to|hard to|"
    r"struggling to|difficult to|stopped|isn'?t|is not|not|trouble|"
    r"difficulty|problems?) (?:breathe|breathing)\b",
    r"\bchok(?:es?|ed|ing)\b|\bdrown(?:s|ed|ing)\b|\bsuffocat\w+",
    r"\bunconscious\b|\bunresponsive\b|\bpassed out\b|\bfaint(?:ed|"
    r"ing)\b|\bcollaps(?:ed|ing)\b|\bnot (?:responding|moving|"
    r"waking up)\b|\bwon'?t wake up\b",
    r"\b(?:heart attack|cardiac arrest|chest pains?|pains? in "
    r"(?:my|his|her|the) chest|seizures?|convulsions?|overdos\w+|"
    r"anaphyla\w+|poisoned)\b|\b(?:having|had|got|is it|it's) a stroke\b",
    r"\bbleed\w*\b.{0,25}\b(?:won'?t|doesn'?t|does not|will not|"
    r"not) stop\b|\bbleed\w* (?:heavily|badly|a lot|out|to death|"
    r"very much|profusely)\b|\b(?:lots|a lot|so much) of? ?blood\b",
    r"\b(?:throat|tongue|face|airway)\b.{0,20}\bswell\w*\b(?! (?:price|cost))|\bswollen\b.{0,40}\bbreath\w*",
    r"\b(?:swallowed|drank|ate|taken|took) (?:some |a lot of |"
    r"too many |too much )?(?:bleach|poison|pills|tablets|acid|"
    r"batter(?:y|ies)|detergent)\b|\btoo many (?:pills|tablets)\b",
    r"\b(?:kill|hurt|harm) (?:myself|himself|herself|themselves)\b|\bsuicid\w+|"
    r"\bend (?:my|his|her) life\b|\bend it all\b|"
    r"\b(?:i|he|she|husband|wife|son|daughter|mother|father|mum|mom|dad|baby)(?:'s| is|'m| am)? "
    r"(?:will|(?:going to|gonna)) die\b(?! of (?:embarrassment|shame|boredom))|"
    r"\b(?:don'?t|do not) want to (?:live|be alive)\b|\bwant to die\b",
    r"\bon fire\b|\b(?:there(?:'s| is| has been)|we have) (?:a "
    r")?fire\b(?! (?:exit|escape|door|pit|extinguisher|drill|alarm))|"
    r"\bfire in the\b|\bis burning\b(?! hot)|\bburning down\b|"
    r"\bsmoke (?:is )?(?:coming|everywhere|in the|from)\b|\bcaught fire\b|"
    r"\bthere(?:'s| is) (?:so much |a lot of |lots of |thick |black )?smoke\b(?! (?:alarm|detector))",
    r"\bsmell(?:s|ing)? (?:of )?gas\b|\bgas leak\b|\bleaking gas\b|\bcarbon monoxide alarm\b",
    r"\b(?:call|need|send|get)(?: me| us)? (?:an? |the )?(?:ambulance|paramedics?|fire brigade|police|911|999|112)\b",
    (
        r"\b(?:breaking|broke|broken) in(?:to)?\b.{0,30}\b(?:now|"
        r"house|flat|room|apartment|home)\b|\bburglar\b|\bintruder\b"
    ),
    r"\b(?:with|has|holding|pulled) a (?:knife|gun|weapon)\b|"
    r"\battack(?:ed|ing|s)\b|\bbeing (?:robbed|assaulted|followed)\b|"
    r"\b(?:stabbed|raped)\b",
    r"(?<!nerve )(?<!nerve is )(?<!food )(?<!food is )(?<!something )\btrapped\b"
    r"(?! (?:nerve|wind|air|food|between|(?:in|under|behind) (?:my|the) (?:tooth|teeth|gums?|jaw|crown|brace)))|"
    r"\bstuck in the (?:lift|elevator)\b",
    r"\b(?:badly|seriously|severely) (?:hurt|injured|burnt|burned)\b|\bdying\b(?! to\b)",
    r"\b(?:it'?s|it is|this is|we have|i have|there'?s|there is|"
    r"having) an (?:medical |real )?emergency\b(?! (?:appointment|"
    r"number|exit|visit))|^(?:help[,! ]*)*emergency[!. ]*$|\bmedical emergency\b",
)
_DANGER_TOO = _any(
    r"\bblood (?:everywhere|all over)\b|\bpass(?:ing)? out\b|\b(?:my|"
    r"his|her|the) chest (?:hurts|is tight)\b|\barmed (?:man|men|woman|"
    r"people|robber)\b|\b(?:scream|call|shout|cry)ing for help\b|"
    r"\bsparks?(?:ing)? (?:from|out)\b|\bsparking\b|\bexplo(?:ded|sion)\b|"
    r"\b(?:swallowed|drank|ate|eaten|taken|took) .{0,15}\b(?:bleach|poison)\b|\bhaving an allergic reaction\b|"
    r"\blips? (?:is|are) swelling\b|\b(?:been|was|got|is) (?:shot|"
    r"stabbed)\b(?! (?:in|by) (?:the )?(?:photo|arm))|\belectrocuted\b|"
    r"\bhit by a (?:car|bus|truck)\b|\bcan'?t (?:feel|move) (?:my|his|her)\b"
)
_DENIED = _any(r"\bnot? (?:an |a )?(?:real )?emergency\b")
"""Cancels all that was said; what follows only its own clause."""
_NO_DANGER = _any(
    r"\bno (?:chest pain|danger|fire|bleeding|trouble breathing)\b",
    r"\b(?:last (?:time|year|month|week|summer|winter)|(?:years?|months?|weeks?|days?) ago)\b|\bused to\b|"
    r"\bhistory of\b|\bin the past\b|\brecover(?:ed|ing) from\b|\bonce (?:had|fainted|collapsed|passed)\b|"
    r"\bwhen (?:i|he|she) was (?:an? |young|little|small|pregnant|\w+teen\b|\d+)",
    r"\b(?:afraid|scared|fear|terrified|worried|prone|risk) (?:of|about|to) "
    r"(?:chok|faint|drown|suffocat|collaps|bleed|passing|having|getting)\w*",
    r"\bto die for\b|\bdied? laughing\b|\bdying to\b",
)
_HABIT = _any(
    r"\bwhen(?:ever)? (?:i |he |she |we |i'm |you )?(?:brush|floss|eat|chew|bit|rins|clean|take blood|see)\w*|"
    r"\b(?:every|each) time\b|\b(?:always|sometimes|often|usually)\b|\btends? to\b|\b(?:fainted|out) (?:once|before)\b"
)
_WHEN = _any(r"[\s,]*(?:when|every|each)\b")
_OF_HABIT = _any(r"bleed|faint|pass(?:ed|ing)? out")
"""What is a danger only when it happens now: gums bleed, and people faint at the sight of needles."""
_HISTORY = _any(r"\b(?:had|fainted|passed out|collapsed)\b")
_IN_SPITE_OF = _any(
    r"^[\s,.;]*(?:so |and |but )*(?:can|could|may|will|should) (?:i|he|she|we|they) "
    r"(?:still|have|get|book|use|swim|travel|tell|mention)\b",
    r"^[\s,.;]*(?:so |and |but )*(?:is|does|would|will) (?:that|it|this) (?:be )?(?:an? )?(?:\w+ )?"
    r"(?:problem|safe|matter|risk|normal|okay|ok|possible)\b",
)
"""Asked about what somebody had: it is over."""
_ASKS = _any(
    r"^(?:and |but |so |ok(?:ay)? |hi |hello )*(?:what|where|when|"
    r"how|which|who|is|are|do|does|did|can|could|would|will|should|"
    r"may)\b",
    r"\b(?:price|cost|how much)\b",
)
_CALLS_FOR_HELP = _any(
    r"\b(?:can|could|would|will) (?:you|someone|somebody|anyone) (?:please )?(?:call|send|get)\b",
    r"\bshould (?:i|we) (?:call|get|send)\b",
)
_TELLS = _any(
    r"^(?:(?:and|but|so|help|please|hello|hi|oh|god|oh my god|quick|because|cause)[,! ]+)*"
    r"(?:my|our|i|i'?m|i'?ve|he|he's|she|she's|we|we're|they|they're|there|there's|someone|somebody|a man|the baby)\b"
)
_IN_DANGER_NOW = _any(
    r"\b(?:right now|now|help|please|quick(?:ly)?|hurry|immediately|"
    r"i'?m|he'?s|she'?s|we'?re|they'?re|my|someone|somebody|a man|"
    r"the baby)\b"
)
_HYPOTHETICAL = _any(
    r"\bif\b",
    r"\bin case\b",
    r"\bwhat happens\b",
    r"\bdo you (?:have|treat|offer|take)\b",
    r"\balarms?\b(?! (?:is|are|keeps?|has been|have been|just|went) (?:going|gone|ringing|sounding|beeping|went|off))",
    r"\bexit\b",
)
_SOMEBODY_IS = (
    r"(?:(?:i|he|she|it|they|we|someone|somebody|(?:my|our|the) \w+) "
    r"(?:is|are|am|has|have|was|isn't|aren't|hasn't|haven't|can't|cannot|won't|just|stopped|collapsed|fainted|passed|"
    r"fell|swallowed|took|drank|ate)|(?:he|she|it|there|someone|somebody)'s|i'm|i've|they're|we're|"
    r"there (?:is|are|has))\b"
)
_ASKS_WHAT_NOW = (
    r"(?:(?:what|how) (?:should|do|can|must|shall|are|is)|what (?:now|if)|(?:can|could|will|would|should|do|are) "
    r"(?:you|i|we|someone|somebody)|is (?:that|it|this)|does (?:that|it|this))\b"
)
_CUT = re.compile(
    r"[.?!;:]+\s+|\s[-\u2013\u2014]\s|"
    r",\s*(?!(?:but |and )?(?:that|it|this) was\b|(?:but )?(?:\w+ ){0,3}(?:years?|months?|weeks?) ago\b|last \w+\b)|"
    r"\s+(?=(?:but|because|cause|if|unless)\s)|"
    rf"\s+(?P<joined>and\s+)(?={_SOMEBODY_IS})|"
    rf"(?<!\bif)(?<!\band)(?<!\bor)(?<!\bwhen)(?<!\bwhile)(?<!\bthat)(?<!\bwho)(?<!\bwhat)(?<!\bhow)(?<!\bwhere)"
    rf"(?<!\bwhether)(?<!\bsays)(?<!\bsaid)(?<!\bthink)(?<!\bcase)(?<!\bonce)(?<!\bafter)(?<!\bof)(?<!\bin)(?<!\bto)"
    rf"(?<!\bfor)(?<!\bis)(?<!\bare)(?<!\bdo)(?<!\bdoes)(?<!\bdid)(?<!\bcan)(?<!\bcould)(?<!\bwill)(?<!\bwould)"
    rf"(?<!\bshould)(?<!\bmay)(?<!\bhas)(?<!\bhave)(?<!\bwas)(?<!\bwith)(?<!\bat)(?<!\bon)(?<!\bfrom)(?<!\bby)"
    rf"\s+(?=(?:{_SOMEBODY_IS}|{_ASKS_WHAT_NOW}))",
    re.IGNORECASE,
)
"""Between clauses. Speech may come without any punctuation: "he's not breathing what do I do"."""
_WHEN_ALONE = 4
"""Words of a clause up to which it may be no more than when something was: "last year, ..."."""

_WHICH = (
    r"(?:an? |the |your |some |one of (?:your|the) |any )?(?:real "
    r"|actual |live |proper |human |senior |other |another )*"
)
_NO_NAME = (
    r"(?!(?i:mon|tues|wednes|thurs|fri|satur|sun)day|(?:January|February|March|April|May|June|July|August|September|"
    r"October|November|December|Christmas|Easter|English|German|French|Spanish|Italian|Polish|Turkish|Dutch|Wi-?[Ff]i|"
    r"Bluetooth|TV)\b)"
)
_STAFF = (
    r"(?:person(?!al)|human(?: being)?|people|someone|somebody|anyone|"
    r"anybody|agent|operator|representative|rep|receptionist|"
    r"manager|supervisor|boss|owner|colleagues?|employee|member "
    r"of staff|staff|reception|front desk|customer service)\b(?!'s)"
)
"""Whom nobody books."""
_WHO = (
    rf"{_WHICH}(?:{_STAFF}|team|department|sales|"
    r"accounts|doctor|dentist|nurse|hygienist|vet|lawyer|advis[eo]r|assistant|him|her|them|"
    r"(?:\w+ )?(?:team|department|desk|office)|(?-i:(?:Mr|Mrs|Ms|Dr)\.? [A-Z]\w+|"
    rf"{_NO_NAME}[A-Z]\w+(?: [A-Z]\w+)?))"
)
"""To whom one may speak: also those whose time can be booked."""
_PERSON = _any(
    rf"\b(?:speak|talk|chat)(?:ing)? (?:to|with) {_WHO}\b(?! (?:about|for) you\b)",
    r"\b(?:put|pass|transfer|connect|hand|switch|direct|forward)(?:ed|"
    r"ing)?(?: me| us| this call| the call)?(?: over| through|"
    rf" on)?(?: on)? (?:to|with) {_WHO}\b",
    rf"\b(?:get|give|find|fetch|bring)(?: me| us) {_WHICH}{_STAFF}|"
    rf"\bget {_WHO} (?:from|on the (?:phone|line))\b|\bget {_WHICH}{_STAFF} from\b",
    rf"\bring (?:me )?through to {_WHO}\b|\bring through to the \w+\b|\b(?:speak|talk) (?:to|with) whoever\b|"
    rf"\b(?:any|some)(?:body|one) real\b|\bi (?:said|asked for) an? (?:human|person|real person|manager)\b|"
    rf"\bi (?:want|need) an? (?:\w+ )?(?:person|human)\b,? not\b|^(?:the )?(?:manager|supervisor) (?:now|please)\b",
    rf"\b(?:have a word|a word) with {_WHO}\b",
    rf"\bi (?:need|want|would like|'d like|demand) {_WHICH}"
    r"(?:person|human(?: being)?|manager|supervisor|boss|receptionist|operator|representative)"
    r"(?: please| now)?[.! ]*$",
    rf"\b(?:is|are) there {_WHO} (?:there |here )?(?:that |who |whom )?(?:i|we) (?:can|could|may) (?:speak|talk)\b",
    r"\b(?:don'?t|do not|won'?t|not) (?:want to |like to |wanna "
    r")?(?:speak|talk|talking|speaking) (?:to|with) (?:an? |this |the )?"
    r"(?:robot|machine|computer|bot|ai|recording)\b",
    r"^(?:(?:please|just|give me|i want|get me|an?|the|hello|no|"
    r"stop)[, ]+)*(?:real |live |actual )?(?:human(?: being)?|operator|"
    r"representative|agent|receptionist|real person|live person|"
    r"supervisor)(?:[, ]+(?:please|now|agent|operator))*[.! ]*$",
)
_PERSON_PERHAPS = _any(
    rf"\bi (?:need|want|would like|'d like|demand) {_WHICH}{_STAFF}(?: please| now)?[.! ]*$",
    r"\bi (?:need|want|would like|'d like|demand) (?:the |your |some )?(?:\w+ )?(?:team|department)"
    r"(?: please| now)?[.! ]*$",
)
"""Where no dialogue asks for something that may be answered so."""
_NOT_THE_PERSON = _any(
    r"\b(?:spoke|talked|have spoken|was speaking) (?:to|with)\b",
    r"\b(?:do|does|must|should|would) (?:i|we|you|one) (?:have to|need to|really need to)?\s?(?:speak|talk)\b",
    r"\bcan (?:i|we) (?:speak|talk) (?:to|with) you\b",
)

_ANGRY = _any(
    r"\b(?:this|that|it|it'?s|this is|that'?s)(?: is| was|'s)? (?:just "
    r"|so |all |absolutely |completely |totally |really |simply |an? )*"
    r"(?:ridiculous|unacceptable|outrageous|disgrace(?:ful)?|"
    r"disgusting|pathetic|appalling|a joke|nonsense|bullshit|insane|"
    r"scandal(?:ous)?|rip-?off|scam|insult(?:ing)?)\b",
    r"\b(?:i'?m|i am|we'?re|we are)(?: just| so| very| really| extremely|"
    r" absolutely| getting)* (?:furious|angry|livid|fuming|outraged|"
    r"fed up|sick (?:and tired )?of|disgusted|losing my patience|"
    r"really annoyed|annoyed (?:with|at|by) you|disappointed "
    r"(?:with|in|by|at) (?:you|your|the|how|this))\b(?! (?:the )?(?:dog|cat|weather))",
    r"\b(?:you(?:'re| are)?|you people(?: are)?|you guys(?: are)?|your \w+ "
    r"(?:is|are|was|were))(?: all| just| so| absolutely| completely| really|"
    r" totally| incredibly| very| extremely)* (?:useless|terrible|awful|"
    r"rude|incompetent|hopeless|idiots?|stupid|liars?|thieves|horrible|"
    r"a joke|shit\w*|rubbish|unfriendly|pathetic)\b",
    (
        r"\bworst (?:\w+ ){0,2}(?:hotel|service|experience|company|"
        r"clinic|agency|place|dentist|customer|stay|restaurant)\b"
    ),
    r"\bare you (?:stupid|deaf|kidding|joking|serious|an idiot)\b(?! (?:about|enough))",
    r"\bhow dare you\b|\bshame on you\b|\bwhat the (?:hell|fuck|"
    r"heck)\b|\bf+u+c+k\w*|\bbloody (?:machine|hell|robot|useless|thing|"
    r"computer|people)\b|\bshit(?:ty)?\b|\bbastards?\b|\basshole\b|\bgo to hell\b|\bscrew you\b|\bidiots?\b",
    r"\b(?:wast(?:e|ing)) (?:of )?(?:my|our) time\b|\bstop wasting\b",
    r"\b(?:nobody|no one|no-one|you never|they never|none of "
    r"you)\b.{0,30}\b(?:call|help|answer|respon|listen|care|came|come|got back|"
    r"gets back)\w*",
    r"\b(?:asked|told) (?:you|them|him|her|your \w+)\b.{0,15}\b"
    r"(?:two|three|four|five|six|ten|several|many|\d+) times\b(?! (?:a|per) (?:day|week))",
    r"\bthanks for nothing\b|\banother wasted\b|\b(?:explained|repeated|said) (?:this|that|it)\b.{0,10}\btimes\b|"
    r"\bnever (?:come|coming|going to come|use|book|stay)\w* "
    r"(?:back|again|with you again|here again)\b|\byou got it wrong\b|"
    r"\byou'?ve got it wrong\b|\bi (?:want|would like|'d like|wish|"
    r"have) to (?:complain|make a complaint|file a complaint)\b",
    (
        r"\b(?:you|they)(?:'ve| have)? (?:ruined|destroyed|wrecked|ripped "
        r"me off|lied|cheated|stole|overcharged|charged me twice|messed up)\b"
    ),
    (
        r"\bcharged? me twice\b|\bwant (?:my|our) money back\b|\bi "
        r"(?:want|demand) a (?:full )?refund\b|\bsue you\b"
    ),
    r"\byou (?:keep|still|just) (?:\w+ ){0,3}(?:wrong|not understand|don'?t understand|repeating|not listening)\b|"
    r"\b(?:wrong answer|not listening to me|don'?t understand (?:me|anything|a word))\b",
    r"\bi'?ve been on hold\b.{0,20}\b(?:hours?|ages|forever|minutes)\b",
)
_ANGRY_PERHAPS = _any(
    r"\b(?:called|asked|told|tried|rung|rang|phoned|written|"
    r"emailed)\b.{0,25}\b(?:two|three|four|five|six|ten|several|many|\d+) times\b(?! (?:a|per) (?:day|week))",
    r"\bthis is the (?:second|third|fourth|fifth|\w+th) time\b|\bfor the (?:third|fourth|fifth|tenth) time\b",
    r"\bi'?ve been waiting\b.{0,20}\b(?:hours?|ages|forever|minutes|days|weeks)\b|\bmy lawyer\b",
)
"""Unless it only goes before a friendly wish."""
_ABOUT_US = _any(
    r"\b(?:you|your|this (?:hotel|clinic|company|agency|machine|"
    r"robot|place)|service|staff|nobody|no one|receptionist)\b"
)
_POLITE = _any(
    r"\b(?:can you|could you|would you|will you|do you|can i|could i|is it|how much|what does|is there|are there|"
    r"i hope|i(?:'d| would) like|please)\b"
)
_PAIN = _any(
    r"\b(?:\w*ache|pain\w*|hurt\w*|sore|swollen|agony|throbbing|killing me|infect\w+|ill|sick|migraine)\b(?! and tired)"
)
"""Bitter words that are about what the caller suffers from."""


def sentiment(utterance: str) -> float:
    """How the words sound, -1 to 1; below -0.5 they are bitter. It does not know about whom they are."""
    return float(_analyzer().polarity_scores(utterance)["compound"])


@cache
def _analyzer() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


def needs_person(
    utterance: str,
    intents: Sequence[ScoredIntent] = (),
    *,
    failures: int = 0,
    mood: float | None = None,
    in_dialogue: bool = False,
) -> Escalation | None:
    """Why a person should take over after this utterance, or None.

    `failures` is how many answers before it in a row were no help (refused, not heard); `mood` the utterance's
    `sentiment`, which is measured here unless it is given. `in_dialogue`: it answers what a dialogue asked, so that
    only plain words count, and neither its mood nor its intent. Well under a millisecond.
    """
    said = " ".join(utterance.replace("\u2019", "'").split())
    if danger := _danger(said):
        return Escalation(Reason.EMERGENCY, danger)
    person = _PERSON.search(said) or (None if in_dialogue else _PERSON_PERHAPS.search(said))
    if person and not _NOT_THE_PERSON.search(said):
        return Escalation(Reason.ASKED_FOR_PERSON, person[0])
    polite = _POLITE.search(said)
    angry = _ANGRY.search(said) or (None if in_dialogue or polite else _ANGRY_PERHAPS.search(said))
    if angry:
        return Escalation(Reason.ANGER, angry[0])
    if not in_dialogue:
        about_us = _ABOUT_US.search(said)
        bitter = about_us and not polite and not _PAIN.search(said)
        if about_us and bitter and (sentiment(said) if mood is None else mood) <= UPSET:
            return Escalation(Reason.ANGER, about_us[0])
        sure = any(intent.kind is IntentKind.ESCALATION and intent.probability >= SURE for intent in intents)
        if sure and not said.endswith("?"):
            return Escalation(Reason.ASKED_FOR_PERSON, said)
    return Escalation(Reason.REPEATED_FAILURE) if failures >= MOST_FAILURES else None


def _danger(said: str) -> str:
    """The words that tell of a danger now, or nothing. What cancels them has to be in the same clause."""
    if _DENIED.search(said):
        return ""
    cuts: list[int] | None = None
    for pattern in (_DANGER, _DANGER_TOO):
        for found in pattern.finditer(said):
            cuts = _cuts(said) if cuts is None else cuts
            start = max((cut for cut in cuts if cut <= found.start()), default=0)
            end = min((cut for cut in cuts if cut >= found.end()), default=len(said))
            if _happens_now(said[start:end].strip(" ,;"), found[0], said[end:]):
                return found[0]
    return ""


def _happens_now(clause: str, danger: str, after: str) -> bool:
    """Whether a clause tells of a danger, rather than of what may be, is asked about, or is long over."""
    if _NO_DANGER.search(clause) or _HYPOTHETICAL.search(clause):
        return False
    if _OF_HABIT.search(danger) and _HABIT.search(clause):
        return False
    if _HISTORY.search(clause) and _IN_SPITE_OF.search(after):
        return False
    if _CALLS_FOR_HELP.search(clause) or _TELLS.search(clause):
        return True
    if clause.endswith("?"):
        return False
    return not _ASKS.search(clause) or bool(_IN_DANGER_NOW.search(clause))


def _cuts(said: str) -> list[int]:
    """Where clauses begin, but the first."""
    found: list[int] = []
    begins = 0
    for cut in _CUT.finditer(said):
        clause = said[begins : cut.start()]
        if cut["joined"] and _HYPOTHETICAL.search(clause):
            continue  # "if she faints and he is hurt"
        alone = len(clause.split()) <= _WHEN_ALONE and _NO_DANGER.search(clause)
        if alone or (_WHEN.match(clause) and _HABIT.search(clause)):
            continue  # "last year, he had ...", "when I brush, ..."
        begins = cut.end()
        found.append(begins)
    return found
