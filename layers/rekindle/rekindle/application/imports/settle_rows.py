"""What a row comes to beside what is known: a record is created, it is changed in what differs, or nothing happens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rekindle.application.imports.find_person import FindPerson, WhoIsMeant
from rekindle.application.imports.known_records import KnownRecords
from rekindle.domain.capture.kinds import PERSON
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.core.values import replace
from rekindle.domain.imports.changes import (
    SINCE_EVER,
    NewFact,
    Settled,
    Values,
    before_of,
    differing,
    missing,
    nested,
    of,
    without_lifting,
)
from rekindle.domain.imports.kinds import (
    MEMBERS,
    OCCURRED_AT,
    OF_PERSON,
    PEOPLE,
    PERSON_REF,
    RESPONSES,
    SOURCE_REF,
    SOURCE_SYSTEM,
    ImportKind,
)
from rekindle.domain.imports.refusals import RowFault, RowRefused
from rekindle.domain.imports.report import Outcome
from rekindle.domain.records.opportunity import OPPORTUNITY
from rekindle.domain.responses.response_type import meaning_of

_DATED = ("responded_at", "received_at")
MERGED = "People Merged"


@dataclass(frozen=True)
class SettleRows:
    """`now` is the instant of the import: what changes a record happened then, unless the row says when."""

    kind: ImportKind
    known: KnownRecords
    find_person: FindPerson
    now: datetime

    def __call__(self, row: Mapping[str, Any]) -> Settled:
        """Raises RowRefused. What the row says is known afterwards."""
        occurred = row.get(OCCURRED_AT)
        at = times.instant(occurred) if occurred else None
        if at is not None and at > self.now + times.AHEAD:
            raise RowRefused(RowFault.IN_FUTURE, OCCURRED_AT, occurred or "")
        if self.kind in (MEMBERS, RESPONSES):
            return self._response(row, at)
        if self.kind is PEOPLE:
            return self._person(row, at)
        return self._record(row, at)

    # --- plain records -----------------------------------------------------------------------------------------------

    def _record(self, row: Mapping[str, Any], at: datetime | None) -> Settled:
        record = self.kind.record
        record_id = row.get(record.id) or _source_key(row)
        if not record_id:
            raise RowRefused(RowFault.MISSING, record.id)
        values = of(record.fields, row)
        known = self.known.values(record.name, record_id)
        if record is OPPORTUNITY:
            return self._opportunity(record_id, {**values, **self._people_of(row)}, known, at)
        return self._settled(record_id, values, known, at or SINCE_EVER, at)

    def _settled(
        self, record_id: str, values: Values, known: Values | None, created_at: datetime, at: datetime | None
    ) -> Settled:
        record = self.kind.record
        is_repeated = self.known.is_of_file(record.name, record_id)
        changed = values if known is None else differing(known, values)
        self.known.put(record.name, record_id, changed)
        about = f"{record.name}:{record_id}"
        if known is not None and not changed:
            return Settled(Outcome.UNCHANGED, about, is_repeated=is_repeated)
        happened = created_at if known is None else at or self.now
        detail = {record.id: record_id, **nested(changed, known)}
        fact = NewFact(record.event, happened, detail, before_of(known, changed))
        outcome = Outcome.CREATED if known is None else Outcome.UPDATED
        return Settled(outcome, about, (fact,), is_repeated=is_repeated)

    # --- opportunities -----------------------------------------------------------------------------------------------

    def _people_of(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Those whom the row names by ids, else the one whom it names otherwise, who has to be known."""
        if row.get("person_ids"):
            return {"person_ids": [self.known.current(one) for one in row["person_ids"]]}
        if not any(row.get(name) for name in ("person_id", "contact_id", "lead_id", PERSON_REF, "email")):
            return {}
        person = self.find_person(row)
        if row.get("email") and self.known.values(PERSON.name, person.person_id) is None:
            raise RowRefused(RowFault.UNKNOWN_PERSON, "email", row["email"])
        return {"person_ids": [person.person_id]}

    def _opportunity(self, record_id: str, values: Values, known: Values | None, at: datetime | None) -> Settled:
        """One that is closed was open before: it is created at its own date, and closed at the other."""
        opened, closed = (
            min(times.instant(text), self.now) if text else None
            for text in (values.get("created_at"), values.get("closed_at"))
        )
        if known is not None or not values.get("is_closed"):
            return self._settled(record_id, values, known, at or opened or self.now, at)
        end = max(one for one in (opened, closed or at or self.now) if one is not None)
        settled = self._settled(record_id, values, None, end, end)
        if opened is None or opened == end:
            return settled
        then = {name: value for name, value in values.items() if name not in ("stage", "closed_at")}
        begin = NewFact(
            OPPORTUNITY.event,
            opened,
            {OPPORTUNITY.id: record_id, **nested({**then, "is_closed": False, "is_won": False})},
        )
        return replace(settled, facts=(begin, *settled.facts))

    # --- people ------------------------------------------------------------------------------------------------------

    def _person(self, row: Mapping[str, Any], at: datetime | None) -> Settled:
        person = self.find_person(row, reference=SOURCE_REF)
        values = without_lifting(of(PERSON.fields, row))
        known = self.known.values(PERSON.name, person.person_id)
        settled = self._settled(person.person_id, values, known, at or self.now, at)
        united = self._united(person)
        if not united:
            return settled
        outcome = Outcome.UPDATED if settled.outcome is Outcome.UNCHANGED else settled.outcome
        return replace(settled, outcome=outcome, facts=(*united, *settled.facts))

    def _united(self, person: WhoIsMeant) -> tuple[NewFact, ...]:
        """The id that the person has in the source system is one of the person's from now on."""
        if person.other_id is None:
            return ()
        self.known.unite(person.other_id, person.person_id)
        detail = {"survivor_id": person.person_id, "merged_ids": [person.other_id]}
        return (NewFact(MERGED, self.now, detail),)

    # --- responses ---------------------------------------------------------------------------------------------------

    def _response(self, row: Mapping[str, Any], at: datetime | None) -> Settled:
        response_id = row.get("response_id") or _source_key(row)
        stored = self.known.values("response", response_id) if response_id else None
        person = WhoIsMeant(self.known.current(stored["person_id"]), "") if stored else self.find_person(row)
        campaign_id = self._campaign(row, stored)
        values = {**of(self.kind.record.fields, row), "responded": self._responded(row)}
        if not values["responded"]:
            values.pop("responded_at", None)  # The date of a list is that of the contact then.
        if response_id is None:
            response_id = self._digest(person, campaign_id, values)
            stored = self.known.values("response", response_id)
        if values["responded"] and meaning_of(row.get("response_type")) is not None:
            # What became of a message is stored as no response. Its date still names it.
            values = {**values, "responded": False}
            values.pop("responded_at", None)
        is_repeated = self.known.is_of_file("response", response_id)
        dated = next((times.instant(row[name]) for name in _DATED if row.get(name)), None)
        created_at = min(at or dated or self.now, self.now)
        people, facts = self._person_of_response(row, person, created_at)
        who = {"person_id": person.person_id, "campaign_id": campaign_id}
        changed = values if stored is None else differing(stored, values)
        if stored is not None and stored.get("campaign_id") != campaign_id:
            changed["campaign_id"] = campaign_id
        self.known.put("response", response_id, {**who, **changed})
        about = f"{PERSON.name}:{person.person_id}"
        if stored is not None and not changed:
            outcome = Outcome.UPDATED if people is Outcome.UPDATED else Outcome.UNCHANGED
            return Settled(outcome, about, facts, people, is_repeated)
        responded = values["responded"] or bool(stored and stored.get("responded"))
        detail = {"response_id": response_id, **who, **nested(changed), "responded": responded}
        happened = created_at if stored is None else at or self.now
        facts = (*facts, NewFact(self.kind.record.event, happened, detail, before_of(stored, changed)))
        return Settled(Outcome.CREATED if stored is None else Outcome.UPDATED, about, facts, people, is_repeated)

    def _responded(self, row: Mapping[str, Any]) -> bool:
        is_dated = bool(row.get("responded_at"))
        responded = bool(row.get("responded", is_dated or self.kind is RESPONSES))
        if responded and self.kind is RESPONSES and not is_dated:
            raise RowRefused(RowFault.MISSING, "responded_at")
        return responded

    def _campaign(self, row: Mapping[str, Any], stored: Values | None) -> str:
        campaign_id = row.get("campaign_id")
        if campaign_id is None and row.get("source_code"):
            campaign_id = (self.known.values("source_code", row["source_code"]) or {}).get("campaign_id")
            if campaign_id is None:
                raise RowRefused(RowFault.UNKNOWN_SOURCE_CODE, "source_code", row["source_code"])
        if campaign_id is None and stored is not None:
            campaign_id = stored.get("campaign_id")
        if campaign_id is None:
            raise RowRefused(RowFault.MISSING, "campaign_id")
        return str(campaign_id)

    def _digest(self, person: WhoIsMeant, campaign_id: str, values: Values) -> str:
        """A person is a member of a campaign once, and may respond to it several times."""
        parts = ["member", person.key, campaign_id]
        if self.kind is RESPONSES:
            parts += [
                str(values.get(name) or "") for name in ("responded_at", "response_type", "source_code", "channel")
            ]
        return f"r-{digest(*parts)}"

    def _person_of_response(
        self, row: Mapping[str, Any], person: WhoIsMeant, at: datetime
    ) -> tuple[Outcome, tuple[NewFact, ...]]:
        """The person is created where there is none. Of one who is known, what is missing is filled in."""
        own = self.kind.record.fields
        own_fields = {
            name.removeprefix(OF_PERSON): value
            for name, value in row.items()
            if name.removeprefix(OF_PERSON) in PERSON.fields and (name not in own)
        }
        values = without_lifting(own_fields)
        united = self._united(person)
        known = self.known.values(PERSON.name, person.person_id)
        changed = values if known is None else missing(known, values)
        if known is not None and not changed:
            return (Outcome.UPDATED if united else Outcome.UNCHANGED), united
        self.known.put(PERSON.name, person.person_id, changed)
        detail = {PERSON.id: person.person_id, **nested(changed)}
        fact = NewFact(PERSON.event, at if known is None else self.now, detail, before_of(known, changed))
        return (Outcome.CREATED if known is None else Outcome.UPDATED), (*united, fact)


def _source_key(row: Mapping[str, Any]) -> str | None:
    system, ref = row.get(SOURCE_SYSTEM), row.get(SOURCE_REF)
    return f"{system}:{ref}" if system and ref else None
