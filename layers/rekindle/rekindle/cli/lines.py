"""JSON Lines on standard output."""

import json
import sys
from collections.abc import Mapping
from typing import Any

_LINE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def write_line(told: Mapping[str, Any]) -> None:
    sys.stdout.write(_LINE.encode(told) + "\n")
