"""Record a support case, and note with its person and its account whether it is open."""

from dataclasses import dataclass

from rekindle.application.capture.record_reference import RecordReference
from rekindle.application.capture.recorded import Recorded
from rekindle.application.core.attempts import ATTEMPTS, contended
from rekindle.domain.capture.facts import RecordChanged
from rekindle.domain.core.errors import Conflict
from rekindle.domain.core.values import replace
from rekindle.domain.records.case import CASE, Case
from rekindle.domain.records.open_cases import OPEN_CASES, OpenCases, of_account, of_person


@dataclass(frozen=True)
class RecordCase:
    record: RecordReference

    def __call__(self, fact: RecordChanged) -> Recorded:
        """Also where nothing changed: a delivery that died between two writes is finished by the next."""
        cases = self.record.stores(CASE)
        before = cases.get(fact.record_id)
        recorded = self.record(fact)
        after = cases.get(fact.record_id)
        for whose in sorted({*_whose(before), *_whose(after)}):
            is_open = after is not None and not after.is_closed and whose in _whose(after)
            self._note(whose, fact.record_id, is_open=is_open)
        return recorded

    def _note(self, whose: str, case_id: str, *, is_open: bool) -> None:
        stores = self.record.stores(OPEN_CASES)
        for _ in ATTEMPTS:
            stored = stores.get(whose)
            noted = stored or OpenCases(whose)
            if (case_id in noted.case_ids) == is_open:
                return
            others = tuple(one for one in noted.case_ids if one != case_id)
            case_ids = (*others, case_id) if is_open else others
            try:
                stores.put(replace(noted, case_ids=case_ids, version=noted.version + 1), noted.version)
            except Conflict:
                continue
            return
        raise contended()


def _whose(case: Case | None) -> tuple[str, ...]:
    if case is None:
        return ()
    person = (of_person(case.person_id),) if case.person_id is not None else ()
    return (*person, of_account(case.account_id)) if case.account_id is not None else person
