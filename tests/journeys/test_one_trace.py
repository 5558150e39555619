"""One trace: what followed from one request, from the mutation to the message at the trust, as a collector of traces sees it."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import httpx
import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError
from prometheus_client.parser import text_string_to_metric_families

from commonweal.runtime import installation
from commonweal.runtime.settings import load
from commonweal.runtime.supervisor import NAMES
from tests.collector import Collector, Received, collector
from tests.journeys.test_the_whole_road import NHS_NUMBER, Running, Trust, an_ics, until
from tests.runtime.conftest import free_port

NAME: Final = "Araminta Example"
WORDS: Final = "canary words"
TRACE: Final = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER: Final = "00f067aa0ba902b7"
ACCEPT: Final = "mutation Whatever ($id: ID!) { acceptReferral(id: $id) { position } }"


@dataclass
class Endpoint:
    """A trust's own server: the headers it was sent."""

    url: str
    headers: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    found = Endpoint("")

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            found.headers.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(201)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 – the name is the library's
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        found.url = f"http://127.0.0.1:{server.server_port}/fhir"
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def collected() -> Iterator[Collector]:
    with collector() as found:
        yield found


@dataclass
class Watched:
    """An installation that is watched, after a referral was accepted in a trace of the caller's."""

    running: Running
    collected: Collector
    endpoint: Endpoint
    metrics_port: int
    lead: str
    referral: str
    private: tuple[str, ...]

    def numbers(self, process: str) -> dict[tuple[str, ...], float]:
        """What a process counted: (sample, label values in the order of their names) → value."""
        port = self.metrics_port + NAMES.index(process)
        text = httpx.get(f"http://127.0.0.1:{port}/metrics").raise_for_status().text
        assert not [word for word in self.private if word in text]
        samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        return {(each.name, *each.labels.values()): each.value for each in samples}

    def counted(self, process: str, *sample: str) -> float:
        return self.numbers(process).get(sample, 0)


@pytest.fixture(scope="module")
def watched(collected: Collector, endpoint: Endpoint) -> Iterator[Watched]:
    metrics_port = free_port(len(NAMES))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COMMONWEAL_OTLP_ENDPOINT", collected.url)
        patch.setenv("COMMONWEAL_METRICS_PORT", str(metrics_port))
        running = Running()
    try:
        running.until_it_serves()
        running.command("tenants", "onboard", str(an_ics(Trust(endpoint.url, []), running.data)))
        lead = running.command("token", "--tenant", "QOX", "--role", "team_lead", "--subject", "demo-lead").strip()
        person, referral = a_referral(running)
        answer = httpx.post(
            f"{running.url}/graphql",
            json={"query": ACCEPT, "variables": {"id": referral}},
            headers={"authorization": f"Bearer {lead}", "traceparent": f"00-{TRACE}-{CALLER}-01"},
        ).json()
        assert "errors" not in answer, answer
        private = (NAME, NHS_NUMBER, WORDS, person, referral, "ward-7-0042", "acceptReferral", "Whatever", lead[:40])
        yield Watched(running, collected, endpoint, metrics_port, lead, referral, private)
    finally:
        running.process.terminate()
        assert running.process.wait(30) == 0, running.said()


def test_one_mutation_is_one_trace_as_far_as_the_trust(watched: Watched) -> None:
    collected = watched.collected

    def arrived() -> dict[str, Received]:
        return {span.name: span for span in collected.of(TRACE)}

    wanted = {
        "POST /graphql": "commonweal-web",
        "command AcceptReferral": "commonweal-web",
        "append": "commonweal-web",
        "project caseload": "commonweal-follower",
        "relay": "commonweal-relay",
        "collect hospital_discharge": "commonweal-reactor",
        "deliver hospital_discharge": "commonweal-reactor",
    }
    collected.until(lambda: wanted.keys() <= arrived().keys())
    spans = arrived()
    assert {name: spans[name].service for name in wanted} == wanted
    assert spans["POST /graphql"].parent == CALLER
    assert spans["command AcceptReferral"].parent == spans["POST /graphql"].id
    append = spans["append"]
    assert append.parent == spans["command AcceptReferral"].id
    for name in ("project caseload", "relay", "collect hospital_discharge", "deliver hospital_discharge"):
        assert spans[name].parent == append.id, name
        assert append.began <= spans[name].began <= spans[name].ended
    assert spans["deliver hospital_discharge"].attributes == {"tenant": "QOX", "outcome": "delivered", "attempt": 1}

    told = collected.until(lambda: [each for each in watched.endpoint.headers if TRACE in each.get("traceparent", "")])
    assert told[-1]["traceparent"] == f"00-{TRACE}-{spans['deliver hospital_discharge'].id}-01"


def test_no_span_and_no_line_says_who_it_was_about_or_what_was_asked(watched: Watched) -> None:
    watched.collected.until(lambda: watched.collected.of(TRACE))
    spans = b"".join(watched.collected.bodies).decode(errors="replace")
    said = watched.running.said()
    for private in watched.private:
        assert private not in spans
        assert private not in said


def test_each_process_shows_its_numbers(watched: Watched) -> None:
    def eventually(value: float, process: str, *sample: str) -> None:
        until(lambda: watched.counted(process, *sample) == value)

    eventually(1, "web", "commonweal_commands_total", "AcceptReferral", "done")
    assert watched.counted("web", "commonweal_events_appended_total", "QOX") >= 4
    eventually(1, "reactor", "commonweal_deliveries_total", "hospital_discharge", "delivered", "QOX")
    for process, *sample in (
        ("follower", "commonweal_room_lag_events", "caseload", "QOX"),
        ("follower", "commonweal_room_lag_seconds", "caseload", "QOX"),
        ("relay", "commonweal_relay_backlog_events", "QOX"),
        ("reactor", "commonweal_reactor_lag_events", "QOX"),
        ("reactor", "commonweal_integration_lag_events", "hospital_discharge", "QOX"),
    ):
        until(lambda process=process, sample=sample: behind(watched.numbers(process), sample) == 0)
    assert watched.counted("web", "commonweal_pool_connections", "idle", "QOX") >= 1
    assert watched.counted("web", "commonweal_request_duration_seconds_count", "graphql_mutation", "2xx") >= 5


def behind(numbers: dict[tuple[str, ...], float], sample: Sequence[str]) -> float | None:
    """The value of a sample, whatever the version of the room."""
    return next((value for key, value in numbers.items() if set(sample) <= set(key)), None)


def test_what_is_refused_is_counted_once_and_by_its_kind(watched: Watched) -> None:
    reopen = "mutation ($id: ID!) { reopenReferral(id: $id) { position } }"
    deep = "query { caseload { " + "edges { node { " * 8 + "id" + " } }" * 8 + " } }"
    kinds = ("command", "graphql_invalid", "graphql_limit")

    def refusals() -> list[float]:
        return [watched.counted("web", "commonweal_refusals_total", kind, "QOX") for kind in kinds]

    before = refusals()
    for document in (reopen, "{ noSuchField }", deep):
        answer = httpx.post(
            f"{watched.running.url}/graphql",
            json={"query": document, "variables": {"id": watched.referral} if document == reopen else {}},
            headers={"authorization": f"Bearer {watched.lead}"},
        ).json()
        assert answer["errors"][0]["extensions"]["code"] == "REFUSED", answer
    assert [now - then for now, then in zip(refusals(), before, strict=True)] == [1, 1, 1]
    assert watched.counted("web", "commonweal_commands_total", "ReopenReferral", "refused") == 1


def test_whoever_is_turned_away_is_counted(watched: Watched) -> None:
    def graphql(**headers: str) -> int:
        return httpx.post(f"{watched.running.url}/graphql", json={"query": "{ x }"}, headers=headers).status_code

    kinds = ("token", "session", "credentials", "permission")
    name = "commonweal_refusals_total"
    before = {kind: watched.counted("relay" if kind in kinds[2:] else "web", name, kind, "") for kind in kinds}
    assert graphql(authorization="Bearer forged") == 401
    assert graphql() == 401
    asyncio.run(reach_for_what_is_not_ours(watched.running))
    assert watched.counted("web", name, "token", "") == before["token"] + 1
    assert watched.counted("web", name, "session", "") == before["session"] + 1
    until(lambda: watched.counted("relay", name, "credentials", "") >= before["credentials"] + 1)
    until(lambda: watched.counted("relay", name, "permission", "QOX") == 2)


async def reach_for_what_is_not_ours(running: Running) -> None:
    """At NATS: without credentials, and with those of a role for a subject that is not the role's."""
    found = await installation.running(load(running.env))
    assert found is not None

    async def quiet(_: Exception) -> None:
        """What the server says to us is not what this is about."""

    stranger = Client()
    with pytest.raises(NatsError):
        await stranger.connect(found.nats_url, allow_reconnect=False, error_cb=quiet)
    await stranger.close()
    reader = await found.accounts.connect(found.nats_url, "QOX", "reader", error_cb=quiet)
    await reader.publish("sp.QPM.referral.1.ReferralAccepted", b"")
    await reader.subscribe("sp.QPM.>")
    await reader.flush()
    await reader.close()


def a_referral(running: Running) -> tuple[str, str]:
    """A hospital refers someone who lets us talk to it: (person, referral)."""
    hospital = running.command(
        "token", "--tenant", "QOX", "--role", "hospital", "--scope", "trust:RNS", "--subject", "demo-ward"
    ).strip()
    person: str = running.ask(
        hospital,
        'mutation ($i: RegisterPersonInput!) { registerPerson(idempotencyKey: "ward-1", input: $i) { id } }',
        i={"name": NAME, "nhsNumber": NHS_NUMBER, "nhsNumberStatus": "01", "gpPractice": "U00009/high-street"},
    )["id"]
    for scope, audience in (("contact", "any"), ("share_referrer", "RNS")):
        running.ask(
            hospital,
            "mutation ($id: ID!, $i: GiveConsentInput!) { giveConsent(id: $id, input: $i) { position } }",
            id=person,
            i={
                "scope": scope, "audience": audience, "method": "verbal", "wordingVersion": "1",
                "givenOn": str(datetime.now(UTC).date()),
            },
        )  # fmt: skip
    referral: str = running.ask(
        hospital,
        'mutation ($i: ReceiveReferralInput!) { receiveReferral(idempotencyKey: "ward-2", input: $i) { id } }',
        i={
            "personId": person, "source": "06", "sourceOrg": "RNS", "sourceReference": "ward-7-0042", "setting": "ward",
            "reasons": ["loneliness"], "referrerRole": "nurse", "narrative": WORDS,
        },
    )["id"]  # fmt: skip
    return person, referral
