"""Who is referred, as a message tells of them: a UK Core Patient, read tolerantly."""

from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused
from commonweal.domain.people.person import RegisterPerson
from commonweal.intake.fhir.message import ODS, Message
from commonweal.intake.fhir.resource import NOTHING, Node, coded, each, extension, first, identifier, nodes, text, texts

NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
_ETHNICITY: Final = "https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategory"
_STATUS: Final = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus"
_GENDERS: Final = {"male": "1", "female": "2", "other": "9"}
_STATUSES: Final = {
    "number-present-and-verified": "01",
    "number-present-but-not-traced": "02",
    "trace-required": "03",
    "trace-attempted-no-match-or-multiple-match-found": "04",
    "trace-needs-to-be-resolved": "05",
    "trace-in-progress": "06",
    "number-not-present-and-trace-not-required": "07",
    "trace-postponed": "08",
}
"""UKCore-NHSNumberVerificationStatus (HL7 UK) → NHS number status indicator; its codes of two digits are taken too."""


def someone(patient: Node, practice: str | None, today: date) -> RegisterPerson:
    """Whom to make known. Where they live or can be reached is not taken over of someone whose record is restricted: they may be
    in hiding. Raises `Refused` for an NHS number that is none."""
    where = NOTHING if is_restricted(patient) else patient
    number = identifier(patient, NHS_NUMBER)
    address = first(where, "address")
    language = text(first(patient, "communication", "language", "coding"), "code")
    return RegisterPerson(
        name=name(patient) or "",
        date_of_birth=day(text(patient, "birthDate")),
        address=_address(address),
        postcode=_postcode(text(address, "postalCode")),
        phone=_reached(where, "phone"),
        email=_reached(where, "email"),
        nhs_number=values.nhs_number(number, "Patient.identifier") if number else None,
        nhs_number_status=_status(patient, number),
        language=language if language and _is_language(language) else None,
        interpreter=_needs_interpreter(patient),
        stated_gender=_GENDERS.get(text(patient, "gender") or "", "X"),
        ethnic_category=_ethnicity(patient),
        gp_practice=practice,
        on=today,
    )


def is_restricted(patient: Node) -> bool:
    """Is it marked R (restricted) or V (very restricted), as the Personal Demographics Service marks sensitive records?"""
    return not {"R", "V"}.isdisjoint(texts(patient, "meta", "security", "code"))


def is_dead(patient: Node) -> bool:
    return any(value in (True, "true") for value in each(patient, "deceasedBoolean")) or "deceasedDateTime" in patient


def _needs_interpreter(patient: Node) -> bool:
    parts = nodes(extension(patient, "NHSCommunication"), "extension")
    return any(
        value in (True, "true")
        for part in parts
        if text(part, "url") == "interpreterRequired"
        for value in each(part, "valueBoolean")
    )


def _status(patient: Node, number: str | None) -> str:
    """As the sender says, unless it does not fit: a number nobody vouches for is not traced."""
    concept = next(
        (
            found
            for given in nodes(patient, "identifier")
            if (found := first(extension(given, "NHSNumberVerificationStatus"), "valueCodeableConcept"))
        ),
        NOTHING,
    )
    told = next(iter(coded({"it": concept}, _STATUS, "it")), "")
    status = _STATUSES.get(told, told if told in codes.NHS_NUMBER_STATUSES else "")
    if number is None:
        return status if status not in ("", "01", "02") else "03"
    return status if status not in ("", "07") else "02"


def name(someone: Node) -> str | None:
    """The name they go by: the usual or official one, else the first that is given."""
    named = nodes(someone, "name")
    of = next((given for use in ("usual", "official") for given in named if text(given, "use") == use), None)
    of = of if of is not None else next(iter(named), NOTHING)
    parts = " ".join([*texts(of, "given"), *texts(of, "family")])
    return parts or text(of, "text")


def practice(message: Message) -> str | None:
    """The code of their general practice, where it is one."""
    code = identifier(message.at(message.patient, "generalPractitioner"), ODS) or identifier(
        first(message.patient, "generalPractitioner"), ODS
    )
    code = code or text(first(message.patient, "generalPractitioner", "identifier"), "value")
    try:
        return values.practice_key(code, "practice") if code else None
    except Refused:
        return None


def _address(address: Node) -> str | None:
    parts = [*texts(address, "line"), *texts(address, "city"), *texts(address, "district")]
    return "\n".join(dict.fromkeys(parts)) or text(address, "text")


def _postcode(told: str | None) -> str | None:
    try:
        return values.postcode(told) if told else None
    except Refused:
        return None


def _reached(patient: Node, system: str) -> str | None:
    """Their own telephone or e-mail. BaRS puts it with a contact who is themselves."""
    own = [one for one in nodes(patient, "contact") if "ONESELF" in texts(one, "relationship", "coding", "code")]
    points = [*nodes(patient, "telecom"), *[point for one in own for point in nodes(one, "telecom")]]
    for point in points:
        if text(point, "system") == system and (found := text(point, "value")):
            return found
    return None


def _ethnicity(patient: Node) -> str:
    concept = first(extension(patient, "EthnicCategory"), "valueCodeableConcept")
    told = next(iter(coded({"it": concept}, _ETHNICITY, "it")), "99")
    return told if told in codes.ETHNIC_CATEGORIES else "99"


def _is_language(told: str) -> bool:
    try:
        values.language(told)
    except Refused:
        return False
    return True


def day(told: str | None) -> date | None:
    """The day of a date or a time; None where only a month or a year is given, or nothing that can be read."""
    try:
        return date.fromisoformat((told or "")[:10])
    except ValueError:
        return None


def number(patient: Node) -> str | None:
    """The NHS number, where it is one."""
    given = identifier(patient, NHS_NUMBER)
    try:
        return values.nhs_number(given) if given else None
    except Refused:
        return None
