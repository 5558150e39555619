"""What the workforce is made of, as GraphQL names it: a line for each cut, a link worker, and whom they are asked to take."""

from datetime import date, datetime
from enum import Enum
from typing import Final

import strawberry

from commonweal.kernel.view import Aggregate, Connection, Edge, column, many, one
from projections.places import PRACTICE
from projections.sight import let_in
from projections.workforce.reckoning import at_day

_PERSON: Final = "left join {person} as {row} on {row}.person_id = {up}.person_id"


@strawberry.enum(description="By whom or what the workforce is told.")
class WorkforceCut(Enum):
    WORKER = "WORKER"
    PRACTICE = "PRACTICE"
    PCN = "PCN"
    FEDERATION = "FEDERATION"
    FUNDER = "FUNDER"


@strawberry.type(
    description="A link worker, a practice, a PCN, a federation or a funder of posts, as on the day that was asked about; "
    "a null number is held back, or there is none."
)
class WorkforceLine:
    key: strawberry.ID | None
    label: str
    workers: int = strawberry.field(description="Link workers in post.")
    fte: float = strawberry.field(description="Full-time equivalents.")
    room: int = strawberry.field(description="The weight of cases that fits.")
    open: int | None = strawberry.field(description="Open cases.")
    weight: int | None = strawberry.field(description="What they weigh.")
    carried: int | None = strawberry.field(
        description="What all open cases of these link workers weigh, also those you do not see: what `room` is there for."
    )
    new: int | None = strawberry.field(description="People allocated in the period.")
    per_fte: float | None = strawberry.field(
        description="People allocated in the period for each full-time equivalent."
    )
    median_days: float | None = column(
        "{row}.median", "Days from referral to first contact, of first contacts in the period."
    )
    slow_days: float | None = column("{row}.slow", "Nine in ten waited no longer than this.")
    held: int | None = strawberry.field(description="Contacts held in the period.")
    missed: int | None = strawberry.field(description="Contacts the person did not come to, in the period.")
    missed_percent: int | None
    quiet: int | None = strawberry.field(description="Open cases without a contact for 28 days.")


@strawberry.type(description="The workforce on a day, with what happened in the days up to it.")
class WorkforceTable(Aggregate[WorkforceLine]):
    pass


@strawberry.type
class WorkforceCompetency:
    course: str
    completed_on: date
    expires_on: date | None
    expired: bool


@strawberry.type
class WorkforceSupervision:
    kind: str
    held_on: date


@strawberry.type(description="Another link worker: a colleague by name.")
class WorkforceColleague:
    id: strawberry.ID = column("{row}.worker_id")
    name: str = column("{row}.display_name")


_THEIRS: Final = (
    f"from {{referral}} as r where r.link_worker_id = {{row}}.worker_id and r.stage <> 'CLOSED' and {let_in('r')}"
)
_CASES: Final = f"(select count(*) {_THEIRS})::int"
_HELD: Final = f"coalesce((select sum(r.weight) {_THEIRS}), 0)::int"
_IF_EXACT: Final = "case when %(exact)s::bool then {} end"
_LATEST_HOST: Final = (
    "(select h.{} from {{host}} as h where h.worker_id = {{row}}.worker_id order by h.from_on desc limit 1)"
)
_WORDS: Final = """(select coalesce(json_agg(x.{0} order by x.{0}), '[]'::json) from {{{1}}} as x
    where x.worker_id = {{row}}.worker_id)"""


@strawberry.type(description="A link worker: what was agreed, what they carry today, who covers for them.")
class WorkforceWorker:
    id: strawberry.ID = column("{row}.worker_id")
    name: str = column("{row}.display_name")
    stated_gender: str | None
    engaged_on: date
    contract_ends_on: date | None
    last_day: date | None
    away: str | None = strawberry.field(description="Why they are away; null where they are not.")
    away_since: date | None
    cover: WorkforceColleague | None = one(
        "left join {link_worker} as {row} on {row}.worker_id = {up}.cover_worker_id", "{row}.worker_id is not null"
    )
    covers: list[WorkforceColleague] = many(
        "{link_worker}", "{row}.cover_worker_id = {up}.worker_id", "{row}.display_name, {row}.worker_id"
    )
    fte_percent: int = column(f"coalesce({at_day('hours', '%(today)s::date')}, 0)")
    caseload_limit: int = column(f"coalesce({at_day('limit', '%(today)s::date')}, 0)")
    max_new_per_week: int | None
    cases: int | None = column(_IF_EXACT.format(_CASES), "Null where you do not see the people: see `workforce`.")
    held: int | None = column(
        _IF_EXACT.format(_HELD), "The weight of the cases they have, as far as you may know of them."
    )
    room: int = column(
        f"coalesce({at_day('hours', '%(today)s::date')} * {at_day('limit', '%(today)s::date')} / 100, 0)",
        "The weight that fits.",
    )
    practices: list[str] = column(f"coalesce({_LATEST_HOST.format('practices')}, '[]'::json)")
    pcns: list[str] = column(f"coalesce({_LATEST_HOST.format('pcns')}, '[]'::json)")
    languages: list[str] = column(_WORDS.format("language", "spoken"))
    skills: list[str] = column(_WORDS.format("skill", "skilled"))
    competencies: list[WorkforceCompetency] = many(
        "{competency}", "{row}.worker_id = {up}.worker_id", "{row}.competency"
    )
    supervision: list[WorkforceSupervision] = many(
        "(select s.*, row_number() over (partition by s.worker_id order by s.held_on desc, s.kind) as n from {supervision} as s)",
        "{row}.worker_id = {up}.worker_id and {row}.n <= 6",
        "{row}.n",
    )


@strawberry.type(description="Someone who might be asked to take a person, with all that the rule looks at.")
class AllocationCandidate:
    id: strawberry.ID = column("{row}.worker_id")
    name: str = column("{row}.display_name")
    stated_gender: str | None
    languages: list[str] = column(_WORDS.format("language", "spoken"))
    practices: list[str] = column(f"coalesce({_LATEST_HOST.format('practices')}, '[]'::json)")
    held: int = column(_HELD)
    room: int = column(
        f"coalesce({at_day('hours', '%(today)s::date')} * {at_day('limit', '%(today)s::date')} / 100, 0)"
    )
    away: str | None
    refused: str | None = column(
        "(select n.reason from {refusal} as n where n.referral_id = %(id)s and n.worker_id = {row}.worker_id)",
        "Why they did not take this person.",
    )


@strawberry.type(description="How many points each factor gives at most. Version 0 is Commonweal's own rule.")
class AllocationRule:
    version: int
    practice: int
    language: int
    continuity: int
    load: int
    gender_preference: int


@strawberry.type
class WorkforcePerson:
    id: strawberry.ID = column("{up}.person_id")
    name: str | None
    language: str | None
    interpreter: bool | None
    worker_gender_preference: str | None
    erased: bool = column("coalesce({row}.erased, true)")


@strawberry.type
class WorkforcePractice:
    code: str | None = column("{row}.practice")
    name: str | None
    pcn: str | None


@strawberry.type(description="A person who waits for a link worker or has one, as far as it bears on who that is.")
class WorkforceCase:
    id: strawberry.ID = column("{row}.referral_id")
    stage: str
    priority: str
    reasons: list[str]
    weight: int
    received_at: datetime
    waiting_since: datetime | None
    link_worker_id: strawberry.ID | None
    last_worker_id: strawberry.ID | None
    proposed_to: strawberry.ID | None = column(
        "(select p.worker_id from {proposal} as p where p.referral_id = {row}.referral_id)"
    )
    person: WorkforcePerson = one(_PERSON)
    practice: WorkforcePractice = one(PRACTICE)


@strawberry.type
class WorkforceCaseEdge(Edge[WorkforceCase]):
    pass


@strawberry.type
class WorkforceCaseConnection(Connection[WorkforceCaseEdge]):
    pass


_CASE: Final = "join {referral} as {row} on {row}.referral_id = {up}.referral_id"
_WORKER: Final = "left join {{link_worker}} as {{row}} on {{row}}.worker_id = {{up}}.{}"


@strawberry.type(
    description="Somebody who waits, the link worker they are proposed to, and the points that speak for it."
)
class AllocationProposal:
    referral: WorkforceCase = one(_CASE)
    worker: WorkforceColleague | None = one(_WORKER.format("worker_id"), "{row}.worker_id is not null")
    proposed_at: datetime
    rule_version: int
    practice: int
    language: int
    continuity: int
    load: int
    gender_preference: int


@strawberry.type
class AllocationProposalEdge(Edge[AllocationProposal]):
    pass


@strawberry.type
class AllocationProposalConnection(Connection[AllocationProposalEdge]):
    pass


@strawberry.type(description="A case that a colleague handed on, with what was said of it.")
class WorkforceHandover:
    referral: WorkforceCase = one(_CASE)
    worker: WorkforceColleague | None = one(_WORKER.format("link_worker_id"), "{row}.worker_id is not null")
    handed_by: WorkforceColleague | None = one(_WORKER.format("handed_from"), "{row}.worker_id is not null")
    handed_at: datetime
    reason: str = column("{row}.handed_reason")
    note: str | None = column("{row}.handover")


@strawberry.type
class WorkforceHandoverEdge(Edge[WorkforceHandover]):
    pass


@strawberry.type
class WorkforceHandoverConnection(Connection[WorkforceHandoverEdge]):
    pass
