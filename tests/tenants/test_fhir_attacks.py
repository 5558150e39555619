"""Whatever a referrer's computer sends, it is answered at once, in FHIR, about its own organisation alone, and quoting nobody."""

import base64
import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import httpx
import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from commonweal.runtime.installation import Installation
from tests.intake.referrer_scene import MESSAGES, Message, part, setting, written
from tests.story import configured
from tests.web import Web, serving

ADDRESS: Final = "/FHIR/R4/$process-message"
WORDS: Final = ("Testpatient", "Araminta", "9434765919", "1947-02-14", "Made-up", "company", "Ptarmigan")
AT_ONCE: Final = 2.0
"""Seconds of a processor that anything costs at most, the rooms that follow it among them."""
XML: Final = (MESSAGES / "new.xml").read_text()


@pytest.fixture(scope="module")
def web(servers: Installation) -> Iterator[Web]:
    with serving(servers, "QPM", "QMF") as made:
        for ods in ("QPM", "QMF"):
            made.given(ods, ods, configured(ods, "Nene"))
        yield made


@pytest.fixture(scope="module")
def ward(web: Web) -> str:
    return web.token("QPM", "hospital", "trust:RZZ")


def send(web: Web, token: str, raw: bytes, media: str = "application/fhir+json", **headers: str) -> httpx.Response:
    began = time.process_time()
    answer = web.client.post(
        ADDRESS, content=raw, headers={"authorization": f"Bearer {token}", "content-type": media, **headers}
    )
    assert time.process_time() - began < AT_ONCE
    return answer


def refused(web: Web, token: str, raw: bytes, media: str = "application/fhir+json", **headers: str) -> int:
    """The status of an answer that is an OperationOutcome, quotes nobody, and after which nothing stands in either ICS."""
    heads = web.head("QPM"), web.head("QMF")
    answer = send(web, token, raw, media, **headers)
    OperationOutcome.model_validate(answer.json())
    assert answer.headers["content-type"] == "application/fhir+json"
    assert answer.headers["cache-control"] == "no-store"
    assert not [word for word in WORDS if word in answer.text], answer.text
    assert (web.head("QPM"), web.head("QMF")) == heads
    return answer.status_code


def bomb(levels: int = 12) -> str:
    entities = '<!ENTITY l0 "Ptarmigan">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, levels))
    return f'<?xml version="1.0"?><!DOCTYPE Bundle [{entities}]>{XML.partition("?>")[2]}'


def outside(kind: str) -> str:
    return XML.replace("<Bundle", f'<!DOCTYPE Bundle {kind} "file:///etc/passwd"><Bundle', 1)


NONSENSE: Final[dict[str, bytes]] = {
    "a bomb of entities": bomb().encode(),
    "an entity from outside": outside("SYSTEM").encode(),
    "a document type from outside": outside('PUBLIC "-//x//y"').encode(),
    "an entity nobody declared": XML.replace("<Bundle", "<Bundle><id value='&xxe;'/>", 1).encode(),
    "elements without end": b"<Bundle xmlns='http://hl7.org/fhir'>" + b"<entry>" * 200_000,
    "elements within elements": b"<a>" * 50_000 + b"</a>" * 50_000,
    "attributes without end": b"<Bundle " + b" ".join(b"a%d='1'" % n for n in range(100_000)) + b"/>",
    "another code page": XML.encode("utf-16"),
    "a code page nobody has": b"<?xml version='1.0' encoding='x-ptarmigan'?>" + XML.partition("?>")[2].encode(),
    "lists within lists": b"[" * 500_000,
    "objects within objects": b'{"a":' * 200_000,
    "a resource within resources": b'{"resourceType":"Bundle","entry":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "a number without end": b'{"resourceType":"Bundle","id":' + b"9" * 1_000_000 + b"}",
    "no number": b'{"resourceType":"Bundle","type":NaN}',
    "half a character": b'{"resourceType":"Bundle","id":"\\ud800","type":"message"}',
    "no text": bytes(range(256)) * 100,
    "nothing": b"",
    "a mark and nothing": b"\xef\xbb\xbf",
    "a list": b"[]",
    "a word": b'"Bundle"',
    "another resource": b'{"resourceType":"Patient","name":[{"family":"Ptarmigan"}]}',
    "types that are none": b'{"resourceType":["Bundle"],"type":{"a":1}}',
}


@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_is_refused_at_once(web: Web, ward: str, what: str) -> None:
    for media in ("application/fhir+json", "application/fhir+xml"):
        assert refused(web, ward, NONSENSE[what], media) == 400


@pytest.mark.parametrize(("parts", "status"), [(900, 200), (1_100, 400), (25_000, 400)])
def test_a_message_with_very_many_parts_is_answered_at_once(web: Web, ward: str, parts: int, status: int) -> None:
    def many(bundle: Message) -> None:
        bundle["entry"] += [{"resource": {"resourceType": "Flag", "id": f"f{n}"}} for n in range(parts)]

    raw = written("new", many, setting("ServiceRequest", identifier=[{"value": f"RZZ-{parts}"}]), id_=f"many-{parts}")
    assert len(raw) < 2 << 20
    assert send(web, ward, raw).status_code == status
    assert refused(web, ward, raw + b" " * (2 << 20)) == 413


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "text/html", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/fhir", "", "a/b/c", "application/json+x"],
)  # fmt: skip
def test_another_content_type_is_not_read(web: Web, ward: str, kind: str) -> None:
    assert refused(web, ward, written(id_="typed"), kind) == 415


def test_what_is_said_twice_is_not_chosen_between(web: Web, ward: str) -> None:
    """Whoever stands before us may have looked at the other one."""
    raw = written(id_="twice").decode()
    for twice in (
        raw.replace('"id": "twice"', '"id": "twice", "id": "else"', 1),
        raw.replace('"resourceType": "Patient"', '"resourceType": "Patient", "resourceType": "Flag"', 1),
        raw.replace('"9434765919"', '"9434765870", "value": "9434765919"', 1),
    ):
        assert twice != raw
        assert refused(web, ward, twice.encode()) == 400


def sent_by(code: str | None, also: str | None = None) -> Callable[[Message], None]:
    """The message says it comes from there. `also`: the organisation of that code is in it too."""

    def change(bundle: Message) -> None:
        sender = part(bundle, "MessageHeader")["sender"]["reference"]
        entry = next(each for each in bundle["entry"] if each["fullUrl"].endswith(sender.removeprefix("urn:uuid:")))
        system = "https://fhir.nhs.uk/Id/ods-organization-code"
        codes = [each for each in (code, also) if each is not None]
        entry["resource"]["identifier"] = [{"system": system, "value": each} for each in codes]

    return change


def test_a_message_speaks_for_the_tokens_own_organisation_alone(web: Web, ward: str) -> None:
    number = iter(range(100))

    def from_(*changes: Callable[[Message], None], token: str = ward) -> int:
        return refused(web, token, written("new", *changes, id_=f"other-{next(number)}"))

    for code in ("RP1", "rzz", "RZZ/hospital", "QMF", "RZZ,RP1", "RZZ|x"):
        assert from_(sent_by(code)) == 403
    assert from_(sent_by("RP1", "RZZ")) == 403
    assert from_(sent_by("RZZ"), token=web.token("QPM", "hospital", "trust:RP1")) == 403
    assert from_(sent_by("RZZ"), token=web.token("QPM", "link_worker")) == 403
    assert from_(sent_by("RZZ"), token=web.token("QPM", "person")) == 403


def test_a_token_for_every_organisation_names_one(web: Web) -> None:
    whole = web.token("QPM", "hospital")
    for number, code in enumerate(("RZZ/practice", "../RZZ", "R Z Z", "Ptarmigan", "|", "x" * 5_000)):
        raw = written(
            "new", sent_by(code), setting("ServiceRequest", identifier=[{"value": f"w-{number}"}]), id_=f"w{number}"
        )
        assert refused(web, whole, raw) in (403, 422), code


def test_somebody_elses_referral_is_neither_changed_nor_known(web: Web, ward: str) -> None:
    mine = setting("ServiceRequest", identifier=[{"value": "RZZ-mine"}])
    assert send(web, ward, written("new", mine, id_="mine")).status_code == 200
    other = web.token("QPM", "hospital", "trust:RP1")
    there = web.token("QMF", "hospital", "trust:RZZ")
    for name in ("update", "delete"):
        theirs, never = (
            refused(
                web,
                other,
                written(
                    name,
                    sent_by("RP1"),
                    setting("ServiceRequest", identifier=[{"value": value}]),
                    id_=f"{name}-{value}",
                ),
            )
            for value in ("RZZ-mine", "RZZ-never")
        )
        assert theirs == never == 404
        assert refused(web, there, written(name, mine, id_=f"there-{name}")) == 404


def test_the_same_id_with_another_body_is_a_conflict_and_the_same_message_again_is_nothing_new(
    web: Web, ward: str
) -> None:
    mine = setting("ServiceRequest", identifier=[{"value": "RZZ-replay"}])
    raw = written("new", mine, id_="replay")
    first = send(web, ward, raw)
    assert first.status_code == 200
    head = web.head("QPM")
    assert send(web, ward, raw).status_code == 200
    assert web.head("QPM") == head
    for changed in (
        written("new", mine, setting("ServiceRequest", priority="stat"), id_="replay"),
        written("delete", mine, id_="replay"),
        raw + b" ",
    ):
        assert refused(web, ward, changed) == 409
    later = web.token("QPM", "hospital", "trust:RZZ", subject="demo-other-computer")
    assert refused(web, later, written("delete", mine, id_="replay")) == 409


def test_what_names_the_receiver_may_be_anything(web: Web, ward: str) -> None:
    for shown in (
        base64.b64encode(b"[" * 20_000).decode(),
        base64.b64encode(b'{"value":' * 5_000).decode(),
        base64.b64encode(b"\xff\xfe").decode(),
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b'"QPM"').decode(),
        "=" * 100,
        "QPM",
    ):
        assert refused(web, ward, written(id_="target"), **{"nhsd-target-identifier": shown}) == 400
    named = base64.b64encode(b'{"value":{"value":"QPM"}}').decode()
    assert refused(web, ward, written(id_="target"), **{"nhsd-target-identifier": named}) == 422


def test_an_id_of_a_request_writes_no_header(web: Web, ward: str) -> None:
    """Spoken byte for byte: no client of ours would send it."""
    host, port = web.url.removeprefix("http://").split(":")
    for shown in (b"a\r\n set-cookie: x=y", b"a\x0bSet-Cookie: x", b"<script>", b"a b", b"\xc3\xa9" * 10, b"x" * 101):
        request = (
            b"POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\n"
            b"Content-Type: application/fhir+json\r\nX-Request-Id: %s\r\nX-Correlation-Id: fine\r\nContent-Length: 1\r\n\r\n{"
        ) % (ADDRESS.encode(), ward.encode(), shown)
        with socket.create_connection((host, int(port)), timeout=5) as line:
            line.sendall(request)
            answer = b"".join(iter(lambda line=line: line.recv(65_536), b""))  # type: ignore[misc]
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400")
        assert b"set-cookie" not in head.lower()
        assert b"x-request-id" not in head.lower()
        assert b"script" not in body


def test_no_message_is_taken_by_another_way(web: Web, ward: str) -> None:
    headers = {"authorization": f"Bearer {ward}", "content-type": "application/fhir+json"}
    head = web.head("QPM")
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        answer = web.client.request(method, ADDRESS, headers=headers, content=written(id_="method"))
        assert answer.status_code == 405
        OperationOutcome.model_validate(answer.json())
    for path in ("/FHIR/R4/", "/FHIR/R4/$process-message/..", "/FHIR/R4/Bundle", "/fhir/r4/$process-message"):
        assert web.client.post(path, headers=headers, content=written(id_="path")).status_code in (404, 405)
    assert web.head("QPM") == head


def test_any_shape_of_a_part_is_answered(web: Web, ward: str) -> None:
    """Each part of a good message in turn is what nobody expects."""
    strange: tuple[Any, ...] = (None, [], {}, "", 0, True, [[]], [None], {"a": []}, "x" * 20_000, -1, 1.5, ["9"])
    bundle = json.loads(written())
    kinds = sorted({each["resource"]["resourceType"] for each in bundle["entry"]})
    tried = 0
    for kind in kinds:
        for name in part(bundle, kind):
            for number, value in enumerate(strange[tried % 4 :: 4]):
                raw = written("new", setting(kind, **{name: value}), id_=f"strange-{kind}-{name}-{number}")
                answer = send(web, ward, raw)
                assert answer.status_code in (200, 400, 403, 404, 409, 422), (kind, name, value, answer.text)
                if answer.status_code != 200:
                    OperationOutcome.model_validate(answer.json())
            tried += 1
    assert tried > 30
