"""Pairs of records that may be one person: kept once, listed by their state, answered once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.domain.capture.separating import Union, Versions
from rekindle.domain.core.errors import Conflict
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Deactivated, Ended
from rekindle.domain.people.duplicates import Grounds
from rekindle.domain.people.person import Engagement, Person, Profile
from rekindle.domain.people.possible_duplicate import DuplicateState, PossibleDuplicate
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import ResponseState
from tests.contract.stores import NOW, Stores
from tests.contract.values import every_field, fresh, ids, quickly


@quickly
@given(st.data())
def test_every_field_of_a_pair_comes_back(stores: Stores, data: st.DataObject) -> None:
    pair = data.draw(every_field(PossibleDuplicate, person_ids=st.tuples(ids.map(fresh), ids), version=st.just(1)))
    stores.duplicates.add(pair)
    assert stores.duplicates.get(pair.duplicate_id) == pair
    stores.duplicates.add(replace(pair, user_id="u-ada"))
    assert stores.duplicates.get(pair.duplicate_id) == pair


def test_what_a_union_found_is_kept_until_it_is_forgotten(stores: Stores) -> None:
    merged_id = fresh("m")
    engagement = Engagement("r", "c", 1, NOW, "d", "score")
    survivor = Person(
        "s", 3, kind="contact", status="New", status_stamp=ChangeStamp(NOW), profile=Profile(email="a@b.c")
    )
    merged = Person(merged_id, 4, active=engagement, cycles=1, responses=2, profile=Profile(fields={"region": "EMEA"}))
    ended = Deactivated(merged_id, "r", "c", 1, Ended.MERGED, NOW, 7)
    union = Union(survivor, merged, NOW, True, (ended,), {"r": ResponseState(True, NOW, NOW, "Qualified", NOW, NOW)})
    stores.duplicates.keep_union(union)
    assert stores.duplicates.union_of(merged_id) == union
    left = replace(union, left=Versions(5, 6, 0))
    stores.duplicates.keep_union(left)
    assert stores.duplicates.union_of(merged_id) == left
    stores.duplicates.forget_union(merged_id)
    assert stores.duplicates.union_of(merged_id) is None


def test_pairs_are_listed_by_their_state_a_page_at_a_time_and_answered_once(stores: Stores) -> None:
    before = {one.duplicate_id for one in stores.duplicates.page(DuplicateState.OPEN, 100).items}
    pairs = [PossibleDuplicate((fresh("a"), f"b{n}"), Grounds.EMAIL, True, NOW.replace(hour=n)) for n in range(7)]
    for pair in pairs:
        stores.duplicates.add(pair)
    read, start = [], None
    while True:
        page = stores.duplicates.page(DuplicateState.OPEN, 3, start)
        read += [one for one in page.items if one.duplicate_id not in before]
        start = page.next
        if start is None:
            break
    assert read == list(reversed(pairs))
    answered = replace(pairs[3], state=DuplicateState.DISMISSED, version=2)
    stores.duplicates.put(answered, 1)
    with pytest.raises(Conflict):
        stores.duplicates.put(answered, 1)
    assert answered not in stores.duplicates.page(DuplicateState.OPEN, 100).items
    assert answered in stores.duplicates.page(DuplicateState.DISMISSED, 100).items
    assert stores.duplicates.get("nothing") is None
