"""template.yaml, read by the tests: what they run against is what is deployed."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from rekindle.adapters.dynamodb.connection import TableNames

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"

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


def loaded(path: Path) -> Mapping[str, Any]:
    with path.open(encoding="utf-8") as file:
        found: Mapping[str, Any] = yaml.load(file, _Loader)  # noqa: S506 (a safe loader, with CloudFormation's tags)
    return found


@lru_cache
def template() -> Mapping[str, Any]:
    return loaded(TEMPLATE)


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
    found: list[Mapping[str, Any]] = [event["Properties"] for event in events if event["Type"] == kind]
    (properties,) = found
    return properties


def create_tables(client: Any, suffix: str = "", *, streams: bool = True) -> TableNames:
    """Create the template's tables, named after their logical ids. Without streams, which DynamoDB Local looks up at
    each write among all that there ever were, they are quicker."""
    names = {}
    for logical_id, properties in resources("AWS::DynamoDB::Table").items():
        names[logical_id] = f"{logical_id}{suffix}"
        request = {key: properties[key] for key in _CREATED_WITH if key in properties}
        if streams and "StreamSpecification" in properties:
            request["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
        # On a busy machine botocore asks a second time while the first request is still worked on.
        with suppress(client.exceptions.ResourceInUseException):
            client.create_table(TableName=names[logical_id], **request)
    return TableNames(
        people=names["PeopleTable"],
        scores=names["ScoresTable"],
        ledger=names["LedgerTable"],
        reference=names["ReferenceTable"],
    )


@dataclass(frozen=True)
class Deployed:
    """The template under some parameters, as CloudFormation would see it."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """What `Ref` or `GetAtt` answer of a resource, such as `Bus` or `Bus.Arn`; by default that name itself."""

    def resources(self, kind: str) -> dict[str, Any]:
        """The properties of the resources of a type whose condition holds, without intrinsic functions."""
        return {
            name: self.resolved(resource["Properties"])
            for name, resource in template()["Resources"].items()
            if resource["Type"] == kind and ("Condition" not in resource or self.holds(resource["Condition"]))
        }

    def holds(self, condition: Any) -> bool:
        """A condition, by its name or as it is written."""
        if isinstance(condition, str):
            return self.holds(template()["Conditions"][condition])
        ((function, value),) = condition.items()
        match function:
            case "Condition":
                return self.holds(value)
            case "Fn::Equals":
                return bool(self.resolved(value[0]) == self.resolved(value[1]))
            case "Fn::Not":
                return not self.holds(value[0])
            case "Fn::And":
                return all(map(self.holds, value))
        raise NotImplementedError(function)

    def resolved(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.resolved(one) for one in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((function, given),) = value.items()
            match function:
                case "Ref":
                    return self._named(given)
                case "Fn::GetAtt":
                    return self._named(".".join(given))
                case "Fn::Sub":
                    return re.sub(r"\$\{([^}]+)\}", lambda found: self._named(found[1]), given)
        return {key: self.resolved(inner) for key, inner in value.items()}

    def _named(self, name: str) -> str:
        declared = template()["Parameters"].get(name)
        if declared is not None:
            return str(self.parameters.get(name, declared.get("Default")))
        return self.names.get(name, name)
