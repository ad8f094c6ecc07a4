"""A history too long for one run: a merge, and an index that is written anew, go on in the next one. Nothing is lost
where a run dies, and what is decided in between is decided with the whole history."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from rekindle.adapters.dynamodb import people
from rekindle.application.capture import merge_people
from rekindle.application.reactivation import rewrite_index
from rekindle.domain.capture.facts import Fact, PeopleMerged, PersonChanged
from rekindle.domain.core.errors import IndexInProgress, MergeInProgress, Unavailable
from rekindle.domain.people.person import Erasure
from rekindle.domain.people.score import Crossing
from rekindle.domain.reactivation.timer import CrossingTimer, IndexRun
from rekindle.domain.responses.response import Response
from rekindle.runtime.use_cases import UseCases
from tests.contract.stores import NOW, Stores
from tests.contract.values import fresh
from tests.support.builders import (
    DOCUMENT,
    campaign_changed,
    day,
    people_merged,
    person_changed,
    requested,
    response_deleted,
    response_recorded,
    stamp,
)

OTHER_MAP = {"Resolved - No Action Required": "formerly_engaged"}


@dataclass
class Runs:
    """The next runs, as their queues would deliver them."""

    facts: list[Fact] = field(default_factory=list)
    indexes: list[IndexRun] = field(default_factory=list)

    def erasure(self, person_id: str, erasure: Erasure) -> None:
        raise NotImplementedError

    def merge(self, survivor_id: str, merged_id: str, at: datetime, *, converted: bool) -> None:
        if converted:
            fact: Fact = PersonChanged(merged_id, stamp(at), {"converted_contact_id": survivor_id})
        else:
            fact = PeopleMerged(survivor_id, (merged_id,), stamp(at))
        self.facts.append(fact)

    def index(self, person_id: str) -> None:
        self.indexes.append(IndexRun(person_id))


@dataclass
class Long:
    use: UseCases
    stores: Stores
    runs: Runs
    person_id: str
    merged_id: str

    def tell(self, *facts: Fact) -> None:
        for fact in facts:
            self.use.record_crm_changes(fact)

    def histories(self) -> None:
        """Eleven responses of the one, among them twins of two of the nine of the other."""
        self.tell(person_changed(self.person_id, 1, status="New"), person_changed(self.merged_id, 1, status="New"))
        for n in range(11):
            self.tell(response_recorded(f"{self.person_id}-{n:02}", self.person_id, f"c{n % 3}", 2 + n))
        for n in range(9):
            self.tell(response_recorded(f"{self.merged_id}-{n:02}", self.merged_id, f"c{n % 2}", 2 + 2 * n))

    def responses(self) -> list[Response]:
        return list(self.stores.people.responses(self.person_id))

    def live(self) -> list[str]:
        return [one.response_id for one in self.responses() if not one.state.deleted]

    def merge(self, converted: bool = False) -> None:
        if converted:
            self.tell(person_changed(self.merged_id, 40, converted_contact_id=self.person_id))
        else:
            self.tell(people_merged(self.person_id, self.merged_id, at=40))

    def to_the_end(self) -> int:
        """Every further run; how many there were."""
        runs = 0
        while self.runs.facts:
            self.tell(self.runs.facts.pop())
            runs += 1
        return runs


@pytest.fixture
def long(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> Iterator[Long]:
    monkeypatch.setattr(merge_people, "BATCH", 2)
    monkeypatch.setattr(merge_people, "STEPS", 2)
    monkeypatch.setattr(rewrite_index, "MOST", 4)
    runs, ports = Runs(), stores
    ports.continuations = runs  # type: ignore[misc]
    ports.versions.put({**DOCUMENT, "reactivation": {"score": {"lookback_days": 365}}}, 0, NOW)
    use = UseCases(ports)
    for n in range(3):
        use.record_crm_changes(campaign_changed(f"c{n}"))
    yield Long(use, stores, runs, fresh(), fresh())


# --- merges ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("converted", [False, True])
def test_a_merge_ends_in_several_runs_as_in_one(long: Long, monkeypatch: pytest.MonkeyPatch, converted: bool) -> None:
    long.histories()
    long.merge(converted)
    assert len(list(long.stores.people.responses(long.merged_id))) == 5
    assert long.to_the_end() == 2
    person = long.stores.people.get(long.person_id)
    assert person is not None
    assert (person.merging_ids, person.merged_ids) == ((), (long.merged_id,))
    assert (len(long.responses()), person.responses) == (20, len(long.live()))
    # One of each pair of one campaign and one date: days 2 (c0 of both), 4 (c2, c1), 8 (c0, c1), 14 (c0, c0).
    assert person.responses == 18
    assert list(long.stores.people.responses(long.merged_id)) == []
    assert person.classes == long.stores.reference.settings().class_map, "the index of both is of one map"


@pytest.mark.parametrize("died_after", [2, 5])
def test_a_run_that_dies_loses_nothing(long: Long, monkeypatch: pytest.MonkeyPatch, died_after: int) -> None:
    long.histories()
    commit, commits = long.stores.people.commit, 0

    def dying(*changes: Any) -> None:
        nonlocal commits
        commit(*changes)
        commits += 1
        if commits == died_after:
            raise Unavailable("the function died after it had written")

    object.__setattr__(long.stores.people, "commit", dying)
    for _ in range(3):
        try:
            long.merge()
            long.to_the_end()
        except Unavailable:
            continue
    person = long.stores.people.get(long.person_id)
    assert person is not None
    assert (person.merging_ids, len(long.responses()), person.responses) == ((), 20, 18)


def test_a_crossing_in_between_is_put_off_and_decided_with_all_of_it(long: Long) -> None:
    long.histories()
    long.tell(person_changed(long.person_id, 30, score=0))
    long.merge()
    crossing = Crossing(0, 70, stamp(41))
    long.tell(person_changed(long.person_id, 41, score=70))
    assert long.use.reactivate_on_score.or_later(long.person_id, crossing) is None
    timer = CrossingTimer(long.person_id, crossing, NOW)
    with pytest.raises(MergeInProgress):
        long.use.end_timer(timer)
    long.to_the_end()
    decision = long.use.end_timer(timer)
    assert decision is not None
    assert decision.response_id == f"{long.merged_id}-08", "the newest of both, which was the last to move"
    assert long.use.end_timer(timer) == decision
    assert long.stores.timers.overdue(NOW.replace(year=2027), 10) == []


def test_what_is_told_of_a_response_in_between_waits_and_arrives(long: Long) -> None:
    long.histories()
    long.merge()
    late = f"{long.merged_id}-08"
    fact = response_recorded(late, long.merged_id, "c0", 42, responded_at=day(18), channel="phone")
    with pytest.raises(MergeInProgress):
        long.tell(fact)
    long.to_the_end()
    long.tell(fact)
    (told,) = (one.details for one in long.responses() if one.response_id == late)
    assert told is not None and told.channel == "phone"


def test_the_survivor_itself_is_merged_away_in_between(long: Long) -> None:
    long.histories()
    long.merge()
    third = fresh()
    long.tell(people_merged(third, long.person_id, at=43))
    long.to_the_end()
    person = long.stores.people.get(third)
    assert person is not None
    assert (person.merging_ids, person.responses) == ((), 18)
    assert len(list(long.stores.people.responses(third))) == 20


# --- the index of the search -----------------------------------------------------------------------------------------


@pytest.fixture
def outdated(long: Long) -> Long:
    long.histories()
    long.stores.versions.put({**DOCUMENT, "response_statuses": OTHER_MAP}, 1, NOW)
    return long


def test_an_index_is_written_anew_in_several_runs(outdated: Long) -> None:
    request = requested(outdated.person_id, 40, lookback_days=365)
    for _ in range(2):
        with pytest.raises(IndexInProgress):
            outdated.use.request_reactivation(request)
    runs = 0
    while outdated.runs.indexes:
        outdated.use.end_timer(outdated.runs.indexes.pop())
        runs += 1
    assert runs == 2
    person = outdated.stores.people.get(outdated.person_id)
    assert person is not None
    assert (person.classes, person.index_rewrite) == (outdated.stores.reference.settings().class_map, None)
    decision = outdated.use.request_reactivation(request)
    assert decision.response_id == f"{outdated.person_id}-10"
    assert decision.considered_total == 11


def test_a_run_that_dies_is_followed_by_another_after_a_while(outdated: Long) -> None:
    request = requested(outdated.person_id, 40, lookback_days=365)
    with pytest.raises(IndexInProgress):
        outdated.use.request_reactivation(request)
    outdated.runs.indexes.clear()
    object.__setattr__(outdated.use.rewrite_index, "clock", lambda: NOW + rewrite_index.STALLED)
    for _ in range(2):
        with pytest.raises(IndexInProgress):
            outdated.use.request_reactivation(request)
    outdated.use.end_timer(outdated.runs.indexes.pop())
    assert outdated.use.request_reactivation(request).response_id == f"{outdated.person_id}-10"


def test_another_map_in_between_begins_anew(outdated: Long) -> None:
    request = requested(outdated.person_id, 40, lookback_days=365)
    with pytest.raises(IndexInProgress):
        outdated.use.request_reactivation(request)
    outdated.stores.versions.put(dict(DOCUMENT), 2, NOW)
    # A change under that map, behind where the first run came.
    outdated.tell(
        response_recorded(
            f"{outdated.person_id}-00", outdated.person_id, "c0", 41, responded_at=day(2), channel="phone"
        )
    )
    outdated.stores.versions.put({**DOCUMENT, "response_statuses": OTHER_MAP}, 3, NOW)
    person = outdated.stores.people.get(outdated.person_id)
    assert person is not None and person.index_rewrite is None
    outdated.use.end_timer(outdated.runs.indexes.pop())
    assert outdated.runs.indexes == [], "nobody goes on with what was begun under another map"


def test_a_dry_run_of_a_long_history_waits_too(outdated: Long) -> None:
    with pytest.raises(IndexInProgress):
        outdated.use.request_reactivation(requested(outdated.person_id, 40, dry_run=True))


# --- the reading that they need --------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_themselves", [1_000, 3], ids=["few", "many"])
def test_a_campaign_s_responses_alone_are_read(long: Long, monkeypatch: pytest.MonkeyPatch, by_themselves: int) -> None:
    monkeypatch.setattr(people, "_BY_THEMSELVES", by_themselves)
    long.histories()
    found = sorted(one.response_id for one in long.stores.people.in_campaign(long.person_id, "c1"))
    assert found == [f"{long.person_id}-{n:02}" for n in (1, 4, 7, 10)]
    assert list(long.stores.people.in_campaign(long.person_id, "c9")) == []
    ids = [one.response_id for one in long.stores.people.responses(long.person_id, f"{long.person_id}-03", 3)]
    assert ids == [f"{long.person_id}-{n:02}" for n in (4, 5, 6)]


def test_a_response_that_was_deleted_before_it_was_recorded_moves_too(stores: Stores) -> None:
    use = UseCases(stores)
    stores.versions.put(DOCUMENT, 0, NOW)
    use.record_crm_changes(campaign_changed("fair"))
    use.record_crm_changes(response_deleted("gone", "merged", 1))
    use.record_crm_changes(response_recorded("there", "survivor", "fair", 2))
    use.record_crm_changes(people_merged("survivor", "merged", at=3))
    survivor = stores.people.get("survivor")
    assert survivor is not None and survivor.merging_ids == ()
    assert {response.response_id for response in stores.people.responses("survivor")} == {"gone", "there"}
