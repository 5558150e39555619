"""A trust without MLLP: its feed posts HL7 v2 messages, and is known by its token alone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from commonweal.domain import tenant
from tests.web import Web

DISCHARGE = (Path(__file__).parents[1] / "intake" / "hl7v2" / "a03_discharge.hl7").read_bytes()


@pytest.fixture(scope="module")
def feed(web: Web) -> str:
    """The token of a trust's feed."""
    trust = tenant.Trust(ods="RNS", name="A hospital", hl7v2_facilities=("RZZ01",))
    today = datetime.now(UTC).date()
    command = tenant.ConfigureTenant(ods="QPM", name="Somewhere", gss="E54000059", trusts=(trust,), on=today)
    web.given("QPM", "QPM", command)
    return web.token("QPM", "hospital", "trust:RNS")


def post(web: Web, token: str | None, message: bytes) -> tuple[int, bytes]:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answer = web.client.post("/hl7/v2", content=message, headers=headers)
    return answer.status_code, answer.content


def test_a_message_is_acknowledged_once_it_is_kept_and_again_with_the_same_answer(web: Web, feed: str) -> None:
    before = web.head("QMF")
    for _ in range(2):
        status, answer = post(web, feed, DISCHARGE)
        assert status == 200
        assert b"MSA|AA|RZZ-1002" in answer
    assert web.rows("QPM", "select count(*), max(state) from inbox") == [(1, "done")]
    assert web.rows("QPM", "select count(*) from events where type = 'PatientDischarged'") == [(1,)]
    assert web.head("QMF") == before


def test_what_cannot_be_read_is_kept_and_answered_with_the_reason(web: Web, feed: str) -> None:
    status, answer = post(web, feed, b"this is no HL7")
    assert status == 200
    assert b"MSA|AR|" in answer
    assert web.rows("QPM", "select count(*) from inbox where ack = 'AR'") == [(1,)]


def test_another_facility_is_refused_whatever_it_says_of_itself(web: Web, feed: str) -> None:
    status, answer = post(web, feed, DISCHARGE.replace(b"|RZZ01|", b"|OTHER|", 1).replace(b"RZZ-1002", b"RZZ-1003"))
    assert status == 200
    assert b"MSA|AR|RZZ-1003" in answer


def test_only_the_feed_of_one_trust_is_let_in(web: Web) -> None:
    assert post(web, None, DISCHARGE)[0] == 401
    assert post(web, "nonsense", DISCHARGE)[0] == 401
    assert post(web, web.token("QPM", "link_worker"), DISCHARGE)[0] == 403
    assert post(web, web.token("QPM", "hospital"), DISCHARGE)[0] == 403
