"""Dates of files: what is certain is read, and what can be read in two ways is refused."""

import contextlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.domain.core import times
from rekindle.domain.imports.dates import ORDERS, DateReading, day_of, moment_of
from rekindle.domain.imports.refusals import RowFault, RowRefused

BERLIN = DateReading(ZoneInfo("Europe/Berlin"))


def read(text: str, reading: DateReading = BERLIN) -> str:
    return times.text(moment_of(text, reading))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-31T23:30:00-05:00", "2026-04-01T04:30:00Z"),
        ("2026-03-01T09:00:00Z", "2026-03-01T09:00:00Z"),
        ("2026-03-01 09:00", "2026-03-01T08:00:00Z"),
        ("2026-03-01", "2026-02-28T23:00:00Z"),
        ("2026-07-01", "2026-06-30T22:00:00Z"),
        ("2026-03-29 02:30", "2026-03-29T01:30:00Z"),
        ("2026-10-25 02:30", "2026-10-25T00:30:00Z"),
        ("2026/3/1 9:05", "2026-03-01T08:05:00Z"),
        ("5 May 2008", "2008-05-04T22:00:00Z"),
        ("May 5, 2008 4:02 PM", "2008-05-05T14:02:00Z"),
        ("05-May-2008", "2008-05-04T22:00:00Z"),
        ("2026-03-01 09:00:00 UTC", "2026-03-01T09:00:00Z"),
    ],
)
def test_what_is_certain_is_read(text, instant):
    assert read(text) == instant


@pytest.mark.parametrize(
    ("text", "order", "instant"),
    [
        ("11/01/16", "dmy", "2016-01-11T00:00:00Z"),
        ("11/01/16", "mdy", "2016-11-01T00:00:00Z"),
        ("11/01/16", "ymd", "2011-01-16T00:00:00Z"),
        ("2/26/2018 19:58", "mdy", "2018-02-26T19:58:00Z"),
        ("12/1/2026, 4:02 AM", "mdy", "2026-12-01T04:02:00Z"),
        ("12:1:2026", "mdy", None),
        ("1.12.2026", "dmy", "2026-12-01T00:00:00Z"),
        ("1 may 69", "dmy", "1969-05-01T00:00:00Z"),
        ("26/26/2018", "mdy", None),
        ("2026-03-01", "dmy", "2026-03-01T00:00:00Z"),
    ],
)
def test_the_order_that_a_mapping_names_is_kept(text, order, instant):
    reading = DateReading(UTC, order)
    if instant is None:
        with pytest.raises(RowRefused):
            read(text, reading)
    else:
        assert read(text, reading) == instant


@pytest.mark.parametrize("text", ["11/01/16", "01/11/2016", "1.2.2026"])
def test_without_an_order_such_dates_are_refused_with_what_to_name(text):
    with pytest.raises(RowRefused) as refused:
        read(text)
    assert refused.value.fault is RowFault.DATE and "dates: dmy" in refused.value.repair


@pytest.mark.parametrize(
    "text",
    [
        "00-00-0000",
        "2026-02-30",
        "0000-00-00",
        "2026-W01-1",
        "yesterday",
        "1800-01-01",
        "9999-12-31",
        "5 Mai 2008",
        "١/٢/٢٠٢٦",
    ],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(RowRefused) as refused:
        read(text)
    assert (refused.value.fault, refused.value.value) == (RowFault.DATE, text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("00-00-0000", "There is no year 0."),
        ("31/02/2016", "There is no day 31 in month 2: 2016-02 has 29 days."),
        ("2026-13-01", "There is no month 13."),
        ("2026-03-01 25:00", "There is no such time of day."),
    ],
)
@pytest.mark.parametrize("order", (None, "dmy"))
def test_an_impossible_date_says_what_is_wrong_with_it(text, fault, order):
    with pytest.raises(RowRefused) as refused:
        read(text, DateReading(order=order))
    assert refused.value.repair.startswith(fault) and "Correct the value" in refused.value.repair


def test_a_date_that_only_another_order_makes_impossible_asks_for_the_order():
    with pytest.raises(RowRefused) as refused:
        read("31/02/16")
    assert "dates: dmy" in refused.value.repair


def test_a_day_is_that_of_the_text_whatever_the_zone():
    assert day_of("2026-03-01 23:30", BERLIN) == day_of("2026-03-01", BERLIN) == "2026-03-01"


@given(
    st.text(max_size=30) | st.from_regex(r"\d{1,4}[-/. ]\w{1,4}[-/. ]\d{1,4}( \d\d?:\d\d)?", fullmatch=True),
    st.sampled_from((*ORDERS, None)),
)
def test_any_text_is_a_date_or_a_refusal(text, order):
    reading = DateReading(BERLIN.zone, order)
    for read_as in (moment_of, day_of):
        with contextlib.suppress(RowRefused):
            read_as(text, reading)


@given(st.integers(-2_000_000_000, 200_000_000_000))
def test_times_in_iso_format_are_read_back(seconds):
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert moment_of(moment.replace(tzinfo=None).isoformat(), DateReading()) == moment
