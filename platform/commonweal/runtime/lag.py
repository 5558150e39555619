"""How far behind its log each part of an ICS is, looked up in the ICS's own database whenever somebody asks."""

from collections.abc import Mapping
from typing import Any, Final, LiteralString

from commonweal.kernel.counting import Gauge
from commonweal.kernel.relay import Relay
from commonweal.runtime.metrics import Look
from tenants.store import Store, Tenant

_ROOMS: Final = """
select rooms.name, rooms.version::text, head.position - rooms.position,
    coalesce(extract(epoch from now() - (select recorded_at from events where position = rooms.position + 1)), 0)
from rooms, head
"""
_REACTOR: Final = "select head.position - reactor.position from reactor, head"
_CONSUMED: Final = "select integration, head.position - consumed.position from consumed, head"
_DELIVERIES: Final = """
select integration, state, count(*) from deliveries where state in ('waiting', 'parked') group by integration, state
"""

_ROOM: Final = ("room", "version", "tenant")
ROOM_EVENTS: Final = Gauge("commonweal_room_lag_events", "Events a room has not taken in yet.", _ROOM)
ROOM_SECONDS: Final = Gauge("commonweal_room_lag_seconds", "Age of the oldest event a room has not taken in.", _ROOM)
BACKLOG: Final = Gauge("commonweal_relay_backlog_events", "Events of the log that are not in the stream.", ("tenant",))
HALTED: Final = Gauge("commonweal_relay_halted", "1 where stream and log tell different stories.", ("tenant",))
REACTOR: Final = Gauge("commonweal_reactor_lag_events", "Events the reactor has not come to yet.", ("tenant",))
INTEGRATION: Final = Gauge(
    "commonweal_integration_lag_events", "Events an integration has not read yet.", ("integration", "tenant")
)
OUTBOX: Final = Gauge(
    "commonweal_outbox_deliveries", "Deliveries waiting or parked.", ("integration", "state", "tenant")
)
CONNECTIONS: Final = Gauge("commonweal_pool_connections", "Open connections to PostgreSQL.", ("tenant", "state"))
WAITING: Final = Gauge("commonweal_pool_waiting", "Who waits for a connection now.", ("tenant",))
WAITS: Final = Gauge("commonweal_pool_waits", "How often one had to wait for a connection.", ("tenant",), "counter")
WAITED: Final = Gauge("commonweal_pool_wait_seconds", "Seconds waited for a connection.", ("tenant",), "counter")


def rooms(store: Store) -> Look:
    """Every room of every ICS at work in this process."""

    async def look() -> None:
        events: dict[tuple[str, ...], float] = {}
        seconds: dict[tuple[str, ...], float] = {}
        for tenant in store.opened:
            for name, version, behind, age in await _rows(tenant, _ROOMS):
                events[name, version, tenant.ods] = behind
                seconds[name, version, tenant.ods] = float(age)
        ROOM_EVENTS.now, ROOM_SECONDS.now = events, seconds

    return look


def reactor(store: Store) -> Look:
    """The reactor and the integrations of every ICS."""

    async def look() -> None:
        behind: dict[tuple[str, ...], float] = {}
        unread: dict[tuple[str, ...], float] = {}
        outbox: dict[tuple[str, ...], float] = {}
        for tenant in store.opened:
            behind[(tenant.ods,)] = (await _rows(tenant, _REACTOR))[0][0]
            unread.update({(name, tenant.ods): events for name, events in await _rows(tenant, _CONSUMED)})
            outbox.update({(name, state, tenant.ods): many for name, state, many in await _rows(tenant, _DELIVERIES)})
        REACTOR.now, INTEGRATION.now, OUTBOX.now = behind, unread, outbox

    return look


def relays(store: Store, at_work: Mapping[str, Relay | None]) -> Look:
    """Every ICS's log beside its stream, as far as that is known to reach."""
    ends: dict[str, int] = {}

    async def look() -> None:
        behind: dict[tuple[str, ...], float] = {}
        halted: dict[tuple[str, ...], float] = {}
        for tenant in store.opened:
            relay = at_work.get(tenant.ods)
            if relay is not None and relay.position is not None:
                ends[tenant.ods] = relay.position
            if tenant.ods in ends:
                behind[(tenant.ods,)] = max(0, await tenant.log.head() - ends[tenant.ods])
            halted[(tenant.ods,)] = bool(relay is not None and relay.halted)
        BACKLOG.now, HALTED.now = behind, halted

    return look


def pools(store: Store) -> Look:
    """Who waits for a connection to PostgreSQL in this process."""

    async def look() -> None:
        found = {tenant.ods: tenant.pool.numbers() for tenant in store.opened}

        def of(name: str, scale: float = 1.0) -> dict[tuple[str, ...], float]:
            return {(ods,): numbers.get(name, 0) * scale for ods, numbers in found.items()}

        free = of("pool_available")
        CONNECTIONS.now = {
            **{(*ods, "idle"): count for ods, count in free.items()},
            **{(*ods, "lent"): count - free[ods] for ods, count in of("pool_size").items()},
        }
        WAITING.now = of("requests_waiting")
        WAITS.now, WAITED.now = of("requests_queued"), of("requests_wait_ms", 0.001)

    return look


async def _rows(tenant: Tenant, query: LiteralString) -> list[tuple[Any, ...]]:
    async with tenant.pool.borrow() as connection:
        return await (await connection.execute(query, prepare=True)).fetchall()
