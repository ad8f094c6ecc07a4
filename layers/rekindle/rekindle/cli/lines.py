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
    sys.stdout.write(_PLAIN.encode(told) + "\n")


def write_decision(view: Mapping[str, Any]) -> None:
    """The same for a decision's view, of which a history leads to many."""
    small = _is_small(view["score"]) or _is_small(view["previous_score"])
    sys.stdout.write(f"{_PLAIN.encode(view) if small else _QUICK.encode(view).decode()}\n")


def _is_small(score: float | None) -> bool:
    return score is not None and 0 < abs(score) < _SMALL
