"""What a sender of FHIR messages is answered: that the referral is here, or what stands in the way."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from commonweal.intake.accept import Answer
from commonweal.intake.fhir.message import ODS, REASONS, REQUEST, Heading
from commonweal.intake.fhir.problem import PROBLEMS, SERVER_ERROR, UNPROCESSABLE

CONTENT_TYPE: Final = "application/fhir+json"
REFERRAL: Final = "urn:commonweal:id:referral"
"""Our own id of a referral."""
_ERRORS: Final = "https://fhir.nhs.uk/Codesystem/http-error-codes"
_EVENTS: Final = "https://fhir.nhs.uk/CodeSystem/message-events-bars"
_REASONS: Final = "https://fhir.nhs.uk/CodeSystem/message-reason-bars"
_RESPONSE: Final = "servicerequest-response"
_SPACE: Final = UUID("0f6d2b0e-0f0c-5d9e-8f5e-6a5b1d3a2c47")
"""Under this name space an answer's ids follow from what it answers."""

Json = dict[str, Any]


def outcome(error: str, sentence: str) -> Json:
    """An OperationOutcome. `error` is one of `PROBLEMS`; the sentence quotes nothing of what was sent."""
    issue = {
        "severity": "error",
        "code": PROBLEMS[error][1],
        "details": {"coding": [{"system": _ERRORS, "code": error}]},
        "diagnostics": sentence,
    }
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def answered(answer: Answer, heading: Heading, ics: str, now: datetime) -> tuple[int, Json]:
    """The HTTP status and the body: a servicerequest-response, or an OperationOutcome."""
    if answer.ack != "AA":
        error = answer.error or (SERVER_ERROR if answer.ack == "AE" else UNPROCESSABLE)
        return PROBLEMS[error][0], outcome(error, answer.reason or "it cannot be taken")
    return 200, _response(answer, heading, ics, now)


def _response(answer: Answer, heading: Heading, ics: str, now: datetime) -> Json:
    """A message that answers one; its ids follow from what it answers, so that the same message has the same answer."""
    root = uuid5(_SPACE, f"{answer.stream_id}/{heading.key}")
    header, request, organisation = (f"urn:uuid:{uuid5(root, part)}" for part in ("header", "request", "organisation"))
    reason = (answer.kind or "").rpartition(" ")[2]
    resources = {
        header: {
            "resourceType": "MessageHeader",
            "eventCoding": {"system": _EVENTS, "code": _RESPONSE},
            "sender": {"reference": organisation},
            "source": {"name": "Commonweal", "endpoint": f"urn:commonweal:ics:{ics}"},
            "reason": {"coding": [{"system": _REASONS, "code": reason if reason in REASONS else "new"}]},
            "response": {"identifier": heading.header_id or heading.key, "code": "ok"},
            "focus": [{"reference": request}],
        },
        request: {
            "resourceType": "ServiceRequest",
            "identifier": [{"system": REFERRAL, "value": (answer.stream_id or "").partition("-")[2]}],
            "status": "revoked" if reason == "delete" else "active",
            "intent": "plan",
            "subject": {"display": "as in the message this answers"},
            **({"note": [{"text": answer.reason}]} if answer.reason else {}),
        },
        organisation: {"resourceType": "Organization", "identifier": [{"system": ODS, "value": ics}]},
    }
    return {
        "resourceType": "Bundle",
        "id": str(uuid5(root, "bundle")),
        "type": "message",
        "timestamp": now.isoformat(),
        "entry": [{"fullUrl": name, "resource": each} for name, each in resources.items()],
    }


def capability(version: str) -> Json:
    """What is offered here. It claims conformance with nothing."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-22",
        "kind": "instance",
        "software": {"name": "Commonweal", "version": version},
        "implementation": {"description": "Referrals to social prescribing, in the shape of BaRS messages"},
        "description": (
            "Takes servicerequest-request messages (new, update, delete) in the shape of the NHS Booking and Referral Standard, "
            "which has no application for social prescribing. Conformance with BaRS or UK Core is not claimed."
        ),
        "fhirVersion": "4.0.1",
        "format": ["json", "xml"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "OAuth 2.0 bearer token, granted a referrer's role"},
                "operation": [
                    {
                        "name": "process-message",
                        "definition": "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message",
                    }
                ],
            }
        ],
        "messaging": [{"documentation": f"{REQUEST} is received and answered with {_RESPONSE} in the same exchange."}],
    }
