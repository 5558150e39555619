"""One ICS for each module of these tests; each test opens it anew, on streams of its own."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from commonweal.runtime.bench import throwaway
from commonweal.runtime.installation import Installation
from tenants.store import Placement, Tenant
from tests.kernel.scene import KEY, Open


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def placed(servers: Installation) -> Iterator[Placement]:
    """The schemas of one ICS."""
    placement = Placement("QZL")
    asyncio.run(throwaway.drop(servers, placement))
    asyncio.run(throwaway.make(servers, placement))
    yield placement
    asyncio.run(throwaway.drop(servers, placement))


@pytest.fixture
async def open_tenant(servers: Installation, placed: Placement) -> AsyncIterator[Open]:
    """Opens the ICS, each time as another process would; all are closed when the test is over."""
    opened: list[Tenant] = []

    def open_it() -> Tenant:
        opened.append(throwaway.open_tenant(servers, placed, KEY, application="test"))
        return opened[-1]

    yield open_it
    for tenant in opened:
        await tenant.close()


@pytest.fixture
def tenant(open_tenant: Open) -> Tenant:
    return open_tenant()
