"""Who may do and see what: one line for each command and each view; what has no line, nobody may."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from commonweal.domain import allocation, consent, hospital, link_worker, person, receive, referral, user
from commonweal.kernel.reading import Scope

Grants = Iterable[tuple[str, str]]
"""(role, scope) pairs, as `commonweal.domain.user` keeps them."""

_REFERRERS: Final = frozenset({"practice", "hospital", "emergency_department", "mental_health_trust", "diagnostic_hub"})
_TEAM: Final = frozenset({"link_worker", "team_lead", "triager"})
_LEADS: Final = frozenset({"team_lead", "pcn_manager", "triager"})

COMMANDS: Final[dict[type, frozenset[str]]] = {
    person.RegisterPerson: _TEAM | _REFERRERS,
    person.CorrectPersonDetails: _TEAM,
    person.TraceNHSNumber: _TEAM,
    person.SetContactPreference: _TEAM,
    person.ChangeGPRegistration: _TEAM,
    person.RecordDeath: _TEAM,
    person.ErasePerson: frozenset({"ig_lead"}),
    consent.GiveConsent: _TEAM | _REFERRERS,
    consent.RefuseConsent: _TEAM | _REFERRERS,
    consent.WithdrawConsent: _TEAM,
    receive.ReceiveReferral: _TEAM | _REFERRERS,
    referral.StartTriage: _LEADS,
    referral.AcceptReferral: _LEADS,
    referral.RejectReferral: _LEADS,
    referral.RedirectReferral: _LEADS,
    referral.RecordFirstContact: _TEAM,
    allocation.AllocateLinkWorker: _LEADS,
    allocation.ReallocateReferral: _LEADS,
    allocation.DeallocateLinkWorker: _LEADS,
    allocation.DeclineSocialPrescribing: _TEAM,
    allocation.CloseReferral: _TEAM,
    allocation.ReopenReferral: _TEAM,
    allocation.RetractReferral: _TEAM,
    link_worker.EngageLinkWorker: frozenset({"team_lead", "pcn_manager"}),
    link_worker.AddLinkWorkerLanguage: frozenset({"link_worker", "team_lead"}),
    link_worker.AddLinkWorkerSkill: frozenset({"link_worker", "team_lead"}),
    link_worker.ChangeCaseloadLimit: frozenset({"team_lead", "pcn_manager"}),
    link_worker.StartAbsence: frozenset({"link_worker", "team_lead"}),
    link_worker.EndAbsence: frozenset({"link_worker", "team_lead"}),
    link_worker.LeavePost: frozenset({"team_lead", "pcn_manager"}),
    hospital.MatchPatient: frozenset({"triager", "team_lead"}),
    hospital.OfferDischargeSupport: _TEAM | {"hospital"},
    hospital.AcceptDischargeSupport: _TEAM | {"hospital"},
    hospital.DeclineDischargeSupport: _TEAM | {"hospital"},
    user.GrantUser: frozenset({"administrator"}),
    user.RevokeUser: frozenset({"administrator"}),
}

DEEDS: Final[dict[str, frozenset[str]]] = {
    "replay": frozenset({"administrator"}),
}
"""What is no command, for no record changes by it."""

VIEWS: Final[dict[str, frozenset[str]]] = {
    "integrations": frozenset({"administrator", "ig_lead"}),
    "caseload": frozenset({"link_worker", "team_lead", "pcn_manager", "triager"}),
    "waiting_list": frozenset({"link_worker", "team_lead", "pcn_manager", "triager"}),
}


def may(grants: Grants, command: type) -> bool:
    """Does any of someone's roles allow this command at all?"""
    return any(role in COMMANDS.get(command, frozenset()) for role, _ in grants)


def may_do(grants: Grants, deed: str) -> bool:
    """Does any of someone's roles, held for the whole ICS, allow this?"""
    return any(role in DEEDS[deed] and where == "tenant" for role, where in grants)


def scope(grants: Grants, roles: frozenset[str]) -> Scope | None:
    """How much someone sees through these roles; None where they have none of them."""
    held = [where for role, where in grants if role in roles]
    if not held:
        return None
    return Scope(
        everything="tenant" in held,
        pcns=_ids(held, "pcn"),
        practices=_ids(held, "practice"),
        link_workers=_ids(held, "link_worker"),
    )


def views(grants: Grants) -> Mapping[str, Scope]:
    """Every view someone may see, and how much of it."""
    return _views(frozenset(grants))


@lru_cache(maxsize=4096)
def _views(grants: frozenset[tuple[str, str]]) -> Mapping[str, Scope]:
    found = ((name, scope(grants, roles)) for name, roles in VIEWS.items())
    return MappingProxyType({name: seen for name, seen in found if seen is not None})


def organisations(grants: Grants, command: type) -> frozenset[str] | None:
    """The organisations someone may speak for with a command; None: any."""
    held = [where for role, where in grants if role in COMMANDS.get(command, frozenset())]
    if "tenant" in held:
        return None
    return _ids(held, "trust") | _ids(held, "organisation") | _ids(held, "practice")


def _ids(scopes: Iterable[str], kind: str) -> frozenset[str]:
    return frozenset(scope.partition(":")[2] for scope in scopes if scope.partition(":")[0] == kind)
