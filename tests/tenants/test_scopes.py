"""Somebody who looks after a part of an ICS tries every command on what is not in it, and on what nobody let them into.

Every record of one story has one id, whatever its kind: `theirs` lies in another part, `hidden` in a restricted programme, `ours`
in the part of whoever tries, and `nowhere` never was.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from commonweal.domain import codes, hospital, user
from commonweal.domain.chest.assess import AssessApplication
from commonweal.domain.measures.measuring import ScheduleMeasure
from commonweal.domain.people.break_glass import BreakGlass
from commonweal.domain.people.person import RegisterPerson
from commonweal.domain.people.record_access import ReviewAccess
from commonweal.domain.plans.plan_start import StartPlan
from commonweal.domain.referrals import referral
from commonweal.domain.referrals.gp_message_queue import QueueGPMessage
from commonweal.domain.referrals.programme import OpenProgramme
from commonweal.domain.referrals.receive import ReceiveReferral
from commonweal.domain.tenant import PCN, Practice, Trust
from commonweal.domain.work.contact_booking import BookContact
from commonweal.domain.work.drop_in_recording import RecordDropIn
from commonweal.domain.work.lone_visit_start import StartLoneVisit
from commonweal.domain.work.note_signing import SignNote
from commonweal.domain.work.safeguarding_raising import RaiseSafeguardingConcern
from commonweal.domain.work.task import CancelTask, CompleteTask, CreateTask
from commonweal.domain.workforce import link_worker
from commonweal.domain.workforce.link_worker import EngageLinkWorker
from commonweal.kernel.decider import BEHAVIOURS
from commonweal.runtime import mutations, permissions
from commonweal.runtime.installation import Installation
from projections import READ_MODELS
from projections.caseload import READ_MODEL as CASELOAD
from projections.person_record import READ_MODEL as PERSON_RECORD
from projections.safeguarding import READ_MODEL as SAFEGUARDING
from tests.near import listed, offered, organisation
from tests.projections.scene import Grants, Scene, nodes, scene
from tests.story import DAY, RECEIVED, agreed, allocated, configured, engaged, referred, registered
from tests.tenants.test_graphql_attacks import MUTATIONS

HOUR: Final = timedelta(hours=1)
OURS, THEIRS, HIDDEN, NOWHERE = "ours", "theirs", "hidden", "nowhere"
SCOPES: Final = (
    "pcn:U11111",
    "practice:K83001",
    "link_worker:ours",
    "trust:RP1",
    "programme:refugee",
    "person:ours",
)
"""Parts that `ours` lies in, but for the last but one: being let into a programme shows nothing by itself."""
PLACES: Final[Mapping[str, tuple[str, str, str, str, str]]] = {
    OURS: ("K83001", "U11111", "RP1", "core", "RP1"),
    THEIRS: ("K83002", "U22222", "RNQ", "core", "RNQ"),
    HIDDEN: ("K83001", "U22222", "RP1", "refugee", "RNQ"),
}
"""Story → practice, the link worker's PCN, the trust that referred, the programme, the trust they stayed in."""
LEADS: Final[Mapping[str, str]] = {
    "referral_id": "referral",
    "referral_ids": "referral",
    "cases_discussed": "referral",
    "person_id": "person",
    "other_id": "person",
    "absorbed_id": "person",
    "plan_id": "plan",
    "contact_id": "contact",
}
"""A command's field that leads to somebody → the kind of record it names."""
SHARED: Final = frozenset({"community_organisation", "community_service"})
"""The directory is one for the whole ICS."""
WHOLE: Final = frozenset({"allocation_rule", "framework", "instrument", "programme", "user"})
"""What holds for the whole ICS."""
CHEST: Final = frozenset({"fund", "grant", "ballot"})
"""Theirs who work in the community chests for the ICS, or were sent by an organisation."""
OPEN: Final = frozenset({RegisterPerson, EngageLinkWorker, ReceiveReferral, BreakGlass})
"""Not decided by what somebody sees: the first three make what is theirs, the last is how one comes to see more."""
COMMANDS: Final = sorted(permissions.COMMANDS, key=lambda command: command.__name__)
ABOUT_SOMEBODY: Final = [
    command for command in COMMANDS if BEHAVIOURS[command].primary not in SHARED | WHOLE | CHEST and command not in OPEN
]
LEADING: Final = [
    (command, field) for command in ABOUT_SOMEBODY for field in mutations.asked(command) if field in LEADS
]
CLOSED: Final = frozenset({"NOT_FOUND", "OUT_OF_SCOPE"})


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    """The same case three times: in one's own part, in another, and in a programme nobody here was let into."""
    with scene(servers, CASELOAD, *(model for model in READ_MODELS if model is not CASELOAD)) as made:
        made.do("QPM", _ics())
        made.do("refugee", OpenProgramme(name="Newcomers", restricted=True))
        made.do("garden", organisation())
        made.do("garden", *listed(organisation_id="garden"))
        for number, (each, place) in enumerate(PLACES.items()):
            _tell(made, each, number, *place)
        _follow(made)
        yield made


def _ics() -> object:
    since = configured("QPM", "Nene").on
    pcns = tuple(
        PCN(ods=pcn, name=pcn, since=since, practices=(Practice(name=practice, ods=practice, since=since),))
        for practice, pcn in (("K83001", "U11111"), ("K83002", "U22222"))
    )
    return configured("QPM", "Nene", pcns=pcns, trusts=(Trust(ods="RP1", name="Ours"), Trust(ods="RNQ", name="Theirs")))


def _tell(
    made: Scene, each: str, number: int, practice: str, pcn: str, trust: str, programme: str, stayed: str
) -> None:
    """Everything that can hang on a case, under one id."""
    then = RECEIVED + timedelta(days=1)
    made.do(each, registered(f"{each} Finch", gp_practice=practice), agreed(), agreed("share_gp"))
    made.do(each, engaged(f"{each} Hale", pcns=(pcn,), host_practices=(practice,), caseload_limit=50))
    made.do(each, referred(each, f"reference-{number}", practice=practice, source_org=trust, programme=programme))
    made.do(each, referral.AcceptReferral(), allocated(each, each))
    made.do(each, referral.RecordFirstContact(medium="02", held_at=then))
    made.do(each, StartPlan(plan_id=each, referral_id=each, by="x"))
    made.do(each, ScheduleMeasure(referral_id=each, instrument="ons4", point="baseline", due_on=DAY, on=DAY))
    made.do(each, BookContact(referral_id=each, person_id=each, kind="follow_up", medium="02", starts_at=then))
    made.do(each, SignNote(referral_id=each, text="Well", by="x", at=then))
    made.do(each, CreateTask(kind="call", due_on=DAY, referral_id=each, by="x"))
    made.do(each, RaiseSafeguardingConcern(referral_id=each, types=("neglect",), detail="Afraid", by="x", at=then))
    source = f"safeguarding-{each}"
    made.do(source, CreateTask(kind="safeguarding", due_on=DAY, source=source, by="reactor"))
    made.do(each, StartLoneVisit(worker_id=each, contact_id=each, referral_id=each, expected_by=then, at=then - HOUR))
    made.do(each, RecordDropIn(person_id=each, attended_on=DAY, by="x", on=DAY))
    made.do(each, offered(each, "garden"))
    made.do(each, QueueGPMessage(referral_id=each, person_id=each, kind="accepted"))
    stay = hospital.PatientAdmitted(trust=stayed, occurred_at=RECEIVED, name=f"{each} Finch")
    made.do(each, hospital.HearFromHospital(fact=stay, person_id=each, method="by_hand"))


def _follow(made: Scene) -> None:
    async def every() -> None:
        for model in (CASELOAD, PERSON_RECORD, SAFEGUARDING):
            await replace(made, model=model).room().catch_up()

    made.run(every())


def _given(command: type) -> dict[str, Any]:
    """What a command is tried with: every field that leads to somebody, and of the others as few as it takes."""
    name = mutations.camel(mutations._name(command))
    given = dict(MUTATIONS[name] or {})
    for field, hint in mutations.asked(command).items():
        if field in LEADS:
            given[mutations.camel(field)] = ["{id}"] if "tuple" in str(hint) else "{id}"
    return given


def _try(made: Scene, command: type, grants: Grants, identity: str, given: Mapping[str, Any]) -> Any:
    """The error of a command, None where it was granted. What was refused was not written."""
    document = mutations.document(command)
    variables: dict[str, Any] = {"id": identity, "key": f"{identity}-{json.dumps(given)}"[:200], "input": given}
    head = made.run(made.tenants["QPM"].log.head())
    _, errors = made.answer(document, grants, **{name: v for name, v in variables.items() if f"${name}:" in document})
    assert not errors or made.run(made.tenants["QPM"].log.head()) == head, f"{command.__name__} was refused and written"
    assert "INTERNAL" not in str(errors), (command.__name__, errors)
    return errors[0] if errors else None


def _all(given: Mapping[str, Any], identity: str) -> dict[str, Any]:
    return json.loads(json.dumps(given).replace("{id}", identity))  # type: ignore[no-any-return]


def _with(given: Mapping[str, Any], field: str, identity: str) -> dict[str, Any]:
    """One field leads to that record, the others to what is one's own."""
    name = mutations.camel(field)
    return {**_all(given, OURS), name: [OURS, identity] if isinstance(given[name], list) else identity}


def _role(command: type) -> str:
    return min(permissions.COMMANDS[command])


def _code(error: Any) -> str:
    return "" if error is None else str(error["extensions"]["code"])


def _told(error: Any) -> Any:
    return None if error is None else (error["message"], error["extensions"])


def test_an_organisation_sees_what_a_trust_does() -> None:
    (trust, other) = (
        permissions.scope([("referrer", f"{kind}:RP1")], frozenset({"referrer"})) for kind in ("trust", "organisation")
    )
    assert trust == other


def test_every_kind_of_record_is_told_here() -> None:
    """A new kind of record is somebody's, or has a reason not to be."""
    told = {
        "person",
        "consent",
        "representation",
        "risk",
        "record_access",
        "referral",
        "link_worker",
        "hospital_episode",
    }
    told |= {
        "contact",
        "note",
        "task",
        "safeguarding",
        "lone_visit",
        "connection",
        "measure",
        "plan",
        "gp_message",
        "drop_in",
    }
    assert {BEHAVIOURS[command].primary for command in COMMANDS} == told | SHARED | WHOLE | CHEST


def test_every_field_that_leads_to_somebody_is_known_here() -> None:
    """Of fields called an id the others name a colleague, a service, or a part of the record the command is addressed to."""
    ids = {field for command in COMMANDS for field in mutations.asked(command) if field.endswith(("_id", "_ids"))}
    parts = {"access", "action", "assessment", "clause", "contribution", "flag", "gain", "goal", "link", "problem"}
    parts |= {
        "capacity",
        "links",
        "drawdown",
        "fund",
        "payment",
        "pledge",
        "reallocation",
        "receipt",
        "report",
        "return",
        "round",
        "snapshot",
        "support",
    }
    parts |= {"proposal", "refer_back", "representative", "session", "new_note"}
    places = {"cover_worker_id", "worker_id", "supervisor_id", "service_id", "organisation_id", "clause_ids"}
    assert ids - set(LEADS) == {f"{part}_id" for part in parts} | places


@pytest.mark.parametrize("scope", SCOPES)
def test_a_record_of_another_part_might_as_well_not_be_there(story: Scene, scope: str) -> None:
    wrong: list[Any] = []
    for command in ABOUT_SOMEBODY:
        if mutations.makes_new(command):
            continue
        given, grants = _given(command), ((_role(command), scope),)
        never = _try(story, command, grants, NOWHERE, _all(given, OURS))
        for identity in (THEIRS, HIDDEN):
            error = _try(story, command, grants, identity, _all(given, OURS))
            if _told(error) != _told(never) or _code(error) not in CLOSED:
                wrong.append((command.__name__, identity, error, never))
    assert wrong == []


@pytest.mark.parametrize("scope", SCOPES)
def test_an_id_within_the_input_leads_no_further(story: Scene, scope: str) -> None:
    wrong: list[Any] = []
    for command, field in LEADING:
        given, grants = _given(command), ((_role(command), scope),)
        never = _try(story, command, grants, OURS, _with(given, field, NOWHERE))
        for identity in (THEIRS, HIDDEN):
            error = _try(story, command, grants, OURS, _with(given, field, identity))
            if _told(error) != _told(never) or _code(error) not in CLOSED:
                wrong.append((command.__name__, field, identity, error, never))
    assert wrong == []


def test_a_broken_glass_is_to_read_and_nobody_commands_by_it(story: Scene) -> None:
    wrong: list[Any] = []
    for command in ABOUT_SOMEBODY:
        glass = [(_role(command), f"glass:{part}:{OURS}") for part in codes.RECORD_PARTS]
        grants: Grants = ((_role(command), "practice:K83099"), *glass)
        error = _try(story, command, grants, OURS, _all(_given(command), OURS))
        if _code(error) not in CLOSED and command is not RaiseSafeguardingConcern:
            wrong.append((command.__name__, error))
    assert wrong == []


def test_a_restricted_programme_is_closed_to_who_works_for_the_whole_ics(story: Scene) -> None:
    wrong: list[Any] = []
    for command in ABOUT_SOMEBODY:
        if mutations.makes_new(command) or BEHAVIOURS[command].primary == link_worker.CATEGORY:
            continue  # colleagues are known to each other, whomever they work with
        if command is ReviewAccess:
            continue  # a broken glass is reviewed also where the reviewer would not see what it opened
        given, grants = _given(command), ((_role(command), "tenant"),)
        never = _try(story, command, grants, NOWHERE, _all(given, OURS))
        error = _try(story, command, grants, HIDDEN, _all(given, OURS))
        if _told(error) != _told(never) or _code(error) not in CLOSED:
            wrong.append((command.__name__, error, never))
    for command, field in LEADING:
        given, grants = _given(command), ((_role(command), "tenant"),)
        error = _try(story, command, grants, OURS, _with(given, field, HIDDEN))
        if _code(error) not in CLOSED:
            wrong.append((command.__name__, field, error))
    assert wrong == []


@pytest.mark.parametrize("scope", SCOPES)
def test_what_holds_for_the_whole_ics_is_no_parts_to_change(story: Scene, scope: str) -> None:
    for command in COMMANDS:
        if BEHAVIOURS[command].primary in WHOLE:
            identity = "0" * 32 if BEHAVIOURS[command].primary == user.CATEGORY else "core"
            error = _try(story, command, ((_role(command), scope),), identity, _all(_given(command), OURS))
            assert _code(error) in {*CLOSED, "REFUSED"}, (command.__name__, error)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_community_chest_is_run_for_the_ics_or_an_organisation_and_by_no_part_of_it(story: Scene, scope: str) -> None:
    commands = [command for command in COMMANDS if BEHAVIOURS[command].primary in CHEST]
    assert len(commands) > 50
    sent = scope.startswith("trust:")
    for command in commands:
        given = _all(_given(command), OURS)
        if command is AssessApplication:
            given["organisation"] = scope.removeprefix("trust:")  # one judges for the organisation one was sent by
        error = _try(story, command, ((_role(command), scope),), NOWHERE, given)
        assert (_code(error) == "OUT_OF_SCOPE") is not sent, (command.__name__, error)


@pytest.mark.parametrize(
    ("grants", "shown"),
    [
        ((("team_lead", "tenant"),), {OURS, THEIRS}),
        ((("team_lead", "pcn:U11111"),), {OURS}),
        ((("team_lead", "pcn:U11111"), ("team_lead", "programme:refugee")), {OURS, HIDDEN}),
        ((("team_lead", "pcn:U22222"), ("pcn_manager", "pcn:U11111")), {THEIRS}),
        ((("team_lead", "glass:case:ours"),), set()),
        ((("pcn_manager", "tenant"),), set()),
        ((("triager", "tenant"),), set()),
        ((("link_worker", "link_worker:ours"),), set()),
    ],
)
def test_whoever_is_shown_that_a_concern_is_to_be_opened_may_say_so_and_nobody_else(
    story: Scene, grants: Grants, shown: set[str]
) -> None:
    asked = "{ safeguardingTasks { edges { node { id } } } }"
    data, _ = replace(story, model=SAFEGUARDING).answer(asked, grants)
    found = nodes(data, "safeguardingTasks") if data else {}
    assert set(found) == {f"safeguarding-{each}" for each in shown}
    for each in PLACES:
        error = _try(story, CancelTask, grants, f"safeguarding-{each}", {"reason": "not_needed"})
        assert (_code(error) == "REFUSED") is (each in shown), (each, error)
        assert (_code(error) in CLOSED) is (each not in shown), (each, error)


def test_a_lead_of_one_pcn_says_that_a_concern_of_theirs_was_opened(story: Scene) -> None:
    assert _try(story, CompleteTask, (("team_lead", "pcn:U11111"),), "safeguarding-ours", {}) is None


def test_who_may_see_it_is_not_told_that_it_is_not_there(story: Scene) -> None:
    """So that the others are refused for what they do not see, and not for how they asked. It changes the story: it is the last."""
    wrong: list[Any] = []
    for command in ABOUT_SOMEBODY:
        _follow(story)
        grants: Grants = tuple((_role(command), each) for each in ("tenant", "programme:refugee"))
        for identity in (HIDDEN, THEIRS):
            error = _try(story, command, grants, identity, _all(_given(command), identity))
            if _code(error) in CLOSED:
                wrong.append((command.__name__, identity, error))
    assert wrong == []
