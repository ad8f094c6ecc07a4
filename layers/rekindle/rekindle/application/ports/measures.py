"""Ports of measures: everything that is counted, read once through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from rekindle.domain.lifecycle.journey import Entry
    from rekindle.domain.measures.books import ClosedRecord, PreviousStatement, Statement
    from rekindle.domain.measures.counted_cycles import CountedCycles
    from rekindle.domain.measures.metrics import CountedCampaign
    from rekindle.domain.measures.shared_days import CountedShares
    from rekindle.domain.people.person import Person
    from rekindle.domain.reactivation.decision import Decision
    from rekindle.domain.records.kind import Kind
    from rekindle.domain.responses.response import Response


class Census(Protocol):
    """Each answer is read from its beginning on, and nothing of it is kept. What is written meanwhile may be in it."""

    def people(self, *, profiles: bool = False) -> Iterable[tuple[Person, Sequence[Response]]]:
        """Everybody with all responses, also those who became somebody else. With profiles where they are wanted."""
        ...

    def journeys(self) -> Iterable[Decision | Entry]:
        """Of the ledger what measures are made of, in any order: cycles, and recyclings."""
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


class Books(Protocol):
    """The statements of closed months. Each is kept as it was written."""

    def months(self) -> Sequence[str]:
        """Those that are closed, the newest first."""
        ...

    def statement(self, month: str) -> bytes | None:
        """The file, byte for byte; None where the month is not closed."""
        ...

    def previous(self, month: str) -> PreviousStatement:
        """What the statement of the month after says of this one. Raises NotFound where it is not closed."""
        ...

    def adjustments(self, month: str) -> Sequence[Mapping[str, Any]]:
        """Those of a statement, as they stand in the file. Raises NotFound."""
        ...

    def kept(self, previous: PreviousStatement) -> Iterable[ClosedRecord]:
        """The records of closed months as they counted at a closing."""
        ...

    def unannounced(self) -> Sequence[str]:
        """The closed months that were not announced yet, in their order."""
        ...

    def announced(self, month: str) -> None: ...

    def put(self, statement: Statement, kept: Iterable[ClosedRecord], name: Callable[[str], str]) -> None:
        """`name`: what a campaign is called. Raises Conflict where the month is closed."""
        ...


class Closings(Protocol):
    def start(self, month: str) -> None:
        """Have a month closed: that takes minutes."""
        ...


class StoredCycles(Protocol):
    """The engagement cycles as they were counted last."""

    def put(self, counted: CountedCycles) -> None:
        """In place of what was counted before."""
        ...

    def get(self, months: Sequence[str]) -> CountedCycles | None:
        """The cycles of some months; None where nothing was counted yet."""
        ...


class DrawnLists(Protocol):
    """Who is on a target list that was drawn."""

    def put(self, list_id: str, person_ids: Sequence[str]) -> None: ...

    def get(self, list_id: str) -> Sequence[str]:
        """Raises NotFound where nobody drew it, or its time is over."""
        ...


class Drawings(Protocol):
    def start(self, list_id: str, campaign_id: str | None = None) -> None:
        """Have a list drawn, or made members of a campaign: that takes minutes. Raises Unavailable."""
        ...
