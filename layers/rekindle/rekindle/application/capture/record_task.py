"""Record a task. A completed one is a sign of work: where its person's assignment had none yet, it is noted."""

from dataclasses import dataclass

from rekindle.application.capture.note_work import NoteWork
from rekindle.application.capture.record_reference import RecordReference
from rekindle.application.capture.recorded import Recorded
from rekindle.domain.capture.facts import RecordChanged
from rekindle.domain.records.task import TASK


@dataclass(frozen=True)
class RecordTask:
    record: RecordReference
    note_work: NoteWork

    def __call__(self, fact: RecordChanged) -> Recorded:
        recorded = self.record(fact)
        if fact.values.get("completed"):
            task = self.record.stores(TASK).get(fact.record_id)
            if task is not None and task.person_id is not None and task.completed:
                at = task.occurred_at or fact.stamp.at
                self.note_work(task.person_id, at)
                self.note_work.of_life(task.person_id, at)
        return recorded
