"""What a form is about beside the person: the goal, the task, the service or the questionnaire somebody is going to change."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

from commonweal.console.ask import Ask
from commonweal.console.wording import in_london, long_date, sentence_case
from commonweal.domain import codes
from commonweal.domain.chest import ballot, fund, grant, grant_application
from commonweal.domain.chest.money import pounds
from commonweal.domain.directory import community_service, connection
from commonweal.domain.measures import instrument, measure
from commonweal.domain.measures.instruments import INSTRUMENTS
from commonweal.domain.plans import plan
from commonweal.domain.work import contact, task
from commonweal.runtime import permissions
from commonweal.runtime.organisations import called
from commonweal.runtime.schema import Asker

Tell: TypeAlias = Callable[[Asker, str, Mapping[str, str]], Awaitable[str]]
"""(who asks, the id in the form's address, what the address brings beside it) → what it is, in words; nothing where nobody may know."""


async def acted_on(asker: Asker, ask: Ask, id_: str, given: Mapping[str, str]) -> str:
    """What stands above the first question, once it was seen that the one who asks may see the record."""
    tell = _TOLD.get(ask.about)
    named = {name: given.get(name, "") for name in ask.taken}
    return "" if tell is None else await tell(asker, id_, named)


async def _state(asker: Asker, category: str, id_: str) -> Any:
    return (await asker.tenant.streams.get(category, id_)).state


async def _line_of_a_plan(asker: Asker, plan_id: str, given: Mapping[str, str]) -> str:
    state: plan.State = await _state(asker, plan.CATEGORY, plan_id)
    clause = given.get("clause_id", "")
    known: tuple[Any, ...] = (
        state.goals.get(given.get("goal_id", "")),
        state.actions.get(given.get("action_id", "")),
        state.words.what_matters.get(clause),
        state.words.strengths.get(clause),
        state.proposals.get(given.get("proposal_id", "")),
    )
    words = next((each.words for each in known if each is not None), None)
    if words is not None:
        return words if isinstance(words, str) else ""  # nobody has the words of who was erased
    gain = state.gains.get(given.get("gain_id", ""))
    told = codes.NEEDS.get(given.get("need", ""), "") if gain is None else codes.ADVICE_GAINS.get(gain.kind, gain.kind)
    return sentence_case(told)


async def _task(asker: Asker, task_id: str, _given: Mapping[str, str]) -> str:
    """What is to be done; that it is about safeguarding is told only to those who see such tasks."""
    created = (await _state(asker, task.CATEGORY, task_id)).created
    if created is None:
        return ""
    if created.kind == "safeguarding" and "safeguarding_tasks" not in permissions.views(asker.principal.grants):
        return ""
    kind = sentence_case(codes.TASK_KINDS.get(created.kind, created.kind))
    return f"{kind}: {created.words}" if isinstance(created.words, str) and created.words else kind


async def _connection(asker: Asker, connection_id: str, given: Mapping[str, str]) -> str:
    state: connection.State = await _state(asker, connection.CATEGORY, connection_id)
    service: community_service.State = await _state(asker, community_service.CATEGORY, state.service_id)
    session = state.sessions.get(given.get("session_id", ""))
    return service.name if session is None else f"{service.name}, {long_date(session[0])}"


async def _contact(asker: Asker, contact_id: str, _given: Mapping[str, str]) -> str:
    booked = (await _state(asker, contact.CATEGORY, contact_id)).booked
    if booked is None:
        return ""
    starts = in_london(booked.starts_at)
    kind = sentence_case(codes.CONTACT_KINDS.get(booked.kind, booked.kind))
    return f"{kind}, {long_date(starts.date())}, {starts:%H:%M}"


async def _measure(asker: Asker, measure_id: str, _given: Mapping[str, str]) -> str:
    planned = (await _state(asker, measure.CATEGORY, measure_id)).scheduled
    if planned is None:
        return ""
    return f"{_instrument_name(planned.instrument)}, {codes.MEASURE_POINTS.get(planned.point, planned.point)}"


async def _instrument(asker: Asker, instrument_id: str, _given: Mapping[str, str]) -> str:
    code = (await _state(asker, instrument.CATEGORY, instrument_id)).instrument
    return "" if code is None else _instrument_name(code)


async def _fund(asker: Asker, fund_id: str, given: Mapping[str, str]) -> str:
    """The fund, with the round or the pledge it is about."""
    state: fund.State = await _state(asker, fund.CATEGORY, fund_id)
    name = state.founded.name if state.founded is not None else ""
    round_, pledge = state.rounds.get(given.get("round_id", "")), state.pledges.get(given.get("pledge_id", ""))
    of_pledge = "" if pledge is None else f"{given['pledge_id']}, {pounds(pledge.amount)}"
    part = round_.opened.name if round_ is not None else of_pledge
    return ": ".join(each for each in (name, part) if each)


async def _ballot(asker: Asker, ballot_id: str, _given: Mapping[str, str]) -> str:
    """The fund and the round that is voted on."""
    opened = (await _state(asker, ballot.CATEGORY, ballot_id)).opened
    return "" if opened is None else await _fund(asker, opened.fund_id, {"round_id": opened.round_id})


async def _grant(asker: Asker, grant_id: str, given: Mapping[str, str]) -> str:
    """The organisation and what its grant is called, with the drawdown or payment it is about."""
    state: grant.State = await _state(asker, grant.CATEGORY, grant_id)
    drawdown = state.payments.drawdowns.get(given.get("drawdown_id", ""))
    payment = state.payments.payments.get(given.get("payment_id", ""))
    sum_ = drawdown or payment
    organisation = (await called(asker.tenant, (state.organisation,)))[state.organisation] if state.organisation else ""
    parts = (grant_application.title(state.application), organisation, "" if sum_ is None else pounds(sum_.amount))
    return ", ".join(part for part in parts if part)


def _instrument_name(code: str) -> str:
    return INSTRUMENTS[code].name if code in INSTRUMENTS else code


_TOLD: Final[Mapping[str, Tell]] = {
    plan.CATEGORY: _line_of_a_plan,
    task.CATEGORY: _task,
    connection.CATEGORY: _connection,
    contact.CATEGORY: _contact,
    measure.CATEGORY: _measure,
    instrument.CATEGORY: _instrument,
    fund.CATEGORY: _fund,
    ballot.CATEGORY: _ballot,
    grant.CATEGORY: _grant,
}
"""The category a form is about → who says which of them it is."""
