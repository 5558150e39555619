"""A version that tells A&E by itself goes on where the one before, which told the wards and A&E alike, had come to."""

import asyncio

import psycopg

from commonweal.kernel import migrate
from commonweal.runtime.installation import Installation
from tenants import provision


def test_nothing_that_was_told_is_told_again(servers: Installation) -> None:
    before = [each for each in provision.TENANT if each.name != "replay" and each.number <= 6]

    async def inside() -> None:
        async with await psycopg.AsyncConnection.connect(servers.database_url, autocommit=True) as admin:
            for statement in (
                "create role qzg nologin",
                "grant qzg to current_user",
                "create schema qzg authorization qzg",
            ):
                await admin.execute(statement.encode())
            try:
                await migrate.apply(admin, "qzg", "qzg", before)
                await admin.execute(
                    "insert into qzg.consumed (integration, position) values ('hospital_discharge', 812)"
                )
                await migrate.apply(admin, "qzg", "qzg", provision.TENANT)
                rows = await (await admin.execute("select integration, position from qzg.consumed")).fetchall()
                assert dict(rows) == {"hospital_discharge": 812, "emergency_department": 812}
            finally:
                await admin.execute("drop owned by qzg cascade")
                await admin.execute("drop role qzg")

    asyncio.run(inside())
