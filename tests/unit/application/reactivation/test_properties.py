"""What must come out the same, whatever the order."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from rekindle.adapters.memory import MemoryCandidates
from rekindle.domain.campaigns.campaign import CAMPAIGN, Campaign
from rekindle.domain.capture.facts import Fact
from rekindle.domain.core.errors import Unavailable
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.search import (
    SearchRules,
    best_candidate,
    exclusion,
    explain_search,
    recency,
    tie_break,
)
from rekindle.domain.records.user import USER
from rekindle.domain.responses.response import ALREADY_ENGAGED, EXISTING_OPPORTUNITY, NO_ACTION_REQUIRED, Response
from rekindle.domain.settings.settings import ScenarioSettings, Settings
from tests.support.builders import (
    FORMERLY_ENGAGED,
    NEVER_ENGAGED,
    NEW,
    NON_RESPONSE,
    Rekindle,
    a_response,
    campaign_changed,
    day,
    person_changed,
    response_recorded,
    user_changed,
)

# --- the bounded search and the full explanation ---------------------------------------------------------------------

KNOWN = {
    campaign.campaign_id: campaign
    for campaign in (
        Campaign("plain"),
        Campaign("first", precedence=1, type="Webinar"),
        Campaign("second", precedence=2, default_responded_status="Attended"),
        Campaign("excluded", exclude_from_reactivation=True),
        Campaign("inactive", is_active=False),
        Campaign("deleted", deleted=True),
    )
}

few_days = st.integers(3, 7)
past_responses = st.builds(
    a_response,
    campaign_id=st.sampled_from(["plain", "first", "second"] * 3 + [*KNOWN, "unknown"]),
    effective_at=few_days,
    received=st.one_of(st.none(), few_days),
    responded=st.sampled_from([True, True, True, False]),
    status=st.sampled_from([None, ALREADY_ENGAGED, NO_ACTION_REQUIRED, EXISTING_OPPORTUNITY, "Nurture"]),
    activated=st.sampled_from([None, 1]),
    reactivated=st.sampled_from([None, None, None, 1]),
    deleted=st.sampled_from([False, False, False, True]),
)
histories = st.one_of(*(st.lists(past_responses, min_size=n, max_size=12) for n in (0, 4, 8))).map(
    lambda found: [replace(response, response_id=f"r{n:02}") for n, response in enumerate(found)]
)
searches = st.builds(
    lambda as_of, **scenario: SearchRules.of(ScenarioSettings(**scenario), Settings().classes, day(as_of)),
    as_of=st.integers(5, 8),
    lookback_days=st.integers(1, 5),
    priority=st.permutations([NEW, NEVER_ENGAGED, FORMERLY_ENGAGED, NON_RESPONSE]).flatmap(
        lambda order: st.sampled_from([4, 3, 2, 1]).map(lambda n: tuple(order[:n]))
    ),
    include_non_responses=st.booleans(),
    require_prior_mql=st.sampled_from([False, False, False, True]),
    only_types=st.sampled_from([frozenset()] * 3 + [frozenset({"Webinar"})]),
)


@given(histories, searches)
@settings(max_examples=300)
def test_the_bounded_search_and_the_full_explanation_name_the_same_winner(history: list[Response], by: SearchRules):
    candidates = MemoryCandidates(Person("p1"), {r.response_id: r for r in history}, by.classes)
    found = best_candidate(lambda cls: candidates.candidates_of(cls, by.as_of), KNOWN.get, by)
    winner, considered = explain_search(history, KNOWN.get, by)
    event("a winner" if winner else "nobody")
    assert (found.response_id if found else None) == (winner.response_id if winner else None)
    assert [c.response_id for c in considered if c.excluded is None] == ([winner.response_id] if winner else [])
    assert sorted(c.response_id for c in considered) == [r.response_id for r in history if not r.state.deleted]


@given(histories, searches)
@settings(max_examples=300)
def test_the_winner_is_the_first_of_all_candidates_in_the_order_of_the_spec(history: list[Response], by: SearchRules):
    """The spec's order in one line, without any index or grouping."""
    eligible = [r for r in history if not r.state.deleted and exclusion(r, KNOWN.get(r.campaign_id), by) is None]

    def rank(response: Response) -> tuple[Any, ...]:
        response_class = response.state.classified(by.classes)
        assert response_class is not None
        campaign = KNOWN.get(response.campaign_id)
        newest_first = [-part.timestamp() for part in recency(response)]
        return by.scenario.order.index(response_class), newest_first, tie_break(response, campaign)

    assert explain_search(history, KNOWN.get, by)[0] == min(eligible, key=rank, default=None)


# --- fields, in any order --------------------------------------------------------------------------------------------

nested = st.one_of(
    st.none(), st.dictionaries(st.sampled_from(["region", "tier"]), st.sampled_from(["a", "b", None]), min_size=1)
)


def told(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


person_values = told(
    email=st.sampled_from(["a@b.c", "d@e.f", None]),
    status=st.sampled_from(["New", "Working", "Nurture"]),
    owner_id=st.sampled_from(["u1", "u2", None]),
    kind=st.sampled_from(["lead", "contact"]),
    score=st.sampled_from([None, 0, 59, 60, 75]),
    fields=nested,
)
campaign_values = told(
    name=st.sampled_from(["A", "B", None]),
    is_active=st.booleans(),
    precedence=st.sampled_from([1, 2, None]),
    exclude_from_reactivation=st.booleans(),
)
user_values = told(role=st.sampled_from(["SDR", "AE", None]), is_active=st.booleans(), fields=nested)
response_values = told(
    channel=st.sampled_from(["web", "phone", None]),
    member_status=st.sampled_from(["Sent", "Attended"]),
    responded=st.booleans(),
    score=st.sampled_from([1, 2, None]),
    fields=nested,
)


def in_any_order(values: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[tuple[list[Any], list[int]]]:
    """What was told day by day, and an order of arrival in which each comes at least once, some again."""

    def with_orders(history: list[dict[str, Any]]) -> st.SearchStrategy[tuple[list[Any], list[int]]]:
        indices = list(range(len(history)))
        again = st.lists(st.sampled_from(indices), max_size=4)
        order = again.flatmap(lambda more: st.permutations(indices + more))
        return st.tuples(st.just(history), order)

    return st.lists(values, min_size=1, max_size=6).flatmap(with_orders)


def after(facts: Sequence[Fact]) -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(campaign_changed("c1", at=-1, name="Webinar"), *facts)
    return rekindle


@given(in_any_order(person_values))
def test_what_is_known_of_a_person_does_not_depend_on_the_order_of_arrival(
    given: tuple[list[dict[str, Any]], list[int]],
):
    history, order = given
    facts = [person_changed("p1", n, **values) for n, values in enumerate(history)]
    expected, actual = after(facts), after([facts[n] for n in order])

    def known(rekindle: Rekindle) -> Any:
        person, score = rekindle.person(), rekindle.memory.scores.get("p1")
        profile = person.profile
        assert profile is not None
        return (
            replace(profile, stamps={}),
            (person.status, person.owner_id, person.kind),
            (score.value, score.stamp.at) if score else None,
        )

    assert known(actual) == known(expected)


@given(in_any_order(campaign_values))
def test_what_is_known_of_a_campaign_does_not_depend_on_the_order_of_arrival(
    given: tuple[list[dict[str, Any]], list[int]],
):
    history, order = given
    facts = [campaign_changed("c1", n, **values) for n, values in enumerate(history)]

    def known(rekindle: Rekindle) -> Any:
        campaign = rekindle.use.ports.records(CAMPAIGN).get("c1")
        assert campaign is not None
        return replace(campaign, version=0, changed_at=None)

    assert known(after([facts[n] for n in order])) == known(after(facts))


@given(in_any_order(user_values))
def test_what_is_known_of_a_user_does_not_depend_on_the_order_of_arrival(given: tuple[list[dict[str, Any]], list[int]]):
    history, order = given
    facts = [user_changed("u1", n, **values) for n, values in enumerate(history)]

    def known(rekindle: Rekindle) -> Any:
        user = rekindle.use.ports.records(USER).get("u1")
        assert user is not None
        return replace(user, version=0, changed_at=None, stamps={})

    assert known(after([facts[n] for n in order])) == known(after(facts))


@given(in_any_order(response_values))
def test_what_is_known_of_a_response_does_not_depend_on_the_order_of_arrival(
    given: tuple[list[dict[str, Any]], list[int]],
):
    history, order = given
    facts = [response_recorded("r1", "p1", "c1", n, **{"responded": False, **v}) for n, v in enumerate(history)]

    def known(rekindle: Rekindle) -> Any:
        response = rekindle.responses()["r1"]
        assert response.details is not None
        state = response.state
        return (
            replace(response.details, stamps={}),
            (response.campaign_id, state.responded, state.responded_at, state.received_at),
        )

    assert known(after([facts[n] for n in order])) == known(after(facts))


# --- credits, in any order -------------------------------------------------------------------------------------------

CROSSED = 10


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Fact], dict[str, Any]]:
    """One person, some responses, and a score that crosses once; each told at its own instant."""
    facts: list[Fact] = [person_changed("p1", 0, score=20), person_changed("p1", CROSSED, score=70)]
    default = draw(st.sampled_from([None, {"single": "web"}]))
    last = CROSSED if default is None else CROSSED + 4
    for n in range(draw(st.integers(0, 5))):
        at = draw(st.integers(1, last))
        age = draw(st.integers(0, 9)) if at <= CROSSED else 0
        campaign = draw(st.sampled_from(["a", "b", "excluded"]))
        facts.append(response_recorded(f"r{n}", "p1", campaign, at, responded_at=day(at - age)))
    return facts, {"default_campaign": default, "lookback_days": 6}


def played(facts: Sequence[Fact | None], scenario: dict[str, Any], every: int = 0) -> Rekindle:
    """Tell facts in this order; None delivers what is on the stream of scores. With `every`, each such write fails
    after it succeeded, and what failed is delivered again."""
    rekindle = Rekindle()
    rekindle.configure(**scenario)
    rekindle.tell(*(campaign_changed(c, at=-1) for c in ("a", "b", "web")))
    rekindle.tell(campaign_changed("excluded", at=-1, exclude_from_reactivation=True))
    rekindle.faults.fails = lambda write: bool(every) and write % every == 0
    for fact in (*facts, None):
        for _ in range(20):
            try:
                if fact is not None:
                    rekindle.tell(fact)
                else:
                    stream = list(rekindle.memory.crossings)
                    for person_id, found in stream:
                        rekindle.use.reactivate_on_score(person_id, found)
                break
            except Unavailable:
                continue
    return rekindle


def in_order(facts: Sequence[Fact]) -> list[Fact | None]:
    """As it happened: each crossing is decided before the next fact is told. Of one instant, responses come first."""
    timed = sorted(facts, key=lambda fact: (fact.stamp.at, type(fact).__name__ == "PersonChanged"))
    return [step for fact in timed for step in (fact, None)]


@given(stories(), st.data())
@settings(max_examples=200)
def test_the_credit_does_not_depend_on_the_order_of_arrival(
    story: tuple[list[Fact], dict[str, Any]], data: st.DataObject
):
    facts, scenario = story
    twice: list[Fact | None] = [*facts, *facts, None, None]
    shuffled = data.draw(st.permutations(twice), label="order of arrival")
    expected = played(in_order(facts), scenario).credited()
    event(f"credit to {expected}")
    assert played(shuffled, scenario).credited() == expected
    assert played(shuffled, scenario, every=data.draw(st.integers(2, 10), label="fails")).credited() == expected


@given(stories())
def test_a_history_delivered_again_changes_nothing(story: tuple[list[Fact], dict[str, Any]]):
    facts, scenario = story
    once = played(in_order(facts), scenario)
    twice = played([*in_order(facts), *in_order(facts)], scenario)
    assert [d.decision_id for d in twice.decisions()] == [d.decision_id for d in once.decisions()]
    assert twice.responses().keys() == once.responses().keys()
