"""GraphQL over a web socket keeps to the words of graphql-transport-ws, and to who may see what."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from commonweal.domain.people import consent, person
from commonweal.domain.referrals import receive
from commonweal.domain.user import RevokeUser
from commonweal.domain.workforce import link_worker
from commonweal.kernel.counting import REFUSED
from commonweal.runtime.access import user_id
from commonweal.runtime.development_issuer import NAME
from commonweal.runtime.installation import Installation
from commonweal.runtime.live import transport
from tests.runtime.conftest import eventually
from tests.subscriber import socket, subscriber
from tests.web import Web, serving

TODAY = datetime.now(UTC).date()
WAITING = "subscription { caseload(first: 5) { totalCount edges { node { id stage } } } }"
CAPACITY = "subscription { caseloadCapacity { id } }"


@pytest.fixture(scope="module")
def web(servers: Installation) -> Iterator[Web]:
    with serving(servers, "QLA", "QLB") as made:
        yield made


@pytest.fixture
def token(web: Web) -> str:
    return web.token("QLA", "team_lead")


def refer(web: Web, number: str, ods: str = "QLA") -> None:
    registered = person.RegisterPerson(
        name=f"Person {number}", date_of_birth=date(1950, 5, 4), nhs_number_status="07", on=TODAY, gp_practice="K83001"
    )
    received = receive.ReceiveReferral(
        person_id=f"p{number}",
        source="01",
        source_org="K83001",
        source_reference=f"r{number}",
        setting="gp",
        reasons=("loneliness",),
        referrer_role="gp",
        received_at=datetime.now(UTC),
    )
    agreed = consent.GiveConsent(
        scope="contact", audience="any", method="verbal", wording_version="1", given_by="person", given_on=TODAY
    )
    web.given(ods, f"p{number}", registered)
    web.given(ods, f"p{number}", agreed)
    web.given(ods, f"r{number}", received)


def test_a_subscription_is_answered_at_once_and_again_when_something_changes(web: Web, token: str) -> None:
    with subscriber(web, token) as one:
        one.subscribe(WAITING)
        before = one.next()["caseload"]["totalCount"]
        refer(web, "a1")
        after = one.next()["caseload"]
        while after["totalCount"] == before:  # the person was registered first
            after = one.next()["caseload"]
        assert after["totalCount"] == before + 1
        assert {"id": "ra1", "stage": "TO_TRIAGE"} in [each["node"] for each in after["edges"]]
        one.say(id="1", type="complete")
        refer(web, "a2")
        assert one.silent()


def test_another_ics_is_not_heard(web: Web, token: str) -> None:
    with subscriber(web, token) as one, subscriber(web, web.token("QLB", "team_lead")) as other:
        one.subscribe(WAITING)
        other.subscribe(WAITING)
        one.next()
        before = other.next()
        refer(web, "b1")
        one.next()
        assert other.silent()
        assert before["caseload"]["totalCount"] == 0


@pytest.mark.parametrize("root", ["caseload(first: 3)", "equityFunnel(by: LANGUAGE)"])
def test_two_who_follow_the_same_hear_each_what_they_selected(web: Web, token: str, root: str) -> None:
    """Of a list the statement says what was selected; of what is counted before it is told, only the question does."""
    first, second = ("totalCount", "asOf") if root.startswith("caseload") else ("suppressed", "asOf")
    with subscriber(web, token) as one, subscriber(web, token) as other:
        one.subscribe(f"subscription {{ found: {root} {{ {first} }} }}")
        assert set(one.next()["found"]) == {first}
        other.subscribe(f"subscription {{ other: {root} {{ {second} }} }}")
        assert set(other.next()["other"]) == {second}
    with subscriber(web, token) as one, subscriber(web, token) as other:
        one.subscribe(f"subscription {{ found: {root} {{ {first} }} }}")
        assert set(one.next()) == {"found"}
        other.subscribe(f"subscription {{ other: {root} {{ {first} }} }}")
        assert set(other.next()) == {"other"}


def test_what_did_not_change_is_not_said_again(web: Web, token: str) -> None:
    with subscriber(web, token) as one:
        one.subscribe(CAPACITY)
        one.next()
        refer(web, "c1")
        assert one.silent()
        engaged = link_worker.EngageLinkWorker(
            display_name="Wren", employer="GB-CHC-0000001", caseload_limit=9, engaged_on=TODAY
        )
        web.given("QLA", "wren", engaged)
        assert {"id": "wren"} in one.next()["caseloadCapacity"]


def test_a_query_is_answered_once_and_complete(web: Web, token: str) -> None:
    with subscriber(web, token) as one:
        one.subscribe("query Q { caseload(first: 1) { totalCount } }", "q")
        assert one.next("q")["caseload"]["totalCount"] >= 0
        assert one.hear() == {"id": "q", "type": "complete"}
        one.subscribe("query Q { caseload(first: 1) { totalCount } }", "q")  # the id is free again
        one.next("q")


def test_pings_are_answered_before_and_after_one_is_known(web: Web, token: str) -> None:
    with socket(web) as one:
        one.say(type="ping")
        assert one.hear() == {"type": "pong"}
        one.begin(token).say(type="ping", payload={"any": "thing"})
        assert one.hear() == {"type": "pong"}
        one.say(type="pong")
        assert one.silent(0.2)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("subscription { nothing }", None),
        ("subscription {", None),
        ("subscription { caseload { totalCount } caseloadCapacity { id } }", None),
        ("subscription ($n: Int!) { caseload(first: $n) { totalCount } }", None),
        ("subscription { caseload(first: 100000) { totalCount } }", "REFUSED"),
        ("subscription { caseload(first: 1) @skip(if: true) { totalCount } }", "REFUSED"),
    ],
)
def test_what_cannot_be_followed_is_an_error_of_that_operation_alone(
    web: Web, token: str, document: str, code: str | None
) -> None:
    with subscriber(web, token) as one:
        one.subscribe(document)
        said = one.hear()
        assert (said["type"], said["id"]) == ("error", "1")
        assert said["payload"][0]["message"]
        if code is not None:
            assert said["payload"][0]["extensions"]["code"] == code
        one.subscribe(WAITING)
        one.next()


def test_a_role_that_may_not_see_a_view_is_told_so(web: Web) -> None:
    with subscriber(web, web.token("QLA", "ig_lead")) as one:
        one.subscribe(WAITING)
        assert one.hear()["payload"][0]["extensions"]["code"] == "OUT_OF_SCOPE"


@pytest.mark.parametrize(
    "message",
    ["", "nonsense", "[]", '"ping"', "{}", '{"type":"start"}', '{"type":"subscribe","payload":{"query":"{a}"}}',
     '{"type":"subscribe","id":"","payload":{"query":"{a}"}}', '{"type":"subscribe","id":"1"}',
     '{"type":"subscribe","id":"1","payload":{"query":1}}', '{"type":"complete"}', b"\x00\x01",
     '{"type":"subscribe","id":"' + "i" * 200 + '","payload":{"query":"{a}"}}'],
)  # fmt: skip
def test_a_message_that_means_nothing_ends_the_socket(web: Web, token: str, message: str | bytes) -> None:
    with subscriber(web, token) as one:
        one.socket.send(message)
        assert one.closed()[0] == 4400


def test_a_message_too_long_ends_the_socket(web: Web, token: str) -> None:
    with subscriber(web, token) as one:
        one.say(id="1", type="subscribe", payload={"query": " " * (300 << 10)})
        assert one.closed()[0] == 1009


def test_nobody_subscribes_before_they_are_known(web: Web) -> None:
    with socket(web) as one:
        one.subscribe(WAITING)
        assert one.closed()[0] == 4401


def test_who_one_is_is_said_once(web: Web, token: str) -> None:
    with subscriber(web, token) as one:
        one.say(type="connection_init", payload={})
        assert one.closed()[0] == 4429


def test_an_id_in_use_ends_the_socket(web: Web, token: str) -> None:
    with subscriber(web, token) as one:
        one.subscribe(WAITING)
        one.subscribe(WAITING)
        assert one.closed()[0] == 4409


def test_another_protocol_is_not_spoken(web: Web) -> None:
    with socket(web, "graphql-ws") as one:
        assert one.closed()[0] == 4406


def test_somebody_who_does_not_say_who_they_are_is_not_waited_for(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "TO_BEGIN", 0.2)
    with socket(web) as one:
        assert one.closed() == (4408, "nobody said who they are in time")


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer nonsense", "Basic YTpi"])
def test_a_token_that_will_not_do_ends_the_socket(web: Web, shown: str) -> None:
    with socket(web) as one:
        one.say(type="connection_init", payload={"authorization": shown})
        code, sentence = one.closed()
        assert code == 4403
        assert sentence


def test_a_token_may_come_with_the_upgrade(web: Web, token: str) -> None:
    with socket(web, additional_headers={"Authorization": f"Bearer {token}"}) as one:
        one.say(type="connection_init")
        assert one.hear() == {"type": "connection_ack"}


def test_a_cookie_opens_nothing(web: Web) -> None:
    """A page elsewhere can make a browser open a socket with its cookies."""
    subject = "demo-cookie"
    web.token("QLA", "team_lead", subject=subject)
    signed_in = web.client.get(web.way_in("QLA", subject))
    cookie = signed_in.headers["set-cookie"].partition(";")[0]
    web.client.cookies.clear()
    assert web.client.get("/caseload", headers={"cookie": cookie, "accept": "text/html"}).status_code == 200
    with socket(web, additional_headers={"Cookie": cookie, "Origin": "https://elsewhere.example"}) as one:
        one.say(type="connection_init", payload={})
        assert one.closed()[0] == 4403


def test_a_socket_ends_with_its_token(web: Web) -> None:
    subject = "demo-brief"
    web.token("QLA", "team_lead", subject=subject)
    with subscriber(web, web.issuer.issue(subject, "QLA", timedelta(seconds=5))) as one:
        one.subscribe(WAITING)
        one.next()
        began = time.monotonic()
        assert one.closed() == (4403, "this token has expired: sign in again")
        assert time.monotonic() - began < 15


def test_who_was_revoked_is_told_nothing_more(web: Web) -> None:
    subject = "demo-leaver"
    token = web.token("QLA", "team_lead", subject=subject)
    with subscriber(web, token) as one:
        one.subscribe(WAITING)
        one.next()
        web.given("QLA", user_id(NAME, subject), RevokeUser(role="team_lead", scope="tenant"))
        time.sleep(1.7)
        web.followed("QLA")
        refer(web, "d1")
        code, sentence = one.closed()
        assert code == 4403
        assert "no access" in sentence


def test_who_sees_less_from_now_on_is_told_less_from_now_on(web: Web) -> None:
    subject = "demo-narrowed"
    web.token("QLA", "link_worker", "link_worker:wren", subject=subject)
    token = web.token("QLA", "team_lead", subject=subject)
    refer(web, "e1")
    web.followed("QLA")
    with subscriber(web, token) as one:
        one.subscribe(WAITING)
        assert one.next()["caseload"]["totalCount"] > 0
        web.given("QLA", user_id(NAME, subject), RevokeUser(role="team_lead", scope="tenant"))
        time.sleep(1.7)
        refer(web, "e2")
        assert one.next()["caseload"] == {"totalCount": 0, "edges": []}


def test_a_socket_carries_so_many_operations(web: Web, token: str) -> None:
    with subscriber(web, token) as one:
        for number in range(transport.OPERATIONS):
            one.subscribe(CAPACITY, str(number))
        for number in range(transport.OPERATIONS):
            one.next(str(number))
        one.subscribe(CAPACITY, "more")
        said = one.hear()
        assert (said["type"], said["id"], said["payload"][0]["extensions"]["code"]) == ("error", "more", "REFUSED")
        one.say(id="3", type="complete")
        one.subscribe(CAPACITY, "more")
        one.next("more")


def test_a_user_has_so_many_sockets(web: Web, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "SOCKETS", 2)
    subject = web.token("QLA", "team_lead", subject="demo-many")
    with subscriber(web, subject), subscriber(web, subject), socket(web) as third:
        third.say(type="connection_init", payload={"authorization": f"Bearer {subject}"})
        assert third.closed()[0] == 4403
    eventually(partial(_let_in, web, subject))


def _let_in(web: Web, token: str) -> bool:
    with socket(web) as one:
        one.say(type="connection_init", payload={"authorization": f"Bearer {token}"})
        try:
            return bool(one.hear() == {"type": "connection_ack"})
        except ConnectionClosed:  # those that ended are counted still
            return False


def test_a_socket_that_is_ended_for_what_was_said_is_counted_once(web: Web, token: str) -> None:
    def counted(ods: str) -> float:
        return REFUSED.counts.get(("socket", ods), 0)

    before = counted("QLA")
    with subscriber(web, token) as one:
        one.say(type="nothing")
        one.closed()
    assert counted("QLA") == before + 1
    before = counted("")
    with subscriber(web, token) as one:
        one.say(id="1", type="subscribe", payload={"query": " " * (300 << 10)})
        one.closed()
    assert counted("") == before + 1


def test_one_socket_too_many_is_counted_for_its_ics(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "SOCKETS", 0)
    token = web.token("QLB", "team_lead", subject="demo-none")
    before = REFUSED.counts.get(("socket", "QLB"), 0)
    with socket(web) as one:
        one.say(type="connection_init", payload={"authorization": f"Bearer {token}"})
        assert one.closed()[0] == 4403
    assert REFUSED.counts[("socket", "QLB")] == before + 1


def test_only_a_web_socket_upgrade_is_one(web: Web) -> None:
    assert web.client.get("/graphql").status_code == 405
    address = web.url.replace("http", "ws") + "/caseload"
    with pytest.raises(InvalidStatus):
        connect(address)


def test_nothing_personal_is_in_what_a_socket_is_told_when_it_ends(web: Web, token: str) -> None:
    with subscriber(web, token) as one:
        one.socket.send(json.dumps({"type": "9990000018 Amina Example"}))
        assert "9990000018" not in one.closed()[1]


def test_nothing_of_what_is_said_is_logged(web: Web, token: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"), socket(web, query="?token=canary") as one:
        one.begin(token).subscribe(WAITING, "canary")
        one.next("canary")
    said = [line for line in caplog.records if not line.name.startswith("websockets.client")]
    assert "canary" not in str([line.getMessage() for line in said])
    assert token not in str([line.getMessage() for line in said])
