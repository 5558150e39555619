"""Nobody looks into a record without that being written down, however they ask; and a broken glass opens no more than it should."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest

from commonweal.domain import codes, due, user
from commonweal.domain.directory import connection
from commonweal.domain.measures.measuring import ScheduleMeasure
from commonweal.domain.people.break_glass import LASTS, BreakGlass
from commonweal.domain.people.merge import FlagPossibleDuplicate
from commonweal.domain.people.representation import AssessCapacity, LinkRepresentative
from commonweal.domain.people.risk import RaiseRiskFlag
from commonweal.domain.plans.plan_start import StartPlan
from commonweal.domain.referrals import referral
from commonweal.domain.referrals.programme import OpenProgramme
from commonweal.domain.work.note_signing import SignNote
from commonweal.domain.work.safeguarding_raising import RaiseSafeguardingConcern
from commonweal.domain.work.task import CreateTask
from commonweal.runtime.access import Access, user_id
from commonweal.runtime.development_issuer import NAME
from commonweal.runtime.identity import Claims
from commonweal.runtime.installation import Installation
from tests.near import listed, offered, organisation
from tests.story import DAY, RECEIVED, agreed, allocated, configured, engaged, referred, registered
from tests.subscriber import subscriber
from tests.tenants.test_graphql_attacks import QUERIES
from tests.tenants.test_roles import roots
from tests.web import Web, serving

THEN: Final = RECEIVED + timedelta(days=1)
TODAY: Final = due.today(datetime.now(UTC))
SECRET: Final = "Ptarmigan"
"""In every word of what a broken glass does not open."""
PARTS: Final = {
    "personRecord": '{ personRecord(id: "one") { name } }',
    "personRecordFlags": '{ personRecordFlags(id: "one") { kind } }',
    "personRecordCases": '{ personRecordCases(id: "one") { id } }',
    "personRecordConsents": '{ personRecordConsents(id: "one") { scope } }',
    "personRecordRepresentatives": '{ personRecordRepresentatives(id: "one") { name } }',
    "personRecordAssessments": '{ personRecordAssessments(id: "one") { words } }',
    "personRecordTimeline": '{ personRecordTimeline(id: "one") { edges { cursor } } }',
    "caseload": '{ caseload(filter: {person: "one"}) { edges { cursor } } }',
    "workTasks": '{ workTasks(filter: {person: "one"}) { edges { cursor } } }',
    "allocationCase": '{ allocationCase(id: "one") { id } }',
    "personRecordDuplicates": '{ personRecordDuplicates(of: "one") { edges { cursor } } }',
    "caseloadReferral": '{ caseloadReferral(id: "one") { stage } }',
    "recordAccess": '{ recordAccess(id: "one") { edges { cursor } } }',
    "workRecord": '{ workRecord(person: "one") { edges { cursor } } }',
    "plan": '{ plan(id: "one") { phase } }',
    "plans": '{ plans(filter: {person: "one"}) { edges { cursor } } }',
    "planCases": '{ planCases(person: "one") { id } }',
    "planDiff": '{ planDiff(id: "one", fromVersion: 0) { line } }',
    "measures": '{ measures(filter: {person: "one"}) { edges { cursor } } }',
    "measure": '{ measure(id: "one") { state } }',
    "measuresCases": '{ measuresCases(person: "one") { id } }',
    "connections": '{ connections(filter: {person: "one"}) { edges { cursor } } }',
    "connection": '{ connection(id: "one") { hope } }',
    "safeguardingConcern": '{ safeguardingConcern(id: "one") { detail } }',
    "an alias": '{ a: personRecordFlags(id: "one") { kind } b: __typename }',
    "a fragment": 'fragment F on Query { personRecordConsents(id: "one") { scope } } { ...F ...F }',
    "an interpreted field": '{ planDiff(id: "nobody", fromVersion: 0) { line } personRecordTimeline(id: "one") { edges { cursor } } }',
    "somebody else first": '{ a: personRecordFlags(id: "nobody") { kind } b: personRecordFlags(id: "one") { kind } }',
    "a refused field beside it": '{ planDiff(id: "one", fromVersion: -1) { line } }',
}
"""Ways to look into somebody's record."""
ELSEWHERE: Final = {
    "directoryService": "a service",
    "directoryNews": "a service",
    "directoryServices": "services",
    "workforceWorker": "a colleague",
    "user": "a colleague",
    "workforceCases": "a list of many people",
    "workContacts": "a diary of many people",
    "waitingList": "a list of many people",
    "people": "a search, which finds names and opens nothing",
    "allocationCandidates": "colleagues, for somebody who waits",
    "fund": "money of nobody in particular",
    "grant": "an organisation's",
    "grants": "organisations'",
    "award": "public, and an organisation's",
    "awards": "public, and organisations'",
    "awardTotals": "public, and organisations'",
    "referralMade": "what a referrer sent themselves",
    "referralsMade": "what a referrer sent themselves",
}
"""Root fields that are asked about something, and why nobody's record is opened by them."""
WATCHED: Final = {name: f"subscription {PARTS[name]}" for name in ("personRecordTimeline", "workRecord", "plan")}


@pytest.fixture(scope="module")
def web(servers: Installation) -> Iterator[Web]:
    """Somebody with everything in their record, the same in both ICSs, and somebody known to a restricted programme alone."""
    with serving(servers, "QPM", "QMF") as made:
        for ods in ("QPM", "QMF"):
            made.given(ods, ods, configured(ods, "Nene"))
            made.given(ods, "refugee", OpenProgramme(name="Newcomers", restricted=True))
            made.given(ods, "wren", engaged("Wren Hale", caseload_limit=50))
            made.given(ods, "choir", organisation("Choir"))
            for command in listed("Choir on Tuesdays", DAY, organisation_id="choir"):
                made.given(ods, "choir", command)
            for command in (registered("Odette Lark"), agreed(), referred("waits", "w", narrative="Lonely since May")):
                made.given(ods, "waits", command)
            for each, programme in (("one", "core"), ("two", "refugee")):
                _tell(made, ods, each, programme)
        for ods in ("QPM", "QMF"):
            made.followed(ods)
        yield made


def _tell(web: Web, ods: str, each: str, programme: str) -> None:
    words = SECRET if programme == "refugee" else "Well"
    flag = {"kind": "violence", "severity": "high", "detail": SECRET, "review_due": TODAY, "by": "x", "on": TODAY}
    for command in (
        registered("Fay Finch"),
        agreed(),
        RaiseRiskFlag(flag_id="kept", restricted=True, **flag),  # type: ignore[arg-type]
        LinkRepresentative(representative_id="r", kind="carer", name="Jo", authority="person_said", since=DAY, by="x"),
        AssessCapacity(
            assessment_id="a",
            decision="plan",
            outcome="has_capacity",
            basis="clinician",
            assessed_on=DAY,
            by="x",
            on=DAY,
        ),
        engaged("Robin Lark", caseload_limit=5),
        referred(each, each, programme=programme, narrative=words),
        referral.AcceptReferral(),
        allocated(each, each),
        referral.RecordFirstContact(medium="02", held_at=THEN),
        StartPlan(plan_id=each, referral_id=each, by="x"),
        ScheduleMeasure(referral_id=each, instrument="ons4", point="baseline", due_on=DAY, on=DAY),
        SignNote(referral_id=each, text=words, by="x", at=THEN),
        RaiseSafeguardingConcern(referral_id=each, types=("neglect",), detail=SECRET, by="x", at=THEN),
        offered(each, "choir", hope=words),
        connection.AcceptConnection(),
        FlagPossibleDuplicate(person_id=each, other_id="waits", evidence="person_said", by="x"),
        CreateTask(kind="call", due_on=DAY, referral_id=each, by="x"),
    ):
        web.given(ods, each, command)


def opened(web: Web, person_id: str, subject: str, ods: str = "QPM") -> int:
    """How often it is written down that somebody opened a record."""
    facts = web.run(web.tenant(ods).log.stream(f"record_access-{person_id}"))
    asker = user_id(NAME, subject)
    return sum(fact.type == "PersonRecordOpened" and asker.encode() in fact.data for fact in facts)


def test_every_question_about_something_opens_a_record_or_has_its_reason_not_to() -> None:
    asked = {"id", "person", "of", "referral", "worker", "service", "filter", "search"}
    about = {name for name, field in roots("query").items() if asked & set(field.args)}
    assert about == {name for name in PARTS if " " not in name} | set(ELSEWHERE)


@pytest.mark.parametrize("way", PARTS)
def test_whoever_looks_is_written_down_once(web: Web, way: str) -> None:
    subject = f"demo-looks-{way.replace(' ', '-')}"
    token = web.token("QPM", "team_lead", subject=subject)
    assert opened(web, "one", subject) == 0
    for _ in range(2):
        answer = web.post(token, PARTS[way])
        assert answer.status_code == 200
        assert opened(web, "one", subject) == 1
    assert opened(web, "nobody", subject) == 0
    assert opened(web, "two", subject) == 0


def test_every_part_that_is_looked_at_is_written_down_once(web: Web) -> None:
    subject = "demo-eight-tabs"
    web.token("QPM", "team_lead", subject=subject)
    with signed_in(web, subject) as client:
        for _ in range(2):
            for tab in ("", "/case", "/plan", "/connections", "/contacts", "/measures", "/rights", "/access"):
                assert client.get(f"/people/one{tab}").status_code == 200, tab
    assert opened(web, "one", subject) == 8 + 1, (
        "the eight tabs, and beside rights the records that may be about one person"
    )


@pytest.mark.parametrize("way", WATCHED)
def test_each_of_many_who_watch_is_written_down(web: Web, way: str) -> None:
    """What they see is one and the same, and is asked for once."""
    subjects = [f"demo-watches-{way}-{number}" for number in range(2)]
    first, second = (web.token("QPM", "team_lead", subject=each) for each in subjects)
    with subscriber(web, first) as one, subscriber(web, second) as other:
        for each in (one, other):
            each.subscribe(WATCHED[way])
            each.next()
    assert [opened(web, "one", each) for each in subjects] == [1, 1]


def test_who_does_not_see_them_writes_nothing_into_their_record(web: Web) -> None:
    subject = "demo-looks-elsewhere"
    token = web.token("QPM", "link_worker", "link_worker:wren", subject=subject)
    heads = web.head("QPM"), web.head("QMF")
    for document in PARTS.values():
        for each in ("one", "two", "nobody"):
            web.post(token, document.replace('"one"', f'"{each}"'))
    with subscriber(web, token) as asking:
        for number, document in enumerate(WATCHED.values()):
            asking.subscribe(document, str(number))
            asking.hear()
    assert (web.head("QPM"), web.head("QMF")) == heads


def test_several_questions_in_one_request_are_none(web: Web) -> None:
    token = web.token("QPM", "team_lead", subject="demo-batch")
    batch = [{"query": each} for each in PARTS.values()]
    answer = web.client.post("/graphql", json=batch, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 400
    assert opened(web, "one", "demo-batch") == 0


def test_a_record_of_another_ics_is_not_opened_by_a_token_of_this_one(web: Web) -> None:
    subject = "demo-two-places"
    web.post(web.token("QPM", "team_lead", subject=subject), PARTS["personRecord"])
    assert (opened(web, "one", subject), opened(web, "one", subject, "QMF")) == (1, 0)


# Breaking the glass

BREAK: Final = """mutation($id: ID!, $access: String!, $parts: [String!]!) { breakGlass(id: $id, input: {
    accessId: $access, reason: "danger", words: "She called for help", fields: $parts}) { version } }"""
SHOWS: Final[dict[str, tuple[str, ...]]] = {
    "timeline": ("personRecordTimeline",),
    "case": ("personRecordCases", "caseload", "caseloadReferral"),
    "plan": ("plan", "plans", "planCases"),
    "connections": ("connection", "connections"),
    "contacts": ("workRecord", "workTasks"),
    "measures": ("measures", "measuresCases"),
    "rights": ("personRecordConsents", "personRecordRepresentatives", "personRecordAssessments"),
    "access": ("recordAccess",),
}
"""A part of a record → the questions that show something of it; who they are goes with every part."""


def broke(
    web: Web,
    subject: str,
    person_id: str,
    *,
    role: str = "link_worker",
    scope: str = "link_worker:wren",
    parts: Iterable[str] = tuple(codes.RECORD_PARTS),
) -> str:
    """The token of somebody who has opened a record that is none of theirs."""
    token = web.token("QPM", role, scope, subject=subject)
    assert web.ask(token, '{ personRecord(id: "one") { name } }') == {"personRecord": None}
    web.ask(token, BREAK, {"id": person_id, "access": subject, "parts": list(parts)})
    return fresh(web, token, subject)


def fresh(web: Web, token: str, subject: str) -> str:
    """Grants are remembered for a moment: the same again, as soon as they are known."""
    deadline = datetime.now(UTC) + timedelta(seconds=5)
    while datetime.now(UTC) < deadline:
        if web.ask(token, '{ a: personRecord(id: "one") { name } b: personRecord(id: "two") { name } }') != {
            "a": None,
            "b": None,
        }:
            return token
    raise AssertionError(f"the glass {subject} broke opens nothing")


def test_a_broken_glass_opens_the_record_and_neither_compartment_nor_restricted_flag(web: Web) -> None:
    token = broke(web, "demo-glass", "one")
    assert web.ask(token, PARTS["personRecord"])["personRecord"] == {"name": "Fay Finch"}
    assert web.ask(token, PARTS["workRecord"])["workRecord"]["edges"]
    assert opened(web, "one", "demo-glass") == 2, "who they are, and contacts"
    for document in QUERIES.values():
        answer = web.post(token, document.replace("{id}", "one"))
        assert SECRET not in answer.text, document
    assert web.ask(token, '{ personRecordFlags(id: "one") { detail } }') == {"personRecordFlags": []}
    assert web.ask(token, PARTS["safeguardingConcern"]) == {"safeguardingConcern": None}
    assert web.ask(token, "{ safeguardingConcerns { totalCount } }") == {"safeguardingConcerns": {"totalCount": 0}}
    pass_on = 'mutation { makeSafeguardingReferral(id: "one", input: {agency: "police", madeAt: "2026-03-04T12:00:00Z"}) { version } }'
    assert web.refused(token, pass_on)["extensions"] == {"code": "NOT_FOUND"}
    lead = web.token("QPM", "team_lead", subject="demo-glass-lead")
    assert SECRET in web.post(lead, QUERIES["safeguardingConcern"].replace("{id}", "one")).text, "whose it is sees it"
    assert SECRET in web.post(lead, QUERIES["personRecordFlags"].replace("{id}", "one")).text


@pytest.mark.parametrize("part", codes.RECORD_PARTS)
def test_the_parts_that_were_named_are_the_parts_that_open(web: Web, part: str) -> None:
    token = broke(web, f"demo-glass-of-{part}", "one", parts=(part,))
    assert web.ask(token, PARTS["personRecord"])["personRecord"] == {"name": "Fay Finch"}
    for each, names in SHOWS.items():
        for name in names:
            assert _shown(web.ask(token, PARTS[name])[name]) is (each == part), name


def _shown(answer: Any) -> bool:
    """Is there anything in it?"""
    return bool(answer["edges"]) if isinstance(answer, dict) and "edges" in answer else bool(answer)


def test_who_broke_the_glass_reads_and_changes_nothing(web: Web) -> None:
    token = broke(web, "demo-glass-reads", "one")
    head = web.head("QPM")
    for wish in (
        'mutation { signNote(idempotencyKey: "a", input: {referralId: "one", text: "Mine"}) { version } }',
        'mutation { completePlan(id: "one") { version } }',
        'mutation { acceptConnection(id: "one") { version } }',
        'mutation { setContactPreference(id: "one", input: {channel: "phone", safeToLeaveMessage: true}) { version } }',
    ):
        refused = web.refused(token, wish)
        assert refused["extensions"] == {"code": "OUT_OF_SCOPE"}, wish
        assert "to read it" in refused["message"], wish
    assert web.head("QPM") == head


def test_who_broke_the_glass_raises_that_somebody_is_in_danger_whatever_they_opened(web: Web) -> None:
    token = broke(web, "demo-glass-raises", "one", parts=("details",))
    raise_ = """mutation { raiseSafeguardingConcern(
        idempotencyKey: "danger", input: {referralId: "one", types: ["neglect"], detail: "Hungry"}) { version } }"""
    assert web.ask(token, raise_)["raiseSafeguardingConcern"]["version"]


def test_what_is_read_through_a_second_glass_in_the_same_hour_is_written_down_again(web: Web) -> None:
    subject = "demo-glass-twice"
    token = broke(web, subject, "one", parts=("plan",))
    web.ask(token, PARTS["plans"])
    web.ask(token, PARTS["plans"])
    assert opened(web, "one", subject) == 2, "who they are, and the plan"
    web.ask(token, BREAK, {"id": "one", "access": "again", "parts": ["plan"]})
    web.ask(token, PARTS["plans"])
    web.ask(token, PARTS["plans"])
    assert opened(web, "one", subject) == 3, "the plan again"


def test_the_console_offers_nothing_to_do_in_a_record_read_through_a_glass(web: Web) -> None:
    subject = "demo-glass-no-buttons"
    broke(web, subject, "one")
    with signed_in(web, subject) as client:
        for tab in (
            "",
            "/case",
            "/plan",
            "/connections",
            "/contacts",
            "/measures",
            "/rights",
            "/access",
        ):
            page = client.get(f"/people/one{tab}")
            assert page.status_code == 200
            assert "no button that would change it stands here" in page.text
            forms = set(
                re.findall(r'href="(/do/[^/"]+|/referrals/[^"]*|/directory[?][^"]*|/measures/[^"]*)', _main(page))
            )
            assert forms == {"/do/raise-concern"}, tab
            assert re.findall(r'<form[^>]*method="post"|<form[^>]*action="/measures', _main(page)) == [], tab
    lead = "demo-glass-buttons"
    web.token("QPM", "team_lead", subject=lead)
    with signed_in(web, lead) as client:
        assert "/do/sign-note/one" in client.get("/people/one/contacts").text


def test_the_console_shows_what_was_opened_and_the_way_to_raise_a_concern(web: Web) -> None:
    subject = "demo-glass-console"
    broke(web, subject, "one", parts=("details", "plan"))
    with signed_in(web, subject) as client:
        plan, contacts = (client.get(f"/people/one/{tab}") for tab in ("plan", "contacts"))
        assert "Fay Finch" in plan.text
        assert "Nothing in it is yours to change" in plan.text
        assert "There may be risk flags" in plan.text
        assert "This part of the record is not among those you opened" not in plan.text
        assert "This part of the record is not among those you opened" in contacts.text
        assert 'href="/people/one/contacts"' not in plan.text
        assert "/do/raise-concern/one?" in plan.text
        assert client.get("/do/raise-concern/one").status_code == 200
        note = client.get("/do/sign-note/one")
        assert note.status_code == 403
        assert "to read it" in note.text


def test_of_a_restricted_programme_a_broken_glass_opens_nothing(web: Web) -> None:
    token = broke(web, "demo-glass-two", "two")
    for name, document in QUERIES.items():
        answer = web.post(token, document.replace("{id}", "two"))
        assert SECRET not in answer.text, name
        assert "refugee" not in answer.text, name
    for field in ('caseload(filter: {person: "two"})', 'workRecord(person: "two")', 'plans(filter: {person: "two"})'):
        assert list(web.ask(token, f"{{ {field} {{ totalCount }} }}").values()) == [{"totalCount": 0}], field


def test_a_broken_glass_is_one_records_in_one_ics(web: Web) -> None:
    subject = "demo-glass-there"
    broke(web, subject, "one")
    there = web.token("QMF", "link_worker", "link_worker:wren", subject=subject)
    assert web.ask(there, PARTS["personRecord"]) == {"personRecord": None}
    here = web.token("QPM", "link_worker", "link_worker:wren", subject=subject)
    assert web.ask(here, '{ personRecord(id: "two") { name } }') == {"personRecord": None}


def test_a_broken_glass_closes_by_itself(web: Web) -> None:
    subject, now = "demo-glass-later", datetime.now(UTC)
    asker = user_id(NAME, subject)
    web.token("QPM", "link_worker", "link_worker:wren", subject=subject)
    for ago, open_ in ((LASTS - timedelta(minutes=1), True), (LASTS, False)):
        person = f"person-{open_}"
        web.given("QPM", person, registered("Odette Lark"))
        broken = BreakGlass(
            person_id=person,
            access_id="x",
            reason="danger",
            words="Help",
            fields=("details",),
            by=asker,
            by_role="link_worker",
            at=now - ago,
        )
        web.given("QPM", person, broken)
        access = Access(web.store)
        held = web.run(access.principal(Claims(NAME, subject, "QPM", ""))).grants
        assert (("link_worker", f"glass:details:{person}") in held) is open_


def test_a_broken_glass_grants_no_more_than_the_role_does(web: Web) -> None:
    token = broke(web, "demo-glass-role", "one")
    for wish in (
        'mutation { approveErasure(id: "one") { version } }',
        'mutation { mergePersons(id: "one", input: {absorbedId: "two", evidence: "traced"}) { version } }',
        "{ accessReviews { totalCount } }",
    ):
        assert web.refused(token, wish)["extensions"] == {"code": "OUT_OF_SCOPE"}


@pytest.mark.parametrize("role", sorted(user.ROLES - {"link_worker", "team_lead", "triager"}))
def test_who_is_not_of_the_team_breaks_no_glass(web: Web, role: str) -> None:
    token = web.token("QPM", role, subject=f"demo-no-glass-{role}")
    assert web.refused(token, BREAK, {"id": "one", "access": role, "parts": ["details"]})["extensions"] == {
        "code": "OUT_OF_SCOPE"
    }


def test_it_is_shown_to_who_looks_after_information_and_reviewed_by_nobody_else(web: Web) -> None:
    token = broke(web, "demo-glass-seen", "one")
    web.followed("QPM")
    lead = web.token("QPM", "ig_lead", subject="demo-ig")
    listed_ = web.ask(lead, "{ accessReviews(first: 200) { edges { node { words personId } } } }")["accessReviews"]
    assert {"node": {"words": "She called for help", "personId": "one"}} in listed_["edges"]
    review = (
        'mutation { reviewAccess(id: "one", input: {accessId: "demo-glass-seen", verdict: "justified"}) { version } }'
    )
    assert web.refused(token, review)["extensions"] == {"code": "OUT_OF_SCOPE"}


def test_who_reviews_a_broken_glass_reads_what_became_of_it_before_they_judge(web: Web) -> None:
    token = broke(web, "demo-glass-judged", "one", parts=("details", "plan", "measures"))
    web.ask(token, PARTS["plans"])
    web.followed("QPM")
    web.token("QPM", "ig_lead", subject="demo-judge")
    with signed_in(web, "demo-judge") as client:
        form = _main(client.get("/do/review-access/one?access_id=demo-glass-judged"))
    told = dict(re.findall(r"<dt>([^<]+)</dt><dd[^>]*>([^<]+)</dd>", form))
    assert "Link worker" in told["Who"]
    assert " until " in told["When"]
    assert told["Why"] == "Someone is in danger: She called for help"
    assert told["Asked for"] == "Details and how to reach them, the plan, measures"
    assert told["Then read"] == "Details and how to reach them, the plan"


# The forms of the console


def test_a_form_shows_nothing_of_a_record_that_its_command_could_not_change(web: Web) -> None:
    """They see the case as one who manages, and work with people elsewhere: what stands in the form is for who writes there."""
    subject = "demo-two-roles"
    web.token("QPM", "pcn_manager", subject=subject)
    web.token("QPM", "link_worker", "link_worker:wren", subject=subject)
    with signed_in(web, subject) as client:
        assert client.get("/caseload").status_code == 200
        for form, words in (("amend-note", "Well"), ("hold-contact", "Fay"), ("reword-what-matters", "Fay")):
            theirs, nobodys = (client.get(f"/do/{form}/{each}") for each in ("one", "nowhere"))
            assert theirs.status_code == nobodys.status_code == 404, form
            assert words not in _main(theirs)
            assert _main(theirs) == _main(nobodys)


def test_what_was_written_of_a_case_is_read_by_who_cares_for_the_person_and_not_by_who_counts(web: Web) -> None:
    """The same two roles, at the forms of a referral that waits."""
    subject = "demo-counts"
    web.token("QPM", "pcn_manager", subject=subject)
    web.token("QPM", "link_worker", "link_worker:wren", subject=subject)
    lead = "demo-reads"
    web.token("QPM", "team_lead", subject=lead)
    for who, shown in ((subject, False), (lead, True)):
        with signed_in(web, who) as client:
            page = client.get("/referrals/waits/triage")
            assert page.status_code == 200
            assert ("Lonely since May" in page.text) is shown


@contextmanager
def signed_in(web: Web, subject: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=web.url, follow_redirects=True, headers={"accept": "text/html"}, timeout=60) as client:
        client.get(f"/sign-in/{web.links.link(subject, 'QPM', 'Robin').rpartition('/')[2]}")
        yield client


def _main(page: Any) -> str:
    text: str = page.text
    return text.partition("<main")[2].partition("</main")[0]
