"""Health, the OpenAPI document, and the page that shows it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser

from jsonschema import Draft202012Validator

from functions.describe_service.app import handler
from rekindle.adapters.sources.webhooks.expressions import MappingFailed
from rekindle.application.capture.answer_duplicates import AlreadyUnited
from rekindle.application.console.sign_in_users import NoRole
from rekindle.domain.capture import converting
from rekindle.domain.capture.kinds import KINDS
from rekindle.domain.capture.separating import NotUnited
from rekindle.domain.core.errors import Refusal, StateConflict, UnknownEvent
from rekindle.domain.imports.refusals import FileRefused
from tests.integration.conftest import Aws, answered, call, event
from tests.support.described import document


def test_the_event_asks_for_health(aws: Aws) -> None:
    answer = answered(handler, event("describe_service"))
    assert (answer.status, answer.body["status"]) == (200, "ok")
    assert answer.body["build"] == "4f2c1ab"
    assert answer.body["time"].endswith("Z")


def test_health_touches_no_table(aws: Aws) -> None:
    """Anybody may ask for it, as often as the gateway lets them."""
    for name in aws.items():
        aws.dynamodb.delete_table(TableName=name)
    assert call(handler, "GET", "health").status == 200


def test_the_document_is_openapi(aws: Aws) -> None:
    told = call(handler, "GET", "openapi.json").body
    assert (told["openapi"], told["info"]["version"]) == ("3.1.0", "4f2c1ab")
    for schema in told["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_reference_of_the_document_leads_somewhere() -> None:
    for reference in set(re.findall(r"'\$ref': '#/([^']+)'", repr(document()))):
        held = document()
        for step in reference.split("/"):
            held = held[step]


def test_every_code_is_told_with_its_status() -> None:
    told: dict[str, int] = {}
    for answer in document()["components"]["responses"].values():
        for content in answer["content"].values():
            for example in content.get("examples", {}).values():
                told[example["value"]["code"]] = example["value"]["status"]
                assert example["value"]["code"] in content["schema"]["properties"]["code"]["enum"]
    # Those are refused on the bus, in a file, in a webhook and at the sign-in to the console alone.
    assert converting.OptedOut in {*kinds_of(Refusal)}
    elsewhere = {UnknownEvent.code, FileRefused.code, MappingFailed.code, NoRole.code}
    # Of conflicts with a record's state each kind has its own code.
    assert {AlreadyUnited, NotUnited} <= {*kinds_of(StateConflict)}
    refusals = {kind.code for kind in kinds_of(Refusal)} - elsewhere - {StateConflict.code}
    gateway = {"NOT_SIGNED", "ACCESS_DENIED", "INVALID_SIGNATURE", "EXPIRED_TOKEN", "THROTTLED"}
    assert refusals | gateway | {"CONFLICT", "UNAVAILABLE", "INTERNAL"} == told.keys()
    assert {code: told[code] for code in ("MALFORMED", "NOT_FOUND", "NOT_PENDING", "TOO_LARGE", "CALL_TOO_LARGE")} == {
        "MALFORMED": 400,
        "NOT_FOUND": 404,
        "NOT_PENDING": 409,
        "TOO_LARGE": 422,
        "CALL_TOO_LARGE": 413,
    }


def kinds_of(error: type[Refusal]) -> Iterator[type[Refusal]]:
    for kind in error.__subclasses__():
        yield kind
        yield from kinds_of(kind)


def test_requests_are_described_by_the_rules_that_they_are_held_to() -> None:
    schemas = document()["components"]["schemas"]
    for kind in (kind for kind in KINDS if kind.path):
        described = schemas[f"{kind.name.capitalize()}Change"]["properties"]
        assert set(described) == {*kind.fields, kind.id, "occurred_at", "sequence"}
    assert schemas["PersonChange"]["properties"]["email"]["maxLength"] == 255


def test_examples_are_what_their_schema_says() -> None:
    for name, schema in document()["components"]["schemas"].items():
        for example in schema.get("examples", ()):
            Draft202012Validator({**schema, "components": document()["components"]}).validate(example)
            assert example, name


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.fetched: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids.add(found.get("id") or "")
        self.links.add(found.get("href") or "")
        self.fetched += [found["src"] or ""] if "src" in found else []
        self.open += [] if tag in ("meta", "wbr", "link") else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_shows_every_operation_and_fetches_nothing(aws: Aws) -> None:
    answer = call(handler, "GET", "docs")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    page = _Page()
    page.feed(answer.text)
    operations = {op["operationId"] for item in document()["paths"].values() for op in item.values()}
    assert operations <= page.ids
    assert {link.removeprefix("#") for link in page.links if link.startswith("#")} <= page.ids
    assert {link for link in page.links if not link.startswith("#")} == {""}
    assert not page.open and not page.fetched and "url(" not in answer.text and "<script" not in answer.text


def test_the_page_shows_every_field_of_an_input(aws: Aws) -> None:
    page = call(handler, "GET", "docs").text
    article = page.partition('<article id="ReactivationInput">')[2].partition("</article>")[0]
    shown = re.findall(r"<tr><td><code>(\w+)</code>", article)
    assert shown == list(document()["components"]["schemas"]["ReactivationInput"]["properties"])


def test_reading_functions_carry_no_validator() -> None:
    """What one function needs to check a document is not paid for at the start of the others."""
    code = (
        "import sys, importlib\n"
        "for name in ('describe_service', 'show_records', 'put_facts', 'change_settings'):\n"
        "    importlib.import_module(f'functions.{name}.app')\n"
        "print([name for name in ('jsonschema', 'yaml', 'jinja2', 'boto3') if name in sys.modules])"
    )
    environment = {"PYTHONPATH": ".:layers/rekindle", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment, cwd=_root()
    )
    assert done.stdout.strip() == "[]", done.stderr


def _root() -> str:
    return __file__.rpartition("/tests/")[0]
