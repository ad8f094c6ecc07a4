"""A task or event of a CRM: it leads to the person it is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from rekindle.domain.records.kind import Field, Kind
from rekindle.domain.records.stamps import ChangeStamp


@dataclass(frozen=True, slots=True)
class Task:
    task_id: str
    person_id: Annotated[str | None, Field(refers_to=("person",))] = None
    """The lead or contact; None where the CRM names nobody."""
    owner_id: Annotated[str | None, Field(refers_to=("user", "queue"))] = None
    kind: Annotated[str | None, Field()] = None
    occurred_at: Annotated[datetime | None, Field()] = None
    completed: Annotated[bool, Field()] = False
    version: int = 0
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)


TASK = Kind(name="task", record=Task, event="Task Logged", id="task_id")
