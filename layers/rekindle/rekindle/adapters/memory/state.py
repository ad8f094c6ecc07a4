"""The records that all ports in memory share, under one lock."""

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from rekindle.application.ports.notifications import Claim
from rekindle.domain.assignment.matching import Candidate
from rekindle.domain.assignment.round_robin import Capacities
from rekindle.domain.assignment.timer import AssignmentTimer
from rekindle.domain.capture.kinds import KINDS
from rekindle.domain.capture.separating import Union
from rekindle.domain.core.errors import Refusal
from rekindle.domain.failures.failure import Failure
from rekindle.domain.imports.file_import import IMPORT, MAPPING, ImportEnded
from rekindle.domain.lifecycle.journey import Entry
from rekindle.domain.links.click import Click
from rekindle.domain.links.link import LINK
from rekindle.domain.measures.counted_cycles import CountedCycles
from rekindle.domain.measures.metrics import CountedCampaign
from rekindle.domain.measures.shared_days import CountedShares
from rekindle.domain.measures.targets import TARGET_LIST
from rekindle.domain.people.assignment import Assignment
from rekindle.domain.people.lifecycle import Lifecycle
from rekindle.domain.people.person import Person
from rekindle.domain.people.possible_duplicate import PossibleDuplicate
from rekindle.domain.people.score import Crossing, Score
from rekindle.domain.reactivation.batch import Batch, Member
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.reactivation.request import Call
from rekindle.domain.reactivation.timer import ReactivationTimer, Timer
from rekindle.domain.records.open_cases import OPEN_CASES
from rekindle.domain.responses.member_change import MemberChange
from rekindle.domain.responses.response import Response, ResponseOwner
from rekindle.domain.webhooks.item import Item, RawWebhook


@dataclass
class Memory:
    """The records of all tables, and the streams that functions read."""

    people: dict[str, Person] = field(default_factory=dict)
    responses: dict[str, dict[str, Response]] = field(default_factory=dict)
    response_owners: dict[str, ResponseOwner] = field(default_factory=dict)
    scores: dict[str, Score] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    records: dict[str, dict[str, Decision | Entry]] = field(default_factory=dict)
    reference: dict[str, dict[str, list[Any]]] = field(
        default_factory=lambda: {kind.name: {} for kind in (*KINDS, LINK, OPEN_CASES, IMPORT, MAPPING, TARGET_LIST)}
    )
    """By kind and id, the versions of a record."""
    listed: dict[str, dict[str, Candidate]] = field(default_factory=dict)
    """The accounts under each key of matching."""
    contact_keys: dict[str, dict[str, int]] = field(default_factory=dict)
    """Of each key of contacts those that have it, with the version that said so."""
    duplicates: dict[str, PossibleDuplicate] = field(default_factory=dict)
    unions: dict[str, Union] = field(default_factory=dict)
    documents: list[tuple[Mapping[str, Any], datetime]] = field(default_factory=list)
    published: dict[int, tuple[str | None, str | None]] = field(default_factory=dict)
    """Of versions of the settings the comment, and who published it."""
    crossings: deque[tuple[str, Crossing]] = field(default_factory=deque)
    activations: deque[ReactivationTimer] = field(default_factory=deque)
    """Who went from inactive to active, by which change, and which user did it."""
    ended_imports: list[ImportEnded] = field(default_factory=list)
    outbox: deque[Decision | Entry] = field(default_factory=deque)
    member_changes: dict[tuple[str, str], dict[str, MemberChange]] = field(default_factory=dict)
    """Of each transaction of a CRM and each campaign the members that it made or deleted, by their ids."""
    calls: dict[str, Call] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    members: dict[str, dict[str, Member]] = field(default_factory=dict)
    timers: dict[str, Timer] = field(default_factory=dict)
    due: list[tuple[datetime, str]] = field(default_factory=list)
    """A heap of the timers that were set, by the instant they are due: their schedules."""
    begun: deque[Decision] = field(default_factory=deque)
    """Decisions with which a wait for an owner began."""
    waits: dict[str, AssignmentTimer] = field(default_factory=dict)
    waiting: list[tuple[datetime, str]] = field(default_factory=list)
    """A heap of the waits, by the instant they are due."""
    routings: list[tuple[datetime, str, str]] = field(default_factory=list)
    """A heap of the leads that are to be routed again: when, whose, for which assignment."""
    clocks_due: list[tuple[datetime, str]] = field(default_factory=list)
    """A heap of the instants at which clocks of people do something, and whose they are."""
    lifecycles: dict[tuple[str, int], Lifecycle] | None = None
    """Each cycle's way in its last state, where somebody wants to know."""
    turns: dict[tuple[str, Capacities, int], int] = field(default_factory=dict)
    claims: dict[tuple[str, str, date], int] = field(default_factory=dict)
    assignments: dict[str, tuple[str, Assignment]] | None = None
    """Each assignment in its last state, and whose it is, where somebody wants to know."""
    sent_notifications: dict[str, tuple[Claim, datetime]] = field(default_factory=dict)
    """Notifications that are being sent, or were, and until when that holds."""
    failures: dict[str, Failure] = field(default_factory=dict)
    claimed_failures: dict[str, datetime] = field(default_factory=dict)
    """Until when somebody handles a failure."""
    resent: deque[Failure] = field(default_factory=deque)
    """Failures that were sent again."""
    secrets: dict[str, Sequence[str]] = field(default_factory=dict)
    webhooks: deque[RawWebhook] = field(default_factory=deque)
    """Those that were received and are still to be applied."""
    facts: deque[Mapping[str, Any]] = field(default_factory=deque)
    """Events that were sent to where those of the bus go."""
    refused_items: deque[tuple[RawWebhook, Item, Refusal]] = field(default_factory=deque)
    counted_shares: CountedShares | None = None
    counted_cycles: CountedCycles | None = None
    counted_campaigns: dict[str, CountedCampaign] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    """Statements of closed months, and their records."""
    closings: deque[str] = field(default_factory=deque)
    """Months that somebody wanted closed."""
    drawings: deque[tuple[str, str | None]] = field(default_factory=deque)
    """Target lists that somebody wanted drawn, or as members of a campaign."""
    clicks: deque[Click] = field(default_factory=deque)
    judged: deque[tuple[Click, timedelta]] = field(default_factory=deque)
    """Clicks that are to be judged, and after how long."""
    lock: threading.RLock = field(default_factory=threading.RLock)
