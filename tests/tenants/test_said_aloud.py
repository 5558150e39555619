"""An installation that says as much as it can about its work says nothing about people: in lines, spans, numbers, addresses, titles.

Everything runs at the log level debug while a person whose every word is a canary is referred, found, written of and misspelt.
"""

import asyncio
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

import httpx
import pytest
from nats.js.errors import NotFoundError

from commonweal.runtime import installation
from commonweal.runtime.settings import load
from commonweal.runtime.simulate.invented import nhs_numbers
from commonweal.runtime.supervisor import NAMES
from tests.collector import Collector, collector
from tests.intake.referrer_scene import setting, written
from tests.journeys.test_the_whole_road import COMMONWEAL, Running, Trust, an_ics
from tests.runtime.conftest import free_port
from tests.subscriber import socket

CANARY: Final = "Ptarmigan"
NUMBER: Final = "9434765870"
PHONE: Final = "01604 555 0199"
BORN: Final = "1931-12-24"
SENT: Final = ("Testpatient", "Araminta", "9434765919", "Made-up")
"""In the FHIR message and the table of referrals that are sent."""
PRIVATE: Final = (CANARY, NUMBER, PHONE, BORN, *SENT, *islice(nhs_numbers(1), 6))
PAGES: Final = (
    "/caseload", "/waiting-list", "/tasks", "/safeguarding", "/workforce", "/equity", "/equity.csv", "/activity",
    "/activity.csv", "/outcomes", "/outcomes.csv", "/workforce.csv", "/directory", "/people", "/duplicates", "/proposals",
    "/people/{person}", "/people/{person}/rights", "/people/{person}/case", "/people/{person}/contacts",
    "/people/{person}/plan", "/people/{person}/measures", "/people/{person}/connections", "/people/{person}/access",
    "/referrals/{referral}/triage", "/do/sign-note/{referral}", f"/people?name={CANARY}", f"/caseload?q={CANARY}",
    f"/people/{CANARY}", f"/{CANARY}", f"/do/{CANARY}/{CANARY}", f"/people/{{person}}?done={CANARY}&back=/{CANARY}",
    f"/sign-in?next=/{CANARY}", f"/answer/{CANARY}", f"/apply/{CANARY}", f"/apply/{CANARY}/accept", f"/vote/{CANARY}",
    f"/grants/{CANARY}/link", f"/ballots/{CANARY}/links", f"/sign-in/{CANARY}", f"/static/{CANARY}/x",
)  # fmt: skip


@dataclass
class Heard:
    """What was said while somebody was at work."""

    running: Running
    collected: Collector
    metrics_port: int
    person: str = ""
    referral: str = ""
    addresses: list[str] = field(default_factory=list)
    """Where forms and redirects lead, and every header of an answer."""
    titles: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What programs and their operators are told when something is refused."""

    def files(self) -> dict[Path, str]:
        """Every log there is, of our processes, of PostgreSQL and of NATS."""
        found = [each for each in self.running.data.rglob("*") if each.is_file() and "log" in each.name]
        return {each: each.read_text(errors="replace") for each in found if "pg_wal" not in each.parts}


@pytest.fixture(scope="module")
def heard() -> Iterator[Heard]:
    metrics_port = free_port(len(NAMES))
    with collector() as collected, pytest.MonkeyPatch.context() as patch:
        patch.setenv("COMMONWEAL_OTLP_ENDPOINT", collected.url)
        patch.setenv("COMMONWEAL_METRICS_PORT", str(metrics_port))
        patch.setenv("COMMONWEAL_LOG_LEVEL", "debug")
        running = Running()
        made = Heard(running, collected, metrics_port)
        try:
            running.until_it_serves()
            running.command("tenants", "onboard", str(an_ics(Trust("http://127.0.0.1:9/", []), running.data)))
            running.command("simulate", "--tenant", "QOX", "--referrals", "6")
            _by_graphql(made)
            _by_pages(made)
            _by_messages(made)
            _by_table(made)
            yield made
        finally:
            running.process.terminate()
            assert running.process.wait(60) == 0, running.said()


def _token(running: Running, role: str, *more: str) -> str:
    return running.command("token", "--tenant", "QOX", "--role", role, "--subject", f"demo-{role}", *more).strip()


def _by_graphql(heard: Heard) -> None:
    running, lead = heard.running, _token(heard.running, "team_lead")
    person = {
        "name": f"Fay {CANARY}", "nhsNumber": NUMBER, "nhsNumberStatus": "01", "dateOfBirth": BORN, "phone": PHONE,
        "address": f"1 {CANARY} Lane", "email": f"{CANARY}@example.org", "gpPractice": "U00009/high-street",
    }  # fmt: skip
    register = (
        "mutation ($i: RegisterPersonInput!, $k: String!) { registerPerson(idempotencyKey: $k, input: $i) { id } }"
    )
    heard.person = running.ask(lead, register, i=person, k="one")["id"]
    today = str(datetime.now(UTC).date())
    agreed = {"scope": "contact", "method": "verbal", "wordingVersion": "1", "givenOn": today}
    running.ask(
        lead, "mutation ($id: ID!, $i: GiveConsentInput!) { giveConsent(id: $id, input: $i) { id } }",
        id=heard.person, i=agreed,
    )  # fmt: skip
    heard.referral = running.ask(
        lead,
        'mutation ($i: ReceiveReferralInput!) { receiveReferral(idempotencyKey: "two", input: $i) { id } }',
        i={
            "personId": heard.person, "source": "06", "sourceOrg": "RNS", "sourceReference": "w-1", "setting": "ward",
            "reasons": ["loneliness"], "referrerRole": "nurse", "narrative": f"{CANARY} is lonely",
        },
    )["id"]  # fmt: skip
    running.ask(lead, "mutation ($id: ID!) { acceptReferral(id: $id) { id } }", id=heard.referral)
    bad = {**person, "nhsNumber": f"{NUMBER[:-1]}1", "dateOfBirth": CANARY}
    for document, variables in (
        (register, {"i": person, "k": "again"}),
        (register, {"i": {**person, "nhsNumber": f"{NUMBER[:-1]}1"}, "k": "wrong"}),
        (register, {"i": bad, "k": "worse"}),
        (f'{{ people(search: {{nhsNumber: "{NUMBER}"}}) {{ edges {{ node {{ name }} }} }} }}', {}),
        (f'{{ people(search: {{name: "{CANARY}"}}) {{ totalCount }} }}', {}),
        (f"{{ {CANARY} }}", {}),
        (f'query {CANARY} {{ {CANARY}: personRecord(id: "{CANARY}\\u0000") {{ name }} }}', {}),
        (f'{{ caseload(after: "{CANARY}") {{ totalCount }} }}', {}),
        ("mutation ($id: ID!) { reopenReferral(id: $id) { id } }", {"id": CANARY}),
        (f"{{ caseload(filter: {{person: {CANARY}", {}),
    ):
        answer = httpx.post(
            f"{running.url}/graphql?{CANARY}=1",
            json={"query": document, "variables": variables, "operationName": None},
            headers={"authorization": f"Bearer {lead}", "x-request-id": CANARY, "user-agent": CANARY},
            timeout=60,
        )
        assert answer.status_code == 200
        heard.addresses += [f"{name}: {value}" for name, value in answer.headers.items()]
    httpx.post(f"{running.url}/graphql", json={"query": "{ x }"}, headers={"authorization": f"Bearer {CANARY}"})
    with socket(running, query=f"?token={CANARY}") as one:  # type: ignore[arg-type]
        one.begin(lead).subscribe(
            f'{{ people(search: {{nhsNumber: "{NUMBER}"}}) {{ edges {{ node {{ name }} }} }} }}', CANARY
        )
        assert CANARY in str(one.hear())
    with socket(running) as other:  # type: ignore[arg-type]
        other.begin(lead).say(type=CANARY)
        heard.told.append(other.closed()[1])


def _by_pages(heard: Heard) -> None:
    running = heard.running
    with httpx.Client(base_url=running.url, headers={"accept": "text/html"}, timeout=60) as client:

        def look(answer: httpx.Response) -> str:
            heard.addresses += [f"{name}: {value}" for name, value in answer.headers.items()]
            heard.addresses += re.findall(r'(?:action|href)="([^"]*)"', answer.text)
            heard.titles += re.findall(r"<title>(.*?)</title>", answer.text, re.DOTALL)
            return answer.text

        link = running.sign_in_link("demo-team_lead")
        client.get(link[link.index("/sign-in/") :])
        shown = "".join(
            look(client.get(page.format(person=heard.person, referral=heard.referral))) for page in PAGES[:26]
        )
        assert CANARY in shown, "whoever works here does see them"
        asked = len(heard.addresses)
        for page in PAGES[26:]:
            client.get(page.format(person=heard.person, referral=heard.referral))
        assert len(heard.addresses) == asked
        (csrf,) = set(re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/people").text))
        for path, typed in (
            ("/people", {"nhs_number": NUMBER}),
            (
                "/people",
                {"name": CANARY, "date_of_birth_day": "31", "date_of_birth_month": "2", "date_of_birth_year": "1931"},
            ),
            (f"/do/sign-note/{heard.referral}", {"text": CANARY}),
            (f"/do/sign-note/{heard.referral}", {"text": ""}),
            (f"/referrals/{heard.referral}/triage", {"outcome": CANARY, "feedback": CANARY}),
        ):
            look(client.post(path, data={"csrf_token": csrf, **typed}))
        client.post("/people", data={"csrf_token": CANARY, "name": CANARY})


def _by_messages(heard: Heard) -> None:
    running, ward = heard.running, _token(heard.running, "hospital", "--scope", "trust:RNS")
    good = written("new", id_="good").replace(b"RZZ", b"RNS")
    for number, raw in enumerate(
        (
            good,
            good,
            good + b" ",
            written("new", setting("Patient", identifier=[{"system": CANARY, "value": NUMBER}]), id_="p").replace(b"RZZ", b"RNS"),
            written("new", setting("ServiceRequest", identifier=[{"value": f"{CANARY} {NUMBER}"}]), id_="i").replace(b"RZZ", b"RNS"),
            written("update", setting("MessageHeader", reason={"coding": [{"code": CANARY}]}), id_="u").replace(b"RZZ", b"RNS"),
            written("new", id_=CANARY),
            f"<Bundle><{CANARY}>".encode(),
            f'{{"{CANARY}'.encode(),
        )
    ):  # fmt: skip
        answer = httpx.post(
            f"{running.url}/FHIR/R4/$process-message?{CANARY}",
            content=raw,
            headers={
                "authorization": f"Bearer {ward}",
                "content-type": "application/fhir+json",
                "x-request-id": f"<{CANARY}>",
            },
            timeout=60,
        )
        assert (answer.status_code == 200) is (number < 2), answer.text
        heard.told.append(answer.text)
    feed = Path(__file__).parents[1] / "intake" / "hl7v2"
    for raw in (
        (feed / "a03_discharge.hl7").read_bytes(),
        (feed / "a03_discharge.hl7").read_bytes().replace(b"A03", CANARY.encode()),
        CANARY.encode(),
    ):
        answer = httpx.post(
            f"{running.url}/hl7/v2", content=raw, headers={"authorization": f"Bearer {ward}"}, timeout=60
        )
        heard.told.append(answer.text)


def _by_table(heard: Heard) -> None:
    """A table of referrals, wrong in several ways; the operator is told which rows, not whose they are."""
    first, *rows = (Path(__file__).parents[1] / "intake" / "csv" / "referrals.csv").read_text().splitlines()
    wrong = heard.running.data / "wrong.csv"
    columns = first.split(",")
    row = dict.fromkeys(columns, CANARY) | {"date_of_birth": BORN, "nhs_number": f"{NUMBER[:-1]}1", "phone": PHONE}
    wrong.write_text("\n".join([first, *rows, ",".join(row[each] for each in columns)]) + "\n")
    report = heard.running.data / "report.csv"
    for words in (["--check"], ["--json"], ["--report", str(report)]):
        done = subprocess.run(
            [COMMONWEAL, "intake", "csv", str(wrong), "--tenant", "QOX", *words],
            env=heard.running.env, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 1
        heard.told.append(done.stdout + done.stderr)
    if report.exists():
        heard.told.append(report.read_text())


def _private(text: str) -> list[str]:
    shown = unquote(text)
    return [word for word in PRIVATE if word in shown or quote(word) in text]


def test_no_line_of_any_process_says_who_it_was_about(heard: Heard) -> None:
    files = heard.files()
    said = "".join(files.values())
    assert '"level": "debug"' in said, "it was asked to say all it can"
    assert {path.name: found for path, text in files.items() if (found := _private(text))} == {}
    assert heard.person not in said
    assert heard.referral not in said


def test_no_span_says_who_it_was_about(heard: Heard) -> None:
    heard.collected.until(lambda: [span for span in heard.collected.spans if span.name == "hear fhir"])
    spans = b"".join(heard.collected.bodies).decode(errors="replace")
    assert _private(spans) == []
    assert heard.person not in spans
    assert heard.referral not in spans


def test_no_number_says_who_it_was_about(heard: Heard) -> None:
    for number in range(len(NAMES)):
        shown = httpx.get(f"http://127.0.0.1:{heard.metrics_port + number}/metrics").raise_for_status().text
        assert _private(shown) == []
        assert heard.person not in shown


def test_no_address_header_or_title_says_who_it_was_about(heard: Heard) -> None:
    assert [each for each in heard.addresses if _private(each)] == []
    assert [each for each in heard.titles if _private(each)] == []
    assert len(heard.titles) > 20


def test_nobody_is_quoted_when_something_is_refused(heard: Heard) -> None:
    assert [each for each in heard.told if _private(each)] == []
    assert "row" in "".join(heard.told)


def test_no_subject_header_or_message_says_who_it_was_about(heard: Heard) -> None:
    async def read() -> list[str]:
        found = await installation.running(load(heard.running.env))
        assert found is not None
        bus = await found.accounts.connect(found.nats_url, "QOX", "reader")
        told: list[str] = []
        try:
            for number in count(1):
                letter = await bus.jetstream().get_msg("EVENTS", number)
                told += [letter.subject or "", json.dumps(dict(letter.headers or {})), (letter.data or b"").decode()]
        except NotFoundError:
            return told
        finally:
            await bus.close()
        raise AssertionError("a stream without end")

    told = asyncio.run(read())
    assert any("PersonRegistered" in each for each in told)
    assert [each for each in told if _private(each)] == []
