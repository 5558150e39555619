"""Whatever a hospital sends, it gets an answer its computer understands."""

from datetime import UTC, datetime
from pathlib import Path

import hl7
import pytest

from commonweal.intake.hl7v2 import acknowledge, read

MESSAGES = Path(__file__).parent / "hl7v2"
AT = datetime(2026, 3, 29, 11, 6, tzinfo=UTC)


def test_an_acknowledgement_goes_back_where_the_message_came_from() -> None:
    raw = (MESSAGES / "a03_discharge.hl7").read_bytes()
    answer = acknowledge(read(raw), "AA", at=AT).decode()
    assert answer.startswith("MSH|^~\\&|COMMONWEAL|QPM|PAS|RZZ01|20260329120600+0100||ACK^A03^ACK|")
    assert answer.endswith("|P|2.4||||||UNICODE UTF-8\rMSA|AA|RZZ-1002\r")


def test_another_parser_reads_our_answer() -> None:
    answer = hl7.parse(acknowledge((MESSAGES / "a01_admission.hl7").read_bytes(), "AR", "no PID", at=AT))
    assert str(answer.segment("MSA")) == "MSA|AR|RZZ-1001|no PID"
    assert str(answer.segment("ERR")) == "ERR|^^^100&Segment sequence error&HL70357"


def test_since_version_2_5_the_error_has_fields_of_its_own() -> None:
    raw = (MESSAGES / "a01_admission.hl7").read_bytes().replace(b"|P|2.4|", b"|P|2.5.1|")
    answer = acknowledge(raw, "AE", "send it again", at=AT).decode()
    assert "\rERR|||207^Application internal error^HL70357|E||||send it again\r" in answer


def test_the_answer_uses_the_delimiters_of_the_message() -> None:
    answer = acknowledge((MESSAGES / "a24_other_delimiters.hl7").read_bytes(), "AR", "not * so", at=AT).decode()
    assert answer.startswith("MSH*:;!+*COMMONWEAL*QPM*PAS*RZZ01*")
    assert "*ACK:A24:ACK*" in answer
    assert "\rMSA*AR*RZZ-1009*not !F! so\r" in answer


def test_text_cannot_add_a_segment_to_the_answer() -> None:
    answer = acknowledge((MESSAGES / "a40_merged.hl7").read_bytes(), "AR", "one\rPID|two", at=AT).decode()
    assert answer.count("\r") == 3
    assert "one PID\\F\\two" in answer


@pytest.mark.parametrize("raw", [b"", b"\x00\xff", b"PID|1", b"MSH|", b"MSH|^^^^|A|B"])
def test_what_cannot_be_read_at_all_is_answered_too(raw: bytes) -> None:
    answer = acknowledge(raw, "AR", "this is not an HL7 v2 message", at=AT).decode()
    assert answer.startswith("MSH|^~\\&|||||20260329120600+0100||ACK|")
    assert "\rMSA|AR||this is not an HL7 v2 message\r" in answer


def test_a_message_cut_short_is_answered_with_what_is_there() -> None:
    answer = acknowledge(b"MSH|^~\\&|PAS|RZZ01|COMMONWEAL|QPM|2026", "AR", "MSH-10 is empty", at=AT).decode()
    assert answer.startswith("MSH|^~\\&|COMMONWEAL|QPM|PAS|RZZ01|")


def test_two_answers_have_control_ids_of_their_own() -> None:
    raw = (MESSAGES / "a40_merged.hl7").read_bytes()
    ids = {acknowledge(raw, "AA", at=at).split(b"|")[9] for at in (AT, AT.replace(second=1))}
    assert len(ids) == 2
