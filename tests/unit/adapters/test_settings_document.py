"""A settings document is taken as a whole or refused as a whole, every fault named by its path."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rekindle.adapters.wire import settings as documents
from rekindle.adapters.wire.settings_schema import DEFAULTS, SCHEMA
from rekindle.domain.errors import InvalidSettings, Malformed
from rekindle.domain.response import ResponseClass
from rekindle.domain.settings import Scenario, ScenarioSettings, Settings
from tests.support.broken_settings import SCENARIOS, WHOLE, changed


def test_the_settings_of_the_demo_have_no_fault() -> None:
    demo = Path(__file__).parents[3] / "events" / "settings.yaml"
    assert documents.faults(documents.parsed(demo.read_bytes())) == []


def test_the_whole_document_has_no_fault() -> None:
    assert documents.faults(WHOLE) == []


def test_short_identifiers_of_salesforce_are_widened() -> None:
    campaign, user, queue = "7015e000000F5g6", "0055e000003XyZa", "00G5e000003XyZa"
    default = {"single": campaign, "by": "role", "map": {campaign: campaign}, "otherwise": campaign}
    pool = {"members": [{"user": user}]}
    document = {
        "reactivation": {"invocable": {"default_campaign": default}},
        "assignment": {
            "rules": [{"owners": [user], "to": queue, "fallback": user}],
            "intermediate_owners": [queue, "intermediate-Q1"],
            "router": {"queues": [queue], "pools": {queue: pool}},
        },
    }
    written = json.dumps(document)
    for short, long in ((campaign, "7015e000000F5g6AAC"), (user, "0055e000003XyZaAAK"), (queue, "00G5e000003XyZaEAK")):
        written = written.replace(f'"{short}"', f'"{long}"')
    # What names a value of a field, or a pool, is no identifier of a record.
    written = written.replace('"map": {"7015e000000F5g6AAC"', f'"map": {{"{campaign}"')
    written = written.replace('"pools": {"00G5e000003XyZaEAK"', f'"pools": {{"{queue}"')
    assert documents.parsed(json.dumps(document).encode()) == json.loads(written)


@pytest.mark.parametrize("document", [{"reactivation": ["7015e000000F5g6"]}, {"assignment": {"rules": {"to": []}}}])
def test_a_document_of_another_shape_is_read_all_the_same(document: dict[str, Any]) -> None:
    assert documents.parsed(json.dumps(document).encode()) == document


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({}, ("person_statuses", "is needed")),
        ({"person_statuses": {"New": {}}}, ("person_statuses.New.active", "is needed")),
        ({"person_statuses": {}, "moed": "hybrid"}, ("moed", "unknown key")),
        (
            changed(("reactivation", "score", "lookback_days"), "30"),
            ("reactivation.score.lookback_days", 'expected a whole number from 0 to 3650, got "30"'),
        ),
        (
            changed(("reactivation", "score", "campaign_types", "except"), ["Fair", "Webinar"]),
            ("reactivation.score.campaign_types", 'overlapping: "Webinar" in both only and except'),
        ),
        (
            changed(("reactivation", "score", "default_campaign"), {"by": "role"}),
            ("reactivation.score.default_campaign.map", "is needed where there is 'by'"),
        ),
        (
            changed(("reactivation", "active_status", "delay"), "P9999W"),
            ("reactivation.active_status.delay", "expected at most 3650 days"),
        ),
        (changed(("reactivation", "score", "priority"), []), ("reactivation.score.priority", "must not be empty")),
        (changed(("reactivation", "response"), {}), ("reactivation.response", "unknown key")),
        (changed(("reactivation", "score", "delay"), "PT1H"), ("reactivation.score.delay", "unknown key")),
        (changed(("person_statuses", "a.b"), {}), ('person_statuses["a.b"].active', "is needed")),
        (changed(("assignment", "rules"), [{}]), ("assignment.rules[0].to", "is needed")),
        (
            changed(("notifications", "templates", "assigned", "body"), "a\n{% if person %}"),
            (
                "notifications.templates.assigned.body",
                "line 2: unexpected end of template. Jinja was looking for the following tags: 'elif' or 'else' or "
                "'endif'. The innermost block that needs to be closed is 'if'",
            ),
        ),
        (
            changed(("notifications", "templates", "digest", "body"), "{{ person.name }}"),
            (
                "notifications.templates.digest.body",
                "line 1: there is no 'person' here: there is count, kind, leads, more, recipient",
            ),
        ),
    ],
)
def test_faults_are_told_in_plain_words(document: dict[str, Any], fault: tuple[str, str]) -> None:
    assert documents.faults(document) == [fault]


def test_all_faults_are_told_at_once() -> None:
    document = changed(("reactivation", "score", "lookback_days"), -1)
    document["mode"] = "no"
    document["extra"] = 1
    del document["person_statuses"]["New"]["active"]
    with pytest.raises(InvalidSettings) as refused:
        documents.checked(document)
    paths = [path for path, _ in refused.value.faults]
    assert paths == ["extra", "mode", "person_statuses.New.active", "reactivation.score.lookback_days"]


def test_a_whole_document_is_read_as_settings() -> None:
    read = Settings.of(WHOLE, 7)
    score = read.scenario(Scenario.SCORE)
    assert (read.version, read.mode, read.threshold) == (7, "passive", 60)
    assert score.priority == (ResponseClass.NEW, ResponseClass.FORMERLY_ENGAGED)
    assert score.except_types == {"Fair"}
    assert read.scenario(Scenario.ACTIVE_STATUS).delay.total_seconds() == 1800
    assert read.person_statuses["Nurture"].nurture_timeout_days == 90


sections = st.fixed_dictionaries(
    {},
    optional={
        "enabled": st.booleans(),
        "lookback_days": st.integers(0, 3650),
        "priority": st.lists(st.sampled_from([c.value for c in ResponseClass]), min_size=1, unique=True),
        "campaign_types": st.fixed_dictionaries({"only": st.lists(st.sampled_from("abc"), unique=True)}),
        "cool_down_days": st.integers(0, 3650),
        "default_campaign": st.none() | st.fixed_dictionaries({"single": st.text("abc", min_size=1)}),
    },
)
valid_documents = st.fixed_dictionaries(
    {"person_statuses": st.dictionaries(st.text("ab. ", min_size=1), st.fixed_dictionaries({"active": st.booleans()}))},
    optional={
        "mode": st.sampled_from(["active", "passive", "hybrid"]),
        "qualification": st.fixed_dictionaries({"threshold": st.floats(-1_000_000, 1_000_000)}),
        "reactivation": st.fixed_dictionaries({}, optional=dict.fromkeys(SCENARIOS, sections)),
    },
)


@settings(max_examples=300)
@given(valid_documents)
def test_a_document_without_fault_is_read(document: dict[str, Any]) -> None:
    assert documents.faults(document) == []
    assert Settings.of(document, 1).version == 1


def test_the_defaults_of_the_schema_are_those_of_the_domain() -> None:
    assert documents.faults(DEFAULTS) == []
    assert Settings.of(DEFAULTS, 0) == Settings(
        scenarios={Scenario(name): ScenarioSettings() for name in SCENARIOS},
    )


def test_every_key_is_described() -> None:
    def described(rule: dict[str, Any]) -> bool:
        return all("description" in inner and described(inner) for inner in rule.get("properties", {}).values())

    assert described(SCHEMA)


def test_json_and_yaml_say_the_same() -> None:
    as_yaml = yaml.safe_dump(WHOLE).encode()
    assert documents.parsed(json.dumps(WHOLE).encode()) == WHOLE
    assert documents.parsed(as_yaml) == WHOLE
    assert documents.parsed(as_yaml, "application/yaml; charset=utf-8") == WHOLE
    assert documents.parsed(b"\xef\xbb\xbf" + as_yaml, "text/plain") == WHOLE


def test_a_whole_number_is_one_however_it_is_written() -> None:
    assert repr(documents.parsed(b'{"a": 25.0, "b": 0.5}')) == "{'a': 25, 'b': 0.5}"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "needs to be an object"),
        (b"[]", "needs to be an object"),
        (b"{", "not JSON"),
        (b"\xff", "not UTF-8"),
        (b'{"a": NaN}', "not finite"),
        (b'{"a": 1e999}', "not finite"),
        (b'{"a": "\\ud800"}', "half a character"),
        (b'{"a": 1, "a": 2}', "'a' is there twice"),
        (b'{"a": %s}' % (b"9" * 5000), "not JSON"),
        (b"[" * 100_000, "neither JSON nor YAML"),
        (b"a: [", "line 1, column 5"),
        (b"a: 1\na: 2", "'a' is there twice (line 2"),
        (b"No: {active: false}", "key is not a text: put it in quotes (line 1"),
        (b"? [a]\n: 1", "key is not a text"),
        (b"a: 2024-01-01", "reads as a date: put it in quotes"),
        (b"a: .nan", "not finite"),
        (b"a: &x 1\nb: *x", "anchors and aliases"),
        (b"a: !!python/name:os.system", "not YAML"),
        (b"a: !!set {x}", "kind that JSON does not have"),
        (b"a: 1\n---\nb: 2", "another document"),
        (b"a: " + b"x" * 200_000, "larger than 200,000 bytes"),
        (('{"a": "%s"}' % ("é" * 50_000)).encode(), "stored is larger"),
    ],
    ids=range(22),
)
def test_what_cannot_be_read_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(Malformed) as refused:
        documents.parsed(body)
    assert message in refused.value.message


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"a": {"b.c": [{"d": 1, "d": 2}]}}', 'a["b.c"][0].d'),
        (b"a:\n  b.c:\n    - {d: 1, d: 2}", 'a["b.c"][0].d'),
        (b"a:\n  On: 1", "a"),
        (b'{"a": [1, 1e999]}', "a[1]"),
        (b"a: [1, .inf]", "a[1]"),
        (b'{"a": {"b": "\\ud800"}}', "a.b"),
        (b"a: [!!set {x}]", "a[0]"),
    ],
    ids=range(7),
)
def test_what_cannot_be_read_is_refused_by_its_path(body: bytes, path: str) -> None:
    with pytest.raises(Malformed) as refused:
        documents.parsed(body)
    assert refused.value.field == path


@pytest.mark.parametrize("written", ["060", "1:30", "0x3C", "6_0", "1:30.5"])
def test_a_number_that_yaml_reads_otherwise_than_it_looks_is_refused(written: str) -> None:
    body = f"person_statuses: {{New: {{active: false}}}}\nqualification: {{threshold: {written}}}\n"
    with pytest.raises(Malformed, match=f"the number {written} is not written in plain digits"):
        documents.parsed(body.encode())


@pytest.mark.parametrize(("written", "read"), [("-5", -5), ("60.5", 60.5), (".5", 0.5), ("1.5e+2", 150)])
def test_a_number_in_plain_digits_is_read(written: str, read: float) -> None:
    assert documents.parsed(f"qualification: {{threshold: {written}}}".encode()) == {
        "qualification": {"threshold": read}
    }


@pytest.mark.parametrize("delay", ["PT1H\n", "PT\u0661H"])
def test_a_text_is_held_to_its_pattern_to_the_end_and_in_plain_digits(delay: str) -> None:
    document = {"person_statuses": {"New": {"active": False}}, "reactivation": {"active_status": {"delay": delay}}}
    assert [path for path, _ in documents.faults(document)] == ["reactivation.active_status.delay"]


def test_a_time_of_day_with_more_behind_it_is_a_fault() -> None:
    pool = {"members": [{"user": "u1"}], "hours": {"from": "09:00\n", "to": "17:00"}}
    router = {"steps": [{"to": "pool", "pool": "sdr"}], "pools": {"sdr": pool}}
    document = {"person_statuses": {"New": {"active": False}}, "assignment": {"router": router}}
    assert [path for path, _ in documents.faults(document)] == ["assignment.router.pools.sdr.hours.from"]
