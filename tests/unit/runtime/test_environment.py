"""The environment of a function: what is missing is said at once, and all of it."""

import pytest

from rekindle.runtime.environment import Environment

NEEDED = {
    "PEOPLE_TABLE": "people",
    "SCORES_TABLE": "scores",
    "LEDGER_TABLE": "ledger",
    "REFERENCE_TABLE": "reference",
    "AWS_REGION": "eu-central-1",
}


def test_what_is_needed_is_enough() -> None:
    read = Environment.of(NEEDED)
    assert (read.tables.people, read.region, read.reference_lifetime) == ("people", "eu-central-1", 5)
    assert (read.assignment_shards, Environment.of({**NEEDED, "ASSIGNMENT_SHARDS": "64"}).assignment_shards) == (8, 64)


def test_everything_that_is_missing_is_named_in_one_error() -> None:
    with pytest.raises(KeyError) as missing:
        Environment.of({"PEOPLE_TABLE": "people", "AWS_REGION": ""})
    assert [name for name in NEEDED if name in str(missing.value)] == [
        "SCORES_TABLE",
        "LEDGER_TABLE",
        "REFERENCE_TABLE",
        "AWS_REGION",
    ]
