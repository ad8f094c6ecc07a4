"""Files in a bucket: a large history in parts, and what comes out of its simulation."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError

from rekindle.domain.core.errors import Conflict, NotFound, Unavailable


@dataclass(frozen=True)
class Bucket:
    """Raises Unavailable where S3 does not answer, throttles, or does not let us."""

    client: Any
    name: str

    def read(self, key: str) -> bytes:
        """Raises NotFound."""
        with _asking_for(key):
            body: bytes = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        return body

    def fetch(self, key: str, path: Path) -> None:
        """A large file, onto the disk. Raises NotFound."""
        with _asking_for(key), path.open("wb") as file:
            copyfileobj(self.client.get_object(Bucket=self.name, Key=key)["Body"], file)

    def write(self, key: str, body: bytes | IO[bytes]) -> None:
        with _asking_for(key):
            self.client.put_object(Bucket=self.name, Key=key, Body=body)

    def create(self, key: str, body: bytes) -> None:
        """Raises Conflict where there is such a file, or somebody writes it in this moment."""
        with _asking_for(key):
            self.client.put_object(Bucket=self.name, Key=key, Body=body, IfNoneMatch="*")

    def delete(self, key: str) -> None:
        """A file that is not there is no fault."""
        with _asking_for(key):
            self.client.delete_object(Bucket=self.name, Key=key)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """In the order of their names."""
        page: dict[str, Any] = {"IsTruncated": True}
        while page["IsTruncated"]:
            after = {"ContinuationToken": page["NextContinuationToken"]} if "NextContinuationToken" in page else {}
            with _asking_for(prefix):
                page = self.client.list_objects_v2(Bucket=self.name, Prefix=prefix, **after)
            yield from (entry["Key"] for entry in page.get("Contents", []))


@contextmanager
def _asking_for(what: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "NoSuchKey":
            raise NotFound(f"{what}: there is no such file in the bucket") from error
        if code in ("PreconditionFailed", "ConditionalRequestConflict"):
            raise Conflict(f"{what}: there is such a file") from error
        raise Unavailable(f"{what}: {code}") from error
    except BotoCoreError as error:
        raise Unavailable(f"{what}: {error}") from error
