"""A settings document is taken as a whole or refused as a whole, every fault named by its path."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rekindle.adapters.sources.salesforce_ids import widened
from rekindle.adapters.wire.settings import document as documents
from rekindle.adapters.wire.settings import reading
from rekindle.adapters.wire.settings.schema import DEFAULTS, SCHEMA
from rekindle.domain.core.errors import InvalidSettings, Malformed
from rekindle.domain.responses.response import ResponseClass
from rekindle.domain.settings.settings import Scenario, ScenarioSettings, Settings
from tests.support.broken_settings import SCENARIOS, WHOLE, changed


def test_the_settings_of_the_demo_have_no_fault() -> None:
    demo = Path(__file__).parents[3] / "events" / "settings.yaml"
    assert documents.faults(reading.parsed(demo.read_bytes())) == []


def test_the_whole_document_has_no_fault() -> None:
    assert documents.faults(WHOLE) == []


CONTRACT = """
mode: hybrid
mode_overrides: {profiles: {}, record_types: {}}
qualification: {threshold: 60, repeat_cap: 25}
person_statuses:
  New: {active: false}
  Open - Not Contacted: {active: true, response_status: Open - Not Contacted}
  Nurture: {active: false, kind: nurture, response_status: Nurture, nurture_timeout_days: 90}
response_statuses:
  Resolved - No Action Required: never_engaged
  Nurture: formerly_engaged
reactivation:
  score:
    enabled: true
    lookback_days: 30
    priority: [new, never_engaged, formerly_engaged]
    include_non_responses: false
    require_prior_mql: false
    campaign_types: {only: [], except: []}
    cool_down_days: 0
    default_campaign: {single: web-activity}
  active_status:
    enabled: true
    delay: PT30M
    default_campaign:
      {by: role, map: {SDR: sdr-outbound, AE: ae-outbound}, otherwise: sales-outbound, user_source: actor}
  invocable: {enabled: true, lookback_days: 60, default_campaign: {by: "field:region", map: {EMEA: emea-calls}}}
  response_prompt: {enabled: true, lookback_days: 30, fallback: keep_prompted}
assignment:
  rules:
    - {owners: [q-inbound], where: {}, to: q-routing, deadline: PT1H, reminder: PT15M, fallback: u-manager}
  intermediate_owners: []
lifecycle: {}
"""


def test_the_document_of_the_contract_has_no_fault() -> None:
    assert documents.faults(reading.parsed(CONTRACT.encode())) == []


@pytest.mark.parametrize(
    "default",
    [
        {"single": "web"},
        {"single": "web", "by": None, "map": {}, "otherwise": None, "user_source": "actor"},
        {"by": "role", "map": {"SDR": "sdr"}, "user_source": "owner"},
        {"by": "role", "map": {"SDR": "sdr"}, "otherwise": "web"},
        {"by": "role", "map": {"SDR": "sdr"}, "single": "web"},
        {},
        None,
    ],
    ids=range(7),
)
def test_a_default_campaign_that_may_be_found_has_no_fault(default: dict[str, Any] | None) -> None:
    """Where nobody said whose field it is, the rows for no match are found."""
    assert documents.faults(changed(("reactivation", "score", "default_campaign"), default)) == []


def test_a_reminder_that_is_not_told_may_come_to_nothing() -> None:
    rule = {"to": "q-2", "deadline": "PT5M"}
    assert documents.faults(changed(("assignment", "rules"), [rule])) == []


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
            changed(("assignment", "rules", 0, "deadline"), "PT0S"),
            (
                "assignment.rules[0].deadline",
                'expected a duration longer than zero such as PT30M or P1D, got "PT0S"',
            ),
        ),
        (
            changed(("assignment", "rules", 0, "reminder"), "PT60M"),
            ("assignment.rules[0].reminder", 'expected a duration shorter than the deadline, got "PT60M"'),
        ),
        (
            changed(("assignment", "rules", 0, "fallback"), "q-2"),
            ("assignment.rules[0].fallback", "expected somebody other than to, who has the lead while it waits"),
        ),
        (
            changed(("assignment", "router", "queues"), ["q-2", "q-1"]),
            ("assignment.router.queues[1]", 'no rule\'s leads wait with "q-1"'),
        ),
        (
            changed(("assignment", "router", "steps", 0, "pool"), "world"),
            ("assignment.router.steps[0].pool", 'has no effect where to is "account_owner"'),
        ),
        (
            changed(("reactivation", "score", "default_campaign"), {"single": "ae", "otherwise": "sdr"}),
            ("reactivation.score.default_campaign.by", "is needed where there is 'otherwise'"),
        ),
        (
            changed(
                ("reactivation", "score", "default_campaign"),
                {"by": "role", "map": {"SDR": "sdr"}, "user_source": "actor"},
            ),
            (
                "reactivation.score.default_campaign.user_source",
                'expected "owner": nobody acts when a score crosses',
            ),
        ),
        (
            changed(("person_statuses", "v1.2", "kind"), "recycle"),
            ('person_statuses["v1.2"].kind', '"recycle" is a kind of an inactive status'),
        ),
        (
            changed(("person_statuses", "New", "kind"), "working"),
            ("person_statuses.New.kind", '"working" is a kind of an active status'),
        ),
        (
            changed(("person_statuses", "v1.2", "nurture_timeout_days"), 3),
            ('person_statuses["v1.2"].nurture_timeout_days', "has no effect on an active status"),
        ),
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


def _sections(**more: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "enabled": st.booleans(),
            "lookback_days": st.integers(0, 3650),
            "priority": st.lists(st.sampled_from([c.value for c in ResponseClass]), min_size=1, unique=True),
            "campaign_types": st.fixed_dictionaries({"only": st.lists(st.sampled_from("abc"), unique=True)}),
            **more,
        },
    )


defaults = st.none() | st.fixed_dictionaries({"single": st.text("abc", min_size=1)})
sections = {
    "score": _sections(cool_down_days=st.integers(0, 3650), default_campaign=defaults),
    "active_status": _sections(delay=st.sampled_from(["PT0S", "P1D"]), default_campaign=defaults),
    "invocable": _sections(default_campaign=defaults),
    "response_prompt": _sections(fallback=st.sampled_from(["keep_prompted", "none"])),
}
valid_documents = st.fixed_dictionaries(
    {"person_statuses": st.dictionaries(st.text("ab. ", min_size=1), st.fixed_dictionaries({"active": st.booleans()}))},
    optional={
        "mode": st.sampled_from(["active", "passive", "hybrid"]),
        "qualification": st.fixed_dictionaries({"threshold": st.floats(-1_000_000, 1_000_000)}),
        "reactivation": st.fixed_dictionaries({}, optional=sections),
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
    assert reading.parsed(json.dumps(WHOLE).encode()) == WHOLE
    assert reading.parsed(as_yaml) == WHOLE
    assert reading.parsed(as_yaml, "application/yaml; charset=utf-8") == WHOLE
    assert reading.parsed(b"\xef\xbb\xbf" + as_yaml, "text/plain") == WHOLE


def _naming(**names: str) -> dict[str, Any]:
    """A document with an id at every place that names a record."""
    by_role = {"by": "role", "map": {names["role"]: names["campaign"]}, "otherwise": names["campaign"]}
    rule = {"owners": [names["queue"]], "to": names["other_queue"], "fallback": names["user"]}
    return {
        "mode_overrides": {
            "profiles": {names["profile"]: "active"},
            "record_types": {names["record_type"]: "passive"},
        },
        "person_statuses": {"New": {"active": False}},
        "reactivation": {
            "score": {"default_campaign": {"single": names["campaign"]}},
            "active_status": {"default_campaign": by_role},
            "invocable": {
                "default_campaign": {"by": "profile", "map": {names["profile"]: names["campaign"]}},
            },
        },
        "assignment": {
            "rules": [{**rule, "where": {"record_type": names["record_type"], "account_id": [names["account"]]}}],
            "intermediate_owners": [names["user"]],
            "router": {
                "queues": [names["other_queue"]],
                "steps": [{"to": "pool", "pool": "world", "where": {"owner_id": names["other_queue"]}}],
                "pools": {"world": {"members": [{"user": names["user"]}]}},
            },
        },
    }


SHORT = {
    "account": "0015e000003XyZa",
    "campaign": "7015e000003XyZa",
    "other_queue": "00G5e000003XyZb",
    "profile": "00e5e000003XyZa",
    "queue": "00G5e000003XyZa",
    "record_type": "0125e000003XyZa",
    "role": "00E5e000003XyZa",
    "user": "0055e000003XyZa",
}


def test_both_forms_of_a_salesforce_id_name_the_same_record() -> None:
    long = {name: widened(short) for name, short in SHORT.items()}
    assert all(len(one) == 18 for one in long.values())
    for body in (json.dumps(_naming(**SHORT)).encode(), yaml.safe_dump(_naming(**SHORT)).encode()):
        assert reading.parsed(body) == _naming(**long)
    assert documents.faults(_naming(**long)) == []


def test_what_is_named_twice_by_both_forms_is_refused() -> None:
    long = widened(SHORT["profile"])
    profiles = {"mode_overrides": {"profiles": {SHORT["profile"]: "active", long: "passive"}}}
    with pytest.raises(Malformed, match=f"the key '{long}' is there twice") as refused:
        reading.parsed(json.dumps(profiles).encode())
    assert refused.value.field == f"mode_overrides.profiles.{long}"
    rule = {"to": SHORT["queue"], "fallback": widened(SHORT["queue"])}
    document = reading.parsed(json.dumps(changed(("assignment", "rules"), [{"to": "q-2"}, rule])).encode())
    assert [path for path, _ in documents.faults(document)] == ["assignment.rules[1].fallback"]


def test_what_is_like_a_salesforce_id_and_names_no_record_stays() -> None:
    """Names, other records' ids, and the values of a field of the CRM's own, which are not widened when told either."""
    document = {
        "mode_overrides": {"profiles": {SHORT["role"]: "active"}, "record_types": {"Partner account": "passive"}},
        "person_statuses": {SHORT["user"]: {"active": False, "response_status": SHORT["user"]}},
        "reactivation": {
            "score": {
                "campaign_types": {"only": [SHORT["campaign"]]},
                "default_campaign": {"single": "web-activity-01"},
            },
            "invocable": {"default_campaign": {"by": "field:region", "map": {SHORT["role"]: "emea-calls"}}},
        },
        "assignment": {"rules": [{"to": "q-1", "where": {"fields.region": SHORT["role"], "company": SHORT["user"]}}]},
    }
    assert reading.parsed(json.dumps(document).encode()) == document


def test_a_whole_number_is_one_however_it_is_written() -> None:
    assert repr(reading.parsed(b'{"a": 25.0, "b": 0.5}')) == "{'a': 25, 'b': 0.5}"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "needs to be an object"),
        (b"[]", "needs to be an object"),
        (b"{", "not JSON"),
        (b"\xff", "not UTF-8"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "nested too deep"),
        (b"a: " + b"[" * 30 + b"]" * 30, "nested too deep"),
        (b"a: {<<: {b: 1}}", "merge keys are not understood"),
        (b'{"a": "\\ud800"}', "half a character"),
        (b'{"a": 1, "a": 2}', "'a' is there twice"),
        (b'{"a": %s}' % (b"9" * 5000), "not JSON"),
        (b"[" * 100_000, "neither JSON nor YAML"),
        (b"a: [", "line 1, column 5"),
        (b"a: 1\na: 2", "'a' is there twice (line 2"),
        (b"No: {active: false}", "key is not a text: put it in quotes (line 1"),
        (b"? [a]\n: 1", "key is not a text"),
        (b"a: 2024-01-01", "reads as a date: put it in quotes"),
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
        reading.parsed(body)
    assert message in refused.value.message


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"a": {"b.c": [{"d": 1, "d": 2}]}}', 'a["b.c"][0].d'),
        (b"a:\n  b.c:\n    - {d: 1, d: 2}", 'a["b.c"][0].d'),
        (b"a:\n  On: 1", "a"),
        (b"a:\n  b: [1, 2024-01-01]", "a.b[1]"),
        (b"a:\n  b: 060", "a.b"),
        (b"a:\n  b: [&x 1, *x]", "a.b[0]"),
        (b"a:\n  b: {<<: {c: 1}}", "a.b"),
        (b'{"a": {"b": "\\ud800"}}', "a.b"),
        (b"a: [!!set {x}]", "a[0]"),
    ],
    ids=range(9),
)
def test_what_cannot_be_read_is_refused_by_its_path(body: bytes, path: str) -> None:
    with pytest.raises(Malformed) as refused:
        reading.parsed(body)
    assert refused.value.field == path


@pytest.mark.parametrize("written", ["060", "1:30", "0x3C", "6_0", "1:30.5"])
def test_a_number_that_yaml_reads_otherwise_than_it_looks_is_refused(written: str) -> None:
    body = f"person_statuses: {{New: {{active: false}}}}\nqualification: {{threshold: {written}}}\n"
    with pytest.raises(Malformed, match=f"the number {written} is not written in plain digits"):
        reading.parsed(body.encode())


@pytest.mark.parametrize("written", [b"a: .nan", b"a: -.inf", b'{"a": NaN}', b'{"a": -1e999}'])
def test_a_number_that_is_not_finite_is_a_fault_among_the_others(written: bytes) -> None:
    number = "NaN" if b"nan" in written.lower() else "-Infinity"
    document = {
        "person_statuses": {"New": {"active": 1}},
        "qualification": {"threshold": reading.parsed(written)["a"]},
        "assignment": {"rules": [{"to": "q", "where": {"x": reading.parsed(written)["a"]}}]},
    }
    found = dict(documents.faults(document))
    assert sorted(found) == ["assignment.rules[0].where.x", "person_statuses.New.active", "qualification.threshold"]
    assert found["assignment.rules[0].where.x"] == f"expected a finite number, got {number}"
    assert found["qualification.threshold"].endswith(f"number, got {number}" if number == "NaN" else number)


@pytest.mark.parametrize(("written", "read"), [("-5", -5), ("60.5", 60.5), (".5", 0.5), ("1.5e+2", 150)])
def test_a_number_in_plain_digits_is_read(written: str, read: float) -> None:
    assert reading.parsed(f"qualification: {{threshold: {written}}}".encode()) == {"qualification": {"threshold": read}}


@pytest.mark.parametrize("delay", ["PT1H\n", "PT\u0661H"])
def test_a_text_is_held_to_its_pattern_to_the_end_and_in_plain_digits(delay: str) -> None:
    document = {"person_statuses": {"New": {"active": False}}, "reactivation": {"active_status": {"delay": delay}}}
    assert [path for path, _ in documents.faults(document)] == ["reactivation.active_status.delay"]


def test_a_time_of_day_with_more_behind_it_is_a_fault() -> None:
    pool = {"members": [{"user": "u1"}], "hours": {"from": "09:00\n", "to": "17:00"}}
    router = {"steps": [{"to": "pool", "pool": "sdr"}], "pools": {"sdr": pool}}
    document = {"person_statuses": {"New": {"active": False}}, "assignment": {"router": router}}
    assert [path for path, _ in documents.faults(document)] == ["assignment.router.pools.sdr.hours.from"]


def rules_of(rule: dict[str, Any], at: str = "") -> dict[str, dict[str, Any]]:
    """The schema of each key below one, whatever documents call it."""
    inner = {f"{at}.{name}": below for name, below in rule.get("properties", {}).items()}
    for place, below in ((f"{at}.*", rule.get("additionalProperties")), (f"{at}[]", rule.get("items"))):
        if isinstance(below, dict):
            inner[place] = below
    return inner | {path: found for place, below in inner.items() for path, found in rules_of(below, place).items()}


def test_a_fault_of_any_key_can_be_put_in_words() -> None:
    for path, rule in rules_of(SCHEMA).items():
        assert documents.expected(rule), path
        # Nobody reads a pattern: whoever is refused sees what it looks like.
        assert "pattern" not in rule or rule["examples"], path


def test_a_zone_that_is_no_text_is_refused_as_such() -> None:
    faults = documents.faults({**WHOLE, "time_zone": 5})
    assert faults == [("time_zone", "expected a text such as UTC or Europe/Oslo, got 5")]
