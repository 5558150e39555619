"""What organisations, ICSs and places are called, where only their codes are known."""

from collections.abc import Collection, Mapping
from typing import Final

from commonweal.domain import tenant as ics
from commonweal.domain.directory import community_organisation
from commonweal.kernel.decider import identity
from tenants.store import Tenant


async def ics_name(tenant: Tenant) -> str:
    """What the ICS is called."""
    state: ics.State = (await tenant.streams.get(ics.CATEGORY, tenant.ods)).state
    return state.called(tenant.ods)


async def named_places(tenant: Tenant) -> Mapping[str, str]:
    """The name of each place of an ICS, by its code."""
    state: ics.State = (await tenant.streams.get(ics.CATEGORY, tenant.ods)).state
    return {code: place.name for code, place in state.places.items()}


async def called(tenant: Tenant, codes: Collection[str]) -> Mapping[str, str]:
    """The name of each with its code; the code alone of one that nobody named."""
    named = await names(tenant, codes)
    return {code: code if name == code else f"{name} ({code})" for code, name in named.items()}


UNNAMED: Final = "An organisation that is not named, for somebody’s safety"


async def names(tenant: Tenant, codes: Collection[str]) -> Mapping[str, str]:
    """The name of each as the directory has it; of the ICS and its trusts as its file says; the code of one that nobody named."""
    held = await tenant.streams.log.holders("organisation_identifier", codes)
    own = _own((await tenant.streams.get(ics.CATEGORY, tenant.ods)).state)
    found = {}
    for code in codes:
        state: community_organisation.State | None = None
        if code in held:
            state = (await tenant.streams.get(community_organisation.CATEGORY, identity(held[code]))).state
        found[code] = state.name if state is not None and state.name else own.get(code, code)
    return found


def _own(state: ics.State) -> Mapping[str, str]:
    itself = {state.ods: state.configured.name} if state.ods is not None and state.configured is not None else {}
    return itself | {code: trust.name for code, trust in state.trusts.items()}
