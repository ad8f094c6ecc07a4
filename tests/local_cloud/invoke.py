"""Sends events/NAME.json to the function of that name in the running local cloud.

python -m tests.local_cloud.invoke put_facts
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.local_cloud.cloud import LocalCloudError, client, running

EVENTS = Path(__file__).parents[2] / "events"


def invoke(name: str) -> Any:
    event = EVENTS / f"{name}.json"
    if not name or not event.exists():
        known = ", ".join(sorted(path.stem for path in EVENTS.glob("*.json")))
        raise LocalCloudError(f"Name a function that has an event: make invoke FN=NAME, of {known}.")
    cloud = running()
    if cloud is None:
        raise LocalCloudError('No local cloud is running: start one with "make run" in another terminal.')
    resource = "".join(word.capitalize() for word in name.split("_")) + "Function"
    function = client("cloudformation", cloud["endpoint"]).describe_stack_resource(
        StackName=cloud["stacks"][0], LogicalResourceId=resource
    )["StackResourceDetail"]["PhysicalResourceId"]
    answer = client("lambda", cloud["endpoint"]).invoke(FunctionName=function, Payload=event.read_bytes())
    return json.loads(answer["Payload"].read())


def main() -> int:
    try:
        print(json.dumps(invoke(sys.argv[1] if len(sys.argv) > 1 else ""), indent=2))
    except LocalCloudError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
