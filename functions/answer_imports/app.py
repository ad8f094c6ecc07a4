"""API -> imports of files: created, followed, run, cancelled, taken back; and the mappings of their columns."""

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.wire import imports as wire
from rekindle.domain.imports.file_import import FileImport
from rekindle.runtime import http
from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import answer, body_of, paging, router, takes, unescaped

app = router()


@app.post("/imports")
def create_import() -> Response[str]:
    created, upload = use_cases().answer_imports.create(wire.import_of(body_of(app), http.request_name(app)))
    return answer(wire.created(created, upload), HTTPStatus.CREATED)


@app.get("/imports", middlewares=takes(paged=True))
def get_imports() -> Response[str]:
    found = use_cases().answer_imports.listed(*paging(app))
    return answer(http.page([wire.listed(one) for one in found.items], found.next))


@app.get("/imports/<import_id>")
def get_import(import_id: str) -> Response[str]:
    return _shown(use_cases().answer_imports.shown(unescaped("import_id", import_id)))


@app.post("/imports/<import_id>/<action>")
def act(import_id: str, action: str) -> Response[str]:
    return _shown(use_cases().answer_imports.act(action, unescaped("import_id", import_id)))


@app.get("/mappings", middlewares=takes(paged=True))
def get_mappings() -> Response[str]:
    found = use_cases().answer_imports.listed_mappings(*paging(app))
    return answer(http.page([wire.mapping(one) for one in found.items], found.next))


@app.get("/mappings/<name>")
def get_mapping(name: str) -> Response[str]:
    found = use_cases().answer_imports.mapping(unescaped("name", name))
    return answer(wire.mapping(found), headers=http.etag(found.version))


@app.put("/mappings/<name>")
def put_mapping(name: str) -> Response[str]:
    named = wire.name_of(unescaped("name", name))
    stored = use_cases().answer_imports.store_mapping(named, wire.mapping_of(body_of(app)), http.if_match(app))
    return answer(wire.mapping(stored), headers=http.etag(stored.version))


def _shown(found: FileImport) -> Response[str]:
    return answer(wire.shown(found, use_cases().ports.import_files.address))


handler = http.handler_of(app)
