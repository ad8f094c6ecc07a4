"""Starts MiniStack with two changes.

The permissions of SQS are as AWS has them: who may send a message may send ten at once. MiniStack takes
`SendMessageBatch` for an action of its own, which IAM does not know.

A layer is unpacked once for all functions. MiniStack unpacks its thousands of files again at each cold start, and
deletes them all at its end.

    .cloud/bin/python -P tests/local_cloud/start_ministack.py .cloud/bin/ministack
"""

import hashlib
import runpy
import sys
import tempfile
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack.core import iam_actions, lambda_runtime  # type: ignore[import-not-found]

_ALLOWED_BY = {
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}
_extract_iam_action = iam_actions.extract_iam_action


def extract_iam_action(*args: Any, **kwargs: Any) -> Any:
    action = _extract_iam_action(*args, **kwargs)
    return _ALLOWED_BY.get(action, action)


iam_actions.extract_iam_action = extract_iam_action


class LayerZip(zipfile.ZipFile):
    """What a function's environment is made of: its code is unpacked, a layer is linked."""

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        archive = Path(str(self.filename))
        if not archive.name.startswith("layer_"):
            return super().extractall(path, members, pwd)
        for entry in _unpacked(archive).iterdir():
            Path(path, entry.name).symlink_to(entry)
        return None


_unpacking = threading.Lock()


def _unpacked(archive: Path) -> Path:
    """The folder with a layer's content, by its digest. It ends with the temporary folder of the local cloud."""
    folder = Path(tempfile.gettempdir(), f"layer-{hashlib.sha256(archive.read_bytes()).hexdigest()}")
    with _unpacking:
        if not folder.exists():
            started = Path(tempfile.mkdtemp(prefix="layer-"))
            with zipfile.ZipFile(archive) as content:
                content.extractall(started)
            started.rename(folder)
    return folder


lambda_runtime.zipfile = SimpleNamespace(
    ZipFile=LayerZip, BadZipFile=zipfile.BadZipFile, LargeFileError=zipfile.LargeZipFile
)

if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
