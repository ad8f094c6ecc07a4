"""Ports in, use cases out: the same wiring on AWS, in the simulator and in the tests. Each use case is built when it
is first asked for, so a function pays only for what it calls.

It is imported only then, too: making the classes of all use cases takes a twentieth of a cold start.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rekindle.application.ports import (
    AccountDirectory,
    Accounts,
    AssignmentTimers,
    Batches,
    Campaigns,
    Clock,
    Contacts,
    Ledger,
    Opportunities,
    People,
    Pools,
    Queues,
    ReactivationTimers,
    Reference,
    Routings,
    Scores,
    SettingsVersions,
    Tasks,
    Users,
)

if TYPE_CHECKING:
    from rekindle.application.assignment.complete_assignments import CompleteAssignments
    from rekindle.application.assignment.match_account import MatchAccount
    from rekindle.application.assignment.route_leads import RouteLeads
    from rekindle.application.assignment.start_assignments import StartAssignments
    from rekindle.application.assignment.time_out_assignments import TimeOutAssignments
    from rekindle.application.capture.commit_people import CommitPeople
    from rekindle.application.capture.merge_people import MergePeople
    from rekindle.application.capture.record_crm_changes import RecordCrmChanges
    from rekindle.application.capture.record_responses import RecordResponses
    from rekindle.application.reactivation.answer_requests import AnswerRequests
    from rekindle.application.reactivation.backfill_crossings import BackfillCrossings
    from rekindle.application.reactivation.end_timer import EndTimer
    from rekindle.application.reactivation.evaluate_response import EvaluateResponse
    from rekindle.application.reactivation.reactivate import Reactivate
    from rekindle.application.reactivation.reactivate_on_score import ReactivateOnScore
    from rekindle.application.reactivation.reactivate_on_status import ReactivateOnStatus
    from rekindle.application.reactivation.reconsider_responses import ReconsiderResponses
    from rekindle.application.reactivation.request_reactivation import RequestReactivation
    from rekindle.application.reactivation.schedule_reactivation import ScheduleReactivation
    from rekindle.application.reactivation.sweep_timers import SweepTimers
    from rekindle.application.reactivation.undo_backfill import UndoBackfill
    from rekindle.application.records.show_records import ShowRecords
    from rekindle.application.settings.change_settings import ChangeSettings


@dataclass(frozen=True)
class UseCases:
    people: People
    scores: Scores
    ledger: Ledger
    reference: Reference
    campaigns: Campaigns
    accounts: Accounts
    directory: AccountDirectory
    contacts: Contacts
    queues: Queues
    users: Users
    tasks: Tasks
    opportunities: Opportunities
    versions: SettingsVersions
    timers: ReactivationTimers
    waits: AssignmentTimers
    pools: Pools
    routings: Routings
    batches: Batches
    clock: Clock

    @cached_property
    def match_account(self) -> "MatchAccount":
        from rekindle.application.assignment.match_account import MatchAccount

        return MatchAccount(self.directory, self.contacts, self.people, self.reference)

    @cached_property
    def reactivate(self) -> "Reactivate":
        from rekindle.application.reactivation.reactivate import Reactivate

        return Reactivate(self.people, self.ledger, self.reference, self.clock)

    @cached_property
    def reactivate_on_score(self) -> "ReactivateOnScore":
        from rekindle.application.reactivation.reactivate_on_score import ReactivateOnScore

        return ReactivateOnScore(self.reactivate, self.reconsider_responses)

    @cached_property
    def reconsider_responses(self) -> "ReconsiderResponses":
        from rekindle.application.reactivation.reconsider_responses import ReconsiderResponses

        return ReconsiderResponses(self.people, self.scores, self.ledger, self.reference, self.clock)

    @cached_property
    def request_reactivation(self) -> "RequestReactivation":
        from rekindle.application.reactivation.request_reactivation import RequestReactivation

        return RequestReactivation(self.reactivate, self.tasks, self.people, self.ledger, self.reference)

    @cached_property
    def answer_requests(self) -> "AnswerRequests":
        from rekindle.application.reactivation.answer_requests import AnswerRequests

        return AnswerRequests(self.request_reactivation, self.ledger, self.show_records.explained)

    @cached_property
    def record_responses(self) -> "RecordResponses":
        from rekindle.application.capture.record_responses import RecordResponses

        return RecordResponses(self.record_crm_changes.response, self.ledger, self.show_records.explained)

    @cached_property
    def reactivate_on_status(self) -> "ReactivateOnStatus":
        from rekindle.application.reactivation.reactivate_on_status import ReactivateOnStatus

        return ReactivateOnStatus(self.reactivate, self.timers)

    @cached_property
    def schedule_reactivation(self) -> "ScheduleReactivation":
        from rekindle.application.reactivation.schedule_reactivation import ScheduleReactivation

        return ScheduleReactivation(self.timers, self.reference, self.clock, self.reactivate_on_status)

    @cached_property
    def sweep_timers(self) -> "SweepTimers":
        from rekindle.application.reactivation.sweep_timers import SweepTimers

        return SweepTimers(self.timers, self.people, self.clock, self.end_timer, self.time_out_assignments)

    @cached_property
    def end_timer(self) -> "EndTimer":
        from rekindle.application.reactivation.end_timer import EndTimer
        from rekindle.application.reactivation.evaluate_response import EvaluateOnDate

        on_date = EvaluateOnDate(self.people, self.timers, self.evaluate_response)
        return EndTimer(self.reactivate_on_status, on_date)

    @cached_property
    def evaluate_response(self) -> "EvaluateResponse":
        from rekindle.application.reactivation.evaluate_response import EvaluateResponse

        return EvaluateResponse(
            self.people,
            self.scores,
            self.ledger,
            self.reference,
            self.clock,
            self.timers,
            self.reactivate_on_score,
        )

    @cached_property
    def start_assignments(self) -> "StartAssignments":
        from rekindle.application.assignment.start_assignments import StartAssignments

        return StartAssignments(self.waits)

    @cached_property
    def time_out_assignments(self) -> "TimeOutAssignments":
        from rekindle.application.assignment.time_out_assignments import TimeOutAssignments

        return TimeOutAssignments(self.people, self.ledger, self.reference, self.waits, self.clock)

    @cached_property
    def route_leads(self) -> "RouteLeads":
        from rekindle.application.assignment.route_leads import RouteLeads

        return RouteLeads(self.people, self.reference, self.pools, self.routings, self.match_account, self.clock)

    @cached_property
    def complete_assignments(self) -> "CompleteAssignments":
        from rekindle.application.assignment.complete_assignments import CompleteAssignments

        return CompleteAssignments(self.people, self.reference, self.clock)

    @cached_property
    def commit_people(self) -> "CommitPeople":
        from rekindle.application.capture.commit_people import CommitPeople

        return CommitPeople(self.people, self.contacts)

    @cached_property
    def merge_people(self) -> "MergePeople":
        from rekindle.application.capture.merge_people import MergePeople

        return MergePeople(self.people, self.scores, self.reference, self.reconsider_responses, self.commit_people)

    @cached_property
    def record_crm_changes(self) -> "RecordCrmChanges":
        from rekindle.application.capture.record_crm_changes import RecordCrmChanges
        from rekindle.application.capture.record_opportunity import RecordOpportunity
        from rekindle.application.capture.record_person import RecordPerson
        from rekindle.application.capture.record_reference import (
            RecordAccount,
            RecordCampaign,
            RecordQueue,
            RecordTask,
            RecordUser,
        )
        from rekindle.application.capture.record_response import RecordResponse

        return RecordCrmChanges(
            person=RecordPerson(self.people, self.scores, self.reference, self.merge_people, self.commit_people),
            response=RecordResponse(self.people, self.reference, self.evaluate_response),
            campaign=RecordCampaign(self.campaigns, self.clock),
            account=RecordAccount(self.accounts),
            queue=RecordQueue(self.queues),
            user=RecordUser(self.users, self.clock),
            task=RecordTask(self.tasks, self.people, self.reference),
            opportunity=RecordOpportunity(self.people, self.opportunities),
            merge_people=self.merge_people,
            request=self.request_reactivation,
            ledger=self.ledger,
        )

    @cached_property
    def show_records(self) -> "ShowRecords":
        from rekindle.application.records.show_records import ShowRecords

        return ShowRecords(
            *(self.people, self.scores, self.ledger, self.reference),
            *(self.campaigns, self.users, self.accounts, self.queues),
            self.opportunities,
        )

    @cached_property
    def backfill_crossings(self) -> "BackfillCrossings":
        from rekindle.application.reactivation.backfill_crossings import BackfillCrossings

        return BackfillCrossings(
            self.scores,
            self.batches,
            self.ledger,
            self.reference,
            self.reactivate,
            self.reconsider_responses,
            self.clock,
        )

    @cached_property
    def undo_backfill(self) -> "UndoBackfill":
        from rekindle.application.reactivation.undo_backfill import UndoBackfill

        return UndoBackfill(self.people, self.batches, self.reference, self.clock)

    @cached_property
    def change_settings(self) -> "ChangeSettings":
        from rekindle.application.settings.change_settings import ChangeSettings

        return ChangeSettings(self.versions, self.campaigns, self.users, self.queues, self.clock)
