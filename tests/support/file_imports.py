"""Files that are uploaded to a stack on simulated AWS, and the handlers that load them."""

import csv
import io
from typing import Any

import boto3

from functions.answer_imports.app import handler as answer
from functions.change_settings.app import handler as change
from functions.import_files.app import handler as work
from functions.record_crm_changes.app import handler as record
from rekindle.runtime import aws as root
from tests.integration.conftest import CONTEXT, IMPORTS, REGION, Answer, Aws, batch, call, event, started
from tests.support.import_machine import play

PEOPLE = "person_id,email,score\n"


class Imports:
    def __init__(self, aws: Aws) -> None:
        self.aws, self.executions, self.created = aws, started(), 0
        self.bucket = boto3.resource("s3", region_name=REGION).Bucket(IMPORTS)

    def create(self, kind: str, mapping: Any = None, **options: Any) -> str:
        body = {"kind": kind, "filename": "file.csv", "options": options}
        self.created += 1
        created = call(
            answer,
            "POST",
            "imports",
            body=body if mapping is None else {**body, "mapping": mapping},
            headers={"Idempotency-Key": str(self.created)},
        )
        assert created.status == 201
        assert created.body["upload"]["fields"]["key"] == f"uploads/{created.body['import_id']}"
        import_id: str = created.body["import_id"]
        return import_id

    def upload(self, import_id: str, content: str | bytes, execution: str = "e-1") -> str:
        key = f"uploads/{import_id}"
        body = content.encode() if isinstance(content, str) else content
        self.bucket.put_object(Key=key, Body=body)
        arrived = event("import_files")["started"]
        arrived["detail"]["object"]["key"] = key
        return play(lambda payload: work(payload, CONTEXT), self.bucket, arrived, execution)

    def load(self, kind: str, content: str | bytes, mapping: Any = None, **options: Any) -> dict[str, Any]:
        import_id = self.create(kind, mapping, **options)
        self.upload(import_id, content)
        return self.shown(import_id)

    def shown(self, import_id: str) -> dict[str, Any]:
        found = call(answer, "GET", "imports", import_id)
        assert found.status == 200
        body: dict[str, Any] = found.body
        return body

    def act(self, import_id: str, action: str) -> Answer:
        return call(answer, "POST", "imports", import_id, action)

    def continue_with(self) -> str:
        """The execution that was started last."""
        name, given = self.executions[-1]
        return play(lambda payload: work(payload, CONTEXT), self.bucket, given, name)

    def apply_facts(self) -> None:
        for message in self.aws.messages(self.aws.crm_changes):
            assert record(batch(message["Body"]), CONTEXT) == {"batchItemFailures": []}

    def file(self, import_id: str, name: str) -> list[dict[str, str]]:
        body = self.bucket.Object(f"imports/{import_id}/{name}.csv").get()["Body"].read().decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(body)))


def outcome(shown: dict[str, Any]) -> tuple[int, ...]:
    return tuple(shown["counts"][name] for name in ("read", "created", "updated", "unchanged", "refused"))


def people() -> dict[str, Any]:
    use = root.use_cases()
    return {one: use.ports.people.get(one) for one in ("p1", "p2", "p3")}


def imports_on(aws: Aws) -> Imports:
    document = {"person_statuses": {"New": {"active": False}}, "time_zone": "Europe/Berlin"}
    assert call(change, "PUT", "settings", body=document).status == 200
    return Imports(aws)
