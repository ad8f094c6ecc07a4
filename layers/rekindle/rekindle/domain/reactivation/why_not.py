"""Why not this one: the smallest change of settings or facts by which another response would have got the credit.

A change is found from what stands in the response's way, and confirmed by making the decision again with it. What
stands first in its way has to go in any case, so no other change needs to be tried.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.reactivation.engine import rules_of
from rekindle.domain.reactivation.lifting import lifting
from rekindle.domain.reactivation.overtaking import overtaking
from rekindle.domain.reactivation.replay import Inputs, decided_again
from rekindle.domain.reactivation.search import Excluded, exclusion, recency, tie_break
from rekindle.domain.reactivation.single_change import SingleChange, changed, in_json
from rekindle.domain.responses.response import Response

MOST_CHANGES = 5
"""The most values that are changed together."""
MOST_TRIALS = 2_000
"""The most decisions that are made again for one answer."""


@dataclass(frozen=True, slots=True)
class WhyNot:
    """By what a response would have got the credit."""

    response_id: str
    ways: Sequence[Sequence[SingleChange]]
    """Each suffices by itself, the smallest first. Of one change each, if one suffices; else the one of fewest changes.
    Empty where nothing was found."""

    @property
    def smallest(self) -> Sequence[SingleChange]:
        return self.ways[0] if self.ways else ()

    @property
    def sentence(self) -> str:
        if not self.ways:
            return f"No change of up to {MOST_CHANGES} settings or facts would have given it the credit."
        text = f"It would have got the credit if {_and(self.smallest)}"
        if self.smallest[0].is_setting or len(self.smallest) > 1:
            return f"{text}."
        setting = next((way for way in self.ways if way[0].is_setting), None)
        return f"{text}; by the settings, if {_and(setting)}." if setting else f"{text}."


def _and(changes: Sequence[SingleChange]) -> str:
    return " and ".join(f"{one.name} were {_value(one.after)} instead of {_value(one.before)}" for one in changes)


def _value(value: object) -> str:
    written = in_json(value)
    if isinstance(written, list | tuple):
        return f"[{', '.join(map(str, written))}]"
    if written is None or isinstance(written, bool):
        return {None: "none", True: "true", False: "false"}[written]
    return f"{written:g}" if isinstance(written, float) else str(written)


def why_not(inputs: Inputs, response_id: str) -> WhyNot:
    """By what a response would have got the credit that another one, or nobody, got."""
    single = list[Sequence[SingleChange]]()
    reached: list[tuple[Inputs, Sequence[SingleChange]]] = [(inputs, ())]
    trials = 0
    for _ in range(MOST_CHANGES):
        further: list[tuple[Inputs, Sequence[SingleChange]]] = []
        for before, made in reached:
            obstacle = _obstacle(before, response_id)
            for change in _changes(before, response_id, obstacle):
                trials += 1
                if trials > MOST_TRIALS:
                    return WhyNot(response_id, single[:1])
                after, ways = changed(before, change), (*made, change)
                if wins(decided_again(after), response_id):
                    single.append(ways)
                elif _obstacle(after, response_id) != obstacle:
                    further.append((after, ways))
        if single:
            single.sort(key=lambda ways: [one.size for one in ways])
            return WhyNot(response_id, single if len(single[0]) == 1 else single[:1])
        reached = further
    return WhyNot(response_id, ())


def wins(decision: Decision, response_id: str) -> bool:
    return decision.activates and decision.response_id == response_id


Obstacle = tuple[str, ...]
"""What stands first in a response's way: the reason to skip, a rule of the search, or those that come before it."""
_AHEAD = "ahead"


def _obstacle(inputs: Inputs, response_id: str) -> Obstacle:
    again = decided_again(inputs)
    if not again.searched:
        return (again.reason.value,) if again.reason is not None else ()
    response = candidate(inputs, response_id)
    if response is None:
        return ()
    rules, campaign = rules_of(inputs.decision, inputs.settings), inputs.campaign_of(response.campaign_id)
    excluded = exclusion(response, campaign, rules)
    if excluded is Excluded.CAMPAIGN_TYPE and campaign is not None:
        return excluded.value, "except" if campaign.type in rules.scenario.except_types else "only"
    if excluded is not None:
        return (excluded.value,)
    return _AHEAD, *(one.response_id for one in ahead_of(inputs, response))


def _changes(inputs: Inputs, response_id: str, obstacle: Obstacle) -> Iterator[SingleChange]:
    """The single changes that may take away what stands first in a response's way."""
    response = candidate(inputs, response_id)
    if response is None or not obstacle:
        return iter(())
    if obstacle[0] == _AHEAD:
        return overtaking(inputs, response, ahead_of(inputs, response))
    return lifting(inputs, response, obstacle[0], ahead_of(inputs, response))


def candidate(inputs: Inputs, response_id: str) -> Response | None:
    """The response among those that were read; of an arrival the one that arrived alone."""
    if inputs.arriving is not None:
        return inputs.arriving if inputs.arriving.response_id == response_id else None
    return next((r for r in inputs.responses if r.response_id == response_id and not r.state.deleted), None)


def ahead_of(inputs: Inputs, response: Response) -> Sequence[Response]:
    """The candidates that come before a response, or would if it were one itself, the best first."""
    if inputs.arriving is not None:
        return ()
    rules = rules_of(inputs.decision, inputs.settings)
    places = {response_class: place for place, response_class in enumerate(rules.scenario.order)}

    def key(one: Response) -> tuple[int, float, float, tuple[bool, int, str]]:
        response_class = one.state.classified(rules.classes)
        place = places.get(response_class, len(places)) if response_class is not None else len(places)
        effective, received = recency(one)
        return place, -effective.timestamp(), -received.timestamp(), tie_break(one, inputs.campaign_of(one.campaign_id))

    eligible = [
        one
        for one in inputs.responses
        if not one.state.deleted and exclusion(one, inputs.campaign_of(one.campaign_id), rules) is None
    ]
    mine = key(response)
    return sorted((one for one in eligible if key(one) < mine), key=key)
