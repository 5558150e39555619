"""Commands: a record of six events is read, the wish weighed against it, and one event appended."""

import asyncio
import itertools
import random
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from datetime import date
from functools import partial
from typing import Any, Final

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.domain import event as recorded

from commonweal.domain.people.person import CorrectPersonDetails, RegisterPerson
from commonweal.kernel.handle import handle
from commonweal.runtime.bench import peers
from commonweal.runtime.bench.measure import Plan, Row, Run, Side, compared, in_turn, workers
from commonweal.runtime.bench.throwaway import about, throwaway
from commonweal.runtime.installation import Installation
from tenants.store import Tenant

_UNIT: Final = "commands/s"
_row: Final = partial(compared, _UNIT)
_TODAY: Final = date(2026, 1, 5)
_PEOPLE: Final = 512
_TENANTS: Final = 36
_FRESH: Final = 1_200
"""New records a second for the library, more than it gets through: where it did, it would read a seventh event."""
_DATA: Final = b"x" * 230
"""As long as a correction is when stored."""


async def measure(servers: Installation, plan: Plan) -> list[Row]:
    """All cases."""
    url = servers.database_url
    async with AsyncExitStack() as stack:
        tenants = await stack.enter_async_context(throwaway(servers, *(f"QZB{n:02}" for n in range(_TENANTS))))
        await stack.enter_async_context(peers.ground(url))
        await peers.fill_for_pgbench(url, _PEOPLE, _DATA)
        library = stack.enter_context(_library(url))
        plan.tell("six events for each record")
        alone = await new_people(tenants[:1], _PEOPLE)
        rows: list[Row] = []
        for count, beside_library, beside_pgbench in ((16, 12.0, 0.8), (64, 20.0, 1.5)):
            measured = await in_turn(
                plan,
                {
                    f"{count} concurrent": correcting(alone, count),
                    f"pgbench, {count} clients": peers.pgbench(url, count, _PEOPLE, _DATA),
                    "Application": library,
                },
            )
            ours, pgbench, application = measured.values()
            rows.append(_row(f"{count} concurrent / pgbench select + insert, {count} clients", beside_pgbench, ours, pgbench))  # fmt: skip
            rows.append(_row(f"{count} concurrent / eventsourcing Application, 16 threads", beside_library, ours, application))  # fmt: skip
        measured = await in_turn(
            plan, {"one at a time": correcting(alone, 1), "pgbench, 1 client": peers.pgbench(url, 1, _PEOPLE, _DATA)}
        )
        rows.append(_row("one at a time / pgbench select + insert, 1 client", 0.6, *measured.values()))
        spread = await new_people(tenants, 8)
        measured = await in_turn(
            plan,
            {
                f"64 concurrent over {_TENANTS} tenants": correcting(spread, 64),
                "64 concurrent, one tenant": correcting(alone, 64),
            },
        )
        rows.append(_row(f"64 concurrent over {_TENANTS} tenants / 64 on one tenant", None, *measured.values()))
        return rows


async def new_people(tenants: Sequence[Tenant], each: int) -> list[tuple[Tenant, str]]:
    """New people, each with six events: warm from here on."""
    people = [(tenant, str(uuid.uuid4())) for tenant in tenants for _ in range(each)]

    async def make(tenant: Tenant, person: str) -> None:
        registered = RegisterPerson(name="Invented Person", nhs_number_status="07", on=_TODAY)
        await handle(tenant.streams, person, registered, about())
        for number in range(5):
            await handle(tenant.streams, person, _correction(number), about())

    # One after another where there are many tenants: their pools together would hold more connections than the server has.
    width = 64 if len(tenants) == 1 else 1
    for some in (people[at : at + width] for at in range(0, len(people), width)):
        await asyncio.gather(*(make(tenant, person) for tenant, person in some))
    return people


def _correction(number: int) -> CorrectPersonDetails:
    return CorrectPersonDetails(address=f"{number} Invented Street, Northampton", on=_TODAY)


def correcting(people: Sequence[tuple[Tenant, str]], count: int) -> Side:
    numbers = itertools.count(100)

    async def correct(_worker: int) -> None:
        tenant, person = random.choice(people)  # noqa: S311 – which record is next, not a secret
        await handle(tenant.streams, person, _correction(next(numbers)), about())

    return lambda seconds: workers(count, seconds, correct)


class Person(Aggregate):
    """The same record as the library's users write it."""

    @recorded("Registered")
    def __init__(self, name: str) -> None:
        self.name = name
        self.address = ""

    @recorded("DetailsCorrected")
    def correct(self, address: str) -> None:
        self.address = address


@contextmanager
def _library(url: str) -> Iterator[Side]:
    """eventsourcing's `Application`, its defaults, 16 threads. Its records are new in each round: six events, no more."""
    given = peers.library_settings(url)
    environment = {f"POSTGRES_{name.upper()}": str(value) for name, value in given.items()}
    environment |= {"PERSISTENCE_MODULE": "eventsourcing.postgres", "POSTGRES_SCHEMA": peers.SCHEMA}
    with Application[uuid.UUID](env=environment) as application:

        async def run(seconds: float) -> Run:
            new = await asyncio.to_thread(_new_people, application, int(_FRESH * seconds))
            ready = itertools.cycle(new)

            def correct() -> None:
                person: Any = application.repository.get(next(ready))
                person.correct("1 Invented Street, Northampton")
                application.save(person)

            return await peers.threads(peers.THREADS, seconds, correct)

        yield run


def _new_people(application: Application[uuid.UUID], count: int) -> list[uuid.UUID]:
    people = [Person("Invented Person") for _ in range(count)]
    for person in people:
        for number in range(5):
            person.correct(f"{number} Invented Street, Northampton")
    for at in range(0, count, 100):
        application.save(*people[at : at + 100])
    return [person.id for person in people]
