"""JSON Lines on standard output."""

import sys
from collections.abc import Mapping
from typing import Any

import msgspec

_JSON = msgspec.json.Encoder()


def write_line(record: Mapping[str, Any]) -> None:
    """As bytes, past the layer for texts, which would encode them again; on a terminal each line at once."""
    sys.stdout.buffer.write(b"%b\n" % _JSON.encode(record))
    if sys.stdout.line_buffering:
        sys.stdout.flush()
