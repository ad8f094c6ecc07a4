"""The built layers alone, in a clean interpreter: what the trimming left must still be enough.

Every operation that the vendor layer keeps is called through the layer's own botocore, against the
local cloud. Nothing of the development environment is on the interpreter's path.
"""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.local_cloud.cloud import REGION, LocalCloud

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
BUILT = ROOT / ".aws-sam" / "build"
VENDOR = BUILT / "VendorLayer" / "python"
REKINDLE = BUILT / "RekindleLayer" / "python"
TEMPLATES = BUILT / "TemplatesLayer" / "python"

# Zipped, both layers together. Deflated as SAM CLI does it, this is close to what is uploaded.
LARGEST_ZIP = 5_000_000
IMPORTS_LAYER = BUILT / "ImportsLayer" / "python"
LARGEST_IMPORTS = 4_500_000
"""Of the layer that only the functions have that load files: Rekindle's own again takes 2 MB of it, and the numbers of
all countries nearly as much."""
LARGEST_TEMPLATES = 1_250_000
"""Of the layer that only the functions have that read templates or settings as a user wrote them: templates take 0.4 MB
of it, the validator 0.7 MB, and YAML 0.1 MB."""

CALLS = """
import botocore.session

session = botocore.session.get_session()

def client(service):
    return session.create_client(
        service, region_name="eu-central-1", endpoint_url=ENDPOINT,
        aws_access_key_id="test", aws_secret_access_key="test",
    )

key, row = {"pk": {"S": "a"}}, {"pk": {"S": "a"}, "n": {"N": "1"}}
dynamodb = client("dynamodb")
dynamodb.describe_table(TableName="probe")
dynamodb.put_item(TableName="probe", Item=row)
dynamodb.update_item(
    TableName="probe", Key=key, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": {"N": "2"}},
    ReturnValues="ALL_NEW",
)
assert dynamodb.get_item(TableName="probe", Key=key)["Item"]["n"] == {"N": "2"}
found = dynamodb.query(
    TableName="probe", KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "a"}},
)
assert found["Count"] == 1 and dynamodb.scan(TableName="probe")["Count"] == 1
dynamodb.batch_get_item(RequestItems={"probe": {"Keys": [key]}})
dynamodb.batch_write_item(RequestItems={"probe": [{"PutRequest": {"Item": row}}]})
dynamodb.transact_get_items(TransactItems=[{"Get": {"TableName": "probe", "Key": key}}])
refused = {"TableName": "probe", "Item": row, "ConditionExpression": "attribute_not_exists(pk)"}
try:
    dynamodb.transact_write_items(TransactItems=[{"Put": refused}])
except dynamodb.exceptions.TransactionCanceledException as error:
    assert error.response["CancellationReasons"][0]["Code"] == "ConditionalCheckFailed"
else:
    raise AssertionError("the condition held")
try:
    dynamodb.put_item(**refused)
except dynamodb.exceptions.ConditionalCheckFailedException:
    pass
else:
    raise AssertionError("the condition held")
dynamodb.delete_item(TableName="probe", Key=key)

functions = client("lambda")
try:
    functions.invoke(FunctionName="none", Payload=b"{}")
except functions.exceptions.ClientError as error:
    assert error.operation_name == "Invoke"

entry = {"Source": "rekindle", "DetailType": "Probe", "Detail": "{}"}
assert client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0

sqs = client("sqs")
url = sqs.get_queue_url(QueueName="q")["QueueUrl"]
sqs.send_message(QueueUrl=url, MessageBody="{}")
sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "{}"}])
sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
try:
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle="none", VisibilityTimeout=1)
except sqs.exceptions.ClientError as error:
    assert error.operation_name == "ChangeMessageVisibility"

secrets = client("secretsmanager")
try:
    secrets.get_secret_value(SecretId="none")
except secrets.exceptions.ClientError as error:
    assert error.operation_name == "GetSecretValue"

sns = client("sns")
sns.publish(TopicArn=TOPIC, Message="{}")

scheduler = client("scheduler")
schedule = {
    "Name": "s", "ScheduleExpression": "at(2030-01-01T00:00:00)", "FlexibleTimeWindow": {"Mode": "OFF"},
    "Target": {
        "Arn": "arn:aws:sqs:eu-central-1:123456789012:q",
        "RoleArn": "arn:aws:iam::123456789012:role/r",
    },
}
scheduler.create_schedule(**schedule)
scheduler.update_schedule(**schedule)
scheduler.get_schedule(Name="s")
scheduler.delete_schedule(Name="s")

machines = client("stepfunctions")
try:
    machines.start_execution(stateMachineArn="arn:aws:states:eu-central-1:123456789012:stateMachine:none", input="{}")
except machines.exceptions.ClientError as error:
    assert error.operation_name == "StartExecution"

s3 = client("s3")
assert s3.generate_presigned_post("files", "a")["fields"]["key"] == "a"
try:
    s3.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
except s3.exceptions.ClientError as error:
    assert error.operation_name == "CreateBucket"
s3.put_object(Bucket="files", Key="a/b.txt", Body=b"text")
assert s3.get_object(Bucket="files", Key="a/b.txt")["Body"].read() == b"text"
(listed,) = s3.list_objects_v2(Bucket="files", Prefix="a/")["Contents"]
assert listed["Key"] == "a/b.txt"
s3.delete_object(Bucket="files", Key="a/b.txt")
try:
    s3.get_object(Bucket="files", Key="none")
except s3.exceptions.ClientError as error:
    assert error.response["Error"]["Code"] == "NoSuchKey"
# Where S3 is on AWS itself, for which the layer keeps next to none of the addresses that botocore comes with.
for region, host in (("us-east-1", "s3"), ("eu-central-1", "s3.eu-central-1"), ("us-gov-west-1", "s3.us-gov-west-1")):
    far = session.create_client("s3", region_name=region, aws_access_key_id="test", aws_secret_access_key="test")
    class Asked(Exception): pass
    def asked(request, **_):
        raise Asked(request.url)
    far.meta.events.register("before-send.s3", asked)
    try:
        far.get_object(Bucket="files", Key="b")
    except Asked as found:
        assert str(found) == f"https://files.{host}.amazonaws.com/b", found

import json
names = {s: sorted(client(s).meta.service_model.operation_names) for s in OPERATIONS}
print(json.dumps(names))
"""

IMPORTS = """
import importlib, pkgutil
for layer in (VENDOR, REKINDLE, TEMPLATES):
    for module in pkgutil.iter_modules([layer]):
        importlib.import_module(module.name)
import rekindle
for module in pkgutil.walk_packages(rekindle.__path__, "rekindle."):
    importlib.import_module(module.name)
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.utilities.data_classes import DynamoDBStreamEvent, SQSEvent
import pynamodb.models, pynamodb.transactions
import sys
print([name for name in ("boto3", "pydantic", "moto") if name in sys.modules])
"""


def in_clean_interpreter(code: str, **values: Any) -> str:
    """Runs code with only the layers on the path, as Lambda would have them."""
    known = {"VENDOR": str(VENDOR), "REKINDLE": str(REKINDLE), "TEMPLATES": str(TEMPLATES), **values}
    lines = ["import sys", f"sys.path[:0] = {[str(VENDOR), str(REKINDLE), str(TEMPLATES)]!r}"]
    lines += [f"{name} = {value!r}" for name, value in known.items()]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", "\n".join([*lines, code])],
        capture_output=True,
        text=True,
        env={"AWS_EC2_METADATA_DISABLED": "true", "PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def kept_operations() -> dict[str, set[str]]:
    path = ROOT / "layers" / "vendor" / "build_layer.py"
    spec = importlib.util.spec_from_file_location("build_layer", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    operations: dict[str, set[str]] = module.OPERATIONS
    return operations


def test_every_kept_operation_works(cloud: LocalCloud) -> None:
    operations = kept_operations()
    cloud.client("dynamodb").create_table(
        TableName="probe",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    cloud.client("sqs").create_queue(QueueName="q")
    where = {"LocationConstraint": REGION}
    cloud.client("s3").create_bucket(Bucket="files", CreateBucketConfiguration=where)
    topic = cloud.client("sns").create_topic(Name="t")["TopicArn"]
    values = {"ENDPOINT": cloud.endpoint, "TOPIC": topic, "OPERATIONS": sorted(operations)}
    offered = json.loads(in_clean_interpreter(CALLS, **values))
    assert offered == {service: sorted(names) for service, names in operations.items()}
    uncalled = {
        name
        for names in operations.values()
        for name in names
        if f".{re.sub(r'(?<!^)(?=[A-Z])', '_', name).lower()}(" not in CALLS
    }
    assert not uncalled, "operations that are kept and not tried above"


def test_everything_imports_without_what_was_left_out() -> None:
    assert in_clean_interpreter(IMPORTS).strip() == "[]"


ARTEFACTS = sorted(path for path in BUILT.glob("*") if path.is_dir())


@pytest.mark.parametrize("folder", ARTEFACTS, ids=lambda path: path.name)
def test_bytecode_is_there_and_never_goes_stale(folder: Path) -> None:
    """A zip loses dates. Bytecode that is compared with them is thrown away at every cold start."""
    sources = {Path(importlib.util.cache_from_source(str(source))) for source in folder.rglob("*.py")}
    compiled = {*folder.rglob("*.pyc")}
    assert not sources - compiled
    # Four bytes of magic number, then the flags: 1 is "by hash", and no 2 is "unchecked".
    stale = [one for one in compiled if one.read_bytes()[:8] != importlib.util.MAGIC_NUMBER + b"\1\0\0\0"]
    assert not stale


def test_layers_are_small(tmp_path: Path) -> None:
    def zipped(layer: Path) -> int:
        return Path(shutil.make_archive(str(tmp_path / layer.parent.name), "zip", layer.parent)).stat().st_size

    assert zipped(VENDOR) + zipped(REKINDLE) <= LARGEST_ZIP
    assert zipped(TEMPLATES) <= LARGEST_TEMPLATES
    assert zipped(IMPORTS_LAYER) <= LARGEST_IMPORTS
