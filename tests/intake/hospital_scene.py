"""A scene for the intake's tests: two ICSs, a trust connected to each, someone known, and the messages a trust may send."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from commonweal.domain.people.person import RegisterPerson
from commonweal.domain.tenant import ConfigureTenant, Policies, Trust
from commonweal.intake.accept import Inbox
from commonweal.kernel.handle import handle
from commonweal.kernel.streams import Fact
from commonweal.runtime.installation import Installation
from tenants.store import Store, Tenant
from tests.tenant import about, store

MESSAGES = Path(__file__).parent / "hl7v2"
TRUST = Trust(ods="RZZ", name="Example General", hl7v2_facilities=("RZZ01",))
ICS = ConfigureTenant(
    ods="QZI",
    name="Example",
    gss="E54000059",
    trusts=(TRUST,),
    policies=Policies(discharge_offer="wards", offer_wards=("Bay 2",), offer_hours=48),
    on=date(2026, 4, 1),
)
NHS_NUMBER = "9434765919"
"""Of the person in tests/intake/hl7v2/*.hl7, as their name and day of birth."""
ARAMINTA = RegisterPerson(
    name="Araminta Testpatient",
    date_of_birth=date(1947, 2, 14),
    nhs_number=NHS_NUMBER,
    nhs_number_status="01",
    on=date(2026, 1, 1),
)
WORDS = (
    b"Testpatient",
    b"Araminta",
    b"H0012345",
    b"VN-778899",
    b"9434765919",
    b"943 476 5919",
    b"nn15 7zz",
    b"19470214",
)
"""What says who it is, as the messages write it."""


def sent(name: str, *changes: tuple[str, str]) -> bytes:
    """A message as sent, with parts of it changed."""
    text = (MESSAGES / f"{name}.hl7").read_bytes().decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


def names(facts: list[Fact]) -> list[str]:
    """Of what happened, in its order."""
    return [type(fact.event).__name__ for fact in facts]


@dataclass(frozen=True)
class Scene:
    """`here` knows the trust and may know someone; `there` is another ICS."""

    servers: Installation
    store: Store
    here: Tenant
    there: Tenant

    @property
    def inbox(self) -> Inbox:
        return Inbox(self.here.streams, self.here.pool.borrow)

    async def know(self, person: RegisterPerson = ARAMINTA, identity: str = "araminta") -> None:
        """Someone is registered here."""
        await handle(self.here.streams, identity, person, about())

    async def told(self, tenant: Tenant | None = None) -> list[Fact]:
        """What stands in an ICS's hospital stays."""
        streams = (tenant or self.here).streams
        facts = await streams.understand(await streams.log.after(0, 1000))
        return [fact for fact in facts if fact.stream_id.startswith("hospital_episode-")]

    async def events(self, tenant: Tenant | None = None) -> list[str]:
        """The same, by name."""
        return names(await self.told(tenant))

    async def rows(self, tenant: Tenant | None = None) -> list[dict[str, Any]]:
        """The messages in an ICS's inbox, in the order they came."""
        async with (tenant or self.here).pool.borrow() as connection:
            cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
            return await (await cursor.execute("select * from inbox order by received_at, id")).fetchall()

    async def keys(self) -> set[str]:
        """The names of the keys in the ICS's vault."""
        async with await psycopg.AsyncConnection.connect(self.servers.vault_url) as admin:
            return {name for (name,) in await (await admin.execute("select id from qzi.data_keys")).fetchall()}


@asynccontextmanager
async def scene(servers: Installation, trust: Trust = TRUST) -> AsyncIterator[Scene]:
    """Two ICSs, QZI and QZJ, with the same trust connected to each by a line of its own."""
    async with store(servers, "QZI", "QZJ") as opened:
        here, there = await opened.tenant("QZI"), await opened.tenant("QZJ")
        await handle(here.streams, "QZI", replace(ICS, trusts=(trust,)), about())
        other = replace(trust, mllp_line=trust.mllp_line + 1 if trust.mllp_line else None)
        await handle(there.streams, "QZJ", replace(ICS, ods="QZJ", trusts=(other,)), about())
        yield Scene(servers, opened, here, there)
