"""Which single changes may take away what stands in a response's way to the credit.

For each value that may matter, every other value at which something turns: what lies between decides the same.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.reactivation.decision import DecisionBasis, Reason
from rekindle.domain.reactivation.engine import rules_of
from rekindle.domain.reactivation.replay import Inputs
from rekindle.domain.reactivation.search import Excluded
from rekindle.domain.reactivation.single_change import Of, SingleChange
from rekindle.domain.reactivation.timer import changed_by
from rekindle.domain.responses.response import TERMINAL, Response, ResponseClass
from rekindle.domain.settings.settings import LONGEST_DURATION, Scenario, ScenarioSettings

Changes = Iterator[SingleChange]
MOMENT = timedelta(milliseconds=1)
DAY = timedelta(days=1)
_RESPONDED = "Responded"
"""The member status that a campaign is to name where it names none."""


def lifting(inputs: Inputs, response: Response, obstacle: str, ahead: Sequence[Response]) -> Changes:
    """What takes away the reason to skip, or the rule by which a response is no candidate. `ahead`: the candidates
    that would come before it still."""
    found = _LIFTING.get(obstacle)
    return found(Case(inputs, response, ahead)) if found is not None else iter(())


class Case:
    """What the changes are made from."""

    def __init__(self, inputs: Inputs, response: Response, ahead: Sequence[Response] = ()) -> None:
        self.inputs, self.response = inputs, response
        self.decision, self.settings = inputs.decision, inputs.settings
        self.basis = inputs.decision.basis or DecisionBasis()
        self.rules = rules_of(inputs.decision, inputs.settings)
        self.scenario: ScenarioSettings = self.rules.scenario
        self.campaign = inputs.campaign_of(response.campaign_id)
        self.anchor = inputs.decision.anchored_at or inputs.decision.as_of
        self.rivals = [one.campaign_id for one in ahead]
        mine = response.state.classified(self.rules.classes)
        self.rival = next((one for one in ahead if one.state.classified(self.rules.classes) is mine), None)

    def setting(self, name: str, before: object, after: object, amount: float = 1) -> SingleChange:
        """Of the scenario, or what the caller asked for in its place."""
        asked = getattr(self.decision.overrides, name, None)
        if asked is not None:
            return SingleChange(Of.REQUEST, (name,), before, after, amount)
        path = ("reactivation", self.decision.scenario.value, *name.split("."))
        return SingleChange(Of.SCENARIO, path, before, after, amount)

    def person(self, name: str, before: object, after: object, amount: float = 1) -> SingleChange:
        return SingleChange(Of.PERSON, (self.decision.person_id, name), before, after, amount)

    def fact(self, name: str, before: object, after: object, amount: float = 1) -> SingleChange:
        return SingleChange(Of.RESPONSE, (self.response.response_id, name), before, after, amount)

    def of_campaign(self, campaign: Campaign | None, name: str, after: object, amount: float = 1) -> Changes:
        if campaign is not None:
            path = (campaign.campaign_id, name)
            yield SingleChange(Of.CAMPAIGN, path, getattr(campaign, name), after, amount)

    def threshold(self, after: float) -> SingleChange:
        before = self.settings.threshold
        return SingleChange(Of.SETTINGS, ("qualification", "threshold"), before, after, abs(after - before))

    def place(self, response_class: ResponseClass | None) -> int:
        """Of a class in the order of the search; behind all others for one that is not searched."""
        order = self.scenario.order
        return order.index(response_class) if response_class in order else len(order)

    def class_of(self, status: str | None) -> ResponseClass | None:
        return ResponseClass.NEW if status is None else self.rules.classes.get(status)

    def status_setting(self, status: str, after: ResponseClass | None) -> SingleChange:
        before = self.rules.classes.get(status)
        amount = abs(self.place(after) - self.place(before))
        path = ("response_statuses", status)
        return SingleChange(Of.SETTINGS, path, _value(before), _value(after), amount)

    def priority(self, index: int, response_class: ResponseClass) -> SingleChange:
        before = [one.value for one in self.scenario.order]
        after = [one for one in before if one != response_class]
        after.insert(index, response_class.value)
        return self.setting("priority", before, after, abs(self.place(response_class) - index))


def _value(response_class: ResponseClass | None) -> str | None:
    return response_class.value if response_class is not None else None


# --- before the search -----------------------------------------------------------------------------------------------


def _scenario_off(case: Case) -> Changes:
    path = ("reactivation", case.decision.scenario.value, "enabled")
    yield SingleChange(Of.SCENARIO, path, False, True)


def _mode_off(case: Case) -> Changes:
    """Where the mode in force comes from, and what goes before it."""
    user_id, settings, record_type = case.decision.user_id, case.settings, case.basis.record_type
    user = case.inputs.user_of(user_id) if user_id is not None else None
    if user is not None:
        yield SingleChange(Of.USER, (user.user_id, "mode"), user.mode, "hybrid")
    overrides = (("profiles", user.profile if user else None, settings.profile_modes),)
    for group, name, modes in (*overrides, ("record_types", record_type, settings.record_type_modes)):
        if name:
            yield SingleChange(Of.SETTINGS, ("mode_overrides", group, name), modes.get(name), "hybrid")
    yield SingleChange(Of.SETTINGS, ("mode",), settings.mode, "hybrid")


def _no_crossing(case: Case) -> Changes:
    score, before, threshold = case.decision.score, case.decision.previous_score, case.settings.threshold
    if score is None or score < threshold:
        yield case.person("score", score, threshold, abs(threshold - (score or 0)))
    if before is not None and before >= threshold:
        below = math.ceil(threshold) - 1
        yield case.person("previous_score", before, below, before - below)
    if score is None or (before is not None and before >= score):
        return
    if score < threshold:
        yield case.threshold(score)
    elif before is not None and before >= threshold:
        yield case.threshold(min(math.floor(before) + 1, score))


def _stale(case: Case) -> Changes:
    if case.decision.scenario is Scenario.ACTIVE_STATUS:
        yield from _status_reverted(case)
        return
    status_at, as_of = case.basis.status_at, case.decision.as_of
    if case.decision.batch_id is None and status_at is not None:
        yield case.person("status_at", status_at, as_of, seconds(status_at, as_of))
        if (status := case.basis.status) is not None:
            yield SingleChange(Of.SETTINGS, ("person_statuses", status, "active"), False, True)


def _status_reverted(case: Case) -> Changes:
    yield case.person("status_activated", case.basis.status_activated, changed_by(case.decision.trigger_id))


def _prompt_not_eligible(case: Case) -> Changes:
    prompted = case.inputs.campaign_of(case.decision.prompted_campaign_id or "")
    for name, value in (("trigger_reactivation", True), ("is_active", True), ("deleted", False)):
        if prompted is not None and getattr(prompted, name) != value:
            yield from case.of_campaign(prompted, name, value)


def _active_exists(case: Case) -> Changes:
    active = case.basis.active
    yield case.person("active_response_id", active.response_id if active else None, None)


def _opportunity_open(case: Case) -> Changes:
    yield case.person("opportunity_open", True, False)


def _nurture(case: Case) -> Changes:
    until, as_of = case.basis.nurture_until, case.decision.as_of
    if until is not None:
        yield case.person("nurture_until", until, as_of, seconds(until, as_of))
    if case.decision.scenario is Scenario.INVOCABLE:
        yield SingleChange(Of.REQUEST, ("bypass_nurture_timeout",), False, True)
    if case.inputs.arriving is not None:
        yield from case.of_campaign(case.campaign, "bypass_nurture_timeout", True)
        yield from case.of_campaign(case.campaign, "response_prompt", True)


def _cool_down(case: Case) -> Changes:
    since, as_of = case.basis.score_activated_at, case.decision.as_of
    days = case.settings.scenario(case.decision.scenario).cool_down_days
    if since is None:
        return
    earlier = as_of - timedelta(days=days)
    yield case.person("score_activated_at", since, earlier, seconds(since, earlier))
    over = max((as_of - since) // DAY, 0)
    if as_of >= since + timedelta(days=over):
        path = ("reactivation", case.decision.scenario.value, "cool_down_days")
        yield SingleChange(Of.SCENARIO, path, days, over, days - over)


# --- an arrival ------------------------------------------------------------------------------------------------------


def _not_responded(case: Case) -> Changes:
    yield case.fact("responded", False, True)


def _date_to_come(case: Case) -> Changes:
    if case.inputs.arriving is not None:
        yield from dates(case, case.decision.as_of)


def _below_threshold(case: Case) -> Changes:
    details = case.response.details
    score, own = case.decision.score, details.score if details is not None else None
    threshold, total = case.settings.threshold, (score or 0) + (own or 0)
    yield case.fact("score", own, threshold - (score or 0), threshold - total)
    yield case.person("score", score, threshold - (own or 0), threshold - total)
    yield from case.of_campaign(case.campaign, "response_prompt", True)
    if score is not None or own is not None:
        yield case.threshold(total)


# --- the rules of the search -----------------------------------------------------------------------------------------


def dates(case: Case, *wanted: datetime) -> Changes:
    """Other dates of the response: what is wanted, and those by which it passes its rival."""
    state = case.response.state
    name = "responded_at" if state.responded_at is not None else "received_at"
    moments = set(wanted)
    if case.rival is not None:
        newest = case.rival.state.effective_at
        moments |= {newest, newest + MOMENT}
    for moment in sorted(moments - {state.effective_at}):
        yield case.fact(name, state.effective_at, moment, seconds(state.effective_at, moment))


def _outside_lookback(case: Case) -> Changes:
    yield from dates(case, case.rules.lookback_start)
    days = -((case.response.state.effective_at - case.anchor) // DAY)
    if days <= LONGEST_DURATION.days:
        before = case.scenario.lookback_days
        yield case.setting("lookback_days", before, days, days - before)


def _in_future(case: Case) -> Changes:
    yield from dates(case, case.rules.as_of)


def _reactivated(case: Case) -> Changes:
    yield case.fact("reactivated_at", case.response.state.reactivated_at, None)


def _campaign_type(case: Case) -> Changes:
    campaign, only, but = case.campaign, sorted(case.scenario.only_types), sorted(case.scenario.except_types)
    if campaign is None:
        return
    allowed = [one for one in only if one not in but] if only else [None]
    for another in allowed:
        yield from case.of_campaign(campaign, "type", another)
    theirs = {one.type for one in map(case.inputs.campaign_of, case.rivals) if one is not None} - {campaign.type}
    named = {one for one in theirs if one is not None}
    if campaign.type in but:
        for value in ({*but} - {campaign.type}, ({*but} | named) - {campaign.type}):
            yield case.setting("campaign_types.except", but, sorted(value), len({*but} ^ value))
    elif campaign.type is None:
        yield case.setting("campaign_types.only", only, [], len(only))
    else:
        for value in ({*only, campaign.type}, {*only, campaign.type} - named):
            yield case.setting("campaign_types.only", only, sorted(value), len({*only} ^ value))


def _campaign(name: str, value: object) -> Callable[[Case], Changes]:
    return lambda case: case.of_campaign(case.campaign, name, value)


def _non_response_off(case: Case) -> Changes:
    yield case.fact("responded", False, True)
    yield case.setting("include_non_responses", False, True)


def _no_responded_status(case: Case) -> Changes:
    yield case.fact("responded", False, True)
    yield from case.of_campaign(case.campaign, "default_responded_status", _RESPONDED)


def _status_not_eligible(case: Case) -> Changes:
    yield from statuses(case)
    response_class = case.response.state.classified(case.rules.classes)
    if response_class is not None:
        for index in range(len(case.scenario.order) + 1):
            yield case.priority(index, response_class)


def statuses(case: Case) -> Changes:
    """Another status of the response, or another class of its status, of each class that is searched."""
    status, order = case.response.state.status, case.scenario.order
    now = case.place(case.response.state.classified(case.rules.classes))
    if case.response.state.responded and ResponseClass.NON_RESPONSE in order:
        yield case.fact("responded", True, False)
    for response_class in order:
        if response_class is ResponseClass.NON_RESPONSE or case.place(response_class) == now:
            continue
        named = [s for s, one in case.rules.classes.items() if one is response_class and s not in TERMINAL]
        if response_class is ResponseClass.NEW or named:
            other = None if response_class is ResponseClass.NEW else min(named)
            yield case.fact("response_status", status, other, abs(case.place(response_class) - now))
        if status is not None and status not in TERMINAL:
            yield case.status_setting(status, response_class)


def _prior_mql(case: Case) -> Changes:
    yield case.fact("activated_at", None, case.response.state.effective_at)
    yield case.setting("require_prior_mql", True, False)


_LIFTING: Mapping[str, Callable[[Case], Changes]] = {
    Reason.SCENARIO_OFF: _scenario_off,
    Reason.MODE_OFF: _mode_off,
    Reason.NOT_A_CROSSING: _no_crossing,
    Reason.STALE: _stale,
    Reason.STATUS_REVERTED: _status_reverted,
    Reason.SUPERSEDED: _active_exists,
    Reason.NOT_ELIGIBLE_CAMPAIGN: _prompt_not_eligible,
    Reason.ACTIVE_EXISTS: _active_exists,
    Reason.OPPORTUNITY_OPEN: _opportunity_open,
    Reason.NURTURE_TIMEOUT: _nurture,
    Reason.COOL_DOWN: _cool_down,
    Reason.NOT_RESPONDED: _not_responded,
    Reason.NO_CANDIDATE: _date_to_come,
    Reason.BELOW_THRESHOLD: _below_threshold,
    Excluded.OUTSIDE_LOOKBACK: _outside_lookback,
    Excluded.IN_FUTURE: _in_future,
    Excluded.ALREADY_REACTIVATED: _reactivated,
    Excluded.CAMPAIGN_EXCLUDED: _campaign("exclude_from_reactivation", False),
    Excluded.CAMPAIGN_INACTIVE: _campaign("is_active", True),
    Excluded.CAMPAIGN_TYPE: _campaign_type,
    Excluded.CAMPAIGN_DELETED: _campaign("deleted", False),
    Excluded.NON_RESPONSE_OFF: _non_response_off,
    Excluded.NO_RESPONDED_STATUS: _no_responded_status,
    Excluded.STATUS_NOT_ELIGIBLE: _status_not_eligible,
    Excluded.PRIOR_MQL_REQUIRED: _prior_mql,
}
"""By what stands in the way. The prompted campaign itself and a person who does not exist are there for good."""


def seconds(one: datetime, other: datetime) -> float:
    return abs((other - one).total_seconds())
