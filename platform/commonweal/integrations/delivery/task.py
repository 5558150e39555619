"""What a trust is told: where its referral stands, as a FHIR Task with codes and nothing anybody wrote."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from commonweal.domain import codes
from commonweal.domain.referrals.referral import (
    Event,
    FirstContactMade,
    InformationProvided,
    InformationRequested,
    InformationRequestLapsed,
    LinkWorkerAllocated,
    ReferralAccepted,
    ReferralClosed,
    ReferralReceived,
    ReferralRedirected,
    ReferralRejected,
    ReferralReopened,
    ReferralRetractedInError,
    ReferralWithdrawn,
    SocialPrescribingDeclined,
    SupportStarted,
    TriageStarted,
)

CONTENT_TYPE: Final = "application/fhir+json"
PROFILE: Final = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Task"
NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE: Final = "https://fhir.nhs.uk/Id/ods-organization-code"
REFERRAL: Final = "urn:commonweal:id:referral"
"""Our own id of a referral."""
SOURCE_REFERENCE: Final = "urn:commonweal:id:source-reference"
"""A referrer's own reference; its ODS code follows after a colon."""
PROGRESS: Final = "urn:commonweal:code-system:referral-progress"
"""Local: the keys of PROGRESS_CODES."""
REASON: Final = "urn:commonweal:code-system:referral-reason"
"""Local: the code lists of `commonweal.domain.codes` for rejecting, redirecting, withdrawing, declining, closing and retracting."""

PROGRESS_CODES: Final[Mapping[str, str]] = {
    "received": "received, not looked at yet",
    "in_triage": "being triaged",
    "awaiting_information": "waiting for information from the referrer",
    "accepted": "accepted, waiting for a link worker",
    "allocated": "a link worker has it",
    "engaged": "the link worker has made contact",
    "in_support": "a plan is agreed",
    "rejected": "rejected",
    "redirected": "passed on to another service",
    "withdrawn": "taken back by the referrer",
    "declined": "the person declined",
    "closed": "closed",
    "reopened": "opened again",
    "retracted": "recorded in error",
}
"""Where a referral stands, for its referrer. Local."""

_STANDS: Final[Mapping[type, tuple[str, str]]] = {
    ReferralReceived: ("received", "received"),
    TriageStarted: ("received", "in_triage"),
    InformationRequested: ("on-hold", "awaiting_information"),
    InformationProvided: ("received", "in_triage"),
    InformationRequestLapsed: ("received", "in_triage"),
    ReferralAccepted: ("accepted", "accepted"),
    LinkWorkerAllocated: ("accepted", "allocated"),
    FirstContactMade: ("in-progress", "engaged"),
    SupportStarted: ("in-progress", "in_support"),
    ReferralRejected: ("rejected", "rejected"),
    ReferralRedirected: ("rejected", "redirected"),
    ReferralWithdrawn: ("cancelled", "withdrawn"),
    SocialPrescribingDeclined: ("cancelled", "declined"),
    ReferralClosed: ("completed", "closed"),
    ReferralReopened: ("accepted", "reopened"),
    ReferralRetractedInError: ("entered-in-error", "retracted"),
}
"""Event → (FHIR R4 TaskStatus, ours)."""
STEPS: Final[frozenset[type]] = frozenset(_STANDS)
"""The steps of a referral of which a Task can tell."""

_REASONS: Final[Mapping[type, codes.Codes]] = {
    ReferralRejected: codes.REJECTION_REASONS,
    ReferralRedirected: codes.REDIRECTION_REASONS,
    ReferralWithdrawn: codes.WITHDRAWAL_REASONS,
    SocialPrescribingDeclined: codes.DECLINE_REASONS,
    ReferralClosed: codes.CLOSURE_REASONS,
    ReferralRetractedInError: codes.RETRACTION_REASONS,
}
_COMPLETED: Final = frozenset({"goals_met", "goals_partly_met", "stepped_up", "transferred", "time_limit"})
"""Closure reasons after which the work was done; after any other the Task is cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that a Task says."""

    event: Event
    at: datetime
    referral_id: str
    received_at: datetime
    trust: str
    source_reference: str
    ics: str
    nhs_number: str | None
    """None where it is not known, or not told."""


def build(told: Told) -> bytes:
    """The Task as JSON, validated as FHIR R4. Raises pydantic's ValidationError where it would not be valid."""
    status, progress = _stands(told.event)
    task: dict[str, Any] = {
        "resourceType": "Task",
        "meta": {"profile": [PROFILE]},
        "identifier": [{"system": REFERRAL, "value": told.referral_id}],
        "basedOn": [_service_request(f"{SOURCE_REFERENCE}:{told.trust}", told.source_reference)],
        "status": status,
        "businessStatus": _concept(PROGRESS, progress, PROGRESS_CODES[progress]),
        "intent": "order",
        "focus": _service_request(REFERRAL, told.referral_id),
        "authoredOn": told.received_at.isoformat(),
        "lastModified": told.at.isoformat(),
        "requester": _organisation(told.trust),
        "owner": _organisation(told.ics),
    }
    if told.nhs_number is not None:
        task["for"] = {"type": "Patient", "identifier": {"system": NHS_NUMBER, "value": told.nhs_number}}
    if (reasons := _REASONS.get(type(told.event))) is not None:
        reason: str = told.event.reason  # type: ignore[union-attr]
        task["statusReason"] = _concept(REASON, reason, reasons.get(reason))
    return bytes(model().model_validate(task).model_dump_json().encode())


@cache
def model() -> Any:
    """FHIR's own, loaded at the first call: that takes as long as starting a process does, and most never build a Task."""
    from fhir.resources.R4B.task import Task  # noqa: PLC0415

    return Task


def _stands(event: Event) -> tuple[str, str]:
    status, progress = _STANDS[type(event)]
    if isinstance(event, ReferralClosed) and event.reason not in _COMPLETED:
        status = "cancelled"
    return status, progress


def _concept(system: str, code: str, display: str | None) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, **({"display": display} if display else {})}]}


def _service_request(system: str, value: str) -> dict[str, Any]:
    return {"type": "ServiceRequest", "identifier": {"system": system, "value": value}}


def _organisation(ods: str) -> dict[str, Any]:
    return {"type": "Organization", "identifier": {"system": ODS_CODE, "value": ods}}
