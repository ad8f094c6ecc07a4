"""Every code that a decision can carry is reached by a test that names it."""

import ast
from enum import StrEnum
from pathlib import Path

import pytest

from rekindle.domain.reactivation.decision import Outcome, Reason
from rekindle.domain.reactivation.search import Excluded

UNIT = Path(__file__).parents[1] / "unit"


def named_in_tests() -> set[tuple[str, str]]:
    """What stands as `Reason.STALE` within a test."""
    found = set()
    for path in UNIT.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found.add((node.value.id, node.attr))
    return found


@pytest.mark.parametrize("codes", [Outcome, Reason, Excluded])
def test_every_code_is_named_by_a_test(codes: type[StrEnum]) -> None:
    named = named_in_tests()
    assert not [code.name for code in codes if (codes.__name__, code.name) not in named]
