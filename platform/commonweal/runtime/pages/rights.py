"""A person's rights: what they agreed to, who speaks for them, what to know first, whether this is their only record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console.asks import BY_NAME
from commonweal.console.page import Way
from commonweal.console.wording import long_date, nhs_number, sentence_case
from commonweal.domain import codes, tenant
from commonweal.domain.directory import community_service
from commonweal.domain.people import consent
from commonweal.runtime import permissions
from commonweal.runtime.pages.page import Asked, Pages, day
from commonweal.runtime.pages.record import DOCUMENT, Flag, flag, framed, opened
from commonweal.runtime.schema import Asker
from projections.person_record.told import CONSENTS

_ANSWERS: Final = {"given": "Yes", "refused": "No", "withdrawn": "Taken back", "expired": "Come to its end"}
_METHODS: Final = {"verbal": "said so", "written": "in writing", "digital": "online"}
_GIVERS: Final = {
    "person": "the person",
    "parent": "a parent",
    "attorney": "an attorney",
    "deputy": "a deputy",
    "best_interests": "in their best interests",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer about one consent. `stands`: it is the last word; `holds`: it allows something today."""

    about: str
    answer: str
    told: str
    stands: bool
    holds: bool
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Somebody who speaks for the person, or an assessment. `over`: not any more."""

    title: str
    lines: tuple[str, ...]
    over: bool = False
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """One of two records side by side."""

    href: str
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    told: str
    records: tuple[Someone, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """`ways`: below which heading → what can be done; only what the one who asks may. `merged`: how to take merged records apart."""

    flags: tuple[tuple[Flag, tuple[Way, ...]], ...]
    closed_flags: tuple[str, ...]
    consents: tuple[Answer, ...]
    history: tuple[Answer, ...]
    representatives: tuple[Piece, ...]
    assessments: tuple[Piece, ...]
    pairs: tuple[Pair, ...]
    merged: tuple[Way, ...]
    erasure: str | None
    ways: Mapping[str, tuple[Way, ...]]


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    return [pages.of_person("/people/{person_id:str}/rights", show)]


async def show(pages: Pages, request: Asked, asker: Asker, person_id: str) -> Response[str]:
    """The tab of a person's record."""
    around = await opened(pages, request, asker, person_id, "rights")
    found = await pages.ask(asker, "Rights", DOCUMENT, id=person_id)
    names = await _audiences(asker, found["personRecordConsents"])
    body = _rights(asker, person_id, around, found, names) if around["personRecord"] else None
    return await framed(pages, request, asker, person_id, "rights", "person_record/rights.html", around, body)


async def _audiences(asker: Asker, answers: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Whom they agreed to share with → what it is called: a community service, a practice or a trust."""
    ics: tenant.State = (await asker.tenant.streams.get(tenant.CATEGORY, asker.tenant.ods)).state
    names = {code: trust.name for code, trust in ics.trusts.items()}
    for audience in sorted({each["audience"] for each in answers} - {consent.ANY} - names.keys()):
        listed: community_service.State = (await asker.tenant.streams.get(community_service.CATEGORY, audience)).state
        if listed.name:
            names[audience] = listed.name
    return names


def _rights(
    asker: Asker, person_id: str, around: Mapping[str, Any], found: Mapping[str, Any], names: Mapping[str, str]
) -> Rights:
    ways = _Ways(asker, person_id)
    answers = tuple(_answer(each, asker.reader.today, ways, names) for each in found["personRecordConsents"])
    flags, today = around["personRecordFlags"], asker.reader.today
    standing = around["personRecord"]
    return Rights(
        flags=tuple(
            (flag(each, today), ways("review-flag", "close-flag", flag_id=each["id"]))
            for each in flags
            if each["closedOn"] is None
        ),
        closed_flags=tuple(_closed(each) for each in flags if each["closedOn"] is not None),
        consents=tuple(each for each in answers if each.stands),
        history=tuple(each for each in answers if not each.stands),
        representatives=tuple(_representative(each, today, ways) for each in found["personRecordRepresentatives"]),
        assessments=tuple(_assessment(each) for each in found["personRecordAssessments"]),
        pairs=tuple(_pair(edge["node"], person_id, ways) for edge in found["personRecordDuplicates"]["edges"]),
        merged=tuple(way for other in standing["merged"] for way in ways("unmerge", absorbed_id=other)),
        erasure=_erasure(standing),
        ways={
            "details": ways(
                "contact-preference",
                "correct-details",
                "nhs-number",
                "change-practice",
                "reasonable-adjustments",
                "record-death",
            ),
            "flags": ways("raise-flag"),
            "consents": ways("give-consent", "refuse-consent"),
            "representatives": ways("link-representative"),
            "assessments": ways("assess-capacity", "assess-competence"),
            "records": ways("flag-duplicate"),
            "erasure": ways(*(["approve-erasure"] if standing["erasure"] == "requested" else ["request-erasure"])),
        },
    )


@dataclass(frozen=True, slots=True)
class _Ways:
    """Links to forms, of those the one who asks may send."""

    asker: Asker
    person_id: str

    def __call__(self, *names: str, **taken: str) -> tuple[Way, ...]:
        back = {"back": f"/people/{self.person_id}/rights"}
        asks = [BY_NAME[name] for name in names]
        return tuple(
            Way(text=ask.title, href=f"/do/{ask.name}/{self.person_id}?{urlencode({**taken, **back})}")
            for ask in asks
            if permissions.may(self.asker.principal.grants, ask.command)
        )


def _day(text: str) -> str:
    return long_date(date.fromisoformat(text))


def _closed(node: Mapping[str, Any]) -> str:
    kind = sentence_case(codes.RISKS.get(node["kind"], node["kind"]))
    reason = codes.RISK_CLOSURES.get(node["closeReason"], node["closeReason"])
    return f"{kind}: closed on {_day(node['closedOn'])}, {reason}"


def _answer(node: Mapping[str, Any], today: date, ways: _Ways, names: Mapping[str, str]) -> Answer:
    scope, audience = node["scope"], node["audience"]
    who = "" if audience == consent.ANY else f" ({names.get(audience, audience)})"
    told = [f"on {_day(node['answeredOn'])}"]
    if node["method"]:
        told.append(_METHODS.get(node["method"], node["method"]))
    if node["givenBy"] and node["givenBy"] != "person":
        told.append(f"by {_GIVERS.get(node['givenBy'], node['givenBy'])}")
    if node["wordingVersion"]:
        told.append(f"wording {node['wordingVersion']}")
    if node["expiresOn"]:
        told.append(f"until {_day(node['expiresOn'])}")
    if node["recordedBy"]:
        told.append(f"recorded by {node['recordedBy']}")
    given = node["answer"] == "given" and not (node["expiresOn"] and date.fromisoformat(node["expiresOn"]) < today)
    return Answer(
        about=sentence_case(CONSENTS.get(scope, scope)) + who,
        answer=_ANSWERS[node["answer"]],
        told=", ".join(told),
        stands=node["stands"],
        holds=given and node["stands"],
        ways=ways("withdraw-consent", scope=scope, audience=audience) if given and node["stands"] else (),
    )


def _representative(node: Mapping[str, Any], today: date, ways: _Ways) -> Piece:
    kind = sentence_case(codes.REPRESENTATIVES.get(node["kind"], node["kind"]))
    until = f" until {_day(node['until'])}" if node["until"] else ""
    lines = [f"Since {_day(node['since'])}{until}; {codes.AUTHORITIES.get(node['authority'], node['authority'])}"]
    if node["contact"]:
        lines.append(node["contact"])
    if node["endedOn"]:
        reason = codes.UNLINKING_REASONS.get(node["endReason"], node["endReason"])
        lines.append(f"Ended on {_day(node['endedOn'])}: {reason}")
    over = bool(node["endedOn"]) or bool(node["until"] and date.fromisoformat(node["until"]) < today)
    return Piece(
        title=f"{node['name'] or 'Name withheld'}: {kind[:1].lower()}{kind[1:]}",
        lines=tuple(lines),
        over=over,
        ways=() if node["endedOn"] else ways("unlink-representative", representative_id=node["id"]),
    )


def _assessment(node: Mapping[str, Any]) -> Piece:
    if node["kind"] == "capacity":
        about = f"Capacity {codes.CAPACITY_DECISIONS.get(node['about'], node['about'])}"
        outcome, basis = codes.CAPACITY_OUTCOMES, codes.CAPACITY_BASES
    else:
        about, outcome, basis = "Competence", codes.COMPETENCE_OUTCOMES, codes.COMPETENCE_BASES
    who = f" by {node['assessedBy']}" if node["assessedBy"] else ""
    lines = [f"On {_day(node['assessedOn'])}, {basis.get(node['basis'], node['basis'])}; recorded{who}"]
    if node["parentExcluded"]:
        lines.append("Wishes that no parent is told")
    if node["words"]:
        lines.append(node["words"])
    return Piece(title=f"{about}: {outcome.get(node['outcome'], node['outcome'])}", lines=tuple(lines))


def _pair(node: Mapping[str, Any], person_id: str, ways: _Ways) -> Pair:
    other = node["other"] if node["record"]["id"] == person_id else node["record"]
    evidence = codes.DUPLICATE_EVIDENCE.get(node["evidence"], node["evidence"])
    by = f" by {node['flaggedBy']}" if node["flaggedBy"] else ""
    told = f"Noticed on {long_date(day(node['flaggedAt']))}{by}: {evidence}"
    flagged = node["stands"] == "flagged"
    return Pair(
        told=told if flagged else f"{told} ({node['stands']})",
        records=(someone(node["record"]), someone(node["other"])),
        ways=(*ways("merge", absorbed_id=other["id"]), *ways("dismiss-duplicate", other_id=other["id"]))
        if flagged
        else (),
    )


def someone(node: Mapping[str, Any]) -> Someone:
    """A record of the room (`PersonRecordFound`), with as much as tells two people apart."""
    lines = [
        f"Born {_day(node['dateOfBirth'])}" if node["dateOfBirth"] else "Date of birth not known",
        f"NHS number {nhs_number(node['nhsNumber'])}" if node["nhsNumber"] else "No NHS number",
        node["postcode"] or "No postcode",
    ]
    if node["died"]:
        lines.append("Has died")
    if node["mergedInto"]:
        lines.append("A part of another record")
    return Someone(href=f"/people/{node['id']}", name=node["name"] or "Name withheld – erased", lines=tuple(lines))


def _erasure(standing: Mapping[str, Any]) -> str | None:
    if standing["erasure"] == "requested":
        return f"Asked for on {_day(standing['erasureOn'])}. The information governance lead decides."
    if standing["erasure"] != "refused":
        return None
    asked = f"Asked for on {_day(standing['erasureOn'])}, and refused: "
    reason = codes.ERASURE_REFUSALS.get(standing["erasureReason"], standing["erasureReason"])
    if standing["erasureEarliestOn"]:
        return f"{asked}{reason}. It may be asked again from {_day(standing['erasureEarliestOn'])}."
    return f"{asked}{reason}. Ask again once it is closed."
