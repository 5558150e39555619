"""What follows in an ICS without anyone asking: once, on time, and through any cut."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from psycopg import OperationalError, sql

from commonweal.domain import hospital, tenant
from commonweal.domain.measures import measuring
from commonweal.domain.message import ERASED
from commonweal.domain.people import consent, merge, person
from commonweal.domain.plans import plan_start
from commonweal.domain.referrals import reaching, receive, referral
from commonweal.domain.work import contact_booking, task
from commonweal.domain.workforce import allocation
from commonweal.kernel import react
from commonweal.kernel.decider import category
from commonweal.kernel.handle import handle
from commonweal.kernel.log import Borrow, Connection
from commonweal.kernel.react import Reactor
from commonweal.runtime.bench.throwaway import throwaway
from commonweal.runtime.forgetting import forget
from commonweal.runtime.installation import Installation
from commonweal.runtime.process import end
from tenants.store import Tenant
from tests.story import allocated, engaged
from tests.tenant import about

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
CARE = tenant.Policies(discharge_offer="care_relationship", offer_hours=48)
WARDS = tenant.Policies(discharge_offer="wards", offer_wards=("Cedar",), offer_hours=48)
HOME = hospital.HearFromHospital(
    fact=hospital.PatientDischarged(trust="RNS", ward="Cedar", occurred_at=MONDAY, nhs_number="9434765919")
)
NOT_HOME = hospital.HearFromHospital(fact=hospital.DischargeCancelled(occurred_at=MONDAY))
MATCH = hospital.MatchPatient(person_id="ottoline", method="nhs_number")


@dataclass
class ICS:
    """One ICS, what is asked of it, and the clock its reactor goes by."""

    data: Tenant
    now: datetime = MONDAY
    reactor: Reactor = field(init=False)

    def __post_init__(self) -> None:
        self.reactor = self.another(self.data.pool.borrow)

    def another(self, borrow: Borrow) -> Reactor:
        return Reactor(self.data.streams, borrow, partial(forget, self.data), now=lambda: self.now)

    async def ask(self, identity: str, *commands: object) -> None:
        for command in commands:
            await handle(self.data.streams, identity, command, about(occurred_at=self.now))

    async def configure(self, policies: tenant.Policies) -> None:
        ods = self.data.ods
        command = tenant.ConfigureTenant(ods=ods, name="Wherever", gss="E54000059", policies=policies, on=MONDAY.date())
        await self.ask(ods, command)

    async def register(self, expires_on: date | None = None) -> None:
        await self.ask(
            "ottoline",
            person.RegisterPerson(
                name="Ottoline Quince", nhs_number="9434765919", nhs_number_status="01", on=MONDAY.date()
            ),
            consent.GiveConsent(
                scope="contact", method="verbal", wording_version="1", given_on=MONDAY.date(), expires_on=expires_on
            ),
        )

    async def refer(self, identity: str = "r1") -> None:
        await self.ask(
            identity,
            receive.ReceiveReferral(
                person_id="ottoline",
                source="01",
                source_org="K83001",
                source_reference=identity,
                setting="gp",
                reasons=("loneliness",),
                referrer_role="gp",
                received_at=MONDAY,
            ),
        )

    async def happened(self, *categories: str) -> list[str]:
        """The names of the events of these categories, in order."""
        facts = await self.data.log.after(0, 10_000)
        return [fact.type for fact in facts if category(fact.stream_id) in categories]

    async def ask_tables(self, query: str) -> list[tuple[Any, ...]]:
        async with self.data.pool.borrow() as connection:
            return await (await connection.execute(query.encode())).fetchall()

    async def forget_all(self) -> None:
        """As if the reactor had never run."""
        async with self.data.pool.borrow() as connection:
            for table in ("reactor_cases", "reactor_stays", "reactor_parts", "reactor_persons", "deadlines"):
                await connection.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))
            await connection.execute("update reactor set position = 0, policies = null")


Story = Callable[[ICS, ICS], Coroutine[Any, Any, None]]


@pytest.fixture
def live(servers: Installation) -> Callable[[Story], None]:
    """Runs a story in two ICSs, here and there; there the same things happened, and nothing may follow from what is done here."""

    async def two(story: Story) -> None:
        async with throwaway(servers, "QZX", "QZY") as (here, there):
            neighbour = ICS(there)
            await neighbour.register()
            await neighbour.refer()
            await neighbour.ask("stay", HOME, MATCH)
            before = await there.log.head()
            await story(ICS(here), neighbour)
            assert await there.log.head() == before

    return lambda story: asyncio.run(two(story))


def cut_after(uses: int, borrow: Borrow) -> Borrow:
    """A way to the database that is cut after so many uses."""
    left = uses

    @asynccontextmanager
    async def lend() -> AsyncIterator[Connection]:
        nonlocal left
        if left == 0:
            raise OperationalError("the connection is cut")
        left -= 1
        async with borrow() as connection:
            yield connection

    def lent() -> AbstractAsyncContextManager[Connection]:
        return lend()

    return lent


async def until(seen: Callable[[], Awaitable[bool]]) -> None:
    """Waits until it is so, ten seconds at most."""
    async with asyncio.timeout(10):
        while not await seen():  # noqa: ASYNC110 – it is asked of a database
            await asyncio.sleep(0.02)


@asynccontextmanager
async def following(reactor: Reactor, every: float) -> AsyncIterator[None]:
    """A reactor at work beside the test."""
    task = asyncio.create_task(reactor.follow(asyncio.Event(), every))
    try:
        yield
    finally:
        await end(task)


UNTIL_THE_POSITION = 2
"""The uses a batch makes of the database before it writes its position: where it is, what was noted."""


async def of_someone_we_know(here: ICS, policies: tenant.Policies = CARE) -> None:
    await here.configure(policies)
    await here.register()
    await here.refer()
    await here.ask("r1", referral.AcceptReferral())


def test_a_discharge_of_someone_we_know_becomes_an_offer_task_once(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, there: ICS) -> None:
        await of_someone_we_know(here)
        await here.ask("stay", HOME, MATCH)
        await here.reactor.react()
        assert await here.happened("hospital_episode") == [
            "PatientDischarged",
            "PatientMatched",
            "DischargeSupportTaskRaised",
        ]
        await here.reactor.react()
        await here.another(here.data.pool.borrow).react()
        await there.reactor.react()
        assert (await here.happened("hospital_episode")).count("DischargeSupportTaskRaised") == 1
        (fact,) = await here.data.streams.understand(await here.data.log.after(await here.data.log.head() - 1, 1))
        assert fact.event == hospital.DischargeSupportTaskRaised(
            rule="care_relationship", due_at=MONDAY + timedelta(hours=48)
        )
        assert (fact.actor, fact.channel) == ("reactor", "system")

    live(story)


def test_a_cut_between_the_command_and_the_position_changes_nothing(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await of_someone_we_know(here)
        await here.ask("stay", HOME, MATCH)
        cut = here.another(cut_after(UNTIL_THE_POSITION, here.data.pool.borrow))
        with pytest.raises(OperationalError):
            await cut.react()
        raised, head = await here.happened("hospital_episode"), await here.data.log.head()
        assert raised[-1] == "DischargeSupportTaskRaised"
        assert await here.ask_tables("select position from reactor") == [(0,)]
        assert await here.reactor.react() == head
        assert await here.happened("hospital_episode") == raised

    live(story)


def test_a_cancelled_discharge_takes_the_offer_task_with_it(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await of_someone_we_know(here)
        await here.ask("stay", HOME, MATCH)
        await here.reactor.react()
        await here.ask("stay", NOT_HOME)
        here.now += timedelta(days=9)
        await here.reactor.react()
        assert (await here.happened("hospital_episode"))[2:] == [
            "DischargeSupportTaskRaised",
            "DischargeCancelled",
            "DischargeSupportTaskCancelled",
        ]

    live(story)


def test_a_discharge_cancelled_before_we_looked_offers_nothing(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await of_someone_we_know(here)
        await here.ask("stay", HOME, MATCH, NOT_HOME)
        await here.reactor.react()
        assert "DischargeSupportTaskRaised" not in await here.happened("hospital_episode")

    live(story)


def test_a_ward_on_the_list_offers_support_to_a_stranger(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await here.configure(WARDS)
        await here.ask("stay", HOME)
        await here.reactor.react()
        assert await here.happened("hospital_episode") == ["PatientDischarged", "DischargeSupportTaskRaised"]

    live(story)


def test_an_ics_without_a_rule_offers_nothing(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, there: ICS) -> None:
        await of_someone_we_know(here, tenant.Policies())
        await here.ask("stay", HOME, MATCH)
        await here.reactor.react()
        await there.reactor.react()
        assert await here.happened("hospital_episode") == ["PatientDischarged", "PatientMatched"]

    live(story)


def test_a_person_known_from_an_earlier_batch_is_remembered(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await of_someone_we_know(here)
        await here.reactor.react()
        await here.ask("stay", HOME)
        await here.reactor.react()
        await here.ask("stay", MATCH)
        await here.another(here.data.pool.borrow).react()
        assert (await here.happened("hospital_episode"))[-1] == "DischargeSupportTaskRaised"

    live(story)


def test_an_offer_nobody_made_lapses_at_its_time(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await of_someone_we_know(here)
        await here.ask("stay", HOME, MATCH)
        here.now = MONDAY + timedelta(hours=48) - timedelta(seconds=1)
        await here.reactor.react()
        assert (await here.happened("hospital_episode"))[-1] == "DischargeSupportTaskRaised"
        here.now += timedelta(seconds=1)
        await here.reactor.react()
        assert (await here.happened("hospital_episode"))[-1] == "DischargeSupportTaskLapsed"
        assert await here.ask_tables("select kind from deadlines") == []

    live(story)


def test_triage_is_overdue_at_its_time_and_not_before(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await here.register()
        await here.refer()
        here.now = MONDAY + timedelta(days=2) - timedelta(seconds=1)
        await here.reactor.react()
        assert await here.happened("referral") == ["ReferralReceived"]
        here.now += timedelta(seconds=1)
        await here.reactor.react()
        await here.reactor.react()
        assert await here.happened("referral") == ["ReferralReceived", "TriageOverdue"]

    live(story)


def test_triage_done_in_time_is_never_overdue_however_late_we_look(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await here.register()
        await here.refer("r1")
        await here.refer("r2")
        await here.reactor.react()
        await here.ask("r1", referral.StartTriage(), referral.AcceptReferral())
        here.now = MONDAY + timedelta(days=90)
        await here.forget_all()
        await here.reactor.react()
        overdue = [each.stream_id for each in await here.data.log.after(0, 100) if each.type == "TriageOverdue"]
        assert overdue == ["referral-r2"]

    live(story)


def test_a_deadline_fires_though_nothing_else_happens(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, _: ICS) -> None:
        async def caught_up() -> bool:
            return here.reactor.caught_up

        async def overdue() -> bool:
            return "TriageOverdue" in await here.happened("referral")

        await here.register()
        await here.refer()
        here.now = MONDAY + timedelta(days=2) - timedelta(milliseconds=300)
        async with following(here.reactor, every=30):
            await until(caught_up)
            here.now += timedelta(seconds=1)
            await until(overdue)

    live(story)


def test_a_consent_expires_after_its_last_day(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await here.register(expires_on=date(2026, 1, 7))
        here.now = datetime(2026, 1, 7, 23, 59, tzinfo=UTC)
        await here.reactor.react()
        assert await here.happened("consent") == ["ConsentGiven"]
        here.now = datetime(2026, 1, 8, tzinfo=UTC)
        await here.reactor.react()
        assert await here.happened("consent") == ["ConsentGiven", "ConsentExpired"]

    live(story)


def test_a_consent_taken_back_does_not_expire_as_well(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await here.register(expires_on=date(2026, 1, 7))
        await here.ask("ottoline", consent.WithdrawConsent(scope="contact", withdrawn_on=MONDAY.date()))
        here.now = datetime(2026, 2, 1, tzinfo=UTC)
        await here.reactor.react()
        assert await here.happened("consent") == ["ConsentGiven", "ConsentWithdrawn"]

    live(story)


def test_an_erasure_cut_off_is_completed(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await here.register()
        await here.ask("ottoline", person.ErasePerson(basis="request_upheld"))
        log, vault = here.data.log, here.data.streams.vault
        assert await log.holder("nhs_number", "9434765919") == "person-ottoline"
        cut = here.another(cut_after(UNTIL_THE_POSITION, here.data.pool.borrow))
        with pytest.raises(OperationalError):
            await cut.react()
        await here.reactor.react()
        assert await vault.destroyed() == {"ottoline"}
        assert await log.holder("nhs_number", "9434765919") is None
        (registered, *_rest) = await here.data.streams.understand(await log.after(0, 1))
        assert registered.event.name is ERASED

    live(story)


def test_a_death_closes_what_was_open(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await of_someone_we_know(here)
        await here.refer("r2")
        await here.refer("r3")
        await here.ask("r3", referral.RejectReferral(reason="01", feedback="Not for us."))
        await here.ask("ottoline", person.RecordDeath(source="family"))
        await here.reactor.react()
        facts = await here.data.streams.understand(await here.data.log.after(0, 100))
        closed = [
            (each.identity, each.event.reason) for each in facts if isinstance(each.event, referral.ReferralClosed)
        ]
        assert closed == [("r1", "died"), ("r2", "died")]

    live(story)


def test_what_was_opened_again_is_not_closed_by_reading_the_death_again(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await of_someone_we_know(here)
        await here.ask("ottoline", person.RecordDeath(source="family"))
        await here.reactor.react()
        await here.ask("r1", allocation.ReopenReferral(referral_id="r1"))
        head = await here.reactor.react()
        await here.forget_all()
        assert await here.reactor.react() == head
        assert (await here.happened("referral"))[-3:] == ["ReferralClosed", "ReferralReopened", "PlacedOnWaitingList"]

    live(story)


async def in_support(here: ICS) -> None:
    """Someone with a link worker, a plan, a contact to come, a task and a question to be asked."""
    await of_someone_we_know(here, tenant.Policies())
    await here.ask("amira", engaged("Amira", engaged_on=MONDAY.date()))
    await here.ask("r1", allocated("r1", "amira"), referral.RecordFirstContact(medium="01", held_at=MONDAY))
    about: dict[str, Any] = {"referral_id": "r1", "person_id": "ottoline", "kind": "follow_up", "medium": "01"}
    await here.ask("l1", plan_start.StartPlan(plan_id="l1", referral_id="r1", by="amira"))
    await here.ask("b1", contact_booking.BookContact(starts_at=MONDAY + timedelta(days=7), **about))
    await here.ask("b2", contact_booking.BookContact(starts_at=MONDAY + timedelta(hours=1), **about))
    await here.ask("t1", task.CreateTask(kind="call", due_on=MONDAY.date(), referral_id="r1", by="amira"))
    for point in ("review", "end"):
        wish = measuring.ScheduleMeasure(
            referral_id="r1", instrument="ons4", point=point, due_on=MONDAY.date(), on=MONDAY.date()
        )
        await here.ask(f"m-{point}", wish)


PARTS = ("plan", "contact", "task", "measure")
OPENED = ["PlanStarted", "ContactBooked", "ContactBooked", "TaskCreated", "MeasureScheduled", "MeasureScheduled"]


@pytest.mark.parametrize("read_before", [True, False], ids=["in another batch", "in one batch"])
def test_what_was_open_in_a_case_ends_with_it_once(live: Callable[[Story], None], read_before: bool) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await in_support(here)
        if read_before:
            await here.reactor.react()
        here.now = MONDAY + timedelta(days=1)
        await here.ask("r1", allocation.CloseReferral(referral_id="r1", reason="goals_met"))
        cut = here.another(cut_after(UNTIL_THE_POSITION, here.data.pool.borrow))
        with pytest.raises(OperationalError):
            await cut.react()
        head = await here.reactor.react()
        ended = ["ContactCancelled", "MeasureLapsed", "PlanEndedEarly", "TaskCancelled"]
        assert await here.happened(*PARTS) == [*OPENED, *ended]
        left = await here.ask_tables("select kind, identity from reactor_parts order by 1, 2")
        assert left == [("contact", "b2"), ("measure", "m-end")]
        await here.forget_all()
        assert await here.reactor.react() == head
        assert await here.ask_tables("select kind, identity from reactor_parts order by 1, 2") == left

    live(story)


def test_a_death_told_of_the_record_that_goes_on_ends_what_was_begun_under_the_other(
    live: Callable[[Story], None],
) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await in_support(here)
        await here.ask("ada", person.RegisterPerson(name="Ottilie Quince", nhs_number_status="03", on=MONDAY.date()))
        merged = merge.MergePersons(person_id="ada", absorbed_id="ottoline", evidence="person_confirmed", by="amira")
        await here.ask("ada", merged)
        await here.reactor.react()
        await here.ask("ada", person.RecordDeath(source="family"))
        await here.reactor.react()
        ended = ["ContactCancelled", "ContactCancelled", "MeasureLapsed", "MeasureLapsed", "PlanEndedEarly", "TaskCancelled"]  # fmt: skip
        assert (await here.happened("referral"))[-1] == "ReferralClosed"
        assert await here.happened(*PARTS) == [*OPENED, *ended]
        assert await here.ask_tables("select * from reactor_parts") == []

    live(story)


@pytest.mark.parametrize(
    ("basis", "ended"),
    [("registered_in_error", "ReferralRetractedInError"), ("request_upheld", "SocialPrescribingDeclined")],
)
def test_an_erasure_ends_what_was_open_and_tells_nobody(live: Callable[[Story], None], basis: str, ended: str) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await in_support(here)
        await here.ask("r1", reaching.AcceptSocialPrescribing(at=MONDAY))
        await here.reactor.react()
        told = await here.happened("gp_message")
        await here.ask("ottoline", person.ErasePerson(basis=basis))
        await forget(here.data, "ottoline", basis)  # as the command line does, before the reactor has seen it
        head = await here.reactor.react()
        assert (await here.happened("referral"))[-1] == ended
        assert "CaseReleased" in await here.happened("link_worker")
        assert (await here.happened("plan"))[-1] == "PlanEndedEarly"
        assert await here.ask_tables("select kind, identity from reactor_parts where kind = 'plan'") == []
        assert (await here.happened("gp_message"))[len(told) :] == ["GPMessageQueued", "GPMessageWithheld"]
        await here.forget_all()
        assert await here.reactor.react() == head

    live(story)


def test_reading_the_whole_log_again_changes_nothing(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await of_someone_we_know(here)
        await here.ask(
            "ottoline",
            consent.GiveConsent(
                scope="sms", method="verbal", wording_version="1", given_on=MONDAY.date(), expires_on=MONDAY.date()
            ),
        )
        await here.refer("r2")
        await here.ask("stay", HOME, MATCH)
        here.now = MONDAY + timedelta(days=9)
        head = await here.reactor.react()
        assert {"DischargeSupportTaskLapsed", "TriageOverdue", "ConsentExpired"} <= set(
            await here.happened("hospital_episode", "referral", "consent")
        )
        await here.ask("ottoline", person.ErasePerson(basis="request_upheld"))
        tables = "select d.kind, d.identity, c.phase from deadlines as d full join reactor_cases as c on c.referral_id = d.identity"
        head = await here.reactor.react()
        for _time in range(2):
            assert await here.reactor.react() == head
            kept = await here.ask_tables(tables)
            await here.forget_all()
        await here.another(here.data.pool.borrow).react()
        assert await here.ask_tables(tables) == kept
        assert await here.data.log.head() == head

    live(story)


def test_what_is_refused_is_passed_over(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await here.register()
        async with here.data.pool.borrow() as connection:
            await connection.execute(
                "insert into deadlines (kind, identity, about, due_at, event_id, position)"
                " values ('triage_overdue', 'nobody', '', %s, gen_random_uuid(), 1)",
                (MONDAY - timedelta(days=1),),
            )
        head = await here.reactor.react()
        await here.refer()
        assert await here.reactor.react() == head + 1
        assert here.reactor.stopped is None

    live(story)


def test_an_error_stops_it_says_so_and_skips_nothing(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, _: ICS) -> None:
        await of_someone_we_know(here)
        await here.ask("stay", HOME, MATCH)
        lost = True

        def sometimes() -> AbstractAsyncContextManager[Connection]:
            return (cut_after(0, here.data.pool.borrow) if lost else here.data.pool.borrow)()

        reactor = here.another(sometimes)

        async def stopped() -> bool:
            return reactor.stopped is not None

        async def well() -> bool:
            return not reactor.complaint

        async with following(reactor, every=0.1):
            await until(stopped)
            assert reactor.complaint.startswith("QZX: the reactor is stopped by OperationalError at test_reactor.py")
            lost = False
            await until(well)
        assert (await here.happened("hospital_episode"))[-1] == "DischargeSupportTaskRaised"

    live(story)


def test_what_comes_between_two_errors_makes_the_second_a_first_one(
    live: Callable[[Story], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(react, "BATCH", 1)
    monkeypatch.setattr(react, "_BACKOFF", (0.0, 3600.0))

    async def story(here: ICS, _: ICS) -> None:
        await of_someone_we_know(here)
        await here.ask("stay", HOME, MATCH)
        said = list[str]()

        def twice() -> AbstractAsyncContextManager[Connection]:
            said.append(reactor.complaint)
            return (cut_after(0, here.data.pool.borrow) if len(said) in (1, 7) else here.data.pool.borrow)()

        reactor = here.another(twice)

        async def well() -> bool:
            return not reactor.complaint

        async with following(reactor, every=0.1):
            await until(well)
        assert said[1].startswith("QZX: the reactor is stopped by OperationalError")
        assert said[4] == "QZX: the reactor is catching up", "it goes again"
        assert said[7] == said[1]

    live(story)
