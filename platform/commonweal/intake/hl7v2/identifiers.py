"""Whose message it is: the NHS number and the hospital number among the identifiers a hospital sends."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from commonweal.domain import values
from commonweal.domain.message import Refused
from commonweal.intake.hl7v2.segments import Value

NHS_NUMBER_MARKS: Final = frozenset({"NHS", "NHSNO", "NHSNBR", "NHSNMBR", "2.16.840.1.113883.2.1.4.1"})
"""What marks an NHS number in CX-4 (assigning authority) or CX-5 (identifier type).

NHS: the NHS Interoperability Toolkit; NHSNO, NHSNBR, NHSNMBR: as systems in use write it; the OID is the NHS number's own (HL7 UK).
"""

HOSPITAL_NUMBER_TYPES: Final = frozenset({"MR", "MRN", "MEDREC", "PI"})
"""MR and PI from HL7 table 0203; MRN and MEDREC as systems in use write it."""


@dataclass(frozen=True, slots=True)
class Identifiers:
    """`nhs_number_invalid`: one was sent, but it fails its check digit, or two that differ were sent."""

    nhs_number: str | None
    nhs_number_invalid: bool
    mrn: str | None


def identifiers(repetitions: Iterable[Value]) -> Identifiers:
    """Sort the repetitions of a CX field. The hospital number is the first marked as one, else the first that is not an NHS number."""
    given = [value for value in repetitions if value.part()]
    nhs = [value.part() or "" for value in given if _is_nhs(value)]
    others = [value for value in given if not _is_nhs(value)]
    valid = {number for text in nhs if (number := _valid(text))}
    hospital = next((v for v in others if (v.part(5) or "").upper() in HOSPITAL_NUMBER_TYPES), None)
    return Identifiers(
        nhs_number=next(iter(valid)) if len(valid) == 1 else None,
        nhs_number_invalid=bool(nhs) and len(valid) != 1,
        mrn=(hospital or (others[0] if others else Value())).part(),
    )


def _valid(text: str) -> str | None:
    try:
        return values.nhs_number(text)
    except Refused:
        return None


def _is_nhs(value: Value) -> bool:
    marks = (value.part(4), value.part(4, 2), value.part(5))
    return any((mark or "").upper() in NHS_NUMBER_MARKS for mark in marks)
