"""What holds where several streams decide together: a caseload is true after whatever was asked in whatever order."""

from types import ModuleType
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commonweal.domain import deciders
from commonweal.domain.message import Refused, field_types
from commonweal.domain.people import consent, person
from commonweal.domain.referrals import programme, receive, referral
from commonweal.domain.workforce import absence, allocation, link_worker, propose
from tests.domain.arbitrary import DAYS, PEOPLE, REFERRALS, TIMES, WORKERS, members, wishes
from tests.given import BY_CATEGORY, after

World = dict[tuple[str, str], Any]


def decided_together(world: World, module: ModuleType, primary: tuple[str, str], command: Any) -> World:
    """Every stream after a joint command; checks the laws of one decision on the way."""

    def ask(world: World) -> World | None:
        others = module.reads(world[primary], command)
        keys = (primary, *others)
        states = {key: world.get(key, BY_CATEGORY[key[0]].INITIAL) for key in keys}
        made = module.decide(tuple(states[key] for key in keys), command)
        assert len(made) == len(keys)
        if not any(made):
            return None
        return world | {
            key: after(BY_CATEGORY[key[0]], states[key], events) for key, events in zip(keys, made, strict=True)
        }

    try:
        then = ask(world)
    except Refused:
        return world
    if then is None:
        return world
    assert ask(then) is None
    return then


def alone(module: ModuleType, state: Any, command: Any) -> Any:
    try:
        return after(module, state, module.decide(state, command))
    except Refused:
        return state


JOINT_COMMANDS = {command: module for module in deciders.JOINT for command in members(module.Command)}
STREAMS = [
    *(("person", each) for each in PEOPLE),
    *(("consent", each) for each in PEOPLE),
    *(("representation", each) for each in PEOPLE),
    *(("record_access", each) for each in PEOPLE),
    *(("user", each) for each in ("a", "b")),
    *(("referral", each) for each in REFERRALS),
    *(("programme", each) for each in ("core", "refugee")),
    ("community_service", "s1"),
    *(("connection", each) for each in ("k1", "k2")),
    *(("link_worker", each) for each in WORKERS),
    *(("note", each) for each in ("n1", "n2")),
    *((category, "one") for category in ("contact", "task", "safeguarding", "lone_visit", "drop_in", "gp_message")),
    ("contact", "c1"),
    *(("instrument", each) for each in ("phq9", "swemwbs")),
    *(("measure", each) for each in ("m1", "m2")),
    *(("plan", each) for each in ("l1", "l2")),
    ("framework", "what_matters"),
]
ALONE = {command: module for module in deciders.MODULES for command in members(module.Command)}
READY: dict[tuple[str, str], tuple[Any, ...]] = {
    ("programme", "refugee"): (
        programme.ProgrammeOpened(name="Sanctuary", restricted=True),
        programme.CriteriaPublished(version=1, minimum_age=18),
    ),
    ("person", "ottoline"): (
        person.PersonRegistered(name="Ottoline", nhs_number_status="07", stated_gender="X", ethnic_category="99"),
    ),
    ("consent", "ottoline"): (
        consent.ConsentGiven(
            scope="contact", audience="any", method="verbal", wording_version="v1", given_by="person", given_on=DAYS[0]
        ),
    ),
    ("referral", "r1"): (
        referral.ReferralReceived(
            person_id="ottoline",
            source="01",
            source_org="K83001",
            source_reference="b",
            setting="gp",
            priority="1",
            reasons=(),
            referrer_role="gp",
            received_at=TIMES[0],
        ),
        referral.ReferralAccepted(),
        referral.PlacedOnWaitingList(priority="1"),
    ),
    ("link_worker", "amira"): (
        link_worker.LinkWorkerEngaged(
            display_name="Amira", employer="U35821", fte_percent=100, caseload_limit=6, engaged_on=DAYS[0]
        ),
    ),
    ("link_worker", "ben"): (
        link_worker.LinkWorkerEngaged(
            display_name="Ben", employer="U35821", fte_percent=50, caseload_limit=8, engaged_on=DAYS[0]
        ),
    ),
}


OFTEN = [
    receive.ReceiveReferral,
    allocation.AllocateLinkWorker,
    allocation.ReallocateReferral,
    allocation.CloseReferral,
    allocation.ReopenReferral,
    absence.StartAbsence,
    absence.EndAbsence,
    allocation.WeighCase,
    propose.ProposeAllocation,
]
ASKED = [
    *JOINT_COMMANDS,
    *(command for command, module in ALONE.items() if module.CATEGORY in ("referral", "link_worker")),
    *OFTEN * 12,
]
"""Everything, and most often what needs luck to be granted."""


def days_at_work() -> st.SearchStrategy[list[tuple[tuple[str, str], Any]]]:
    """Wishes of every kind, each to a stream of the right category."""

    def addressed(command: type) -> st.SearchStrategy[tuple[tuple[str, str], Any]]:
        category = JOINT_COMMANDS[command].PRIMARY if command in JOINT_COMMANDS else ALONE[command].CATEGORY
        ids = [key for key in STREAMS if key[0] == category]
        return st.tuples(st.sampled_from(ids), wishes(command)).map(
            lambda pair: (pair[0], _named_after(pair[0][1], pair[1]))
        )

    return st.lists(st.sampled_from(ASKED).flatmap(addressed), min_size=15, max_size=40)


def _named_after(identity: str, wish: Any) -> Any:
    """A joint command to a referral or a link worker repeats its id."""
    repeated = _REPEATED.get(getattr(JOINT_COMMANDS.get(type(wish)), "PRIMARY", ""), "")
    if not hasattr(wish, repeated):
        return wish
    return type(wish)(**{name: getattr(wish, name) for name in field_types(type(wish))} | {repeated: identity})


def _cover(state: link_worker.State) -> str | None:
    return state.absence.cover_worker_id if state.absence else None


_REPEATED = {
    "referral": "referral_id",
    "link_worker": "link_worker_id",
    "person": "person_id",
    "record_access": "person_id",
    "representation": "person_id",
}


def test_together_decided_twice_equals_once_while_each_caseload_stays_true() -> None:
    granted: set[str] = set()

    @settings(
        max_examples=150, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )  # so that what it must have granted does not hang on luck
    @given(days_at_work())
    def law(days: list[tuple[tuple[str, str], Any]]) -> None:
        world: World = {
            key: after(BY_CATEGORY[key[0]], BY_CATEGORY[key[0]].INITIAL, READY.get(key, ())) for key in STREAMS
        }
        for key, wish in days:
            before = world
            module = JOINT_COMMANDS.get(type(wish))
            if module is not None:
                world = decided_together(world, module, key, wish)
            else:
                world = world | {key: alone(BY_CATEGORY[key[0]], world[key], wish)}
            if world != before:
                granted.add(type(wish).__name__)
            for worker in WORKERS:
                held = set(world["link_worker", worker].held)
                assert held == {each for each in REFERRALS if world["referral", each].worker_id == worker}
                assert not held or world["link_worker", worker].phase == "active"
                away = {each for each in WORKERS if _cover(world["link_worker", each]) == worker}
                assert world["link_worker", worker].covers == away

    law()
    assert granted >= {"ReceiveReferral", "AllocateLinkWorker", "ReallocateReferral", "CloseReferral", "ReopenReferral"}
    assert granted >= {"StartAbsence", "EndAbsence", "WeighCase", "ProposeAllocation"}
