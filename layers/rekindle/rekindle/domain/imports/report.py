"""What came of the rows of a file: every row counts once, and every cause of a refusal is counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rekindle.domain.imports.refusals import RowFault, RowRefused

FIRST_LINES = 5
"""Lines that a cause names."""
MOST_CAUSES, MOST_CAMPAIGNS = 100, 100
ABORT_OVER_PERCENT = 20
FEW = 20
"""So many refused rows abort nothing, whatever their share: a short file is looked at row by row."""


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(slots=True)
class Cause:
    """Rows that are refused for one reason, in one column."""

    fault: RowFault
    column: str | None
    repair: str
    count: int = 0
    first_lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    ignored: int = 0
    """Lines that are no rows: blank ones, and the footer of a report."""
    duplicates: int = 0
    """Rows that speak of a record of which an earlier row of the file speaks."""
    people_created: int = 0
    people_updated: int = 0
    facts: int = 0
    causes: dict[tuple[RowFault, str | None], Cause] = field(default_factory=dict)
    unknown_campaigns: Counter[str] = field(default_factory=Counter)
    """Campaigns that no record is known of, with the rows that name them."""

    @property
    def read(self) -> int:
        return self.outcomes.total()

    def refuse(self, line: int, refused: RowRefused) -> None:
        self.outcomes[Outcome.REFUSED] += 1
        key = (refused.fault, refused.column)
        if key not in self.causes and len(self.causes) >= MOST_CAUSES:
            key = (refused.fault, None)
        cause = self.causes.setdefault(key, Cause(refused.fault, key[1], refused.repair))
        cause.count += 1
        if len(cause.first_lines) < FIRST_LINES:
            cause.first_lines.append(line)

    def name_unknown_campaign(self, campaign_id: str) -> None:
        if campaign_id in self.unknown_campaigns or len(self.unknown_campaigns) < MOST_CAMPAIGNS:
            self.unknown_campaigns[campaign_id] += 1

    def is_aborted(self, over_percent: float) -> bool:
        """Whether so many rows are refused that the mapping, and not the rows, is likely to be wrong."""
        refused = self.outcomes[Outcome.REFUSED]
        return refused > FEW and refused * 100 > over_percent * self.read

    def shown(self) -> dict[str, Any]:
        causes = sorted(self.causes.values(), key=lambda cause: (-cause.count, cause.fault, cause.column or ""))
        return {
            "read": self.read,
            **{outcome.value: self.outcomes[outcome] for outcome in Outcome},
            "ignored": self.ignored,
            "duplicates": self.duplicates,
            "people": {"created": self.people_created, "updated": self.people_updated},
            "facts": self.facts,
            "causes": [_shown(cause) for cause in causes],
            "unknown_campaigns": dict(self.unknown_campaigns.most_common()),
        }


def added_up(reports: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The sum of several reports of one import, each as `Report.shown` has it."""
    numbers, people = Counter[str](), Counter[str]()
    campaigns = Counter[str]()
    causes: dict[tuple[str, str | None], dict[str, Any]] = {}
    for report in reports:
        numbers.update({name: report.get(name, 0) for name in _NUMBERS})
        people.update(report.get("people", {}))
        campaigns.update(report.get("unknown_campaigns", {}))
        for cause in report.get("causes", ()):
            known = causes.setdefault((cause["code"], cause["column"]), {**cause, "count": 0, "first_lines": []})
            known["count"] += cause["count"]
            known["first_lines"] = sorted([*known["first_lines"], *cause["first_lines"]])[:FIRST_LINES]
    listed = sorted(causes.values(), key=lambda cause: (-cause["count"], cause["code"], cause["column"] or ""))
    return {
        **{name: numbers[name] for name in _NUMBERS},
        "people": {name: people[name] for name in ("created", "updated")},
        "causes": listed[:MOST_CAUSES],
        "unknown_campaigns": dict(campaigns.most_common(MOST_CAMPAIGNS)),
    }


_NUMBERS = ("read", *(outcome.value for outcome in Outcome), "ignored", "duplicates", "facts")


def _shown(cause: Cause) -> Mapping[str, Any]:
    return {
        "code": cause.fault.value,
        "column": cause.column,
        "count": cause.count,
        "first_lines": cause.first_lines,
        "repair": cause.repair,
    }
