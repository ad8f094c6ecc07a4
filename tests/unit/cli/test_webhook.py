"""rekindle webhook: a request as a tool signs it, and what a mapping makes of a body."""

import json
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from rekindle.cli.main import main
from rekindle.domain.webhooks.proof import Request, verify
from rekindle.domain.webhooks.webhook import webhook_of
from rekindle.runtime.aws import now

ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:rekindle/webhooks/hubspot-AbCdEf"
ADDRESS = "https://api.example.com/dev/webhooks/hubspot"
HUBSPOT = {"scheme": "hubspot_v3", "secret": ARN, "address": ADDRESS, "mapping": "hubspot"}
CHANGED = {
    "subscriptionType": "contact.propertyChange",
    "objectId": 7,
    "occurredAt": 1772355600000,
    "propertyName": "hubspotscore",
    "propertyValue": "64",
}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    forms = {"scheme": "token_header", "header": "X-Token", "secret": ARN, "mapping": "google_ads"}
    settings = {"person_statuses": {"New": {"active": False}}, "webhooks": {"hubspot": HUBSPOT, "forms": forms}}
    (tmp_path / "settings.json").write_text(json.dumps(settings))
    (tmp_path / "body.json").write_text(json.dumps([CHANGED]))
    (tmp_path / "secret.txt").write_text("s3cret\n")
    return tmp_path


def webhook(*arguments: str) -> int:
    return main(["webhook", "--settings", "settings.json", *arguments])


def test_a_body_is_signed_as_its_tool_does(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert webhook("--source", "hubspot", "--sign", "body.json", "--secret", "secret.txt") == 0
    curl = shlex.split(capsys.readouterr().out.replace("\\\n", " "))
    assert curl[:4] == ["curl", "-X", "POST", ADDRESS] and curl[-1] == "@body.json"
    headers = dict(one.split(": ", 1) for flag, one in pairwise(curl) if flag == "-H")
    request = Request("POST", (files / "body.json").read_bytes(), {n.lower(): v for n, v in headers.items()})
    verify(webhook_of("hubspot", HUBSPOT), request, ["s3cret"], now())


def test_a_mapping_is_tried_without_a_stack(files: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert webhook("--source", "hubspot", "--preview", "body.json") == 0
    (item,) = map(json.loads, capsysbinary.readouterr().out.splitlines())
    assert item["facts"][0]["detail"] == {"person_id": "7", "score": 64}

    (files / "body.json").write_text(json.dumps([{**CHANGED, "propertyValue": "many"}]))
    assert webhook("--source", "hubspot", "--preview", "body.json") == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--source", "unknown", "--sign", "body.json"], "no webhook 'unknown'"),
        (["--source", "hubspot", "--sign", "body.json"], "--secret"),
        (["--source", "forms", "--sign", "body.json", "--secret", "secret.txt"], "--url"),
        (["--source", "hubspot", "--sign", "gone.json", "--secret", "secret.txt"], "gone.json"),
    ],
)
def test_what_cannot_be_used_is_named(
    files: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], why: str
) -> None:
    assert webhook(*arguments) == 2
    assert why in capsys.readouterr().err
