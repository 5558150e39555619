"""A hospital's message is read as it was meant, however untidily it was sent."""

from datetime import date, datetime

import pytest

from commonweal.intake.hl7v2 import Unreadable, read
from commonweal.intake.hl7v2.segments import segments
from commonweal.intake.hl7v2.times import read_time
from tests.intake.hospital_scene import sent


def at(iso: str) -> datetime:
    return datetime.fromisoformat(iso)


def test_a_discharge_is_read_field_by_field() -> None:
    message = read(sent("a03_discharge"))
    assert (message.control_id, message.type, message.version) == ("RZZ-1002", "ADT^A03", "2.4")
    assert (message.sending_application, message.sending_facility) == ("PAS", "RZZ01")
    assert (message.accept_acknowledgement, message.application_acknowledgement) == ("AL", "NE")
    assert (message.nhs_number, message.nhs_number_invalid, message.mrn) == ("9434765919", False, "H0012345")
    assert (message.title, message.given_name, message.middle_names) == ("Mrs", "Araminta", "June")
    assert (message.family_name, message.date_of_birth) == ("Testpatient", date(1947, 2, 14))
    assert message.postcode == "NN15 7ZZ"
    assert (message.patient_class, message.admission_type, message.discharge_disposition) == ("I", "21", "19")
    assert (message.ward, message.location) == ("LAMPORT", ("LAMPORT", "Bay 2", "Bed 4", "RZZ01"))
    assert message.visit_number == "VN-778899"
    assert (message.patients, message.death, message.death_at, message.merged_from) == (1, False, None, ())


def test_the_event_time_comes_before_what_the_visit_says() -> None:
    assert read(sent("a03_discharge")).occurred_at == at("2026-03-29T11:55:00+01:00")


def test_a_discharge_without_an_event_time_happened_when_the_visit_says_it_ended() -> None:
    message = read(sent("a03_discharge", ("20260329115500", "")))
    assert message.occurred_at == message.discharged_at == at("2026-03-29T11:50:00+01:00")


def test_an_admission_without_an_event_time_happened_when_the_visit_says_it_began() -> None:
    assert read(sent("a01_admission")).occurred_at == at("2026-03-27T09:45:00+00:00")
    assert read(sent("a04_in_ae")).occurred_at == at("2026-03-26T21:45:00+00:00")


def test_a_cancelled_discharge_is_not_timed_by_the_discharge() -> None:
    message = read(sent("a03_discharge", ("ADT^A03", "ADT^A13"), ("20260329115500", "")))
    assert message.occurred_at == at("2026-03-29T12:03:00+01:00")


def test_a_time_that_is_none_gives_way_to_the_next() -> None:
    message = read(
        sent("a03_discharge", ("20260329115500", '""'), ("202603291150", "soon"), ("20260329120300", "20261301"))
    )
    assert message.occurred_at == at("2026-03-29T12:05:00+01:00")  # MSH-7


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("20260115", "2026-01-15T00:00:00+00:00"),
        ("202607151730", "2026-07-15T17:30:00+01:00"),
        ("20261025013000", "2026-10-25T01:30:00+01:00"),  # comes twice: the first
        ("20260715173000.987-0500", "2026-07-15T17:30:00-05:00"),
        ("20210115160010+0215", "2021-01-15T16:00:10+02:15"),
    ],
)
def test_a_time_without_an_offset_is_on_the_london_clock(written: str, meant: str) -> None:
    found = read_time(written)
    assert found is not None
    assert found.isoformat() == meant


@pytest.mark.parametrize(
    "written", [None, "", "2026", "202607", "20260230", "202607152500", "00010101", "2026-07-15", "٢٠٢٦٠١١٥"]
)
def test_what_is_not_a_day_is_not_a_time(written: str | None) -> None:
    assert read_time(written) is None


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\r\r", "\n\n", "  \r\n"])
def test_segments_end_however_the_sender_ends_them(end: str) -> None:
    text = sent("a03_discharge").decode()
    assert read(text.replace("\n", end).encode()) == read(text.encode())


def test_a_byte_order_mark_or_the_marks_of_mllp_are_passed_over() -> None:
    plain = sent("a01_admission")
    assert read(b"\xef\xbb\xbf" + plain) == read(b"\x0b" + plain + b"\x1c\r") == read(plain)
    assert read(plain.decode().encode("utf-16")) == read(plain)


def test_a_note_broken_over_two_lines_is_one_field() -> None:
    message = segments(sent("a03_discharge", ("a trailing segment", "a trailing\nsegment")))
    assert message.first("ZU1").part(3) == "a trailing segment of their own"


def test_delimiters_are_the_ones_the_message_names() -> None:
    message = read(sent("a24_other_delimiters"))
    assert (message.type, message.control_id, message.patients) == ("ADT^A24", "RZZ-1009", 2)
    assert (message.nhs_number, message.mrn) == ("9434765919", "H0012345")
    assert (message.family_name, message.given_name) == ("Testpatient:Jones", "Ara+minta")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("O\\T\\Brien\\S\\Smith", "O&Brien^Smith"),
        ("\\H\\Testpatient\\N\\", "Testpatient"),
        ("Ren\\XC3A9\\e", "Renée"),
        ("one\\.br\\two", "one two"),
        ("back\\slash", "back\\slash"),
        ("A\\quite other\\B", "A\\quite other\\B"),
        ("Ann\\X001B\\e", "Anne"),
        ('""', None),
    ],
)
def test_escape_sequences_are_undone(written: str, meant: str | None) -> None:
    assert read(sent("a01_admission", ("Testpatient", written))).family_name == meant


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("UNICODE UTF-8", "utf-8"),
        ("8859/1", "latin-1"),
        ("8859/15", "iso8859_15"),
        ("", "latin-1"),
        ("8859/1", "utf-8"),
        ("8859/99", "latin-1"),
    ],
)
def test_a_name_keeps_its_accents(declared: str, encoding: str) -> None:
    text = sent("a01_admission", ("Araminta", "Zoë"), ("UNICODE UTF-8", declared)).decode()
    assert read(text.encode(encoding)).given_name == "Zoë"


@pytest.mark.parametrize(
    ("pid3", "nhs_number", "invalid", "mrn"),
    [
        ("9434765919^^^NHS", "9434765919", False, None),
        ("H1^^^RZZ^PI~943-476-5919^^^^NHSNMBR", "9434765919", False, "H1"),
        ("9434765919^^^&2.16.840.1.113883.2.1.4.1&ISO~H1", "9434765919", False, "H1"),
        ("9434765918^^^NHS^NH~H1", None, True, "H1"),
        ("9434765919^^^NHS~9000000017^^^NHS~H1", None, True, "H1"),
        ("9434765919~H1^^^RZZ^MR", None, False, "H1"),  # not marked as an NHS number
        ("X9^^^CARD~H1^^^RZZ^MR", None, False, "H1"),
        ("X9^^^CARD", None, False, "X9"),
        ("", None, False, None),
    ],
)
def test_identifiers_are_told_apart_by_how_they_are_marked(
    pid3: str, nhs_number: str | None, invalid: bool, mrn: str | None
) -> None:
    message = read(sent("a01_admission", ("H0012345^^^RZZ^MR~943 476 5919^^^NHS^NH", pid3)))
    assert (message.nhs_number, message.nhs_number_invalid, message.mrn) == (nhs_number, invalid, mrn)


def test_only_the_death_indicator_says_that_someone_died() -> None:
    assert read(sent("a03_died")).death
    contradiction = read(sent("a03_died", ("20260329110000|Y", "20260329110000|N")))
    assert not contradiction.death
    assert contradiction.death_at == at("2026-03-29T11:00:00+01:00")


@pytest.mark.parametrize(
    ("name", "change", "kind"),
    [
        ("a01_admission", ("PV1|1|I", "PV1|1|I"), "admission"),
        ("a01_admission", ("PV1|1|I", "PV1|1|E"), "ae-attendance(admit as E)"),
        ("a04_in_ae", ("PV1|1|E", "PV1|1|E"), "ae-attendance"),
        ("a04_in_ae", ("PV1|1|E", "PV1|1|O"), "outpatient-registration"),
        ("a04_in_ae", ("PV1|1|E|ED^Majors^3^RZZ01|", "PV1|1|P|ED^Majors^3^RZZ01|E"), "ae-attendance"),
        ("a40_merged", ("A40", "A40"), "merge-patient"),
        ("a01_admission", ("ADT^A01", "ADT^A60"), None),
        ("a01_admission", ("ADT^A01", "ORU^A01"), None),
    ],
)
def test_the_trigger_and_the_patient_class_say_what_happened(
    name: str, change: tuple[str, str], kind: str | None
) -> None:
    assert read(sent(name, change)).event_kind == kind


def test_msh_9_is_believed_before_evn_1() -> None:
    assert read(sent("a03_discharge", ("EVN||", "EVN|A01|"))).type == "ADT^A03"
    assert read(sent("a03_discharge", ("EVN||", "EVN|A01|"), ("ADT^A03^ADT_A01", "ADT"))).type == "ADT^A01"


def test_a_merge_names_the_number_no_longer_used() -> None:
    message = read(sent("a40_merged"))
    assert (message.mrn, message.merged_from) == ("H0012345", ("H0099999",))
    assert read(sent("a40_merged", ("H0099999", ""))).merged_from == ()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "is empty"),
        (b"\x0b\x1c\r", "is empty"),
        (b"PID|1||H1", "does not begin with an MSH segment"),
        (b'{"resourceType": "Bundle"}', "does not begin with an MSH segment"),
        (b"FHS|^~\\&|PAS\rMSH|^~\\&|PAS", "a batch"),
        (b"MSH", "ends inside its MSH"),
        (b"MSH|^~\\&", "ends inside its MSH"),
        (b"MSH|^~^&|PAS", "five different delimiters"),
        (b"MSHxABCDxPASx", "five different delimiters"),
        (b"MSH|^~\\&|PAS|RZZ01", "MSH-9 is empty"),
        (b"MSH|^~\\&|PAS|RZZ01|||20260329||ADT^A03", "MSH-10 is empty"),
        (b"MSH|^~\\&|PAS|RZZ01|||20260329||ADT^discharge|1", "not a message type"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(raw)


def test_two_messages_sent_as_one_are_refused() -> None:
    with pytest.raises(Unreadable, match="more than one message"):
        read(sent("a01_admission") + sent("a40_merged"))
