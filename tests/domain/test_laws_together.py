"""What holds where several streams decide together: a caseload is true after whatever was asked in whatever order."""

from types import ModuleType
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commonweal import domain
from commonweal.domain import allocation, consent, link_worker, person, receive, referral
from commonweal.domain.message import Refused, field_types
from tests.domain.arbitrary import DAYS, PEOPLE, REFERRALS, TIMES, WORKERS, members, wishes
from tests.given import BY_CATEGORY


def after(module: ModuleType, state: Any, events: Any) -> Any:
    for event in events:
        state = module.evolve(state, event)
    return state


World = dict[tuple[str, str], Any]


def decided_together(world: World, module: ModuleType, primary: tuple[str, str], command: Any) -> World:
    """Every stream after a joint command; checks the laws of one decision on the way."""

    def ask(world: World) -> World | None:
        others = module.reads(world[primary], command)
        keys = (primary, *others)
        made = module.decide(tuple(world[key] for key in keys), command)
        assert len(made) == len(keys)
        if not any(made):
            return None
        return world | {
            key: after(BY_CATEGORY[key[0]], world[key], events) for key, events in zip(keys, made, strict=True)
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


JOINT_COMMANDS = {command: module for module in domain.JOINT for command in members(module.Command)}
STREAMS = [
    *(("person", each) for each in PEOPLE),
    *(("consent", each) for each in PEOPLE),
    *(("referral", each) for each in REFERRALS),
    *(("link_worker", each) for each in WORKERS),
]
ALONE = {command: module for module in domain.MODULES for command in members(module.Command)}
READY: dict[tuple[str, str], tuple[Any, ...]] = {
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


ASKED = [
    *JOINT_COMMANDS,
    *(command for command, module in ALONE.items() if module.CATEGORY in ("referral", "link_worker")),
    *[allocation.AllocateLinkWorker, allocation.ReallocateReferral, allocation.ReopenReferral, receive.ReceiveReferral]
    * 4,
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

    return st.lists(st.sampled_from(ASKED).flatmap(addressed), min_size=10, max_size=30)


def _named_after(identity: str, wish: Any) -> Any:
    """A joint command repeats the id of the referral it is addressed to."""
    if not hasattr(wish, "referral_id"):
        return wish
    return type(wish)(**{name: getattr(wish, name) for name in field_types(type(wish))} | {"referral_id": identity})


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

    law()
    assert granted >= {"ReceiveReferral", "AllocateLinkWorker", "ReallocateReferral", "CloseReferral", "ReopenReferral"}
