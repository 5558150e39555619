"""Opening: whoever is shown a person's record is written down, before they are shown it."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

import msgspec

from commonweal.domain import user, values
from commonweal.domain.directory import connection
from commonweal.domain.measures import measure
from commonweal.domain.message import Refused
from commonweal.domain.people.record_access import OpenRecord, hour
from commonweal.domain.plans import plan
from commonweal.domain.referrals import referral
from commonweal.domain.work import safeguarding
from commonweal.kernel.append import About
from commonweal.kernel.decider import DECIDERS
from commonweal.kernel.handle import handle
from commonweal.kernel.question import Question, Row
from commonweal.runtime import permissions
from commonweal.runtime.access import named
from commonweal.runtime.schema import Asker
from projections.caseload.shapes import CaseloadConnection, CaseloadReferral
from projections.connections.shapes import ServiceConnection, ServiceConnectionConnection
from projections.measures.shapes import MeasuresCase, MeasuresConnection, MeasuresMeasure
from projections.person_record.shapes import (
    PersonRecord,
    PersonRecordAssessment,
    PersonRecordCase,
    PersonRecordConsent,
    PersonRecordDuplicateConnection,
    PersonRecordFlag,
    PersonRecordRepresentative,
    PersonRecordTimeline,
)
from projections.plan.shapes import Plan, PlanCase, PlanConnection
from projections.record_access.shapes import RecordAccessConnection
from projections.safeguarding.shapes import SafeguardingConcern
from projections.work.shapes import WorkEntryConnection, WorkTaskConnection
from projections.workforce.shapes import WorkforceCase

_IDS: Final = UUID("0c1a9f52-7a43-5d0e-8f0b-2d3f0a4c6b17")
"""Under this name space who, whose, which part, in which hour and through which glass become a command's id: however often, and in
whichever process, once."""
_KEPT: Final = 10_000
_Key = tuple[str, str, str, str, datetime] | tuple[str, str, str, str, datetime, datetime]
"""(ICS, who, whose, which part, in which hour); through a broken glass also when that closes, so that another glass is another key."""
_OF_A_PERSON: Final[Mapping[type, tuple[str, str]]] = {
    PersonRecordCase: ("id", "case"),
    PersonRecordConsent: ("id", "rights"),
    PersonRecordRepresentative: ("id", "rights"),
    PersonRecordAssessment: ("id", "rights"),
    PersonRecordTimeline: ("id", "timeline"),
    PersonRecordDuplicateConnection: ("of", "details"),
    RecordAccessConnection: ("id", "access"),
    CaseloadConnection: ("person", "case"),
    WorkEntryConnection: ("person", "contacts"),
    WorkTaskConnection: ("person", "contacts"),
    PlanConnection: ("person", "plan"),
    PlanCase: ("person", "plan"),
    MeasuresConnection: ("person", "measures"),
    MeasuresCase: ("person", "measures"),
    ServiceConnectionConnection: ("person", "connections"),
}
"""What is shown → (the parameter that names the person, the part of the record it is). Without one it is a list of many people."""
_OF_A_RECORD: Final[Mapping[type, tuple[str, str]]] = {
    CaseloadReferral: (referral.CATEGORY, "case"),
    WorkforceCase: (referral.CATEGORY, "case"),
    Plan: (plan.CATEGORY, "plan"),
    MeasuresMeasure: (measure.CATEGORY, "measures"),
    ServiceConnection: (connection.CATEGORY, "connections"),
    SafeguardingConcern: (safeguarding.CATEGORY, "case"),
}
"""What is shown → (the kind of record that the parameter `id` names, the part it is). Who looked can be read by all who see the
person: nothing there says that there is a safeguarding concern."""


class Opened:
    """Remembers whom this process has written down already."""

    def __init__(self) -> None:
        self._known: OrderedDict[_Key, None] = OrderedDict()

    async def note(self, asker: Asker, question: Question, answer: object) -> None:
        """Write down that the one who asks is shown the record a question is about. `answer`: as JSON, or as what it says."""
        if question.of is PersonRecord:
            await self.write(asker, str(question.parameters["id"]), str(question.parameters["part"]))
        elif (about := await self._new_to(asker, question)) is not None and _shows(question, answer):
            await self.write(asker, *about)

    async def is_new(self, asker: Asker, question: Question) -> bool:
        """Is it about somebody's record, and not written down yet that the one who asks is shown it?"""
        return await self._new_to(asker, question) is not None

    async def _new_to(self, asker: Asker, question: Question) -> tuple[str, str] | None:
        about = await _about(asker, question)
        return None if about is None or await _key(asker, *about) in self._known else about

    async def write(self, asker: Asker, person_id: str, part: str) -> None:
        """Write down that the one who asks is shown this part of somebody's record, once in an hour and through each glass."""
        key = await _key(asker, person_id, part)
        if key in self._known:
            return
        about = About(
            command_id=uuid5(_IDS, "|".join((*key[1:4], *(when.isoformat() for when in key[4:])))),
            occurred_at=asker.now,
            actor=asker.principal.id,
            channel=asker.channel,
            correlation_id=asker.correlation_id,
            traceparent=asker.traceparent,
        )
        opened = OpenRecord(what=part, by=asker.principal.id, by_role=min(asker.principal.roles), at=asker.now)
        await handle(asker.tenant.streams, person_id, opened, about)
        if asker.principal.display:  # whoever came by a token signed in nowhere
            await named(asker.tenant, asker.principal.id, asker.principal.display)
        self._known[key] = None
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)


async def _key(asker: Asker, person_id: str, part: str) -> _Key:
    key = (asker.tenant.ods, asker.principal.id, person_id, part, hour(asker.now))
    if not permissions.parts(asker.principal.grants, person_id):
        return key
    state: user.State = (await asker.tenant.streams.get(user.CATEGORY, asker.principal.id)).state
    ends = (until for (_, whose), until in state.glass.items() if whose == person_id)
    return *key, max(ends)


async def _about(asker: Asker, question: Question) -> tuple[str, str] | None:
    """(person, part) of a question that is about one person, whichever room it is put to."""
    if question.of is PersonRecordFlag:  # they stand around every part
        return str(question.parameters["id"]), str(question.parameters["part"])
    if (named := _OF_A_PERSON.get(question.of)) is not None:
        field, part = named
        person_id = question.parameters.get(field)
        return None if person_id is None else (str(person_id), part)
    if (kept := _OF_A_RECORD.get(question.of)) is not None:
        category, part = kept
        try:
            identity = values.identifier(str(question.parameters["id"]), "id")
        except Refused:
            return None
        whose = DECIDERS[category].person((await asker.tenant.streams.get(category, identity)).state)
        return None if whose is None else (whose, part)
    return None


def _shows(question: Question, answer: object) -> bool:
    """Is there anything in it? Nobody writes into the records of those they do not see by asking in vain."""
    if isinstance(question, Row):
        return True
    found = msgspec.json.decode(answer) if isinstance(answer, bytes) else answer
    lists = found.values() if isinstance(found, dict) else (found,)
    return any(isinstance(each, list) and each for each in lists)
