"""Headers that are known, what a mapping says of them, and what is refused of both."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.domain.imports.cells import Reading, converter_of
from rekindle.domain.imports.headers import proposed
from rekindle.domain.imports.kinds import KINDS
from rekindle.domain.imports.mapping import MOST_COLUMNS, FileMapping, plan_of
from rekindle.domain.imports.refusals import FileRefused, RowRefused

HUBSPOT = ["Record ID", "First Name", "Last Name", "Email", "Phone Number", "Contact owner", "Lead Status", "Notes"]
SALESFORCE = [
    "Contact ID",
    "Lead ID",
    "First Name",
    "Last Name",
    "Company / Account",
    "Email",
    "Campaign ID",
    "Member Status",
]


def fields(kind: str, headers: list[str], mapping: FileMapping | None = None) -> dict[str | None, str]:
    plan = plan_of(KINDS[kind], mapping or FileMapping(), headers)
    return {feed.header: feed.field for feed in plan.feeds}


def refusal(kind: str, headers: list[str], mapping: FileMapping | None = None) -> str:
    with pytest.raises(FileRefused) as refused:
        plan_of(KINDS[kind], mapping or FileMapping(), headers)
    return refused.value.code


def test_the_headers_of_a_hubspot_list_are_known():
    assert fields("people", HUBSPOT) == {
        "Record ID": "person_id",
        "First Name": "first_name",
        "Last Name": "last_name",
        "Email": "email",
        "Phone Number": "phone",
        "Contact owner": "owner_id",
        "Lead Status": "status",
    }
    assert plan_of(KINDS["people"], FileMapping(), HUBSPOT).ignored == ("Notes",)


def test_the_headers_of_a_salesforce_report_are_known():
    assert list(fields("members", SALESFORCE).values()) == [
        *("contact_id", "lead_id", "first_name", "last_name", "company", "email", "campaign_id", "member_status"),
    ]


@pytest.mark.parametrize("header", ["E-Mail", "EMAIL", " e_mail ", "Email Address"])
def test_case_spaces_and_punctuation_make_no_other_header(header):
    assert fields("people", [header]) == {header: "email"}


def test_of_two_columns_that_could_feed_one_field_the_closest_name_does():
    assert fields("people", ["Mobile", "Phone", "Email"]) == {"Phone": "phone", "Email": "email"}


def test_utm_columns_are_further_values():
    assert fields("responses", ["Email", "UTM Source"]) == {"Email": "email", "UTM Source": "fields.utm_source"}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_is_known_by_its_own_name(kind):
    names = list(KINDS[kind].fields)
    assert list(proposed(KINDS[kind], names).values()) == names


def test_a_mapping_names_all_columns_that_count():
    mapping = FileMapping(columns={"mail": ("email",), "Notes": ()})
    assert fields("people", ["Mail", "First Name", "Notes"], mapping) == {"Mail": "email"}


def test_what_is_set_takes_the_place_of_a_proposal():
    assert fields("members", ["email", "campaign"], FileMapping(set={"campaign_id": "spring"})) == {
        "email": "email",
        None: "campaign_id",
    }


@pytest.mark.parametrize(
    ("headers", "columns", "code"),
    [
        (["a", "b"], {"a": ("email",), "b": ("email",)}, "FIELD_TWICE"),
        (["a"], {"b": ("email",)}, "COLUMN_MISSING"),
        (["a"], {"a": ("emial",)}, "INVALID_MAPPING"),
        (["a", "A "], {"a": ("email",)}, "DOUBLED_HEADER"),
        (["mia@acme.example", "Mia"], None, "NO_HEADER"),
        (["email", "Email"], None, "DOUBLED_HEADER"),
        (["email"] + ["x"] * MOST_COLUMNS, None, "TOO_MANY_COLUMNS"),
    ],
)
def test_what_does_not_fit_is_refused(headers, columns, code):
    assert refusal("people", headers, FileMapping(columns=columns)) == code


def test_doubled_headers_of_columns_that_feed_nothing_are_no_fault():
    assert fields("people", ["email", "x", "x"]) == {"email": "email"}


def test_a_placeholder_of_no_column_is_refused():
    assert refusal("people", ["email"], FileMapping(set={"person_id": "x-{nr}"})) == "COLUMN_MISSING"


def test_meanings_of_a_field_that_nothing_feeds_are_refused():
    assert refusal("people", ["email"], FileMapping(values={"status": {"a": "b"}})) == "INVALID_MAPPING"


@given(st.lists(st.text(max_size=12), max_size=8), st.sampled_from(sorted(KINDS)))
def test_any_header_is_planned_or_refused(headers, kind):
    with contextlib.suppress(FileRefused):
        plan_of(KINDS[kind], FileMapping(), headers)


# --- cells ---------------------------------------------------------------------------------------------------------

FIELDS = KINDS["campaigns"].fields


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("12", None, 12),
        ("-1.5", None, -1.5),
        ("1,234", None, None),
        ("1,234.5", ".", 1234.5),
        ("1.234,5", ",", 1234.5),
        ("1,5", ",", 1.5),
        ("1.5", ",", None),
        ("1 234 567", ".", 1234567),
        ("1,23,456", ".", None),
        ("€ 5", None, None),
        ("nan", None, None),
        ("1e400", None, None),
        ("٣", None, None),
    ],
)
def test_numbers_are_read_by_their_decimal_sign(text, decimal, number):
    read = converter_of(FIELDS["cost"])
    if number is None:
        with pytest.raises(RowRefused):
            read(text, Reading(decimal=decimal))
    else:
        assert read(text, Reading(decimal=decimal)) == number


@pytest.mark.parametrize(("text", "flag"), [("TRUE", True), ("0", False), ("x", True), ("No", False)])
def test_flags_are_read_in_any_case(text, flag):
    assert converter_of(FIELDS["is_active"])(text, Reading()) is flag


@given(st.text(min_size=1, max_size=20), st.sampled_from([*FIELDS, "is_active"]), st.sampled_from([".", ",", None]))
def test_any_text_is_a_value_or_a_refusal(text, name, decimal):
    with contextlib.suppress(RowRefused):
        converter_of(FIELDS[name])(text, Reading(decimal=decimal))
