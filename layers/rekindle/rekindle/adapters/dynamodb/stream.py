"""Records of the tables' streams as domain values: only the attributes that are needed are decoded."""

import json
from collections.abc import Mapping
from typing import Any

from rekindle.adapters.dynamodb import ledger_encoding, people_encoding
from rekindle.domain.core import times
from rekindle.domain.imports.file_import import ImportEnded
from rekindle.domain.lifecycle.journey import Entry
from rekindle.domain.people.person import Profile
from rekindle.domain.people.score import Crossing
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.reactivation.timer import ReactivationTimer
from rekindle.domain.records.stamps import ChangeStamp


def crossing_of(record: Mapping[str, Any]) -> tuple[str, Crossing]:
    """Who crossed, and how, from a record of the scores' stream (its `dynamodb` part)."""
    image = record["NewImage"]
    previous = image.get("crossed_from")
    crossing = Crossing(
        None if previous is None else float(previous["N"]),
        float(image["crossed_to"]["N"]),
        ChangeStamp.parse(image["crossed_mark"]["S"]),
    )
    return image["person_id"]["S"], crossing


def saved_record_of(record: Mapping[str, Any]) -> Decision | Entry:
    """What was saved about a person, from a record of the ledger's stream (its `dynamodb` part)."""
    image = record["NewImage"]
    return ledger_encoding.record(image["kind"]["S"], json.loads(image["body"]["S"]))


def announced_record_of(record: Mapping[str, Any]) -> Decision | Entry | ImportEnded:
    """The same of all that other systems hear of."""
    image = record["NewImage"]
    return ledger_encoding.saved(image["kind"]["S"], json.loads(image["body"]["S"]))


def status_change_of(record: Mapping[str, Any]) -> ReactivationTimer:
    """Who went from inactive to active, by which change and which user, and when that is due, from a record of the
    people's stream."""
    image = record["NewImage"]
    core = people_encoding.named(json.loads(image["core"]["S"]))
    change = ChangeStamp.parse(core["status_activated"])
    profile = people_encoding.profile(json.loads(image["profile"]["S"])) if "profile" in image else Profile()
    due = times.instant(image["watch_due"]["S"])
    return ReactivationTimer(image["person_id"]["S"], change, due, profile.who_made(change))
