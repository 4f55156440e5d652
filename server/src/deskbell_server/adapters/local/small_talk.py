"""What needs no document: greetings, thanks, goodbyes, and a no to the offer of a call back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deskbell_server.domain.conversation import HistoryEntry, Speaker
from deskbell_server.turn.offers import CALL_BACK

NO_CALL_BACK = "All right. Is there anything else I can help you with?"

_GREETING = (
    r"(?:hello|hi|hey|good (?:morning|afternoon|evening)|greetings)(?: there)?(?: how are you(?: today)?)?"
)
_THANKS = (
    r"(?:(?:okay|ok|great|perfect|lovely|no|yes|all right|alright) )?"
    r"(?:thank you|thanks|cheers)(?: (?:a lot|so much|very much|for your help|that'?s great))?"
)
_GOODBYE = (
    r"(?:(?:okay|ok|no|thank you|thanks|great|well|so much|very much|for (?:your|the) help) )*"
    r"(?:(?:good ?bye|bye(?: bye)?|that(?:'?s| is| will be|'?ll be|'?s been)? (?:all|it|everything)"
    r"(?: thank you| thanks| for now| from me| i (?:needed|wanted))*"
    r"|see you(?: soon| later)?|have a (?:nice|good|lovely) (?:day|evening|weekend))"
    r"(?: (?:now|then|and|thank you|thanks))*(?: |$))+"
)
_TALK = (
    (re.compile(_GREETING), "Hello, how can I help you?"),
    (re.compile(_THANKS), "You're welcome. Is there anything else I can help you with?"),
    (re.compile(_GOODBYE), "Goodbye, and thank you for calling."),
)
_DECLINES = re.compile(
    r"(?:no|nope|nah|not now|not really|never mind|it's fine|that's fine|that's ok(?:ay)?)"
    r"(?: (?:thanks|thank you|it's fine|that's fine|that's ok(?:ay)?|not now|never mind))*"
)


def small_talk(text: str, history: Sequence[HistoryEntry]) -> str | None:
    """The reply to an utterance that is small talk from beginning to end, or None."""
    said = " ".join(re.sub(r"[^a-z' ]", " ", text.lower().replace("\u2019", "'")).split())
    last = next((entry.text for entry in reversed(history) if entry.speaker is Speaker.AGENT), "")
    if _DECLINES.fullmatch(said) and last.endswith(CALL_BACK):
        return NO_CALL_BACK
    for pattern, reply in _TALK:
        if pattern.fullmatch(said):
            return reply
    return None
