"""What a hospital told us about one patient, read from the message it sent."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from commonweal.intake.hl7v2 import event_kind as kinds
from commonweal.intake.hl7v2.identifiers import identifiers
from commonweal.intake.hl7v2.segments import Segment, Segments, Unreadable, segments
from commonweal.intake.hl7v2.times import read_date, read_time


@dataclass(frozen=True, slots=True, kw_only=True)
class HL7Message:
    """An HL7 v2 message. What it does not say is None. Of several patients (A17, A24) it tells the first."""

    header: Segment
    """MSH as sent; an acknowledgement mirrors it."""
    control_id: str
    """MSH-10. Real systems repeat it for different messages: two are the same only if their bytes are."""
    type: str
    """MSH-9 as `ADT^A03`."""
    event_kind: str | None
    version: str | None
    sending_application: str | None
    sending_facility: str | None
    accept_acknowledgement: str | None
    """MSH-15, HL7 table 0155: AL, NE, ER, SU."""
    application_acknowledgement: str | None
    """MSH-16, as above."""
    occurred_at: datetime | None
    patients: int
    """How many PID segments."""
    nhs_number: str | None
    nhs_number_invalid: bool
    mrn: str | None
    family_name: str | None
    given_name: str | None
    middle_names: str | None
    title: str | None
    date_of_birth: date | None
    postcode: str | None
    death: bool
    """PID-30 = Y, and nothing else."""
    death_at: datetime | None
    """PID-29. Given without PID-30 = Y the message contradicts itself, and a person should look."""
    patient_class: str | None
    """PV1-2, HL7 table 0004: I inpatient, O outpatient, E emergency, P pre-admit …"""
    ward: str | None
    """PV1-3.1, the point of care; where a hospital writes itself first (ITK), the ward is in `location` too."""
    location: tuple[str | None, ...]
    """PV1-3 by component: point of care, room, bed, facility …"""
    admission_type: str | None
    visit_number: str | None
    admitted_at: datetime | None
    discharged_at: datetime | None
    discharge_disposition: str | None
    """PV1-36; in England the discharge destination: 19 usual residence, 79 died …"""
    merged_from: tuple[str, ...]
    """The hospital number of each MRG-1: numbers that are no longer used."""


def read(raw: bytes) -> HL7Message:
    """Read the bytes of one message, tolerantly. Raises `Unreadable` and nothing else."""
    message = segments(raw)
    msh, pid, pv1 = message.first("MSH"), message.first("PID"), message.first("PV1")
    control_id, code, trigger = _identity(message)
    patient_class, admission_type = pv1.part(2), pv1.part(4)
    kind = kinds.event_kind(trigger, patient_class, admission_type) if code == "ADT" else None
    who = identifiers(pid.values(3) or pid.values(2))
    return HL7Message(
        header=msh,
        control_id=control_id,
        type=f"{code}^{trigger}" if trigger else code,
        event_kind=kind,
        version=msh.part(12),
        sending_application=msh.part(3),
        sending_facility=msh.part(4),
        accept_acknowledgement=msh.part(15),
        application_acknowledgement=msh.part(16),
        occurred_at=_occurred_at(message, kind),
        patients=sum(1 for _ in message.named("PID")),
        nhs_number=who.nhs_number,
        nhs_number_invalid=who.nhs_number_invalid,
        mrn=who.mrn,
        family_name=pid.part(5, 1),
        given_name=pid.part(5, 2),
        middle_names=pid.part(5, 3),
        title=pid.part(5, 5),
        date_of_birth=read_date(pid.part(7)),
        postcode=_postcode(pid),
        death=(pid.part(30) or "").upper() == "Y",
        death_at=read_time(pid.part(29)),
        patient_class=patient_class,
        ward=pv1.part(3),
        location=pv1.value(3).parts(),
        admission_type=admission_type,
        visit_number=pv1.part(19),
        admitted_at=read_time(pv1.part(44)),
        discharged_at=read_time(pv1.part(45)),
        discharge_disposition=pv1.part(36),
        merged_from=tuple(mrn for mrg in message.named("MRG") if (mrn := identifiers(mrg.values(1)).mrn)),
    )


def _identity(message: Segments) -> tuple[str, str, str | None]:
    """Control id, message code, trigger event: MSH-9 is believed before EVN-1, which is asked only where MSH-9.2 is empty."""
    msh = message.first("MSH")
    control_id, code = msh.part(10), msh.part(9)
    if code is None:
        raise Unreadable("the message does not say what it is: MSH-9 is empty", "101")
    if control_id is None:
        raise Unreadable("the message has no control id: MSH-10 is empty", "101")
    trigger = msh.part(9, 2) or message.first("EVN").part(1)
    if not re.fullmatch("[A-Z]{3}", code) or not re.fullmatch("[A-Z0-9]{3}", trigger or "A00"):
        raise Unreadable("MSH-9 is not a message type such as ADT^A03", "200")
    return control_id, code, trigger


def _occurred_at(message: Segments, kind: str | None) -> datetime | None:
    """EVN-6, else PV1-44 for an admission and PV1-45 for a discharge, else EVN-2, else MSH-7: the first that is a time."""
    evn, pv1 = message.first("EVN"), message.first("PV1")
    told = [evn.part(6)]
    if kind in {kinds.ADMISSION, kinds.ADMISSION_TO_AE, kinds.AE_ATTENDANCE}:
        told.append(pv1.part(44))
    if kind == kinds.DISCHARGE:
        told.append(pv1.part(45))
    told += [evn.part(2), message.first("MSH").part(7)]
    return next((moment for text in told if (moment := read_time(text))), None)


def _postcode(pid: Segment) -> str | None:
    written = (address.part(5) for address in pid.values(11))
    return next((postcode.upper() for postcode in written if postcode), None)
