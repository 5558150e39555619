"""What follows at work without anyone asking: a team lead hears of a concern, a team of a colleague who is not heard of."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from commonweal.domain.work import lone_visit, task
from commonweal.domain.work.lone_visit_start import StartLoneVisit
from commonweal.domain.work.safeguarding_raising import RaiseSafeguardingConcern
from commonweal.domain.workforce import link_worker
from tests.kernel.test_reactor import ICS, MONDAY, live

__all__ = ["live"]

Story = Callable[[ICS, ICS], Awaitable[None]]
AN_HOUR = timedelta(hours=1)


def test_a_concern_makes_one_task_of_the_same_day_that_names_nobody(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, there: ICS) -> None:
        await here.register()
        await here.refer()
        raised = RaiseSafeguardingConcern(referral_id="r1", types=("neglect",), detail="x", by="u", at=MONDAY)
        await here.ask("s1", raised)
        await here.reactor.react()
        await here.forget_all()
        await here.reactor.react()  # from the beginning once more
        state: task.State = (await here.data.streams.get("task", "safeguarding-s1")).state
        assert state.created == task.TaskCreated(
            kind="safeguarding", due_on=MONDAY.date(), source="safeguarding-s1", created_by="reactor"
        )
        assert await here.happened("task") == ["TaskCreated"]
        assert await there.happened("task") == []

    live(story)


def test_who_is_not_heard_of_by_the_time_they_said_last_is_overdue_by_itself(live: Callable[[Story], None]) -> None:
    async def story(here: ICS, _there: ICS) -> None:
        await here.ask(
            "amira", link_worker.EngageLinkWorker(display_name="Amira", employer="RP1", engaged_on=MONDAY.date())
        )
        for visit in ("stays", "returns"):
            await here.ask(visit, StartLoneVisit(worker_id="amira", expected_by=MONDAY + AN_HOUR, at=MONDAY))
        await here.ask("stays", lone_visit.CheckInLoneWorker(expected_by=MONDAY + 2 * AN_HOUR, at=MONDAY))
        await here.ask("returns", lone_visit.EndLoneVisit(by="u", at=MONDAY))
        for hours, overdue in ((1, 0), (2, 1), (3, 1)):
            here.now = MONDAY + hours * AN_HOUR
            await here.reactor.react()
            assert (await here.happened("lone_visit")).count("LoneWorkerOverdue") == overdue
        phases = [(await here.data.streams.get("lone_visit", each)).state.phase for each in ("stays", "returns")]
        assert phases == ["overdue", "ended"]

    live(story)
