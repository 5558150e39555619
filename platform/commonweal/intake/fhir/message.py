"""A message as a sender of the Booking and Referral Standard writes it: what it is about, and the resources it brings."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from commonweal.domain import values
from commonweal.domain.message import Refused
from commonweal.intake.fhir.problem import BAD_REQUEST, UNPROCESSABLE, NotTaken
from commonweal.intake.fhir.resource import NOTHING, Node, coded, first, identifier, nodes, read, text

ODS: Final = "https://fhir.nhs.uk/Id/ods-organization-code"
REQUEST: Final = "servicerequest-request"
REASONS: Final = frozenset({"new", "update", "delete"})
_CATEGORY: Final = "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What tells a message from others: who sent it, and its own id; either may be missing."""

    key: str
    sender: str | None
    """The ODS code it gives of its sender."""
    header_id: str | None
    request_id: str | None
    """The reference of the request in focus, as it was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request about one referral."""

    reason: str
    """One of REASONS."""
    reference: str
    """The referrer's own reference."""
    request: Node
    """The ServiceRequest in focus."""
    patient: Node
    resources: tuple[Node, ...]
    _by_reference: Mapping[str, Node]

    def at(self, holder: Node, *path: str) -> Node:
        """The resource a reference leads to; one without anything where it is not in the message."""
        return self._by_reference.get(_bare(text(first(holder, *path), "reference")), NOTHING)

    def all(self, kind: str) -> list[Node]:
        return [each for each in self.resources if each.get("resourceType") == kind]


def heading(raw: bytes) -> Heading:
    """What tells this message from others; the same for the same bytes where it cannot be read."""
    try:
        bundle = read(raw)
    except NotTaken:
        bundle = NOTHING
    entries = _entries(bundle)
    header = next((found for found in entries.values() if found.get("resourceType") == "MessageHeader"), NOTHING)
    sender = entries.get(_bare(text(first(header, "sender"), "reference")), NOTHING)
    named = text(bundle, "id") or text(header, "id")
    return Heading(
        key=named or hashlib.sha256(raw).hexdigest(),
        sender=identifier(sender, ODS) or text(first(header, "sender", "identifier"), "value"),
        header_id=text(header, "id") or text(bundle, "id"),
        request_id=text(first(header, "focus"), "reference"),
    )


def message(raw: bytes) -> Message:
    """What a message asks. Raises `NotTaken`."""
    bundle = read(raw)
    if bundle.get("resourceType") != "Bundle":
        raise NotTaken(BAD_REQUEST, "a message is a Bundle; this is another resource")
    if text(bundle, "type") != "message":
        raise NotTaken(BAD_REQUEST, "Bundle.type must be message")
    entries = _entries(bundle)
    header = next((found for found in entries.values() if found.get("resourceType") == "MessageHeader"), None)
    if header is None:
        raise NotTaken(BAD_REQUEST, "the Bundle has no MessageHeader")
    reason = _asked(header)
    focus = _bare(text(first(header, "focus"), "reference"))
    request = entries.get(focus, NOTHING)
    if request.get("resourceType") != "ServiceRequest":
        raise NotTaken(BAD_REQUEST, "MessageHeader.focus must lead to a ServiceRequest in the Bundle")
    if "validation" in coded(request, _CATEGORY, "category"):
        raise NotTaken(
            UNPROCESSABLE, "ServiceRequest.category: only referrals are taken here, no requests for validation"
        )
    if text(request, "status") in ("revoked", "entered-in-error"):
        reason = "delete"
    patient = entries.get(_bare(text(first(request, "subject"), "reference")), NOTHING)
    return Message(
        reason=reason,
        reference=_reference(request, focus),
        request=request,
        patient=patient if patient.get("resourceType") == "Patient" else NOTHING,
        resources=tuple({id(found): found for found in entries.values()}.values()),
        _by_reference=entries,
    )


def _asked(header: Node) -> str:
    event = text(first(header, "eventCoding"), "code") or "nothing"
    if event != REQUEST:
        raise NotTaken(UNPROCESSABLE, f"MessageHeader.eventCoding: only {REQUEST} is taken here")
    reason = text(first(header, "reason", "coding"), "code")
    if reason not in REASONS:
        raise NotTaken(BAD_REQUEST, "MessageHeader.reason must be new, update or delete")
    return reason


def _reference(request: Node, focus: str) -> str:
    given = text(first(request, "identifier"), "value") or focus or text(request, "id")
    try:
        return values.identifier(_bare(given), "ServiceRequest.identifier")
    except Refused as refusal:
        raise NotTaken(UNPROCESSABLE, str(refusal)) from None


def _entries(bundle: Node) -> dict[str, Node]:
    """The resources of a Bundle, by every name another may call them."""
    found: dict[str, Node] = {}
    for number, entry in enumerate(nodes(bundle, "entry")):
        resource: Any = first(entry, "resource")
        own, kind = text(resource, "id"), resource.get("resourceType")
        names = [_bare(text(entry, "fullUrl")), own and f"{kind}/{own}", own, f"entry {number}"]
        for name in filter(None, names):
            found.setdefault(name, resource)
    return found


def _bare(reference: str | None) -> str:
    """`urn:uuid:7f…` → `7f…`."""
    return (reference or "").removeprefix("urn:uuid:")


def about_whom(raw: bytes) -> Node:
    """The Patient of a message, as far as it can be read."""
    try:
        return message(raw).patient
    except NotTaken:
        return NOTHING
