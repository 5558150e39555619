"""What the caseload is made of, as GraphQL names it: a referral, the person, their practice, their link worker."""

from datetime import date, datetime
from enum import Enum

import strawberry

from commonweal.kernel.reading import Position


@strawberry.enum(description="Where a referral stands on the way from referral to support.")
class CaseloadStage(Enum):
    TO_TRIAGE = "TO_TRIAGE"
    WAITING = "WAITING"
    ALLOCATED = "ALLOCATED"
    IN_SUPPORT = "IN_SUPPORT"
    CLOSED = "CLOSED"


@strawberry.type(description="Someone we support. Every personal field is null once the person is erased.")
class CaseloadPerson:
    id: strawberry.ID
    name: str | None
    nhs_number: str | None
    date_of_birth: date | None
    age_band: str | None
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
    erased: bool


@strawberry.type(description="A practice; `code` is its ODS code where that is known.")
class CaseloadPractice:
    code: str
    name: str | None
    pcn_code: str | None
    pcn_name: str | None


@strawberry.type
class CaseloadLinkWorker:
    id: strawberry.ID
    name: str


@strawberry.type(
    description="A referral as it stands now. Codes are those of the NHS Data Dictionary or listed as local."
)
class CaseloadReferral:
    id: strawberry.ID
    version: int
    stage: CaseloadStage
    phase: str
    priority: str
    needs: list[str]
    source: str
    source_organisation: str
    source_organisation_name: str | None
    setting: str
    referrer_role: str = strawberry.field(description="What the referrer is, for example `gp` or `nurse`.")
    received_at: datetime
    since: datetime
    overdue: bool
    person: CaseloadPerson
    practice: CaseloadPractice | None
    link_worker: CaseloadLinkWorker | None


@strawberry.type
class CaseloadEdge:
    cursor: str
    node: CaseloadReferral


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(description="A page of the caseload, how many there are in all, and how fresh it is.")
class CaseloadConnection:
    edges: list[CaseloadEdge]
    page_info: PageInfo
    total_count: int
    as_of: datetime
    position: Position


@strawberry.type(description="A link worker in post: the weight of the cases held, and the most that fits.")
class CaseloadCapacity:
    id: strawberry.ID
    name: str
    held: int
    room: int
    away: bool


@strawberry.type(description="An organisation by its ODS code.")
class CaseloadOrganisation:
    code: str
    name: str


@strawberry.input(description="What to show; all that is given must hold. Without a stage, everything that is open.")
class CaseloadFilter:
    stage: CaseloadStage | None = None
    link_worker: strawberry.ID | None = None
    pcn: str | None = None
    practice: str | None = None
