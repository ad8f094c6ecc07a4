"""The one state machine of a person's lifecycle: which state follows which, why, and what others hear of it.

The picture in docs/lifecycle.md is made from this table. Nothing else moves a person.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from rekindle.domain.people.lifecycle import ENGAGED, State

ANY = tuple(State)
BEFORE_SALES = (State.TARGET, State.INQUIRY, State.NURTURE, State.RECYCLED, State.DISQUALIFIED, State.DARK)
GO_DARK = (State.TARGET, State.INQUIRY)
"""Who did not respond to a campaign is nothing more than that: no other word was said of the person."""
AFTER = (State.WON, State.CUSTOMER)
NOT_ENGAGED = (*BEFORE_SALES, *AFTER)


@dataclass(frozen=True, slots=True)
class AllowedTransition:
    """From any of some states to another."""

    before: tuple[State, ...]
    after: State
    when: str
    event: str | None = None
    """The detail-type of what others hear; None where another event says it already."""


def _but(states: Iterable[State], *left_out: State) -> tuple[State, ...]:
    return tuple(state for state in states if state not in left_out)


TRANSITIONS = (
    AllowedTransition((State.TARGET, State.DARK), State.INQUIRY, "responds"),
    AllowedTransition(GO_DARK, State.DARK, "has not responded to a campaign in time"),
    AllowedTransition(NOT_ENGAGED, State.QUALIFIED, "a response becomes active: a new cycle"),
    AllowedTransition((State.QUALIFIED,), State.HANDED_OFF, "has an owner", "Lead Handed Off"),
    AllowedTransition(
        (State.HANDED_OFF, State.ACCEPTED),
        State.QUALIFIED,
        "is rejected, or another engagement comes first",
        "Lead Rejected",
    ),
    AllowedTransition((State.WORKED, State.OPPORTUNITY), State.QUALIFIED, "another engagement comes first"),
    AllowedTransition((State.HANDED_OFF,), State.ACCEPTED, "the owner accepts", "Lead Accepted"),
    AllowedTransition((State.QUALIFIED, State.HANDED_OFF, State.ACCEPTED), State.WORKED, "the status goes beyond open"),
    AllowedTransition((State.WORKED,), State.HANDED_OFF, "the status goes back to open"),
    AllowedTransition((State.WORKED,), State.ACCEPTED, "the status goes back to open, and the lead was accepted"),
    AllowedTransition(_but(ENGAGED, State.OPPORTUNITY), State.OPPORTUNITY, "an opportunity is opened"),
    AllowedTransition((*ENGAGED, *BEFORE_SALES), State.WON, "an opportunity of theirs is won", "Customer Won"),
    AllowedTransition(ENGAGED, State.INQUIRY, "its opportunity is lost, or its response or the opportunity is deleted"),
    AllowedTransition(
        ENGAGED, State.RECYCLED, "goes back to marketing, by a rule, a user or a status", "Lead Recycled"
    ),
    AllowedTransition((State.QUALIFIED,), State.NURTURE, "the status says nurture before anybody had the lead"),
    AllowedTransition(ENGAGED, State.DISQUALIFIED, "the status says disqualified"),
    AllowedTransition(ENGAGED, State.CUSTOMER, "the status says customer"),
    AllowedTransition(_but(NOT_ENGAGED, State.NURTURE, State.RECYCLED), State.NURTURE, "the status says nurture"),
    AllowedTransition(_but(NOT_ENGAGED, State.DISQUALIFIED), State.DISQUALIFIED, "the status says disqualified"),
    AllowedTransition(_but(NOT_ENGAGED, State.CUSTOMER), State.CUSTOMER, "the status says customer"),
    AllowedTransition(
        (State.NURTURE, State.RECYCLED, State.DISQUALIFIED, *AFTER), State.INQUIRY, "the status says new"
    ),
    *(AllowedTransition(NOT_ENGAGED, after, "an engagement goes on whose end was taken back") for after in ENGAGED[1:]),
)

_BY_STATES = {(before, one.after): one for one in reversed(TRANSITIONS) for before in one.before}


def allowed_transition(before: State, after: State) -> AllowedTransition | None:
    """The transition from one state to another; None where there is none."""
    return _BY_STATES.get((before, after))


def diagram() -> str:
    """All of it in the language of Mermaid: one line for each pair of states."""
    lines = ["stateDiagram-v2", "    [*] --> target"]
    for state in State:
        for after in State:
            transition = allowed_transition(state, after)
            if transition is not None:
                lines.append(f"    {state} --> {after}: {transition.when}")
    return "".join(f"{line}\n" for line in lines)
