"""JSON Lines on standard output."""

import json
import sys
from collections.abc import Mapping
from typing import Any

import msgspec

_PLAIN = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
_QUICK = msgspec.json.Encoder()
_SMALL = 1e-4
"""Below, the two write a number in different forms."""


def write_line(told: Mapping[str, Any]) -> None:
    _write(_PLAIN.encode(told).encode())


def write_decision(view: Mapping[str, Any]) -> None:
    """The same for a decision's view, of which a history leads to many."""
    score, previous = view["score"] or 1, view["previous_score"] or 1
    if -_SMALL < score < _SMALL or -_SMALL < previous < _SMALL:
        write_line(view)
    else:
        _write(_QUICK.encode(view))


def _write(line: bytes) -> None:
    """Past the layer for texts, which would take it apart and encode it again; on a terminal each line at once."""
    sys.stdout.buffer.write(b"%b\n" % line)
    if sys.stdout.line_buffering:
        sys.stdout.flush()
