"""A flow, an API caller or a rep asks for a reactivation."""

from dataclasses import dataclass

from rekindle.application.ports import Reference, Tasks
from rekindle.application.reactivate import Reactivate
from rekindle.domain.decision import Decision
from rekindle.domain.errors import UnknownCampaign
from rekindle.domain.request import ReactivationRequested, ResponsePrompted


@dataclass(frozen=True)
class RequestReactivation:
    """A task leads to its lead or contact; a task nobody knows, or that names nobody, ends as `NO_PERSON`.

    Raises UnknownCampaign where the call names a campaign that was never recorded.
    """

    reactivate: Reactivate
    tasks: Tasks
    reference: Reference

    def __call__(self, request: ReactivationRequested) -> Decision:
        default = request.overrides.default_campaign_id
        if default is not None:
            _known(self.reference, default, "default_campaign_id")
        return self.reactivate(request.trigger(self._person_of(request)))

    def prompt(self, request: ResponsePrompted) -> Decision:
        _known(self.reference, request.campaign_id, "campaign_id")
        return self.reactivate(request.trigger)

    def _person_of(self, request: ReactivationRequested) -> str:
        if request.person_id is not None:
            return request.person_id
        task_id = request.task_id or ""
        task = self.tasks.get(task_id)
        # The decision has to be about somebody: where there is nobody, it is about the task.
        return task.person_id if task is not None and task.person_id is not None else task_id


def _known(reference: Reference, campaign_id: str, field: str) -> None:
    if reference.campaign(campaign_id) is None:
        raise UnknownCampaign(f"campaign {campaign_id!r} is not known", field)
