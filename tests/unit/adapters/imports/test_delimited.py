"""Delimited text: what users have is read, and what is damaged costs the damaged row alone."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.adapters.imports.delimited import MOST_LINES, DelimitedText
from rekindle.adapters.imports.lines import LONGEST_LINE
from rekindle.domain.imports.refusals import Damage, FileRefused, RowFault


def read(text: str | bytes, encoding: str | None = None) -> tuple[list[str], list[tuple[int, list[str] | RowFault]]]:
    data = text.encode() if isinstance(text, str) else text
    table = DelimitedText(io.BytesIO(data), encoding)
    rows = [(line, row.fault if isinstance(row, Damage) else row) for line, row in table]
    return table.header, rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiters_line_ends_and_byte_order_marks_are_known(delimiter, end, encoding):
    text = end.join([f"a{delimiter}b", f'"ü{delimiter}1"{delimiter}2', f"3{delimiter}4"])
    assert read(text.encode(encoding)) == (["a", "b"], [(2, [f"ü{delimiter}1", "2"]), (3, ["3", "4"])])


def test_a_file_of_one_column_has_no_delimiter():
    assert read("email\na@x.example\n") == (["email"], [(2, ["a@x.example"])])


def test_the_delimiter_that_a_spreadsheet_names_in_its_first_line_counts():
    assert read("sep=;\na,x;b\n1;2\n") == (["a,x", "b"], [(3, ["1", "2"])])


def test_two_delimiters_that_are_as_frequent_are_not_guessed_between():
    with pytest.raises(FileRefused, match="as often as") as refused:
        read("a,b;c\n1,2;3\n")
    assert refused.value.code == "AMBIGUOUS_DELIMITER"


def test_delimiters_within_quotes_of_the_header_do_not_count():
    assert read('"a,b,c";d\n1;2\n')[0] == ["a,b,c", "d"]


def test_padding_around_quoted_cells_is_no_damage():
    assert read('a,b\n "x, y" , "z" \n')[1] == [(2, ["x, y", "z"])]


def test_cells_with_line_breaks_are_one_row():
    assert read('a,b\n"1\n2",x\n3,4\n')[1] == [(2, ["1\n2", "x"]), (4, ["3", "4"])]


@pytest.mark.parametrize("others", ["{n},plain\n", '{n},"in quotes"\n', '"{n}","both, really"\n'])
@pytest.mark.parametrize("place", [1, 500, 19_999])
def test_an_unclosed_quote_costs_that_one_row(others, place):
    lines = ["n,text\n", *(others.format(n=n) for n in range(20_000))]
    lines[place] = f'{place},"Mia, open\n'
    _, rows = read("".join(lines))
    assert [row for row in rows if row[1] is RowFault.BAD_QUOTES] == [(place + 1, RowFault.BAD_QUOTES)]
    assert len(rows) == 20_000


def test_a_quote_that_another_row_closes_joins_no_rows():
    _, rows = read('a,b,c\n1,"x,2\n3,4,5\n6,7",8,9\n')
    assert rows == [(2, RowFault.BAD_QUOTES), (3, ["3", "4", "5"]), (4, ["6", '7"', "8", "9"])]


def test_a_row_of_very_many_lines_is_damaged():
    text = 'a,b\n1,"' + "x\n" * (MOST_LINES + 5) + '"\n2,3\n'
    assert read(text)[1][-1] == (MOST_LINES + 8, ["2", "3"])


def test_a_line_without_end_and_a_huge_cell_cost_their_rows():
    text = f"a,b\n1,{'x' * 10_000_000}\n3,4\n5,{'y' * 200_000}\n7,8"
    expected = [(2, RowFault.LINE_TOO_LONG), (3, ["3", "4"]), (4, RowFault.CELL_TOO_LARGE), (5, ["7", "8"])]
    assert read(text)[1] == expected


def test_of_a_line_without_end_only_the_beginning_is_kept():
    table = DelimitedText(io.BytesIO(b"a,b\n1," + b"x" * 5_000_000))
    ((_, damage),) = list(table)
    assert isinstance(damage, Damage) and len(damage.text) <= LONGEST_LINE


def test_the_character_nul_costs_its_row():
    assert read("a,b\n1,2\n3,\0\n5,6\n")[1] == [(2, ["1", "2"]), (3, RowFault.NUL), (4, ["5", "6"])]


def test_utf_16_without_its_mark_is_refused_with_what_to_name():
    with pytest.raises(FileRefused, match="utf-16-le"):
        read("a,b\n1,2\n".encode("utf-16-le"))
    assert read("a,b\n1,2\n".encode("utf-16-le"), "utf-16-le")[1] == [(2, ["1", "2"])]


def test_other_encodings_are_shown_in_three_readings_and_never_guessed():
    data = "name,n\nAda,1\nMüller,2\n".encode("cp1252")
    with pytest.raises(FileRefused) as refused:
        read(data)
    assert refused.value.code == "UNKNOWN_ENCODING"
    assert "line 3" in refused.value.message and "line 2" not in refused.value.message
    assert all(
        reading in refused.value.message for reading in ("cp1252: Müller", "cp1250: Müller", "mac_roman: M¸ller")
    )
    assert read(data, "cp1252")[1][1] == (3, ["Müller", "2"])


def test_bytes_behind_the_first_block_are_looked_at_as_well():
    data = b"name,n\n" + b"Ada,1\n" * 100_000 + b"M\xfcller,2\n"
    with pytest.raises(FileRefused, match="line 100002"):
        read(data)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b" \r\n"])
def test_an_empty_file_is_said_to_be_empty(data):
    with pytest.raises(FileRefused) as refused:
        read(data)
    assert refused.value.code == "EMPTY_FILE"


def test_a_header_that_is_not_closed_refuses_the_file():
    with pytest.raises(FileRefused) as refused:
        read('a,"b\n1,2\n')
    assert refused.value.code == "BAD_HEADER"


CELLS = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=12)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=30))
def test_what_the_standard_writer_wrote_is_read_as_it_was(rows):
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *rows])
    assert [row for _, row in read(written.getvalue())[1]] == rows


@given(st.binary(max_size=400))
def test_any_bytes_are_rows_damaged_rows_or_a_refusal(data):
    try:
        _, rows = read(data)
    except FileRefused:
        return
    lines = [line for line, _ in rows]
    assert lines == sorted(set(lines))


@given(st.text(st.sampled_from('a1,;"\n\r \t\0ü'), max_size=200))
def test_texts_of_delimiters_and_quotes_lose_no_line(text):
    try:
        header, rows = read("h,k\n" + text)
    except FileRefused:
        return
    assert header == ["h", "k"]
    spanned = sum(row.count("\n") for _, cells in rows if isinstance(cells, list) for row in cells)
    assert len(rows) <= len(io.StringIO(text, newline="").readlines()) + spanned
