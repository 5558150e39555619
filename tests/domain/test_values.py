"""Checks on what is typed in or sent to us."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.domain import codes, values
from commonweal.domain.message import Refused


@pytest.mark.parametrize("text", ["9434765919", "943 476 5919", "943-476-5919"])
def test_an_nhs_number_is_accepted_in_three_formats_and_kept_as_ten_digits(text: str) -> None:
    assert values.nhs_number(text) == "9434765919"


@pytest.mark.parametrize(
    "text", ["", "943476591", "94347659190", "943 4765919", "943-476 5919", "94347６5919", "9434765919\n"]
)
def test_an_nhs_number_in_another_shape_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="ten digits"):
        values.nhs_number(text)


@given(st.integers(0, 8), st.integers(1, 9))
def test_an_nhs_number_with_one_digit_mistyped_is_refused(place: int, off: int) -> None:
    right = "9434765919"
    wrong = right[:place] + str((int(right[place]) + off) % 10) + right[place + 1 :]
    with pytest.raises(Refused, match="check digit"):
        values.nhs_number(wrong)


def test_an_nhs_number_whose_check_would_be_ten_is_never_issued() -> None:
    for last in range(10):
        with pytest.raises(Refused, match="check digit"):
            values.nhs_number(f"999000000{last}")


def test_a_check_of_eleven_counts_as_nought() -> None:
    assert values.nhs_number("9100000000") == "9100000000"


def test_only_numbers_that_begin_with_nine_are_synthetic() -> None:
    assert values.is_synthetic("9434765919")
    assert not values.is_synthetic("4010232137")


def test_a_refusal_never_repeats_what_was_typed() -> None:
    checks: list[Callable[[str], object]] = [
        values.nhs_number, values.ods_code, values.pcn_code, values.practice_key, values.organisation, values.snomed_ct,
        values.gss_code, values.lsoa_2021, values.postcode, values.language,
        lambda text: values.identifier(text, "id"), lambda text: values.one_of(codes.NEEDS, text, "reasons"),
    ]  # fmt: skip
    for check in checks:
        with pytest.raises(Refused) as refusal:
            check("Mrs Ottoline Quince")
        assert "Quince" not in str(refusal.value)


@pytest.mark.parametrize(
    "code",
    ["871731000000106", "871711000000103", "871691000000100", "390893007", "837111000000105", "306689006", "3457005"],
)
def test_a_snomed_ct_code_with_its_check_digit_is_accepted(code: str) -> None:
    assert values.snomed_ct(code) == code


@pytest.mark.parametrize("code", ["871731000000107", "871713000000106", "390893008"])
def test_a_mistyped_snomed_ct_code_is_refused(code: str) -> None:
    with pytest.raises(Refused, match="check digit"):
        values.snomed_ct(code)


def test_the_id_of_a_description_is_not_the_id_of_a_concept() -> None:
    with pytest.raises(Refused, match="concept"):
        values.snomed_ct("754786011")


def test_a_long_format_code_needs_a_namespace() -> None:
    with pytest.raises(Refused, match="concept"):
        values.snomed_ct("12345103")


@pytest.mark.parametrize("code", ["RP1", "QPM", "RP1A1", "K83001", "U96568"])
def test_an_ods_code_has_one_of_three_shapes(code: str) -> None:
    assert values.ods_code(code) == code


@pytest.mark.parametrize("code", ["rp1", "RP", "RP1A", "1K8300", "K83001X", "RP1\n"])
def test_what_is_not_shaped_like_an_ods_code_is_refused(code: str) -> None:
    with pytest.raises(Refused):
        values.ods_code(code)


def test_a_practice_without_a_known_code_is_named_within_its_pcn() -> None:
    assert values.practice_key(f"U40159/{values.slug('Weston Favell (Dias)')}") == "U40159/weston-favell-dias"
    assert values.practice_key("K83001") == "K83001"


def test_a_charity_is_known_by_its_register_number() -> None:
    assert values.organisation("GB-CHC-1054276") == "GB-CHC-1054276"
    assert values.organisation("U35821/burton") == "U35821/burton", "a practice whose code nobody knows refers as well"


@pytest.mark.parametrize(
    ("typed", "kept"), [("nn15 5lb", "NN15 5LB"), ("E151AA", "E15 1AA"), (" sw1a  1aa ", "SW1A 1AA")]
)
def test_a_postcode_is_kept_in_capitals_with_one_space(typed: str, kept: str) -> None:
    assert values.postcode(typed) == kept


def test_area_codes_have_their_shape() -> None:
    assert values.gss_code("E54000059") == "E54000059"
    assert values.lsoa_2021("E01027025") == "E01027025"
    with pytest.raises(Refused, match="LSOA"):
        values.lsoa_2021("E54000059")


def test_a_time_without_a_zone_is_refused() -> None:
    assert values.moment(datetime(2026, 1, 5, 9, tzinfo=UTC), "at").hour == 9
    with pytest.raises(Refused, match="at must say its time zone"):
        values.moment(datetime(2026, 1, 5, 9), "at")  # noqa: DTZ001 – that is what is refused


def test_what_happened_has_come_unless_it_is_brought_from_the_past() -> None:
    today, tomorrow = date(2026, 1, 5), date(2026, 1, 6)
    assert values.happened(today, today, "held_on") == today
    assert values.happened(tomorrow, None, "held_on") == tomorrow
    with pytest.raises(Refused, match="held_on lies in the future: record it once it has happened"):
        values.happened(tomorrow, today, "held_on")


def test_a_day_to_come_is_not_today_but_today_is_not_past() -> None:
    today, tomorrow = date(2026, 1, 5), date(2026, 1, 6)
    assert values.to_come(tomorrow, today, "due_on") == values.not_past(tomorrow, tomorrow, "due_on") == tomorrow
    assert values.to_come(today, None, "due_on") == values.not_past(today, None, "due_on") == today
    with pytest.raises(Refused, match="due_on must lie in the future"):
        values.to_come(today, today, "due_on")
    with pytest.raises(Refused, match="due_on lies in the past"):
        values.not_past(today, tomorrow, "due_on")


@pytest.mark.parametrize("number", [0, 5_001])
def test_a_number_lies_between_the_least_and_the_most(number: int) -> None:
    assert [values.within(each, 1, 5_000, "places") for each in (1, 5_000)] == [1, 5_000]
    with pytest.raises(Refused, match="places must be 1 to 5,000"):
        values.within(number, 1, 5_000, "places")


def test_every_national_closure_code_belongs_to_a_reason_we_use() -> None:
    assert set(codes.NATIONAL_CLOSURE_REASONS) <= set(codes.CLOSURE_REASONS)
