"""Applicant links: an organisation without an account applies, and goes on to the last report, by the newest link it was sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid5

import msgspec

from commonweal.domain import due
from commonweal.domain.chest import grant
from commonweal.domain.message import field_types
from commonweal.kernel.append import About
from commonweal.kernel.handle import handle
from commonweal.runtime import mutations
from commonweal.runtime.links import Links
from commonweal.runtime.settings import Settings
from tenants.store import Store, Tenant


@dataclass(frozen=True, slots=True)
class Opened:
    """The grant a link is of, as it stood at `version`. `until`: the link's last day."""

    tenant: Tenant
    grant_id: str
    link_id: str
    until: date
    version: int
    state: grant.State


class ApplicantLinks(Links):
    """The links by which organisations apply."""

    def __init__(self, settings: Settings, platform_key: bytes) -> None:
        super().__init__(settings, platform_key, "applicant link", "/apply", "officer")

    async def open(self, store: Store, text: str, now: datetime) -> Opened:
        """What a link opens now, weighed against the record itself. Raises `Closed`."""
        token, tenant = await self.find(store, text)
        kept = await tenant.streams.committed(grant.CATEGORY, token.record)
        state: grant.State = kept.state
        self.weigh(token, state.application.link, state.application.links, due.today(now))
        return Opened(tenant, token.record, token.link, token.expires, kept.version, state)


def command(opened: Opened, wish: type, values: Mapping[str, Any], now: datetime) -> Any:
    """The command of whoever came by the link. `values`: as a form gives them. Raises `Refused`, naming the field."""
    wanted = field_types(wish)
    known = {"fund_id": opened.state.fund_id} if "fund_id" in wanted else {}
    given = {name: msgspec.convert(value, wanted[name]) for name, value in values.items()}
    who = {"by_link": opened.link_id, "by": _actor(opened)}
    return mutations.make(wish, opened.grant_id, {**given, **known}, now, who)


async def carry_out(opened: Opened, wish: object, now: datetime, key: str, version: int) -> None:
    """Give it, attributed to the link. `key`: of the form that was sent, so that sending the same twice is sending it once; `version`:
    what was looked at. Raises `Refused`, `Stale` where it has moved on, a newer link included."""
    command_id = uuid5(mutations.COMMAND_IDS, f"{_actor(opened)}|{opened.grant_id}|{key}|{wish!r}")
    about = About(command_id=command_id, occurred_at=now, actor=_actor(opened), channel="applicant_link")
    await handle(opened.tenant.streams, opened.grant_id, wish, about, expected_version=version)


async def story(opened: Opened) -> list[grant.Event]:
    """What happened, as far as `opened` saw it."""
    streams = opened.tenant.streams
    facts = await streams.understand(await streams.log.stream(f"{grant.CATEGORY}-{opened.grant_id}", 0))
    return [fact.event for fact in facts if fact.version <= opened.version]


def _actor(opened: Opened) -> str:
    return f"link:{opened.link_id}"
