"""The whole road, as a newcomer starts it: a trust refers someone, hears what became of them, and tells us when they go home."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import expect

from commonweal.intake.hl7v2 import mllp
from commonweal.kernel.streams import Fact
from commonweal.runtime import installation, secrets
from commonweal.runtime.open_store import open_store
from commonweal.runtime.settings import load
from commonweal.runtime.sign_in import SignInLinks
from tests.conftest import folder
from tests.journeys.browser import DESKTOP, started
from tests.runtime.conftest import free_port

COMMONWEAL: Final = str(Path(sys.executable).with_name("commonweal"))
DISCHARGE: Final = (Path(__file__).parents[1] / "intake" / "hl7v2" / "a03_discharge.hl7").read_bytes()
NHS_NUMBER: Final = "9434765919"

pytestmark = pytest.mark.browser


@dataclass
class Trust:
    """A trust's own FHIR server: what was posted to it."""

    url: str
    tasks: list[dict[str, Any]]


@pytest.fixture
def trust() -> Iterator[Trust]:
    tasks: list[dict[str, Any]] = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            tasks.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(201)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 – the name is the library's
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Trust(f"http://127.0.0.1:{server.server_port}/fhir", tasks)
        server.shutdown()
        thread.join()


class Running:
    """`commonweal up` on an empty folder, and the other commands beside it."""

    def __init__(self) -> None:
        self.data = folder()
        self.port, self.mllp_port = free_port(), free_port(16)
        plain = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        own = {"COMMONWEAL_DATA": self.data, "COMMONWEAL_PORT": self.port, "COMMONWEAL_MLLP_PORT": self.mllp_port}
        self.env = plain | {name: str(value) for name, value in own.items()}
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = self.data / "up.log"
        with self._log.open("wb") as out:
            self.process = subprocess.Popen([COMMONWEAL, "up"], env=self.env, stdout=out, stderr=subprocess.STDOUT)

    def said(self) -> str:
        return self._log.read_text()

    def until_it_serves(self) -> None:
        end = time.monotonic() + 180
        while "Commonweal is at" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < end, self.said()
            time.sleep(0.05)

    def command(self, *words: str) -> str:
        done = subprocess.run(
            [COMMONWEAL, *words], env=self.env, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, token: str, document: str, **variables: Any) -> Any:
        body = {"query": document, "variables": variables}
        answer = httpx.post(f"{self.url}/graphql", json=body, headers={"authorization": f"Bearer {token}"}).json()
        assert "errors" not in answer, answer
        (found,) = answer["data"].values()
        return found

    def facts(self) -> list[Fact]:
        """Everything that happened in the ICS."""

        async def read() -> list[Fact]:
            found = await installation.running(load(self.env))
            assert found is not None
            store = open_store(found, "test")
            try:
                streams = (await store.tenant("QOX")).streams
                return await streams.understand(await streams.log.after(0, 10_000))
            finally:
                await store.close()

        return asyncio.run(read())

    def sign_in_link(self, subject: str) -> str:
        settings = load(self.env)
        return SignInLinks(settings, secrets.platform_key(settings.platform_key_path, create=False)).link(
            subject, "QOX"
        )


@pytest.fixture
def running() -> Iterator[Running]:
    found = Running()
    try:
        found.until_it_serves()
        yield found
    finally:
        found.process.terminate()
        assert found.process.wait(30) == 0, found.said()


def an_ics(trust: Trust, folder_: Path) -> Path:
    """An ICS of the test's own, whose trust answers at the test's server and calls on a line of its own."""
    file = folder_ / "ics.toml"
    file.write_text(f"""
ods = "QOX"
name = "Somewhere"
gss = "E54000040"
key_file = "keys/qox.key"

[policies]
discharge_offer = "care_relationship"
offer_hours = 48

[[place]]
code = "E06000022"
name = "Somewhere"

[[pcn]]
ods = "U00009"
name = "First"
place = "E06000022"
from = 2020-07-01
practices = [{{ name = "High Street" }}]

[[trust]]
ods = "RNS"
name = "A hospital"
kind = "acute"
mllp_line = 12
hl7v2_facilities = ["RZZ01"]
task_endpoint = "{trust.url}"

[[link_worker]]
id = "wren"
name = "Wren Example"
subject = "demo-wren"
employer = "GB-CHC-0000001"
pcns = ["U00009"]
""")
    return file


def test_a_trust_refers_someone_hears_what_became_of_them_and_tells_when_they_go_home(
    running: Running, trust: Trust
) -> None:
    running.command("tenants", "onboard", str(an_ics(trust, running.data)))
    hospital = running.command(
        "token", "--tenant", "QOX", "--role", "hospital", "--scope", "trust:RNS", "--subject", "demo-ward"
    ).strip()
    lead = running.command("token", "--tenant", "QOX", "--role", "team_lead", "--subject", "demo-lead").strip()

    person = running.ask(
        hospital,
        'mutation ($i: RegisterPersonInput!) { registerPerson(idempotencyKey: "ward-1", input: $i) { id } }',
        i={
            "name": "Araminta Example",
            "nhsNumber": NHS_NUMBER,
            "nhsNumberStatus": "01",
            "gpPractice": "U00009/high-street",
        },
    )["id"]
    for scope, audience in (("contact", "any"), ("share_referrer", "RNS")):
        running.ask(
            hospital,
            "mutation ($id: ID!, $i: GiveConsentInput!) { giveConsent(id: $id, input: $i) { position } }",
            id=person,
            i={
                "scope": scope,
                "audience": audience,
                "method": "verbal",
                "wordingVersion": "1",
                "givenOn": str(datetime.now(UTC).date()),
            },
        )
    referral = running.ask(
        hospital,
        "mutation ($i: ReceiveReferralInput!) { receiveReferral(idempotencyKey: \"ward-2\", input: $i) { id } }",
        i={
            "personId": person, "source": "06", "sourceOrg": "RNS", "sourceReference": "ward-7-0042", "setting": "ward",
            "reasons": ["loneliness"], "referrerRole": "nurse", "narrative": "canary words",
        },
    )["id"]  # fmt: skip
    position = running.ask(lead, "mutation ($id: ID!) { acceptReferral(id: $id) { position } }", id=referral)[
        "position"
    ]
    seen = running.ask(
        lead,
        "query ($p: Position!) { caseload(afterPosition: $p) { edges { node { id stage person { name } } } } }",
        p=position,
    )
    assert [edge["node"]["stage"] for edge in seen["edges"]] == ["WAITING"]

    until(lambda: trust.tasks)
    (task,) = trust.tasks
    assert (task["resourceType"], task["status"]) == ("Task", "accepted")
    assert "ward-7-0042" in json.dumps(task)
    assert "canary" not in json.dumps(task)

    answer = asyncio.run(mllp.send("127.0.0.1", running.mllp_port + 12, DISCHARGE))
    assert b"MSA|AA|" in answer
    raised = until(
        lambda: [fact for fact in running.facts() if type(fact.event).__name__ == "DischargeSupportTaskRaised"]
    )
    assert [fact.actor for fact in raised] == ["reactor"]

    with started() as browser, browser.new_context(viewport=DESKTOP, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(running.sign_in_link("demo-lead"))
        expect(page.get_by_role("heading", name="Araminta Example")).to_be_visible()

    assert json.loads(running.command("verify", "--json"))["ok"] is True


def until(true: Any, seconds: float = 30) -> Any:
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.1)
    return found
