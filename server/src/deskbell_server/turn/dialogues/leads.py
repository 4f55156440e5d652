"""Takes details down for somebody to get back to the caller."""

from __future__ import annotations

from dataclasses import replace

from deskbell_server.turn.dialogues.state import DialogueState
from deskbell_server.turn.dialogues.steps import KeepLead, Step
from deskbell_server.turn.slots import commands as c
from deskbell_server.turn.slots.dialogue import Dialogue
from deskbell_server.turn.slots.form import LEAD_FORM, Form

KEPT = "Thank you, I've noted that, and somebody will get back to you. Is there anything else I can help you with?"
NOT_KEPT = {
    c.CancelReason.ABORTED: "All right, I've left it. Is there anything else I can help you with?",
    c.CancelReason.CONSENT_REFUSED: "All right, I won't keep your details. Is there anything else I can help you with?",
    c.CancelReason.DECLINED: (
        "All right. Without a number or an address nobody can get back to you. "
        "Is there anything else I can help you with?"
    ),
}


def lead_form(consent: str) -> Form:
    """The form, with the agent's own sentence of consent if it has one."""
    return replace(LEAD_FORM, consent=consent) if consent else LEAD_FORM


def begin(state: DialogueState, utterance: str, form: Form, region: str | None) -> Step:
    """The first question."""
    filled, told = Dialogue(form, region).begin(utterance)
    return _step(replace(state, form=filled), told)


def again(state: DialogueState, form: Form, region: str | None) -> Step:
    """The question again that is open."""
    filled, told = Dialogue(form, region).resume(state.form)
    return _step(replace(state, form=filled), told)


def step(state: DialogueState, utterance: str, form: Form, region: str | None, *, digression: bool) -> Step:
    """What an utterance changes. `digression`: it asks for something else."""
    filled, told = Dialogue(form, region).step(state.form, utterance, digression=digression)
    return _step(replace(state, form=filled), told)


def _step(state: DialogueState, told: tuple[c.Command, ...]) -> Step:
    says: list[str] = []
    digress = False
    for command in told:
        match command:
            case c.Say(text) | c.Ask(_, text) | c.Confirm(text):
                says.append(text)
            case c.Digress():
                digress = True
            case c.Commit():
                return Step(" ".join([*says, KEPT]), None, KeepLead(command, state.key))
            case c.Cancel(reason):
                return Step(NOT_KEPT[reason])
            case c.Escalate():
                return Step("", hand_over="repeated_failure")
    return Step(" ".join(says), state, digress=digress)
