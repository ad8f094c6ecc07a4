"""Record a task. A completed one is a sign of work: where its person's assignment had none yet, it is noted."""

from dataclasses import dataclass
from datetime import datetime

from rekindle.application.capture.record_reference import RecordReference
from rekindle.application.capture.recorded import Recorded
from rekindle.application.core.attempts import ATTEMPTS, committed, contended
from rekindle.application.ports.people import People
from rekindle.application.ports.records import Reference
from rekindle.domain.assignment.transitions import record_work
from rekindle.domain.capture.facts import RecordChanged
from rekindle.domain.core.values import replace
from rekindle.domain.reactivation.change import Change
from rekindle.domain.records.task import TASK, Task


@dataclass(frozen=True)
class RecordTask:
    record: RecordReference
    people: People
    reference: Reference

    def __call__(self, fact: RecordChanged) -> Recorded:
        recorded = self.record(fact)
        if fact.values.get("completed"):
            self._note_work(self.record.stores(TASK).get(fact.record_id), fact.stamp.at)
        return recorded

    def _note_work(self, task: Task | None, changed_at: datetime) -> None:
        if task is None or task.person_id is None or not task.completed:
            return
        for _ in ATTEMPTS:
            person = self.people.get(task.person_id)
            while person is not None and person.merged_into is not None:
                person = self.people.get(person.merged_into)
            if person is None:
                return
            after, steps = record_work(person, task.occurred_at or changed_at, self.reference.settings())
            if not steps:
                return
            after = replace(after, version=person.version + 1)
            if committed(self.people, Change(after, person.version, entries=steps)):
                return
        raise contended()
