"""Values that are made by the million are the same values."""

from collections.abc import Iterator
from dataclasses import FrozenInstanceError, dataclass, field
from typing import Any

import pytest

from rekindle.domain.core.values import replace, unfreeze


@dataclass(frozen=True, slots=True)
class Plain:
    value: str
    size: int = 1
    tags: dict[str, int] = field(default_factory=dict)


@pytest.fixture(params=["as it is", "quickened"])
def kind(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "as it is":
        yield Plain
        return
    made = dataclass(frozen=True, slots=True)(
        type(
            "Plain",
            (),
            {"__annotations__": dict(Plain.__annotations__), "size": 1, "tags": field(default_factory=dict)},
        )
    )
    unfreeze(made)
    unfreeze(made)
    yield made


def test_a_value_has_its_fields_and_defaults(kind: Any):
    one, other = kind("a"), kind(value="b", size=2, tags={"x": 1})
    assert (one.value, one.size, one.tags) == ("a", 1, {})
    assert (other.value, other.size, other.tags) == ("b", 2, {"x": 1})
    assert kind("a").tags is not one.tags
    assert type(one) is kind


def test_a_value_is_frozen():
    for one in (Plain("a"), replace(Plain("a"), size=3)):
        with pytest.raises(FrozenInstanceError):
            one.value = "b"
        with pytest.raises(FrozenInstanceError):
            del one.value


def test_values_are_equal_by_their_fields(kind: Any):
    assert kind("a", 2) == kind("a", 2) != kind("a", 3)
    assert repr(kind("a")).endswith("Plain(value='a', size=1, tags={})")


def test_another_value_has_what_is_new_and_the_rest(kind: Any):
    before = kind("a", 2, {"x": 1})
    after = replace(before, value="b", tags={})
    assert (after.value, after.size, after.tags) == ("b", 2, {})
    assert (before.value, before.size, before.tags) == ("a", 2, {"x": 1})
    assert type(after) is kind
    assert replace(before) == before


def test_a_field_that_is_missing_or_unknown_is_refused(kind: Any):
    with pytest.raises(TypeError):
        kind()
    with pytest.raises(TypeError):
        kind("a", weight=1)
    with pytest.raises((TypeError, KeyError)):
        replace(kind("a"), weight=1)
