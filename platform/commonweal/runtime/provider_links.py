"""Provider links: a provider without an account opens a link, reads what the person agreed to, and answers once."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from commonweal.domain import due
from commonweal.domain.directory import community_service, connect, connection
from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.integrations.delivery import consents_of
from commonweal.kernel.append import About
from commonweal.kernel.handle import handle
from commonweal.runtime.links import Closed, Links
from commonweal.runtime.settings import Settings
from tenants.store import Store, Tenant

_TAKEN_BACK: Final = "The person has taken back their consent to share with you. There is nothing to do; please delete what you were sent."
_OVER: Final = "There is nothing to answer any more: the link worker has this in hand."


@dataclass(frozen=True, slots=True)
class Told:
    """The minimum dataset, version 1: what a provider is told of someone, and nothing else. `reach` is empty unless the person was
    referred to the provider and may be contacted directly; `care`: what to mind in doing so."""

    service: str
    first_name: str
    hope: str | None
    reach: tuple[tuple[str, str], ...]
    care: tuple[str, ...]
    until: date


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opens. `answer`: what was answered by it, and then nothing else is shown."""

    tenant: Tenant
    connection_id: str
    link_id: str
    told: Told | None
    answer: connection.Event | None


class ProviderLinks(Links):
    """The links by which providers answer."""

    def __init__(self, settings: Settings, platform_key: bytes) -> None:
        super().__init__(settings, platform_key, "provider link", "/answer", "link worker")

    async def open(self, store: Store, text: str, now: datetime) -> Opened:
        """What a link shows now, weighed against the record itself. Raises `Closed`."""
        (token, tenant), today = await self.find(store, text), due.today(now)
        state: connection.State = (await tenant.streams.committed(connection.CATEGORY, token.record)).state
        if getattr(state.answer, "link_id", None) == token.link:
            return Opened(tenant, token.record, token.link, None, state.answer)
        self.weigh(token, state.link, state.links, today)
        if state.answer is not None or state.phase != "sent":
            raise Closed(_OVER)
        return Opened(tenant, token.record, token.link, await what_is_told(tenant, state, today), None)


async def what_is_told(tenant: Tenant, state: connection.State, today: date) -> Told:
    """What the link of a connection that has one shows of the person today. Raises `Closed`."""
    assert state.person_id is not None and state.link is not None  # noqa: S101, PT018 – `open` looked
    if connect.agreed(await consents_of(tenant.streams, state.person_id), state.service_id, today) is None:
        raise Closed(_TAKEN_BACK)
    someone: person.State = (await tenant.streams.committed(person.CATEGORY, state.person_id)).state
    if (goes_on_as := someone.same.merged_into) is not None:
        someone = (await tenant.streams.committed(person.CATEGORY, goes_on_as)).state
    if someone.phase != "living" or not isinstance(someone.name, str) or not someone.name.strip():
        raise Closed(_OVER)
    case: referral.State = (await tenant.streams.committed(referral.CATEGORY, str(state.referral_id))).state
    if case.phase == "retracted":
        raise Closed(_OVER)
    service: community_service.State = (
        await tenant.streams.committed(community_service.CATEGORY, state.service_id)
    ).state
    reach, care = _reach(someone) if state.mode == "formal_referral" else ((), ())
    return Told(service.name, someone.name.split()[0], state.hope, reach, care, state.link.expires_on)


def _reach(someone: person.State) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """How a provider may reach someone, by the ways they allow."""
    wish = someone.preference
    channel = wish.channel if wish else None
    if channel == "through_referrer":
        return (), ()
    ways = (
        ("Telephone", someone.phone if channel in (None, "phone", "sms") else None),
        ("E-mail", someone.email if channel in (None, "email") else None),
    )
    care = []
    if wish and isinstance(wish.safe_times, str):
        care.append(f"When it is safe to reach them: {wish.safe_times}")
    if wish is None:
        care.append("Nobody has asked whether a message may be left: do not leave one.")
    elif not wish.safe_to_leave_message:
        care.append("Do not leave a message.")
    return tuple((what, way) for what, way in ways if isinstance(way, str) and way), tuple(care)


async def answer(opened: Opened, command: connect.AnswerByLink, now: datetime) -> None:
    """Give a provider's answer, attributed to the link it came by. Raises `Refused`."""
    about = About(occurred_at=now, actor=f"link:{opened.link_id}", channel="provider_link")
    await handle(opened.tenant.streams, opened.connection_id, command, about)
