"""Builds what is deployed, where anything that goes into it changed since it was built last.

python -m tests.local_cloud.build
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.local_cloud.cloud import BUILT_TEMPLATE, ROOT, SAM, LocalCloudError
from tests.local_cloud.progress import step

SOURCES = ("template.yaml", "samconfig.toml", "functions", "layers")
STAMP = BUILT_TEMPLATE.with_name(".built-from")


def build() -> bool:
    """Answers whether there was anything to build."""
    wanted = digest()
    if BUILT_TEMPLATE.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return False
    with step("Building the functions and their layers"):
        done = subprocess.run(
            [sys.executable, "-P", str(SAM), "build"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        said = done.stdout.decode(errors="replace")
        why = said.partition("Build Failed")[2] or said
        raise LocalCloudError(f"The functions could not be built:\n{why.strip()[-4000:]}")
    STAMP.write_text(wanted, encoding="utf-8")
    return True


def digest() -> str:
    """Names all that a build is made from: the sources, the Python, and the machine it is for."""
    found = hashlib.sha256(f"{sys.version}\n{os.environ.get('LAYER_PLATFORM', '')}\n".encode())
    for path in sorted(_files()):
        found.update(f"{path.relative_to(ROOT)}\n".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _files() -> Iterator[Path]:
    for name in SOURCES:
        path = ROOT / name
        if path.is_file():
            yield path
        else:
            for inner in path.rglob("*"):
                left_out = {"__pycache__"} & set(inner.parts) or ".egg-info" in str(inner)
                if inner.is_file() and not left_out:
                    yield inner


def main() -> int:
    try:
        print("Built in .aws-sam/build." if build() else "Nothing changed since the last build.")
    except LocalCloudError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
