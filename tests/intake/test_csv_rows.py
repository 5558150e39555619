"""A table of referrals is read whole, and everything that is wrong in it is told at once, by row and column, quoting nobody."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.domain import codes
from commonweal.domain.message import Refused
from commonweal.intake import csv
from commonweal.intake.csv import COLUMNS, Mistake, read

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FILE = (Path(__file__).parent / "csv" / "referrals.csv").read_bytes()


def changed(*changes: tuple[str, str]) -> bytes:
    text = FILE.decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


def mistakes(*changes: tuple[str, str]) -> list[Mistake]:
    return list(read(changed(*changes), NOW).mistakes)


def test_each_row_is_a_person_what_they_agreed_to_and_a_referral() -> None:
    table = read(FILE, NOW)
    assert table.mistakes == ()
    one, two = (row.arrival for row in table.rows)
    assert [row.number for row in table.rows] == [2, 3]
    assert (one.someone.name, one.someone.nhs_number, one.someone.nhs_number_status) == (
        "Araminta Testpatient",
        "9434765919",
        "02",
    )
    assert [(given.scope, given.audience) for given in one.agreed] == [("contact", "any"), ("share_referrer", "RZZ")]
    assert one.referral.reasons == ("loneliness", "frailty")
    assert one.referral.narrative == "Home on Friday,\nlives alone."
    assert (two.someone.nhs_number, two.someone.nhs_number_status, two.someone.interpreter) == (None, "03", True)
    assert two.agreed[0].given_on == date(2026, 3, 1)
    assert (two.referral.narrative, two.referral.programme, two.referral.priority) == (None, "core", "1")


def test_every_mistake_of_every_row_is_told_with_its_column_and_no_value() -> None:
    found = mistakes(
        ("943 476 5919", "943 476 5918"), ("1947-02-14", "14/02/1947"), ("loneliness;frailty", "loneliness;sadness"),
        ("Wren Testpatient", " "), ("ABC/2", "Wren Testpatient"), ("so,yes", "Somali,perhaps"),
    )  # fmt: skip
    assert [(mistake.row, mistake.column) for mistake in found] == [
        (2, "date_of_birth"), (2, "nhs_number"), (2, "reasons"), (3, "interpreter"), (3, "language"), (3, "name"), (3, "source_reference"),
    ]  # fmt: skip
    said = " ".join(mistake.sentence for mistake in found)
    assert not [word for word in ("Wren", "943", "1947", "sadness", "Somali", "perhaps") if word in said]


def test_one_reference_is_one_referral_and_one_number_one_person() -> None:
    again = FILE.decode().splitlines(keepends=True)[1:3]
    raw = FILE + "".join(again).replace("1947-02-14", "1950-02-14").encode()
    assert [(mistake.row, mistake.column) for mistake in read(raw, NOW).mistakes] == [
        (4, "date_of_birth"),
        (4, "source_reference"),
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("narrative\n", "story\n"), "there is no column story"),
        (("narrative\n", "Araminta Testpatient\n"), "there is no column with that name"),
        (("consent_contact_on,", "phone,"), "column phone is there twice; column consent_contact_on is missing"),
    ],
)
def test_names_that_are_not_there_are_told(change: tuple[str, str], sentence: str) -> None:
    with pytest.raises(Refused) as why:
        read(changed(change), NOW)
    assert sentence in str(why.value)


def test_a_row_with_another_number_of_cells_is_told() -> None:
    (mistake,) = mistakes(("food,\n", "food\n"))
    assert (mistake.row, mistake.column, mistake.sentence) == (3, "", "this row has 15 cells, and there are 16 names")


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe", FILE.splitlines()[0], FILE.replace(b'lives alone."', b"lives alone.")]
)
def test_what_is_no_table_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused):
        read(raw, NOW)


def test_a_byte_order_mark_and_empty_rows_do_not_matter() -> None:
    assert read(b"\xef\xbb\xbf" + FILE.replace(b"\n", b"\r\n") + b"\r\n,,,\r\n", NOW).mistakes == ()


def test_every_column_is_explained_where_one_would_look() -> None:
    explained = csv.__doc__ or ""
    assert [name for name in COLUMNS if name not in explained] == []


@given(cell=st.text(max_size=40), column=st.sampled_from(sorted(COLUMNS)))
def test_whatever_stands_in_a_cell_is_read_or_told_of(cell: str, column: str) -> None:
    try:
        csv.columns.value(column, cell)
    except Refused as why:
        message = str(why)
        assert message.startswith(column)


@pytest.mark.parametrize(("between", "named"), [(";", "semicolons"), ("\t", "tabs")])
def test_a_file_that_has_no_commas_is_told_what_it_has(between: str, named: str) -> None:
    line = FILE.decode().splitlines()[0]
    with pytest.raises(Refused, match=f"this file has {named} between its cells: save it with commas"):
        read(f"{line.replace(',', between)}\n".encode(), NOW)


def test_every_column_and_every_setting_is_explained() -> None:
    explained = set(re.findall(r"[a-z0-9_]+", csv.__doc__ or ""))
    assert explained >= {*COLUMNS, *codes.SETTINGS}


def test_a_practice_of_no_pcn_here_is_named_by_its_row() -> None:
    rows = read(FILE, NOW).rows
    assert [(each.row, each.column) for each in csv.unknown_practices(rows, {"K99999"})] == [(2, "gp_practice")]
    assert csv.unknown_practices(rows, {"K83001"}) == csv.unknown_practices(rows, set()) == []
