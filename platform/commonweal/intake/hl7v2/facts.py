"""What a hospital's message says, as facts of a hospital stay; and whose stay it is, where we can be sure."""

from collections.abc import Collection

from commonweal.domain.hospital import (
    AdmissionCancelled,
    DischargeCancelled,
    EDAttendanceRecorded,
    HospitalRecordsMerged,
    PatientAdmitted,
    PatientDischarged,
    Told,
)
from commonweal.domain.people import person
from commonweal.intake.hl7v2.event_kind import DISCHARGE
from commonweal.intake.hl7v2.meaning import Act, episode_key
from commonweal.intake.hl7v2.message import HL7Message


def facts(message: HL7Message, act: Act, trust: str, wards: Collection[str] = ()) -> tuple[Told, ...]:
    """The facts in a message we act on, all of one stream; none where it is about a person and not about a stay.

    `trust` is the ODS code of the channel's trust; `wards` those the ICS has on its list, so that a ward stands as written there.
    """
    at = message.occurred_at
    if at is None:
        return ()
    who = {
        "mrn": message.mrn,
        "nhs_number": None if is_placeholder(message.nhs_number) else message.nhs_number,
        "name": " ".join(part for part in (message.given_name, message.family_name) if part) or None,
    }
    born, ward = message.date_of_birth, _ward(message, wards)
    match act:
        case "admission":
            method = message.admission_type
            admitted = PatientAdmitted(trust=trust, ward=ward, method=method, occurred_at=at, date_of_birth=born, **who)
            return (admitted,)
        case "attendance":
            return (EDAttendanceRecorded(trust=trust, occurred_at=at, date_of_birth=born, **who),)
        case "discharge" | "death" if message.event_kind == DISCHARGE:
            to, died = message.discharge_disposition, act == "death"
            discharged = PatientDischarged(
                trust=trust, ward=ward, destination=to, died=died, occurred_at=at, date_of_birth=born, **who
            )
            return (discharged,)
        case "cancel-admission":
            return (AdmissionCancelled(occurred_at=at),)
        case "cancel-discharge":
            return (DischargeCancelled(occurred_at=at),)
        case "merge-patient":
            stays = message.mrn or message.nhs_number or ""
            return tuple(
                HospitalRecordsMerged(trust=trust, occurred_at=at, surviving_mrn=stays, absorbed_mrn=absorbed)
                for absorbed in message.merged_from
            )
        case _:
            return ()


def stay_key(message: HL7Message, act: Act | None, trust: str) -> str:
    """The same for every message about one stay in the ICS. It can identify a person: hash it before it is stored.

    Merges of a patient's records belong to no stay and have a key of their own.
    """
    if act == "merge-patient":
        return f"{trust}:merged:{message.mrn or message.nhs_number}"
    return f"{trust}:{episode_key(message)}"


def match(known: person.State, message: HL7Message) -> str | None:
    """How we know that a message with this person's NHS number is about them, one of hospital.MATCHES; None where it is not sure."""
    if known.phase not in {"living", "died"} or is_placeholder(message.nhs_number):
        return None
    if not known.date_of_birth or message.date_of_birth is None:
        return "nhs_number"
    return "nhs_number_and_birth_date" if known.date_of_birth == message.date_of_birth else None


def contradicts(known: person.State, message: HL7Message) -> bool:
    """Does the message name another NHS number than this person's?"""
    told = None if is_placeholder(message.nhs_number) else message.nhs_number
    return bool(told and known.nhs_number) and told != known.nhs_number


def is_placeholder(number: str | None) -> bool:
    """Ten times the same digit: typed where none was known. Some of these pass the check digit and belong to nobody."""
    return number is not None and len(set(number)) == 1


def _ward(message: HL7Message, wards: Collection[str]) -> str | None:
    """A ward of the ICS's list if any part of PV1-3 names one: hospitals differ in which part they put it. Else the first part."""
    listed = {ward.casefold(): ward for ward in wards}
    named = (listed.get(part.casefold()) for part in message.location if part)
    return next((ward for ward in named if ward), message.ward)
