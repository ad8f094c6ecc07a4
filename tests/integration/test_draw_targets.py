"""A target list is drawn from what is stored, and its people become members by facts of the queue."""

import gzip
import json
from pathlib import Path

import pytest

from functions.draw_targets.app import handler
from functions.record_crm_changes.app import handler as record
from functions.show_campaigns.app import handler as campaigns
from functions.show_targets.app import handler as show
from rekindle.cli.main import main
from tests.integration.conftest import CONTEXT, Aws, batch, call, envelope, event, invoked
from tests.integration.test_show_metrics import configured

CAMPAIGN = "refinement"


def known() -> None:
    """Somebody who responded, and a campaign to come."""
    configured()
    told = batch(
        envelope("Campaign Changed", "2026-01-01T00:00:00Z", campaign_id=CAMPAIGN),
        envelope("Campaign Changed", "2026-01-01T00:00:00Z", campaign_id="fair"),
        envelope("Person Changed", "2026-01-02T00:00:00Z", person_id="p1", score=1, email="p1@example.com"),
        envelope(
            "Response Recorded",
            "2026-01-03T00:00:00Z",
            response_id="r1",
            person_id="p1",
            campaign_id="fair",
            responded=True,
        ),
    )
    assert record(told, CONTEXT) == {"batchItemFailures": []}


def test_an_export_of_the_tables_gives_the_same_list(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known()
    more = [envelope("Person Changed", "2026-01-02T00:00:00Z", person_id=f"q{n}", do_not_contact=n == 1)
            for n in range(3)]  # fmt: skip
    more += [
        envelope("Response Recorded", "2026-01-03T00:00:00Z", response_id=f"r-q{n}", person_id=f"q{n}",
                 campaign_id="fair", responded=n != 2)
        for n in range(3)
    ]  # fmt: skip
    assert record(batch(*more), CONTEXT) == {"batchItemFailures": []}
    stored = aws.items()
    for name, table in (("people", aws.names.people), ("reference", aws.names.reference)):
        lines = [json.dumps({"Item": item}) for item in reversed(stored[table])]
        for part in range(2):  # The items of one person lie in several files.
            folder = tmp_path / name / "AWSDynamoDB" / "data"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{part}.json.gz").write_bytes(gzip.compress("\n".join(lines[part::2]).encode()))
    (tmp_path / "query.json").write_text(json.dumps({"population": "dormant", "days": 0}))
    (tmp_path / "settings.json").write_text(json.dumps({"person_statuses": {"New": {"active": False}}}))
    folders = ["--people", str(tmp_path / "people"), "--reference", str(tmp_path / "reference")]
    named = [str(tmp_path / "query.json"), "--settings", str(tmp_path / "settings.json"), *folders]
    capsys.readouterr()
    assert main(["targets", *named]) == 0
    written = capsys.readouterr()
    assert written.out.split() == ["p1", "q0"]
    assert "2 targets of 4 people, do_not_contact: 1;" in written.err


def test_the_event_draws_a_list_whose_people_become_members(aws: Aws) -> None:
    known()
    invoked()
    call(show, "POST", "target-lists", body={"list_id": "dormant", "population": "dormant", "days": 0})
    for _ in range(2):
        handler(event("draw_targets"), CONTEXT)
    assert call(show, "POST", "target-lists", "dormant", "campaigns", CAMPAIGN).status == 202
    handler({"list_id": "dormant", "campaign_id": CAMPAIGN}, CONTEXT)
    facts = [json.loads(one["Body"]) for one in aws.messages(aws.crm_changes)]
    assert record(batch(*facts), CONTEXT) == {"batchItemFailures": []}
    (member,) = call(campaigns, "GET", "campaigns", CAMPAIGN, "members").body["items"]
    assert (member["person_id"], member["responded"]) == ("p1", False)
    handler({"list_id": "dormant", "campaign_id": CAMPAIGN}, CONTEXT)
    assert aws.messages(aws.crm_changes) == []
