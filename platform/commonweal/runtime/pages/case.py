"""A person's case: each referral, the way it has come, whether the person fits, and what can be done now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console.asks import BY_NAME
from commonweal.console.page import Way
from commonweal.console.wording import in_london, long_date, sentence_case
from commonweal.domain import codes
from commonweal.domain.people import person
from commonweal.domain.referrals import programme, referral, triage
from commonweal.domain.workforce import allocation, propose
from commonweal.kernel.streams import Fact
from commonweal.runtime import permissions
from commonweal.runtime.pages.back import position
from commonweal.runtime.pages.page import Asked, Pages, day, reads
from commonweal.runtime.pages.record import record
from commonweal.runtime.pages.subject import referrer
from commonweal.runtime.pages.way import Step, Stop, steps, stops
from commonweal.runtime.schema import Asker
from projections.caseload import board


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One of a programme's criteria: `unmet` says why it is not met, None where it is."""

    text: str
    unmet: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One referral. `now`: what can be done, most likely first; `ends`: what ends it or takes it back. `clocks`: what is awaited
    by when, in words; `words`: what the referrer wrote, None where it is not for the one who reads, empty where nothing was."""

    referral_id: str
    title: str
    phase: str
    facts: tuple[tuple[str, str], ...]
    words: str | None
    way: tuple[Stop, ...]
    criteria: tuple[Criterion, ...]
    clocks: tuple[str, ...]
    now: tuple[Way, ...]
    ends: tuple[Way, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """All of a person's referrals that the one who asks sees, the latest first."""

    cases: tuple[Case, ...]


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    return [pages.of_person("/people/{person_id:str}/case", show)]


async def show(pages: Pages, request: Asked, asker: Asker, person_id: str) -> Response[str]:
    """The tab of a person's record."""
    seen = await position(asker, request.query_params.get("position", ""))
    found = (await pages.ask(asker, "Cases", person=person_id, afterPosition=seen))["caseload"]["edges"]
    body = Cases(cases=tuple([await _case(asker, edge["node"]) for edge in found]))
    return await record(pages, request, asker, person_id, "case", "caseload/case.html", body)


async def _case(asker: Asker, node: Mapping[str, Any]) -> Case:
    streams, referral_id = asker.tenant.streams, node["id"]
    if node["person"]["erased"]:  # the room has read of it: this process opens nothing of theirs either
        streams.vault.give_up(node["person"]["id"])
    facts = await streams.understand(await asker.tenant.log.stream(f"referral-{referral_id}", 0))
    state: referral.State = (await streams.get("referral", referral_id)).state
    mine = await reads(asker, referral_id)
    wrote = next((fact.event.narrative for fact in facts if isinstance(fact.event, referral.ReferralReceived)), None)
    now, ends = _possible(asker, state, referral_id, node)
    return Case(
        referral_id=referral_id,
        title=f"Referred on {long_date(day(node['receivedAt']))} by {referrer(node)}",
        phase=_standing(state),
        facts=(*_facts(node, state, await _programme_name(asker, state.programme)), *_after(state, facts)),
        words=(wrote if isinstance(wrote, str) else "") if mine else None,
        way=stops(facts),
        criteria=await _criteria(asker, state),
        clocks=_clocks(state),
        now=now,
        ends=ends,
        steps=steps(facts, await _names(asker, facts), words=mine),
    )


def _standing(state: referral.State) -> str:
    """Where it stands, in the words of the board: before and after the plan is agreed somebody is in support."""
    column = board.COLUMN_OF.get(state.phase, "")
    return board.COLUMNS[column] if column == "in_support" else sentence_case(state.phase)


def _facts(node: Mapping[str, Any], state: referral.State, programme_name: str) -> tuple[tuple[str, str], ...]:
    worker = node["linkWorker"]
    needs = ", ".join(codes.NEEDS.get(need, need) for need in node["needs"])
    asked = (
        ("Programme", programme_name),
        ("Needs", sentence_case(needs)),
        ("Priority", sentence_case(codes.PRIORITIES.get(state.priority, state.priority))),
        ("Link worker", worker["name"] if worker else "Nobody yet" if state.phase in referral.OPEN else ""),
        ("Said yes", ("Yes" if state.wanted else "Not recorded") if state.phase in referral.OPEN else ""),
        ("Setting", sentence_case(codes.SETTINGS.get(node["setting"], node["setting"]))),
    )
    return tuple((label, value) for label, value in asked if value)


_ENDINGS: Final[Mapping[str, codes.Codes]] = {
    "closed": codes.CLOSURE_REASONS,
    "rejected": codes.REJECTION_REASONS,
    "redirected": codes.REDIRECTION_REASONS,
    "withdrawn": codes.WITHDRAWAL_REASONS,
    "declined": codes.DECLINE_REASONS,
    "retracted": codes.RETRACTION_REASONS,
}
"""Phase → why it came to that."""


def _after(state: referral.State, events: Iterable[Fact]) -> Iterable[tuple[str, str]]:
    """Why it ended, what was found when somebody asked how they fare, and when the next is to ask."""
    if (reasons := _ENDINGS.get(state.phase)) is None:
        return
    if state.ending is not None:
        yield "Why it ended", sentence_case(reasons.get(state.ending, state.ending))
    if state.phase != "closed":
        return
    for fact in events:
        if isinstance(fact.event, referral.FollowUpCompleted) and fact.event.point in state.followed_up:
            told = ", ".join(codes.FOLLOW_UP_OUTCOMES.get(each, each) for each in fact.event.outcomes)
            when = long_date(in_london(fact.event.completed_at).date())
            label = sentence_case(codes.FOLLOW_UP_POINTS.get(fact.event.point, fact.event.point))
            yield label, f"{sentence_case(told)} (asked on {when})"
    due = state.follow_up_due
    yield "Ask how they fare", f"On {long_date(due)}" if due is not None else "No day is set"


async def _programme_name(asker: Asker, code: str) -> str:
    state: programme.State = (await asker.tenant.streams.get(programme.CATEGORY, code)).state
    return state.name or ("Social prescribing" if code == programme.CORE else code)


async def _criteria(asker: Asker, state: referral.State) -> tuple[Criterion, ...]:
    """Whether the person fits, as long as that is to be decided."""
    if state.phase not in referral.IN_TRIAGE or state.person_id is None:
        return ()
    wanted: programme.State = (await asker.tenant.streams.get(programme.CATEGORY, state.programme)).state
    someone: person.State = (await asker.tenant.streams.get(person.CATEGORY, state.person_id)).state
    return tuple(
        Criterion(text=_CRITERIA[name], unmet=None if why is None else codes.UNMET_CRITERIA[why])
        for name, why in programme.weighed(wanted.criteria, triage.facts(state, someone))
    )


_CRITERIA: Final = {
    "age": "Age",
    "area": "Where they live or their practice is",
    "needs": "A need the programme is for",
    "excluded_needs": "No need the programme cannot meet",
}


def _clocks(state: referral.State) -> tuple[str, ...]:
    """What is awaited, and what is late."""
    found = []
    if state.overdue and state.phase in referral.IN_TRIAGE:
        found.append("Triage is overdue.")
    if state.asked is not None:
        lacking = ", ".join(codes.INFORMATION.get(each, each) for each in state.asked.missing)
        found.append(f"The referrer was asked: {lacking}. The triage clock stands still.")
    if state.exhausted and state.phase in referral.AT_WORK:
        found.append("They were tried as often as your ICS asks. Close the referral, or try once more.")
    for each in state.refer_backs.values():
        if not each.acknowledged:
            late = " They are late." if each.overdue else ""
            found.append(
                f"A clinician has still to take up: {codes.REFER_BACK_REASONS.get(each.reason, each.reason)}.{late}"
            )
    if state.follow_up_overdue:
        found.append("A follow-up is due.")
    return tuple(found)


async def _names(asker: Asker, facts: Iterable[Fact]) -> dict[str, str]:
    ids = {
        worker
        for fact in facts
        for field in ("worker_id", "from_worker_id")
        if (worker := getattr(fact.event, field, None)) is not None
    }
    return {each: (await asker.tenant.streams.get("link_worker", each)).state.name or each for each in sorted(ids)}


_TRIAGE: Final = ("start-triage", "triage", "ask-for-information", "refer-back")
_REACHING: Final = (
    *("first-contact", "attempt-contact", "offer-interim-support"),
    *("person-accepts", "refer-back", "weigh-case", "reallocate", "back-to-waiting-list"),
)
_NOW: Final[Mapping[str, Sequence[str]]] = {
    "received": _TRIAGE,
    "in triage": _TRIAGE[1:],
    "awaiting information": ("provide-information", *_TRIAGE[1:]),
    "waiting": ("propose", "allocate", "reprioritise", "offer-interim-support", "person-accepts", "refer-back"),
    "allocated": _REACHING,
    "contact attempting": _REACHING,
    "engaged": _REACHING[3:],
    "in support": _REACHING[3:],
    "closed": ("follow-up", "reopen-referral"),
}
"""Phase → what moves the referral on, most likely first."""
_BEFORE: Final = ("withdraw-referral", "decline-support", "retract-referral")
_DURING: Final = ("close-referral", "decline-support", "retract-referral")
_ENDS: Final[Mapping[str, Sequence[str]]] = {
    **dict.fromkeys(referral.IN_TRIAGE, _BEFORE),
    "waiting": ("withdraw-referral", *_DURING),
    **dict.fromkeys(referral.AT_WORK, _DURING),
    **dict.fromkeys(("closed", "rejected", "redirected", "withdrawn", "declined"), ("retract-referral",)),
}
"""Phase → what ends the referral, or takes it back."""
_FORMS: Final[Mapping[str, tuple[type, str]]] = {
    "triage": (referral.AcceptReferral, "Accept, reject or redirect"),
    "allocate": (allocation.AllocateLinkWorker, "Allocate a link worker"),
    "propose": (propose.ProposeAllocation, "Find who fits best"),
    "first-contact": (referral.RecordFirstContact, "Record the first contact"),
}
"""Forms with a page of their own below `/referrals/<id>/` → the command that opens them, what they are called."""


def _possible(
    asker: Asker, state: referral.State, referral_id: str, node: Mapping[str, Any]
) -> tuple[tuple[Way, ...], tuple[Way, ...]]:
    """What the one who asks can do with the referral now: what moves it on, what ends it."""
    if node["person"]["erased"]:
        return (), ()
    names = [name for name in _NOW.get(state.phase, ()) if name != "person-accepts" or _may_say_yes(state)]
    here = f"?back=/people/{state.person_id}/case"
    now = [*_onwards(asker, state)]
    now += [way for name in names if (way := _way(asker, name, referral_id, here)) is not None]
    for each, known in state.refer_backs.items():
        taken = f"{here}&refer_back_id={each}"
        if not known.acknowledged and (way := _way(asker, "acknowledge-refer-back", referral_id, taken)) is not None:
            now.append(way)
    ends = [way for name in _ENDS.get(state.phase, ()) if (way := _way(asker, name, referral_id, here)) is not None]
    return tuple(now), tuple(ends)


def _onwards(asker: Asker, state: referral.State) -> Iterable[Way]:
    """Where the work goes on once they have met."""
    seen = permissions.views(asker.principal.grants)
    if state.phase not in _MET or permissions.reading(asker.principal.grants) == asker.principal.grants:
        return
    if "plan" in seen:
        yield Way(text=_MET[state.phase], href=f"/people/{state.person_id}/plan")
    if "work" in seen:
        yield Way(text="Book or record a contact", href=f"/people/{state.person_id}/contacts")


_MET: Final = {"engaged": "Begin or open the plan", "in support": "Open the plan"}
"""A phase in which the two have met → what the way to the plan is called."""


def _may_say_yes(state: referral.State) -> bool:
    return not state.wanted and state.programme != "outreach"


def _way(asker: Asker, name: str, referral_id: str, query: str) -> Way | None:
    """The form of that name; None where the role of the one who asks may not."""
    if name in _FORMS:
        command, text = _FORMS[name]
        address = f"/referrals/{referral_id}/{name}{query}"
    else:
        command, text = BY_NAME[name].command, BY_NAME[name].title
        address = f"/do/{name}/{referral_id}{query}"
    return Way(text=text, href=address) if permissions.may(asker.principal.grants, command) else None
