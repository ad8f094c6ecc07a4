"""A large history, simulated part by part: each by itself, and in the end the credit of all added up.

In the bucket, a run named NAME leaves under `results/NAME/`: `decisions/` and `summaries/`, a file for each part, and
`summary.json`.
"""

import gzip
import json
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from rekindle.adapters.aws.objects import Bucket
from rekindle.adapters.history import BadHistory, History
from rekindle.adapters.wire import simulations
from rekindle.adapters.wire.settings import document as settings
from rekindle.adapters.wire.settings import reading
from rekindle.adapters.wire.views.decisions import LISTED, decision
from rekindle.domain.core.errors import InvalidSettings, Malformed, Refusal
from rekindle.runtime.simulation.requests import no_search_for_cycles, played, summary
from rekindle.runtime.simulation.simulator import Simulation

Json = dict[str, Any]

NAMED = 20
"""Parts without a result that an error names."""
RUN = frozenset({"parts", "settings", "against"})
"""What a run may be started with."""


class NotSimulated(Exception):
    """Why there is no result. Trying again will not help."""


@dataclass(frozen=True)
class SimulatedParts:
    """`run` is what the run was started with: `parts`, with what the keys of its parts begin; `settings`, and
    `against` where they are to be compared with others: the keys of settings documents."""

    bucket: Bucket

    def simulate(self, run: Mapping[str, str], name: str, part: str) -> Json:
        """One part. Answers its counts. Raises NotSimulated and Unavailable."""
        try:
            simulated = [Simulation(document) for document in self._documents(run)]
            with TemporaryDirectory() as scratch:
                simulated_part = self._simulated(simulated, Path(scratch), part, _decisions(run, name, part))
        except BadHistory as bad:
            raise NotSimulated(f"{part}, {bad}") from bad
        except Refusal as refusal:
            raise NotSimulated(f"{part}: {refusal.message}") from refusal
        self.bucket.write(_summary(run, name, part), json.dumps({"part": part, **simulated_part}).encode())
        return {"part": part, **simulated_part["counts"]}

    def _simulated(self, simulated: list[Simulation], scratch: Path, part: str, key: str) -> Json:
        self.bucket.fetch(part, scratch / "history")
        with closing(History(scratch / "history")) as history, no_search_for_cycles():
            decisions = 0
            with gzip.open(scratch / "decisions", "wb") as file:
                for explanation in played(simulated[0], history):
                    file.write(msgspec.json.encode(decision(explanation, listed=LISTED)) + b"\n")
                    decisions += 1
            for other in simulated[1:]:
                for _ in played(other, history):
                    pass
        with (scratch / "decisions").open("rb") as written:
            self.bucket.write(key, written)
        return summary(len(history), decisions, *simulated)

    def add_up(self, run: Mapping[str, str], name: str) -> Json:
        """All parts. Answers their counts, and where the credit is. Raises NotSimulated and Unavailable."""
        parts = list(self.bucket.keys(run["parts"]))
        if not parts:
            raise NotSimulated(f"no file's key begins with {run['parts']!r}")
        there = set(self.bucket.keys(_results(name)))
        missing = [part for part in parts if _summary(run, name, part) not in there]
        if missing:
            names = ", ".join(missing[:NAMED])
            raise NotSimulated(f"{len(missing)} of {len(parts)} parts failed, the map run says why: {names}")
        total = _added_up([json.loads(self.bucket.read(_summary(run, name, part))) for part in parts])
        key = f"{_results(name)}summary.json"
        self.bucket.write(key, json.dumps({**total, "parts": len(parts)}).encode())
        return {"summary": key, "parts": len(parts), **total["counts"]}

    def _documents(self, run: Mapping[str, str]) -> list[Mapping[str, Any]]:
        for field in sorted(run.keys() - RUN):
            raise NotSimulated(f"{field}: there is no such field; a run takes parts, settings and against")
        if "settings" not in run:
            raise NotSimulated("settings: this field is required, the key of a YAML or JSON file")
        keys = [run["settings"], *([run["against"]] if "against" in run else [])]
        return [self._document(key) for key in keys]

    def _document(self, key: str) -> Mapping[str, Any]:
        try:
            return settings.checked(reading.parsed(self.bucket.read(key)))
        except InvalidSettings as refusal:
            listed = "; ".join(f"{path}: {message}" for path, message in refusal.faults)
            raise NotSimulated(f"{key}: {listed}") from refusal
        except Malformed as refusal:
            raise NotSimulated(f"{key}: {refusal.message}") from refusal


def _added_up(summaries: list[Json]) -> Json:
    credit, counts = Counter[str](), Counter[str]()
    others = {"passed_over": Counter[str](), "unmapped_statuses": Counter[str]()}
    against: Counter[str] | None = None
    names: dict[str, str] = {}
    for part in summaries:
        credit.update(part["credit"])
        counts.update(part["counts"])
        for name, counter in others.items():
            counter.update(part.get(name, {}))
        if "difference" in part:
            against = Counter() if against is None else against
            against.update({row["campaign_id"]: row["against"] for row in part["difference"]})
            names |= {row["campaign_id"]: row["name"] for row in part["difference"]}
    return {**simulations.credits_shown(credit, against, names.__getitem__), **others, "counts": dict(counts)}


def _results(name: str) -> str:
    return f"results/{name}/"


def _label(run: Mapping[str, str], part: str) -> str:
    return part.removeprefix(run["parts"]).removesuffix(".gz")


def _decisions(run: Mapping[str, str], name: str, part: str) -> str:
    return f"{_results(name)}decisions/{_label(run, part)}.gz"


def _summary(run: Mapping[str, str], name: str, part: str) -> str:
    return f"{_results(name)}summaries/{_label(run, part)}.json"
