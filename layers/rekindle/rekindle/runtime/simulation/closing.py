"""Close a month by a history: what is known of it now, and what closed months count otherwise than they did.

A history grows at its end. A statement notes how many events were known, so it can be made again from any longer file.
"""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from tempfile import TemporaryFile
from typing import IO, Any

from rekindle.adapters.history import History, envelope_of
from rekindle.adapters.sources.salesforce_mapping import mapping_of
from rekindle.adapters.wire import books
from rekindle.adapters.wire.events import facts_of, ignored_by
from rekindle.domain.capture.facts import Fact
from rekindle.domain.core import times
from rekindle.domain.core.errors import Malformed, Refusal
from rekindle.domain.core.values import replace
from rekindle.domain.measures.attribution import shares
from rekindle.domain.measures.books import (
    Adjustment,
    KnownHistory,
    Posting,
    PreviousStatement,
    SettingsInForce,
    Statement,
    StoredState,
    adjustments,
    closed_records,
    decisions_digest,
    digest_of,
    digest_of_records,
    postings,
    span_of,
    totals_by_month,
    with_adjustments,
)
from rekindle.domain.measures.causes import OTHER_COUNT, OTHER_HISTORY, OTHER_SETTINGS, LaterFacts
from rekindle.domain.measures.credit import names_of
from rekindle.domain.measures.cycles import Cycle
from rekindle.domain.measures.points import models_of
from rekindle.domain.settings.settings import Settings
from rekindle.runtime.simulation.measured import measured, now_known_as
from rekindle.runtime.simulation.simulator import Simulation


class TooShort(Exception):
    """A history that has fewer events than were known when a statement was made of it."""


def known_of(file: IO[bytes], events: int | None = None, into: IO[bytes] | None = None) -> KnownHistory:
    """The first events of a history, or all. `into`: where they are written, too. Raises TooShort."""
    digest, count = sha256(), 0
    for line in _lines(file):
        if count == events:
            break
        count += 1
        digest.update(line)
        if into is not None:
            into.write(line)
    if events is not None and count < events:
        raise TooShort(f"it has {count:,} events, and {events:,} were known")
    return KnownHistory(count, digest.hexdigest())


def _copy_until(file: IO[bytes], moment: datetime, into: IO[bytes]) -> None:
    """The events that were sent up to an instant."""
    for number, line in enumerate(_lines(file)):
        sent = envelope_of(number + 1, line).get("time")
        if not isinstance(sent, str) or times.instant(sent) <= moment:
            into.write(line)


def _events_of(known: KnownHistory | StoredState) -> int:
    if isinstance(known, StoredState):
        raise Malformed("the statement before was closed by a stack: its next month is closed there")
    return known.events


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The events as they stand, each with a line feed behind it."""
    file.seek(0)
    for number, line in enumerate(file):
        line = line.removeprefix(BOM_UTF8) if number == 0 else line
        if line.strip():
            yield line.rstrip(b"\r\n") + b"\n"


@dataclass(frozen=True)
class Closing:
    document: Mapping[str, Any]
    play: Callable[[Simulation, History], None]
    """How a history is played to its end."""

    def __call__(
        self, file: IO[bytes], month: str, previous: PreviousStatement | None, events: int | None = None
    ) -> bytes:
        """The statement of a month, as a file. `events`: how many of the history are known, where it is not all. Raises
        OSError, TooShort, and BadHistory for what is no event."""
        zone = Settings.of(self.document, 0).zone
        with TemporaryFile() as begin:
            known = known_of(file, events, begin if events is not None else None)
            simulation, cycles, posted = self._posted(begin if events is not None else file)
            since, until = span_of(month, zone)
            statement = Statement(
                month,
                since,
                until,
                zone.key,
                known,
                (SettingsInForce(1, digest_of(self.document)),),
                decisions_digest(cycles, month, zone),
                totals_by_month(posted, [month])[month],
                previous,
            )
            if previous is not None:
                found = self._adjustments(file, statement, previous, posted, simulation)
                statement = replace(statement, adjustments=tuple(found))
        return books.written(statement, names_of(simulation.use_cases.ports.reference.campaign))

    def of_stack(self, file: IO[bytes], body: bytes) -> bytes:
        """A statement that a stack closed, made again from a history of what the stack was sent: from the events up to
        its closing. Its adjustments stay as they are where they take the closed months to how the history counts them.
        Raises OSError, Malformed, and BadHistory for what is no event."""
        stated, previous, settings = books.read(body), books.previous_of(body), books.settings_in(body)
        month, zone = stated["period"], Settings.of(self.document, 0).zone
        known = books.known_of(body)
        if not isinstance(known, StoredState):
            raise Malformed("this statement was not closed by a stack")
        with TemporaryFile() as begin:
            _copy_until(file, known.at, begin)
            simulation, cycles, posted = self._posted(begin)
        closed = previous.closed if previous is not None else {}
        kept = closed_records(posted, [*closed, month])
        since, until = span_of(month, zone)
        found = books.adjustments_of(body)
        standing = with_adjustments(closed, found)
        rest = adjustments(standing, posted, posted, lambda record: OTHER_HISTORY, OTHER_HISTORY)
        statement = Statement(
            month,
            since,
            until,
            zone.key,
            StoredState(known.at, len(kept), digest_of_records(kept.values())),
            (*settings[:-1], SettingsInForce(settings[-1].version, digest_of(self.document))),
            decisions_digest(cycles, month, zone),
            totals_by_month(posted, [month])[month],
            previous,
            (*found, *rest),
        )
        return books.written(statement, names_of(simulation.use_cases.ports.reference.campaign))

    def _posted(self, file: IO[bytes]) -> tuple[Simulation, Sequence[Cycle], Sequence[Posting]]:
        simulation = Simulation(self.document)
        simulation.keep_journeys()
        self.play(simulation, History(file))
        counted = measured(simulation)
        zone, models = Settings.of(self.document, 0).zone, models_of(self.document)
        return simulation, counted.cycles, postings(counted.cycles, shares(counted.deals, models), zone)

    def _adjustments(
        self,
        file: IO[bytes],
        statement: Statement,
        previous: PreviousStatement,
        posted: Sequence[Posting],
        simulation: Simulation,
    ) -> list[Adjustment]:
        remaining, known_before = OTHER_COUNT, _events_of(previous.known)
        with TemporaryFile() as begin:
            try:
                is_same = known_of(file, known_before, begin) == previous.known
            except TooShort:
                is_same = False
            # What was known then cannot be known where the history is another one.
            before = self._posted(begin)[2] if is_same else posted
        if not is_same:
            remaining = OTHER_HISTORY
        elif statement.settings[-1].sha256 != previous.settings_sha256:
            remaining = OTHER_SETTINGS
        facts = self._facts(file, known_before, _events_of(statement.known)) if is_same else ()
        later_facts = LaterFacts(
            facts,
            lambda person_id: now_known_as(simulation.memory, person_id),
            lambda response_id: getattr(simulation.memory.response_owners.get(response_id), "person_id", None),
            statement.since,
            Settings.of(self.document, 0).zone,
        )
        return adjustments(previous.closed, before, posted, later_facts.cause_of, remaining)

    def _facts(self, file: IO[bytes], after: int, until: int) -> Iterator[Fact]:
        """The facts of the events between two places of a history. An event that is refused has none."""
        fields, ignored = mapping_of(self.document), frozenset(ignored_by(self.document))
        for number, line in enumerate(_lines(file)):
            if after <= number < until:
                try:
                    yield from facts_of(envelope_of(number + 1, line), lambda: fields, lambda: ignored)
                except Refusal:
                    continue
