"""FHIR messages are read tolerantly, as JSON and XML alike, and what is refused is refused without quoting anyone."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.domain.message import Refused
from commonweal.intake.arrival import Arrival
from commonweal.intake.fhir import heading
from commonweal.intake.fhir.meaning import arrival
from commonweal.intake.fhir.message import message
from commonweal.intake.fhir.problem import BAD_REQUEST, UNPROCESSABLE, NotTaken
from commonweal.intake.referrers import BY_ROLE
from commonweal.runtime import permissions
from tests.intake.referrer_scene import MESSAGES, NHS_NUMBER, part, setting, without, written

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
WORDS = ("Testpatient", "Araminta", NHS_NUMBER, "1947", "Made-up", "555 0101", "araminta@", "nn15", "company")


def read(raw: bytes, organisation: str = "RZZ", role: str = "hospital") -> Arrival:
    return arrival(message(raw), organisation, role, NOW)


def refusal(raw: bytes) -> NotTaken:
    with pytest.raises(NotTaken) as why:
        read(raw)
    assert not [word for word in WORDS if word in str(why.value)], "a sentence quotes nobody"
    return why.value


def test_a_new_referral_is_read_whole() -> None:
    found = read(written())
    assert found.someone.name == "Araminta Testpatient"
    assert found.someone.date_of_birth == date(1947, 2, 14)
    assert (found.someone.nhs_number, found.someone.nhs_number_status) == (NHS_NUMBER, "01")
    assert (found.someone.postcode, found.someone.phone) == ("NN15 7ZZ", "01604 555 0101")
    assert (found.someone.interpreter, found.someone.ethnic_category, found.someone.stated_gender) == (True, "A", "2")
    (consent,) = found.agreed
    assert (consent.scope, consent.given_on, consent.wording_version) == ("contact", date(2026, 3, 1), "bars-drc-optin")
    referral = found.referral
    assert (referral.source_org, referral.source_reference, referral.encounter) == ("RZZ", "RZZ-2026-0001", "VN-778899")
    assert (referral.reasons, referral.priority, referral.practice) == (("loneliness",), "2", "K83001")
    assert referral.narrative == "Would like company.\nHome on Friday, lives alone."
    assert (referral.referrer_name, referral.source, referral.setting) == ("Nora Example", "06", "ward")


def test_xml_says_the_same_as_json() -> None:
    assert read((MESSAGES / "new.xml").read_bytes()) == read(written())
    assert heading((MESSAGES / "new.xml").read_bytes()) == heading(written())


def test_what_the_role_says_of_the_referrer_is_taken_from_the_token() -> None:
    assert read(written(), role="practice").referral.setting == "gp"
    assert read(written(), "GB-CHC-1234567", "referrer").referral.setting == "vcfse"
    assert frozenset(BY_ROLE) == permissions.COMMANDS[type(read(written()).referral)] - {
        "link_worker",
        "team_lead",
        "triager",
    }


@pytest.mark.parametrize(
    ("change", "error", "part_of"),
    [
        (without("Consent"), UNPROCESSABLE, "Consent for direct care"),
        (setting("Consent", status="rejected"), UNPROCESSABLE, "Consent for direct care"),
        (setting("Consent", provision={"type": "deny"}), UNPROCESSABLE, "Consent for direct care"),
        (setting("Patient", name=[]), UNPROCESSABLE, "Patient.name is missing"),
        (setting("Patient", deceasedBoolean=True), UNPROCESSABLE, "has died"),
        (without("Patient"), UNPROCESSABLE, "must lead to a Patient"),
        (without("MessageHeader"), BAD_REQUEST, "no MessageHeader"),
        (without("ServiceRequest"), BAD_REQUEST, "MessageHeader.focus"),
        (setting("MessageHeader", eventCoding={"code": "booking-request"}), UNPROCESSABLE, "eventCoding"),
        (setting("MessageHeader", reason={"coding": [{"code": "Araminta"}]}), BAD_REQUEST, "MessageHeader.reason"),
        (setting("ServiceRequest", identifier=[{"value": "Araminta Testpatient"}]), UNPROCESSABLE, "identifier"),
        (lambda bundle: bundle.update(type="searchset"), BAD_REQUEST, "Bundle.type"),
        (lambda bundle: bundle.update(resourceType="Araminta"), BAD_REQUEST, "a message is a Bundle"),
    ],
)
def test_what_cannot_be_taken_is_said(change: Callable[[dict[str, Any]], None], error: str, part_of: str) -> None:
    why = refusal(written("new", change))
    assert (why.error, part_of in str(why)) == (error, True), str(why)


def test_everything_that_is_missing_is_said_at_once() -> None:
    why = refusal(written("new", without("Consent"), setting("Patient", name=[])))
    assert "Patient.name" in str(why)
    assert "Consent" in str(why)


def test_a_request_for_validation_is_no_referral() -> None:
    category = {"system": "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest", "code": "validation"}
    assert refusal(written("new", setting("ServiceRequest", category=[{"coding": [category]}]))).error == UNPROCESSABLE


def test_a_mistyped_nhs_number_is_refused_and_not_repeated() -> None:
    def mistype(bundle: dict[str, Any]) -> None:
        part(bundle, "Patient")["identifier"][0]["value"] = "9434765918"

    with pytest.raises(Refused, match="check digit") as why:
        read(written("new", mistype))
    assert "943" not in str(why.value)


def test_where_someone_lives_is_not_taken_over_where_their_record_is_restricted() -> None:
    restricted = setting("Patient", meta={"security": [{"code": "R"}]})
    found = read(written("new", restricted))
    told = (found.someone.address, found.someone.postcode, found.someone.phone, found.someone.email)
    assert told == (None, None, None, None)
    assert (found.someone.gp_practice, found.referral.practice) == (None, None)


@pytest.mark.parametrize("status", ["revoked", "entered-in-error"])
def test_a_request_that_was_revoked_takes_the_referral_back_whatever_the_reason(status: str) -> None:
    assert message(written("update", setting("ServiceRequest", status=status))).reason == "delete"


def test_without_an_id_a_message_is_its_bytes() -> None:
    def nameless(bundle: dict[str, Any]) -> None:
        del bundle["id"]
        del part(bundle, "MessageHeader")["id"]

    one, other = written("new", nameless), written("update", nameless)
    assert heading(one).key != heading(other).key
    assert heading(one).key == heading(one).key


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<",
        b"[1]",
        b"\xff",
        b"{" * 5000,
        b"[" * 100_000,
        b"<a>" * 5000,
        b'<!DOCTYPE a [<!ENTITY b "c">]><a xmlns="http://hl7.org/fhir">&b;</a>',
    ],
)
def test_what_is_no_message_is_refused(raw: bytes) -> None:
    assert refusal(raw).error == BAD_REQUEST


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=10,
)


@given(
    kind=st.sampled_from(["MessageHeader", "ServiceRequest", "Patient", "Consent", "CarePlan", "Encounter"]),
    field=st.sampled_from(
        ["identifier", "name", "reason", "focus", "subject", "category", "status", "extension", "birthDate", "address"]
    ),
    value=_JSON,
)
def test_whatever_stands_in_a_field_the_message_is_read_or_refused(kind: str, field: str, value: Any) -> None:
    with suppress(NotTaken, Refused):
        read(written("new", setting(kind, **{field: value})))
