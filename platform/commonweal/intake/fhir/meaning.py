"""What a message means to us: who is referred, by whom, why, and what they agreed to."""

from datetime import date, datetime
from typing import Final

from commonweal.domain import codes, due, values
from commonweal.domain.message import Refused
from commonweal.domain.people.consent import GiveConsent
from commonweal.domain.referrals.receive import ReceiveReferral
from commonweal.intake.arrival import Arrival
from commonweal.intake.fhir import patient
from commonweal.intake.fhir.message import Message
from commonweal.intake.fhir.problem import UNPROCESSABLE, NotTaken
from commonweal.intake.fhir.resource import (
    NOTHING,
    Node,
    coded,
    first,
    identifier,
    nodes,
    text,
    texts,
)
from commonweal.intake.referrers import referrer

NEED: Final = "urn:commonweal:code-system:need"
"""Local: the keys of `codes.NEEDS`."""
PROGRAMME: Final = "urn:commonweal:id:programme"
_CONSENT: Final = "https://fhir.nhs.uk/CodeSystem/consent-categories-bars"
_DIRECT_CARE: Final = "DRC"
_PRIORITIES: Final = {"urgent": "2", "asap": "2", "stat": "2"}
_LONGEST: Final = 10_000


def arrival(message: Message, organisation: str, role: str, now: datetime) -> Arrival:
    """A new referral. Raises `NotTaken` with everything that is missing or wrong, `Refused`."""
    missing = [sentence for sentence in (_no_patient(message), _no_consent(message)) if sentence]
    if missing:
        raise NotTaken(UNPROCESSABLE, "; ".join(missing))
    by = referrer(role, organisation)
    practice = None if patient.is_restricted(message.patient) else patient.practice(message)
    service = _service(message)
    return Arrival(
        someone=patient.someone(message.patient, practice, due.today(now)),
        agreed=(_consent(message, due.today(now)),),
        referral=ReceiveReferral(
            person_id="",
            source=by.source,
            source_org=organisation,
            source_reference=message.reference,
            setting=by.setting,
            priority=_PRIORITIES.get(text(message.request, "priority") or "", "1"),
            reasons=needs(message.request),
            narrative=words(message),
            referrer_role=by.role,
            referrer_name=patient.name(message.at(message.request, "requester")) or _named_within(message),
            requested_service=None if service in (None, programme(message)) else service,
            programme=programme(message) or "core",
            encounter=_shaped(text(first(message.at(message.request, "encounter"), "identifier"), "value")),
            practice=practice,
            received_at=now,
        ),
    )


def needs(request: Node) -> tuple[str, ...]:
    """The needs that are said as codes of ours; others are words."""
    return tuple(dict.fromkeys(code for code in coded(request, NEED, "reasonCode") if code in codes.NEEDS))


def words(message: Message) -> str | None:
    """All that is said in words about why, each once: reasons, notes, the plan it is based on, and what to look out for."""
    request = message.request
    plan = message.at(request, "basedOn")
    said = [
        *texts(request, "reasonCode", "text"),
        *[
            shown
            for coding in nodes(request, "reasonCode", "coding")
            if text(coding, "system") != NEED and (shown := text(coding, "display"))
        ],
        *texts(request, "note", "text"),
        *texts(request, "patientInstruction"),
        *texts(plan, "description"),
        *texts(plan, "activity", "outcomeCodeableConcept", "text"),
        *[
            f"Flag: {shown}"
            for flag in message.all("Flag")
            if text(flag, "status") == "active" and (shown := _said(flag))
        ],
    ]
    return "\n".join(dict.fromkeys(said))[:_LONGEST] or None


def programme(message: Message) -> str | None:
    """The programme that was asked for, if one was."""
    return _shaped(identifier(message.at(message.request, "performer"), PROGRAMME))


def _no_patient(message: Message) -> str | None:
    if message.patient is NOTHING:
        return "ServiceRequest.subject must lead to a Patient in the Bundle"
    if patient.is_dead(message.patient):
        return "Patient.deceased: the person has died"
    return None if patient.name(message.patient) else "Patient.name is missing"


def _no_consent(message: Message) -> str | None:
    if _direct_care(message) is not None:
        return None
    return (
        "a Consent for direct care (consent-categories-bars DRC) is missing, or is not active, or is denied: "
        "ask whether they agree to be contacted, and send the referral with their answer"
    )


def _direct_care(message: Message) -> Node | None:
    for given in message.all("Consent"):
        denied = text(first(given, "provision"), "type") == "deny" or "OPTOUT" in texts(
            given, "policyRule", "coding", "code"
        )
        if text(given, "status") == "active" and _DIRECT_CARE in coded(given, _CONSENT, "category") and not denied:
            return given
    return None


def _consent(message: Message, today: date) -> GiveConsent:
    """What the message says of their consent, with how it says it: `bars-drc-implied`, `bars-drc`."""
    found = _direct_care(message) or NOTHING
    how = text(first(found, "policyRule", "coding"), "code") or ""
    version = f"bars-drc-{how.lower()}" if how.isalnum() and len(how) < 20 else "bars-drc"
    given_on = min(patient.day(text(found, "dateTime")) or today, today)
    return GiveConsent(scope="contact", method="digital", wording_version=version, given_on=given_on)


def _named_within(message: Message) -> str | None:
    """The name of the practitioner in a role that requests."""
    return patient.name(message.at(message.at(message.request, "requester"), "practitioner"))


def _service(message: Message) -> str | None:
    return _shaped(text(first(message.at(message.request, "performer"), "identifier"), "value"))


def _shaped(told: str | None) -> str | None:
    """An id others gave, if it is one we can keep in clear."""
    try:
        return values.identifier(told, "id") if told else None
    except Refused:
        return None


def _said(flag: Node) -> str | None:
    return text(first(flag, "code"), "text") or text(first(flag, "code", "coding"), "display")
