"""Many writers on one person, on the real engine: whoever races, there is one active response, and nothing is lost."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier

import pytest
from hypothesis import settings

from rekindle.adapters.dynamodb.people import DynamoDBPeople
from rekindle.application.reactivation.reactivate_on_score import trigger_of as crossing_trigger
from rekindle.domain.capture.facts import Fact
from rekindle.domain.core.errors import Conflict
from rekindle.domain.lifecycle.journey import Deactivated
from rekindle.domain.people.score import Crossing
from rekindle.domain.reactivation.decision import Decision, Outcome, Reason
from rekindle.domain.settings.settings import Scenario
from rekindle.runtime.use_cases import UseCases
from tests.contract import stores as technologies
from tests.contract.requests import Requests
from tests.contract.stores import NOW
from tests.support.builders import DOCUMENT, campaign_changed, day, person_changed, response_recorded, stamp

pytestmark = pytest.mark.dynamodb_local

WRITERS = 16
ROUNDS = settings().max_examples // 3
"""Of each race: 20, and 666 with HYPOTHESIS_PROFILE=deep."""
DELIVERIES = 50
"""Of one trigger, before the test gives up: Lambda and SQS deliver again what failed."""
PAST = 3


@pytest.fixture(scope="module")
def use(local_endpoint: str) -> Iterator[UseCases]:
    client = technologies.open_client(local_endpoint, pool=WRITERS)
    with technologies.on_tables(client, lifetime=600) as tables:
        use = technologies.use_cases_on(tables, lambda: NOW)
        use.ports.versions.put(DOCUMENT, 0, NOW)
        use.record_crm_changes(campaign_changed("webinar", name="Webinar"))
        yield use
    client.close()


@pytest.fixture(scope="module")
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(WRITERS) as pool:
        yield pool


def delivered[T](call: Callable[[], T]) -> T:
    for _ in range(DELIVERIES):
        try:
            return call()
        except Conflict:
            continue
    raise AssertionError(f"still in conflict after {DELIVERIES} deliveries")


@dataclass(frozen=True)
class Race:
    """The writers of one round, and what is known of the person before and after."""

    person_id: str
    crossings: list[Crossing]
    facts: list[Fact]
    response_ids: set[str]

    def run(self, use: UseCases, threads: ThreadPoolExecutor) -> None:
        calls: list[Callable[[], object]] = [
            *(lambda c=c: use.reactivate_on_score(self.person_id, c) for c in self.crossings),  # type: ignore[misc]
            *(lambda f=f: use.record_crm_changes(f) for f in self.facts),  # type: ignore[misc]
        ]
        assert len(calls) == WRITERS
        start = Barrier(WRITERS)

        def at_once(call: Callable[[], object]) -> None:
            start.wait(60)
            delivered(call)

        list(threads.map(at_once, calls))


def moment(chance: random.Random) -> float:
    """A day around the one on which the score crossed, to the minute: facts have no more than milliseconds."""
    return chance.randrange(9 * 1440, 12 * 1440) / 1440


def a_race(use: UseCases, number: int, statuses: list[str]) -> Race:
    """A person with past responses and a score that crossed, about whom everything happens at once."""
    chance, person_id = random.Random(number), f"{'-'.join(statuses)}-{number}"
    use.record_crm_changes(person_changed(person_id, 0, status="New"))
    past = [f"{person_id}-past-{n}" for n in range(PAST)]
    for n, response_id in enumerate(past):
        use.record_crm_changes(response_recorded(response_id, person_id, "webinar", 1 + n / 10))
    use.record_crm_changes(person_changed(person_id, 2, score=50))
    use.record_crm_changes(person_changed(person_id, 10, score=70))
    stored = use.ports.scores.get(person_id)
    assert stored is not None and stored.last_crossing is not None
    changes: list[Fact] = [person_changed(person_id, moment(chance), status=s) for s in statuses]
    changes.append(person_changed(person_id, 12.5, score=80))
    crossings = [Crossing(50, 70 + n, stamp(moment(chance))) for n in range(6)]
    arriving = [f"{person_id}-new-{n}" for n in range(WRITERS - len(changes) - len(crossings) - 1)]
    told: list[Fact] = [response_recorded(r, person_id, "webinar", moment(chance)) for r in arriving]
    return Race(person_id, [stored.last_crossing, *crossings], [*changes, *told], {*past, *arriving})


def everything_agrees(use: UseCases, race: Race) -> list[Decision]:
    """What holds after any race; answers the decisions."""
    person = use.ports.people.get(race.person_id)
    assert person is not None
    responses = {r.response_id: r for r in use.ports.people.responses(race.person_id)}
    timeline = use.ports.ledger.timeline(race.person_id, 1000).items
    decisions = [record for record in timeline if isinstance(record, Decision)]

    # Nothing is lost: each response is there, each trigger has its one decision.
    assert set(responses) == race.response_ids
    assert person.responses == len(responses)
    triggers = {crossing_trigger(race.person_id, c).decision_id for c in race.crossings}
    assert {d.decision_id for d in decisions if d.scenario is Scenario.SCORE} == triggers
    arrivals = [d for d in decisions if d.scenario is Scenario.RESPONSE]
    assert {d.trigger_id for d in arrivals} == {f"response:{r}:responded" for r in race.response_ids}
    assert len(arrivals) == len(race.response_ids)

    # No decision without its effects, and no effects without a decision.
    activating = [d for d in decisions if d.activates]
    for decision in activating:
        traces = responses[decision.response_id or ""].trail
        (trace,) = [t for t in traces if t.version == decision.person_version + 1]
        assert trace.state.activated_at == decision.activated_at
    assert len({d.person_version for d in activating}) == len(activating)
    assert len({d.cycle for d in activating if d.replaced_response_id is None}) == person.cycles

    # At most one active response, which is the one that decisions and ends leave over.
    ends = [record for record in timeline if isinstance(record, Deactivated)]
    replaced = [d for d in activating if d.replaced_response_id is not None]
    open_now = len(activating) - len(replaced) - len(ends)
    assert open_now == (person.active is not None)
    engaged = [r for r in responses.values() if r.state.status in ("Open - Not Contacted", "Working")]
    assert [r.response_id for r in engaged] == ([person.active.response_id] if person.active else [])
    if person.active is not None:
        chosen = use.ports.ledger.get(person.active.decision_id)
        assert chosen is not None
        assert chosen.response_id == person.active.response_id
    return decisions


def test_one_of_many_writers_wins_and_the_losers_say_so(use: UseCases, threads: ThreadPoolExecutor) -> None:
    for number in range(ROUNDS):
        race = a_race(use, number, ["Open - Not Contacted", "Working", "Working"])
        race.run(use, threads)

        decisions = everything_agrees(use, race)

        person = use.ports.people.get(race.person_id)
        assert person is not None and person.active is not None
        first = [d for d in decisions if d.activates and d.replaced_response_id is None]
        assert len(first) == 1
        losers = [d for d in decisions if d.scenario is Scenario.SCORE and d not in first]
        assert {d.reason for d in losers} == {Reason.ACTIVE_EXISTS}
        after_the_crossing = [d for d in decisions if d.scenario is Scenario.RESPONSE and d.as_of >= day(10)]
        assert {d.reason for d in after_the_crossing} <= {Reason.ACTIVE_EXISTS, None}


def test_ends_in_the_race_and_triggers_delivered_again_leave_no_second_one(
    use: UseCases, threads: ThreadPoolExecutor
) -> None:
    for number in range(ROUNDS):
        race = a_race(use, number, ["Nurture", "Working", "Disqualified"])
        race.run(use, threads)
        use.record_crm_changes(person_changed(race.person_id, 13, status="Disqualified"))
        decisions, person = everything_agrees(use, race), use.ports.people.get(race.person_id)
        assert person is not None and person.active is None

        race.run(use, threads)

        assert everything_agrees(use, race) == decisions
        assert use.ports.people.get(race.person_id) == person


def test_the_same_trigger_delivered_to_everybody_is_decided_once(use: UseCases, threads: ThreadPoolExecutor) -> None:
    for number in range(max(ROUNDS // 3, 1)):
        person_id = f"same-{number}"
        use.record_crm_changes(response_recorded(f"{person_id}-r", person_id, "webinar", 1))
        crossing = Crossing(50, 70, stamp(day(10)))
        answers = list(threads.map(use.reactivate_on_score, [person_id] * WRITERS, [crossing] * WRITERS))

        assert len(set(answers)) == 1
        assert answers[0].outcome is Outcome.REACTIVATED
        assert [d for d in use.ports.ledger.decisions(person_id, 100).items if d.scenario is Scenario.SCORE] == [
            answers[0]
        ]


def test_a_response_and_the_crossing_after_it_never_overlook_each_other(
    use: UseCases, threads: ThreadPoolExecutor
) -> None:
    """Whichever is first: the response that was there when the score crossed gets the credit."""
    for number in range(ROUNDS):
        person_id = f"meets-{number}"
        use.record_crm_changes(person_changed(person_id, 1, status="New", score=50))
        start = Barrier(4)

        def crosses(person_id: str = person_id, start: Barrier = start) -> None:
            start.wait(60)
            delivered(lambda: use.record_crm_changes(person_changed(person_id, 10, score=70)))
            stored = use.ports.scores.get(person_id)
            assert stored is not None and stored.last_crossing is not None
            delivered(lambda: use.reactivate_on_score(person_id, stored.last_crossing))

        def responds(n: int, person_id: str = person_id, start: Barrier = start) -> None:
            start.wait(60)
            delivered(
                lambda: use.record_crm_changes(response_recorded(f"{person_id}-{n}", person_id, "webinar", 7 + n))
            )

        for done in [threads.submit(crosses), *(threads.submit(responds, n) for n in range(3))]:
            done.result()

        person = use.ports.people.get(person_id)
        assert person is not None and person.active is not None
        assert person.active.response_id == f"{person_id}-2"


def test_a_crossing_takes_two_requests(use: UseCases) -> None:
    """One search, one transaction: two readers of the same person meet as seldom as can be."""
    race = a_race(use, 0, ["New", "New", "New"])
    assert isinstance(use.ports.people, DynamoDBPeople)

    with Requests(use.ports.people.connection.client) as requests:
        decision = use.reactivate_on_score(race.person_id, race.crossings[0])

    assert decision.outcome is Outcome.REACTIVATED
    assert requests.names == ["Query", "TransactWriteItems"]
