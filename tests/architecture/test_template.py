"""template.yaml, the folders and the names agree, and every way in has its way out for what fails."""

import ast
import importlib
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint_all

from rekindle.adapters.aws.eventbridge import SOURCE
from rekindle.adapters.sources.salesforce_changes import CLIENT
from rekindle.adapters.wire.describe.document import document
from rekindle.application.ports import CLAIMED, SENT_KEPT
from tests.support.template import Deployed, resources, template

ROOT = Path(__file__).parents[2]
FUNCTIONS = resources("AWS::Serverless::Function")
GLOBALS = template()["Globals"]["Function"]
QUEUES = resources("AWS::SQS::Queue")
FOLDERS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))

OTHER_USE_CASES = {
    "put_facts": "record_crm_changes",
    "describe_service": "change_settings",
}
"""Functions that are another way to a use case which has its function already."""
SIMULATORS = {"simulate_partition", "simulate_settings"}
"""Functions that play all use cases over memory."""


def resource_name(folder: str) -> str:
    return "".join(word.capitalize() for word in folder.split("_")) + "Function"


def events(kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The events of a type, each with the function that has it."""
    for name, function in FUNCTIONS.items():
        for event in function.get("Events", {}).values():
            if event["Type"] == kind:
                yield name, event["Properties"]


def statements(function: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [statement for policy in function["Policies"] for statement in policy["Statement"]]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_every_folder_is_a_function_and_every_function_a_folder() -> None:
    assert {resource_name(folder): f"functions/{folder}" for folder in FOLDERS} == {
        name: function["CodeUri"] for name, function in FUNCTIONS.items()
    }


@pytest.mark.parametrize("folder", FOLDERS)
def test_one_verb_phrase_stands_everywhere(folder: str) -> None:
    use_case = OTHER_USE_CASES.get(folder, folder)
    assert (ROOT / "events" / f"{folder}.json").is_file()
    assert (ROOT / "tests" / "integration" / f"test_{folder}.py").is_file()
    if folder not in SIMULATORS:
        application = ROOT / "layers" / "rekindle" / "rekindle" / "application"
        assert len(list(application.glob(f"*/{use_case}.py"))) == 1


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_translates_and_says_what_wakes_it(folder: str) -> None:
    source = (ROOT / "functions" / folder / "app.py").read_text(encoding="utf-8")
    lines = [line for line in source.splitlines() if line.strip()]
    assert len(lines) <= 40, "a function that outgrows this is a use case in disguise"
    assert "->" in (ast.get_docstring(ast.parse(source)) or "")


def test_functions_stand_in_the_order_of_their_names() -> None:
    assert list(FUNCTIONS) == sorted(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_may_do_only_what_is_named(name: str) -> None:
    for statement in statements(FUNCTIONS[name]):
        assert statement["Effect"] == "Allow"
        assert not [action for action in as_list(statement["Action"]) if "*" in action]
        assert not [one for one in as_list(statement["Resource"]) if one == "*"]


STREAMS = list(events("DynamoDB"))


@pytest.mark.parametrize(("function", "mapping"), STREAMS, ids=[name for name, _ in STREAMS])
def test_a_stream_mapping_filters_and_gives_up_into_the_failure_queue(
    function: str, mapping: Mapping[str, Any]
) -> None:
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert 0 < mapping["MaximumRetryAttempts"] <= 10
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["FailureQueue", "Arn"]}
    for filter_ in mapping["FilterCriteria"]["Filters"]:
        pattern = json.loads(filter_["Pattern"])
        assert all(isinstance(value, str) for value in leaves(pattern)), "emulators know equality alone"


def leaves(pattern: Any) -> Iterator[Any]:
    for value in pattern.values() if isinstance(pattern, dict) else pattern:
        if isinstance(value, dict | list):
            yield from leaves(value)
        else:
            yield value


def test_no_stream_has_more_than_two_readers() -> None:
    readers = Counter(mapping["Stream"]["Fn::GetAtt"][0] for _, mapping in STREAMS)
    assert readers and max(readers.values()) <= 2


def test_every_stream_has_a_reader() -> None:
    streaming = {name for name, table in resources("AWS::DynamoDB::Table").items() if "StreamSpecification" in table}
    assert streaming == {mapping["Stream"]["Fn::GetAtt"][0] for _, mapping in STREAMS}


SOURCES = list(events("SQS"))


@pytest.mark.parametrize(("function", "mapping"), SOURCES, ids=[name for name, _ in SOURCES])
def test_a_queue_waits_for_its_function_and_keeps_what_fails(function: str, mapping: Mapping[str, Any]) -> None:
    queue = QUEUES[mapping["Queue"]["Fn::GetAtt"][0]]
    timeout = FUNCTIONS[function].get("Timeout", GLOBALS["Timeout"])
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert queue["VisibilityTimeout"] >= 6 * timeout
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["FailureQueue", "Arn"]}


def test_a_failed_message_is_kept_two_weeks() -> None:
    assert {queue["MessageRetentionPeriod"] for queue in QUEUES.values()} == {14 * 24 * 3600}


def test_a_claim_on_a_notification_outlives_its_function_and_not_the_wait_for_its_message() -> None:
    """Else what is being sent would be sent beside it, or a message of one that died would be given up."""
    hidden = QUEUES["NotificationsQueue"]["VisibilityTimeout"]
    assert FUNCTIONS["SendNotificationsFunction"]["Timeout"] < CLAIMED.total_seconds() < hidden


def test_a_mark_of_a_notification_outlives_its_message() -> None:
    queues = QUEUES["NotificationsQueue"], QUEUES["FailureQueue"]
    assert SENT_KEPT.total_seconds() > sum(queue["MessageRetentionPeriod"] for queue in queues)


def test_a_refused_rule_keeps_its_event() -> None:
    for rule in resources("AWS::Events::Rule").values():
        for target in rule["Targets"]:
            assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["FailureQueue", "Arn"]}}


WRITES = {name: rule for name, rule in resources("AWS::Events::Rule").items() if name.startswith("WriteBack")}


def test_nothing_is_written_to_a_crm_unless_somebody_asks_for_it() -> None:
    written = [name for name in template()["Resources"] if name.startswith("WriteBack")]
    assert {"WriteBackConnection", "WriteBackDestination", "WriteBackRole", *WRITES} == set(written)
    for parameters, some in (({}, []), ({"WriteBackUrl": "https://example.my.salesforce.com"}, written)):
        deployed = Deployed(parameters)
        found = [name for name in written if deployed.holds(template()["Resources"][name]["Condition"])]
        assert bool(found) is bool(some)


@pytest.mark.parametrize("name", WRITES)
def test_a_write_to_the_crm_is_ours_alone_and_does_not_outlive_what_it_says(name: str) -> None:
    (target,) = WRITES[name]["Targets"]
    assert WRITES[name]["EventPattern"]["source"] == [SOURCE]
    assert target["HttpParameters"]["HeaderParameters"]["Sforce-Call-Options"] == f"client={CLIENT}"
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 300
    assert target["RoleArn"] == {"Fn::GetAtt": ["WriteBackRole", "Arn"]}


def test_the_role_of_the_write_back_may_call_its_one_destination() -> None:
    (policy,) = resources("AWS::IAM::Role")["WriteBackRole"]["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == "events:InvokeApiDestination"
    assert statement["Resource"] == {"Fn::GetAtt": ["WriteBackDestination", "Arn"]}


def test_logs_do_not_stay_for_ever() -> None:
    groups = resources("AWS::Logs::LogGroup")
    assert groups and all(group["RetentionInDays"] for group in groups.values())
    assert GLOBALS["LoggingConfig"]["LogGroup"]["Ref"] in groups


def test_lambda_and_powertools_know_the_words_of_the_log_level() -> None:
    """Lambda's filter drops what is below its own level, whatever Powertools lets through."""
    assert GLOBALS["LoggingConfig"]["ApplicationLogLevel"] == {"Ref": "LogLevel"}
    assert GLOBALS["Environment"]["Variables"]["POWERTOOLS_LOG_LEVEL"] == {"Ref": "LogLevel"}
    words = set(template()["Parameters"]["LogLevel"]["AllowedValues"])
    assert words <= {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}
    assert words <= logging.getLevelNamesMapping().keys()


def test_every_queue_that_feeds_a_function_has_an_alarm_for_what_waits() -> None:
    watched = {
        dimension["Value"]["Fn::GetAtt"][0]
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == "ApproximateAgeOfOldestMessage"
        for dimension in alarm["Dimensions"]
    }
    assert watched == {mapping["Queue"]["Fn::GetAtt"][0] for _, mapping in SOURCES}


def test_tables_survive_the_stack() -> None:
    for resource in template()["Resources"].values():
        if resource["Type"] == "AWS::DynamoDB::Table":
            assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_a_schedule_is_named_after_its_stack() -> None:
    """Else two stages in one account have one schedule."""
    for _, schedule in events("ScheduleV2"):
        assert "${AWS::StackName}" in schedule["Name"]["Fn::Sub"]


def test_only_health_is_open_to_everybody() -> None:
    api = resources("AWS::Serverless::Api")["Api"]
    assert api["Auth"]["DefaultAuthorizer"] == "AWS_IAM"
    opened = [route["Path"] for _, route in events("Api") if "Auth" in route]
    assert opened == ["/health"]


def test_openapi_tells_of_every_route_and_of_no_other() -> None:
    told = {(path, method) for path, item in document("test")["paths"].items() for method in item}
    assert told == {(route["Path"], route["Method"]) for _, route in events("Api")}


def test_openapi_tells_who_may_be_turned_away() -> None:
    paths = document("test")["paths"]
    signed = {path for path, item in paths.items() if all("403" in told["responses"] for told in item.values())}
    assert paths.keys() - signed == {"/health"}


@pytest.mark.parametrize(("function", "route"), [(f, r) for f, r in events("Api")], ids=lambda v: str(v)[:80])
def test_a_route_of_the_template_is_a_route_of_its_function(function: str, route: Mapping[str, Any]) -> None:
    app = importlib.import_module(f"{FUNCTIONS[function]['CodeUri'].replace('/', '.')}.app").app
    path = re.sub(r"\{\w+\}", "x", route["Path"])
    taken = [one for one in app._static_routes + app._dynamic_routes if one.rule.match(path)]
    assert route["Method"].upper() in [one.method for one in taken]


# --- references ------------------------------------------------------------------------------------------------------


def names_in(value: Any) -> Iterator[str]:
    """What a part of the template refers to, as `!Ref`, `!GetAtt` and within `!Sub`."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::Sub": str(text)}:
            yield from (name.partition(".")[0] for name in re.findall(r"\$\{([\w:.]+)\}", text))
        case dict():
            for inner in value.values():
                yield from names_in(inner)
        case list():
            for inner in value:
                yield from names_in(inner)


def implied_by(condition: str | None) -> Iterator[str]:
    """The conditions that hold where this one does: itself, and those it is made of."""
    if condition is not None:
        yield condition
        for part in template()["Conditions"][condition].get("Fn::And", ()):
            yield from implied_by(part.get("Condition"))


@pytest.mark.parametrize("section", ["Resources", "Outputs"])
def test_what_is_referred_to_is_there_whichever_the_condition(section: str) -> None:
    """`sam validate --lint` does not follow all references of functions."""
    known, parameters = template()["Resources"], template()["Parameters"]
    for logical_id, part in template()[section].items():
        for name in names_in(part):
            assert name in parameters or name.startswith("AWS::") or name in known, f"{logical_id}: {name}"
            condition = known.get(name, {}).get("Condition")
            assert condition in (None, *implied_by(part.get("Condition"))), f"{logical_id}: {name} is not always there"


# --- large simulations -----------------------------------------------------------------------------------------------

MACHINE = resources("AWS::Serverless::StateMachine")["SimulateHistory"]
BUCKET = resources("AWS::S3::Bucket")["SimulationsBucket"]
STATES = MACHINE["Definition"]["States"]


def invocations() -> list[Mapping[str, Any]]:
    """The steps that call a function, those of each part included."""
    steps = [*STATES.values(), *STATES["SimulateParts"]["ItemProcessor"]["States"].values()]
    return [step for step in steps if step["Type"] == "Task"]


def test_what_large_simulations_need_is_there_only_where_they_are_switched_on() -> None:
    parameter = template()["Parameters"]["Simulations"]
    assert (parameter["Default"], parameter["AllowedValues"]) == ("off", ["off", "on"])
    needed = {"SimulatePartitionFunction", "SimulationsBucket", "SimulationsBucketPolicy", "SimulateHistory"}
    conditional = {n for n, r in template()["Resources"].items() if r.get("Condition") == "HasSimulations"}
    assert conditional == needed
    for name, output in template()["Outputs"].items():
        assert (output.get("Condition") == "HasSimulations") == (
            name in {"SimulationsBucketName", "SimulateHistoryArn"}
        )


def test_the_machine_calls_its_function_and_tries_again_what_may_succeed_later() -> None:
    assert MACHINE["DefinitionSubstitutions"]["Function"] == {"Fn::GetAtt": ["SimulatePartitionFunction", "Arn"]}
    assert len(invocations()) == 2
    for step in invocations():
        assert step["Parameters"]["FunctionName"] == "${Function}"
        (retry,) = step["Retry"]
        assert "Unavailable" in retry["ErrorEquals"], "the name of our own error, as Lambda tells it"
        assert "States.ALL" not in retry["ErrorEquals"], "a bad part is not tried again"


def test_one_part_is_one_execution_and_none_stops_the_others() -> None:
    mapped = STATES["SimulateParts"]
    assert mapped["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
    assert mapped["ItemReader"]["Resource"].endswith(":s3:listObjectsV2")
    assert mapped["ResultWriter"]["Resource"].endswith(":s3:putObject")
    assert mapped["ToleratedFailurePercentage"] == 100
    assert mapped["Next"] == "AddUp", "which fails where a part has no result"


def test_the_machine_has_the_form_that_step_functions_takes() -> None:
    """SAM makes a text of it, into which cfn-lint does not look."""
    text = json.dumps(MACHINE["Definition"])
    for name, value in (("Partition", "aws"), ("Bucket", "bucket"), ("Function", "function")):
        text = text.replace(f"${{{name}}}", value)
    role = "arn:aws:iam::111122223333:role/machine"
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"RoleArn": role, "Definition": json.loads(text)},
    }
    found = lint_all(json.dumps({"Resources": {"Machine": machine}}))
    assert not [str(fault) for fault in found if fault.rule.id.startswith("E")]
    for steps in (MACHINE["Definition"], STATES["SimulateParts"]["ItemProcessor"]):
        following = [steps["StartAt"], *(step["Next"] for step in steps["States"].values() if "Next" in step)]
        assert sorted(following) == sorted(steps["States"]), "each step is reached once"


def test_the_machine_may_do_only_what_is_named() -> None:
    for statement in statements(MACHINE):
        assert not [action for action in as_list(statement["Action"]) if "*" in action]
        assert not [one for one in as_list(statement["Resource"]) if one == "*"]


def test_the_bucket_is_private_encrypted_and_forgets() -> None:
    assert set(BUCKET["PublicAccessBlockConfiguration"].values()) == {True}
    assert BUCKET["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    (rule,) = BUCKET["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 30)
    (refusal,) = resources("AWS::S3::BucketPolicy")["SimulationsBucketPolicy"]["PolicyDocument"]["Statement"]
    assert (refusal["Effect"], refusal["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_the_bus_hands_on_every_event_of_others() -> None:
    rule = resources("AWS::Events::Rule")["CrmChangesRule"]
    assert rule["EventPattern"] == {"source": [{"anything-but": ["rekindle"]}]}
