"""State machine -> a file that was uploaded: checked, cut into parts, each part loaded or taken back; then their counts
added up."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.runtime.aws import imported_parts
from rekindle.runtime.observability import count, logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    parts, started = imported_parts(), event["started"]
    match event["do"]:
        case "begin":
            return parts.begin(started, event["execution"])
        case "part" if started["step"] == "undo":
            return parts.take_back(started["import_id"], event["part"])
        case "part":
            loaded = parts.load(started["import_id"], event["part"])
            count({"ImportedRows": loaded.get("read", 0)})
            return loaded
        case "end":
            return parts.end(started["import_id"], started["step"])
        case _:
            return parts.fail(started)
