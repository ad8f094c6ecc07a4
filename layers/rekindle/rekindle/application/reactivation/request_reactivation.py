"""A flow, an API caller or a rep asks for a reactivation."""

from collections.abc import Iterator
from dataclasses import dataclass

from rekindle.application.ports.people import People
from rekindle.application.ports.reactivation import Ledger
from rekindle.application.ports.records import Reference, Tasks
from rekindle.application.reactivation.reactivate import Reactivate
from rekindle.domain.core.errors import UnknownCampaign
from rekindle.domain.core.values import replace
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.reactivation.request import Call, ReactivationRequested, ResponsePrompted
from rekindle.domain.records.stamps import ChangeStamp


@dataclass(frozen=True)
class RequestReactivation:
    """A task leads to its lead or contact; a task nobody knows, or that names nobody, ends as `NO_PERSON`.

    Raises UnknownCampaign where the call names a campaign that was never recorded.
    """

    reactivate: Reactivate
    tasks: Tasks
    people: People
    ledger: Ledger
    reference: Reference

    def __call__(self, request: ReactivationRequested) -> Decision:
        self._check_default(request)
        if request.person_id is not None:
            return self.reactivate(request.trigger(request.person_id))
        return self._for_task(request, request.task_id or "")

    def sent(self, request: ReactivationRequested | ResponsePrompted) -> Decision:
        """A request that its sender may send again at another time: it is decided as of the time it first had."""
        if isinstance(request, ResponsePrompted):
            self.check(request)
            return self.prompt(replace(request, stamp=self._first(request.call)))
        if request.dry_run:
            return self(request)
        self._check_default(request)
        return self(replace(request, stamp=self._first(request.call)))

    def _first(self, call: Call) -> ChangeStamp:
        return ChangeStamp(self.ledger.remember(call).at)

    def prompt(self, request: ResponsePrompted) -> Decision:
        self.check(request)
        return self.reactivate(request.trigger)

    def check(self, request: ResponsePrompted) -> None:
        """Raises UnknownCampaign."""
        _known(self.reference, request.campaign_id, "campaign_id")

    def _check_default(self, request: ReactivationRequested) -> None:
        default = request.overrides.default_campaign_id
        if default is not None:
            _known(self.reference, default, "default_campaign_id")

    def _for_task(self, request: ReactivationRequested, task_id: str) -> Decision:
        task = self.tasks.get(task_id)
        # The decision has to be about somebody: where there is nobody, it is about the task.
        answer = task.person_id if task is not None and task.person_id is not None else task_id
        for person_id in self._led_to(task_id, answer):
            before = self.ledger.get(request.trigger(person_id).decision_id)
            if before is not None:
                return before
        return self.reactivate(request.trigger(answer))

    def _led_to(self, task_id: str, person_id: str) -> Iterator[str]:
        """Where the task may have led when the same request was decided before: to nobody, or to a lead that its CRM
        has converted since, which moves the lead's tasks to the contact."""
        if person_id != task_id:
            yield task_id
            person = self.people.get(person_id)
            yield from person.merged_ids if person is not None else ()


def _known(reference: Reference, campaign_id: str, field: str) -> None:
    if reference.campaign(campaign_id) is None:
        raise UnknownCampaign(f"campaign {campaign_id!r} is not known", field)
