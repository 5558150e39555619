"""The caseload over GraphQL: a page at a time, newest referral first, with who may see what as part of the question."""

from datetime import datetime
from typing import Any, Final

import strawberry

from commonweal.kernel.question import AsOf, Keys, Page, Paging, Row, Rows, moment
from commonweal.kernel.reading import Position, Reader, Scope, reader
from commonweal.kernel.view import root
from projections.caseload import READ_MODEL
from projections.caseload.shapes import (
    CaseloadCapacity,
    CaseloadConnection,
    CaseloadFilter,
    CaseloadOrganisation,
    CaseloadPractice,
    CaseloadProgramme,
    CaseloadReferral,
)
from projections.people import OF_THE_PERSON
from projections.places import PCN
from projections.sight import let_in, programmes, seen

_KEYS: Final[Keys] = (("received_at", datetime), ("referral_id", str))


@strawberry.type
class Query:
    @root(
        READ_MODEL,
        CaseloadConnection,
        "The caseload. Forwards with `first` and `after`, back with `last` and `before`. `afterPosition` waits until the "
        "view has seen that position: the one on a mutation's receipt. `asOf` shows it as we knew it at a moment in the past.",
    )
    def caseload(
        self,
        info: strawberry.Info,
        filter: CaseloadFilter | None = None,  # noqa: A002 – the name in the schema
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
        as_of: AsOf | None = None,
    ) -> Page:
        asker = reader(info)
        wanted = filter or CaseloadFilter()
        conditions, parameters = seen(asker.scope("caseload"))
        if wanted.stage is None and wanted.person is None:
            conditions.append("{row}.stage <> 'CLOSED'")
        for given, name, condition in (
            (wanted.stage and wanted.stage.value, "stage", "{row}.stage = %(stage)s"),
            (wanted.link_worker, "link_worker", "{row}.link_worker_id = %(link_worker)s"),
            (wanted.practice, "practice", "{row}.practice = %(practice)s"),
            (wanted.pcn, "pcn", f"{PCN} = %(pcn)s"),
            (wanted.programme, "programme", "{row}.programme = %(programme)s"),
            (wanted.person, "person", OF_THE_PERSON),
        ):
            if given is not None:
                conditions.append(condition)
                parameters[name] = given
        return Page(
            of=CaseloadConnection,
            source="{referral}",
            where=tuple(conditions),
            parameters={**parameters, "today": asker.today},
            keys=_KEYS,
            descending=True,
            after_position=after_position,
            as_of=moment(as_of, asker.now),
            **Paging(first, after, last, before).settled(_KEYS),
        )

    @root(READ_MODEL, CaseloadReferral | None, "One referral, or null where there is none that you may see.")
    def caseload_referral(self, info: strawberry.Info, id: strawberry.ID) -> Row:  # noqa: A002
        return one_referral(reader(info), id)

    @root(READ_MODEL, list[CaseloadCapacity], "Link workers in post, by name, and how much room each has.")
    def caseload_capacity(self, info: strawberry.Info) -> Rows:
        scope = reader(info).scope("caseload")
        return Rows(
            of=CaseloadCapacity,
            source="{link_worker}",
            where=("not {row}.gone",),
            parameters=programmes(scope),
            order="{row}.display_name, {row}.worker_id",
        )

    @root(
        READ_MODEL,
        list[CaseloadPractice],
        "The practices of today, by PCN and name. `own`: those alone that you work for or see a case of.",
    )
    def caseload_practices(self, info: strawberry.Info, own: bool = False) -> Rows:
        asker = reader(info)
        scope = asker.scope("caseload")
        theirs, parameters = _of_their_cases(scope) if own and not scope.everything else ((), {})
        return Rows(
            of=CaseloadPractice,
            source="{membership}",
            where=("{row}.joined_on <= %(today)s", "{row}.left_on is null or {row}.left_on > %(today)s", *theirs),
            parameters={"today": asker.today, **parameters},
            order="(select n.name from {pcn} as n where n.pcn = {row}.pcn), {row}.name, {row}.practice",
        )

    @root(READ_MODEL, list[CaseloadOrganisation], "The organisations a referral can be passed on to.")
    def caseload_organisations(self, info: strawberry.Info) -> Rows:
        reader(info).scope("caseload")
        return Rows(of=CaseloadOrganisation, source="{trust}", order="{row}.name, {row}.trust")

    @root(READ_MODEL, list[CaseloadProgramme], "The programmes that take referrals, by name, with their criteria.")
    def caseload_programmes(self, info: strawberry.Info) -> Rows:
        scope = reader(info).scope("caseload")
        return Rows(
            of=CaseloadProgramme,
            source="{programme}",
            where=("{row}.open", let_in()),
            parameters=programmes(scope),
            order="{row}.name, {row}.programme",
        )


def _of_their_cases(scope: Scope) -> tuple[tuple[str, ...], dict[str, Any]]:
    """On a row of `membership`: a practice or a PCN that somebody works for, or a practice of a case they see."""
    conditions, parameters = seen(scope, "c")
    cases = f"{{row}}.practice in (select c.practice from {{referral}} as c where {' and '.join(conditions)})"
    works = "{row}.pcn = any(%(of_pcns)s::text[]) or {row}.practice = any(%(of_practices)s::text[])"
    of = {"of_pcns": sorted(scope.pcns), "of_practices": sorted(scope.practices)}
    return (f"({works} or {cases})",), {**parameters, **of}


def one_referral(asker: Reader, id_: str) -> Row:
    """One referral, where it is among those somebody sees."""
    conditions, parameters = seen(asker.scope("caseload"))
    return Row(
        of=CaseloadReferral,
        source="{referral}",
        where=("{row}.referral_id = %(id)s", *conditions),
        parameters={**parameters, "id": id_, "today": asker.today},
    )
