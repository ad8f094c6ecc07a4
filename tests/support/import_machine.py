"""The state machine that loads files, played with the function's handler: what `ImportFiles` in the template does."""

from collections.abc import Callable
from typing import Any

Handler = Callable[[dict[str, Any]], Any]


def play(handle: Handler, bucket: Any, started: dict[str, Any], execution: str = "e-1") -> str:
    """How the execution ends: `SUCCEEDED` or `FAILED`. `bucket`: a bucket of boto3's."""
    try:
        begun = handle({"do": "begin", "started": started, "execution": execution})
        if begun["step"] == "end":
            return "SUCCEEDED"
        started = begun
        for part in bucket.objects.filter(Prefix=begun["parts"]):
            try:
                handle({"do": "part", "part": part.key, "started": begun})
            except Exception:  # noqa: S112 (the map tolerates failures)
                continue
        handle({"do": "end", "started": begun})
    except Exception as error:
        handle({"do": "fail", "started": {**started, "error": {"Error": type(error).__name__}}})
        return "FAILED"
    return "SUCCEEDED"
