"""Referrers' computers send FHIR messages: each is answered with a message or an OperationOutcome, whatever was sent."""

import base64
import json
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationoutcome import OperationOutcome

from tests.intake.referrer_scene import MESSAGES, setting, without, written
from tests.web import Web

CASES: Final = Path(__file__).parents[3] / "shared" / "cases" / "fhir"
ADDRESS: Final = "/FHIR/R4/$process-message"
IDS: Final = {
    "X-Request-Id": "60e0b220-8136-4ca5-ae46-1d97ef59d068",
    "X-Correlation-Id": "11c46f5f-cdef-4865-94b2-0ee0edcc26da",
}
WORDS: Final = ("Testpatient", "Araminta", "9434765919", "1947-02-14", "Made-up", "company")


@pytest.fixture(scope="module")
def ward(web: Web) -> str:
    """The token of a trust's computer."""
    return web.token("QPM", "hospital", "trust:RZZ")


def send(
    web: Web, token: str | None, raw: bytes, media: str = "application/fhir+json", **headers: str
) -> httpx.Response:
    bearer = {"authorization": f"Bearer {token}"} if token else {}
    return web.client.post(ADDRESS, content=raw, headers={"content-type": media, **bearer, **IDS, **headers})


def outcome(answer: httpx.Response) -> tuple[int, str]:
    """(status, code) of an OperationOutcome that is one, quotes nobody and mirrors the request's ids."""
    body: dict[str, Any] = answer.json()
    OperationOutcome.model_validate(body)
    assert answer.headers["content-type"] == "application/fhir+json"
    assert {name: answer.headers[name] for name in IDS} == IDS
    assert not [word for word in WORDS if word in answer.text]
    return answer.status_code, body["issue"][0]["details"]["coding"][0]["code"]


def test_a_referral_is_received_updated_and_taken_back(web: Web, ward: str) -> None:
    first = send(web, ward, written())
    assert first.status_code == 200, first.text
    Bundle.model_validate(first.json())
    header, request, _ = (entry["resource"] for entry in first.json()["entry"])
    assert header["eventCoding"]["code"] == "servicerequest-response"
    assert header["response"]["identifier"] == "0b9d6a1e-1f0c-4a55-9a55-000000000001"
    assert header["focus"][0]["reference"] == first.json()["entry"][1]["fullUrl"]
    assert {name: first.headers[name] for name in IDS} == IDS
    referral_id = request["identifier"][0]["value"]
    again = send(web, ward, written())
    assert again.json()["entry"] == first.json()["entry"], "the same message has the same answer"
    updated = send(web, ward, written("update"))
    assert "look at it" in updated.json()["entry"][1]["resource"]["note"][0]["text"]
    deleted = send(web, ward, written("delete"))
    assert deleted.json()["entry"][1]["resource"]["status"] == "revoked"
    log = web.rows("QPM", "select stream_id, type from events order by position")
    assert [name for stream, name in log if stream == f"referral-{referral_id}"] == [
        "ReferralReceived",
        "ReferralWithdrawn",
    ]
    assert web.head("QMF") == web.rows("QMF", "select count(*) from events")[0][0]


def test_xml_is_taken_as_json_is(web: Web) -> None:
    practice = web.token("QPM", "practice", "practice:K83001")
    raw = (MESSAGES / "new.xml").read_bytes().replace(b'"RZZ"', b'"K83001"')
    assert send(web, practice, raw, "application/fhir+xml").status_code == 200


def test_a_duplicate_is_a_conflict(web: Web, ward: str) -> None:
    raw = written("new", setting("ServiceRequest", identifier=[{"value": "RZZ-twice"}]), id_="first-of-two")
    assert send(web, ward, raw).status_code == 200
    other_id = written("new", setting("ServiceRequest", identifier=[{"value": "RZZ-twice"}]), id_="second-of-two")
    assert outcome(send(web, ward, other_id)) == (409, "REC_CONFLICT")
    same_id = written("new", setting("ServiceRequest", identifier=[{"value": "RZZ-else"}]), id_="first-of-two")
    assert outcome(send(web, ward, same_id)) == (409, "REC_CONFLICT")


def test_what_was_refused_may_come_again_mended(web: Web, ward: str) -> None:
    mine = setting("ServiceRequest", identifier=[{"value": "RZZ-mended"}])
    assert outcome(send(web, ward, written("new", mine, without("MessageHeader"), id_="mended")))[0] == 400
    assert outcome(send(web, ward, written("new", mine, without("Consent"), id_="mended")))[0] == 422
    assert send(web, ward, written("new", mine, id_="mended")).status_code == 200
    assert outcome(send(web, ward, written("delete", mine, id_="mended")))[0] == 409


def test_what_stands_in_the_way_is_said_in_fhir(web: Web, ward: str) -> None:
    assert outcome(send(web, None, written())) == (401, "REC_UNAUTHORIZED")
    assert outcome(send(web, "nonsense", written())) == (401, "REC_UNAUTHORIZED")
    assert outcome(send(web, web.token("QPM", "link_worker"), written())) == (403, "REC_FORBIDDEN")
    assert outcome(send(web, web.token("QPM", "hospital", "trust:RYY"), written())) == (403, "REC_FORBIDDEN")
    assert outcome(send(web, ward, written(), "text/csv")) == (415, "REC_UNSUPPORTED_MEDIA_TYPE")
    assert outcome(send(web, ward, b"{")) == (400, "REC_BAD_REQUEST")
    assert outcome(send(web, ward, written("new", without("Consent"), id_="no-consent"))) == (
        422,
        "REC_UNPROCESSABLE_ENTITY",
    )
    nowhere = setting("ServiceRequest", identifier=[{"value": "RZZ-nowhere"}])
    assert outcome(send(web, ward, written("update", nowhere, id_="nowhere"))) == (404, "REC_NOT_FOUND")
    assert outcome(send(web, ward, b" " * (3 << 20))) == (413, "REC_PAYLOAD_TOO_LARGE")
    assert outcome(web.client.get(ADDRESS, headers=IDS)) == (405, "REC_METHOD_NOT_ALLOWED")
    assert outcome(web.client.get("/FHIR/R4/Patient/1", headers=IDS)) == (404, "REC_NOT_FOUND")


def test_whom_it_is_for_is_looked_at_where_it_is_said(web: Web, ward: str) -> None:
    def target(value: str) -> str:
        return base64.b64encode(
            json.dumps({"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": value}).encode()
        ).decode()

    raw = written("new", setting("ServiceRequest", identifier=[{"value": "RZZ-target"}]), id_="target")
    name = "NHSD-Target-Identifier"
    assert outcome(send(web, ward, raw, **{name: target("QMF")})) == (422, "REC_UNPROCESSABLE_ENTITY")
    assert outcome(send(web, ward, raw, **{name: "{}"})) == (400, "REC_BAD_REQUEST")
    assert send(web, ward, raw, **{name: target("QPM")}).status_code == 200


def test_an_id_that_is_none_is_not_sent_back(web: Web, ward: str) -> None:
    answer = send(web, ward, b"{", **{"X-Request-Id": "Araminta <Testpatient>"})
    assert "X-Request-Id" not in answer.headers
    assert answer.headers["X-Correlation-Id"] == IDS["X-Correlation-Id"]


def test_what_is_offered_can_be_asked_and_claims_nothing(web: Web) -> None:
    answer = web.client.get("/FHIR/R4/metadata")
    CapabilityStatement.model_validate(answer.json())
    assert "not claimed" in answer.json()["description"]


@pytest.mark.skipif(not CASES.is_dir(), reason="the published messages are not on this machine")
def test_every_published_message_is_answered(web: Web) -> None:
    """They are others' examples: nothing in them is for us, but each is told why, and none of them is a bug here."""
    token = web.token("QPM", "emergency_department")
    bodies = {file.name: file.read_bytes() for file in sorted(CASES.iterdir())}
    answers = {name: send(web, token, raw, _media(name)) for name, raw in bodies.items()}
    assert {name: outcome(answer)[0] for name, answer in answers.items()} == {name: _expected(name) for name in answers}
    assert "check digit" in answers[next(name for name in answers if "REFREQ01" in name)].text
    # The people in them have numbers that are none. With one that could be theirs, those that are referrals are taken.
    referrals = {name: raw.replace(b"3478526985", b"9876543210") for name, raw in bodies.items() if _is_referral(name)}
    taken = {name: send(web, token, _another(name, raw), _media(name)) for name, raw in referrals.items()}
    assert {name: answer.status_code for name, answer in taken.items() if answer.status_code != 200} == {}


def _media(name: str) -> str:
    return "application/fhir+xml" if name.endswith(".xml") else "application/fhir+json"


def _is_referral(name: str) -> bool:
    return "_REFREQ" in name


def _another(name: str, raw: bytes) -> bytes:
    """The same request in each of them would be one referral: each becomes its own."""
    number = name.partition("_REFREQ")[2][:2].encode()
    return raw.replace(b"236bb75d-90ef-461f-b71e-fde7f899802c", b"236bb75d-90ef-461f-b71e-fde7f89980" + number).replace(
        b'<id value="', b'<id value="' + number + b"-", 1
    )


def _expected(name: str) -> int:
    """A whole message that is no referral for us is 422, anything else 400."""
    message = name.startswith(("barsxml_", "bars_"))
    return 422 if message else 400
