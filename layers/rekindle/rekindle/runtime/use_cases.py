"""Ports in, use cases out: the same wiring on AWS, in the simulator and in the tests. Each use case is built when it
is first asked for, so a function pays only for what it calls.

It is imported only then, too: making the classes of all use cases takes a twentieth of a cold start.

It is longer than other files: each use case has its few lines here, so that one place shows what needs what.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rekindle.application.ports.people import People
from rekindle.runtime.ports import Ports

if TYPE_CHECKING:
    from rekindle.application.assignment.complete_assignments import CompleteAssignments
    from rekindle.application.assignment.match_account import MatchAccount
    from rekindle.application.assignment.route_leads import RouteLeads
    from rekindle.application.assignment.start_assignments import StartAssignments
    from rekindle.application.assignment.time_out_assignments import TimeOutAssignments
    from rekindle.application.capture.answer_duplicates import AnswerDuplicates
    from rekindle.application.capture.commit_people import CommitPeople
    from rekindle.application.capture.convert_responses import ConvertResponses
    from rekindle.application.capture.erase_people import ErasePeople
    from rekindle.application.capture.find_duplicates import FindDuplicates
    from rekindle.application.capture.merge_people import MergePeople
    from rekindle.application.capture.record_crm_changes import RecordCrmChanges
    from rekindle.application.capture.record_responses import RecordResponses
    from rekindle.application.console.check_sessions import CheckSessions
    from rekindle.application.console.sign_in_users import SignInUsers
    from rekindle.application.failures.keep_failures import KeepFailures
    from rekindle.application.failures.resend_failures import ResendFailures
    from rekindle.application.imports.answer_imports import AnswerImports
    from rekindle.application.lifecycle.answer_handoffs import AnswerHandoffs
    from rekindle.application.lifecycle.process_due_actions import ProcessDueActions
    from rekindle.application.lifecycle.recompute_clocks import RecomputeClocks
    from rekindle.application.lifecycle.rules import LifecycleRules
    from rekindle.application.lifecycle.show_handoffs import ShowHandoffs
    from rekindle.application.lifecycle.show_tracks import ShowTracks
    from rekindle.application.lifecycle.update_lifecycle import UpdateLifecycle
    from rekindle.application.links.create_links import CreateLinks
    from rekindle.application.links.follow_links import FollowLinks
    from rekindle.application.links.judge_clicks import JudgeClicks
    from rekindle.application.measures.announce_books import AnnounceBooks
    from rekindle.application.measures.close_books import CloseBooks
    from rekindle.application.measures.count_campaigns import CountCampaigns
    from rekindle.application.measures.count_measures import CountMeasures
    from rekindle.application.measures.draw_targets import DrawTargets
    from rekindle.application.measures.show_attribution import ShowAttribution
    from rekindle.application.measures.show_books import ShowBooks
    from rekindle.application.measures.show_funnel import ShowFunnel
    from rekindle.application.measures.show_metrics import ShowMetrics
    from rekindle.application.measures.show_profile import ShowProfile
    from rekindle.application.measures.show_recycling import ShowRecycling
    from rekindle.application.measures.show_targets import ShowTargets
    from rekindle.application.reactivation.answer_requests import AnswerRequests
    from rekindle.application.reactivation.associate_opportunities import AssociateOpportunities
    from rekindle.application.reactivation.backfill_crossings import BackfillCrossings
    from rekindle.application.reactivation.end_timer import EndTimer
    from rekindle.application.reactivation.evaluate_response import EvaluateResponse
    from rekindle.application.reactivation.reactivate import Reactivate
    from rekindle.application.reactivation.reactivate_on_score import ReactivateOnScore
    from rekindle.application.reactivation.reactivate_on_status import ReactivateOnStatus
    from rekindle.application.reactivation.reconsider_responses import ReconsiderResponses
    from rekindle.application.reactivation.request_reactivation import RequestReactivation
    from rekindle.application.reactivation.rewrite_index import RewriteIndex
    from rekindle.application.reactivation.schedule_reactivation import ScheduleReactivation
    from rekindle.application.reactivation.show_decisions import ShowDecisions
    from rekindle.application.reactivation.sweep_timers import SweepTimers
    from rekindle.application.reactivation.undo_backfill import UndoBackfill
    from rekindle.application.records.export_people import ExportPeople
    from rekindle.application.records.show_campaigns import ShowCampaigns
    from rekindle.application.records.show_records import ShowRecords
    from rekindle.application.settings.change_settings import ChangeSettings
    from rekindle.application.webhooks.apply_webhooks import ApplyWebhooks
    from rekindle.application.webhooks.preview_webhooks import PreviewWebhooks
    from rekindle.application.webhooks.receive_webhooks import ReceiveWebhooks


@dataclass(frozen=True)
class UseCases:
    ports: Ports

    @cached_property
    def people(self) -> People:
        """People, where each change is followed on their way."""
        from rekindle.application.lifecycle.people_with_lifecycle import PeopleWithLifecycle

        ports = self.ports
        return PeopleWithLifecycle(ports.people, ports.reference, lambda change: self.update_lifecycle(change))

    @cached_property
    def update_lifecycle(self) -> "UpdateLifecycle":
        from rekindle.application.lifecycle.update_lifecycle import UpdateLifecycle

        ports = self.ports
        return UpdateLifecycle(
            self.lifecycle_rules, ports.people, ports.reference, lambda *due: self.process_due_actions(*due)
        )

    @cached_property
    def lifecycle_rules(self) -> "LifecycleRules":
        from rekindle.application.lifecycle.rules import LifecycleRules

        ports = self.ports
        return LifecycleRules(ports.people, ports.scores, ports.reference, ports.records, ports.clock)

    @cached_property
    def answer_handoffs(self) -> "AnswerHandoffs":
        from rekindle.application.lifecycle.answer_handoffs import AnswerHandoffs

        ports = self.ports
        return AnswerHandoffs(self.people, self.lifecycle_rules, ports.reference, ports.clock, self.process_due_actions)

    @cached_property
    def show_handoffs(self) -> "ShowHandoffs":
        from rekindle.application.lifecycle.show_handoffs import ShowHandoffs

        ports = self.ports
        return ShowHandoffs(ports.people, self.lifecycle_rules)

    @cached_property
    def show_tracks(self) -> "ShowTracks":
        from rekindle.application.lifecycle.show_tracks import ShowTracks

        return ShowTracks(self.ports.people, self.lifecycle_rules)

    @cached_property
    def recompute_clocks(self) -> "RecomputeClocks":
        from rekindle.application.lifecycle.recompute_clocks import RecomputeClocks

        return RecomputeClocks(self.people, self.lifecycle_rules)

    @cached_property
    def process_due_actions(self) -> "ProcessDueActions":
        from rekindle.application.lifecycle.process_due_actions import ProcessDueActions

        ports = self.ports
        return ProcessDueActions(self.people, self.lifecycle_rules, ports.reference, ports.clock)

    @cached_property
    def match_account(self) -> "MatchAccount":
        from rekindle.application.assignment.match_account import MatchAccount

        ports = self.ports
        return MatchAccount(ports.directory, ports.contacts, ports.people, ports.reference)

    @cached_property
    def associate_opportunities(self) -> "AssociateOpportunities":
        from rekindle.application.reactivation.associate_opportunities import AssociateOpportunities
        from rekindle.domain.records.opportunity import OPPORTUNITY

        ports = self.ports
        return AssociateOpportunities(self.people, lambda: ports.contacts, ports.records(OPPORTUNITY), ports.reference)

    @cached_property
    def count_measures(self) -> "CountMeasures":
        from rekindle.application.measures.count_measures import CountMeasures

        return CountMeasures(self.ports.census)

    @cached_property
    def count_campaigns(self) -> "CountCampaigns":
        from rekindle.application.measures.count_campaigns import CountCampaigns

        ports = self.ports
        stores = ports.counted_campaigns, ports.stored_shares, ports.stored_cycles
        return CountCampaigns(self.count_measures, *stores, ports.reference, ports.clock)

    @cached_property
    def close_books(self) -> "CloseBooks":
        from rekindle.application.measures.close_books import CloseBooks

        ports = self.ports
        return CloseBooks(self.count_measures, ports.census, ports.books, ports.reference, ports.versions, ports.clock)

    @cached_property
    def announce_books(self) -> "AnnounceBooks":
        from rekindle.application.measures.announce_books import AnnounceBooks

        return AnnounceBooks(self.ports.books, self.ports.bus)

    @cached_property
    def show_books(self) -> "ShowBooks":
        from rekindle.application.measures.show_books import ShowBooks

        return ShowBooks(self.ports.books, self.close_books, self.ports.closings)

    @cached_property
    def draw_targets(self) -> "DrawTargets":
        from rekindle.application.measures.draw_targets import DrawTargets
        from rekindle.domain.measures.targets import TARGET_LIST

        ports = self.ports
        lists = self.show_targets, ports.records(TARGET_LIST), ports.drawn_lists
        return DrawTargets(*lists, ports.census, ports.people, ports.reference, ports.facts_queue, ports.clock)

    @cached_property
    def show_decisions(self) -> "ShowDecisions":
        from rekindle.application.reactivation.show_decisions import ShowDecisions

        return ShowDecisions(self.ports.ledger)

    @cached_property
    def show_profile(self) -> "ShowProfile":
        from rekindle.application.measures.show_profile import ShowProfile

        return ShowProfile(self.ports.people, self.ports.reference)

    @cached_property
    def show_targets(self) -> "ShowTargets":
        from rekindle.application.measures.show_targets import ShowTargets
        from rekindle.domain.measures.targets import TARGET_LIST

        ports = self.ports
        return ShowTargets(ports.records(TARGET_LIST), ports.drawings, ports.reference, ports.clock)

    @cached_property
    def show_attribution(self) -> "ShowAttribution":
        from rekindle.application.measures.show_attribution import ShowAttribution

        return ShowAttribution(self.ports.stored_shares, self.ports.reference)

    @cached_property
    def show_funnel(self) -> "ShowFunnel":
        from rekindle.application.measures.show_funnel import ShowFunnel

        return ShowFunnel(self.ports.stored_cycles)

    @cached_property
    def show_recycling(self) -> "ShowRecycling":
        from rekindle.application.measures.show_recycling import ShowRecycling

        return ShowRecycling(self.ports.stored_shares)

    @cached_property
    def show_metrics(self) -> "ShowMetrics":
        from rekindle.application.measures.show_metrics import ShowMetrics

        return ShowMetrics(self.ports.counted_campaigns, self.ports.reference)

    @cached_property
    def reactivate(self) -> "Reactivate":
        from rekindle.application.reactivation.reactivate import Reactivate

        ports = self.ports
        use = self.people, ports.ledger, ports.reference, ports.clock, self.associate_opportunities, self.rewrite_index
        return Reactivate(*use)

    @cached_property
    def rewrite_index(self) -> "RewriteIndex":
        from rekindle.application.reactivation.rewrite_index import RewriteIndex

        ports = self.ports
        return RewriteIndex(self.people, ports.reference, ports.clock, ports.continuations)

    @cached_property
    def reactivate_on_score(self) -> "ReactivateOnScore":
        from rekindle.application.reactivation.reactivate_on_score import ReactivateOnScore

        ports = self.ports
        return ReactivateOnScore(self.reactivate, self.reconsider_responses, lambda: ports.timers, ports.clock)

    @cached_property
    def reconsider_responses(self) -> "ReconsiderResponses":
        from rekindle.application.reactivation.reconsider_responses import ReconsiderResponses

        ports = self.ports
        return ReconsiderResponses(self.people, ports.scores, ports.ledger, ports.reference, ports.clock)

    @cached_property
    def request_reactivation(self) -> "RequestReactivation":
        from rekindle.application.reactivation.request_reactivation import RequestReactivation
        from rekindle.domain.records.task import TASK

        ports = self.ports
        return RequestReactivation(self.reactivate, ports.records(TASK), ports.people, ports.ledger, ports.reference)

    @cached_property
    def answer_requests(self) -> "AnswerRequests":
        from rekindle.application.reactivation.answer_requests import AnswerRequests

        return AnswerRequests(self.request_reactivation, self.ports.ledger, self.show_records.explained)

    @cached_property
    def record_responses(self) -> "RecordResponses":
        from rekindle.application.capture.record_responses import RecordResponses

        return RecordResponses(self.record_crm_changes.response, self.ports.ledger, self.show_records.explained)

    @cached_property
    def convert_responses(self) -> "ConvertResponses":
        from rekindle.application.capture.convert_responses import ConvertResponses
        from rekindle.domain.records.opportunity import OPPORTUNITY

        ports = self.ports
        return ConvertResponses(ports.people, ports.reference, ports.records(OPPORTUNITY), self.record_crm_changes)

    @cached_property
    def reactivate_on_status(self) -> "ReactivateOnStatus":
        from rekindle.application.reactivation.reactivate_on_status import ReactivateOnStatus

        return ReactivateOnStatus(self.reactivate, self.ports.timers)

    @cached_property
    def schedule_reactivation(self) -> "ScheduleReactivation":
        from rekindle.application.reactivation.schedule_reactivation import ScheduleReactivation

        ports = self.ports
        return ScheduleReactivation(ports.timers, ports.clock, self.reactivate_on_status)

    @cached_property
    def sweep_timers(self) -> "SweepTimers":
        from rekindle.application.reactivation.sweep_timers import SweepTimers

        ports = self.ports
        return SweepTimers(ports.timers, ports.people, ports.clock, self.end_timer, self.time_out_assignments)

    @cached_property
    def end_timer(self) -> "EndTimer":
        from rekindle.application.reactivation.end_timer import EndTimer
        from rekindle.application.reactivation.evaluate_response import EvaluateOnDate

        on_date = EvaluateOnDate(self.ports.people, self.ports.timers, self.evaluate_response)
        return EndTimer(self.reactivate_on_status, on_date, self.reactivate_on_score, self.rewrite_index)

    @cached_property
    def evaluate_response(self) -> "EvaluateResponse":
        from rekindle.application.reactivation.evaluate_response import EvaluateResponse

        ports = self.ports
        return EvaluateResponse(
            self.people,
            ports.scores,
            ports.ledger,
            ports.reference,
            ports.clock,
            ports.timers,
            self.reactivate_on_score,
            self.associate_opportunities,
        )

    @cached_property
    def start_assignments(self) -> "StartAssignments":
        from rekindle.application.assignment.start_assignments import StartAssignments

        return StartAssignments(self.ports.waits)

    @cached_property
    def time_out_assignments(self) -> "TimeOutAssignments":
        from rekindle.application.assignment.time_out_assignments import TimeOutAssignments

        ports = self.ports
        return TimeOutAssignments(self.people, ports.ledger, ports.reference, ports.waits, ports.clock)

    @cached_property
    def route_leads(self) -> "RouteLeads":
        from rekindle.application.assignment.route_leads import RouteLeads

        ports = self.ports
        return RouteLeads(self.people, ports.reference, ports.pools, ports.routings, self.match_account, ports.clock)

    @cached_property
    def complete_assignments(self) -> "CompleteAssignments":
        from rekindle.application.assignment.complete_assignments import CompleteAssignments

        ports = self.ports
        return CompleteAssignments(self.people, ports.reference, ports.clock)

    @cached_property
    def commit_people(self) -> "CommitPeople":
        from rekindle.application.capture.commit_people import CommitPeople

        ports = self.ports
        return CommitPeople(self.people, ports.contacts)

    @cached_property
    def merge_people(self) -> "MergePeople":
        from rekindle.application.capture.merge_people import MergePeople

        ports = self.ports
        stores = self.people, ports.scores, ports.reference
        return MergePeople(*stores, self.reconsider_responses, self.commit_people, ports.continuations)

    @cached_property
    def find_duplicates(self) -> "FindDuplicates":
        from rekindle.application.capture.find_duplicates import FindDuplicates

        ports = self.ports
        return FindDuplicates(ports.people, ports.duplicates, ports.clock)

    @cached_property
    def answer_duplicates(self) -> "AnswerDuplicates":
        from rekindle.application.capture.answer_duplicates import AnswerDuplicates
        from rekindle.application.capture.commit_people import CommitPeople

        ports = self.ports
        # Whoever stands again as before takes no step on the way.
        commit = CommitPeople(ports.people, ports.contacts)
        return AnswerDuplicates(
            *(ports.people, ports.scores, ports.ledger, ports.reference, ports.duplicates),
            *(self.merge_people, commit, ports.clock),
        )

    @cached_property
    def erase_people(self) -> "ErasePeople":
        from rekindle.application.capture.erase_people import ErasePeople

        ports = self.ports
        return ErasePeople(
            *(self.people, ports.reference, ports.duplicates, self.commit_people),
            *(ports.failures, ports.continuations, ports.clock),
        )

    @cached_property
    def keep_failures(self) -> "KeepFailures":
        from rekindle.application.failures.keep_failures import KeepFailures

        return KeepFailures(self.ports.failures, self.ports.people, self.ports.clock)

    @cached_property
    def resend_failures(self) -> "ResendFailures":
        from rekindle.application.failures.resend_failures import ResendFailures

        return ResendFailures(self.ports.failures, self.ports.destinations, self.ports.clock)

    @cached_property
    def record_crm_changes(self) -> "RecordCrmChanges":
        from rekindle.application.capture.note_delivery import NoteDelivery
        from rekindle.application.capture.note_work import NoteWork
        from rekindle.application.capture.record_case import RecordCase
        from rekindle.application.capture.record_crm_changes import RecordCrmChanges
        from rekindle.application.capture.record_interaction import RecordInteraction
        from rekindle.application.capture.record_opportunity import RecordOpportunity
        from rekindle.application.capture.record_person import RecordPerson
        from rekindle.application.capture.record_reference import RecordReference
        from rekindle.application.capture.record_response import RecordResponse
        from rekindle.application.capture.record_task import RecordTask
        from rekindle.application.capture.resolve_source_code import ResolveSourceCode
        from rekindle.domain.records.interaction import INTERACTION
        from rekindle.domain.records.opportunity import OPPORTUNITY

        ports = self.ports
        record = RecordReference(ports.records, ports.clock)
        note_work = NoteWork(self.people, ports.reference)
        interaction = RecordInteraction(ports.records(INTERACTION), ports.ledger, note_work)
        source_code = ResolveSourceCode(ports.people, ports.reference, interaction)
        person = RecordPerson(self.people, ports.scores, ports.reference, self.merge_people, self.commit_people)
        return RecordCrmChanges(
            person=person,
            erase_people=self.erase_people,
            response=RecordResponse(
                *(self.people, ports.reference, ports.ledger, self.evaluate_response),
                *(source_code, NoteDelivery(self.people, person)),
            ),
            record=record,
            task=RecordTask(record, note_work),
            interaction=interaction,
            case=RecordCase(record),
            opportunity=RecordOpportunity(
                *(self.people, ports.records(OPPORTUNITY), self.associate_opportunities, self.lifecycle_rules),
                self.reactivate,
            ),
            merge_people=self.merge_people,
            request=self.request_reactivation,
            ledger=ports.ledger,
        )

    @cached_property
    def show_records(self) -> "ShowRecords":
        from rekindle.application.records.show_records import ShowRecords

        ports = self.ports
        return ShowRecords(ports.people, ports.scores, ports.ledger, ports.reference, ports.records)

    @cached_property
    def show_campaigns(self) -> "ShowCampaigns":
        from rekindle.application.records.show_campaigns import ShowCampaigns
        from rekindle.domain.campaigns.campaign import CAMPAIGN

        ports = self.ports
        return ShowCampaigns(ports.records(CAMPAIGN), ports.people, ports.reference, ports.clock)

    @cached_property
    def export_people(self) -> "ExportPeople":
        from rekindle.application.records.export_people import ExportPeople

        ports = self.ports
        return ExportPeople(self.show_records, ports.people, ports.ledger, ports.failures, ports.records)

    @cached_property
    def backfill_crossings(self) -> "BackfillCrossings":
        from rekindle.application.reactivation.backfill_crossings import BackfillCrossings

        ports = self.ports
        return BackfillCrossings(
            ports.scores,
            ports.batches,
            ports.ledger,
            ports.reference,
            self.reactivate,
            self.reconsider_responses,
            ports.clock,
        )

    @cached_property
    def undo_backfill(self) -> "UndoBackfill":
        from rekindle.application.reactivation.undo_backfill import UndoBackfill

        ports = self.ports
        return UndoBackfill(self.people, ports.batches, ports.reference, ports.clock)

    @cached_property
    def create_links(self) -> "CreateLinks":
        from rekindle.application.links.create_links import CreateLinks
        from rekindle.domain.links.link import LINK

        ports = self.ports
        return CreateLinks(ports.records(LINK), ports.reference, ports.secrets, ports.link_key, ports.clock)

    @cached_property
    def follow_links(self) -> "FollowLinks":
        from rekindle.application.links.follow_links import FollowLinks

        ports = self.ports
        return FollowLinks(ports.reference, ports.secrets, ports.link_key, ports.clicks, ports.clock)

    @cached_property
    def judge_clicks(self) -> "JudgeClicks":
        from rekindle.application.links.judge_clicks import JudgeClicks

        ports = self.ports
        interaction = self.record_crm_changes.interaction
        return JudgeClicks(ports.reference, interaction, ports.ledger, ports.facts_queue, ports.clicks)

    @cached_property
    def answer_imports(self) -> "AnswerImports":
        from rekindle.application.imports.answer_imports import AnswerImports
        from rekindle.domain.imports.file_import import IMPORT, MAPPING

        ports = self.ports
        return AnswerImports(ports.records(IMPORT), ports.records(MAPPING), ports.import_files, ports.clock)

    @cached_property
    def receive_webhooks(self) -> "ReceiveWebhooks":
        from rekindle.application.webhooks.receive_webhooks import ReceiveWebhooks

        ports = self.ports
        return ReceiveWebhooks(ports.reference, ports.secrets, ports.received_webhooks, ports.clock)

    @cached_property
    def preview_webhooks(self) -> "PreviewWebhooks":
        from rekindle.application.webhooks.preview_webhooks import PreviewWebhooks

        return PreviewWebhooks(self.ports.reference, self.ports.webhook_mapper, self.ports.people)

    @cached_property
    def apply_webhooks(self) -> "ApplyWebhooks":
        from rekindle.application.webhooks.apply_webhooks import ApplyWebhooks

        return ApplyWebhooks(self.preview_webhooks, self.ports.facts_queue, self.ports.refused_items)

    @cached_property
    def change_settings(self) -> "ChangeSettings":
        from rekindle.application.settings.change_settings import ChangeSettings
        from rekindle.domain.campaigns.campaign import CAMPAIGN
        from rekindle.domain.records.queue import QUEUE
        from rekindle.domain.records.user import USER

        ports = self.ports
        records = ports.records
        return ChangeSettings(ports.versions, records(CAMPAIGN), records(USER), records(QUEUE), ports.clock)

    @cached_property
    def sign_in_users(self) -> "SignInUsers":
        import secrets

        from rekindle.application.console.sign_in_users import SignInUsers

        return SignInUsers(self.ports.sessions, self.ports.clock, lambda: secrets.token_urlsafe(32))

    @cached_property
    def check_sessions(self) -> "CheckSessions":
        from rekindle.application.console.check_sessions import CheckSessions

        return CheckSessions(self.ports.sessions, self.ports.clock)
