"""Every edge case of reactivation is shown by tests that are there."""

import ast
from pathlib import Path

import pytest

from tests.unit.application.reactivation.test_edge_cases_of_reactivation import ROWS

UNIT = Path(__file__).parents[1] / "unit"


@pytest.mark.parametrize("case", ROWS)
def test_every_edge_case_has_its_tests(case: str) -> None:
    assert ROWS[case]
    for named in ROWS[case]:
        module, _, test = named.partition("::")
        tree = ast.parse((UNIT / module).read_text(encoding="utf-8"))
        assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, named
