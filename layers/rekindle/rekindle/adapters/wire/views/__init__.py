"""Records as the API and the command line show them. The shapes are in `wire/answers`,
from which the OpenAPI document is made."""

from typing import Any

Json = dict[str, Any]
