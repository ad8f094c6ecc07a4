"""What a constant of a mapping becomes in a row."""

import pytest

from rekindle.application.imports.check_rows import _filled


@pytest.mark.parametrize(
    ("pieces", "expected"), [((), ""), (("list-",), "list-"), (("list-", -1, "-", 1), "list-7-b"), ((0, 1), "ab")]
)
def test_a_constant_takes_cells_and_the_line_in_its_places(pieces: tuple[str | int, ...], expected: str):
    assert _filled(pieces, 7, [" a ", "b"]) == expected
