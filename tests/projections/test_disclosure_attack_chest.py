"""An attacker asks everything a chest tells of people, somebody joins, and they ask again: of few people they have learnt nothing."""

import json
from collections import Counter
from collections.abc import Hashable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from commonweal.domain.chest import fund_effect, fund_priorities
from commonweal.domain.chest.capacity import FundCapacity
from commonweal.domain.directory import connection
from commonweal.domain.measures.measuring import RecordMeasure
from commonweal.domain.message import Refused
from commonweal.domain.referrals import referral
from commonweal.domain.workforce.allocation import CloseReferral
from commonweal.runtime.evidence import unmet_need, what_came
from commonweal.runtime.installation import Installation
from projections import community_chest
from projections.community_chest.telling import TellPlaces
from projections.disclosure import nested, tables
from projections.disclosure.tables import EVERYBODY, TOTAL, Cell
from tests.near import listed, organisation
from tests.near import offered as connected
from tests.projections.attacker import NOT_THERE, STAR, Told, narrowed, narrowed_groups
from tests.projections.scene import ANSWERING, Grants, Scene, scene
from tests.projections.test_community_chest import (
    BARKING,
    DAY,
    HAVERING,
    LATER,
    MORNING,
    OF_COUNCIL,
    applied,
    founded,
    offered,
)
from tests.projections.test_community_chest_effect import ENDS, placed
from tests.story import agreed, allocated, engaged, referred, registered

ANALYST: Grants = (("analyst", "tenant"),)
Someone = dict[str, str]
GRANTS = {
    "g1": ("food", BARKING),
    "g2": ("food", HAVERING),
    "g3": ("loneliness", BARKING),
    "g4": ("loneliness", HAVERING),
}
"""What each is for, and where."""
GROUPS = (("g1", 12, "food"), ("g2", 6, "food"), ("g3", 9, "money"), ("g4", 21, "money"))
"""(the grant they came by, how many, what they need)"""
JOINS = {"grant": "g2", "need": "food", "practice": "K83001"}
READS = ("eligible", "baseline", "paired", "improved")
ROOTS = (
    *(
        ("{0}: fundedPlaces(by: {0}) { rows { key people completed } }", by)
        for by in ("FUND", "PURPOSE", "AREA", "GRANT")
    ),
    ("fundingCliff(months: 3) { rows { grantId people } }", ""),
    *(
        (
            'needs_{0}: chestNeeds(by: {0}, since: "2026-01-01", until: "2026-12-31") { rows { need place people unmet } }',
            by,
        )
        for by in ("NEED", "PLACE", "NEED_AND_PLACE")
    ),
    *(
        (
            'fared_{0}: chestOutcomes(instrument: "ons4", scale: "satisfied", by: {0}) { rows { key eligible baseline paired improved } }',
            by,
        )
        for by in ("FUND", "PURPOSE")
    ),
)
OF_A_FUNDER = """{
    funds { edges { node { id name areas phase rulesVersion priorities prioritySnapshot evaluationHash funders { funder awarded paid }
        balance { pledged confirmed received awarded paid committed available } pledges { id phase awarded paid }
        effects { id asOf disclosureRule grants awarded places pencePerPlace people completed met } } } }
    fund(id: "f1") { steeringGroup { organisation } effects { people completed met } }
    fundStatement(since: "2026-01-01", until: "2030-12-31") { suppressed rows { day kind pledged confirmed received awarded paid } }
    fundEvidence(fund: "f1") { id asOf position disclosureRule attachedAt needs { need area people unmet } }
    awards { totalCount edges { node { id awarded } } }
    awardTotals(by: FUND) { rows { key awards awarded } }
}"""
"""All of the room that a funder may ask of the funds it pledged to."""
EVERYTHING = "{ " + " ".join(root.replace("{0}", by) for root, by in ROOTS) + " }"


def everyone() -> list[Someone]:
    """Every fourth was referred by the practice whose PCN is counted to no place."""
    people = [{"grant": grant, "need": need} for grant, many, need in GROUPS for _ in range(many)]
    return [{**who, "practice": "K83002" if nth % 4 == 0 else "K83001"} for nth, who in enumerate(people)]


@pytest.fixture(scope="module")
def ics(servers: Installation) -> Iterator[Scene]:
    """A chest with four grants, each of which pays for places in a service of its own."""
    with scene(servers, community_chest.READ_MODEL) as made:
        do = partial(made.do, occurred_at=MORNING)
        do("QPM", placed("QPM", "Nene"))
        do("f1", *founded("Nene"))
        do("o-1", organisation("Nene"))
        do("wren", engaged("Nene Wren", caseload_limit=200))
        for number, (grant, (purpose, area)) in enumerate(GRANTS.items()):
            pence = 1_000_00 * (number + 1)
            do(f"s-{grant}", *listed(f"Service {grant}"))
            do(grant, *applied(grant, purpose, pence, area=area, ends_on=ENDS), *offered(grant, pence))
            service = f"s-{grant}"
            do(grant, FundCapacity(capacity_id="c", service_id=service, places=9, from_on=DAY, to_on=LATER, by="olu"))
        for number, who in enumerate(everyone()):
            joins(made, str(number), who)
        made.catch_up()
        yield made


def joins(made: Scene, name: str, who: Someone) -> None:
    do, case, started = partial(made.do, occurred_at=MORNING), f"r-{name}", DAY + timedelta(days=3)
    do(f"p-{name}", registered("Finch"), agreed())
    do(case, referred(f"p-{name}", name, practice=who["practice"], reasons=(who["need"],)), referral.AcceptReferral())
    do(case, allocated(case, "wren"))
    do(f"k-{name}", connected(case, f"s-{who['grant']}"), connection.AcceptConnection())
    do(f"k-{name}", connection.StartConnection(started_on=started, on=LATER))
    do(f"k-{name}", connection.CompleteConnection(ended_on=started, on=LATER))
    for number, satisfied in enumerate((4, 6)):
        do(f"m-{name}-{number}", RecordMeasure(
            referral_id=case, instrument="ons4", point="baseline", answers=(satisfied, 5, 5, 5), mode="self",
            completed_on=started + timedelta(days=number), on=LATER, by="wren",
        ))  # fmt: skip
    do(case, CloseReferral(referral_id=case, reason="moved_area", unmet_needs=(who["need"],)))


def learnt(made: Scene, people: list[Someone]) -> list[Any]:
    """Of whom few it is known how many they are not."""
    answers = made.ask(EVERYTHING, ANALYST)
    return [*_of_grants(answers, people), *_of_needs(answers, people), *_of_outcomes(answers, people)]


def _groups(who: Someone) -> list[tuple[str, str]]:
    purpose, area = GRANTS[who["grant"]]
    return [("FUND", "f1"), ("PURPOSE", purpose), ("AREA", area), ("GRANT", who["grant"])]


def _small(people: list[Someone]) -> list[tuple[str, str]]:
    return [group for group, many in Counter(group for who in people for group in _groups(who)).items() if many <= 7]


def _wholes() -> list[tuple[Hashable, list[Hashable]]]:
    """The fund in purposes, in areas and in grants; each purpose and each area in grants."""
    found: dict[tuple[Hashable, str], list[Hashable]] = {}
    for grant in GRANTS:
        fund, purpose, area, one = _groups({"grant": grant})
        for whole, kind, part in (
            (fund, "purpose", purpose),
            (fund, "area", area),
            (purpose, "grant", one),
            (area, "grant", one),
        ):
            found.setdefault((whole, kind), []).append(part)
    return [(whole, list(dict.fromkeys(parts))) for (whole, _), parts in found.items()]


def _of_grants(answers: Any, people: list[Someone]) -> Iterator[Any]:
    small = _small(people)
    for count in ("people", "completed"):
        told: dict[Hashable, int | str] = {
            (by, row["key"]): _number(row[count])
            for by in ("FUND", "PURPOSE", "AREA", "GRANT")
            for row in answers[by]["rows"]
        }
        assert {told[group] for group in small} <= {STAR}, "1 to 7 are never shown"
        yield from ((count, group) for group in narrowed_groups(told, _wholes(), small))
    ending = {("GRANT", row["grantId"]): _number(row["people"]) for row in answers["fundingCliff"]["rows"]}
    told = {("GRANT", row["key"]): _number(row["people"]) for row in answers["GRANT"]["rows"]}
    assert ending == told, "what is held back of a grant is held back at its end too"


def _of_needs(answers: Any, people: list[Someone]) -> Iterator[Any]:
    place = {"K83001": BARKING, "K83002": "U22222"}
    truth: Counter[Cell] = Counter()
    for who in people:
        for cell in (
            (who["need"], place[who["practice"]]),
            (who["need"], EVERYBODY),
            (EVERYBODY, place[who["practice"]]),
        ):
            truth[cell] += 1
    small = [cell for cell, many in truth.items() if many <= 7]
    for count in ("people", "unmet"):
        told: Told = {TOTAL: NOT_THERE} | dict.fromkeys(truth, NOT_THERE) | {
            (row["need"] or EVERYBODY, row["place"] or EVERYBODY): _number(row[count])
            for by in ("NEED", "PLACE", "NEED_AND_PLACE")
            for row in answers[f"needs_{by}"]["rows"]
            if row["people"] != 0
        }  # fmt: skip
        assert {told[cell] for cell in small} <= {STAR, NOT_THERE}, "1 to 7 are never shown"
        yield from ((count, cell) for cell in narrowed(told, small, overlapping=0))


def _of_outcomes(answers: Any, people: list[Someone]) -> Iterator[Any]:
    small = [group for group in _small(people) if group[0] in ("FUND", "PURPOSE")]
    wholes = [each for each in _wholes() if each[1][0] in (("PURPOSE", "food"), ("PURPOSE", "loneliness"))]
    for count in READS:
        told: dict[Hashable, int | str] = {
            (by, row["key"]): _number(row[count])
            for by in ("FUND", "PURPOSE")
            for row in answers[f"fared_{by}"]["rows"]
        }
        yield from ((count, group) for group in narrowed_groups(told, wholes, small))


def _number(value: int | None) -> int | str:
    return STAR if value is None else value


@pytest.mark.parametrize("complementary", [True, False], ids=["as it is", "without complementary suppression"])
def test_from_all_answers_together_no_small_number_can_be_told(
    ics: Scene, complementary: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not complementary:
        monkeypatch.setattr(nested, "held_back", partial(nested.held_back, complementary=False))
        monkeypatch.setattr("projections.disclosure.lines.held_back", partial(tables.held_back, complementary=False))
    assert bool(learnt(ics, everyone())) == (not complementary)


def test_one_who_joins_few_is_not_noticed(ics: Scene) -> None:
    before = ics.ask(EVERYTHING, ANALYST)
    joins(ics, "joins", JOINS)
    ics.catch_up()
    after = ics.ask(EVERYTHING, ANALYST)
    assert learnt(ics, [*everyone(), JOINS]) == []
    few = [[row for row in answer["GRANT"]["rows"] if row["key"] == "g2"] for answer in (before, after)]
    assert few == [[{"key": "g2", "people": None, "completed": None}]] * 2


def released(made: Scene) -> fund_effect.ReleaseEffect:
    """What the officer would tell now, as the command has it."""
    effect = made.run(what_came(made.tenants["QPM"], made.asker(ANALYST).reader, "f1"))
    return fund_effect.ReleaseEffect(known_effect=effect, at=datetime.now(UTC), by="olu")


def test_a_funder_who_asks_everything_again_is_told_the_same_to_the_byte_whoever_joined(ics: Scene) -> None:
    reader = ics.asker(ANALYST).reader
    reader.today = LATER  # everybody was referred in the year before
    evidence = ics.run(unmet_need(ics.tenants["QPM"], reader, "f1"))
    ics.do("f1", fund_priorities.AttachPriorityEvidence(known_needs=evidence, by="olu"), released(ics))
    ics.catch_up()
    before = ics.run(ANSWERING.answer(ics.asker(OF_COUNCIL), OF_A_FUNDER, None, {}))
    assert before.count(b'"people":') > 2, "there is something to compare"
    for number in range(20):  # as many as would be seen if any were
        joins(ics, f"later-{number}", {**JOINS, "grant": "g1"})
    ics.catch_up()
    assert ics.run(ANSWERING.answer(ics.asker(OF_COUNCIL), OF_A_FUNDER, None, {})) == before
    assert released(ics).known_effect.people != json.loads(before)["data"]["fund"]["effects"][0]["people"]
    with pytest.raises(Refused, match="the funders are told once a month"):
        ics.do("f1", released(ics))
    for root in (EVERYTHING, *(f"{{ {each.replace('{0}', by)} }}" for each, by in ROOTS)):
        _, errors = ics.answer(root, OF_COUNCIL)
        assert {each["extensions"]["code"] for each in errors} == {"OUT_OF_SCOPE"}, "what is live is not for a funder"


def line(by: str, key: str, many: int, fund_id: str | None = None) -> dict[str, Any]:
    of = {"fund_id": fund_id, "purpose": None, "area": None, "grants": 1}
    return {"by": by, "key": key, **of, "people": many, "completed": 0, "goals_met": 0}


def test_what_is_told_of_a_fund_holds_back_what_would_give_another_away() -> None:
    counts = {"f1": 12, "f2": 3}
    rows = [line(EVERYBODY, EVERYBODY, 15)]
    for key, many in counts.items():
        rows += [line("FUND", key, many), line("GRANT", f"g-{key}", many, key)]
    told, _ = TellPlaces("FUND")(rows)
    assert {row["key"]: row["people"] for row in told} == dict.fromkeys(counts), "15 less 12 would be 3"
