"""What a referrer's list is made of, as GraphQL names it: references and where each referral stands, and nothing of the person."""

from datetime import datetime
from enum import Enum
from typing import Final

import strawberry

from commonweal.kernel.view import Connection, Edge, column
from projections.consents import allowed

_MAY_KNOW: Final = (
    f"({allowed('{row}.person_id', chr(39) + 'share_referrer' + chr(39), '{row}.source_org')}"
    " and not exists (select from {person} as e where e.person_id = {row}.person_id and e.erased))"
)
"""SQL: does the person agree, today, that who referred them may know?"""
_TOLD: Final = f"""({{row}}.status in ('RECEIVED', 'AWAITING_INFORMATION', 'NOT_TAKEN_ON', 'PASSED_ON', 'WITHDRAWN')
    or {_MAY_KNOW})"""
"""SQL: what the referrer did or is asked to do they may know all the same, and that it is for them again to see to the person."""
SHOWN: Final = f"case when {_TOLD} then {{row}}.status else 'RECEIVED' end"
"""SQL: where a referral stands, as its referrer is told today."""


@strawberry.enum(description="Where a referral stands, as its referrer is told.")
class ReferralMadeStatus(Enum):
    RECEIVED = "RECEIVED"
    BEING_LOOKED_AT = "BEING_LOOKED_AT"
    AWAITING_INFORMATION = "AWAITING_INFORMATION"
    WAITING = "WAITING"
    WITH_LINK_WORKER = "WITH_LINK_WORKER"
    IN_SUPPORT = "IN_SUPPORT"
    NOT_TAKEN_ON = "NOT_TAKEN_ON"
    PASSED_ON = "PASSED_ON"
    DECLINED = "DECLINED"
    ENDED = "ENDED"
    WITHDRAWN = "WITHDRAWN"
    RECORDED_IN_ERROR = "RECORDED_IN_ERROR"


@strawberry.type(
    description="A referral you sent. Without the person's consent to tell you how it goes, you are told what you did or have to "
    "see to: that we await information, did not take it on or passed it on, and that you withdrew it. Else it stays RECEIVED."
)
class ReferralMade:
    id: strawberry.ID = column("{row}.referral_id")
    source_organisation: str = column("{row}.source_org")
    source_reference: str
    programme: str
    programme_name: str | None = column(
        "(select p.name from {programme} as p where p.programme = {row}.programme)", "Null for the core programme."
    )
    received_at: datetime
    status: ReferralMadeStatus = column(SHOWN)
    since: datetime = column(f"case when {_TOLD} then {{row}}.since else {{row}}.received_at end", "Of the status.")
    shared: bool = column(_MAY_KNOW, "Whether the person agreed that you may know how it goes.")


@strawberry.type
class ReferralMadeEdge(Edge[ReferralMade]):
    pass


@strawberry.type(description="A page of the referrals you sent, latest first, and how fresh it is.")
class ReferralMadeConnection(Connection[ReferralMadeEdge]):
    pass


@strawberry.input(description="Which referrals to show; all that is given must hold.")
class ReferralMadeFilter:
    status: ReferralMadeStatus | None = None
    programme: str | None = None
    organisation: str | None = None


@strawberry.type(description="A programme that takes referrals now, beside the core one.")
class ReferralProgramme:
    code: str = column("{row}.programme")
    name: str
    restricted: bool


@strawberry.type(description="A practice of this ICS, as it is today.")
class ReferralPractice:
    code: str = column("{row}.practice")
    name: str
    pcn_name: str | None = column("(select n.name from {pcn} as n where n.pcn = {row}.pcn)")
