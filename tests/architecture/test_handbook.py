"""The handbook states numbers that a command of the project prints, and documents that a reader can paste."""

import json
import re
from pathlib import Path

import pytest

from rekindle.adapters.sources.salesforce_mapping import MAPPING
from tests.benchmarks import ceilings, clicks
from tests.benchmarks.bill import assumptions, table
from tests.support.template import loaded, resources

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]


def test_the_costs_are_those_that_the_command_prints() -> None:
    page = (ROOT / "docs" / "handbook" / "costs.md").read_text(encoding="utf-8")
    for printed in (table(), assumptions()):
        assert "\n".join(printed) in page, 'run "make costs" and copy its output'


def test_the_ceilings_are_those_that_the_command_prints() -> None:
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    for printed in (ceilings.table(), ceilings.needed()):
        assert "\n".join(printed) in page, 'run "make ceilings" and copy its output'


def test_the_cost_of_clicks_is_what_the_command_prints() -> None:
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert "\n".join(clicks.table()) in page, 'run "make clicks" and copy its output'


def test_each_function_that_reads_a_queue_or_a_stream_has_a_ceiling() -> None:
    reading: dict[str, set[str]] = {"SQS": set(), "DynamoDB": set()}
    for name, function in resources("AWS::Serverless::Function").items():
        for event in (function.get("Events") or {}).values():
            if event["Type"] in reading:
                reading[event["Type"]].add(name)
    assert reading == {"SQS": set(ceilings.QUEUES), "DynamoDB": set(ceilings.STREAMS)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_files(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_of_code_that_a_page_names_are_there(page: Path) -> None:
    package = ROOT / "layers" / "rekindle" / "rekindle"
    for name in re.findall(r"`([\w/]+/[\w/]+\.py)`", page.read_text(encoding="utf-8")):
        assert (ROOT / name).is_file() or (package / name).is_file(), name


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "handbook").glob("*.md")), ids=lambda page: page.name)
def test_blocks_of_json_can_be_parsed(page: Path) -> None:
    for block in re.findall(r"^ *```json\n(.*?)^ *```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        json.loads(block)


def test_each_alarm_is_explained() -> None:
    page = (ROOT / "docs" / "handbook" / "operations.md").read_text(encoding="utf-8")
    assert [alarm for alarm in resources("AWS::CloudWatch::Alarm") if f"| `{alarm}` |" not in page] == []


def test_the_forwarding_template_forwards_what_the_stack_records() -> None:
    rules = loaded(ROOT / "docs" / "handbook" / "salesforce-forwarding.yaml")["Resources"]
    _, reported, all_changes = rules["ForwardPeople"]["Properties"]["EventPattern"]["Fn::If"]
    people, records = all_changes["detail-type"], rules["ForwardRecords"]["Properties"]["EventPattern"]["detail-type"]
    assert reported["detail-type"] == people
    assert sorted(people + records) == sorted(f"{entity}ChangeEvent" for entity in MAPPING)
