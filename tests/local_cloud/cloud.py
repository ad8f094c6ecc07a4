"""The local cloud: MiniStack in a process of its own, and the stack deployed to it by SAM CLI.

    with LocalCloud() as cloud:
        outputs = cloud.deploy("rekindle", {"Stage": "local"})
        cloud.client("dynamodb").list_tables()

It listens on the loopback address only, works with dummy credentials, and knows nothing of the
user's environment. Whatever ends the program, short of SIGKILL, ends the cloud too; and what a
SIGKILL left behind is ended by the next start.
"""

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

import boto3
from botocore.config import Config

from tests.local_cloud.progress import step
from tests.support.ports import HOST, reserved_port

ROOT = Path(__file__).parents[2]
STATE = ROOT / ".cache" / "local-cloud"
BUILT_TEMPLATE = ROOT / ".aws-sam" / "build" / "template.yaml"
MINISTACK = ROOT / ".cloud" / "bin" / "ministack"
STARTER = Path(__file__).parent / "start_ministack.py"
SAM = Path(__file__).parent / "start_sam.py"

REGION = "eu-central-1"
# Chooses the port; otherwise any free one.
PORT_VARIABLE = "LOCAL_CLOUD_PORT"
SECONDS_TO_START = 120
SECONDS_TO_STOP = 15
"""More than a busy machine needs; where the process ends, nobody waits for so long."""


class LocalCloudError(Exception):
    """Why the local cloud cannot be had, in one sentence a person can act on."""


class LocalCloud:
    """One MiniStack, from ``start`` to ``stop``; better still, the body of a ``with``."""

    def __init__(self, *, port: int | None = None, auth: bool = False) -> None:
        """``auth`` makes the cloud check the functions' permissions, as AWS does."""
        self._reserved = ExitStack()
        self.port = port or _port_from_environment() or self._reserved.enter_context(reserved_port())
        self.endpoint = f"http://{HOST}:{self.port}"
        self.auth = auth
        self._process: subprocess.Popen[bytes] | None = None
        self._temporary: Path | None = None
        self._state = STATE / f"{self.port}.json"
        self._log = STATE / f"{self.port}.log"

    # ---- life ---------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        if not MINISTACK.exists():
            raise LocalCloudError('The local cloud is not installed: run "make setup".')
        STATE.mkdir(parents=True, exist_ok=True)
        _stop_what_was_left_behind()
        if _in_use(self.port):
            raise LocalCloudError(
                f"Port {self.port} is in use: stop what listens there, or choose another port "
                f"with {PORT_VARIABLE}=NUMBER."
            )
        _end_like_ctrl_c_does()
        atexit.register(self.stop)
        try:
            with step("Starting the local cloud"):
                self._start_process()
                self._wait_until_healthy()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends the cloud with all its functions. Does nothing when there is none."""
        atexit.unregister(self.stop)
        if self._process is not None:
            _end_group(self._process)
            self._process = None
        self._reserved.close()
        self._state.unlink(missing_ok=True)
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._temporary = None

    def _start_process(self) -> None:
        self._temporary = Path(tempfile.mkdtemp(prefix="rekindle-cloud-"))
        # All that the functions will see of this machine, for they inherit it.
        environment = {
            "PATH": f"{MINISTACK.parent}:/usr/bin:/bin",
            "HOME": str(self._temporary),
            "TMPDIR": str(self._temporary),
            "LANG": "C.UTF-8",
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": HOST,
            "IOT_MTLS_ENABLED": "0",  # or it opens a port of its own, to the whole network
            "LOG_LEVEL": "WARNING",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        if self.auth:
            environment["AUTH"] = "true"
        with self._log.open("wb") as log:
            # A session of its own: Ctrl-C reaches us first, and the whole group can be ended.
            self._process = subprocess.Popen(
                [str(MINISTACK.parent / "python"), "-P", str(STARTER), str(MINISTACK)],
                env=environment,
                cwd=self._temporary,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._write_state(stacks=[])

    def _wait_until_healthy(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise LocalCloudError(f"The local cloud did not start. Its last words: {_tail(self._log)}")
            with suppress(OSError), urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=2):
                return
            time.sleep(0.05)
        raise LocalCloudError(f"The local cloud did not answer within {SECONDS_TO_START} s; see {self._log}.")

    def _write_state(self, stacks: list[str]) -> None:
        assert self._process is not None
        state = {
            "pid": self._process.pid,
            "owner": os.getpid(),
            "endpoint": self.endpoint,
            "temporary": str(self._temporary),
            "stacks": stacks,
        }
        self._state.write_text(json.dumps(state), encoding="utf-8")

    # ---- use ----------------------------------------------------------------------------------

    def deploy(self, stack_name: str, parameters: Mapping[str, str] | None = None) -> dict[str, str]:
        """Deploys what "sam build" made, and returns the stack's outputs."""
        if not BUILT_TEMPLATE.exists():
            raise LocalCloudError('There is no built stack to deploy: run "make build".')
        command = [sys.executable, "-P", str(SAM), "deploy", "--template-file", str(BUILT_TEMPLATE)]
        command += ["--stack-name", stack_name, "--region", REGION, "--resolve-s3"]
        command += ["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
        command += ["--no-confirm-changeset", "--no-fail-on-empty-changeset"]
        if parameters:
            command += ["--parameter-overrides"]
            command += [f"ParameterKey={key},ParameterValue={value}" for key, value in parameters.items()]
        with step(f"Deploying {stack_name}"):
            self._run(command)
        self._write_state(stacks=[stack_name])
        return self.outputs(stack_name)

    def outputs(self, stack_name: str) -> dict[str, str]:
        stack = self.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def client(self, service: str) -> Any:
        return client(service, self.endpoint)

    def environment(self) -> dict[str, str]:
        """The environment that turns any AWS program on this machine to the local cloud."""
        mine = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        return mine | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "0.5",
            "NO_PROXY": HOST,
            "no_proxy": HOST,
        }

    def _run(self, command: list[str]) -> None:
        process = subprocess.Popen(
            command,
            env=self.environment(),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate()
        except BaseException:
            _end_group(process)
            raise
        if process.returncode != 0:
            said = output.decode(errors="replace").strip()
            raise LocalCloudError(f"The stack could not be deployed:\n{said[-4000:]}")


def client(service: str, endpoint: str) -> Any:
    """A boto3 client of the local cloud at ``endpoint``."""
    session: Any = boto3.session.Session()
    return session.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(connect_timeout=30, read_timeout=120, retries={"max_attempts": 2}, proxies={}),
    )


def running(owner: int | None = None) -> dict[str, Any] | None:
    """The newest local cloud that runs and has a stack: its endpoint, its process and its stacks. With `owner`, the one
    that this process started."""
    for path in sorted(STATE.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True):
        state = _read_state(path)
        if owner is not None and state and state["owner"] != owner:
            continue
        if state and state["stacks"] and _is_ministack(state["pid"]):
            return state
    return None


def _port_from_environment() -> int | None:
    value = os.environ.get(PORT_VARIABLE)
    if not value:
        return None
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise LocalCloudError(f"{PORT_VARIABLE} must be a port number, and is {value!r}.")
    return int(value)


def _in_use(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port that waits only for late packets of its last user counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return "\n".join(lines[-15:]) or "(none)"


def _read_state(path: Path) -> dict[str, Any] | None:
    with suppress(OSError, ValueError):
        state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return state
    return None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_ministack(pid: int) -> bool:
    """Process numbers are given again, so look what it is before it is taken for ours."""
    command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]  # -ww: however wide the terminal is
    seen = subprocess.run(command, capture_output=True, text=True, check=False)
    return str(MINISTACK) in seen.stdout


def _stop_what_was_left_behind() -> None:
    for path in STATE.glob("*.json"):
        state = _read_state(path)
        if state is not None and _alive(state["owner"]):
            continue
        if state is not None:
            if _is_ministack(state["pid"]):
                _signal_group(state["pid"], signal.SIGKILL)
            shutil.rmtree(state["temporary"], ignore_errors=True)
        path.unlink(missing_ok=True)
    # A log outlives its cloud, for whoever wants to know what went wrong, until the next start.
    for log in STATE.glob("*.log"):
        if not log.with_suffix(".json").exists():
            log.unlink(missing_ok=True)


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Asks the process to end, then ends whatever is left of its group."""
    _signal_group(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(SECONDS_TO_STOP)
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _end_like_ctrl_c_does() -> None:
    """Lets "kill" and a closed terminal run the same clean-up as Ctrl-C."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is threading.main_thread():
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            # A shell starts what it puts into the background with Ctrl-C ignored.
            signal.signal(signal.SIGINT, signal.default_int_handler)
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, leave)
