"""What the source code of a response says of it: its campaign, where the response names none, the treatment and the
list; and the interaction that the response is, where the code creates them."""

from dataclasses import dataclass
from typing import Any

from rekindle.application.capture.record_interaction import RecordInteraction
from rekindle.application.ports.people import People
from rekindle.application.ports.records import Reference
from rekindle.domain.campaigns.source_code import SourceCode
from rekindle.domain.capture.facts import RecordChanged, ResponseRecorded
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import UnknownSourceCode
from rekindle.domain.core.values import replace
from rekindle.domain.records.interaction import INTERACTION
from rekindle.domain.responses.response import Response


@dataclass(frozen=True)
class ResolveSourceCode:
    people: People
    reference: Reference
    record_interaction: RecordInteraction

    def __call__(self, fact: ResponseRecorded) -> tuple[ResponseRecorded, SourceCode | None]:
        """The fact with its campaign, and the code. A known response keeps its campaign: a code that arrives, or
        changed, later moves no credit. Raises UnknownSourceCode."""
        named = fact.values.get("source_code")
        if named is None:
            return fact, None
        code = self.reference.source_code(named)
        campaign_id = fact.campaign_id
        if campaign_id is None and not self._is_known(fact.response_id):
            campaign_id = code.campaign_id if code is not None else None
            if campaign_id is None:
                raise UnknownSourceCode(f"source code {named!r} leads to no known campaign", "detail.source_code")
        return (fact if campaign_id == fact.campaign_id else replace(fact, campaign_id=campaign_id)), code

    def _is_known(self, response_id: str) -> bool:
        owner = self.people.owner_of_response(response_id)
        return owner is not None and owner.person_id is not None

    def log(self, fact: ResponseRecorded, code: SourceCode) -> None:
        """The response as an interaction, where the code says so. Delivered again, it is the same one."""
        if not code.creates_interaction or fact.person_id is None or not fact.responds:
            return
        values: dict[str, Any] = {
            "person_id": fact.person_id,
            "direction": "inbound",
            "channel": fact.values.get("channel") or code.channel,
            "occurred_at": fact.values.get("responded_at") or fact.stamp.at,
            "campaign_id": fact.campaign_id,
            "kind": fact.values.get("response_type"),
        }
        interaction_id = digest("response", fact.response_id)
        self.record_interaction(RecordChanged(INTERACTION, interaction_id, fact.stamp, values))


def with_words_of(code: SourceCode, fact: ResponseRecorded, stored: Response | None) -> ResponseRecorded:
    """The fact with what its code says of the message. The response's own channel comes before that of the message."""
    known = stored.details if stored is not None else None
    values = {"treatment": code.treatment, "list_id": code.list_id}
    if known is None or known.channel is None:
        values["channel"] = code.channel
    said = {name: value for name, value in values.items() if value is not None}
    return replace(fact, values={**said, **fact.values})
