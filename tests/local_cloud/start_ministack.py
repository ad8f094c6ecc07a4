"""Starts MiniStack with the permissions of SQS as AWS has them: who may send a message may send ten at once. MiniStack
takes `SendMessageBatch` for an action of its own, which IAM does not know.

    .cloud/bin/python -P tests/local_cloud/start_ministack.py .cloud/bin/ministack
"""

import runpy
import sys
from typing import Any

from ministack.core import iam_actions  # type: ignore[import-not-found]

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

if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
