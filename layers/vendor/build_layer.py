"""Builds a layer of packages: installs the pinned ones, then removes what no function uses. The vendor layer is for
all functions, the templates layer for the few that read or write templates.

    python build_layer.py requirements.txt TARGET

A cold start reads the vendor layer, so its size and its state are part of the product. Untrimmed it
is about 20 MB zipped, nearly all of it descriptions of AWS services that Rekindle never calls.

A layer is built for Lambda (Linux, x86_64) on any machine. LAYER_PLATFORM=host builds it for
the machine itself instead, for running the functions locally on a Mac or on an ARM machine.
"""

import compileall
import gzip
import json
import os
import py_compile
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

PYTHON_VERSION = "3.13"

# Lambda's python3.13 runs on Amazon Linux 2023, which accepts wheels made for either of these.
LAMBDA_PLATFORMS = ("manylinux2014_x86_64", "manylinux_2_28_x86_64")

# Parts of packages that cannot be imported here, because what they need is not in the layer, and
# parts that nothing here uses.
LEFT_OUT = (
    # Commands of the packages.
    "bin",
    # These import boto3. The functions talk to AWS through botocore alone, which starts faster.
    "aws_lambda_powertools/utilities/circuit_breaker",
    "aws_lambda_powertools/utilities/feature_flags",
    "aws_lambda_powertools/utilities/idempotency",
    "aws_lambda_powertools/utilities/parameters",
    "aws_lambda_powertools/utilities/streaming",
    # These import pydantic and the readers of Kafka's formats.
    "aws_lambda_powertools/utilities/kafka",
    "aws_lambda_powertools/utilities/parser",
    # What nothing here uses, and nothing that is used imports.
    "aws_lambda_powertools/utilities/auth_alpha",
    "aws_lambda_powertools/utilities/data_masking",
    "aws_lambda_powertools/utilities/validation",
    "aws_lambda_powertools/utilities/batch",
    "aws_lambda_powertools/metrics/provider/datadog",
    # Documents of an API made from its handlers, and their checks: ours is made from declarations.
    *(
        f"aws_lambda_powertools/event_handler/openapi/{name}.py"
        for name in ("compat", "dependant", "encoders", "models", "params", "pydantic_loader", "schema_generator")
    ),
    "aws_lambda_powertools/event_handler/middlewares/openapi_validation.py",
    "aws_lambda_powertools/event_handler/middlewares/schema_validation.py",
    # The browser's half of an API console, 1.7 MB of JavaScript.
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/swagger-ui*",
    # The writer of manuals, all but __init__, docstring and utils (see EMPTIED).
    "botocore/docs/bcdoc",
    "botocore/docs/[!_du]*.py",
    # Of the template language: extensions, Latin filler, values of Python's own.
    "jinja2/constants.py",
    "jinja2/ext.py",
    "jinja2/meta.py",
    "jinja2/nativetypes.py",
    # Escaping HTML in C. Nothing here is HTML.
    "markupsafe/_speedups*",
    # Fetches the Public Suffix List, and tries its reader.
    "publicsuffixlist/test*",
    "publicsuffixlist/update.py",
    # Events that nothing here reads.
    "aws_lambda_powertools/utilities/data_classes/active_mq_event.py",
    "aws_lambda_powertools/utilities/data_classes/api_gateway_authorizer_event.py",
    "aws_lambda_powertools/utilities/data_classes/cognito_user_pool_event.py",
    "aws_lambda_powertools/utilities/data_classes/iot_registry_event.py",
    "aws_lambda_powertools/utilities/data_classes/rabbit_mq_event.py",
    "aws_lambda_powertools/utilities/data_classes/s3_object_event.py",
    # urllib3 in a browser, over another TLS, and through a proxy.
    "urllib3/contrib/emscripten",
    "urllib3/contrib/pyopenssl.py",
    "urllib3/contrib/socks.py",
    # Tests and measurements of the packages.
    "jsonschema/benchmarks",
    "*/tests",
    # A copy of the time zone database, which botocore never opens.
    "dateutil/zoneinfo",
    # PyYAML's second reader, in C: 2.6 MB. The one in Python reads a settings file as well.
    "_yaml",
    "yaml/_yaml.*",
)

# Modules that others import and nothing here uses, with what is left of each. Importing them whole
# takes a twentieth of a cold start.
EMPTIED = {
    # The entry to HTTP/2, which needs a package that is not in the layer. It asks for that package's
    # version through importlib.metadata, and that loads the readers of zip files and e-mail.
    "urllib3/http2/__init__.py": "",
    # What help() would say of clients, put together by a writer of manuals.
    "botocore/docs/__init__.py": "",
    "botocore/docs/docstring.py": """\
class ClientMethodDocstring(str):
    def __new__(cls, *args, **kwargs):
        return super().__new__(cls)


PaginatorDocstring = WaiterDocstring = ClientMethodDocstring
""",
}

# The services the functions call, and of each the operations they may call. Everything else is
# cut from botocore's description of the service: parsing the whole description of DynamoDB costs
# about a tenth of a cold start. An operation that is missing here is missing from the client, so
# a new call begins with a new name in this list; tests/e2e/test_built_layers.py tries them all.
OPERATIONS: dict[str, set[str]] = {
    "dynamodb": {
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "DescribeTable",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    },
    "events": {"PutEvents"},
    "lambda": {"Invoke"},
    # A form for an upload is signed for the address of CreateBucket, which nothing calls.
    "s3": {"CreateBucket", "DeleteObject", "GetObject", "ListObjectsV2", "PutObject"},
    "scheduler": {"CreateSchedule", "DeleteSchedule", "GetSchedule", "UpdateSchedule"},
    "secretsmanager": {"GetSecretValue"},
    "sns": {"Publish"},
    "stepfunctions": {"StartExecution"},
    "sqs": {
        "ChangeMessageVisibility",
        "GetQueueAttributes",
        "GetQueueUrl",
        "SendMessage",
        "SendMessageBatch",
    },
}

# An item's attributes travel as the caller writes them and are read as they came. botocore would
# look up the description of each value on the way out, and of each on the way in, only to hand it
# on: a tenth of the CPU of a request. This holds as long as no attribute is binary.
VERBATIM = {"dynamodb": "AttributeValue"}

# Without its rules botocore takes a service's address from endpoints.json once, when the client is
# made; with them it works the same address out for every request, a tenth of its CPU.
WITHOUT_RULES = {"dynamodb"}

# Its rules say where S3 is in each region, and one function alone asks: all clients would read its many addresses.
BY_RULES = {"s3"}

# Files of botocore's data folder that every client reads.
SHARED_DATA = {"_retry.json", "endpoints.json", "partitions.json", "sdk-default-configuration.json"}


def main(requirements: Path, target: Path) -> None:
    install(requirements, target)
    # Each layer has some of the packages.
    remove(target, *(pattern for pattern in LEFT_OUT if any(target.glob(pattern.partition("/")[0]))))
    if (target / "botocore").exists():
        for module, content in EMPTIED.items():
            (target / module).write_text(content, encoding="utf-8")
        trim_botocore(target / "botocore" / "data")
    remove_unused_files(target)
    compile_all(target)
    set_one_date(target)


def install(requirements: Path, target: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    command += ["--requirement", str(requirements), "--target", str(target)]
    # The file lists everything, so pip has nothing to resolve and may not add to it.
    command += ["--no-deps", "--no-compile"]
    if os.environ.get("LAYER_PLATFORM") != "host":
        command += ["--only-binary", ":all:", "--implementation", "cp", "--python-version", PYTHON_VERSION]
        for platform in LAMBDA_PLATFORMS:
            command += ["--platform", platform]
    subprocess.run(command, check=True)


def remove(target: Path, *patterns: str) -> None:
    """Deletes what the patterns name. One that names nothing is out of date, and said so."""
    for pattern in patterns:
        paths = list(target.glob(pattern))
        if not paths:
            print(f"build_layer.py: nothing to remove for {pattern}", file=sys.stderr)
        for entry in paths:
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()


def trim_botocore(data: Path) -> None:
    for entry in data.iterdir():
        if entry.is_dir() and entry.name not in OPERATIONS:
            shutil.rmtree(entry)
        elif entry.is_file() and entry.name not in SHARED_DATA:
            entry.unlink()
    for service, operations in OPERATIONS.items():
        trim_service(data / service, operations)
    trim_endpoints(data / "endpoints.json")


def trim_service(folder: Path, operations: set[str]) -> None:
    """Keeps the newest version of a service's description, and of that the named operations."""
    *older, newest = sorted(entry for entry in folder.iterdir() if entry.is_dir())
    for version in older:
        shutil.rmtree(version)
    model = read(newest, "service-2")
    if unknown := operations - model["operations"].keys():
        raise SystemExit(f"botocore knows no {', '.join(sorted(unknown))} in {folder.name}")
    model["operations"] = {name: model["operations"][name] for name in sorted(operations)}
    if folder.name in VERBATIM:
        hand_on(model, VERBATIM[folder.name])
    model["shapes"] = reachable_shapes(model)
    kept = {"service-2": without_documentation(model)}
    for parameter in kept["service-2"].get("clientContextParams", {}).values():
        parameter["documentation"] = ""  # Here botocore insists on one.
    if folder.name not in WITHOUT_RULES:
        kept["endpoint-rule-set-1"] = read(newest, "endpoint-rule-set-1")
    for entry in newest.iterdir():
        entry.unlink()
    # Plain files, because unpacking costs more than reading here.
    for name, content in kept.items():
        write(newest / f"{name}.json", content)


def hand_on(model: dict[str, Any], shape: str) -> None:
    """Makes a document, which botocore does not look into, of every shape that holds the given one, up to the inputs,
    outputs and errors of the operations."""
    shapes = model["shapes"]
    everything = {
        part["shape"]
        for operation in model["operations"].values()
        for part in (operation.get("input"), operation.get("output"), *operation.get("errors", ()))
        if part
    }
    waiting, holding = {shape}, set()
    while waiting:
        holding |= waiting
        above = {name for name, body in shapes.items() if shape_names(body) & waiting}
        waiting = above - holding - everything
    for name in holding:
        shapes[name] = {"type": "structure", "members": {}, "document": True}


def reachable_shapes(model: dict[str, Any]) -> dict[str, Any]:
    """The shapes that the operations use, directly or through other shapes."""
    shapes: dict[str, Any] = {}
    waiting = shape_names(list(model["operations"].values()))
    while waiting:
        name = waiting.pop()
        if name not in shapes:
            shapes[name] = model["shapes"][name]
            waiting |= shape_names(shapes[name])
    return dict(sorted(shapes.items()))


def shape_names(node: Any) -> set[str]:
    """Every {"shape": NAME} below a node. A member that happens to be called "shape" is no name."""
    if isinstance(node, list):
        return set().union(*map(shape_names, node))
    if not isinstance(node, dict):
        return set()
    name = node.get("shape")
    names = {name} if isinstance(name, str) else set()
    return names.union(*map(shape_names, node.values()))


def without_documentation(node: Any) -> Any:
    """The same, less the texts; a member that happens to be called "documentation" stays."""
    if isinstance(node, list):
        return [without_documentation(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: without_documentation(value)
        for key, value in node.items()
        if not (key == "documentation" and isinstance(value, str))
    }


def trim_endpoints(path: Path) -> None:
    """Keeps the regions and the rules of each partition, but only our services in them."""
    endpoints = json.loads(path.read_text(encoding="utf-8"))
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in OPERATIONS if name in services}
        for name in BY_RULES & partition["services"].keys():
            service = services[name]
            worldwide = service.get("partitionEndpoint")
            service["endpoints"] = {name: one for name, one in service["endpoints"].items() if name == worldwide}
    write(path, endpoints)


def remove_unused_files(target: Path) -> None:
    for info in target.glob("*.dist-info"):
        # pip's own notes; the licences stay, for they must go where the code goes.
        for entry in info.rglob("*"):
            if entry.is_file() and not re.match(r"(?i)licen[cs]e|notice|copying|authors", entry.name):
                entry.unlink()
    # Hints for type checkers.
    remove(target, "**/*.pyi", "**/py.typed")
    for entry in sorted(target.rglob("*"), reverse=True):
        if entry.is_dir() and not any(entry.iterdir()):
            entry.rmdir()


def compile_all(target: Path) -> None:
    """Leaves the compiled form of each module in the place of its source, which is two fifths of the layer and which
    nothing reads. A traceback still names file and line. The name of the build folder stays out, so that every build
    makes the same bytes.
    """
    done = compileall.compile_dir(
        target,
        quiet=1,
        stripdir=str(target),
        prependdir="/opt/python",
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        legacy=True,
    )
    if not done:
        raise SystemExit("a package of the layer does not compile")
    for source in target.rglob("*.py"):
        source.unlink()


def set_one_date(target: Path) -> None:
    """Gives every file the same date, so that the same packages make the same zip."""
    moment = 1577836800  # 2020-01-01
    for entry in (target, *target.rglob("*")):
        os.utime(entry, (moment, moment))


def read(folder: Path, name: str) -> dict[str, Any]:
    packed = folder / f"{name}.json.gz"
    content = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / f"{name}.json").read_bytes()
    document: dict[str, Any] = json.loads(content)
    return document


def write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
