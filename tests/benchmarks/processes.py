"""The built functions, and what they are compared with, in processes like Lambda's."""

import json
import os
import resource
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

SCRIPT = Path(__file__).with_name("lambda_process.py")
BUILT = Path(__file__).parents[2] / ".aws-sam" / "build"
PACKAGES = sysconfig.get_path("purelib")
"""Where boto3 is: the development environment's, with its bytecode in place."""

PROCESSORS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []

Json = dict[str, Any]


@dataclass(frozen=True)
class Code:
    """What a process runs, and what is on its path."""

    what: str
    path: Sequence[str]


def built(function: str, what: str = "handler", root: Path = BUILT) -> Code:
    """A function of the template with both layers, as `sam build` left them."""
    folders = (root / function, root / "VendorLayer" / "python", root / "RekindleLayer" / "python")
    return Code(what, [str(folder) for folder in folders])


GET_ITEM = Code("get_item", [PACKAGES])
THREE_REQUESTS = Code("three_requests", [PACKAGES])


class Process:
    def __init__(self, child: subprocess.Popen[str], answers: IO[str]) -> None:
        self._child = child
        self._answers = answers

    def ask(self, event: Json) -> Any:
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(event) + "\n")
        self._child.stdin.flush()
        answer = self._answers.readline()
        if not answer:
            raise RuntimeError(f"a process of the benchmark ended:\n{self._child.communicate()[1]}")
        return json.loads(answer)


def server_beside() -> None:
    """From here on this process, and what it starts, stays on one processor, so that what is measured has another to
    itself: the server's work is not to disturb the handler's caches."""
    if len(PROCESSORS) > 1:
        os.sched_setaffinity(0, PROCESSORS[:1])


@contextmanager
def started(code: Code, variables: Mapping[str, str]) -> Iterator[Process]:
    reading, writing = os.pipe()
    command = [sys.executable, "-I", "-S", "-B", str(SCRIPT), code.what, str(writing), *code.path]
    with subprocess.Popen(
        command,
        # botocore signs in C where awscrt is installed: it is in a developer's environment, not in Lambda's layers.
        env={**variables, "BOTO_DISABLE_CRT": "true"},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[writing],
        text=True,
    ) as child:
        os.close(writing)
        if len(PROCESSORS) > 1:
            os.sched_setaffinity(child.pid, PROCESSORS[1:2])
        with os.fdopen(reading) as answers:
            yield Process(child, answers)
            if child.stdin is not None:
                child.stdin.close()


def cold_cpu(code: Code, variables: Mapping[str, str], event: Json) -> float:
    """Seconds of CPU of a whole process: interpreter, imports, clients, and one event."""
    before = _cpu_of_children()
    with started(code, variables) as process:
        process.ask(event)
    return _cpu_of_children() - before


def _cpu_of_children() -> float:
    """Of those that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
