"""Every message that can be read is acted on, knowingly ignored, or refused with the reason."""

import pytest

from commonweal.intake.hl7v2 import classify, episode_key, read, report
from commonweal.intake.hl7v2.event_kind import ADMISSION_TO_AE, AE_ATTENDANCE, EVENT_KINDS
from commonweal.intake.hl7v2.meaning import ACTS, IGNORED
from tests.intake.hospital_scene import MESSAGES, sent


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("a01_admission", "admission"),
        ("a03_discharge", "discharge"),
        ("a03_died", "death"),
        ("a04_in_ae", "attendance"),
        ("a11_admission_cancelled", "cancel-admission"),
        ("a13_discharge_cancelled", "cancel-discharge"),
        ("a31_person_updated", "person-update"),
        ("a40_merged", "merge-patient"),
    ],
)
def test_what_we_act_on_is_understood(name: str, act: str) -> None:
    meaning = classify(read(sent(name)))
    assert (meaning.ack, meaning.act, meaning.reason) == ("AA", act, None)


def test_every_kind_is_either_acted_on_or_ignored_for_a_reason() -> None:
    kinds = {*EVENT_KINDS.values(), ADMISSION_TO_AE, AE_ATTENDANCE}
    assert kinds == ACTS.keys() | IGNORED.keys()
    assert not ACTS.keys() & IGNORED.keys()


def test_a_move_between_wards_is_knowingly_ignored() -> None:
    meaning = classify(read(sent("a01_admission", ("ADT^A01", "ADT^A02"))))
    assert (meaning.ack, meaning.act) == ("AA", None)
    assert "wards" in (meaning.reason or "")


def test_a_trigger_nobody_told_us_of_is_recorded() -> None:
    meaning = classify(read(sent("a01_admission", ("ADT^A01", "ADT^A60"))))
    assert (meaning.ack, meaning.act, meaning.reason) == ("AA", None, "ADT^A60 is recorded; it means nothing to us yet")


def test_a_death_told_outside_a_discharge_is_a_death_but_a_cancellation_only_repeats_it() -> None:
    assert classify(read(sent("a03_died", ("ADT^A03", "ADT^A31")))).act == "death"
    assert classify(read(sent("a03_died", ("ADT^A03", "ADT^A13")))).act == "cancel-discharge"


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("a01_admission", ("ADT^A01", "ORU^R01"), "only patient administration"),
        ("a01_admission", ("|P|2.4", "|P|3.0"), "MSH-12"),
        ("a01_admission", ("PID|1", "ZZZ|1"), "no PID"),
        ("a03_discharge", ("ZU1|", "PID|2||H9\nZU1|"), "several patients"),
        ("a01_admission", ("H0012345^^^RZZ^MR~943 476 5919", "9434765918"), "PID-3"),
        ("a31_person_updated", ("2026", ""), "when it happened"),
        ("a40_merged", ("H0099999", ""), "MRG-1"),
    ],
)
def test_what_can_never_be_taken_is_refused_naming_the_field(name: str, change: tuple[str, str], reason: str) -> None:
    meaning = classify(read(sent(name, change)))
    assert (meaning.ack, meaning.act) == ("AR", None)
    assert reason in (meaning.reason or "")


def test_no_reason_says_anything_about_the_patient() -> None:
    for file in MESSAGES.glob("*.hl7"):
        for trigger in (*EVENT_KINDS, "A60"):
            raw = file.read_bytes().replace(b"ADT^A", b"ADT^" + trigger.encode() + b"^A")
            told = (classify(read(raw)).reason or "").lower()
            assert not [
                word for word in ("testpatient", "araminta", "9434", "h0012345", "nn15", "1947") if word in told
            ]


def test_the_messages_of_one_stay_share_a_key() -> None:
    stay = {
        episode_key(read(sent(name)))
        for name in ("a01_admission", "a03_discharge", "a11_admission_cancelled", "a13_discharge_cancelled")
    }
    assert stay == {"visit:VN-778899"}


def test_two_stays_do_not_share_a_key() -> None:
    assert episode_key(read(sent("a04_in_ae"))) != episode_key(read(sent("a01_admission")))
    of_one = read(sent("a11_admission_cancelled", ("VN-778899", "01")))
    of_another = read(sent("a11_admission_cancelled", ("VN-778899", "01"), ("H0012345", "H0054321")))
    assert (episode_key(of_one), episode_key(of_another)) == ("visit:H0012345:01", "visit:H0054321:01")


def test_without_a_visit_number_a_stay_is_known_by_patient_and_day() -> None:
    without = ("VN-778899", "")
    assert episode_key(read(sent("a03_discharge", without))) == "stay:H0012345:2026-03-27"
    assert episode_key(read(sent("a13_discharge_cancelled", without))) == "stay:H0012345"


def test_a_message_is_reported_in_one_line() -> None:
    assert report(sent("a03_discharge"), "one.hl7") == {
        "file": "one.hl7",
        "ack": "AA",
        "reason": None,
        "type": "ADT^A03",
        "event_kind": "discharge",
        "control_id": "RZZ-1002",
        "sending_facility": "RZZ01",
        "nhs_number": "9434765919",
        "mrn": "H0012345",
        "occurred_at": "2026-03-29T11:55:00+01:00",
        "merged_from": [],
        "death": False,
    }


def test_what_cannot_be_read_is_reported_with_the_reason_and_the_same_keys() -> None:
    line = report(b"not a message", "two.hl7")
    assert line.pop("file") == "two.hl7"
    assert line.pop("ack") == "AR"
    assert "MSH" in line.pop("reason")
    assert set(line.values()) == {None}
    assert line.keys() < report(sent("a40_merged"), "").keys()
