"""What can be done next about a grant as a whole, by its phase."""

from collections.abc import Mapping
from typing import Final, get_args

from commonweal.console.asks import ASKS
from commonweal.console.page import Way
from commonweal.domain.chest import (
    assess,
    fund,
    grant,
    grant_application,
    grant_assessment,
    grant_award,
)
from commonweal.runtime import permissions
from commonweal.runtime.pages.chest_pieces import deeds
from commonweal.runtime.schema import Asker

_NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "started": ("record-applicant-support", "replace-applicant-link"),
    "submitted": ("check-eligibility", "record-due-diligence"),
    "ineligible": ("check-eligibility", "declare-conflict"),
    "eligible": ("assess-application", "shortlist-application", "record-pitch", "recommend-application"),
    "shortlisted": ("assess-application", "record-pitch", "recommend-application"),
    "assessed": ("assess-application", "moderate-assessment", "record-pitch", "recommend-application"),
    "pitched": ("assess-application", "moderate-assessment", "recommend-application"),
    "recommended": (
        "offer-grant",
        "recommend-application",
        "place-on-reserve",
        "decline-application",
        "declare-conflict",
    ),
    "reserve": ("recommend-application", "place-on-reserve", "decline-application", "declare-conflict"),
    "offered": ("accept-grant", "refuse-grant", "publish-award"),
    "accepted": ("sign-agreement", "refuse-grant", "fund-capacity", "vary-award", "terminate-award", "publish-award"),
    "active": (
        "request-drawdown",
        "ask-for-monitoring",
        "fund-capacity",
        "report-underspend",
        "vary-award",
        "pause-award",
        "terminate-award",
        "close-award",
        "publish-award",
    ),
    "paused": ("resume-award", "vary-award", "terminate-award", "publish-award"),
    "terminated": ("close-award", "publish-award"),
    "closed": ("publish-award",),
}
"""A phase → the forms that are about it."""
_JUDGMENTS: Final = frozenset(
    ask.name for ask in ASKS if ask.command in (*get_args(assess.Judgment), grant_assessment.DeclareConflict)
)
"""What is not for whoever has an interest in the applicant."""
_EITHER_WAY: Final = ("record-due-diligence", "declare-conflict", "place-on-reserve", "decline-application")


def next_deeds(asker: Asker, grant_id: str, state: grant.State, chest: fund.State, back: str) -> tuple[Way, ...]:
    """The applicant's link and the forms, for whoever may."""
    names = (
        *_NEXT.get(state.phase, ()),
        *(_EITHER_WAY if state.phase in grant_application.UNDECIDED else ()),
        *(("record-due-diligence",) if state.phase in _TO_BE_PAID and not _looked_at(state) else ()),
        *(("withdraw-application",) if state.phase in grant_application.BEFORE_OFFER else ()),
    )
    who = asker.principal
    if assess.objection(state, chest, who.id, permissions.sent_by(who.grants)) is not None:
        names = tuple(name for name in names if name not in _JUDGMENTS)
    link = Way(text="Show the applicant's link", href=f"/grants/{grant_id}/link")
    shown = permissions.may(asker.principal.grants, grant_application.ReplaceApplicantLink)
    forms = deeds(asker, dict.fromkeys(names), grant_id, back, fund_id=state.fund_id)
    return (*((link,) if shown else ()), *forms)


_TO_BE_PAID: Final = frozenset({"recommended", "reserve", "offered", "accepted"}) | grant_award.RUNNING


def _looked_at(state: grant.State) -> bool:
    """Did somebody find that the account is the organisation's own? Nothing is paid before."""
    return state.assessment.diligence is not None and state.assessment.diligence.bank_checked
