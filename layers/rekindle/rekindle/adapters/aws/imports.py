"""The files of imports in a bucket, and the state machine that works on them."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rekindle.adapters.aws.objects import Bucket
from rekindle.application.ports.imports import Upload
from rekindle.domain.core.errors import Unavailable

UPLOADS = "uploads/"
LARGEST = 200_000_000
"""Bytes of a file: what is checked within the fifteen minutes that a function has."""
HOLDS = 3600
"""Seconds that a pre-signed form or address holds."""
FILES = {"exceptions": "exceptions.csv", "successes": "successes.csv", "left": "left.csv"}


def folder(import_id: str) -> str:
    """What the keys of an import's files begin with."""
    return f"imports/{import_id}/"


def progress_in(bucket: Bucket, import_id: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """How far each part is, by the part's name."""
    prefix = f"{folder(import_id)}loaded/"
    newest: dict[str, str] = {}
    for key in bucket.keys(prefix):
        newest[key.removeprefix(prefix).partition("/")[0]] = key
    for part, key in newest.items():
        yield part, json.loads(bucket.read(key))


@dataclass(frozen=True)
class S3ImportFiles:
    bucket: Bucket
    machine: str
    """The ARN of the state machine."""
    machines: Callable[[], Any]
    """A client of Step Functions."""

    def upload(self, import_id: str, then: str | None = None) -> Upload:
        onward = {"success_action_redirect": then} if then is not None else {}
        form = self.bucket.client.generate_presigned_post(
            self.bucket.name,
            f"{UPLOADS}{import_id}",
            Fields=onward,
            Conditions=[["content-length-range", 1, LARGEST], *({name: value} for name, value in onward.items())],
            ExpiresIn=HOLDS,
        )
        return Upload(form["url"], form["fields"])

    def address(self, import_id: str, file: str) -> str:
        name = FILES[file]
        wanted = {
            "Bucket": self.bucket.name,
            "Key": f"{folder(import_id)}{name}",
            "ResponseContentDisposition": f'attachment; filename="{name}"',
        }
        address: str = self.bucket.client.generate_presigned_url("get_object", wanted, HOLDS)
        return address

    def progress(self, import_id: str) -> Sequence[Mapping[str, Any]]:
        return [one["report"] for _, one in progress_in(self.bucket, import_id)]

    def start(self, import_id: str, step: str, version: int) -> None:
        client = self.machines()
        try:
            client.start_execution(
                stateMachineArn=self.machine,
                name=f"{import_id}-{step}-{version}",
                input=json.dumps({"import_id": import_id, "step": step}),
            )
        except client.exceptions.ExecutionAlreadyExists:
            return
        except (ClientError, BotoCoreError) as error:
            raise Unavailable(f"the import could not be started: {error}") from error
