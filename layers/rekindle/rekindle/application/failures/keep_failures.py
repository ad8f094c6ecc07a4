"""Keep what could not be processed until somebody handles it; and measure how much there is."""

from dataclasses import dataclass

from rekindle.application.core.attempts import current_person
from rekindle.application.ports import Clock
from rekindle.application.ports.failures import Failures
from rekindle.application.ports.people import People
from rekindle.domain.capture.applying import deletion_of
from rekindle.domain.failures.failure import Backlog, Failure


@dataclass(frozen=True)
class KeepFailures:
    failures: Failures
    people: People
    clock: Clock

    def __call__(self, failure: Failure) -> bool:
        """False where it is about a person who was erased since: its texts are not to come back."""
        if any(self._is_erased(person_id, failure) for person_id in failure.person_ids):
            return False
        self.failures.add(failure)
        return True

    def _is_erased(self, person_id: str, failure: Failure) -> bool:
        person = current_person(self.people, person_id)
        if person is None or person.erasure is None or not person.erasure.everywhere:
            return False
        deletion = deletion_of(person)
        # What happened after the erasure may restore the person.
        return deletion is not None and (failure.event_at or failure.failed_at) <= deletion.at

    def backlog(self) -> Backlog:
        return self.failures.backlog()
