"""The one state machine of a person's way: which state follows which, why, and what others hear of it.

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
class Way:
    """From any of some states to another."""

    before: tuple[State, ...]
    after: State
    when: str
    event: str | None = None
    """The detail-type of what others hear; None where another event says it already."""


def _but(states: Iterable[State], *left_out: State) -> tuple[State, ...]:
    return tuple(state for state in states if state not in left_out)


WAYS = (
    Way((State.TARGET, State.DARK), State.INQUIRY, "responds"),
    Way(GO_DARK, State.DARK, "has not responded to a campaign in time"),
    Way(NOT_ENGAGED, State.QUALIFIED, "a response becomes active: a new cycle"),
    Way((State.QUALIFIED,), State.HANDED_OFF, "has an owner", "Lead Handed Off"),
    Way(
        (State.HANDED_OFF, State.ACCEPTED),
        State.QUALIFIED,
        "is rejected, or another engagement comes first",
        "Lead Rejected",
    ),
    Way((State.WORKED, State.OPPORTUNITY), State.QUALIFIED, "another engagement comes first"),
    Way((State.HANDED_OFF,), State.ACCEPTED, "the owner accepts", "Lead Accepted"),
    Way((State.QUALIFIED, State.HANDED_OFF, State.ACCEPTED), State.WORKED, "the status goes beyond open"),
    Way((State.WORKED,), State.HANDED_OFF, "the status goes back to open"),
    Way((State.WORKED,), State.ACCEPTED, "the status goes back to open, and the lead was accepted"),
    Way(_but(ENGAGED, State.OPPORTUNITY), State.OPPORTUNITY, "an opportunity is opened"),
    Way((*ENGAGED, *BEFORE_SALES), State.WON, "an opportunity of theirs is won", "Customer Won"),
    Way(ENGAGED, State.INQUIRY, "its opportunity is lost, or its response or the opportunity is deleted"),
    Way(ENGAGED, State.RECYCLED, "goes back to marketing, by a rule, a user or a status", "Lead Recycled"),
    Way((State.QUALIFIED,), State.NURTURE, "the status says nurture before anybody had the lead"),
    Way(ENGAGED, State.DISQUALIFIED, "the status says disqualified"),
    Way(ENGAGED, State.CUSTOMER, "the status says customer"),
    Way(_but(NOT_ENGAGED, State.NURTURE, State.RECYCLED), State.NURTURE, "the status says nurture"),
    Way(_but(NOT_ENGAGED, State.DISQUALIFIED), State.DISQUALIFIED, "the status says disqualified"),
    Way(_but(NOT_ENGAGED, State.CUSTOMER), State.CUSTOMER, "the status says customer"),
    Way((State.NURTURE, State.RECYCLED, State.DISQUALIFIED, *AFTER), State.INQUIRY, "the status says new"),
    *(Way(NOT_ENGAGED, after, "an engagement goes on whose end was taken back") for after in ENGAGED[1:]),
)

_BY_STATES = {(before, way.after): way for way in reversed(WAYS) for before in way.before}


def way(before: State, after: State) -> Way | None:
    """The way from one state to another; None where there is none."""
    return _BY_STATES.get((before, after))


def diagram() -> str:
    """All of it in the language of Mermaid: one line for each pair of states."""
    lines = ["stateDiagram-v2", "    [*] --> target"]
    for state in State:
        for after in State:
            found = way(state, after)
            if found is not None:
                lines.append(f"    {state} --> {after}: {found.when}")
    return "".join(f"{line}\n" for line in lines)
