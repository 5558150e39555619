"""What a hospital's message means to us: something to act on, something to know of, or something we cannot take."""

import re
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from commonweal.intake.hl7v2 import event_kind as kinds
from commonweal.intake.hl7v2.message import HL7Message, read
from commonweal.intake.hl7v2.segments import Unreadable

Act: TypeAlias = Literal[
    "admission",
    "attendance",
    "discharge",
    "death",
    "cancel-admission",
    "cancel-discharge",
    "merge-patient",
    "person-update",
]
"""What we act on. `attendance`: in A&E, however the hospital wrote it."""

ACTS: Final[dict[str, Act]] = {
    kinds.ADMISSION: "admission",
    "outpatient-to-inpatient": "admission",
    kinds.ADMISSION_TO_AE: "attendance",
    kinds.AE_ATTENDANCE: "attendance",
    kinds.DISCHARGE: "discharge",
    kinds.CANCEL_ADMISSION: "cancel-admission",
    kinds.CANCEL_DISCHARGE: "cancel-discharge",
    kinds.MERGE_PATIENT: "merge-patient",
    kinds.PERSON_UPDATE: "person-update",
}

TELLS_OF_DEATH: Final = frozenset({kinds.DISCHARGE, kinds.PERSON_UPDATE, "visit-update", "person-add"})
"""With PID-30 = Y these say that someone died. Others (an old admission sent again, a cancellation) only repeat it."""

IGNORED: Final = {
    "transfer": "a move between wards starts and ends nothing for us; the discharge names the last ward",
    "outpatient-registration": "an outpatient visit is not a stay in hospital",
    "pre-admission": "the stay has not begun",
    "inpatient-to-outpatient": "no discharge has been told",
    "visit-update": "details of a visit under way change nothing for us",
    "cancel-transfer": "moves between wards are not followed",
    "bed-swap": "moves between wards are not followed",
    "link-persons": "two patients are linked and not made one",
    "person-add": "nobody becomes known to us because a hospital knows them",
    "person-delete": "what a hospital deletes we do not",
    "move-visit": "visits are not moved from one patient to another by a message",
    "change-patient-id": "hospital numbers are not changed by a message",
}
"""Answered AA and recorded; nothing else follows."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """`ack`: AA stored and understood, or knowingly ignored; AR never to be accepted. AE (try again) is for the caller to say.

    `act` is None where nothing follows, and then `reason` says why. What is acted on has one patient, with an identifier, and a time.
    """

    ack: Literal["AA", "AR"]
    act: Act | None = None
    reason: str | None = None
    error: str | None = None
    """HL7 table 0357, for the acknowledgement of a refusal."""


def classify(message: HL7Message) -> Meaning:
    """What we do with a message. The reason names fields, and never says what is in them."""
    if not message.type.startswith("ADT"):
        return _refused("only patient administration (ADT) messages are taken here", "200")
    if message.version and not re.match(r"2(\.|$)", message.version):
        return _refused("MSH-12 is not a version of HL7 v2", "203")
    kind = message.event_kind
    act: Act | None = ACTS.get(kind or "")
    if message.death and kind in TELLS_OF_DEATH:
        act = "death"
    if act is None:
        return Meaning("AA", reason=IGNORED.get(kind or "", f"{message.type} is recorded; it means nothing to us yet"))
    return _lacking(message, act) or Meaning("AA", act)


def _lacking(message: HL7Message, act: Act) -> Meaning | None:
    if message.patients == 0:
        return _refused("it is about no patient: there is no PID segment")
    if message.patients > 1:
        return _refused("it is about several patients (PID); send a message for each")
    if message.nhs_number is None and message.mrn is None:
        return _refused("PID-3 has neither a hospital number nor a valid NHS number", "101")
    if message.occurred_at is None:
        return _refused("it does not say when it happened: EVN-6, EVN-2 and MSH-7 have no date", "101")
    if act == "merge-patient" and not message.merged_from:
        return _refused("MRG-1 does not say which hospital number is no longer used", "101")
    return None


def _refused(reason: str, error: str = "100") -> Meaning:
    return Meaning("AR", reason=reason, error=error)


def episode_key(message: HL7Message) -> str:
    """The same for every message about one stay, unique within one hospital trust. It can identify a person: hash it before it is stored.

    The visit number (PV1-19), because it outlives a merge of patients. One shorter than four characters counts a patient's visits,
    so the patient goes with it. Without one, the patient and the day of admission; without that, the patient alone: their one stay under way.
    """
    patient = message.mrn or message.nhs_number or ""
    if message.visit_number:
        return (
            f"visit:{message.visit_number}"
            if len(message.visit_number) > 3
            else f"visit:{patient}:{message.visit_number}"
        )
    return f"stay:{patient}:{message.admitted_at.date()}" if message.admitted_at else f"stay:{patient}"


REPORTED: Final = (
    "type",
    "event_kind",
    "control_id",
    "sending_facility",
    "nhs_number",
    "mrn",
    "occurred_at",
    "merged_from",
    "death",
)


def report(raw: bytes, file: str) -> dict[str, Any]:
    """A message as one line of `commonweal intake hl7v2 FILE --json`: file, ack, reason, then what `REPORTED` names.

    Those are null where the message cannot be read. `occurred_at` is ISO 8601 with its offset, `merged_from` a list.
    """
    try:
        message = read(raw)
    except Unreadable as why:
        return {"file": file, "ack": "AR", "reason": str(why)} | dict.fromkeys(REPORTED)
    meaning = classify(message)
    told = {name: getattr(message, name) for name in REPORTED}
    if message.occurred_at:
        told["occurred_at"] = message.occurred_at.isoformat()
    told["merged_from"] = list(message.merged_from)
    return {"file": file, "ack": meaning.ack, "reason": meaning.reason} | told
