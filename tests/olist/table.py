"""make olist: wins whose campaign kept its credit, and wins credited to the default campaign, by origin.

DATA=folder names the folder with Olist's files.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rekindle.domain.reactivation.decision import Decision
from tests.local_cloud.story import bold, faint
from tests.olist import convert
from tests.olist.replay import Replay


@dataclass(frozen=True)
class Wins:
    """By origin."""

    kept: Counter[str]
    default: Counter[str]


def wins(decisions: Iterable[Decision], leads: Iterable[convert.Lead]) -> Wins:
    """Who holds the credit in the end: a response that arrived late may have taken the place of a default."""
    origin = {lead.lead_id: lead.origin for lead in leads}
    credited = {
        decision.person_id: decision.campaign_id
        for decision in sorted(decisions, key=lambda d: d.decided_at)
        if decision.activates
    }
    found = Wins(Counter(), Counter())
    for lead_id, campaign in credited.items():
        if campaign == origin[lead_id]:
            found.kept[campaign] += 1
        elif campaign == convert.DEFAULT_CAMPAIGN:
            found.default[origin[lead_id]] += 1
        else:
            raise ValueError(f"lead {lead_id} never responded to {campaign}")
    return found


def table(by_lookback: Sequence[tuple[int, Wins]]) -> Iterator[str]:
    origins: Counter[str] = Counter()
    for _, found in by_lookback[:1]:
        origins = found.kept + found.default
    yield f"{'':<20}" + "".join(f"  {bold(f'{f"{days} days":^17}')}" for days, _ in by_lookback)
    yield f"{'origin':<20}" + "".join(f"  {'kept':>8} {'default':>8}" for _ in by_lookback)
    for origin in sorted(origins, key=lambda o: (-origins[o], o)):
        cells = "".join(f"  {w.kept[origin] or '·':>8} {w.default[origin] or '·':>8}" for _, w in by_lookback)
        yield f"{origin:<20}{cells}"
    totals = "".join(f"  {w.kept.total():>8} {w.default.total():>8}" for _, w in by_lookback)
    yield bold(f"{'all wins':<20}{totals}")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.olist.table")
    parser.add_argument("--data", type=Path, default=convert.DATA)
    data = parser.parse_args(arguments).data
    if not convert.is_there(data):
        print(
            f"{data} does not hold Olist's files, {convert.LEADS} and {convert.DEALS}: "
            "name their folder with make olist DATA=folder.",
            file=sys.stderr,
        )
        return 2
    leads, events = convert.leads(data), convert.history(data)
    print(f"Olist's marketing funnel: {len(leads):,} leads; credit for each win by its look-back.\n")
    found = []
    for days in convert.LOOKBACKS:
        replay = Replay(convert.settings(days))
        replay.play(events)
        found.append((days, wins(replay.decisions, leads)))
    for line in table(found):
        print(line)
    print(faint("\nkept: the credit stays with the lead's own campaign; default: it goes to web-activity."))
    return 0


if __name__ == "__main__":
    sys.exit(main())
