"""Which single changes may put a candidate in front of those that come before it, or take them out of the search."""

from collections.abc import Sequence

from rekindle.domain.reactivation.lifting import DAY, MOMENT, Case, Changes, dates, seconds, statuses
from rekindle.domain.reactivation.replay import Inputs
from rekindle.domain.reactivation.search import recency
from rekindle.domain.responses.response import Response, ResponseClass
from rekindle.domain.settings.settings import ScenarioSettings


def overtaking(inputs: Inputs, response: Response, ahead: Sequence[Response]) -> Changes:
    """What may put a candidate in front of those that come before it, or take them out of the search."""
    case = Case(inputs, response, ahead)
    mine = response.state.classified(case.rules.classes)
    yield from _passing(case, ahead)
    yield from statuses(case)
    if mine is ResponseClass.NON_RESPONSE:
        yield case.fact("responded", False, True)
    if mine is not None:
        for index in range(case.place(mine)):
            yield case.priority(index, mine)
    yield from _taking_out(case, ahead)


def _passing(case: Case, ahead: Sequence[Response]) -> Changes:
    rival, state = case.rival, case.response.state
    if rival is None:
        return
    yield from dates(case)
    (newest, received), (date, arrived) = recency(rival), recency(case.response)
    if newest == date and state.responded_at is not None:
        for moment in (received, received + MOMENT):
            if moment != arrived:
                yield case.fact("received_at", arrived, moment, seconds(arrived, moment))
    theirs = [case.inputs.campaign_of(one.campaign_id) for one in ahead]
    numbers = [one.precedence for one in theirs if one is not None and one.precedence is not None]
    before = case.campaign.precedence if case.campaign else None
    for number in (min(numbers), min(numbers) - 1) if numbers else (1,):
        if number != before:
            amount = abs(number - before) if before is not None else 1
            yield from case.of_campaign(case.campaign, "precedence", number, amount)


def _taking_out(case: Case, ahead: Sequence[Response]) -> Changes:
    """What takes all of them out at once: other candidates would come before it still."""
    scenario, classes = case.scenario, case.rules.classes
    campaigns = {one.campaign_id: case.inputs.campaign_of(one.campaign_id) for one in ahead}
    if len(campaigns) == 1 and case.response.campaign_id not in campaigns:
        (theirs,) = campaigns.values()
        yield from case.of_campaign(theirs, "exclude_from_reactivation", True)
        yield from case.of_campaign(theirs, "is_active", False)
        yield from case.of_campaign(theirs, "deleted", True)
        if theirs is not None and theirs.type not in _not_allowed(scenario):
            for another in _not_allowed(scenario):
                yield from case.of_campaign(theirs, "type", another)
        if theirs is not None and theirs.default_responded_status:
            yield from case.of_campaign(theirs, "default_responded_status", None)
        if theirs is not None and theirs.precedence is not None and case.campaign and case.campaign.precedence:
            for number in (case.campaign.precedence, case.campaign.precedence + 1):
                if number != theirs.precedence:
                    yield from case.of_campaign(theirs, "precedence", number, abs(number - theirs.precedence))
    days = -((max(one.state.effective_at for one in ahead) - case.anchor) // DAY) - 1
    if 0 <= days < scenario.lookback_days:
        yield case.setting("lookback_days", scenario.lookback_days, days, scenario.lookback_days - days)
    yield from _other_types(case, {one.type for one in campaigns.values() if one is not None})
    if all(one.state.classified(classes) is ResponseClass.NON_RESPONSE for one in ahead):
        yield case.setting("include_non_responses", True, False)
    if not scenario.require_prior_mql and case.response.state.activated_at is not None:
        yield case.setting("require_prior_mql", False, True)
    for status in sorted({one.state.status for one in ahead if one.state.status is not None}):
        for response_class in (*scenario.order, None):
            if response_class is not ResponseClass.NON_RESPONSE and response_class is not classes.get(status):
                yield case.status_setting(status, response_class)
    for left_out in {one.state.classified(classes): None for one in ahead}:
        without = [one.value for one in scenario.order if one is not left_out]
        if left_out is not None and without and left_out is not case.response.state.classified(classes):
            yield case.setting("priority", [one.value for one in scenario.order], without)


def _not_allowed(scenario: ScenarioSettings) -> Sequence[str | None]:
    """Types of which no response is a candidate; none stands for any type that is not listed."""
    return [*sorted(scenario.except_types), *([None] if scenario.only_types else ())]


def _other_types(case: Case, theirs: set[str | None]) -> Changes:
    mine, scenario = case.campaign.type if case.campaign else None, case.scenario
    but, only = sorted(scenario.except_types), sorted(scenario.only_types)
    named = sorted(one for one in theirs if one is not None)
    if len(named) == len(theirs) and mine not in theirs:
        yield case.setting("campaign_types.except", but, sorted({*but, *named}), len(named))
    if mine is not None and mine not in theirs:
        kept = [one for one in only if one not in theirs] or [mine]
        yield case.setting("campaign_types.only", only, kept, len(set(only) ^ set(kept)))
