"""What an import wrote of a record, and whether it can be taken back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

OPT_OUT = "do_not_contact"


class Left(StrEnum):
    """Why something stays as the import left it."""

    CHANGED_SINCE = "CHANGED_SINCE"
    OPT_OUT = "OPT_OUT"
    IN_USE = "IN_USE"
    PEOPLE_UNITED = "PEOPLE_UNITED"
    NOT_DELETABLE = "NOT_DELETABLE"


@dataclass(slots=True)
class Written:
    """`values` is what the import said of the record last; `before` what was known of the same fields until then, None
    where the import created the record."""

    before: dict[str, Any] | None
    values: dict[str, Any] = field(default_factory=dict)

    def add(self, values: Mapping[str, Any], before: Mapping[str, Any] | None) -> None:
        """A later fact of the same import."""
        if self.before is not None:
            for name in values.keys() - self.values.keys():
                if before is not None and name in before:
                    self.before[name] = before[name]
        self.values.update(values)

    def is_back(self, stored: Mapping[str, Any] | None) -> bool:
        """Whether nothing of it is stored."""
        if stored is None:
            return True
        return self.before is not None and all(stored.get(name) == self.before.get(name) for name in self.values)

    def changed_since(self, stored: Mapping[str, Any]) -> str | None:
        """A field that says something else than the import did."""
        return next((name for name, value in self.values.items() if stored.get(name) != value), None)
