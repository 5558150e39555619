"""GraphQL over HTTP: a wish is a mutation, its receipt a position, and every no a sentence with a code."""

import subprocess
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from graphql import build_schema
from graphql.utilities import find_breaking_changes, get_introspection_query

import projections
from commonweal.domain import user
from commonweal.domain.message import COMMANDS
from commonweal.domain.referrals import referral
from commonweal.kernel.decider import BEHAVIOURS
from commonweal.runtime import limits, mutations, permissions
from commonweal.runtime.access import user_id
from commonweal.runtime.answering import Answering
from commonweal.runtime.development_issuer import NAME
from commonweal.runtime.operation import Invalid
from commonweal.runtime.schema import schema
from tests.story import agreed, allocated, engaged, referred, registered
from tests.web import Web

SCHEMA_FILE = Path(projections.__file__).with_name("schema.graphql")
REFRESH = ".venv/bin/python -m commonweal.runtime.schema > projections/schema.graphql"
NOT_OFFERED = {
    "NameUser": "signing in says it",
    "OpenRecord": "looking does it",
    "ConfigureTenant": "an ICS is its TOML file: commonweal tenants onboard",
    "PlaceTenant": "an ICS is its TOML file: commonweal tenants onboard",
    "IssueTrustCredentials": "an operator gives them out: commonweal trusts credentials",
    "RevokeTrustCredentials": "an operator takes them back: commonweal trusts revoke",
    "HearFromHospital": "a trust's own messages say it, by intake",
    "RaiseDischargeSupportTask": "a policy does it",
    "LapseDischargeSupportTask": "time does it",
    "FlagTriageOverdue": "time does it",
    "LapseInformationRequest": "time does it",
    "FlagReferBackUnacknowledged": "time does it",
    "FlagFollowUpDue": "time does it",
    "MissMeasure": "time does it",
    "LapseMeasure": "it follows from the end of the case",
    "EndPlanWithCase": "it follows from the end of the case",
    "EndConnectionWithCase": "it follows from the end of the case",
    "CancelContactWithCase": "it follows from the end of the case",
    "CancelTaskWithCase": "it follows from the end of the case",
    "ExhaustContactPolicy": "it follows from the attempts",
    "ExpireConsent": "time does it",
    "ErasePerson": "it is asked for and approved, or ordered: commonweal people erase",
    "FlagMonitoringOverdue": "time does it",
    "CastVote": "a voter's link does it",
    "ExpireCompetency": "time does it",
    "QueueGPMessage": "a policy does it",
    "RecordGPMessageDelivery": "the integration does it",
    "FlagGPMessage": "time does it",
    "FlagLoneWorkerOverdue": "time does it",
    "FlagPlanReviewMissed": "time does it",
    "LapseAssurance": "time does it",
    "FlagConnectionUnanswered": "time does it",
    "AnswerByLink": "a provider's link does it, without an account",
}
"""Commands nobody gives over GraphQL, and who does."""
RECEIPT = "id version position commandId repeated"
REGISTER = f"mutation($key: String!, $input: RegisterPersonInput!) {{ registerPerson(idempotencyKey: $key, input: $input) {{ {RECEIPT} }} }}"
CONSENT = f"mutation($id: ID!, $input: GiveConsentInput!) {{ giveConsent(id: $id, input: $input) {{ {RECEIPT} }} }}"
REFER = f"mutation($key: String!, $input: ReceiveReferralInput!) {{ receiveReferral(idempotencyKey: $key, input: $input) {{ {RECEIPT} }} }}"
ACCEPT = f"mutation($id: ID!, $key: String, $version: Int) {{ acceptReferral(id: $id, idempotencyKey: $key, expectedVersion: $version) {{ {RECEIPT} }} }}"
ENGAGE = f"mutation($key: String!, $input: EngageLinkWorkerInput!) {{ engageLinkWorker(idempotencyKey: $key, input: $input) {{ {RECEIPT} }} }}"
ALLOCATE = f"mutation($id: ID!, $input: AllocateLinkWorkerInput!) {{ allocateLinkWorker(id: $id, input: $input) {{ {RECEIPT} }} }}"
CONTACT = f"mutation($id: ID!, $input: RecordFirstContactInput!) {{ recordFirstContact(id: $id, input: $input) {{ {RECEIPT} }} }}"
BOARD = "query($worker: ID, $after: Position) { caseload(filter: {linkWorker: $worker}, afterPosition: $after) { position edges { node { id stage version person { name } linkWorker { name } } } } }"
FINCH = {"name": "Wilhelmina Finch", "nhsNumber": "9434765919", "nhsNumberStatus": "01", "gpPractice": "K83001"}
YES = {"scope": "contact", "method": "verbal", "wordingVersion": "1", "givenOn": "2026-03-01"}
REFERRAL = {
    "source": "06",
    "sourceOrg": "RP1",
    "setting": "ward",
    "reasons": ["loneliness"],
    "referrerRole": "nurse",
}


def nameless(**more: Any) -> dict[str, Any]:
    """Someone without an NHS number."""
    return {"name": "Wilhelmina Wren", "nhsNumberStatus": "03", **more}


@pytest.fixture(scope="module")
def lead(web: Web) -> str:
    return web.token("QPM", "team_lead")


@pytest.fixture
def waiting(web: Web) -> str:
    """A referral that waits to be triaged."""
    person_id, identity = str(uuid4()), str(uuid4())
    web.given("QPM", person_id, registered("Odette Lark"))
    web.given("QPM", person_id, agreed())
    web.given("QPM", identity, referred(person_id, identity))
    return identity


# The way of a referral


def test_a_person_is_registered_referred_allocated_met_and_seen_there_at_once(web: Web, lead: str) -> None:
    someone = web.ask(lead, REGISTER, {"key": "finch", "input": FINCH})["registerPerson"]["id"]
    web.ask(lead, CONSENT, {"id": someone, "input": YES})
    wish = {**REFERRAL, "personId": someone, "sourceReference": "finch-1", "narrative": "Lives alone since spring."}
    made = web.ask(lead, REFER, {"key": "finch", "input": wish})["receiveReferral"]
    worker = web.ask(lead, ENGAGE, {"key": "bell", "input": _bell()})["engageLinkWorker"]["id"]
    accepted = web.ask(lead, ACCEPT, {"id": made["id"], "version": made["version"]})["acceptReferral"]
    assert accepted["version"] == made["version"] + 2
    web.ask(lead, ALLOCATE, {"id": made["id"], "input": {"workerId": worker, "reason": "capacity"}})
    held = datetime.now(UTC).isoformat()
    met = web.ask(lead, CONTACT, {"id": made["id"], "input": {"medium": "02", "heldAt": held, "note": "Glad to talk"}})
    position = met["recordFirstContact"]["position"]
    seen = web.ask(lead, BOARD, {"worker": worker, "after": position})["caseload"]
    assert seen["position"] >= position
    (edge,) = seen["edges"]
    assert edge["node"] == {
        "id": made["id"],
        "stage": "IN_SUPPORT",
        "version": met["recordFirstContact"]["version"],
        "person": {"name": "Wilhelmina Finch"},
        "linkWorker": {"name": "Jo Bell"},
    }


def _bell() -> dict[str, Any]:
    return {"displayName": "Jo Bell", "employer": "RP1", "engagedOn": "2026-01-05"}


def test_an_event_says_who_asked_when_and_through_what(web: Web, lead: str, waiting: str) -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    web.post(lead, ACCEPT, {"id": waiting}, headers={"traceparent": parent})
    event = _last(web)
    assert (event.actor, event.channel, event.traceparent) == (
        user_id(NAME, "demo-team_lead-tenant"),
        "graphql",
        parent,
    )
    assert abs(datetime.now(UTC) - event.occurred_at) < timedelta(seconds=20)


def test_a_trace_header_that_is_none_is_not_kept(web: Web, lead: str) -> None:
    for header in ("Wilhelmina Finch", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x", "0" * 4000):
        answer = web.post(lead, REGISTER, {"key": str(uuid4()), "input": nameless()}, headers={"traceparent": header})
        assert "errors" not in answer.json()
        assert _last(web).traceparent is None


def _last(web: Web) -> Any:
    """The event recorded last."""
    tenant = web.tenant("QPM")
    (recorded,) = web.run(tenant.log.after(web.head("QPM") - 1, 1))
    return recorded


# Once and again


def test_the_same_key_again_is_the_same_receipt(web: Web, lead: str, waiting: str) -> None:
    for document, field, variables in (
        (REGISTER, "registerPerson", {"key": "again", "input": nameless()}),
        (ACCEPT, "acceptReferral", {"id": waiting, "key": "again"}),
    ):
        first = web.ask(lead, document, variables)[field]
        head = web.head("QPM")
        again = web.ask(lead, document, variables)[field]
        assert first["repeated"] is False
        assert again == {**first, "repeated": True}
        assert web.head("QPM") == head


def test_the_same_key_of_someone_else_is_another_wish(web: Web, lead: str) -> None:
    variables = {"key": "theirs", "input": nameless()}
    first = web.ask(lead, REGISTER, variables)["registerPerson"]
    other = web.ask(web.token("QPM", "triager"), REGISTER, variables)["registerPerson"]
    assert other["id"] != first["id"]
    assert other["repeated"] is False


@pytest.mark.parametrize("key", ["", "x" * 201, "a\0b", "\ud800"])
def test_a_key_that_can_be_no_key_is_refused(web: Web, lead: str, key: str) -> None:
    error = web.refused(lead, REGISTER, {"key": key, "input": nameless()})
    assert error["extensions"]["code"] == "REFUSED"
    assert "idempotencyKey has 1 to 200 characters" in error["message"]


def test_a_new_record_wants_a_key(web: Web, lead: str) -> None:
    error = web.refused(lead, 'mutation { registerPerson(input: {name: "A", nhsNumberStatus: "03"}) { id } }')
    assert "idempotencyKey" in error["message"]


def test_a_record_that_moved_on_is_a_conflict_that_tells_its_version(web: Web, lead: str, waiting: str) -> None:
    error = web.refused(lead, ACCEPT, {"id": waiting, "version": 7})
    assert error["extensions"] == {"code": "CONFLICT", "version": 1}
    assert "someone else changed this record" in error["message"]
    assert web.ask(lead, ACCEPT, {"id": waiting, "version": 1})["acceptReferral"]["version"] == 3
    stale = web.refused(lead, ACCEPT, {"id": waiting, "version": 1})
    assert stale["extensions"] == {"code": "CONFLICT", "version": 3}


# No


def test_a_refusal_is_a_sentence_at_its_place(web: Web, lead: str, waiting: str) -> None:
    before = web.head("QPM")
    held = datetime.now(UTC).isoformat()
    error = web.refused(lead, CONTACT, {"id": waiting, "input": {"medium": "02", "heldAt": held}})
    assert error["message"] == "this referral is received; a first contact needs a link worker"
    assert error["extensions"] == {"code": "REFUSED"}
    assert error["path"] == ["recordFirstContact"]
    assert error["locations"] == [{"line": 1, "column": 56}]
    assert web.head("QPM") == before


def test_an_nhs_number_of_someone_else_is_refused_without_saying_whose(web: Web, lead: str) -> None:
    web.given("QPM", str(uuid4()), registered("Odette Lark", nhs_number="9434765870", nhs_number_status="01"))
    error = web.refused(lead, REGISTER, {"key": "taken", "input": {**FINCH, "nhsNumber": "9434765870"}})
    assert error["message"] == "this nhs number is already held by another record"
    assert error["extensions"] == {"code": "REFUSED"}


@pytest.mark.parametrize("role", ["practice", "analyst", "administrator", "ig_lead", "link_worker"])
def test_a_role_does_what_it_may_and_no_more(web: Web, waiting: str, role: str) -> None:
    before = web.head("QPM")
    token = web.token("QPM", role)
    before = web.head("QPM")
    error = web.refused(token, ACCEPT, {"id": waiting})
    assert error["extensions"] == {"code": "OUT_OF_SCOPE"}
    assert web.head("QPM") == before


def test_every_command_is_refused_to_a_role_without_it_and_offered_to_one_with_it(web: Web) -> None:
    funder = web.token("QPM", "funder")
    for command in permissions.COMMANDS:
        name = mutations.camel(mutations._name(command))
        document, variables = _any_wish(name, command)
        assert web.refused(funder, document, variables)["extensions"]["code"] == "OUT_OF_SCOPE", name
        role = min(permissions.COMMANDS[command])
        answer = web.post(web.token("QPM", role), document, variables).json()
        codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
        assert not codes & {"OUT_OF_SCOPE", "INTERNAL"}, (name, answer)


def _any_wish(name: str, command: type) -> tuple[str, dict[str, Any]]:
    """A document that asks for a command with values of the right types, sense or no sense."""
    given = {mutations.camel(field): _any_value(hint) for field, hint in mutations.asked(command).items()}
    creates = mutations.makes_new(command)
    identity = "0" * 32 if BEHAVIOURS[command].primary == "user" else "nobody-has-this-id"
    declared = ["$key: String!"] if creates else ["$id: ID!"]
    used = ["idempotencyKey: $key"] if creates else ["id: $id"]
    if given:
        declared.append(f"$input: {command.__name__}Input!")
        used.append("input: $input")
    document = f"mutation({', '.join(declared)}) {{ {name}({', '.join(used)}) {{ {RECEIPT} }} }}"
    address = {"key": str(uuid4())} if creates else {"id": identity}
    return document, {**address, **({"input": given} if given else {})}


_ANY_VALUES = {
    "tuple[int": [1],
    "tuple[datetime.date": ["2026-03-02"],
    "tuple": ["x"],
    "datetime.datetime": "2026-03-02T09:00:00Z",
    "datetime.date": "2026-03-02",
    "bool": True,
    "int": 1,
    "str": "RP1",
}


def _any_value(hint: Any) -> Any:
    return next(value for part, value in _ANY_VALUES.items() if part in str(hint))


@pytest.mark.parametrize("identity", ["x" * 101, "Wilhelmina Finch", "a\0b", "", "943 476 5919"])
def test_an_id_that_can_be_no_id_is_refused(web: Web, lead: str, identity: str) -> None:
    before = web.head("QPM")
    for document, variables in ((ACCEPT, {}), (CONSENT, {"input": YES})):
        error = web.refused(lead, document, {"id": identity, **variables})
        assert error["message"].startswith("id must be")
        assert error["extensions"] == {"code": "REFUSED"}
    assert web.head("QPM") == before


def test_what_is_not_there_cannot_be_changed(web: Web, lead: str) -> None:
    before = web.head("QPM")
    assert web.refused(lead, ACCEPT, {"id": "nowhere"})["message"] == "there is no such referral among those you see"
    unknown = web.refused(lead, CONSENT, {"id": "9434765919", "input": YES})
    assert unknown["extensions"] == {"code": "NOT_FOUND"}
    assert web.ask(lead, '{ caseloadReferral(id: "nowhere") { id } }') == {"caseloadReferral": None}
    assert web.head("QPM") == before


def test_a_user_is_granted_by_the_id_that_hides_their_name(web: Web) -> None:
    grant = 'mutation($id: ID!) { grantUser(id: $id, input: {role: "triager"}) { position } }'
    administrator = web.token("QPM", "administrator")
    assert "32 digits" in web.refused(administrator, grant, {"id": "jane.doe"})["message"]
    assert web.ask(administrator, grant, {"id": user_id(NAME, "demo-new")})["grantUser"]["position"]


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"nhsNumberStatus": "99"}, "nhs_number_status must be one of 01, 02"),
        ({"ethnicCategory": "??"}, "ethnic_category must be one of"),
        ({"statedGender": "3"}, "stated_gender must be one of"),
        ({"language": "English"}, "language must be a language code"),
        ({"lsoa21": "E0"}, "lsoa21 must be a 2021 LSOA code"),
        ({"gpPractice": "nearby"}, "gp_practice must be a practice code"),
        ({"nhsNumber": "9434765918", "nhsNumberStatus": "01"}, "nhs_number is mistyped"),
        ({"dateOfBirth": "2199-01-01"}, "date_of_birth"),
        ({"dateOfBirth": "0001-01-01"}, "date_of_birth must lie between"),
        ({"dateOfBirth": "soon"}, "dateOfBirth"),
        ({"name": " "}, "name is missing"),
        ({"name": 5}, "name"),
        ({"name": None}, "name"),
        ({"name": "a\0b"}, "name holds a character that cannot be kept"),
        ({"name": "a\x1bb"}, "name holds a character that cannot be kept"),
        ({"name": "a\ud800b"}, "name holds a character that cannot be kept"),
        ({"address": "1 Long Lane\n" * 1000}, "address is longer than 10000 characters"),
        ({"email": "nobody"}, "email must be an e-mail address"),
        ({"tenant": "QMF"}, "tenant"),
    ],
)
def test_bad_input_is_refused_by_the_name_of_its_field_and_changes_nothing(
    web: Web, lead: str, changed: dict[str, Any], names: str
) -> None:
    before = web.head("QPM")
    error = web.refused(lead, REGISTER, {"key": str(uuid4()), "input": nameless(**changed)})
    assert names in error["message"]
    assert error["extensions"] == {"code": "REFUSED"}
    assert error["locations"]
    assert web.head("QPM") == before


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"heldAt": "2026-03-02T09:00:00"}, "held_at must say its time zone"),
        ({"heldAt": "9999-12-31T23:59:59-14:00"}, "held_at must lie between"),
        ({"heldAt": "yesterday"}, "heldAt"),
        ({"medium": "carrier pigeon"}, "medium must be one of"),
        ({"note": "\u0007"}, "note holds a character"),
    ],
)
def test_a_moment_or_a_word_that_cannot_be_is_refused(
    web: Web, lead: str, waiting: str, changed: dict[str, Any], names: str
) -> None:
    wish = {"medium": "02", "heldAt": "2026-03-02T09:00:00Z", **changed}
    error = web.refused(lead, CONTACT, {"id": waiting, "input": wish})
    assert names in error["message"]
    assert error["extensions"] == {"code": "REFUSED"}


def test_lists_are_bounded_and_may_be_left_out(web: Web, lead: str) -> None:
    many = {**_bell(), "skills": ["x"] * 101}
    assert "skills has more than 100 values" in web.refused(lead, ENGAGE, {"key": "many", "input": many})["message"]
    control = {**_bell(), "languages": ["en", "\0"]}
    assert "languages holds a character" in web.refused(lead, ENGAGE, {"key": "nul", "input": control})["message"]
    assert web.ask(lead, ENGAGE, {"key": "few", "input": _bell()})["engageLinkWorker"]["version"] == 1


def test_what_was_refused_left_the_rooms_running(web: Web, lead: str) -> None:
    web.followed("QPM")
    assert web.ask(lead, BOARD, {"after": web.head("QPM")})["caseload"]["position"] == web.head("QPM")


# A part of the ICS


def test_someone_with_a_part_changes_that_part_alone(web: Web, waiting: str) -> None:
    here, there = web.token("QPM", "triager", "practice:K83001"), web.token("QPM", "triager", "practice:K83002")
    someone, identity = str(uuid4()), str(uuid4())
    web.given("QPM", someone, registered("Odette Lark", gp_practice="K83001"))
    web.given("QPM", someone, agreed())
    web.given("QPM", identity, referred(someone, identity))
    web.followed("QPM")
    for token, referral_id in ((there, identity), (here, waiting), (there, waiting)):
        error = web.refused(token, ACCEPT, {"id": referral_id})
        assert error["extensions"] == {"code": "NOT_FOUND"}
    assert web.ask(here, ACCEPT, {"id": identity})["acceptReferral"]["version"] == 3


def test_another_role_that_sees_more_does_not_let_one_do_more(web: Web, waiting: str) -> None:
    """They see the whole ICS as a link worker, and triage for one practice."""
    web.token("QPM", "link_worker", "tenant", subject="demo-both")
    both = web.token("QPM", "triager", "practice:K83002", subject="demo-both")
    web.followed("QPM")
    time.sleep(1.6)  # grants are remembered for a moment
    assert web.ask(both, "query($id: ID!) { caseloadReferral(id: $id) { id } }", {"id": waiting})["caseloadReferral"]
    assert web.refused(both, ACCEPT, {"id": waiting})["extensions"] == {"code": "NOT_FOUND"}


def test_a_referrer_refers_for_their_own_organisation(web: Web) -> None:
    token = web.token("QPM", "hospital", "trust:RP1")
    someone = str(uuid4())
    web.given("QPM", someone, registered("Odette Lark"))
    web.given("QPM", someone, agreed())
    wish = {**REFERRAL, "personId": someone, "sourceReference": "own-1"}
    error = web.refused(token, REFER, {"key": "own", "input": {**wish, "sourceOrg": "RNS"}})
    assert error["extensions"] == {"code": "OUT_OF_SCOPE"}
    assert error["message"].startswith("source_org")
    assert web.ask(token, REFER, {"key": "own", "input": wish})["receiveReferral"]["version"] == 1


def test_a_link_worker_tells_of_their_own_absence_only(web: Web) -> None:
    for identity in ("w-own", "w-other"):
        web.given("QPM", identity, engaged("Jo Bell"))
    absent = 'mutation($id: ID!) { startAbsence(id: $id, input: {kind: "leave", startedOn: "2026-03-02"}) { version } }'
    token = web.token("QPM", "link_worker", "link_worker:w-own")
    assert web.refused(token, absent, {"id": "w-other"})["extensions"] == {"code": "NOT_FOUND"}
    assert web.ask(token, absent, {"id": "w-own"})["startAbsence"]["version"] == 2


def test_a_task_without_a_case_is_ones_own_and_says_nothing_of_where_it_came_from(web: Web) -> None:
    for identity in ("w-tasks", "w-others"):
        web.given("QPM", identity, engaged("Jo Bell"))
    make = (
        "mutation($key: String!, $input: CreateTaskInput!) { createTask(idempotencyKey: $key, input: $input) { id } }"
    )
    token = web.token("QPM", "link_worker", "link_worker:w-tasks")
    wish = {"kind": "call", "dueOn": "2199-03-02"}
    theirs = web.refused(token, make, {"key": "theirs", "input": {**wish, "workerId": "w-others"}})
    assert theirs["extensions"] == {"code": "NOT_FOUND"}
    made = web.ask(token, make, {"key": "own", "input": {**wish, "workerId": "w-tasks"}})["createTask"]["id"]
    change = "mutation($id: ID!) { completeTask(id: $id) { version } }"
    other = web.token("QPM", "link_worker", "link_worker:w-others", subject="demo-others")
    assert web.refused(other, change, {"id": made})["extensions"] == {"code": "NOT_FOUND"}
    assert web.ask(token, change, {"id": made})["completeTask"]["version"] == 2
    posed = {**wish, "kind": "safeguarding", "workerId": "w-tasks"}
    assert "follows from" in web.refused(token, make, {"key": "posed", "input": posed})["message"]
    assert (
        "source" in web.refused(token, make, {"key": "so", "input": {**posed, "source": "safeguarding-1"}})["message"]
    )


def test_whoever_has_an_open_plan_is_given_a_second_one_only_in_its_place(web: Web, lead: str, waiting: str) -> None:
    web.given("QPM", "w-plans", engaged("Jo Bell"))
    web.given("QPM", waiting, referral.AcceptReferral())
    web.given("QPM", waiting, allocated(waiting, "w-plans"))
    web.given("QPM", waiting, referral.RecordFirstContact(medium="02", held_at=datetime.now(UTC)))
    start = "mutation($key: String!, $input: StartPlanInput!) { startPlan(idempotencyKey: $key, input: $input) { id } }"
    first = web.ask(lead, start, {"key": "first", "input": {"referralId": waiting}})["startPlan"]["id"]
    second = web.refused(lead, start, {"key": "second", "input": {"referralId": waiting}})
    assert second["extensions"] == {"code": "REFUSED"}
    assert "has an open plan in this programme already" in second["message"]
    instead = {"referralId": waiting, "supersedes": first}
    assert web.ask(lead, start, {"key": "instead", "input": instead})["startPlan"]["id"] != first
    elsewhere = {"referralId": waiting, "supersedes": "nobodys"}
    assert web.refused(lead, start, {"key": "x", "input": elsewhere})["extensions"] == {"code": "NOT_FOUND"}


def test_an_administrator_of_a_part_grants_nobody_the_whole(web: Web) -> None:
    token = web.token("QPM", "administrator", "practice:K83001")
    grant = 'mutation($id: ID!) { grantUser(id: $id, input: {role: "administrator"}) { position } }'
    assert web.refused(token, grant, {"id": "1" * 32})["extensions"] == {"code": "OUT_OF_SCOPE"}


def test_a_revoked_user_is_out_after_a_moment(web: Web) -> None:
    token = web.token("QPM", "triager", subject="demo-leaver")
    assert web.post(token, "{ __typename }").status_code == 200
    web.given("QPM", user_id(NAME, "demo-leaver"), user.RevokeUser(role="triager"))
    time.sleep(1.6)
    assert web.post(token, "{ __typename }").status_code == 403


# What goes wrong


def test_what_nobody_foresaw_is_told_without_what_was_in_it(
    web: Web, lead: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A room whose table is gone, asked under a name that says something."""
    web.run(_rename("caseload_v2_person", "hidden", web))
    try:
        answer = web.post(lead, "{ wilhelminaFinch: caseload { edges { node { person { name } } } } }").json()
    finally:
        web.run(_rename("hidden", "caseload_v2_person", web))
    (error,) = answer["errors"]
    assert error["message"] == "something went wrong here: it was noted; please try again"
    assert error["extensions"] == {"code": "INTERNAL"}
    assert error["path"] == ["wilhelminaFinch"]
    noted = capsys.readouterr().out
    assert "UndefinedTable" in noted
    assert "wilhelminaFinch" not in noted


async def _rename(table: str, name: str, web: Web) -> None:
    async with await psycopg.AsyncConnection.connect(web.servers.database_url, autocommit=True) as admin:
        await admin.execute(f"alter table qpm.{table} rename to {name}".encode())


def test_a_view_that_is_behind_says_so(web: Web, lead: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonweal.runtime.waiting.SECONDS", 0.05)
    error = web.refused(lead, BOARD, {"after": web.head("QPM") + 1000})
    assert error["extensions"] == {"code": "CONFLICT"}


# The door


def test_a_get_is_no_question(web: Web, lead: str) -> None:
    mine = {"authorization": f"Bearer {lead}"}
    for address in (
        "/graphql?query={__typename}",
        "/graphql?query=mutation{acceptReferral(id:%22x%22){id}}",
        "/graphql",
    ):
        assert web.client.get(address, headers=mine).status_code in (400, 404, 405)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '{"query": 5}',
        '{"query": "{ __typename }", "variables": [1]}',
        '[{"query": "{ __typename }"}]',
        "{}",
        '"x"',
        '{"query": "{ __typename }", "variables": ' + '{"a":' * 50_000,
        '{"query": "{ __typename }", "variables": ' + '{"a":' * 50_000 + "1" + "}" * 50_001,
    ],
)
def test_a_body_that_is_no_question_is_a_4xx(web: Web, lead: str, body: str) -> None:
    headers = {"authorization": f"Bearer {lead}", "content-type": "application/json"}
    assert 400 <= web.client.post("/graphql", content=body, headers=headers).status_code < 500


def test_a_body_beyond_all_measure_is_not_read(web: Web, lead: str) -> None:
    headers = {"authorization": f"Bearer {lead}", "content-type": "application/json"}
    assert web.client.post("/graphql", content=" " * (3 << 20), headers=headers).status_code == 413


def test_a_form_of_another_site_is_no_question(web: Web, lead: str) -> None:
    headers = {"authorization": f"Bearer {lead}"}
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = web.client.post(
            "/graphql", content='{"query": "{ __typename }"}', headers={**headers, "content-type": kind}
        )
        assert answer.status_code == 400, kind


@pytest.mark.parametrize("token", [None, "", "nonsense", "a.b.c"])
def test_nobody_asks_anything_unnamed(web: Web, token: str | None) -> None:
    answer = web.post(token, "{ __typename }")
    assert answer.status_code == 401
    assert "__typename" not in answer.text


# Limits


def _spread(levels: int) -> str:
    """A few lines that spell out two to the power of `levels` fields."""
    fragments = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels))
    return f"{{ ...F0 }} {fragments} fragment F{levels} on Query {{ a: __typename }}"


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (
            "{ " + " ".join(f"a{n}: __typename" for n in range(limits.ALIASES + 1)) + " }",
            f"at most {limits.ALIASES} aliases",
        ),
        (_spread(40), f"at most {limits.ALIASES} aliases"),
        ("{ " + "a { " * 13 + "b" + " }" * 14, f"at most {limits.DEPTH} levels"),
        ("{ ...F } fragment F on Query { " + "a { " * 13 + "b" + " }" * 14, f"at most {limits.DEPTH} levels"),
        ("{ ... on Query { " + "a { " * 13 + "b" + " }" * 15, f"at most {limits.DEPTH} levels"),
        ("{ " + "__typename " * limits.TOKENS + "}", f"more than {limits.TOKENS} tokens"),
        ("{ a " * 800, "nested too deeply"),
        ("{ a(x: " + "[" * 1500, "nested too deeply"),
        ("{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }", "within itself"),
        ("{ ...Nothing }", "Unknown fragment"),
        ("{ nothing }", "Cannot query field"),
        ("{", "Syntax Error"),
        ("subscription { caseloadCapacity { id } }", "graphql-transport-ws"),
    ],
)
def test_a_question_beyond_the_limits_is_refused_at_once(web: Web, lead: str, document: str, sentence: str) -> None:
    begun = time.process_time()
    answer = web.post(lead, document).json()
    assert time.process_time() - begun < 2
    assert any(sentence in error["message"] for error in answer["errors"])
    assert all(error["extensions"] == {"code": "REFUSED"} for error in answer["errors"])
    assert answer["data"] is None


def test_a_question_within_the_limits_is_answered(web: Web, lead: str) -> None:
    wide = "{ " + " ".join(f"a{n}: __typename" for n in range(limits.ALIASES)) + " }"
    assert len(web.ask(lead, wide)) == limits.ALIASES
    assert web.ask(lead, _spread(40).replace("a: ", ""))


def test_an_operation_that_is_not_in_the_document_is_refused(web: Web, lead: str) -> None:
    (error,) = web.post(lead, "query One { __typename }", operationName="Other").json()["errors"]
    assert "no operation of that name" in error["message"]
    (error,) = web.post(lead, "query One { __typename } query Two { __typename }").json()["errors"]
    assert "say which" in error["message"]


# The schema


def test_the_schema_may_be_asked_for_in_development_only(web: Web, lead: str) -> None:
    introspection = get_introspection_query()
    assert web.ask(lead, introspection)["__schema"]["queryType"]["name"] == "Query"
    closed = Answering(schema(introspection=False))
    for document in (introspection, '{ __type(name: "Query") { name } }', "{ __schema { types { name } } }"):
        with pytest.raises(Invalid, match="introspection"):
            closed.prepare(document, None)
    assert closed.prepare("{ __typename }", None).kind == "query"


def test_every_command_is_a_mutation_or_has_its_reason_not_to_be() -> None:
    offered = set(schema(introspection=True)._schema.mutation_type.fields)  # type: ignore[union-attr]
    for name, command in COMMANDS.items():
        asked_for = mutations.camel(mutations._name(command))
        if name in NOT_OFFERED:
            assert asked_for not in offered, f"{name} is offered after all"
            assert command not in permissions.COMMANDS, f"{name}: somebody may give it, yet it is not offered"
        else:
            assert asked_for in offered, f"{name} is not offered: give it a line in permissions, or its reason here"
            offered.remove(asked_for)
    assert offered == set(), "mutations without a command"


def test_no_clock_and_no_own_id_is_asked_of_a_client() -> None:
    for command in permissions.COMMANDS:
        names = mutations.asked(command)
        assert not set(names) & set(mutations.CLOCKS)
        assert BEHAVIOURS[command].primary != "referral" or "referral_id" not in names


def test_the_day_a_command_is_given_on_is_londons() -> None:
    assert mutations.CLOCKS["on"](datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == date(2026, 7, 1)


def test_the_schema_as_code_is_the_one_on_file() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == f"{schema(introspection=True).as_str()}\n", (
        f"the schema changed: look at what changes for those who ask, then {REFRESH}"
    )


def test_the_schema_breaks_nobody_who_asks_today() -> None:
    """Against the one last committed, where there is one."""
    here = SCHEMA_FILE.parent
    shown = subprocess.run(
        ["git", "show", "HEAD:./schema.graphql"], cwd=here, capture_output=True, text=True, check=False
    )
    if shown.returncode:
        pytest.skip("no schema was committed before this one")
    today = build_schema(schema(introspection=True).as_str())
    broken = [change.description for change in find_breaking_changes(build_schema(shown.stdout), today)]
    assert broken == [], "add beside what is there, mark the old one deprecated, and take it away later"
