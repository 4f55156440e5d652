"""What needs no document: greetings, thanks, goodbyes, and the wish to be called back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deskbell_server.domain.conversation import HistoryEntry, Speaker

CALL_BACK = "I can have someone call you back."
REFUSAL = f"I don't have that information. {CALL_BACK}"
ASK_FOR_NUMBER = "Of course. Please tell me your name and your telephone number."
NUMBER_NOTED = "Thank you. Our team can see this conversation and can call you back on that number."

_GREETING = (
    r"(?:hello|hi|hey|good (?:morning|afternoon|evening)|greetings)(?: there)?(?: how are you(?: today)?)?"
)
_THANKS = (
    r"(?:(?:okay|ok|great|perfect|lovely|no|yes|all right|alright) )?"
    r"(?:thank you|thanks|cheers)(?: (?:a lot|so much|very much|for your help|that'?s great))?"
)
_GOODBYE = (
    r"(?:(?:okay|ok|no|thank you|thanks|great|well) )*"
    r"(?:good ?bye|bye(?: bye)?|that(?:'?s| is| will be|'?ll be)? all(?: thank you| thanks)?"
    r"|see you(?: soon| later)?|have a (?:nice|good) day)(?: (?:now|then|bye))?"
)
_A_PERSON = (
    r"[a-z' ]*\b(?:(?:speak|talk)(?:ing)? (?:to|with) (?:a |an |some |the |your )?(?:real |human |actual )?"
    r"(?:person|human|someone|somebody|operator|colleague|agent|receptionist|manager)"
    r"|call me back|have someone call me(?: back)?|be called back)(?: please)?"
)
_TALK = (
    (re.compile(_GREETING), "Hello, how can I help you?"),
    (re.compile(_THANKS), "You're welcome. Is there anything else I can help you with?"),
    (re.compile(_GOODBYE), "Goodbye, and thank you for calling."),
    (re.compile(_A_PERSON), ASK_FOR_NUMBER),
)
_AGREES = re.compile(
    r"(?:yes|yeah|yep|sure|okay|ok|of course|that would be [a-z]+)(?: please| do| thanks| thank you)*"
)
_TELEPHONE = re.compile(r"(?:\+?\d[\s().-]*){7,}")


def small_talk(text: str, history: Sequence[HistoryEntry]) -> str | None:
    """The reply to an utterance that is small talk from beginning to end, or None."""
    said = " ".join(re.sub(r"[^a-z' ]", " ", text.lower().replace("\u2019", "'")).split())
    for pattern, reply in _TALK:
        if pattern.fullmatch(said):
            return reply
    last = next((entry.text for entry in reversed(history) if entry.speaker is Speaker.AGENT), "")
    if _AGREES.fullmatch(said) and last.endswith(CALL_BACK):
        return ASK_FOR_NUMBER
    if _TELEPHONE.search(text) and last.endswith((CALL_BACK, ASK_FOR_NUMBER)):
        return NUMBER_NOTED
    return None
