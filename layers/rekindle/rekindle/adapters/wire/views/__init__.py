"""Records as the API and the command line show them (contract, sections 3 and 4). The shapes are in `wire/answers.py`,
from which the OpenAPI document is made."""

from typing import Any

Json = dict[str, Any]
