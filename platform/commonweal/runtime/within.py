"""Within: who sees a part of an ICS changes that part alone; what they do not see might as well not be there."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from graphql import GraphQLError

from commonweal.domain import hospital, user, values
from commonweal.domain.chest import ballot, fund, grant
from commonweal.domain.directory import answer
from commonweal.domain.measures import instrument
from commonweal.domain.message import Refused
from commonweal.domain.people import break_glass, person, record_access
from commonweal.domain.plans import framework, plan
from commonweal.domain.referrals import programme, receive, referral
from commonweal.domain.work import contact, lone_visit, lone_visit_start, safeguarding, safeguarding_raising, task
from commonweal.domain.workforce import allocation_rule, link_worker
from commonweal.kernel.decider import BEHAVIOURS, DECIDERS, category, identity
from commonweal.kernel.fetch import fetch
from commonweal.kernel.reading import Reader, Scope
from commonweal.kernel.streams import Kept
from commonweal.runtime import mutations, permissions
from commonweal.runtime.access import Principal
from projections.caseload import READ_MODEL as CASELOAD
from projections.caseload.graphql import one_referral
from projections.community_chest.balances import runs
from projections.person_record import READ_MODEL as PERSON_RECORD
from projections.person_record.graphql import VIEW as RECORD
from projections.person_record.graphql import hidden
from tenants.store import Tenant

CALLED: Final[Mapping[str, str]] = {
    **dict.fromkeys(("person", "consent", "representation", "risk", "record_access"), "person"),
    "referral": "referral",
    "link_worker": "link worker",
    "hospital_episode": "hospital stay",
    "contact": "contact",
    "note": "note",
    "task": "task",
    "safeguarding": "concern",
    "lone_visit": "visit",
    "drop_in": "drop-in",
    "connection": "connection",
    "measure": "measure",
    "plan": "plan",
    "gp_message": "message",
}
"""Kinds of record that not everybody sees, and what they are called to who does not."""
_LEADS: Final[Mapping[str, str]] = {
    "referral_id": referral.CATEGORY,
    "referral_ids": referral.CATEGORY,
    "cases_discussed": referral.CATEGORY,
    "person_id": person.CATEGORY,
    "other_id": person.CATEGORY,
    "absorbed_id": person.CATEGORY,
    "plan_id": plan.CATEGORY,
    "supersedes": plan.CATEGORY,
    "contact_id": contact.CATEGORY,
}
"""A command's field → the kind of record it names beside the one the command is addressed to."""
_OF_ALL: Final = frozenset(
    {allocation_rule.CATEGORY, framework.CATEGORY, instrument.CATEGORY, programme.CATEGORY, user.CATEGORY}
)
"""What holds for the whole ICS."""
_CHEST: Final = frozenset({fund.CATEGORY, grant.CATEGORY, ballot.CATEGORY})
_TO_A_LINK_WORKER: Final = frozenset(
    {answer.AcceptAllocation, answer.RefuseAllocation, link_worker.AcknowledgeHandover}
)
"""Answers of a link worker who was asked to take a case, which they need not see before."""
_WORKER: Final[Mapping[str, Callable[[Any], str | None]]] = {
    task.CATEGORY: lambda state: state.worker_id,
    lone_visit.CATEGORY: lambda state: state.started and state.started.worker_id,
}
"""What is a link worker's own, whosever case it is about: whose."""


@dataclass(frozen=True, slots=True)
class _Target:
    """A record that a command names: the one it is addressed to, or by a field."""

    category: str
    id: str


async def within(
    principal: Principal, tenant: Tenant, reader: Reader, command: type, record: str, given: Mapping[str, Any]
) -> None:
    """Raises NOT_FOUND where a command names what somebody does not see, in the same words as where there is nothing of that
    id; OUT_OF_SCOPE for what is theirs alone who work for the whole ICS; REFUSED for what cannot be an id.

    What they see through the roles that allow the command counts, not what another role may show them."""
    scope = permissions.scope(principal.grants, permissions.COMMANDS[command])
    assert scope is not None  # noqa: S101 – whoever asks looked at the roles first
    glass = permissions.opened(principal.grants, permissions.COMMANDS[command])
    if command is safeguarding_raising.RaiseSafeguardingConcern:
        # A broken glass is for reading alone, but whoever saw somebody in danger raises it.
        scope, glass = replace(scope, persons=scope.persons | glass), frozenset()
    elif BEHAVIOURS[command].primary == safeguarding.CATEGORY:
        scope, glass = replace(scope, persons=frozenset()), frozenset()
    _of_all(command, scope, given)
    if command is task.CreateTask and given.get("source") is not None:
        raise GraphQLError("source is named by what a task follows from by itself", extensions={"code": "REFUSED"})
    if BEHAVIOURS[command].primary == allocation_rule.CATEGORY and record != allocation_rule.THE_RULE:
        raise GraphQLError("there is one rule, and it is called allocation", extensions={"code": "NOT_FOUND"})
    leads = permissions.scope(principal.grants, permissions.COMMANDS[command] & permissions.VIEWS["safeguarding_tasks"])
    look = _Look(tenant, reader, scope, replace(leads or Scope(), persons=frozenset()))
    if command is receive.ReceiveReferral or BEHAVIOURS[command].primary == programme.CATEGORY:
        await look.programme(principal, command, record, given)
    for target in _targets(command, record, given):
        try:
            kept = await look.there(target)
            if command is break_glass.BreakGlass or (command is record_access.ReviewAccess and scope.everything):
                continue  # what was opened with a reason is reviewed also where the reviewer would not see it
            if command in _TO_A_LINK_WORKER and target.category == referral.CATEGORY:
                look.let_in(kept.state)
                if record in _asked(kept.state):
                    continue
            await look.at(target, kept)
        except _Hidden:
            if glass and await replace(look, scope=replace(scope, persons=scope.persons | glass)).sees(target):
                raise _out_of_scope(_TO_READ) from None
            sentence = f"there is no such {CALLED[target.category]} among those you see"
            raise GraphQLError(sentence, extensions={"code": "NOT_FOUND"}) from None


_TO_READ: Final = "you opened this record with a reason, to read it: nothing in it is yours to change, but you may raise a safeguarding concern"
"""Who broke the glass is told why not, for they know that it is there."""


class _Hidden(Exception):  # noqa: N818 – an answer
    """It is not there, or not among those somebody sees: nobody is told which."""


def _of_all(command: type, scope: Scope, given: Mapping[str, Any]) -> None:
    """Raises OUT_OF_SCOPE where somebody who looks after a part would change what holds for all of it."""
    if scope.everything:
        return
    primary = BEHAVIOURS[command].primary
    if primary == user.CATEGORY:
        raise _out_of_scope("only an administrator of the whole ICS may do this")
    if primary in _OF_ALL:
        raise _out_of_scope("only somebody who works for the whole ICS may do this")
    if primary in _CHEST and not runs(scope):
        raise _out_of_scope("only somebody who works in the community chests may do this")
    if command is link_worker.EngageLinkWorker and not 0 < len(given["pcns"]) == len(scope.pcns & set(given["pcns"])):
        raise _out_of_scope("pcns: you may engage link workers for your own PCNs only")


def _out_of_scope(sentence: str) -> GraphQLError:
    return GraphQLError(sentence, extensions={"code": "OUT_OF_SCOPE"})


def _targets(command: type, record: str, given: Mapping[str, Any]) -> Iterator[_Target]:
    """Every record a command names that not everybody sees, each once."""
    primary = BEHAVIOURS[command].primary
    if not mutations.makes_new(command) and primary in CALLED:
        yield _Target(person.CATEGORY if DECIDERS[primary].subject_is_stream else primary, record)
    fields = dict(_LEADS)
    if command is receive.ReceiveReferral:
        del fields["person_id"]  # whoever refers somebody need not see what others referred them for
    if command is lone_visit_start.StartLoneVisit or (command is task.CreateTask and not given.get("referral_id")):
        fields["worker_id"] = link_worker.CATEGORY
    for name, kind in fields.items():
        value = given.get(name)
        named = value if isinstance(value, tuple) else () if value is None else (value,)
        for each in dict.fromkeys(named[: mutations.MOST]):
            try:
                yield _Target(kind, values.identifier(each, mutations.camel(name)))
            except Refused as refusal:
                raise GraphQLError(str(refusal), extensions={"code": "REFUSED"}) from None


def _asked(case: referral.State) -> set[str | None]:
    """The link workers who have a case, were asked to take it, or said no."""
    return {case.worker_id, case.proposal.worker_id, *case.proposal.refused} - {None}


def _followed_from(state: Any) -> str | None:
    """The safeguarding concern a task follows from."""
    source = state.created.source if isinstance(state, task.State) and state.created else None
    return identity(source) if source is not None and category(source) == safeguarding.CATEGORY else None


@dataclass(frozen=True, slots=True)
class _Look:
    """Looks with the eyes of somebody who sees this much. `concerns`: where they are to open safeguarding concerns."""

    tenant: Tenant
    reader: Reader
    scope: Scope
    concerns: Scope

    async def there(self, target: _Target) -> Kept:
        """Raises _Hidden where nothing was ever recorded of it."""
        kept = await self.tenant.streams.get(target.category, target.id)
        if kept.version == 0:  # as far as this process knows
            kept = await self.tenant.streams.committed(target.category, target.id)
        if kept.version == 0:
            raise _Hidden
        return kept

    async def at(self, target: _Target, kept: Kept) -> None:
        """Raises _Hidden where it is not among those they see."""
        decider, state = DECIDERS[target.category], kept.state
        case_id = target.id if target.category == referral.CATEGORY else decider.case(state)
        mine = target.category in _WORKER and await self._is_own(_WORKER[target.category](state))
        if case_id is not None:
            await self._case(case_id, mine=mine)
        elif (concern := _followed_from(state)) is not None:
            given = state.worker_id is not None and state.worker_id in self.scope.link_workers
            await self._concern(concern, mine=given)
        elif target.category in _WORKER:
            self._require(mine)
        elif target.category == link_worker.CATEGORY:
            self._require(await self._is_own(target.id))
        elif target.category == hospital.CATEGORY:
            await self._stay(state)
        else:
            await self._person(target.id if decider.subject_is_stream else decider.person(state))

    async def sees(self, target: _Target) -> bool:
        """Is it there, and among those they see?"""
        try:
            await self.at(target, await self.there(target))
        except _Hidden:
            return False
        return True

    def let_in(self, case: referral.State) -> None:
        """Raises _Hidden for a case of a restricted programme that is not theirs."""
        self._require(not case.restricted or case.programme in self.scope.programmes)

    async def programme(self, principal: Principal, command: type, record: str, given: Mapping[str, Any]) -> None:
        """A restricted programme is known to those who were let into it and to whoever lets people in: an administrator."""
        opens = command is programme.OpenProgramme
        code = given.get("programme", programme.CORE) if command is receive.ReceiveReferral else record
        wanted: programme.State = (await self.tenant.streams.get(programme.CATEGORY, code)).state
        known = not wanted.restricted or code in self.scope.programmes
        if known or opens or ("administrator", "tenant") in principal.grants:
            return
        if command is receive.ReceiveReferral:
            raise GraphQLError(receive.NO_PROGRAMME, extensions={"code": "REFUSED"})
        raise GraphQLError(programme.UNKNOWN, extensions={"code": "REFUSED"})

    async def _case(self, case_id: str, *, mine: bool) -> None:
        self.let_in((await self.tenant.streams.get(referral.CATEGORY, case_id)).state)
        if self.scope.everything or mine:
            return
        reader = self._with("caseload")
        self._require(await fetch(reader, CASELOAD, one_referral(reader, case_id)) is not None)

    async def _concern(self, concern_id: str, *, mine: bool) -> None:
        """A task that follows from a concern says nothing of the case: it is theirs who are shown it, as whoever opens the
        concerns of that case, or to whom it was given."""
        concern: safeguarding.State = (await self.tenant.streams.get(safeguarding.CATEGORY, concern_id)).state
        self._require(concern.raised is not None)
        look = self if mine else replace(self, scope=self.concerns)
        await look._case(str(safeguarding.case(concern)), mine=mine)

    async def _person(self, person_id: str | None) -> None:
        """Who was never referred is anybody's who may do it; everyone else is theirs who see a case of them."""
        self._require(person_id is not None)
        reader = self._with(RECORD)
        self._require(await fetch(reader, PERSON_RECORD, hidden(reader, str(person_id))) is None)

    async def _stay(self, state: hospital.State) -> None:
        """A trust's own stays are the trust's; to others a stay is as the person it is of."""
        if state.trust in self.scope.organisations:
            return
        if state.person_id is not None:
            await self._person(state.person_id)
        else:
            self._require(not self.scope.organisations or self.scope.everything)

    async def _is_own(self, worker_id: str | None) -> bool:
        """Themselves, whom they cover for, and who is engaged for their PCNs."""
        if self.scope.everything or worker_id in self.scope.link_workers:
            return True
        if worker_id is None or not self.scope.pcns:
            return False
        engaged = (await self.tenant.streams.get(link_worker.CATEGORY, worker_id)).state.engaged
        return engaged is not None and bool(self.scope.pcns.intersection(engaged.pcns))

    def _with(self, view: str) -> Reader:
        return Reader(self.tenant.pool.borrow, {view: self.scope}, self.reader.now, self.reader.today)

    @staticmethod
    def _require(seen: bool) -> None:
        if not seen:
            raise _Hidden
