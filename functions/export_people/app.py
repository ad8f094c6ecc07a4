"""API -> everything that is stored about a person."""

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.views import exports
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.http import answer, handler_of, record_id, router

app = router()


@app.get("/people/<person_id>/export")
def export_person(person_id: str) -> Response[str]:
    return answer(exports.export(use_cases().export_people(record_id("person_id", ids.PERSON, person_id)), now()))


handler = handler_of(app)
