"""template.yaml, read by the tests: what they run against is what is deployed."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from rekindle.adapters.dynamodb.connection import TableNames

TEMPLATE = Path(__file__).parents[2] / "template.yaml"

_CREATED_WITH = (
    "AttributeDefinitions",
    "KeySchema",
    "LocalSecondaryIndexes",
    "GlobalSecondaryIndexes",
    "BillingMode",
)


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms: `!GetAtt a.b` becomes `{"Fn::GetAtt": ["a", "b"]}`."""


def _short_form(loader: _Loader, name: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _short_form)


@lru_cache
def template() -> Mapping[str, Any]:
    with TEMPLATE.open(encoding="utf-8") as file:
        return yaml.load(file, _Loader)  # noqa: S506 (a safe loader, with CloudFormation's tags)


def resources(kind: str) -> dict[str, Mapping[str, Any]]:
    """The properties of all resources of a type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }


def event_of(function: str, kind: str) -> Mapping[str, Any]:
    """The properties of the one event of a type that a function has."""
    events = resources("AWS::Serverless::Function")[function]["Events"].values()
    (properties,) = (event["Properties"] for event in events if event["Type"] == kind)
    return properties


def create_tables(client: Any, suffix: str = "") -> TableNames:
    """Create the template's tables, named after their logical ids."""
    names = {}
    for logical_id, properties in resources("AWS::DynamoDB::Table").items():
        names[logical_id] = f"{logical_id}{suffix}"
        request = {key: properties[key] for key in _CREATED_WITH if key in properties}
        if "StreamSpecification" in properties:
            request["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
        client.create_table(TableName=names[logical_id], **request)
    return TableNames(
        people=names["PeopleTable"],
        scores=names["ScoresTable"],
        ledger=names["LedgerTable"],
        reference=names["ReferenceTable"],
    )
