"""make run: the whole product on this machine, with a history played through it.

    make run                                      plays events/history.jsonl
    make run HISTORY=file.jsonl SETTINGS=s.yaml   plays another one (plain or gzip) under other settings
    make run ONCE=1                               ends by itself: 0 only if everything was digested, nothing refused
    make run ALL=1                                shows every decision of every person, not of the first twelve

Exit status 2 means that a file cannot be used; nothing was started then.
"""

import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rekindle.adapters.history import BadHistory
from rekindle.adapters.wire.settings import document as settings_document
from rekindle.adapters.wire.settings import reading
from rekindle.domain.core.errors import Refusal
from rekindle.domain.settings.settings import Scenario, Settings
from tests.local_cloud import story
from tests.local_cloud.build import build
from tests.local_cloud.cloud import ROOT, LocalCloud, LocalCloudError
from tests.local_cloud.console import PASSWORD, ROLES
from tests.local_cloud.history import Line, campaigns_first, read, waves
from tests.local_cloud.progress import Bar, step
from tests.local_cloud.stack import LIFETIME, NotDigested, Stack

HISTORY = ROOT / "events" / "history.jsonl"
SETTINGS = ROOT / "events" / "settings.yaml"


class Unusable(Exception):
    """A file that cannot be used, in one sentence."""


def main() -> int:
    try:
        lines = history_at(Path(os.environ.get("HISTORY") or HISTORY))
        document = settings_at(Path(os.environ.get("SETTINGS") or SETTINGS))
    except Unusable as error:
        print(error, file=sys.stderr)
        return 2
    try:
        build()
        with LocalCloud() as cloud:
            stack = Stack(cloud)
            play(stack, lines, document)
            clean = tell(stack, lines)
            if not os.environ.get("ONCE"):
                stay(stack)
                return 0
            return 0 if clean else 1
    except (LocalCloudError, NotDigested) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def history_at(path: Path) -> list[Line]:
    try:
        return read(path)
    except OSError as error:
        raise Unusable(f"{path}: {error.strerror or error}.") from None
    except BadHistory as error:
        raise Unusable(f"{path}, {error}.") from None


def settings_at(path: Path) -> Mapping[str, Any]:
    try:
        document = reading.parsed(path.read_bytes())
    except OSError as error:
        raise Unusable(f"{path}: {error.strerror or error}.") from None
    except Refusal as refusal:
        raise Unusable(f"{path}: {refusal.message}.") from None
    faults = settings_document.faults(document)
    if faults:
        raise Unusable(f"{path}: " + "; ".join(f"{at}: {message}" for at, message in faults) + ".")
    return document


def play(stack: Stack, lines: Sequence[Line], document: Mapping[str, Any]) -> None:
    """Campaigns, then the settings that may name them, then everything else; each wave when the last is digested."""
    first, rest = campaigns_first(lines)
    total = len(lines)
    with Bar("Playing the history", total) as bar:
        stack.send(line.envelope for line in first)
        stack.settle()
        store_settings(stack, document)
        done = len(first)
        for wave in waves(rest):
            sent = done + len(wave.lines)
            stack.send((line.envelope for line in wave.lines), sent=partial(_while_sending, bar, stack, done))
            stack.settle(show=partial(_while_waiting, bar, sent))
            if wave.outdates:
                time.sleep(LIFETIME)
            done = sent
    with step("Waiting for the events out"):
        stack.settle(announced=True)


def _while_sending(bar: Bar, stack: Stack, before: int, sent: int) -> None:
    if sent % 100 == 0:
        bar.show(before + max(sent - stack.waiting(), 0))


def _while_waiting(bar: Bar, sent: int, waiting: int) -> None:
    bar.show(max(sent - waiting, 0))


def store_settings(stack: Stack, document: Mapping[str, Any]) -> None:
    """The settings over the API; the default campaigns that they name and the history does not have come first."""
    settings, known = Settings.of(document, 0), stack.campaign_names()
    defaults = (settings.scenario(scenario).default_campaign for scenario in Scenario)
    for campaign_id in {named for default in defaults if default for _, named in default.references}:
        if campaign_id not in known:
            name = campaign_id.replace("-", " ").replace("_", " ").capitalize()
            _done(stack.api.put("campaigns", campaign_id, body={"name": name}))
    _done(stack.api.put("settings", body=document))


def _done(answer: Any) -> None:
    if answer.status != 200:
        raise NotDigested(f"The API answered {answer.status}: {answer.body}")


def tell(stack: Stack, lines: Sequence[Line]) -> bool:
    """Prints what happened; answers whether all of it was as it should be."""
    decisions, refused = stack.decisions(), stack.failures()
    _print(story.people(stack, decisions, bool(os.environ.get("ALL"))))
    _print(story.credit_table(story.credit_of(decisions), stack.campaign_names()))
    _print(story.ways())
    _print(story.facts(stack, len(lines), decisions, refused))
    _print(story.refusals(refused, lines))
    _print(story.way_on(stack, decisions))
    return not refused


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)
    sys.stdout.flush()


def stay(stack: Stack) -> None:
    users = ", ".join(map(stack.console.user, ROLES))
    print(f"\nThe console: {stack.console.sign_in}\nSign in as {users}, with the password {PASSWORD}.")
    print(f"\nIt stays until Ctrl-C. Its bus is {stack.outputs['EventBusName']!r} at {stack.cloud.endpoint}.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
