"""Referrals that come as FHIR R4 messages, in the shape of the NHS Booking and Referral Standard (BaRS), as JSON or XML.

`POST /FHIR/R4/$process-message` takes a `Bundle` of type `message` whose `MessageHeader` says `servicerequest-request`, for one
of three reasons. BaRS has no application for social prescribing: conformance is not claimed, and what is read is read tolerantly.

- `new`: the `ServiceRequest` in focus becomes a referral. Its `subject` is found by NHS number, else made known.
- `update`: what the referrer says now is recorded for a person to look at; see `meaning.py` for what changes by itself.
- `delete`, or a status `revoked` or `entered-in-error`: the referral is withdrawn, or taken back as recorded in error.

What is read, and what it becomes:

    Bundle.id, else MessageHeader.id     what makes a message the same when it comes again; one that was refused may come
                                         mended under its id
    MessageHeader.sender → Organization  the referrer's ODS code; it must be one the token speaks for
    ServiceRequest.identifier, else the  the referrer's own reference: letters, digits and . _ : / -
      entry's fullUrl, else its id
    ServiceRequest.category              `referral`; requests for validation are not taken
    ServiceRequest.priority              routine, urgent (also asap, stat)
    ServiceRequest.reasonCode            a coding of `urn:commonweal:code-system:need` is a need; texts are kept as words
    ServiceRequest.note, CarePlan and    kept as words
      active Flags
    ServiceRequest.performer →           `urn:commonweal:id:programme` names the programme; else any identifier is the
      HealthcareService                  service that was asked for
    ServiceRequest.requester             the referrer's name
    Encounter.identifier                 the stay or visit it came from
    Patient                              name, NHS number and its status, birth date, gender, ethnic category, address,
                                         telecom, preferred language, interpreter, general practice. Of one marked as
                                         restricted neither address, telecom nor practice
    Consent                              active, for direct care, not denied: the person agrees to be contacted. Without it
                                         the message is answered 422 and says so

Whatever is answered, the message itself was put away first, sealed (`intake/accept.py`).
"""

from commonweal.intake.fhir.answer import CONTENT_TYPE, answered, capability, outcome
from commonweal.intake.fhir.hear import FEED, hear
from commonweal.intake.fhir.message import Heading, about_whom, heading, message
from commonweal.intake.fhir.patient import name, number
from commonweal.intake.fhir.problem import NotTaken

__all__ = [
    "CONTENT_TYPE",
    "FEED",
    "Heading",
    "NotTaken",
    "about_whom",
    "answered",
    "capability",
    "heading",
    "hear",
    "message",
    "name",
    "number",
    "outcome",
]
