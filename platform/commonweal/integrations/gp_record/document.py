"""What a practice is sent: a FHIR document with SNOMED CT codes, and words only where the person agreed to them."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from html import escape
from typing import Any, Final

from commonweal.domain import codes

CONTENT_TYPE: Final = "application/fhir+json"
SNOMED: Final = "http://snomed.info/sct"
NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE: Final = "https://fhir.nhs.uk/Id/ods-organization-code"
MESSAGE: Final = "urn:commonweal:id:gp-message"
REFERRAL: Final = "urn:commonweal:id:referral"
KIND: Final = "urn:commonweal:code-system:gp-message"
"""Local: the keys of codes.GP_MESSAGE_KINDS."""
NEED: Final = "urn:commonweal:code-system:need"
"""Local: the keys of codes.NEEDS."""
OUTCOME: Final = "urn:commonweal:code-system:referral-closure"
"""Local: the keys of codes.CLOSURE_REASONS."""

DISPLAYS: Final = {
    "871731000000106": "Referral to social prescribing service",
    "871711000000103": "Social prescribing declined",
}
"""SNOMED CT UK edition, preferred terms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that a document says. What is None or empty is not said: at the level `codes_only` all but the codes."""

    message_id: str
    kind: str
    level: str
    at: datetime
    ics: str
    practice: str
    referral_id: str
    snomed: tuple[str, ...]
    nhs_number: str | None
    name: str | None = None
    born_on: date | None = None
    referred_on: date
    needs: tuple[str, ...] = ()
    outcome: str | None = None
    link_worker: str | None = None


def build(told: Told) -> bytes:
    """The document as JSON, validated as FHIR R4. Raises pydantic's ValidationError where it would not be valid."""
    entries = [
        _composition(told),
        _patient(told),
        _organisation("ics", told.ics),
        _organisation("practice", told.practice),
    ]
    entries += [_procedure(told, code) for code in told.snomed]
    bundle = {
        "resourceType": "Bundle",
        "identifier": {"system": MESSAGE, "value": told.message_id},
        "type": "document",
        "timestamp": told.at.isoformat(),
        "entry": [{"fullUrl": f"urn:commonweal:{each['id']}", "resource": each} for each in entries],
    }
    return bytes(model().model_validate(bundle).model_dump_json().encode())


@cache
def model() -> Any:
    """FHIR's own, loaded at the first call: that takes as long as starting a process does."""
    from fhir.resources.R4B.bundle import Bundle  # noqa: PLC0415

    return Bundle


def _composition(told: Told) -> dict[str, Any]:
    codings = [{"system": SNOMED, "code": code, "display": DISPLAYS[code]} for code in told.snomed]
    sections = [
        _section("What happened", codes.GP_MESSAGE_KINDS[told.kind], [*codings, _local(KIND, told.kind)], told),
    ]
    if told.needs:
        words = "; ".join(codes.NEEDS.get(need, need) for need in told.needs)
        sections.append(_section("Needs", words, [_local(NEED, need) for need in told.needs], told))
    if told.outcome is not None:
        words = codes.CLOSURE_REASONS.get(told.outcome, told.outcome)
        sections.append(_section("How it ended", words, [_local(OUTCOME, told.outcome)], told))
    if told.link_worker is not None:
        sections.append(_section("Link worker", told.link_worker, [], told))
    return {
        "resourceType": "Composition",
        "id": "composition",
        "identifier": {"system": REFERRAL, "value": told.referral_id},
        "status": "entered-in-error" if told.kind == "retracted" else "final",
        "type": {"coding": [_local(KIND, told.kind)], "text": "Social prescribing: message to the practice"},
        "subject": {"reference": "urn:commonweal:patient"},
        "date": told.at.isoformat(),
        "author": [{"reference": "urn:commonweal:ics"}],
        "custodian": {"reference": "urn:commonweal:ics"},
        "title": f"Social prescribing: {codes.GP_MESSAGE_KINDS[told.kind]}",
        "section": sections,
    }


def _section(title: str, words: str, codings: list[dict[str, str]], told: Told) -> dict[str, Any]:
    """Words for a person to read are left out where only codes may be told."""
    section: dict[str, Any] = {"title": title}
    if codings:
        section["code"] = {"coding": codings}
    if told.level == "full":
        text = f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{escape(words)}</p></div>'
        section["text"] = {"status": "generated", "div": text}
    return section


def _patient(told: Told) -> dict[str, Any]:
    patient: dict[str, Any] = {"resourceType": "Patient", "id": "patient"}
    if told.nhs_number is not None:
        patient["identifier"] = [{"system": NHS_NUMBER, "value": told.nhs_number}]
    if told.name is not None:
        patient["name"] = [{"text": told.name}]
    if told.born_on is not None:
        patient["birthDate"] = told.born_on.isoformat()
    return patient


def _organisation(identity: str, ods: str) -> dict[str, Any]:
    return {"resourceType": "Organization", "id": identity, "identifier": [{"system": ODS_CODE, "value": ods}]}


def _procedure(told: Told, code: str) -> dict[str, Any]:
    return {
        "resourceType": "Procedure",
        "id": f"procedure-{code}",
        "status": "completed" if told.kind != "declined" else "not-done",
        "code": {"coding": [{"system": SNOMED, "code": code, "display": DISPLAYS[code]}]},
        "subject": {"reference": "urn:commonweal:patient"},
        "performedDateTime": told.at.isoformat(),
    }


def _local(system: str, code: str) -> dict[str, str]:
    return {"system": system, "code": code}
