"""A support case: while it is open, its person or its account has a question that waits for an answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from rekindle.domain.records.kind import Field, Kind
from rekindle.domain.records.stamps import ChangeStamp


@dataclass(frozen=True, slots=True)
class Case:
    case_id: str
    person_id: Annotated[str | None, Field(sentence="The lead or contact who asked.", refers_to=("person",))] = None
    account_id: Annotated[str | None, Field(sentence="The account that the case is about.", refers_to=("account",))] = (
        None
    )
    is_closed: Annotated[bool, Field()] = False
    version: int = 0
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)


CASE = Kind(name="case", record=Case, event="Case Changed", id="case_id")
