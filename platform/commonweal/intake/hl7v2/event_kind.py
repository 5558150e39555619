"""What happened at the hospital, in one word for each kind of message."""

from typing import Final

ADMISSION: Final = "admission"
ADMISSION_TO_AE: Final = "ae-attendance(admit as E)"
AE_ATTENDANCE: Final = "ae-attendance"
DISCHARGE: Final = "discharge"
CANCEL_ADMISSION: Final = "cancel-admission"
CANCEL_DISCHARGE: Final = "cancel-discharge"
MERGE_PATIENT: Final = "merge-patient"
PERSON_UPDATE: Final = "person-update"

EVENT_KINDS: Final = {
    "A01": ADMISSION,
    "A02": "transfer",
    "A03": DISCHARGE,
    "A04": "outpatient-registration",
    "A05": "pre-admission",
    "A06": "outpatient-to-inpatient",
    "A07": "inpatient-to-outpatient",
    "A08": "visit-update",
    "A11": CANCEL_ADMISSION,
    "A12": "cancel-transfer",
    "A13": CANCEL_DISCHARGE,
    "A17": "bed-swap",
    "A24": "link-persons",
    "A28": "person-add",
    "A29": "person-delete",
    "A31": PERSON_UPDATE,
    "A40": MERGE_PATIENT,
    "A45": "move-visit",
    "A47": "change-patient-id",
}
"""By trigger event (HL7 table 0003), where the patient class does not say otherwise."""

EMERGENCY: Final = "E"
"""PV1-2 patient class (HL7 table 0004) and PV1-4 admission type (HL7 table 0007)."""


def event_kind(trigger: str | None, patient_class: str | None, admission_type: str | None) -> str | None:
    """The word for a trigger event, or None where we have none.

    Someone admitted as an emergency outpatient (A01, class E) is in A&E, not on a ward. Someone registered (A04) is in A&E
    if either the class or the type of admission says emergency, and an outpatient otherwise.
    """
    if trigger == "A01" and patient_class == EMERGENCY:
        return ADMISSION_TO_AE
    if trigger == "A04" and EMERGENCY in {patient_class, admission_type}:
        return AE_ATTENDANCE
    return EVENT_KINDS.get(trigger or "")
