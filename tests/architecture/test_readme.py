"""What the README tells a newcomer to type works on a stack that is new."""

import json
import re
from pathlib import Path

from rekindle.adapters.wire.events import facts_of
from rekindle.adapters.wire.rules import LARGEST_ANSWER, LARGEST_SIMULATION, MOST_EVENTS
from rekindle.adapters.wire.settings import reading
from rekindle.domain.capture.facts import RecordChanged, ResponseRecorded
from rekindle.domain.settings.settings import Scenario, Settings
from rekindle.runtime.simulation.parts import RUN
from tests.support.template import template

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^```\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def test_each_default_campaign_is_stored_before_the_settings_that_name_it() -> None:
    settings = Settings.of(reading.parsed((ROOT / "events" / "settings.yaml").read_bytes()), 0)
    defaults = (settings.scenario(scenario).default_campaign for scenario in Scenario)
    named = {campaign_id for default in defaults if default for _, campaign_id in default.references}
    (commands,) = (block for block in COMMANDS if "put settings" in block)
    assert named
    assert named <= set(re.findall(r"put campaigns/(\S+)", commands.partition("put settings")[0]))


def test_what_is_signed_carries_the_token_of_a_session() -> None:
    signed = [block for block in COMMANDS if "--aws-sigv4" in block]
    assert signed and all("x-amz-security-token: $AWS_SESSION_TOKEN" in block for block in signed)


def test_the_events_tell_of_a_campaign_before_a_response_to_it() -> None:
    (command,) = (block for block in COMMANDS if "put-events" in block)
    entries = json.loads(command.partition("'")[2].rpartition("'")[0])
    time = "2026-01-01T00:00:00Z"
    campaign, response = (
        fact
        for entry in entries
        for fact in facts_of({"detail-type": entry["DetailType"], "time": time, "detail": json.loads(entry["Detail"])})
    )
    assert isinstance(campaign, RecordChanged) and isinstance(response, ResponseRecorded)
    assert campaign.record_id == response.campaign_id


def test_the_guide_to_simulations_types_what_there_is() -> None:
    guide = (ROOT / "docs" / "simulation.md").read_text(encoding="utf-8")
    assert set(re.findall(r"output (\w+)\)", guide)) <= template()["Outputs"].keys()
    (run,) = (json.loads(found) for found in re.findall(r"--input \\\n +'(.*)'", guide))
    assert run.keys() == RUN
    for key in run.values():
        assert f"s3://$BUCKET/{key}" in guide, "what is named was put there before"
    assert f"{MOST_EVENTS:,} events and {LARGEST_SIMULATION:,} bytes" in guide and f"{LARGEST_ANSWER:,} bytes" in guide


def test_it_stays_short() -> None:
    assert len(README.splitlines()) <= 90
