"""A process as Lambda starts one, for the benchmarks: run as a script, with nothing on its path but what it is given.

    python -I -S -B lambda_process.py WHAT CHANNEL PATH...

It reads a line of JSON for each event, and answers a line on the channel: the nanoseconds of CPU that the event took.
WHAT is `handler` (the `app` that is found on the path), or what handlers are compared with: `get_item` and
`three_requests`, by boto3's client as it comes.
"""

import json
import os
import sys
import time


def main(what, channel, *path):
    answers = os.fdopen(int(channel), "w", buffering=1)
    # Logs and metrics are written, and nobody reads them.
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    sys.path[:0] = path
    handle = {"handler": handler, "get_item": get_item, "three_requests": three_requests, "told": told}[what]()
    for line in sys.stdin:
        event = json.loads(line)
        began = time.process_time_ns()
        answer = handle(event)
        print(time.process_time_ns() - began if answer is None else answer, file=answers)


class Context:
    """What Powertools reads of the context."""

    function_name = "benchmark"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:benchmark"
    aws_request_id = "7f1c3f52-6d7a-4c52-a1a6-2a0f43dc0a2e"


def handler():
    import app

    def handle(event):
        answer = app.handler(event, Context())
        if answer.get("batchItemFailures") or answer.get("statusCode", 200) != 200:
            raise SystemExit(f"the event failed: {answer}")

    return handle


def told():
    """A handler that tells what it took: peak memory, clients, and modules that had no usable bytecode."""
    from importlib.machinery import SourceFileLoader

    compiled = []
    compile_source = SourceFileLoader.source_to_code

    def counted(self, data, path, **options):
        compiled.append(path)
        return compile_source(self, data, path, **options)

    SourceFileLoader.source_to_code = counted
    handle = handler()

    def tell(event):
        import gc

        from botocore.client import BaseClient

        handle(event)
        with open("/proc/self/status") as status:
            peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        clients = sum(isinstance(found, BaseClient) for found in gc.get_objects())
        return json.dumps({"peak_mb": peak / 1024, "clients": clients, "compiled": compiled})

    return tell


def get_item():
    import boto3

    client = boto3.client("dynamodb")

    def handle(event):
        client.get_item(TableName=event["table"], Key=event["key"])

    return handle


def three_requests():
    """The plain way to the same: GetItem of a person, Query of five candidates, and a transaction of two updates and
    two puts, all on condition. What is stored is what Rekindle stores, an attribute for each value."""
    import boto3

    client = boto3.client("dynamodb")

    def texts(values):
        return {name: {"S": value} for name, value in values.items()}

    def update(table, key, read, values):
        return {
            "Update": {
                "TableName": table,
                "Key": key,
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in values),
                "ConditionExpression": "version = :read",
                "ExpressionAttributeNames": {f"#{name}": name for name in values},
                "ExpressionAttributeValues": {":read": read, **{f":{name}": v for name, v in values.items()}},
            }
        }

    def put(table, item):
        return {"Put": {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}

    def handle(event):
        table, pk = event["table"], {"S": event["person"]}
        person = {"pk": pk, "sk": {"S": "A#PERSON"}}
        stored = client.get_item(TableName=table, Key=person, ConsistentRead=True)["Item"]
        candidates = client.query(
            TableName=table,
            KeyConditionExpression="pk = :p AND sk BETWEEN :l AND :u",
            ExpressionAttributeValues={":p": pk, ":l": {"S": "C#"}, ":u": {"S": "C~"}},
            ConsistentRead=True,
            Limit=5,
        )["Items"]
        chosen = {name: candidates[0][name] for name in ("pk", "sk")}
        activation = texts({"status": "Working", "activated_at": event["at"], "decision_id": event["decision"]})
        credit = {**activation, "response_id": chosen["sk"], "campaign_id": candidates[0]["campaign_id"]}
        version = {"N": str(int(stored["version"]["N"]) + 1)}
        decision = {
            **texts({"scenario": "score", "outcome": "reactivated", "as_of": event["at"], "decided_at": event["at"]}),
            **{"score": {"N": "72"}, "considered": {"N": "5"}, "settings_version": {"N": "1"}, "cycle": {"N": "1"}},
        }
        client.transact_write_items(
            TransactItems=[
                update(table, person, stored["version"], {"version": version, "cycle": {"N": "1"}, **credit}),
                update(table, chosen, candidates[0]["version"], {"version": version, **activation}),
                put(table, {"pk": pk, "sk": {"S": f"D#{event['decision']}"}, **decision, **credit}),
                put(table, {"pk": pk, "sk": {"S": f"L#{event['at']}"}, **credit}),
            ]
        )

    return handle


if __name__ == "__main__":
    main(*sys.argv[1:])
