"""Anyone asks for anything, in two ICSs in turn: after each wish the log still tells the whole truth, and keeps every secret.

Hypothesis plays random commands of random roles through GraphQL, with ids of the one ICS offered to the other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from commonweal.domain import user
from commonweal.domain.directory.community_organisation import ListOrganisation
from commonweal.domain.directory.community_service import ApproveService, AssureService
from commonweal.domain.directory.connect import OfferConnection
from commonweal.domain.directory.listing import SubmitService
from commonweal.domain.measures.measuring import ScheduleMeasure
from commonweal.domain.message import field_types
from commonweal.domain.plans.plan_start import StartPlan
from commonweal.domain.referrals.referral import AcceptReferral, RecordFirstContact
from commonweal.domain.work.contact_booking import BookContact
from commonweal.domain.work.note_signing import SignNote
from commonweal.domain.work.safeguarding_raising import RaiseSafeguardingConcern
from commonweal.domain.work.task import CreateTask
from commonweal.kernel.decider import BEHAVIOURS, CATEGORY_OF, DECIDERS, category
from commonweal.kernel.log import Recorded
from commonweal.runtime import mutations, permissions
from commonweal.runtime.installation import Installation
from projections import READ_MODELS
from projections.caseload import READ_MODEL
from tests.domain.arbitrary import wishes
from tests.projections.scene import Scene, scene
from tests.story import DAY, RECEIVED, agreed, allocated, configured, engaged, referred, registered

TENANTS: Final = ("QPM", "QMF")
SECRETS: Final = {"QPM": "Zyzzyva", "QMF": "Quokka"}
"""What stands in every word that somebody wrote of a person in one of them."""
PUBLIC: Final = frozenset(
    {
        "link_worker",
        "community_organisation",
        "community_service",
        "framework",
        "programme",
        "allocation_rule",
        "tenant",
        "user",
    }
)
"""Kinds of stream that speak of no person: the names of colleagues, of services and of rules stand in them in clear."""
LEADS: Final[Mapping[str, str]] = {
    "person_id": "person",
    "other_id": "person",
    "survivor_id": "person",
    "absorbed_id": "person",
    "referral_id": "referral",
    "worker_id": "link_worker",
    "link_worker_id": "link_worker",
    "from_worker_id": "link_worker",
    "to_worker_id": "link_worker",
    "cover_worker_id": "link_worker",
    "plan_id": "plan",
    "contact_id": "contact",
    "service_id": "community_service",
    "organisation_id": "community_organisation",
}
"""Field → the kind of record its id is of."""
COMMANDS: Final = sorted(
    (command for command in permissions.COMMANDS if mutations._offered(command)),
    key=lambda command: command.__name__,
)
ROLES: Final = sorted(user.ROLES)
BY: Final = "user-wren"
MET: Final = RECEIVED + timedelta(days=1)
EXAMPLES: Final = count(1)


def _due(case: str) -> ScheduleMeasure:
    return ScheduleMeasure(referral_id=case, instrument="ons4", point="baseline", due_on=DAY, on=DAY)


def followed(made: Scene, ods: str) -> None:
    """Every room of an ICS read on to its head."""

    async def every() -> None:
        for model in READ_MODELS:
            await replace(made, model=model).room(ods).catch_up()

    made.run(every())


class Play(RuleBasedStateMachine):
    """One example: two ICSs that begin with the same story, and whatever is asked of them then."""

    made: Scene

    def __init__(self) -> None:
        super().__init__()
        self.number = next(EXAMPLES)
        self.keys = count(1)
        self.known: dict[tuple[str, str], list[str]] = {}
        """(ICS, kind) → ids of records there are."""

    @initialize()
    def a_case_each(self) -> None:
        for ods in TENANTS:
            person, case, worker = (f"{ods.lower()}-{self.number}-{kind}" for kind in ("person", "case", "worker"))
            secret = SECRETS[ods]
            self.made.do(person, registered(f"{secret} Finch", phone=f"{secret} 07700"), agreed(), ods=ods)
            self.made.do(worker, engaged("Amber Hale", caseload_limit=400), ods=ods)
            self.made.do(case, referred(person, case, narrative=f"{secret} is lonely"), ods=ods)
            self.made.do(case, AcceptReferral(), allocated(case, worker), ods=ods)
            self.made.do(case, RecordFirstContact(medium="02", held_at=MET, note=f"{secret} said hello"), ods=ods)
            for kind, identity in (("person", person), ("referral", case), ("link_worker", worker)):
                self.known.setdefault((ods, kind), []).append(identity)
            self._work_on(ods, case, secret)

    def _work_on(self, ods: str, case: str, secret: str) -> None:
        """One of everything that can hang on a case, so that much of what is asked then can be granted."""
        person = self.known[ods, "person"][0]
        owner, service = (f"{ods.lower()}-{self.number}-{kind}" for kind in ("organisation", "service"))
        listed = SubmitService(organisation_id=owner, kind="activity", name="Lunch", needs=("loneliness",), by=BY)
        booked = BookContact(referral_id=case, person_id=person, kind="follow_up", medium="02", starts_at=MET)
        offered = OfferConnection(referral_id=case, service_id=service, mode="supported", by=BY, on=DAY)
        concern = RaiseSafeguardingConcern(
            referral_id=case, types=("domestic",), detail=f"{secret} is afraid", by=BY, at=MET
        )
        plan = f"{ods.lower()}-{self.number}-plan"
        for kind, identity, commands in (
            ("community_organisation", owner, (ListOrganisation(name="Neighbours"),)),
            (
                "community_service",
                service,
                (listed, ApproveService(by=BY), AssureService(method="phone", by=BY, on=DAY)),
            ),
            ("connection", f"{case}-connection", (offered,)),
            ("contact", f"{case}-contact", (booked,)),
            ("note", f"{case}-note", (SignNote(referral_id=case, text=f"{secret} is well", by=BY, at=MET),)),
            ("task", f"{case}-task", (CreateTask(kind="call", due_on=DAY, referral_id=case, words=secret, by=BY),)),
            ("plan", plan, (StartPlan(plan_id=plan, referral_id=case, by=BY),)),
            ("measure", f"{case}-measure", (_due(case),)),
            ("safeguarding", f"{case}-concern", (concern,)),
        ):
            self.made.do(identity, *commands, ods=ods)
            self.known[ods, kind] = [identity]

    @rule(data=st.data(), command=st.sampled_from(COMMANDS), ods=st.sampled_from(TENANTS))
    def someone_who_may_asks(self, data: st.DataObject, command: type, ods: str) -> None:
        role = data.draw(st.sampled_from(sorted(permissions.COMMANDS[command])))
        self._wish(data, command, ods, role, ods)

    @rule(data=st.data(), command=st.sampled_from(COMMANDS), ods=st.sampled_from(TENANTS), role=st.sampled_from(ROLES))
    def anyone_asks_for_a_record_of_the_other(self, data: st.DataObject, command: type, ods: str, role: str) -> None:
        (other,) = (each for each in TENANTS if each != ods)
        self._wish(data, command, ods, role, other)

    def _wish(self, data: st.DataObject, command: type, ods: str, role: str, whose: str) -> None:
        """Something arbitrary, about records of the ICS `whose`."""
        wish = data.draw(wishes(command))
        given = {
            mutations.camel(name): self._value(data, name, getattr(wish, name), ods, whose)
            for name in mutations.asked(command)
        }
        given = {name: value for name, value in given.items() if value is not None}
        document, new = mutations.document(command), mutations.makes_new(command)
        about = self._some(data, BEHAVIOURS[command].primary, whose, command)
        variables = {"id": about, "input": given, "key": f"{self.number}-{next(self.keys)}"}
        if "known_referrals" in field_types(command):  # it waits until a room has come so far
            followed(self.made, ods)
        found = self._ask(ods, role, document, {name: v for name, v in variables.items() if f"${name}:" in document})
        if found and new and whose == ods:
            self.known.setdefault((ods, BEHAVIOURS[command].primary), []).append(found)

    def _some(self, data: st.DataObject, kind: str, whose: str, command: type) -> str:
        """The id of a record of that kind, or one that leads nowhere. What is kept of a person has their id."""
        if kind == "user":
            return data.draw(st.sampled_from(("0" * 32, "f" * 32)))
        decider = DECIDERS[kind]
        there = self.known.get((whose, "person" if decider.subject_is_stream else kind), [])
        return data.draw(st.sampled_from(there)) if there else f"nowhere-{command.__name__}"

    def _value(self, data: st.DataObject, name: str, value: Any, ods: str, whose: str) -> Any:
        if isinstance(value, tuple):
            return [self._value(data, name, each, ods, whose) for each in value]
        if isinstance(value, datetime | date):
            return value.isoformat()
        if value is not None and (kind := LEADS.get(name)) and (there := self.known.get((whose, kind))):
            return data.draw(st.sampled_from(there))
        if value in ("a", "b") and data.draw(st.booleans()):
            return f"{SECRETS[ods]} {value}"
        return value

    def _ask(self, ods: str, role: str, document: str, variables: Mapping[str, Any]) -> str | None:
        """The id of the record, where it was granted. Whatever came of it, the laws hold afterwards."""
        heads = {each: self._head(each) for each in TENANTS}
        answer, errors = self.made.answer(document, ((role, "tenant"),), ods, **variables)
        codes = [error.get("extensions", {}).get("code") for error in errors]
        assert "INTERNAL" not in codes, (document, variables, errors)
        for each in TENANTS:
            new = self._since(each, heads[each])
            if each != ods:
                assert not new, f"{ods} wrote in {each}"
            assert not errors or not new, "what was refused was written"
            self._true(each, new)
        return None if errors else str(next(iter(answer.values()))["id"])

    def _head(self, ods: str) -> int:
        return self.made.run(self.made.tenants[ods].log.head())

    def _since(self, ods: str, head: int) -> list[Recorded]:
        return list(self.made.run(self.made.tenants[ods].log.after(head, 1_000)))

    def _true(self, ods: str, new: list[Recorded]) -> None:
        """Each stream that was written is what its events say, and no word about a person stands in one in clear."""
        streams = self.made.tenants[ods].streams
        for stream_id in {each.stream_id for each in new}:
            kind, identity = category(stream_id), stream_id.partition("-")[2]
            decider, state = DECIDERS[kind], DECIDERS[kind].initial
            for fact in self.made.run(self._whole(ods, stream_id)):
                assert CATEGORY_OF[type(fact.event)] == kind
                state = decider.evolve(state, fact.event)
            assert self.made.run(streams.get(kind, identity)).state == state, stream_id
            assert self.made.run(streams.committed(kind, identity)).state == state, stream_id
        for each in new:
            for secret in SECRETS.values():
                assert category(each.stream_id) in PUBLIC or secret.encode() not in each.data, each.type
                assert secret not in each.stream_id

    async def _whole(self, ods: str, stream_id: str) -> Any:
        tenant = self.made.tenants[ods]
        return await tenant.streams.understand(await tenant.log.stream(stream_id))

    def teardown(self) -> None:
        for ods in TENANTS if self.known else ():
            followed(self.made, ods)


@pytest.fixture(scope="module")
def made(servers: Installation) -> Iterator[Scene]:
    others = [model for model in READ_MODELS if model is not READ_MODEL]
    with scene(servers, READ_MODEL, *others) as found:
        for ods in TENANTS:
            found.do(ods, configured(ods, "Nene"), ods=ods)
        yield found


def test_whatever_is_asked_the_log_is_true_and_nothing_crosses(made: Scene) -> None:
    Play.made = made
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    budget = settings(max_examples=12, stateful_step_count=40, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(Play, settings=budget)
    for ods, secret in SECRETS.items():
        _nothing_in_clear(made, ods, secret)
        (other,) = (each for each in TENANTS if each != ods)
        assert SECRETS[other] not in str(_rooms(made, ods)), f"{ods} holds words of {other}"
    assert SECRETS["QPM"] in str(_rooms(made, "QPM")), "the rooms hold what they should"


def _nothing_in_clear(made: Scene, ods: str, secret: str) -> None:
    """No table but the rooms' holds a word about a person."""

    async def search() -> list[str]:
        prefixes = tuple(f"{model.name}_v{model.version}_" for model in READ_MODELS)
        async with made.tenants[ods].pool.borrow() as connection:
            tables = await (
                await connection.execute(
                    "select relname from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'"
                )
            ).fetchall()
            found = []
            for (table,) in tables:
                if table.startswith(prefixes) or table == "events":
                    continue
                rows = await (await connection.execute(f"table {table}".encode())).fetchall()
                found += [table for row in rows for each in row if _says(each, secret)]
            return found

    assert made.run(search()) == []


def _says(value: Any, secret: str) -> bool:
    return secret.encode() in bytes(value) if isinstance(value, bytes | memoryview) else secret in str(value)


def _rooms(made: Scene, ods: str) -> Any:
    async def read() -> list[Any]:
        async with made.tenants[ods].pool.borrow() as connection:
            return [
                await (await connection.execute(f"table {model.table('person')}".encode())).fetchall()
                for model in (READ_MODEL,)
            ]

    return made.run(read())
