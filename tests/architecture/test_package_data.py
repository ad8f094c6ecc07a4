"""What the package reads from files of its own is part of what is installed."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers" / "rekindle" / "rekindle"


def test_every_file_beside_the_modules_is_installed_with_them() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["rekindle"]
    files = [
        path.relative_to(PACKAGE)
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    ]
    assert files
    assert [str(path) for path in files if not any(path.full_match(pattern) for pattern in patterns)] == []
