"""Lists that are kept beside the modules, one entry a line."""

from functools import cache
from pathlib import Path


@cache
def entries(name: str) -> frozenset[str]:
    """A line that begins with # is a remark."""
    lines = Path(__file__).with_name(name).read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
