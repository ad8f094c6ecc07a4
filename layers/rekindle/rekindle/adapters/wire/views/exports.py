"""Everything that is stored of a person."""

from datetime import datetime

from rekindle.adapters.wire.views import Json
from rekindle.adapters.wire.views.failures import failure
from rekindle.adapters.wire.views.people import person, response
from rekindle.adapters.wire.views.records import record
from rekindle.adapters.wire.views.timeline import timeline_entry
from rekindle.application.records.export_people import Export
from rekindle.application.records.show_records import Shown
from rekindle.domain.records.opportunity import OPPORTUNITY


def export(stored: Export, now: datetime) -> Json:
    shown = person(stored.shown)
    return {
        "record": "export",
        "person": shown,
        "former": [person(Shown(one, None)) for one in stored.former],
        "responses": [{**response(shown["person_id"], one), "deleted": one.state.deleted} for one in stored.responses],
        "timeline": [timeline_entry(one) for one in stored.ledger],
        "opportunities": [record(OPPORTUNITY, one) for one in stored.opportunities],
        "failures": [{**failure(one, now), "body": one.body} for one in stored.failures],
    }
