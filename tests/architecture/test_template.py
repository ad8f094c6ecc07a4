"""template.yaml, the folders and the names agree, and every way in has its way out for what fails."""

import ast
import importlib
import json
import logging
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from cfnlint.api import lint_all
from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

from rekindle.adapters.aws.eventbridge import SOURCE
from rekindle.adapters.parquet import BUS_EVENTS, EVENTS, TABLES
from rekindle.adapters.sources.salesforce_changes import CLIENT
from rekindle.adapters.wire.describe.document import document
from rekindle.application.ports.notifications import CLAIMED, SENT_KEPT
from rekindle.runtime.aws import RESENDING
from tests.support.permissions import as_list, permissions_of, statements_of, used_by_lambda
from tests.support.template import ROOT, TEMPLATE, Deployed, resources, template

FUNCTIONS = resources("AWS::Serverless::Function")
GLOBALS = template()["Globals"]["Function"]
QUEUES = resources("AWS::SQS::Queue")
ALARMS = resources("AWS::CloudWatch::Alarm")
FOLDERS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))

OTHER_USE_CASES = {
    "show_console_files": "sign_in_users",
    "show_book_pages": "show_books",
    "show_campaign_pages": "show_campaigns",
    "show_decision_pages": "show_records",
    "show_import_pages": "answer_imports",
    "show_people_pages": "show_records",
    "show_settings_pages": "change_settings",
    "show_target_pages": "show_targets",
    "show_work_pages": "resend_failures",
    "put_facts": "record_crm_changes",
    "describe_service": "change_settings",
    "import_files": "import_rows",
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


SECTIONS = [
    "What functions share",
    "People",
    "Reactivation",
    "Assignment",
    "Lifecycle",
    "Measures",
    "Settings",
    "Notifications",
    "Write-back to Salesforce",
    "Records",
    "Webhooks",
    "Links",
    "Imports",
    "Simulation",
    "API",
    "Console",
    "Failures",
    "Dashboard",
    "Alarms",
]
"""In the order of the product's rooms; then what watches them."""


def test_sections_stand_in_the_order_of_the_rooms() -> None:
    titles = re.findall(r"^  # -+ (.+)$", TEMPLATE.read_text(encoding="utf-8"), re.MULTILINE)
    assert titles == SECTIONS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_stands_before_its_role_which_is_nobody_elses(name: str) -> None:
    names = list(template()["Resources"])
    role = FUNCTIONS[name]["Role"]["Fn::GetAtt"][0]
    assert role == name.removesuffix("Function") + "Role"
    assert names[names.index(name) + 1] == role
    (trusted,) = resources("AWS::IAM::Role")[role]["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Principal"] == {"Service": "lambda.amazonaws.com"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_may_do_only_what_is_named(name: str) -> None:
    for statement in statements_of(name):
        assert statement["Effect"] == "Allow"
        actions = as_list(statement["Action"])
        assert not [action for action in actions if "*" in action]
        # X-Ray knows no resources.
        assert statement["Resource"] != "*" or all(action.startswith("xray:") for action in actions)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_allows_what_lambda_does_with_it(name: str) -> None:
    """On the function's own queue, stream and destination: SAM's managed policies would allow it on all of them."""
    assert used_by_lambda(name) <= permissions_of(name)
    own = {p.resource for p in used_by_lambda(name)}
    received = {p.resource for p in permissions_of(name) if p.action in {"sqs:ReceiveMessage", "dynamodb:GetRecords"}}
    assert received <= own


def test_the_bus_takes_what_rekindle_says_from_the_announcing_function_alone() -> None:
    policy = resources("AWS::Events::EventBusPolicy")["BusPolicy"]
    statement = policy["Statement"]
    assert (policy["EventBusName"], statement["Effect"]) == ({"Ref": "Bus"}, "Deny")
    assert (statement["Principal"], statement["Action"]) == ("*", "events:PutEvents")
    assert statement["Condition"]["ForAnyValue:StringEquals"] == {"events:source": SOURCE}
    announcing = [name for name in FUNCTIONS if "events:PutEvents" in {p.action for p in permissions_of(name)}]
    roles = [FUNCTIONS[name]["Role"] for name in announcing]
    assert as_list(statement["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]) == roles


UNKNOWN_TO_THE_LOCAL_CLOUD = {"AWS::Events::EventBusPolicy", "AWS::Events::Connection", "AWS::Events::ApiDestination"}


def test_what_the_local_cloud_does_not_know_is_not_asked_of_it() -> None:
    local = Deployed({"IsLocal": "true"})
    for name, resource in template()["Resources"].items():
        condition = resource.get("Condition")
        if condition is None or local.holds(condition):
            assert resource["Type"] not in UNKNOWN_TO_THE_LOCAL_CLOUD, name
            assert "Metrics" not in resource.get("Properties", {}), f"{name}: it knows no sums of metrics"


# --- names -----------------------------------------------------------------------------------------------------------

LONGEST_STACK_NAME = 128
LONGEST_STAGE = 16
LIMITS = {
    ("AWS::Events::EventBus", "Name"): 256,
    ("AWS::Serverless::Api", "Name"): 1024,
    ("AWS::Logs::LogGroup", "LogGroupName"): 512,
    ("AWS::CloudWatch::Dashboard", "DashboardName"): 255,
}
"""What AWS allows for each name that is made of the stack's. CloudFormation makes the others, and cuts them."""
NAMES = {"Name", "DisplayName", "FunctionName", "QueueName", "TableName", "TopicName", "BucketName", "RoleName"}
NAMES |= {"AlarmName", "PolicyName", "ManagedPolicyName", "StateMachineName", "LogGroupName", "DashboardName"}


def names() -> Iterator[tuple[str, str, Any]]:
    """The names that the template itself gives, each with its type and its property."""
    for resource in template()["Resources"].values():
        for key, value in resource.get("Properties", {}).items():
            if key in NAMES and "AWS::StackName" in json.dumps(value):
                yield resource["Type"], key, value
    for _, schedule in events("ScheduleV2"):
        assert schedule["OmitName"] is True, "SAM's own name is one for all stacks of an account"


def test_names_fit_at_the_longest_name_of_a_stack() -> None:
    named = list(names())
    assert {(kind, key) for kind, key, _ in named} == LIMITS.keys()
    for kind, key, value in named:
        text = value.get("Fn::Sub", "${AWS::StackName}")
        composed = text.replace("${AWS::StackName}", "s" * LONGEST_STACK_NAME).replace("${Stage}", "s" * LONGEST_STAGE)
        assert len(composed) <= LIMITS[kind, key]


STREAMS = list(events("DynamoDB"))


@pytest.mark.parametrize(("function", "mapping"), STREAMS, ids=[name for name, _ in STREAMS])
def test_a_stream_mapping_filters_and_keeps_whole_what_it_gives_up(function: str, mapping: Mapping[str, Any]) -> None:
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["ParallelizationFactor"] == 10
    # The announcing function tries on until a record is too old: it fails where the bus does, and not for a record.
    retries = mapping["MaximumRetryAttempts"]
    assert retries == -1 if function == "AnnounceChangesFunction" else 0 < retries <= 10
    assert mapping["MaximumRecordAgeInSeconds"] < 24 * 3600, "a stream keeps a record for a day"
    kept = mapping["DestinationConfig"]["OnFailure"]
    assert kept == {"Type": "S3", "Destination": {"Fn::GetAtt": ["FailedRecordsBucket", "Arn"]}}
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


def test_a_function_has_the_time_to_process_again_what_it_failed_with() -> None:
    timeouts = [FUNCTIONS[function].get("Timeout", GLOBALS["Timeout"]) for function, _ in STREAMS]
    assert max(timeouts) < RESENDING < FUNCTIONS["ResendFailuresFunction"]["Timeout"]


SOURCES = list(events("SQS"))


@pytest.mark.parametrize(("function", "mapping"), SOURCES, ids=[name for name, _ in SOURCES])
def test_a_queue_waits_for_its_function_and_keeps_what_fails(function: str, mapping: Mapping[str, Any]) -> None:
    queue = QUEUES[mapping["Queue"]["Fn::GetAtt"][0]]
    timeout = FUNCTIONS[function].get("Timeout", GLOBALS["Timeout"])
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert queue["VisibilityTimeout"] >= 6 * timeout
    if queue is QUEUES["FailureQueue"]:
        # What cannot be kept stays where it is, and an alarm fires.
        assert "RedrivePolicy" not in queue
    else:
        assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["FailureQueue", "Arn"]}


def test_a_failed_message_is_kept_two_weeks() -> None:
    assert {queue["MessageRetentionPeriod"] for queue in QUEUES.values()} == {14 * 24 * 3600}


def test_failed_records_outlive_the_message_that_names_them() -> None:
    bucket = resources("AWS::S3::Bucket")["FailedRecordsBucket"]
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] > 14
    assert bucket["NotificationConfiguration"]["EventBridgeConfiguration"]["EventBridgeEnabled"] is True
    told = resources("AWS::Events::Rule")["FailedRecordsRule"]
    assert told["EventPattern"]["detail"] == {"bucket": {"name": [{"Ref": "FailedRecordsBucket"}]}}
    assert [target["Arn"] for target in told["Targets"]] == [{"Fn::GetAtt": ["FailureQueue", "Arn"]}]
    (allowed, _) = resources("AWS::SQS::QueuePolicy")["QueuesFromRules"]["PolicyDocument"]["Statement"]
    assert {"Fn::GetAtt": ["FailedRecordsRule", "Arn"]} in allowed["Condition"]["ArnEquals"]["aws:SourceArn"]


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


_GLUE = {"string": "string", "bool": "boolean", "int": "bigint", "double": "double", "date": "date"}
_GLUE["timestamp"] = "timestamp"


def test_the_tables_of_the_catalogue_have_the_columns_that_are_exported() -> None:
    stored = {one["TableInput"]["Name"]: one["TableInput"] for one in resources("AWS::Glue::Table").values()}
    columns = {
        name: {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}
        for name, table in stored.items()
    }
    detail = ",".join(f"{name}:{_GLUE[kind]}" for name, kind in BUS_EVENTS.items())
    of_bus = dict.fromkeys(("id", "source", "detail_type", "time"), "string") | {"detail": f"struct<{detail}>"}
    exported = {name: {one: _GLUE[kind] for one, kind in table.items()} for name, table in TABLES.items()}
    assert columns == {EVENTS: of_bus, **exported}
    for name, table in stored.items():
        template_of = table["Parameters"]["storage.location.template"]["Fn::Sub"]
        assert template_of == f"s3://${{AnalysisBucket}}/{name}/day=${{!day}}"


def test_logs_do_not_stay_for_ever() -> None:
    groups = resources("AWS::Logs::LogGroup")
    assert groups and all(group["RetentionInDays"] for group in groups.values())
    assert GLOBALS["LoggingConfig"]["LogGroup"]["Ref"] in groups


def test_lambda_drops_no_line_of_metrics() -> None:
    """It takes them for INFO. What is below `LogLevel` is dropped by the function itself."""
    assert GLOBALS["LoggingConfig"]["LogFormat"] == "JSON"
    assert GLOBALS["LoggingConfig"]["ApplicationLogLevel"] == "INFO"
    assert GLOBALS["Environment"]["Variables"]["POWERTOOLS_LOG_LEVEL"] == {"Ref": "LogLevel"}
    assert set(template()["Parameters"]["LogLevel"]["AllowedValues"]) <= logging.getLevelNamesMapping().keys()


def test_every_queue_that_feeds_a_function_has_an_alarm_for_what_waits() -> None:
    watched = {
        dimension["Value"]["Fn::GetAtt"][0]
        for alarm in ALARMS.values()
        if alarm.get("MetricName") == "ApproximateAgeOfOldestMessage"
        for dimension in alarm["Dimensions"]
    }
    assert watched == {"FailureQueue", *(mapping["Queue"]["Fn::GetAtt"][0] for _, mapping in SOURCES)}


def test_every_stream_that_feeds_a_function_has_an_alarm_for_what_waits() -> None:
    watched = {
        dimension["Value"]["Ref"]
        for alarm in ALARMS.values()
        if alarm.get("MetricName") == "IteratorAge"
        for dimension in alarm["Dimensions"]
    }
    assert watched == {function for function, _ in STREAMS}


METRICS_OF_AN_ALARM = 10
"""CloudWatch takes no more."""


def throttles_watched() -> list[tuple[str, ...]]:
    return [
        (
            metric["MetricName"],
            *(
                str(one["Value"].get("Ref") if isinstance(one["Value"], dict) else one["Value"])
                for one in metric["Dimensions"]
            ),
        )
        for alarm in ALARMS.values()
        for query in alarm.get("Metrics", ())
        if "MetricStat" in query
        for metric in [query["MetricStat"]["Metric"]]
        if metric["Namespace"] == "AWS/DynamoDB"
    ]


def test_every_table_and_every_index_has_an_alarm_for_what_is_throttled() -> None:
    expected = []
    for name, table in resources("AWS::DynamoDB::Table").items():
        expected += [("ReadThrottleEvents", name), ("WriteThrottleEvents", name)]
        for index in table.get("GlobalSecondaryIndexes", ()):
            expected.append(("WriteThrottleEvents", name, index["IndexName"]))
    assert sorted(throttles_watched()) == sorted(expected)
    for alarm in ALARMS.values():
        assert len([query for query in alarm.get("Metrics", ()) if "MetricStat" in query]) <= METRICS_OF_AN_ALARM


def test_every_function_is_watched_for_errors_and_throttles() -> None:
    """All log into the one group that the errors are counted in, and the throttles are those of the account."""
    assert GLOBALS["LoggingConfig"]["LogGroup"] == {"Ref": "Logs"}
    assert not any("LoggingConfig" in function for function in FUNCTIONS.values())
    assert resources("AWS::Logs::MetricFilter")["FunctionErrors"]["LogGroupName"] == {"Ref": "Logs"}
    assert "Dimensions" not in ALARMS["FunctionsAreThrottled"]


def test_every_api_has_an_alarm_for_what_fails() -> None:
    watched = [alarm["Dimensions"][0]["Value"] for alarm in ALARMS.values() if alarm.get("MetricName") == "5XXError"]
    assert watched == [api["Name"] for api in resources("AWS::Serverless::Api").values()]


BY_WHAT_IT_COUNTS = {"KeepFailuresFunction": "FailuresAreNotCounted"}
"""It also runs for each message, so its runs say nothing of its schedule."""
WITHOUT = {
    "CountCampaignsFunction": "how often it runs, a parameter says",
    "CloseBooksFunction": "it runs once a day, and each run also closes what the one before should have",
}
"""Functions of a schedule without an alarm for a run that is missing. A run that fails is an error all the same."""


def test_every_function_of_a_schedule_has_an_alarm_for_when_it_does_not_run() -> None:
    watched = {
        dimension["Value"]["Ref"]
        for alarm in ALARMS.values()
        if alarm.get("MetricName") == "Invocations"
        for dimension in alarm["Dimensions"]
    }
    assert ALARMS[BY_WHAT_IT_COUNTS["KeepFailuresFunction"]]["TreatMissingData"] == "breaching"
    scheduled = {function for function, _ in events("ScheduleV2")}
    assert watched == scheduled - WITHOUT.keys() - BY_WHAT_IT_COUNTS.keys()


@pytest.mark.parametrize("name", resources("AWS::Serverless::StateMachine"))
def test_every_machine_has_an_alarm_for_executions_that_failed(name: str) -> None:
    watched = [
        alarm["Dimensions"][0]["Value"] for alarm in ALARMS.values() if alarm.get("MetricName") == "ExecutionsFailed"
    ]
    assert {"Ref": name} in watched


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_reaches_somebody_and_says_what_happened(name: str) -> None:
    assert ALARMS[name]["AlarmActions"] == [{"Ref": "Alarms"}]
    assert ALARMS[name]["AlarmDescription"].endswith(".")


def counted() -> set[str]:
    """The names of the metrics that the functions write."""
    sources = [*(ROOT / "functions").rglob("app.py"), *(ROOT / "layers").rglob("*.py")]
    return set(re.findall(r'"([A-Z][A-Za-z]+)"', "".join(path.read_text(encoding="utf-8") for path in sources)))


NOT_YET_WRITTEN = {"UnmappedStatuses"}


def test_alarms_and_dashboard_show_what_the_functions_count() -> None:
    alarms = {alarm["MetricName"] for alarm in ALARMS.values() if alarm.get("Namespace") == "Rekindle"}
    body = json.loads(resources("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"])
    shown: set[str] = set()
    for widget in body["widgets"]:
        namespace = ""
        for metric in widget["properties"]["metrics"]:
            namespace = metric[0] if metric[0] not in (".", "...") else namespace
            shown |= {metric[1]} if namespace == "Rekindle" and metric[0] != "..." else set()
    assert alarms | shown <= counted() | NOT_YET_WRITTEN


def test_our_alarms_are_of_our_stack_alone() -> None:
    dimensions = [{"Name": "service", "Value": "rekindle"}, {"Name": "stack", "Value": {"Ref": "AWS::StackName"}}]
    found = [alarm["Dimensions"] for alarm in ALARMS.values() if alarm.get("Namespace") == "Rekindle"]
    assert found and all(one == dimensions for one in found)
    assert GLOBALS["Environment"]["Variables"]["STACK"] == {"Ref": "AWS::StackName"}


def test_a_deployment_goes_back_when_an_alarm_fires() -> None:
    gradual = GLOBALS["DeploymentPreference"]
    assert gradual["Enabled"] == {"Ref": "GradualDeployment"}
    assert {alarm["Ref"] for alarm in gradual["Alarms"]} <= ALARMS.keys()
    assert GLOBALS["AutoPublishAlias"]


def translated(**parameters: str) -> dict[str, Any]:
    """What CloudFormation's transform makes of the template."""
    source = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))
    for resource in source["Resources"].values():
        for uri in {"CodeUri", "ContentUri"} & resource.get("Properties", {}).keys():
            resource["Properties"][uri] = "s3://bucket/key"
    policies = SimpleNamespace(load=dict)
    found: dict[str, Any] = transform(source, parameters, policies)
    return found["Resources"]


def test_every_function_is_deployed_gradually_where_that_is_switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere none is: the local cloud, which takes the template, does not know CodeDeploy."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    made = translated(GradualDeployment="true").values()
    groups = [one for one in made if one["Type"] == "AWS::CodeDeploy::DeploymentGroup"]
    updated = [one for one in made if one["Type"] == "AWS::Lambda::Alias" and "UpdatePolicy" in one]
    assert len(groups) == len(updated) == len(FUNCTIONS)
    assert [one["Condition"] for one in groups if "Condition" in one] == ["HasSimulations"]


PROD = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))["prod"]["deploy"]["parameters"]


def test_prod_asks_for_all_that_only_prod_has() -> None:
    told = dict(one.split("=", 1) for one in PROD["parameter_overrides"])
    assert told.keys() == {"Stage", "AlarmEmail", "GradualDeployment", "Tracing", "AccessLogs"}
    assert told.keys() <= template()["Parameters"].keys()


def test_tables_cannot_be_deleted_in_prod() -> None:
    for table in resources("AWS::DynamoDB::Table").values():
        assert table["DeletionProtectionEnabled"] == {"Fn::If": ["IsProd", True, False]}
    assert Deployed({"Stage": "prod"}).holds("IsProd") and not Deployed({"Stage": "dev"}).holds("IsProd")


def test_tables_survive_the_stack() -> None:
    for resource in template()["Resources"].values():
        if resource["Type"] == "AWS::DynamoDB::Table":
            assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def routes(api: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The routes of one of the two APIs, each with its function."""
    return [(function, route) for function, route in events("Api") if route["RestApiId"] == {"Ref": api}]


MISSING = "/{proxy+}"
"""The path of what has no path."""
ROUTES = [(function, route) for function, route in routes("Api") if route["Path"] != MISSING]
CONSOLE = routes("ConsoleApi")


def test_a_missing_path_is_answered_by_a_function_that_may_do_nothing() -> None:
    answering = {function for function, route in events("Api") if route["Path"] == MISSING}
    assert answering == {"DescribeServiceFunction"}
    assert {p.action.partition(":")[0] for p in permissions_of("DescribeServiceFunction")} == {"logs", "xray"}


OPEN = {"/health", "/docs"}
"""What holds nothing secret, and is asked for by monitors and browsers."""
PROVED = {"/webhooks/{source}", "/r/{token}"}
"""What is asked for by tools and browsers that cannot sign: the function checks their own proof."""


def test_only_health_the_documentation_webhooks_and_links_are_open_to_everybody() -> None:
    api = resources("AWS::Serverless::Api")["Api"]
    assert api["Auth"]["DefaultAuthorizer"] == "AWS_IAM"
    opened = {route["Path"] for _, route in routes("Api") if "Auth" in route}
    assert opened == {*OPEN, *PROVED, MISSING}


def test_every_page_of_the_console_needs_a_session_but_the_way_in_and_out() -> None:
    auth = resources("AWS::Serverless::Api")["ConsoleApi"]["Auth"]
    (name,) = auth["Authorizers"]
    assert auth["DefaultAuthorizer"] == name and auth["Authorizers"][name]["Identity"]["ReauthorizeEvery"] == 0
    opened = {route["Path"].removeprefix("/console") for _, route in CONSOLE if "Auth" in route}
    assert opened == {"", "/sign-in", "/signed-in", "/sign-out", "/signed-out", "/static/{name}"}
    assert {route["Path"].split("/")[1] for _, route in CONSOLE} == {"console"}


API_FUNCTIONS = sorted({function for function, _ in events("Api")})


@pytest.mark.parametrize("name", API_FUNCTIONS)
def test_callers_of_the_api_can_be_kept_from_starving_the_streams(name: str) -> None:
    condition, reserved, otherwise = FUNCTIONS[name]["ReservedConcurrentExecutions"]["Fn::If"]
    parameter = reserved["Ref"]
    assert parameter == ("SimulationConcurrency" if name == "SimulateSettingsFunction" else "ApiConcurrency")
    assert otherwise == {"Ref": "AWS::NoValue"}
    assert not Deployed().holds(condition) and Deployed({parameter: "5"}).holds(condition)


def test_what_the_gateway_refuses_is_a_problem_too() -> None:
    answers = resources("AWS::Serverless::Api")["Api"]["GatewayResponses"]
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "ACCESS_DENIED", "UNAUTHORIZED", "THROTTLED"} <= answers.keys()
    for kind, answer in answers.items():
        assert answer["ResponseParameters"]["Headers"] == {"Content-Type": "'application/problem+json'"}
        (text,) = answer["ResponseTemplates"].values()
        problem = json.loads(text.replace("$context.error.messageString", '"a text in quotes"'))
        assert {"type", "title", "code", "detail"} <= problem.keys()
        assert problem.get("status") == answer.get("StatusCode"), kind


def test_openapi_tells_of_every_route_and_of_no_other() -> None:
    told = {(path, method) for path, item in document("test")["paths"].items() for method in item}
    assert told == {(route["Path"], route["Method"]) for _, route in ROUTES}


def test_openapi_tells_who_may_be_turned_away() -> None:
    paths = document("test")["paths"]
    signed = {path for path, item in paths.items() if all("403" in told["responses"] for told in item.values())}
    assert paths.keys() - signed == OPEN | PROVED


@pytest.mark.parametrize(("function", "route"), ROUTES, ids=lambda v: str(v)[:80])
def test_a_route_of_the_template_is_a_route_of_its_function(function: str, route: Mapping[str, Any]) -> None:
    app = importlib.import_module(f"{FUNCTIONS[function]['CodeUri'].replace('/', '.')}.app").app
    path = re.sub(r"\{\w+\}", "x", route["Path"])
    taken = [one for one in app._static_routes + app._dynamic_routes if one.rule.match(path)]
    assert route["Method"].upper() in [one.method for one in taken]


# --- references ------------------------------------------------------------------------------------------------------


def names_in(value: Any, *conditions: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What a part of the template refers to, as `!Ref`, `!GetAtt` and within `!Sub`; and the conditions under which
    it does, where it stands within an `!If`."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            yield name, conditions
        case {"Fn::Sub": str(text)}:
            yield from ((name.partition(".")[0], conditions) for name in re.findall(r"\$\{([\w:.]+)\}", text))
        case {"Fn::If": [str(condition), there, otherwise]}:
            yield from names_in(there, *conditions, condition)
            yield from names_in(otherwise, *conditions)
        case dict():
            for inner in value.values():
                yield from names_in(inner, *conditions)
        case list():
            for inner in value:
                yield from names_in(inner, *conditions)


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
        for name, conditions in names_in(part):
            assert name in parameters or name.startswith("AWS::") or name in known, f"{logical_id}: {name}"
            condition = known.get(name, {}).get("Condition")
            holding = [one for given in (part.get("Condition"), *conditions) for one in implied_by(given)]
            assert condition in (None, *holding), f"{logical_id}: {name} is not always there"


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
    needed |= {"SimulatePartitionRole", "SimulateHistoryRole", "SimulateHistoryParts", "SimulationsFail"}
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
    roles, beside = resources("AWS::IAM::Role"), resources("AWS::IAM::Policy")["SimulateHistoryParts"]
    documents = [policy["PolicyDocument"] for policy in roles["SimulateHistoryRole"]["Policies"]]
    for statement in (one for policy in [*documents, beside["PolicyDocument"]] for one in policy["Statement"]):
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


def test_both_apis_log_their_accesses_without_ids():
    apis = resources("AWS::Serverless::Api")
    assert len(apis) == 2
    for api in apis.values():
        condition, setting, otherwise = api["AccessLogSetting"]["Fn::If"]
        assert (condition, otherwise) == ("HasAccessLogs", {"Ref": "AWS::NoValue"})
        assert "$context.resourcePath" in setting["Format"] and "$context.path" not in setting["Format"]
