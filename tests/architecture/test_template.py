"""template.yaml, the folders and the names agree, and every way in has its way out for what fails."""

import ast
import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from rekindle.adapters.wire import openapi
from rekindle.application.ports import CLAIMED, MARKED
from tests.support.template import resources, template

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


def resource_name(folder: str) -> str:
    return "".join(word.capitalize() for word in folder.split("_")) + "Function"


def events(kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The events of a type, each with the function that has it."""
    for name, function in FUNCTIONS.items():
        for event in function["Events"].values():
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
    assert (ROOT / "layers" / "rekindle" / "rekindle" / "application" / f"{use_case}.py").is_file()


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
    assert MARKED.total_seconds() > sum(queue["MessageRetentionPeriod"] for queue in queues)


def test_a_refused_rule_keeps_its_event() -> None:
    for rule in resources("AWS::Events::Rule").values():
        assert all("DeadLetterConfig" in target for target in rule["Targets"])


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
    told = {(path, method) for path, item in openapi.document("test")["paths"].items() for method in item}
    assert told == {(route["Path"], route["Method"]) for _, route in events("Api")}


def test_openapi_tells_who_may_be_turned_away() -> None:
    paths = openapi.document("test")["paths"]
    signed = {path for path, item in paths.items() if all("403" in told["responses"] for told in item.values())}
    assert paths.keys() - signed == {"/health"}


@pytest.mark.parametrize(("function", "route"), [(f, r) for f, r in events("Api")], ids=lambda v: str(v)[:80])
def test_a_route_of_the_template_is_a_route_of_its_function(function: str, route: Mapping[str, Any]) -> None:
    folder = FUNCTIONS[function]["CodeUri"]
    source = (ROOT / folder / "app.py").read_text(encoding="utf-8")
    path = route["Path"].replace("{", "<").replace("}", ">")
    assert f'@app.{route["Method"]}("{path}")' in source
