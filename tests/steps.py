"""Runs steps of the Makefile in lanes beside each other, and shows what each printed as soon as it ends.

python -m tests.steps "lint types" "unit integration"

Each argument is a lane: steps that follow one another. The first step that fails ends the others. At its end stands
how long each step took.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

SECONDS_TO_STOP = 30


class Steps:
    def __init__(self, lanes: Sequence[Sequence[str]]) -> None:
        self.lanes = lanes
        self.took: dict[str, float] = {}
        self.failed: str | None = None
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._lock = threading.Lock()

    def run(self) -> bool:
        """Answers whether all passed."""
        threads = [threading.Thread(target=self._run_lane, args=(lane,)) for lane in self.lanes]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except BaseException:
            self.stop("interrupted")
            for thread in threads:
                thread.join()
            raise
        return self.failed is None

    def stop(self, why: str) -> None:
        """Ends what runs, as Ctrl-C would, and starts nothing more."""
        with self._lock:
            self.failed = self.failed or why
            running = list(self._running.values())
        for process in running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)

    def _run_lane(self, lane: Sequence[str]) -> None:
        for step in lane:
            began = time.monotonic()
            with self._lock:
                if self.failed:
                    return
                # A group of its own, so that a step ends with all that it started.
                self._running[step] = process = subprocess.Popen(
                    [os.environ.get("MAKE", "make"), "--no-print-directory", step],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    start_new_session=True,
                )
            printed, _ = process.communicate()
            with self._lock:
                del self._running[step]
                self.took[step] = time.monotonic() - began
                stopped = self.failed is not None
                if process.returncode == 0 or not stopped:
                    print(f"\n== {step} ({self.took[step]:.0f} s)\n{printed.rstrip()}", flush=True)
            if process.returncode != 0 and not stopped:
                self.stop(step)


def main(arguments: Sequence[str]) -> int:
    def leave(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    began = time.monotonic()
    steps = Steps([lane.split() for lane in arguments])
    try:
        passed = steps.run()
    except KeyboardInterrupt:
        return 130
    took = ", ".join(f"{step} {seconds:.0f}" for step, seconds in sorted(steps.took.items(), key=lambda one: -one[1]))
    print(f"\nSeconds: {took}; together {time.monotonic() - began:.0f}.")
    if passed:
        print("All passed.")
    else:
        print(f'Stopped at "make {steps.failed}".', file=sys.stderr)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
