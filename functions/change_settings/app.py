"""API -> settings: one document, validated as a whole, each change a version."""

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.wire.settings import document as settings
from rekindle.adapters.wire.settings import reading
from rekindle.adapters.wire.settings.schema import SCHEMA
from rekindle.adapters.wire.views import settings as views
from rekindle.runtime import http
from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import answer, paging

app = http.router()


@app.get("/settings")
def get_settings() -> Response[str]:
    version, document = use_cases().change_settings.current()
    return answer(settings.shown(version, document), headers=http.etag(version))


@app.put("/settings")
def put_settings() -> Response[str]:
    change = use_cases().change_settings
    document = settings.checked(reading.parsed(http.body_of(app), http.content_type_of(app)), change.faults)
    version = change(document, http.if_match(app))
    return answer(settings.shown(version, document), headers=http.etag(version))


@app.get("/settings/schema")
def get_schema() -> Response[str]:
    return answer(SCHEMA)


@app.post("/settings/validations")
def validate() -> Response[str]:
    document = reading.parsed(http.body_of(app), http.content_type_of(app))
    return answer(views.validation(document, settings.all_faults(document, use_cases().change_settings.faults)))


@app.get("/settings/versions", middlewares=http.takes(paged=True))
def get_versions() -> Response[str]:
    versions = use_cases().change_settings.history(*paging(app))
    return answer(http.page([views.settings_version(one) for one in versions.items], versions.next))


@app.get("/settings/versions/<version>")
def get_version(version: str) -> Response[str]:
    wanted = http.number("settings version", version)
    return answer(settings.shown(wanted, use_cases().change_settings.version(wanted)))


handler = http.handler_of(app)
