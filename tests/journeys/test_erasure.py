"""Erasure: a record is kept for as long as it must be, and then nothing is left of it but what counts.

Nora Nightjar asks too early and is told from which day on she may ask again; she asks that day, the information governance lead agrees, and
every room, page, delivery and link forgets her. Otto Nightjar was registered in error: he is forgotten while people are at work for him.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser

from commonweal.console.wording import in_london, long_date
from commonweal.domain.directory import connect, connection
from commonweal.domain.directory.listing import SetReferralRoute
from commonweal.domain.measures import measuring
from commonweal.domain.message import ERASED
from commonweal.domain.people import erasure, person, representation, retention, risk
from commonweal.domain.people.consent import GiveConsent
from commonweal.domain.plans import plan_actions, plan_goals, plan_start, plan_words
from commonweal.domain.referrals import reaching, referral
from commonweal.domain.work import contact_held, note_signing, safeguarding_raising, task
from commonweal.domain.workforce.allocation import CloseReferral
from commonweal.runtime.access import user_id
from commonweal.runtime.development_issuer import NAME, DevelopmentIssuer
from commonweal.runtime.installation import tell
from commonweal.runtime.settings import environment
from commonweal.runtime.sign_in import SignInLinks
from tests.integrations.hospital import Hospital, Request, take
from tests.journeys.asking import Someone, words
from tests.journeys.browser import PHONE
from tests.journeys.desk import Desk, at_a_desk
from tests.journeys.london import at, today
from tests.journeys.office import ODS, Office, at_work, northamptonshire
from tests.near import BY, assured, listed, organisation
from tests.story import allocated, referred, registered
from tests.web import Web

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

CANARY: Final = "Nightjar"
"""In every word that is written about either of them."""
NORA, OTTO = "p-nora", "p-otto"
NUMBER, OTTOS_NUMBER = "9434765919", "9434765870"
BURTON: Final = "U35821/burton"
TRUST: Final = "RNS"
OTHERS: Final = 12
"""Of everyone else: with one more, a number that is given to the nearest 5 goes from 10 to 15."""
TODAY: Final = today()
NOW: Final = at(TODAY, "00:05")
LAST_MET: Final = TODAY.replace(year=TODAY.year - retention.ADULT_YEARS)
"""The day Nora was last met: her record need not be kept from today on."""
TABS: Final = ("", "/case", "/plan", "/connections", "/contacts", "/measures", "/rights", "/access")


def day(after_they_met: int, clock: str = "10:00") -> datetime:
    """A moment in London, so many days after Nora was last met."""
    return at(LAST_MET + timedelta(days=after_they_met), clock)


@dataclass
class Story:
    """The office, who is told by it, and who works there."""

    office: Office
    web: Web
    ward: Hospital
    practice: Hospital
    _there: dict[str, Someone] = field(default_factory=dict)

    @property
    def amber(self) -> Someone:
        return self._at_work("demo-amber", "link_worker", "link_worker:amber")

    @property
    def lead(self) -> Someone:
        return self._at_work("demo-team-lead", "team_lead", "tenant")

    def on(self, moment: datetime) -> None:
        """Another day, on which everyone signs in anew."""
        self.go_home()
        self.office.on(moment)

    def go_home(self) -> None:
        for each in self._there.values():
            each.client.close()
        self._there.clear()

    def _at_work(self, subject: str, role: str, scope: str) -> Someone:
        if subject not in self._there:
            self._there[subject] = Someone(self.web, subject, (role, scope))
        return self._there[subject]


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    """Northamptonshire eight years ago, telling a ward and a practice; twelve others were supported as Nora is going to be."""
    ward, practice, ics = Hospital(), Hospital(), northamptonshire()
    policies = replace(ics.policies, gp_endpoint=practice.endpoint)
    trusts = tuple(replace(each, task_endpoint=ward.endpoint) if each.ods == TRUST else each for each in ics.trusts)
    with at_work(replace(ics, policies=policies, trusts=trusts), began=day(-15)) as office, _asking(office) as web:
        tell(office.installation)
        office.run(ward.start())
        office.run(practice.start())
        office.given("o-1", organisation("Latimer Together", identifiers=("GB-CHC-1054276",)))
        office.given("garden", *listed("Friday gardeners", day(-15).date()))
        office.given("garden", SetReferralRoute(mode="link", response_sla_days=5, by=BY))
        for number in range(OTHERS):
            _is_supported(office, number)
        made = Story(office, web, ward, practice)
        yield made
        made.go_home()
        office.run(ward.stop())
        office.run(practice.stop())


@contextmanager
def _asking(office: Office) -> Iterator[Web]:
    """The office's web process, as those who ask it without a browser know it."""
    known = office.installation
    issuer = DevelopmentIssuer(known.settings, known.platform_key)
    links = SignInLinks(known.settings, known.platform_key)
    with httpx.Client(base_url=office.url, timeout=30) as client:
        yield Web(office.url, known, office.store, issuer, links, office.loop, client)


def _is_supported(office: Office, number: int) -> None:
    """Somebody whose support is over, with a first and a last reading."""
    who, case = f"p-{number}", f"r-{number}"
    known = {"practice": BURTON, "source": "02", "source_org": ODS, "setting": "self", "referrer_role": "person"}
    office.given(who, registered(f"Wren Example {number}", gp_practice=BURTON, language="en"), *_agrees("contact"))
    office.given(case, referred(who, case, received_at=day(-19), **known), referral.AcceptReferral())
    office.given(case, allocated(case, "amber"), referral.RecordFirstContact(medium="01", held_at=day(-18)))
    for after, point, answers in ((-18, "baseline", (3, 3, 3, 5)), (-16, "end", (5, 5, 5, 3))):
        reading = measuring.RecordMeasure(
            referral_id=case, instrument="ons4", point=point, answers=answers, mode="self", on=day(after).date(), by=BY
        )
        office.given(f"m-{number}-{point}", reading)
    office.given(case, CloseReferral(referral_id=case, reason="goals_met", on=day(-16).date()))


def _agrees(*scopes: str) -> list[GiveConsent]:
    on = day(-20).date()
    return [GiveConsent(scope=each, method="verbal", wording_version="2", given_on=on) for each in scopes]


def _is_referred(story: Story, who: str, name: str, number: str, at: datetime) -> str:
    """By a ward, and taken on by Amber; the referral."""
    office, case = story.office, f"r{who[1:]}"
    office.given(
        who,
        registered(
            f"{name} {CANARY}",
            nhs_number=number,
            nhs_number_status="01",
            gp_practice=BURTON,
            language="en",
            address=f"1 {CANARY} Lane",
            date_of_birth=date(1950, 6, 14),
        ),
        *_agrees("contact", "share_referrer", "share_gp", "share_vcfse", "share_mdt"),
    )
    told = {"source_org": TRUST, "setting": "ward", "practice": BURTON, "narrative": f"{CANARY} fell at home."}
    office.given(case, referred(who, f"w-{who}", received_at=at, **told), referral.AcceptReferral())
    office.given(case, allocated(case, "amber"))
    return case


def _is_helped(story: Story, who: str, case: str) -> str:
    """Everything in which words are said about somebody; the link the provider is sent."""
    amber, about, today = story.amber, {"referralId": case}, str(in_london(datetime.now(UTC)).date())
    now = datetime.now(UTC).isoformat()
    amber.do(referral.RecordFirstContact, case, medium="01", heldAt=now, note=f"{CANARY} wept")
    amber.do(reaching.AcceptSocialPrescribing, case)
    plan = amber.do(plan_start.StartPlan, None, **about)
    amber.do(plan_words.RecordWhatMatters, plan, clauseId="c-1", statement=f"{CANARY} would sing again")
    amber.do(plan_goals.AgreeGoal, plan, goalId="g-1", wording=f"{CANARY} sings", baseline=2)
    amber.do(plan_actions.AddAction, plan, actionId="a-1", goalId="g-1", what=f"{CANARY} rings the choir")
    person_of: dict[str, Any] = {**about, "personId": who, "kind": "follow_up", "medium": "02", "durationMin": 20}
    held = amber.do(contact_held.RecordContact, None, heldAt=now, note=f"{CANARY} slept", **person_of)
    amber.do(note_signing.SignNote, None, contactId=held, text=f"{CANARY} is better.", **about)
    amber.do(task.CreateTask, None, kind="call", dueOn=today, words=f"ring {CANARY}", **about)
    reading = {"instrument": "ons4", "point": "baseline", "mode": "self", **about}
    amber.do(measuring.RecordMeasure, None, answers=[1, 1, 1, 9], **reading)
    flag = {"flagId": "f-1", "kind": "animals", "severity": "low", "reviewDue": today}
    amber.do(risk.RaiseRiskFlag, who, detail=f"{CANARY} has a dog", **flag)
    speaks = {"representativeId": "s-1", "kind": "carer", "authority": "person_said", "since": today}
    amber.do(representation.LinkRepresentative, who, name=f"Otis {CANARY}", **speaks)
    amber.do(
        safeguarding_raising.RaiseSafeguardingConcern, None, types=["neglect"], detail=f"{CANARY} is hungry", **about
    )
    offer = {"serviceId": "garden", "planId": plan, "mode": "formal_referral", **about}
    offered = amber.do(connect.OfferConnection, None, hope=f"{CANARY} hopes for company", **offer)
    amber.do(connection.AcceptConnection, offered)
    amber.do(connect.SendConnection, offered, channel="secure_link", linkId=f"l-{who}")
    page = amber.post(f"/people/{who}/connections/{offered}/link")
    found = re.search(r'value="([^"]+/answer/[^"]+)"', page)
    assert found is not None
    return found[1]


def refuses(_: Request) -> int:
    return 400


def is_down(_: Request) -> int:
    return 503


def test_a_record_is_kept_while_it_must_be_and_then_forgotten_everywhere(story: Story, browser: Browser) -> None:
    office = story.office
    case = _is_referred(story, NORA, "Nora", NUMBER, day(-5))
    story.on(day(0))
    link = _is_helped(story, NORA, case)
    story.on(day(3))
    _is_closed_and_nobody_takes_the_news(story, case)

    story.on(day(60))
    with at_a_desk(office, browser, "demo-team-lead") as lead:
        _asks_too_early(lead)
    story.on(NOW - timedelta(days=1))
    story.lead.do(erasure.RequestErasure, NORA)
    refusals = office.events(retention.ErasureRefused)
    assert [(each.reason, each.earliest_on) for each in refusals] == [("retention", TODAY)] * 2

    story.on(NOW)
    before = _numbers(story)
    assert {each for each in _places_of(office, CANARY) if each.startswith("caseload")}, "there is something to forget"
    with at_a_desk(office, browser, "demo-ig-lead") as governance:
        _agrees_to_it(governance)
    office.until(lambda: NORA in _ledger(office))
    office.settled()
    assert _places_of(office, CANARY) | _places_of(office, NUMBER) == set()
    assert _numbers(story) == before
    _verifies(office)
    _is_gone(story)
    _stands_for_audit(story)
    with at_a_desk(office, browser, "demo-team-lead") as lead:
        _reads_that_it_was_erased(lead)
    with at_a_desk(office, browser, "demo-administrator") as administrator:
        _tries_again_what_nobody_took(story, administrator)
    opened = httpx.get(link)
    assert opened.status_code == httpx.codes.GONE
    assert CANARY not in opened.text
    assert "Nora" not in opened.text


def test_somebody_registered_in_error_is_forgotten_while_people_are_at_work_for_them(
    story: Story, browser: Browser
) -> None:
    office = story.office
    if datetime.now(UTC) < NOW:
        story.on(NOW)
    office.given("garden", assured(TODAY))
    story.ward.answer = story.practice.answer = is_down
    case = _is_referred(story, OTTO, "Otto", OTTOS_NUMBER, datetime.now(UTC) - timedelta(days=1))
    link = _is_helped(story, OTTO, case)
    assert "Otto" in httpx.get(link).text, "the provider may read who it is"
    office.until(lambda: _deliveries(office, OTTO) == {"waiting"})
    before = _numbers(story)

    done = _command(office, "people", "erase", OTTO, "--tenant", ODS, "--basis", "registered_in_error")
    assert done["basis"] == "registered_in_error"
    assert done["keys_given_back"] == 1
    office.settled()
    tried = len(story.ward.heard) + len(story.practice.heard)
    story.ward.answer = story.practice.answer = take
    _rows(office, "update qpm.deliveries set next_try_at = now() where state = 'waiting' returning 1")
    office.until(lambda: _deliveries(office, OTTO) == {"withheld"})
    assert len(story.ward.heard) + len(story.practice.heard) == tried
    assert _places_of(office, CANARY) == set()
    last = f"select type from qpm.events where stream_id = 'referral-{case}' order by version desc limit 1"  # noqa: S608
    assert _rows(office, last) == [("ReferralRetractedInError",)]
    assert _numbers(story)["outcomes"] == before["outcomes"]
    with browser.new_context(viewport=PHONE, bypass_csp=True) as outside:
        provider = Desk(office, outside.new_page())
        provider.page.goto(link)
        provider.look()
        provider.reads("This link is closed", "There is nothing to answer any more: the link worker has this in hand.")
        provider.reads_nothing_of("Otto", CANARY)


def _is_closed_and_nobody_takes_the_news(story: Story, case: str) -> None:
    """Until now the ward and the practice took what they were told."""
    office, amber, about = story.office, story.amber, {"referralId": case}
    office.until(lambda: _deliveries(office, NORA) == {"delivered"})
    story.ward.answer = story.practice.answer = refuses
    reading = {"instrument": "ons4", "point": "end", "mode": "self", **about}
    amber.do(measuring.RecordMeasure, None, answers=[9, 9, 9, 1], **reading)
    amber.do(CloseReferral, case, reason="goals_met")
    office.until(lambda: len(_rows(office, "select 1 from qpm.deliveries where state = 'parked'")) == 2)


def _asks_too_early(lead: Desk) -> None:
    lead.go(f"/people/{NORA}/rights")
    lead.follow("They ask for their record to be erased")
    lead.reads("where the record must be kept, a refusal with the earliest date.")
    lead.done("Record the request", "The request was recorded.")
    lead.reads(f"Asked for on {long_date(day(60).date())}, and refused", f"again from {long_date(TODAY)}.")
    lead.reads(CANARY)


def _agrees_to_it(governance: Desk) -> None:
    governance.go("/erasures")
    governance.reads(f"Nora {CANARY}", f"it had to be kept until {long_date(TODAY)}. That day has come.")
    governance.follow("Ask for it again")
    governance.done("Record the request", "The request was recorded.")
    governance.reads("Nothing stands against it.")
    governance.follow("Erase the record")
    governance.reads("Nobody can undo this.")
    governance.done("Erase for ever", "The record was erased.")
    governance.reads("Nothing waits for you.")


def _reads_that_it_was_erased(lead: Desk) -> None:
    for tab in ("", "/plan", "/rights"):
        lead.go(f"/people/{NORA}{tab}")
        lead.reads("This record was erased.", "What is left counts, and says nothing of who it was.")
        lead.reads_nothing_of(CANARY, "Nora", NUMBER)


def _tries_again_what_nobody_took(story: Story, administrator: Desk) -> None:
    story.ward.answer = story.practice.answer = take
    heard = len(story.ward.heard) + len(story.practice.heard)
    administrator.go("/integrations")
    again = administrator.page.get_by_role("button", name="Try again")
    while again.count():
        again.first.click()
        administrator.page.wait_for_load_state()
    _command(story.office, "dlq", "replay", "--tenant", ODS, "--integration", "gp_record")
    story.office.until(lambda: _deliveries(story.office, NORA) == {"delivered", "withheld"})
    why = _rows(story.office, "select distinct last_error from qpm.deliveries where state = 'withheld'")
    assert why == [("erased",)]
    assert len(story.ward.heard) + len(story.practice.heard) == heard


def _is_gone(story: Story) -> None:
    """From the log, the pages and the search; and the NHS number may be another record's."""
    (registered_then,) = (
        fact.event
        for fact in story.office.facts()
        if isinstance(fact.event, person.PersonRegistered) and fact.identity == NORA
    )
    assert registered_then.name is ERASED
    for tab in TABS:
        page = story.lead.get(f"/people/{NORA}{tab}")
        assert "This record was erased." in page, tab
        assert not any(each in page for each in (CANARY, "Nora", NUMBER)), tab
    found = story.lead.ask(f'{{ people(search: {{nhsNumber: "{NUMBER}"}}) {{ totalCount }} }}')
    assert found == {"people": {"totalCount": 0}}
    story.office.given("p-other", registered("Wren Example", nhs_number=NUMBER, nhs_number_status="01"))


def _stands_for_audit(story: Story) -> None:
    """Who asked, who agreed, that the key is no more, and who had looked."""
    asked = f"""{{ personRecordTimeline(id: "{NORA}", first: 200) {{ edges {{ node {{ kind by }} }} }} }}"""
    told = [edge["node"] for edge in story.lead.ask(asked)["personRecordTimeline"]["edges"]]
    kinds = [each["kind"] for each in told if "Eras" in each["kind"]]
    asked_and_refused = ["ErasureRefused", "ErasureRequested"] * 2
    assert kinds == ["PersonErased", "ErasureApproved", "ErasureRequested", *asked_and_refused]
    (approved,) = story.office.events(retention.ErasureApproved)
    assert approved.by == user_id(NAME, "demo-ig-lead")
    assert _ledger(story.office)[NORA] == "request_upheld"
    assert "Amber Example" in words(story.lead.get(f"/people/{NORA}/access"))


def _verifies(office: Office) -> None:
    said = _command(office, "verify")
    assert said["ok"], said
    (here,) = (each for each in said["tenants"] if each["tenant"] == ODS)
    (sealed,) = (each for each in here["checks"] if each["check"] == "sealed")
    assert sealed["looked_at"]["erased"] > 0


def _command(office: Office, *words_: str) -> Any:
    """What a command on the running installation says with --json. It goes by our calendar, as the office does by then."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("COMMONWEAL_")}
    done = subprocess.run(
        [Path(sys.executable).with_name("commonweal"), *words_, "--json"],
        env={**ours, **environment(office.installation.settings)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    return json.loads(done.stdout)


def _numbers(story: Story) -> dict[str, Any]:
    """What is counted of everyone, in the time of the story and until today."""
    found = story.lead.ask(
        """query($since: Date!, $then: Date!, $today: Date!) {
            outcomes(instrument: "ons4", scale: "happy", by: NEED) { rows { one eligible baseline paired meanChange improved } }
            equityFunnel(by: LANGUAGE, since: $since, until: $today) { rows { code referred accepted engaged completed } }
            then: activity(until: $then, months: 3) { rows { month appointments peopleReferred peopleWithPlan } }
            activity(until: $today, months: 1) { rows { month appointments peopleReferred peopleWithPlan } }
        }""",
        since=str(day(-30).date()),
        then=str(day(5).date()),
        today=str(TODAY),
    )
    assert any((row["paired"] or 0) >= 10 for row in found["outcomes"]["rows"]), "there is something to count"
    return dict(found)


def _places_of(office: Office, word: str) -> set[str]:
    """The tables of the ICS in which a word stands, as text or within bytes."""
    tables = _rows(office, "select table_name from information_schema.tables where table_schema = 'qpm'")
    found = "select exists (select from qpm.{} as t where t::text like '%{}%' or t::text like '%{}%')"
    hexed = word.encode().hex()
    return {table for (table,) in tables if _rows(office, found.format(table, word, hexed)) == [(True,)]}


def _deliveries(office: Office, who: str) -> set[str]:
    """How what others are told of somebody's referral stands."""
    rows = _rows(office, f"select distinct state from qpm.deliveries where stream_id like '%r{who[1:]}%'")  # noqa: S608
    return {state for (state,) in rows}


def _rows(office: Office, statement: str) -> list[tuple[Any, ...]]:
    async def read() -> list[tuple[Any, ...]]:
        return await (await office.admin.execute(statement.encode())).fetchall()

    return office.run(read())


def _ledger(office: Office) -> dict[str, str]:
    """Whose keys were destroyed, and why."""
    with psycopg.connect(office.installation.vault_url) as vault:
        return dict(vault.execute("select id, reason from qpm.destroyed_keys").fetchall())
