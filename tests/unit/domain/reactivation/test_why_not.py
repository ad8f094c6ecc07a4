"""Why not this one: the change that is named makes the response win, and no smaller single change does."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.core.values import replace
from rekindle.domain.people.person import Engagement
from rekindle.domain.reactivation.decision import Decision, DecisionBasis, Outcome
from rekindle.domain.reactivation.engine import rules_of
from rekindle.domain.reactivation.replay import Inputs, decided_again
from rekindle.domain.reactivation.single_change import Of, SingleChange, changed
from rekindle.domain.reactivation.why_not import why_not, wins
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.records.user import User
from rekindle.domain.responses.response import Details, Response, ResponseClass, ResponseState
from rekindle.domain.settings.settings import Overrides, Scenario, Settings
from tests.support.builders import day

STATUSES = ("Resolved - No Action Required", "Nurture", "Resolved - Opportunity Won", "Odd")
TYPES = ("Email", "Fair", "Webinar")
CLASSES = tuple(one.value for one in ResponseClass)
SEARCHED = CLASSES[:3]
AS_OF = day(40)
MOMENT = timedelta(milliseconds=1)

_STRICT = ("active", "passive")

# --- random decisions ------------------------------------------------------------------------------------------------

a_day = st.integers(0, 41).map(lambda drawn: day(40 - drawn if drawn < 41 else 42))
rarely = st.integers(0, 15).map(lambda drawn: drawn == 11)
of_scenario = st.fixed_dictionaries(
    {
        "lookback_days": st.sampled_from([30, 20, 45, 5]),
        "include_non_responses": st.sampled_from([True, True, False]),
        "require_prior_mql": rarely,
        "enabled": rarely.map(lambda off: not off),
        "cool_down_days": st.sampled_from([0, 0, 0, 20]),
        "priority": st.permutations(SEARCHED).flatmap(lambda p: st.integers(1, 3).map(lambda n: list(p[: 4 - n]))),
        "campaign_types": st.fixed_dictionaries(
            {
                "only": st.one_of(st.just([]), st.lists(st.sampled_from(TYPES), unique=True, max_size=2)),
                "except": st.one_of(st.just([]), st.lists(st.sampled_from(TYPES), unique=True, max_size=1)),
            }
        ),
    }
)


@st.composite
def responses(draw: st.DrawFn, number: int) -> Response:
    responded = not draw(rarely)
    state = ResponseState(
        responded=responded,
        responded_at=draw(a_day) if responded else None,
        received_at=draw(a_day),
        status=draw(st.sampled_from([None, *STATUSES[:2], *STATUSES])),
        activated_at=draw(st.one_of(st.none(), a_day)),
        reactivated_at=day(1) if draw(rarely) else None,
    )
    own = draw(st.sampled_from([None, 5, -5]))
    return Response(f"r{number}", draw(st.sampled_from(["c0", "c1", "c2"])), state, Details(score=own))


@st.composite
def campaigns(draw: st.DrawFn, number: int) -> Campaign:
    return Campaign(
        f"c{number}",
        type=draw(st.sampled_from([None, *TYPES])),
        is_active=not draw(rarely),
        precedence=draw(st.sampled_from([None, 1, 3])),
        exclude_from_reactivation=draw(rarely),
        default_responded_status=draw(st.sampled_from([None, "Attended"])),
        trigger_reactivation=not draw(rarely),
        response_prompt=draw(rarely),
        deleted=draw(rarely),
    )


@st.composite
def decisions(draw: st.DrawFn) -> Inputs:
    scenario = draw(st.sampled_from([Scenario.SCORE, Scenario.SCORE, *Scenario]))
    status_change = ChangeStamp(AS_OF)
    basis = DecisionBasis(
        status=draw(st.sampled_from([None, "New", "Working"])),
        status_at=draw(st.sampled_from([None, day(39), day(39), day(41)])),
        status_activated=draw(st.sampled_from([status_change] * 3 + [None, ChangeStamp(day(41))])),
        record_type=draw(st.sampled_from([None, "partner"])),
        nurture_until=draw(st.sampled_from([None, None, None, day(39), day(50)])),
        score_activated_at=draw(st.sampled_from([None, day(30)])),
        opportunity_open=draw(rarely),
        active=Engagement("r-active", "c0", 1, day(20), "response", "MQL") if draw(rarely) else None,
        own_score=None,
    )
    many = [draw(responses(number)) for number in range(draw(st.sampled_from([3, 4, 2, 1])))]
    known = {f"c{number}": draw(campaigns(number)) for number in range(3)}
    document = {
        "mode": draw(st.sampled_from(["hybrid"] * 4 + ["active", "passive"])),
        "mode_overrides": {"record_types": draw(st.sampled_from([{}, {}, *({"partner": one} for one in _STRICT)]))},
        "person_statuses": {"New": {"active": False}, "Working": {"active": True}},
        "response_statuses": draw(st.dictionaries(st.sampled_from(STATUSES), st.sampled_from([*SEARCHED, None]))),
        "reactivation": {} if scenario is Scenario.RESPONSE else {scenario.value: draw(of_scenario)},
    }
    overrides = Overrides(
        lookback_days=draw(st.sampled_from([None, None, 10])) if scenario is Scenario.INVOCABLE else None
    )
    trigger_id = {Scenario.RESPONSE: "response:r0:responded", Scenario.ACTIVE_STATUS: f"status:{status_change}"}
    asked = Decision(
        decision_id="d",
        person_id="p",
        scenario=scenario,
        outcome=Outcome.SKIPPED,
        reason=None,
        trigger_id=trigger_id.get(scenario, "t"),
        as_of=AS_OF,
        decided_at=AS_OF,
        settings_version=1,
        person_version=1,
        score=draw(st.sampled_from([70, 60, 80, 70, 60, 40, None])),
        previous_score=draw(st.sampled_from([10, None, 20, 30, 10, 65])),
        user_id=draw(st.sampled_from([None, "u"])),
        overrides=overrides,
        prompted_campaign_id="c2" if scenario is Scenario.RESPONSE_PROMPT else None,
        basis=basis,
    )
    mode = draw(st.sampled_from([None, None, None, "active", "passive"]))
    inputs = Inputs(
        asked,
        many,
        known.get,
        lambda user_id: User("u", mode=mode) if user_id == "u" else None,
        Settings.of(document, 1),
        many[0] if scenario is Scenario.RESPONSE else None,
    )
    again = decided_again(inputs)
    return replace(inputs, decision=replace(again, basis=basis))


# --- every single change, by brute force -----------------------------------------------------------------------------


def single_changes(inputs: Inputs, response: Response) -> Iterator[SingleChange]:
    decision, state, basis = inputs.decision, response.state, inputs.decision.basis or DecisionBasis()
    rules = rules_of(decision, inputs.settings)
    moments = {rules.lookback_start, AS_OF, *(one.state.effective_at for one in inputs.responses)}
    moments |= {one.state.received_at for one in inputs.responses}
    moments |= {one + step for one in moments for step in (MOMENT, -MOMENT)} | {day(n) for n in range(45)}

    def fact(name: str, before: Any, after: Any, amount: float = 1) -> SingleChange:
        return SingleChange(Of.RESPONSE, (response.response_id, name), before, after, amount)

    def person(name: str, before: Any, after: Any, amount: float = 1) -> SingleChange:
        return SingleChange(Of.PERSON, ("p", name), before, after, amount)

    for moment in sorted(moments):
        if state.responded_at is not None:
            yield fact("responded_at", state.responded_at, moment, seconds(state.responded_at, moment))
        yield fact("received_at", state.received_at, moment, seconds(state.received_at, moment))
    yield fact("responded", state.responded, not state.responded)
    place = {one: index for index, one in enumerate(rules.scenario.order)}

    def places(one: ResponseClass | None) -> int:
        return place.get(one, len(place)) if one is not None else len(place)

    for status in (None, *STATUSES, *inputs.settings.classes):
        other = replace(state, status=status).classified(inputs.settings.classes)
        if other is not state.classified(inputs.settings.classes):
            amount = abs(places(other) - places(state.classified(inputs.settings.classes)))
            yield fact("response_status", state.status, status, amount)
    yield fact("activated_at", state.activated_at, None if state.activated_at else day(1))
    yield fact("reactivated_at", state.reactivated_at, None if state.reactivated_at else day(1))
    own = response.details.score if response.details else None
    for score in range(-30, 101):
        yield fact("score", own, score, abs(score - (own or 0)))
        yield person("score", decision.score, score, abs(score - (decision.score or 0)))
        before = decision.previous_score
        yield person("previous_score", before, score, abs(score - before) if before is not None else 1)
        threshold = inputs.settings.threshold
        yield SingleChange(Of.SETTINGS, ("qualification", "threshold"), threshold, score, abs(score - threshold))
    for number in range(60):
        for name in ("nurture_until", "score_activated_at", "status_at"):
            old = getattr(basis, name)
            if old is not None:
                yield person(name, old, day(number), seconds(old, day(number)))
    yield person("status_activated", basis.status_activated, ChangeStamp(AS_OF))
    yield person("opportunity_open", basis.opportunity_open, not basis.opportunity_open)
    yield person("active_response_id", "r-active", None)
    yield from of_campaigns(inputs)
    yield from of_settings(inputs)
    for status in (*STATUSES, *inputs.settings.classes):
        for response_class in (*ResponseClass, None):
            now = inputs.settings.classes.get(status)
            if response_class is not ResponseClass.NON_RESPONSE and now is not response_class:
                amount = abs(places(response_class) - places(now))
                written = response_class.value if response_class else None
                yield SingleChange(Of.SETTINGS, ("response_statuses", status), now, written, amount)


def of_campaigns(inputs: Inputs) -> Iterator[SingleChange]:
    values: dict[str, tuple[Any, ...]] = {
        "type": (None, *TYPES),
        "default_responded_status": (None, "Responded"),
        "precedence": tuple(range(-2, 6)),
    }
    flags = ("exclude_from_reactivation", "is_active", "deleted", "trigger_reactivation", "response_prompt")
    for campaign_id in ("c0", "c1", "c2"):
        campaign = inputs.campaign_of(campaign_id)
        for name in (*values, *flags, "bypass_nurture_timeout"):
            before = getattr(campaign, name)
            for after in values.get(name, (not before,)):
                amount = abs(after - before) if name == "precedence" and before is not None else 1
                if after != before:
                    yield SingleChange(Of.CAMPAIGN, (campaign_id, name), before, after, amount)


def of_settings(inputs: Inputs) -> Iterator[SingleChange]:
    scenario, decision = inputs.settings.scenario(inputs.decision.scenario), inputs.decision

    def of_scenario(name: str, before: Any, after: Any, amount: float = 1) -> SingleChange:
        path = ("reactivation", decision.scenario.value, *name.split("."))
        return SingleChange(Of.SCENARIO, path, before, after, amount)

    if decision.scenario is not Scenario.RESPONSE:
        for days in range(46):
            yield of_scenario("lookback_days", scenario.lookback_days, days, abs(days - scenario.lookback_days))
            yield of_scenario("cool_down_days", scenario.cool_down_days, days, abs(days - scenario.cool_down_days))
        for name in ("include_non_responses", "require_prior_mql", "enabled"):
            yield of_scenario(name, getattr(scenario, name), not getattr(scenario, name))
        for size in range(4):
            for types in combinations(TYPES, size):
                for name, now in (("only", scenario.only_types), ("except", scenario.except_types)):
                    yield of_scenario(f"campaign_types.{name}", sorted(now), list(types), len(now ^ set(types)))
        order = [one.value for one in scenario.order]
        for one in CLASSES:
            left = [other for other in order if other != one]
            if left != order and left:
                yield of_scenario("priority", order, left)
            at = order.index(one) if one in order else len(order)
            for index in range(len(left) + 1):
                yield of_scenario("priority", order, [*left[:index], one, *left[index:]], abs(at - index))
    if decision.overrides.lookback_days is not None:
        for days in range(46):
            amount = abs(days - decision.overrides.lookback_days)
            yield SingleChange(Of.REQUEST, ("lookback_days",), decision.overrides.lookback_days, days, amount)
    if decision.scenario is Scenario.INVOCABLE:
        yield SingleChange(Of.REQUEST, ("bypass_nurture_timeout",), False, True)
    for mode in ("active", "passive", "hybrid"):
        yield SingleChange(Of.SETTINGS, ("mode",), inputs.settings.mode, mode)
        yield SingleChange(Of.SETTINGS, ("mode_overrides", "record_types", "partner"), None, mode)
        if decision.user_id is not None:
            yield SingleChange(Of.USER, ("u", "mode"), None, mode)
    for status in ("New", "Working"):
        yield SingleChange(Of.SETTINGS, ("person_statuses", status, "active"), status == "Working", status == "New")


def seconds(one: datetime, other: datetime) -> float:
    return abs((other - one).total_seconds())


# --- the promise -----------------------------------------------------------------------------------------------------


@settings(max_examples=max(settings.default.max_examples // 4, 15))
@given(decisions())
def test_the_change_that_is_named_makes_the_response_win_and_no_smaller_single_change_does(inputs: Inputs):
    asked = [inputs.arriving] if inputs.arriving is not None else inputs.responses
    for response in asked:
        if wins(inputs.decision, response.response_id):
            continue
        answer = why_not(inputs, response.response_id)
        assert all(wins(_with(inputs, way), response.response_id) for way in answer.ways), answer
        single = [
            change
            for change in single_changes(inputs, response)
            if wins(decided_again(changed(inputs, change)), response.response_id)
        ]
        if single:
            least = min(single, key=lambda change: change.size)
            assert len(answer.smallest) == 1, (answer, least)
            assert answer.smallest[0].size[:3] <= least.size[:3], (answer, least)


def _with(inputs: Inputs, way: Any) -> Decision:
    for change in way:
        inputs = changed(inputs, change)
    return decided_again(inputs)
