"""The OpenAPI document as `make describe` wrote it."""

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

WRITTEN = Path(__file__).with_name("openapi.json")


def document(build: str) -> Json:
    """The document with the build as its version."""
    written: Json = json.loads(WRITTEN.read_bytes())
    return {**written, "info": {**written["info"], "version": build}}
