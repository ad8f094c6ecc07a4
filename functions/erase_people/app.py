"""API, command line -> a person erased everywhere."""

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.views import people
from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import answer, handler_of, record_id, router

app = router()


@app.delete("/people/<person_id>")
def erase_person(person_id: str) -> Response[str]:
    person, erasure = use_cases().erase_people.requested(record_id("person_id", ids.PERSON, person_id))
    goes_on = erasure.completed_at is None
    return answer(people.erasure(person, erasure), HTTPStatus.ACCEPTED if goes_on else HTTPStatus.OK)


handler = handler_of(app)
