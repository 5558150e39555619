"""A refugee without an NHS number: helped in her language by a woman, in a programme that nobody outside it sees, counts or hears of.

Whoever was not let into the programme is asked everything before she comes and again when all has happened: the answers are the same.
Then a trace finds that she was known before she came: two records become one, two again, and one in the end.
"""

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import pytest

from commonweal.console.asks import ASKS
from commonweal.domain.directory import answer, connect, connection
from commonweal.domain.directory.listing import SetReferralRoute
from commonweal.domain.measures import measuring
from commonweal.domain.people import break_glass, consent, merge, person, risk
from commonweal.domain.plans import (
    plan_actions,
    plan_agreement,
    plan_goals,
    plan_review,
    plan_share,
    plan_start,
    plan_words,
)
from commonweal.domain.referrals import programme, reaching, receive, referral
from commonweal.domain.tenant import Trust
from commonweal.domain.work import (
    contact_booking,
    contact_held,
    lone_visit_start,
    note_signing,
    safeguarding_raising,
    task,
)
from commonweal.domain.workforce import allocation_rule, propose
from commonweal.kernel.decider import BEHAVIOURS, category, identity
from commonweal.runtime import mutations, permissions
from commonweal.runtime.access import FRESH
from tests.journeys.asking import Someone, reacted, signed_in, words
from tests.journeys.london import today
from tests.near import BY, listed, organisation
from tests.story import agreed, allocated, configured, engaged, referred, registered
from tests.tenants.test_graphql_attacks import MUTATIONS, QUERIES
from tests.tenants.test_roles import ROOTS, operation, roots
from tests.web import Web

NOW: Final = datetime.now(UTC)
CHARITY: Final = "GB-CHC-1054276"
REFERENCE: Final = "ward-17-laleh"
NUMBER: Final = "9434765919"
DARI: Final = "prs"
NAME: Final = "Laleh Ahmadi"
SECRET: Final = "Pamir"
"""In every word that is written in her case; what is dangerous to anyone who meets her stands on her record, case or no case."""
KNOWN: Final = "p-known"
"""The record of her that a practice made before she came to the charity."""
NOBODY: Final = "nobody-has-this-id"
OTHERS: Final = 12
"""Of everyone else: one more, and a number that is given to the nearest 5 goes from 10 to 15."""
OUTSIDE: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "lead": (("team_lead", "tenant"), ("team_lead", "programme:other")),
    "manager": (("pcn_manager", "pcn:U22222"),),
    "worker": (("link_worker", "link_worker:w-bob"),),
    "practice": (("practice", "practice:K83002"),),
    "ward": (("hospital", "trust:RP1"),),
    "charity": (("referrer", f"organisation:{CHARITY}"),),
    "provider": (("provider", "organisation:GB-CHC-1053992"),),
    "analyst": (("analyst", "tenant"),),
    "governance": (("ig_lead", "tenant"),),
    "administrator": (("administrator", "tenant"),),
    "funder": (("funder", "tenant"),),
}
PAGES: Final[Mapping[str, str]] = {
    "/caseload": "caseload",
    "/caseload?state=waiting": "caseload",
    "/waiting-list": "waiting_list",
    "/tasks?whose=team": "tasks",
    "/proposals": "proposals",
    "/duplicates": "person_record",
    "/access-reviews": "access_reviews",
    "/my-referrals": "referrals_made",
    "/refer": "refer",
    "/outcomes": "outcomes",
    "/outcomes.csv": "outcomes",
    "/workforce": "workforce",
    "/workforce/w-roya": "workforce",
    "/workforce/w-roya/hand-over": "allocation",
    "/referrals/r-1/propose": "allocation",
    "/equity?by=language": "equity",
    "/equity.csv?by=language": "equity",
    "/activity": "activity",
    "/safeguarding": "safeguarding",
    "/moved-notes": "moved_notes",
    "/directory/advice": "service_directory",
    "/directory/news": "service_directory",
    "/integrations": "integrations",
}
"""Address → the view one needs for it."""
OF_WHOM_ONE_KNOWS: Final = frozenset({break_glass.BreakGlass, receive.ReceiveReferral})
"""Commands for a person whose record one does not see: to open it with a reason, to refer them."""
OF_WHAT_ALL_KNOW: Final = frozenset(
    {"caseload", "workContacts", "workforceWorker", "workforceCases", "directoryService", "directoryNews"}
)
"""Root fields that take the id of a link worker or a service."""
QUESTIONS: Final = {name: operation("query", name, of) for name, of in roots("query").items()}
"""Root field → what asks for all of it; of whom, for fields that are about somebody, is tried apart."""
ABOUT: Final[Mapping[str, str]] = {
    **dict.fromkeys(("caseloadReferral", "referralMade", "allocationCase", "allocationCandidates"), "referral"),
    **dict.fromkeys(("plan", "planDiff"), "plan"),
    **{each: each for each in ("measure", "connection")},
    "safeguardingConcern": "safeguarding",
    "referralStatus": "reference",
}
"""Root field → the kind of record whose id it takes, where that is not a person."""
KNOWN_TO_ALL: Final = frozenset(
    {
        "user",
        "programme",
        "framework",
        "allocation_rule",
        "instrument",
        "link_worker",
        "community_service",
        "community_organisation",
    }
)
"""Kinds of record of which it is no secret that there is one."""
_FRESH: Final = re.compile(
    r"As of [^.]*?position [0-9,]+|position [0-9,]+|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.+]+|[0-9]{2}:[0-9]{2}(:[0-9]{2})?|[0-9a-f-]{36}"
)


@dataclass
class Refuge:
    """Who is in the story, what those outside were told before it, and the ids of what came to be in it."""

    web: Web
    lead: Someone
    roya: Someone
    charity: Someone
    outside: Mapping[str, Someone]
    before: Mapping[str, Mapping[str, Any]]
    laleh: str = ""
    case: str = ""
    hidden: dict[str, list[str]] = field(default_factory=dict)
    """Category → ids of the records there are of it."""


@pytest.fixture(scope="module")
def refuge(web: Web) -> Iterator[Refuge]:
    _everyone_else(web)
    with signed_in(web) as someone:
        outside = {name: someone(f"out-{name}", *grants) for name, grants in OUTSIDE.items()}
        let_in = partial(_let_in, someone)
        story = Refuge(
            web=web,
            lead=let_in("nadia", "team_lead", "tenant"),
            roya=let_in("roya", "link_worker", "link_worker:w-roya"),
            charity=let_in("sam", "referrer", f"organisation:{CHARITY}"),
            outside=outside,
            before={name: told(one) for name, one in outside.items()},
        )
        head = web.head("QPM")
        _arrives(story)
        _is_given_a_link_worker(story)
        _is_helped(story)
        reacted(web)
        found = web.rows("QPM", f"select distinct stream_id from events where position > {head}")  # noqa: S608
        for (stream,) in found:
            story.hidden.setdefault(category(stream), []).append(identity(stream))
        story.hidden["reference"] = [REFERENCE]
        yield story


def _let_in(someone: partial[Someone], subject: str, role: str, scope: str) -> Someone:
    return someone(subject, (role, scope), (role, "programme:refugee"))


def _everyone_else(web: Web) -> None:
    """Twelve people who speak Dari too, waiting for, or with, the same link workers; and one whom a practice referred."""
    trust = Trust(ods="RP1", name="Nene Hospital")
    web.given("QPM", "QPM", configured("QPM", "Nene", trusts=(trust,)))
    pcn = {"pcns": ("U22222",), "host_practices": ("K83002",), "caseload_limit": 40}
    web.given("QPM", "w-bob", engaged("Bob Wren", stated_gender="1", languages=(DARI,), **pcn))
    web.given("QPM", "w-roya", engaged("Roya Hale", stated_gender="2", languages=(DARI, "en"), **pcn))
    rule = allocation_rule.ChangeAllocationRule(practice=10, language=30, continuity=10, load=10, gender_preference=60)
    web.given("QPM", allocation_rule.THE_RULE, rule)
    web.given("QPM", "o-1", organisation("Welcome House", identifiers=("GB-CHC-1053992",)))
    for each in listed("Advice on status", today(), kind="advice", needs=("immigration", "legal")):
        web.given("QPM", "advice", each)
    web.given("QPM", "advice", SetReferralRoute(mode="link", response_sla_days=5, by=BY))
    for number in range(OTHERS):
        who, case = f"p-{number}", f"r-{number}"
        web.given("QPM", who, registered(f"Nene Finch {number}", language=DARI, interpreter=True, gp_practice="K83002"))
        web.given("QPM", who, agreed())
        web.given(
            "QPM", case, referred(who, case, source_org=CHARITY, setting="vcfse", received_at=NOW - timedelta(days=9))
        )
        web.given("QPM", case, referral.AcceptReferral())
        if number > 2:
            web.given("QPM", case, allocated(case, "w-roya" if number % 2 else "w-bob"))
            held = referral.RecordFirstContact(medium="01", held_at=NOW - timedelta(days=2))
            web.given("QPM", case, held)
            measured = measuring.RecordMeasure(
                referral_id=case,
                instrument="ons4",
                point="baseline",
                answers=(3, 3, 3, 5),
                mode="self",
                on=today(),
                by=BY,
            )
            web.given("QPM", f"m-{number}", measured)
    web.given("QPM", KNOWN, registered("Layla Ahmadi", nhs_number=NUMBER, nhs_number_status="01", gp_practice="K83002"))
    web.given("QPM", KNOWN, agreed())
    web.given("QPM", "r-known", referred(KNOWN, "k-1", source_org="K83002", setting="gp", source="01"))
    reacted(web)


def told(one: Someone) -> dict[str, Any]:
    """Every answer to every question, and every page, as far as they do not tell what the time is."""
    answers: dict[str, Any] = {}
    for name, document in QUESTIONS.items():
        if ROOTS[name] in one.views:
            answers[name] = settled(one.web.post(one.token, *document).json())
    for path, view in PAGES.items():
        if view not in one.views:
            continue
        page = one.client.get(path)
        answers[path] = (page.status_code, _FRESH.sub("", words(page.text) if "<main" in page.text else page.text))
    return answers


def settled(answer: Any) -> Any:
    """An answer without how fresh it is, and without what stands in a cursor."""
    match answer:
        case dict():
            return {
                name: settled(each)
                for name, each in answer.items()
                if name not in ("asOf", "position", "startCursor", "endCursor", "cursor")
            }
        case list():
            return [settled(each) for each in answer]
        case _:
            return answer


def _arrives(story: Refuge) -> None:
    """A charity that was let into the programme refers her, without an NHS number."""
    story.lead.do(programme.OpenProgramme, "refugee", name="Refugee support", restricted=True)
    story.laleh = story.charity.do(
        person.RegisterPerson,
        name=NAME,
        nhsNumberStatus="07",
        language=DARI,
        interpreter=True,
        statedGender="2",
        workerGenderPreference="2",
        gpPractice="K83002",
    )
    for scope, audience in (("contact", "any"), ("share_referrer", CHARITY)):
        story.charity.do(
            consent.GiveConsent, story.laleh, scope=scope, audience=audience, method="verbal", wordingVersion="1", givenOn=str(today())
        )  # fmt: skip
    story.case = story.charity.do(
        receive.ReceiveReferral,
        personId=story.laleh,
        source="18",
        sourceOrg=CHARITY,
        sourceReference=REFERENCE,
        setting="vcfse",
        reasons=["immigration", "legal", "low_mood"],
        narrative=f"{SECRET} fled with her sister.",
        referrerRole="voluntary",
        programme="refugee",
    )
    story.lead.do(referral.StartTriage, story.case)
    story.lead.do(referral.AcceptReferral, story.case)


def _is_given_a_link_worker(story: Refuge) -> None:
    story.lead.do(propose.ProposeAllocation, story.case, workerId="w-roya")
    story.roya.do(answer.AcceptAllocation, "w-roya", referralId=story.case)


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _is_helped(story: Refuge) -> None:
    """All that can happen to somebody: contacts, notes, a plan, tasks, a service, measures, flags, a concern, a visit at home."""
    roya, case, laleh = story.roya, story.case, story.laleh
    about = {"referralId": case}
    roya.do(reaching.AttemptContact, case, channel="phone", result="no_answer", attemptedAt=_now())
    roya.do(referral.RecordFirstContact, case, medium="01", heldAt=_now(), note=f"{SECRET} wept")
    roya.do(reaching.AcceptSocialPrescribing, case)
    for scope in ("share_gp", "share_vcfse", "share_mdt"):
        roya.do(consent.GiveConsent, laleh, scope=scope, method="verbal", wordingVersion="1", givenOn=str(today()))
    plan = roya.do(plan_start.StartPlan, **about)
    said = f"{SECRET}: to bring my brother here"
    roya.do(plan_words.RecordWhatMatters, plan, clauseId="c-1", statement=said, language=DARI)
    roya.do(plan_goals.AgreeGoal, plan, goalId="g-1", wording=f"{SECRET} has her papers", baseline=2)
    roya.do(plan_actions.AddAction, plan, actionId="a-1", goalId="g-1", what=f"{SECRET} sees a solicitor")
    roya.do(plan_review.SchedulePlanReview, plan, dueOn=str(today() + timedelta(days=60)))
    roya.do(plan_agreement.RecordPlanAgreement, plan, agreedOn=str(today()), copyOffered="translated")
    roya.do(plan_share.SharePlan, plan, kind="gp", part="full")
    roya.do(plan_share.SharePlan, plan, kind="referrer", audience=CHARITY, part="full")
    person_of = {**about, "personId": laleh}
    soon = (NOW + timedelta(days=2)).isoformat()
    visit = roya.do(contact_booking.BookContact, **person_of, kind="home_visit", medium="01", startsAt=soon, place=f"{SECRET} Street", interpreter=True, loneWorking="check_in")  # fmt: skip
    held = roya.do(contact_held.RecordContact, **person_of, kind="follow_up", medium="02", heldAt=_now(), durationMin=20, note=f"{SECRET} slept")  # fmt: skip
    roya.do(note_signing.SignNote, **about, contactId=held, text=f"{SECRET} has a hearing in May.")
    roya.do(task.CreateTask, **about, kind="call", dueOn=str(today()), words=f"{SECRET}: ring the solicitor")
    offered = roya.do(
        connect.OfferConnection,
        **about,
        serviceId="advice",
        planId=plan,
        mode="formal_referral",
        hope=f"{SECRET} hopes",
    )
    roya.do(connection.AcceptConnection, offered)
    roya.do(connect.SendConnection, offered, channel="secure_link", linkId="l-1")
    roya.do(connect.RecordProviderAcceptance, offered)
    roya.do(connection.StartConnection, offered, startedOn=str(today()))
    roya.do(connect.RecordAttendance, offered, sessionId="s-1", heldOn=str(today()), code="5")
    roya.do(measuring.RecordMeasure, **about, instrument="ons4", point="baseline", answers=[1, 1, 1, 9], mode="read_aloud", language=DARI)  # fmt: skip
    review = str(today() + timedelta(days=30))
    roya.do(
        risk.RaiseRiskFlag,
        laleh,
        flagId="f-1",
        kind="exploitation",
        severity="high",
        detail="She owes money to who brought her",
        reviewDue=review,
    )
    roya.do(
        safeguarding_raising.RaiseSafeguardingConcern, **about, types=["modern_slavery"], detail=f"{SECRET} is watched"
    )
    back = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    roya.do(lone_visit_start.StartLoneVisit, **about, workerId="w-roya", contactId=visit, expectedBy=back)


# Those who were let in


def test_a_woman_who_speaks_her_language_is_proposed_first(refuge: Refuge) -> None:
    asked = "query($id: ID!) { personRecord(id: $id) { language interpreter nhsNumber nhsNumberStatus workerGenderPreference } }"
    assert refuge.roya.ask(asked, id=refuge.laleh)["personRecord"] == {
        "language": DARI,
        "interpreter": True,
        "nhsNumber": None,
        "nhsNumberStatus": "07",
        "workerGenderPreference": "2",
    }
    (points,) = [
        fact.event
        for fact in refuge.web.run(_facts(refuge.web, f"referral-{refuge.case}"))
        if type(fact.event).__name__ == "AllocationProposed"
    ]
    assert (points.worker_id, points.language, points.gender_preference) == ("w-roya", 30, 60)


async def _facts(web: Web, stream: str) -> Any:
    tenant = await web.store.tenant("QPM")
    return await tenant.streams.understand(await tenant.log.stream(stream))


def test_her_language_has_a_name(refuge: Refuge) -> None:
    page = refuge.roya.get(f"/people/{refuge.laleh}")
    assert "Dari" in page
    assert "Interpreter" in page


def test_those_who_were_let_in_see_all_of_it(refuge: Refuge) -> None:
    for path in ("case", "plan", "connections", "contacts", "measures", "rights"):
        page = refuge.roya.get(f"/people/{refuge.laleh}/{path}")
        assert NAME in page, path
        assert SECRET in page or path in ("measures", "rights"), path
    assert NAME in refuge.lead.get("/caseload?programme=refugee")
    made = refuge.charity.ask("{ referralsMade { edges { node { id status } } } }")["referralsMade"]["edges"]
    assert refuge.case in [edge["node"]["id"] for edge in made]
    concerns = refuge.lead.ask("{ safeguardingConcerns { totalCount } safeguardingTasks { totalCount } }")
    assert concerns == {"safeguardingConcerns": {"totalCount": 1}, "safeguardingTasks": {"totalCount": 1}}


def test_her_practice_is_told_nothing_though_she_agreed_that_it_may(refuge: Refuge) -> None:
    (message,) = refuge.hidden["gp_message"]
    queued, withheld = [fact.event for fact in refuge.web.run(_facts(refuge.web, f"gp_message-{message}"))]
    assert (queued.level, queued.snomed) == ("none", ())
    assert withheld.reason == "restricted_programme"


# Those who were not


@pytest.mark.parametrize("name", OUTSIDE)
def test_whoever_was_not_let_in_is_told_the_same_as_before_she_came(refuge: Refuge, name: str) -> None:
    assert _changed(refuge, name) == {}


def _changed(refuge: Refuge, name: str) -> dict[str, Any]:
    """What somebody outside is told otherwise than before she came: both answers."""
    refuge.web.followed("QPM")
    before, now = refuge.before[name], told(refuge.outside[name])
    known = ("programmes",) if name == "administrator" else ()  # whoever lets people in knows into what
    return {what: (before[what], each) for what, each in now.items() if each != before[what] and what not in known}


@pytest.mark.parametrize("name", OUTSIDE)
def test_an_id_opens_no_more_than_one_that_nobody_has(refuge: Refuge, name: str) -> None:
    one, opened = refuge.outside[name], []
    for question, document in QUERIES.items():
        if "{id}" not in document or ROOTS[question] not in one.views or question in OF_WHAT_ALL_KNOW:
            continue
        nothing = _answer(one, document, NOBODY)
        ids = refuge.hidden[ABOUT.get(question, "person")]
        opened += [(question, each) for each in ids if _answer(one, document, each) != nothing]
    assert opened == []


def _answer(one: Someone, document: str, identity: str) -> Any:
    answer = settled(one.web.post(one.token, document.replace("{id}", identity)).json())
    return json.loads(json.dumps(answer).replace(identity, NOBODY))


@pytest.mark.parametrize("name", ["lead", "worker"])
def test_no_wish_tells_her_records_from_ones_that_are_not_there(refuge: Refuge, name: str) -> None:
    """By the code and the sentence of its refusal; nothing is written."""
    one, head, told_apart = refuge.outside[name], refuge.web.head("QPM"), {}
    for command in permissions.COMMANDS:
        kind = BEHAVIOURS[command].primary
        if kind in KNOWN_TO_ALL or command in OF_WHOM_ONE_KNOWS or not permissions.may(one.grants, command):
            continue
        wish = MUTATIONS[mutations.camel(mutations._name(command))]
        aimed, idle = (_input(wish, *ids) for ids in ((refuge.laleh, refuge.case), (NOBODY, NOBODY)))
        made_new = mutations.makes_new(command)
        if made_new and aimed == idle:
            continue
        for record in [None] if made_new else refuge.hidden.get(kind, []):
            answers = _refusal(one, command, record, aimed), _refusal(one, command, record and NOBODY, idle)
            if answers[0] != answers[1]:
                told_apart[command.__name__] = answers
    assert told_apart == {}
    assert refuge.web.head("QPM") == head


def _input(wish: Mapping[str, Any] | None, person_id: str, case: str) -> dict[str, Any]:
    """A wish that names this person and this referral."""
    named = {**dict.fromkeys(("personId", "otherId", "absorbedId"), person_id), "referralId": case}
    rest = json.loads(json.dumps(wish or {}).replace("{id}", "w-bob"))
    return {name: named.get(name, value) for name, value in rest.items()}


def _refusal(one: Someone, command: type, record: str | None, given: dict[str, Any]) -> tuple[str, str]:
    error = one.refused(command, record, **given)
    return error["extensions"]["code"], error["message"]


def test_no_page_tells_her_records_from_ones_that_are_not_there(refuge: Refuge) -> None:
    lead = refuge.outside["lead"]
    for tab in ("", "/case", "/plan", "/plan/changes", "/connections", "/contacts", "/measures", "/rights", "/access"):
        assert _page(lead, "/people", refuge.laleh, tab) == _page(lead, "/people", NOBODY, tab), tab
    for step in ("/triage", "/allocate", "/propose", "/first-contact"):
        assert _page(lead, "/referrals", refuge.case, step) == _page(lead, "/referrals", NOBODY, step), step
    for ask in ASKS:
        if ask.about in KNOWN_TO_ALL or ask.command in OF_WHOM_ONE_KNOWS:
            continue
        for record in refuge.hidden.get(ask.about, []):
            assert _page(lead, f"/do/{ask.name}", record) == _page(lead, f"/do/{ask.name}", NOBODY), ask.name


def _page(one: Someone, above: str, identity: str, below: str = "") -> tuple[int, str]:
    found = one.client.get(f"{above}/{identity}{below}")
    return found.status_code, _FRESH.sub("", words(found.text).replace(identity, NOBODY))


def test_who_breaks_the_glass_reads_who_she_is_and_nothing_of_the_programme_and_is_asked_about_it(
    refuge: Refuge,
) -> None:
    worker, governance = refuge.outside["worker"], refuge.outside["governance"]
    worker.do(
        break_glass.BreakGlass,
        refuge.laleh,
        accessId="a-1",
        reason="danger",
        words="She rang, in fear",
        fields=["details"],
    )
    asked = f'''{{ personRecord(id: "{refuge.laleh}") {{ name }}
        personRecordCases(id: "{refuge.laleh}") {{ id }} planCases(person: "{refuge.laleh}") {{ id }}
        connections(filter: {{person: "{refuge.laleh}"}}) {{ totalCount }} measures(filter: {{person: "{refuge.laleh}"}}) {{ totalCount }}
        workRecord(person: "{refuge.laleh}") {{ totalCount }} workTasks(filter: {{person: "{refuge.laleh}"}}) {{ totalCount }} }}'''
    late = time.monotonic() + 10 * FRESH  # until what somebody may see is looked up again
    while worker.ask(asked)["personRecord"] is None:
        assert time.monotonic() < late, "the glass did not break"
    nothing = {name: {"totalCount": 0} for name in ("connections", "measures", "workRecord", "workTasks")}
    assert worker.ask(asked) == {"personRecord": {"name": NAME}, "personRecordCases": [], "planCases": [], **nothing}
    for tab in ("case", "plan", "connections", "contacts", "measures"):
        assert SECRET not in worker.client.get(f"/people/{refuge.laleh}/{tab}").text, tab
    assert "She rang, in fear" in governance.get("/access-reviews")
    review = f"/do/review-access/{refuge.laleh}?access_id=a-1&back=/access-reviews"
    assert SECRET not in governance.get(review)
    governance.post(review, verdict="justified")
    assert "She rang, in fear" not in governance.get("/access-reviews")


# Later


def test_a_trace_finds_a_number_that_another_record_has(refuge: Refuge) -> None:
    refused = refuge.roya.refused(person.TraceNHSNumber, refuge.laleh, nhsNumber=NUMBER)
    assert refused["extensions"]["code"] == "REFUSED"
    assert refused["message"].endswith("is already held by another record"), "it does not say by whose"
    refuge.lead.do(merge.FlagPossibleDuplicate, refuge.laleh, otherId=KNOWN, evidence="traced")
    assert NAME in refuge.lead.get("/duplicates")
    assert NAME not in refuge.outside["lead"].get("/duplicates")


def test_who_does_not_see_both_records_cannot_make_them_one(refuge: Refuge) -> None:
    lead = refuge.outside["lead"]
    for survivor, absorbed in ((KNOWN, refuge.laleh), (refuge.laleh, KNOWN)):
        refused = lead.refused(merge.MergePersons, survivor, absorbedId=absorbed, evidence="traced")
        assert refused["extensions"]["code"] == "NOT_FOUND"


def test_somebody_who_sees_both_makes_them_one_and_her_case_goes_on(refuge: Refuge) -> None:
    _make_one(refuge)
    page = refuge.lead.get(f"/people/{KNOWN}")
    assert f"/people/{refuge.laleh}" in page, "the way from the one to the other"
    about: dict[str, Any] = {"referralId": refuge.case, "personId": refuge.laleh, "kind": "follow_up", "medium": "02"}
    note = f"{SECRET} has her number"
    refuge.roya.do(contact_held.RecordContact, heldAt=_now(), durationMin=5, note=note, **about)
    assert SECRET in refuge.roya.get(f"/people/{refuge.laleh}/contacts")


def test_who_sees_the_other_record_still_sees_nothing_of_the_programme(refuge: Refuge) -> None:
    _sees_one_and_no_programme(refuge)


def test_it_is_undone_and_each_record_has_what_it_had(refuge: Refuge) -> None:
    refuge.lead.do(merge.UnmergePersons, KNOWN, absorbedId=refuge.laleh, reason="two_people", words="A cousin")
    asked = "query($id: ID!) { personRecord(id: $id) { nhsNumber mergedInto merged } }"
    apart: dict[str, Any] = {"nhsNumber": None, "mergedInto": None, "merged": []}
    assert refuge.lead.ask(asked, id=refuge.laleh)["personRecord"] == apart
    assert refuge.lead.ask(asked, id=KNOWN)["personRecord"] == {**apart, "nhsNumber": NUMBER}
    lead = refuge.outside["lead"]
    assert _page(lead, "/people", refuge.laleh) == _page(lead, "/people", NOBODY)
    assert _changed(refuge, "lead") == {}


def test_it_is_done_again(refuge: Refuge) -> None:
    _make_one(refuge)
    _sees_one_and_no_programme(refuge)


def _make_one(refuge: Refuge) -> None:
    refuge.lead.do(
        merge.MergePersons, KNOWN, absorbedId=refuge.laleh, evidence="traced", words="Her practice was asked"
    )
    asked = "query($id: ID!) { personRecord(id: $id) { mergedInto merged } }"
    assert refuge.lead.ask(asked, id=KNOWN)["personRecord"] == {"mergedInto": None, "merged": [refuge.laleh]}
    assert refuge.lead.ask(asked, id=refuge.laleh)["personRecord"] == {"mergedInto": KNOWN, "merged": []}


def _sees_one_and_no_programme(refuge: Refuge) -> None:
    """Neither in any list and count, nor on the record that is theirs to see."""
    reacted(refuge.web)
    assert _changed(refuge, "lead") == {}
    assert _changed(refuge, "practice") == {}
    lead = refuge.outside["lead"]
    for who in (KNOWN, refuge.laleh):
        for tab in ("", "/case", "/plan", "/connections", "/contacts", "/measures"):
            page = lead.client.get(f"/people/{who}{tab}").text
            assert not any(each in page for each in (SECRET, refuge.case, "Refugee support", REFERENCE)), (who, tab)
        cases = lead.ask("query($id: ID!) { personRecordCases(id: $id) { id } }", id=who)["personRecordCases"]
        assert refuge.case not in [each["id"] for each in cases]
