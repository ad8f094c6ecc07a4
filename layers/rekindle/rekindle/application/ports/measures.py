"""Ports of measures: everything that is counted, read once through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from rekindle.domain.lifecycle.journey import Entry
    from rekindle.domain.measures.metrics import CountedCampaign
    from rekindle.domain.measures.shared_days import CountedShares
    from rekindle.domain.people.person import Person
    from rekindle.domain.reactivation.decision import Decision
    from rekindle.domain.records.kind import Kind
    from rekindle.domain.responses.response import Response


class Census(Protocol):
    """Each answer is read from its beginning on, and nothing of it is kept. What is written meanwhile may be in it."""

    def people(self) -> Iterable[tuple[Person, Sequence[Response]]]:
        """Everybody with all responses, also those who became somebody else. Without profiles."""
        ...

    def journeys(self) -> Iterable[Decision | Entry]:
        """Of the ledger what a cycle is made of, in any order."""
        ...

    def records(self, *kinds: Kind[Any]) -> Mapping[str, Mapping[str, Sequence[Any]]]:
        """All records of some kinds, by the kind's name and their ids: the versions that are kept, the newest last."""
        ...


class CountedCampaigns(Protocol):
    """The metrics of campaigns as they were counted last."""

    def get(self, campaign_id: str) -> CountedCampaign | None: ...

    def put(self, counted: CountedCampaign) -> None:
        """In place of what was counted before."""
        ...


class StoredShares(Protocol):
    """The shares of won deals as they were counted last."""

    def put(self, counted: CountedShares) -> None:
        """In place of what was counted before."""
        ...

    def get(self, months: Sequence[str]) -> CountedShares | None:
        """The days of some months; None where nothing was counted yet."""
        ...
