"""What the caseload is made of, as GraphQL names it: a referral, the person, their practice, their link worker."""

from datetime import date, datetime
from enum import Enum
from typing import Final

import strawberry

from commonweal.kernel.view import Connection, Edge, column, one
from projections.places import PRACTICE
from projections.sight import let_in


@strawberry.enum(description="Where a referral stands on the way from referral to support.")
class CaseloadStage(Enum):
    TO_TRIAGE = "TO_TRIAGE"
    WAITING = "WAITING"
    ALLOCATED = "ALLOCATED"
    IN_SUPPORT = "IN_SUPPORT"
    CLOSED = "CLOSED"


_AGE: Final = "extract(year from age(%(today)s::date, {row}.date_of_birth))"
_AGE_BAND: Final = f"""case when {_AGE} < 18 then 'Under 18' when {_AGE} < 35 then '18 to 34' when {_AGE} < 55 then '35 to 54'
    when {_AGE} < 75 then '55 to 74' when {_AGE} >= 75 then '75 and over' end"""


@strawberry.type(description="Someone we support. Every personal field is null once the person is erased.")
class CaseloadPerson:
    id: strawberry.ID = column("{up}.person_id")
    name: str | None
    nhs_number: str | None
    date_of_birth: date | None
    age_band: str | None = column(_AGE_BAND, "The age as a band of years, which is all a board needs.")
    phone: str | None
    email: str | None
    address: str | None
    postcode: str | None
    language: str | None = strawberry.field(description="The language they speak, as BCP 47 writes it: `en`, `so`.")
    interpreter: bool | None = strawberry.field(description="Whether they need an interpreter.")
    contact_channel: str | None = strawberry.field(
        description="How they wish to be reached: phone, sms, email, letter, in_person or through_referrer."
    )
    safe_times: str | None = strawberry.field(description="When it is safe to reach them, in their words.")
    safe_to_leave_message: bool | None = strawberry.field(
        description="Whether a message may be left; null where nobody has asked."
    )
    erased: bool = column("coalesce({row}.erased, true)")


@strawberry.type(description="A practice; `code` is its ODS code where that is known.")
class CaseloadPractice:
    code: str = column("{row}.practice")
    name: str | None
    pcn_code: str | None = column("{row}.pcn")
    pcn_name: str | None = column("(select n.name from {pcn} as n where n.pcn = {row}.pcn)")


@strawberry.type
class CaseloadLinkWorker:
    id: strawberry.ID = column("{up}.link_worker_id")
    name: str = column("coalesce({row}.display_name, {up}.link_worker_id)")


@strawberry.type(
    description="A referral as it stands now. Codes are those of the NHS Data Dictionary or listed as local."
)
class CaseloadReferral:
    id: strawberry.ID = column("{row}.referral_id")
    version: int
    stage: CaseloadStage
    phase: str
    priority: str
    needs: list[str] = column("{row}.reasons")
    source: str
    source_organisation: str = column("{row}.source_org")
    source_organisation_name: str | None = column("(select t.name from {trust} as t where t.trust = {row}.source_org)")
    setting: str
    referrer_role: str = strawberry.field(description="What the referrer is, for example `gp` or `nurse`.")
    received_at: datetime
    since: datetime
    overdue: bool
    programme: str = strawberry.field(
        description="What they were referred to; `core` where that is nothing in particular."
    )
    wanted: bool = strawberry.field(description="Whether the person said yes to social prescribing in this episode.")
    exhausted: bool = strawberry.field(
        description="Whether they were tried as often and in as many ways as the ICS asks."
    )
    information_due_at: datetime | None = strawberry.field(
        description="Until when the referrer has to answer, where we asked."
    )
    follow_up_due: date | None = strawberry.field(
        description="When to ask how they fare, where that is still to be done."
    )
    person: CaseloadPerson = one("left join {person} as {row} on {row}.person_id = {up}.person_id")
    practice: CaseloadPractice | None = one(PRACTICE, present="{up}.practice is not null")
    link_worker: CaseloadLinkWorker | None = one(
        "left join {link_worker} as {row} on {row}.worker_id = {up}.link_worker_id",
        present="{up}.link_worker_id is not null",
    )


@strawberry.type
class CaseloadEdge(Edge[CaseloadReferral]):
    pass


@strawberry.type(description="A page of the caseload, how many there are in all, and how fresh it is.")
class CaseloadConnection(Connection[CaseloadEdge]):
    pass


@strawberry.type(
    description="A link worker in post: the weight of the cases held, as far as you may know of them, and the most that fits."
)
class CaseloadCapacity:
    id: strawberry.ID = column("{row}.worker_id")
    name: str = column("{row}.display_name")
    held: int = column(
        "coalesce((select sum(r.weight) from {referral} as r"
        f" where r.link_worker_id = {{row}}.worker_id and r.stage <> 'CLOSED' and {let_in('r')}), 0)::int"
    )
    room: int = column("{row}.fte_percent * {row}.caseload_limit / 100")
    away: bool


@strawberry.type(description="An organisation by its ODS code.")
class CaseloadOrganisation:
    code: str = column("{row}.trust")
    name: str


@strawberry.type(
    description="A programme that takes referrals, and whom it is for: what is null or empty does not matter."
)
class CaseloadProgramme:
    code: str = column("{row}.programme")
    name: str
    restricted: bool
    criteria_version: int | None
    minimum_age: int | None
    maximum_age: int | None
    practices: list[str]
    lsoas: list[str]
    needs: list[str]
    excluded_needs: list[str]


@strawberry.input(description="What to show; all that is given must hold. Without a stage, everything that is open.")
class CaseloadFilter:
    stage: CaseloadStage | None = None
    link_worker: strawberry.ID | None = None
    pcn: str | None = None
    practice: str | None = None
    programme: str | None = None
    person: strawberry.ID | None = strawberry.field(
        default=None, description="One person's referrals; those that are closed too, where no stage is named."
    )
