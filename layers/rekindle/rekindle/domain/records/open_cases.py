"""Which support cases of a person or an account are open: noted with every change of a case."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rekindle.domain.records.kind import Kind
from rekindle.domain.records.stamps import ChangeStamp


@dataclass(frozen=True, slots=True)
class OpenCases:
    whose: str
    case_ids: tuple[str, ...] = ()
    version: int = 0
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)


OPEN_CASES = Kind(name="open_cases", record=OpenCases, event="", id="whose")


def of_person(person_id: str) -> str:
    return f"person {person_id}"


def of_account(account_id: str) -> str:
    return f"account {account_id}"
