"""What an ICS's file says of link workers and users that are here already changes nothing: here is what it says differently."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from commonweal.domain import user
from commonweal.domain.workforce import link_worker
from tenants.store import Tenant
from tenants.wishes import Wish

_OTHERS: Final = """
select stream_id from events where version = 1 and split_part(stream_id, '-', 1) = any(%s)
"""
_NAMED: Final = 5
"""Link workers named in one sentence; the others are counted."""

States = Mapping[tuple[str, str], Any]
"""By (category, id)."""


async def others(here: Tenant, known: Collection[tuple[str, str]]) -> States:
    """The link workers and users who are here beside those already known."""
    async with here.pool.borrow() as connection:
        wanted = ([link_worker.CATEGORY, user.CATEGORY],)
        rows = await (await connection.execute(_OTHERS, wanted)).fetchall()
    found: dict[tuple[str, str], Any] = {}
    for (stream_id,) in rows:
        category, _, identity = stream_id.partition("-")
        if (category, identity) not in known:
            found[category, identity] = (await here.streams.committed(category, identity)).state
    return found


def untouched(wished: Iterable[Wish], states: States) -> Iterator[str]:
    """A sentence for each kind of difference that onboarding leaves as it is."""
    engaging = {wish.identity: wish.command for wish in wished if wish.category == link_worker.CATEGORY}
    wishes = {
        (wish.identity, wish.command.role, wish.command.scope) for wish in wished if wish.category == user.CATEGORY
    }
    workers = {identity: state for (category, identity), state in states.items() if category == link_worker.CATEGORY}
    differing = [
        f"{identity} ({', '.join(names)})"
        for identity, command in engaging.items()
        if (state := workers.get(identity)) is not None and (names := _differences(command, state))
    ]
    if differing:
        yield f"{_link_workers(differing)} here already; the file does not change them: {_named(differing)}"
    if extra := sorted(name for name, state in workers.items() if name not in engaging and state.phase == "active"):
        yield f"{_link_workers(extra)} here and not in the file; they stay: {_named(extra)}"
    users = {identity: state for (category, identity), state in states.items() if category == user.CATEGORY}
    granted = {(identity, *grant) for identity, state in users.items() for grant in state.grants}
    once = {(identity, *grant) for identity, state in users.items() for grant in state.once}
    if number := len(granted - wishes):
        yield f"{number:,} {'grant is' if number == 1 else 'grants are'} here and not in the file; the users keep them"
    if number := len(wishes & once - granted):
        yield f"{number:,} {'grant' if number == 1 else 'grants'} of the file taken away here since; not given again"


def _differences(command: link_worker.EngageLinkWorker, state: link_worker.State) -> list[str]:
    """What the file says otherwise of a link worker who is here; nothing of one who is not."""
    if (engaged := state.engaged) is None:
        return []
    pairs = {
        "gone from here": (True, state.phase == "active"),
        "name": (command.display_name, engaged.display_name),
        "employer": (command.employer, engaged.employer),
        "PCNs": (set(command.pcns), set(engaged.pcns)),
        "hours": (command.fte_percent, engaged.fte_percent),
        "languages": (set(command.languages), set(state.languages)),
        "skills": (set(command.skills), set(state.skills)),
        "caseload limit": (command.caseload_limit, state.caseload_limit),
    }
    return [name for name, (theirs, ours) in pairs.items() if theirs != ours]


def _link_workers(found: Collection[str]) -> str:
    return f"{len(found):,} {'link worker is' if len(found) == 1 else 'link workers are'}"


def _named(found: list[str]) -> str:
    more = len(found) - _NAMED
    return ", ".join(found[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
