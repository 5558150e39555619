"""What comes of a community chest: month by month, at its end, in places and people, by need, and for whom."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from commonweal.domain.chest import award, fund, fund_effect, fund_priorities
from commonweal.domain.chest.capacity import FundCapacity
from commonweal.domain.directory import connection
from commonweal.domain.measures.measuring import RecordMeasure
from commonweal.domain.plans import plan_needs
from commonweal.domain.plans.plan_start import StartPlan
from commonweal.domain.referrals import programme, referral
from commonweal.domain.tenant import ConfigureTenant, Place
from commonweal.domain.workforce.allocation import CloseReferral, ReopenReferral, RetractReferral
from commonweal.kernel.fetch import fetch
from commonweal.runtime.installation import Installation
from projections import community_chest
from projections.community_chest.snapshot import as_told, came, taken, unmet
from projections.community_chest.telling import TellCliff, TellFared, TellNeeds, TellPlaces
from projections.disclosure.releases import RULE
from projections.disclosure.tables import EVERYBODY
from tests.near import listed, organisation
from tests.near import offered as connected
from tests.projections.every_room import nothing_crossed, same_rows
from tests.projections.scene import Grants, Scene, scene
from tests.projections.test_community_chest import (
    ASSESSOR,
    BARKING,
    CHARITY,
    HAVERING,
    LATER,
    MORNING,
    OF_COUNCIL,
    OF_NHS,
    OF_NOBODY,
    OFFICER,
    applied,
    drawn,
    founded,
    offered,
    pledged,
    returned,
)
from tests.story import agreed, allocated, configured, engaged, referred, registered

TRUST = "GB-CHC-1054278"
OF_TRUST: Grants = (("funder", f"organisation:{TRUST}"),)
ANALYST: Grants = (("analyst", "tenant"),)
INSIDER: Grants = (*ANALYST, ("analyst", "programme:refugee"))
SPRING = {"since": "2026-01-01", "until": "2026-06-30"}
IN_MAY = date(2026, 5, 4)
TODAY = datetime.now(UTC).date()
ENDS = TODAY + timedelta(days=60)
SNAPSHOT = fund_priorities.Snapshot(
    as_of=MORNING, position=7, disclosure_rule=RULE, since=date(2025, 4, 2), until=date(2026, 4, 1),
    rows=(fund_priorities.Need("food", BARKING, "10", "*"), fund_priorities.Need("money", None, "25", "15")),
)  # fmt: skip
OTHER = replace(SNAPSHOT, position=8)
EFFECTS = tuple(
    fund_effect.Effect(
        as_of=datetime(2026, month, 1, 9, tzinfo=UTC), position=month, disclosure_rule=RULE,
        grants=1, awarded_pence=1_000_01, places=2, people=people, completed=None, met=0,
    )
    for month, people in ((5, None), (6, 10))
)  # fmt: skip
"""What the funders were told, each a month after the other."""
PEOPLE = [f"p{number}" for number in range(12)]
"""p9 came too late, p10 is in a restricted programme, p11 should never have been."""


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    """Ten people started with a service in May, nine of them while a grant paid for places there."""
    with scene(servers, community_chest.READ_MODEL) as made:
        for ods, name in (("QPM", "Nene"), ("QMF", "Ptarmigan")):
            _tell(made, ods, name)
        made.catch_up()
        yield made


def placed(ods: str, name: str) -> ConfigureTenant:
    """The PCN people are referred from is counted to the place in which awards are made; the other to none."""
    made = configured(ods, name, places=(Place(code=BARKING, name=f"{name} Barking"),))
    oak, elm = made.pcns
    return replace(made, pcns=(replace(oak, place=BARKING), elm))


def _tell(made: Scene, ods: str, name: str) -> None:
    def do(identity: str, *commands: object) -> None:
        made.do(identity, *commands, ods=ods, occurred_at=MORNING)

    do(ods, placed(ods, name))
    do("f1", *founded(name))
    do("o-1", organisation(name))
    do("garden", *listed(f"{name} gardeners"))
    do("refugee", programme.OpenProgramme(name="Sanctuary", restricted=True))
    do("wren", engaged(f"{name} Wren", caseload_limit=60))
    due = [(date(2026, 4 + number, 15), pence) for number, pence in enumerate((8_000_00, 4_000_00, 3_000_00))]
    do("g1", *applied(name, "loneliness", 15_000_00, ends_on=ENDS, groups=("carers", "older")))
    do("g1", *offered("g1", 15_000_00, *due), *drawn("g1", 8_000_00, date(2026, 4, 20)), *drawn("g1", 1_000_00, LATER))
    do("g1", *returned("g1", 500_00))
    do("g2", *applied(name, "food", 10_000_00, ends_on=ENDS + timedelta(days=400)), *offered("g2", 10_000_00))
    do("g3", *applied(name, "food", 2_000_00, groups=("carers",)), *offered("g3", 2_000_00)[:1])
    do("g3", award.RefuseGrant(grant_id="g3", fund_id="f1", reason="amount", by="olu"))
    do("f1", fund_priorities.AttachPriorityEvidence(known_needs=SNAPSHOT, by="olu"))
    do("f1", fund_priorities.SetPriority(needs=("food",), snapshot_id=SNAPSHOT.id, by="olu"))
    do("f2", fund.FoundFund(name=f"{name} other", areas=(HAVERING,), method="panel", by="olu"))
    do("f2", *pledged("trust", TRUST, 1_000_00), fund_priorities.AttachPriorityEvidence(known_needs=OTHER, by="olu"))
    for effect in EFFECTS:
        do("f1", fund_effect.ReleaseEffect(known_effect=effect, at=effect.as_of, by="olu"))
    for capacity, places, first, last in (("c1", 20, date(2026, 4, 1), IN_MAY), ("c2", 9, date(2026, 4, 10), IN_MAY)):
        do(
            "g1",
            FundCapacity(capacity_id=capacity, service_id="garden", places=places, from_on=first, to_on=last, by="olu"),
        )
    for number, each in enumerate(PEOPLE):
        _came(made, ods, each, number)


def _came(made: Scene, ods: str, each: str, number: int) -> None:
    def do(identity: str, *commands: object) -> None:
        made.do(identity, *commands, ods=ods, occurred_at=MORNING)

    restricted: dict[str, Any] = {"programme": "refugee"} if each == "p10" else {}
    do(each, registered(f"Finch {each}"), agreed())
    do(f"r-{each}", referred(each, each, practice="K83001", **restricted), referral.AcceptReferral())
    do(f"r-{each}", allocated(f"r-{each}", "wren"))
    started = IN_MAY + timedelta(days=each == "p9")
    start = connection.StartConnection(started_on=started, on=LATER)
    do(f"k-{each}", connected(f"r-{each}", "garden"), connection.AcceptConnection(), start)
    if number < 10:
        for nth, satisfied in enumerate((4, 6)):
            read = RecordMeasure(
                referral_id=f"r-{each}", instrument="ons4", point="baseline", answers=(satisfied, 5, 5, 5), mode="self",
                completed_on=IN_MAY + timedelta(days=nth), on=LATER, by="wren",
            )  # fmt: skip
            do(f"m-{each}-{nth}", read)
    if number < 8:
        do(f"k-{each}", connection.CompleteConnection(ended_on=started, on=LATER))
    if number < 3:
        do(f"r-{each}", CloseReferral(referral_id=f"r-{each}", reason="goals_met"))
    elif number < 8:
        do(f"r-{each}", CloseReferral(referral_id=f"r-{each}", reason="moved_area", unmet_needs=("food",)))
    elif number < 11:
        do(f"r-{each}", CloseReferral(referral_id=f"r-{each}", reason="goals_met", unmet_needs=("money",)))
        do(f"r-{each}", ReopenReferral(referral_id=f"r-{each}"))
        do(f"r-{each}", referral.RecordFirstContact(medium="02", held_at=MORNING))
        do(f"l-{each}", StartPlan(plan_id=f"l-{each}", referral_id=f"r-{each}", by="x"))
        for need, end in (("food", "unmet"), ("money", "unmet"), ("money", "resolved")):
            about = {"need": need, "identified_by": "person", "by": "x"}
            do(f"l-{each}", plan_needs.IdentifyNeed(severity=2, **about))
            if end == "unmet":
                do(f"l-{each}", plan_needs.MarkNeedUnmet(reason="no_service", **about))
            else:
                do(f"l-{each}", plan_needs.ResolveNeed(**about))
    else:
        do(f"r-{each}", RetractReferral(referral_id=f"r-{each}", reason="entered_in_error"))


PLACES = """query($by: ChestCut!, $fund: ID) { fundedPlaces(by: $by, fund: $fund) { suppressed rows {
    key grants awarded places pencePerPlace people completed completedPercent goalsMet goalsMetPercent } } }"""


@pytest.mark.parametrize(("by", "key"), [("GRANT", "g1"), ("PURPOSE", "loneliness"), ("AREA", BARKING)])
def test_money_is_followed_to_places_and_people_without_showing_any(story: Scene, by: str, key: str) -> None:
    found = story.ask(PLACES, ANALYST, by=by)["fundedPlaces"]
    assert found == {
        "suppressed": 1,
        "rows": [
            {
                "key": key,
                "grants": 1,
                "awarded": 14_500_00,
                "places": 29,
                "pencePerPlace": 500_00,
                "people": 10,
                "completed": 10,
                "completedPercent": 100,
                "goalsMet": None,
                "goalsMetPercent": None,
            }
        ],
    }


def test_of_another_fund_nothing_is_told_and_no_group_is_of_one_fund(story: Scene) -> None:
    assert [each["key"] for each in story.ask(PLACES, ANALYST, by="GRANT", fund="f1")["fundedPlaces"]["rows"]] == ["g1"]
    assert story.ask(PLACES, ANALYST, by="GRANT", fund="f2")["fundedPlaces"] == {"suppressed": 0, "rows": []}
    _, errors = story.answer(PLACES, ANALYST, by="PURPOSE", fund="f1")
    assert errors[0]["extensions"]["code"] == "REFUSED"


def grants(**counts: tuple[str, int]) -> list[dict[str, Any]]:
    """Rows as the SQL finds them of grants with a purpose each, all of one fund and one area: nobody came by two."""
    found: dict[tuple[str, str], int] = {}
    rows = []
    for key, (purpose, many) in counts.items():
        for node in (("GRANT", key), ("FUND", "f1"), ("AREA", BARKING), ("PURPOSE", purpose), (EVERYBODY, EVERYBODY)):
            found[node] = found.get(node, 0) + many
    for (by, key), many in found.items():
        of = {"fund_id": "f1", "area": BARKING, "purpose": counts[key][0]} if by == "GRANT" else {}
        nobody: dict[str, Any] = dict.fromkeys(("fund_id", "area", "purpose"))
        rows.append(
            {"by": by, "key": key, **nobody, **of, "grants": 1, "people": many, "completed": many, "goals_met": 0}
        )
    return rows


def ends(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rows as those of the cliff."""
    told = []
    for row in rows:
        one = row["by"] == "GRANT"
        known = {"grant_id": row["key"] if one else f"{row['by']}:{row['key']}", "organisation": CHARITY if one else ""}
        told.append({**row, **known, "ends_on": ENDS if one else None})
    return told


def test_who_came_by_one_grant_is_not_had_by_subtracting_those_of_another() -> None:
    rows = grants(g1=("food", 9), g2=("food", 3))
    told, suppressed = TellPlaces("GRANT")(rows)
    assert [(each["key"], each["people"], each["completed_percent"]) for each in told] == [
        ("g1", None, None),
        ("g2", None, None),
    ]
    assert suppressed == 4, "that nobody met their goals is told"
    only, _ = TellPlaces("GRANT")([{**each, "grants": None if each["key"] == "g2" else 1} for each in rows])
    assert [(each["key"], each["people"]) for each in only] == [("g1", None)], "another fund's grant is counted with"


def test_who_came_by_a_grant_is_not_had_from_its_purpose_either() -> None:
    rows = grants(g1=("food", 12), g2=("food", 6), g3=("money", 9), g4=("money", 40))
    told = {by: {row["key"]: row["people"] for row in TellPlaces(by)(rows)[0]} for by in ("GRANT", "PURPOSE")}
    assert told["PURPOSE"] == {"food": 20, "money": 50}
    assert told["GRANT"] == {"g1": None, "g2": None, "g3": 10, "g4": 40}, "20 less 12 would be 6 or more"


def test_who_is_touched_by_one_end_is_not_had_by_subtracting_those_of_another() -> None:
    rows = ends(grants(g1=("food", 9), g2=("food", 3)))
    assert [each["people"] for each in TellCliff()(rows)[0]] == [None, None]
    later = [{**each, "ends_on": None if each["grant_id"] == "g2" else each["ends_on"]} for each in rows]
    assert [(each["grant_id"], each["people"]) for each in TellCliff()(later)[0]] == [("g1", None)]
    told = TellCliff()(ends(grants(g1=("food", 12), g2=("food", 6), g3=("money", 9), g4=("money", 40))))[0]
    assert [each["people"] for each in told] == [None, None, 10, 40], "as it is told of places"


def test_a_need_is_not_had_by_subtracting_another_nor_by_its_places() -> None:
    counts = {(EVERYBODY, EVERYBODY): 12, ("food", EVERYBODY): 12, ("food", "U1"): 9, ("food", "U2"): 3}
    counts |= {(EVERYBODY, "U1"): 9, (EVERYBODY, "U2"): 3}
    rows = [
        {"need": need, "place": place, "people": n, "unmet": 0, "unmet_percent": None, "grants": 0, "awarded": 0}
        for (need, place), n in counts.items()
    ]
    rows.append({**rows[0], "need": "food", "place": BARKING, "people": 0, "grants": 1, "awarded": 7})
    rows.append({**rows[0], "place": BARKING, "people": 0})
    told, suppressed = TellNeeds("NEED_AND_PLACE")(rows)
    assert suppressed == 1, "there are other places, and no more is told of them"
    assert [(each["place"], each["people"]) for each in told] == [(BARKING, 0)]
    assert [each["awarded"] for each in told if each["place"] == BARKING] == [7]


def test_of_a_restricted_programme_nobody_is_counted_for_whom_it_is_closed(story: Scene) -> None:
    asked = '{ chestNeeds(since: "2026-03-01", until: "2026-03-31") { rows { need people unmet } } }'
    seen = [
        {each["need"]: (each["people"], each["unmet"]) for each in story.ask(asked, grants)["chestNeeds"]["rows"]}
        for grants in (ANALYST, INSIDER)
    ]
    assert seen[0] == {"loneliness": (None, None), "food": (None, None)}, "what everybody has would give away the rest"
    assert seen[1] == {"loneliness": (10, 0), "food": (10, 10)}


CLIFF = """query($months: Int!) { fundingCliff(months: $months) { suppressed rows {
    grantId organisation endsOn tapers awarded services places people } } }"""


def test_the_cliff_is_what_ends_soon_and_whom_it_touches(story: Scene) -> None:
    first = {
        "grantId": "g1",
        "organisation": CHARITY,
        "endsOn": ENDS.isoformat(),
        "tapers": True,
        "awarded": 14_500_00,
        "services": 1,
        "places": 29,
        "people": 10,
    }
    assert story.ask(CLIFF, OFFICER, months=3)["fundingCliff"] == {"suppressed": 0, "rows": [first]}
    assert story.ask(CLIFF, OFFICER, months=1)["fundingCliff"]["rows"] == []
    later = story.ask(CLIFF, OFFICER, months=24)["fundingCliff"]["rows"]
    assert [(each["grantId"], each["people"], each["places"], each["tapers"]) for each in later] == [
        ("g1", 10, 29, True),
        ("g2", 0, 0, False),
    ]


CALENDAR = """query($grant: ID, $fund: ID, $months: Int = 7) { paymentCalendar(grant: $grant, fund: $fund, since: "2026-04-09", months: $months) {
    rows { month due paid returned plannedSoFar paidSoFar } } }"""


def test_what_falls_due_stands_beside_what_was_paid(story: Scene) -> None:
    rows = story.ask(CALENDAR, OFFICER, grant="g1")["paymentCalendar"]["rows"]
    assert [tuple(each.values()) for each in rows] == [
        ("2026-04-01", 8_000_00, 8_000_00, 0, 8_000_00, 8_000_00),
        ("2026-05-01", 4_000_00, 0, 0, 12_000_00, 8_000_00),
        ("2026-06-01", 2_500_00, 0, 0, 14_500_00, 8_000_00),
        ("2026-07-01", 0, 0, 0, 14_500_00, 8_000_00),
        ("2026-08-01", 0, 0, 0, 14_500_00, 8_000_00),
        ("2026-09-01", 0, 1_000_00, 500_00, 14_500_00, 8_500_00),
        ("2026-10-01", 0, 0, 0, 14_500_00, 8_500_00),
    ], "what was given back of it falls due no more"
    both = story.ask(CALENDAR, OFFICER, fund="f1")["paymentCalendar"]["rows"]
    assert both[5]["due"] == 10_000_00, "what was not taken is not due"
    assert both[-1]["plannedSoFar"] == 24_500_00
    assert story.ask(CALENDAR, OFFICER, fund="f2")["paymentCalendar"]["rows"][0]["plannedSoFar"] == 0
    to_come = CALENDAR.replace('"2026-04-09"', f'"{TODAY}"')
    last = story.ask(to_come, OFFICER, months=60)["paymentCalendar"]["rows"][-1]
    assert last["month"] > TODAY.isoformat()
    assert last["paidSoFar"] is None


def test_the_calendar_and_equity_are_told_as_they_were(story: Scene) -> None:
    asked = """query($asOf: AsOf) { paymentCalendar(fund: "f1", since: "2026-04-09", months: 6, asOf: $asOf) { position rows { due paid plannedSoFar } }
        chestEquity(fund: "f1", since: "2026-04-01", until: "2026-04-30", asOf: $asOf) { rows { code awarded } } }"""
    before: dict[str, Any] = {"position": told_at(story, "PAID") - 1}
    then = story.ask(asked, OFFICER, asOf=before)
    now = story.ask(asked, OFFICER)
    assert [row["paid"] for row in then["paymentCalendar"]["rows"]] == [0] * 6
    assert [row["due"] for row in then["paymentCalendar"]["rows"]] == [8_000_00, 4_000_00, 3_000_00, 0, 0, 0]
    assert now["paymentCalendar"]["rows"][0]["paid"] == 8_000_00
    assert {row["code"]: row["awarded"] for row in then["chestEquity"]["rows"]}["older"] == 15_000_00
    nothing = story.ask(asked, OFFICER, asOf={"position": 0})
    assert {row["plannedSoFar"] for row in nothing["paymentCalendar"]["rows"]} == {0}
    assert {row["awarded"] for row in nothing["chestEquity"]["rows"]} == {0}


def test_what_was_not_taken_fell_due_until_it_was_refused(story: Scene) -> None:
    asked = """query($asOf: AsOf) { paymentCalendar(grant: "g3", since: "2026-04-09", months: 6, asOf: $asOf) { rows { due } } }"""
    refused = max(row["position"] for row in story.table("ledger") if row["reason"] == "refused")
    then, now = (
        [row["due"] for row in story.ask(asked, OFFICER, asOf=of)["paymentCalendar"]["rows"]]
        for of in ({"position": refused - 1}, {"position": refused})
    )
    assert (sum(then), sum(now)) == (2_000_00, 0)


def told_at(story: Scene, kind: str) -> int:
    """The position of the first movement of a kind."""
    return min(int(row["position"]) for row in story.table("ledger") if row["kind"] == kind)


NEEDS = """query($since: Date, $until: Date, $by: ChestNeedsCut! = NEED) { chestNeeds(since: $since, until: $until, by: $by) {
    suppressed rows { need place placeName people unmet unmetPercent grants awarded } } }"""


def test_unmet_need_stands_beside_what_is_awarded_for_it(story: Scene) -> None:
    found = story.ask(NEEDS, INSIDER, **SPRING)["chestNeeds"]
    food = {"people": 10, "unmet": 10, "unmetPercent": 100, "grants": 2, "awarded": 10_000_00}
    lonely = {"people": 10, "unmet": 0, "unmetPercent": 0, "grants": 1, "awarded": 14_500_00}
    nowhere = {"place": None, "placeName": None}
    assert found == {
        "suppressed": 0,
        "rows": [{"need": "food", **nowhere, **food}, {"need": "loneliness", **nowhere, **lonely}],
    }
    nothing = story.ask(NEEDS, INSIDER, since="2025-01-01", until="2025-02-01")["chestNeeds"]
    assert nothing == {"suppressed": 0, "rows": []}


def test_a_pcns_need_stands_beside_what_is_awarded_in_the_place_it_is_counted_to(story: Scene) -> None:
    here = {"place": BARKING, "placeName": "Nene Barking"}
    food = {"people": 10, "unmet": 10, "unmetPercent": 100, "grants": 2, "awarded": 10_000_00}
    lonely = {"people": 10, "unmet": 0, "unmetPercent": 0, "grants": 1, "awarded": 14_500_00}
    both = story.ask(NEEDS, INSIDER, by="NEED_AND_PLACE", **SPRING)["chestNeeds"]
    assert both == {
        "suppressed": 0,
        "rows": [{"need": "food", **here, **food}, {"need": "loneliness", **here, **lonely}],
    }
    whole = story.ask(NEEDS, INSIDER, by="PLACE", **SPRING)["chestNeeds"]
    assert whole["rows"] == [{"need": None, **here, **food, "grants": 3, "awarded": 24_500_00}]


FARED = """query($by: ChestOutcomesCut!, $fund: ID, $scale: String! = "satisfied") {
    chestOutcomes(instrument: "ons4", scale: $scale, by: $by, fund: $fund) { suppressed rows {
        key eligible baseline paired declined meanChange changeLow changeHigh improved improvedPercent suppressed } } }"""


@pytest.mark.parametrize(("by", "key"), [("FUND", "f1"), ("PURPOSE", "loneliness")])
def test_those_who_came_by_a_grant_are_told_of_from_first_to_last_and_nobody_else(
    story: Scene, by: str, key: str
) -> None:
    found = story.ask(FARED, ANALYST, by=by)["chestOutcomes"]
    nine = dict.fromkeys(("eligible", "baseline", "paired", "improved"), 10)
    assert found == {
        "suppressed": 0,
        "rows": [
            {"key": key, **nine, "declined": 0, "meanChange": 2.0, "changeLow": 2.0, "changeHigh": 2.0, "improvedPercent": 100, "suppressed": 0}
        ],
    }  # fmt: skip


def test_how_a_fund_did_is_asked_by_fund_alone(story: Scene) -> None:
    assert [row["key"] for row in story.ask(FARED, ANALYST, by="FUND", fund="f1")["chestOutcomes"]["rows"]] == ["f1"]
    assert story.ask(FARED, ANALYST, by="FUND", fund="f2")["chestOutcomes"]["rows"] == []
    for wrong in ({"by": "PURPOSE", "fund": "f1"}, {"by": "FUND", "scale": "height"}):
        _, errors = story.answer(FARED, ANALYST, **wrong)
        assert errors[0]["extensions"]["code"] == "REFUSED"


def test_of_two_funds_a_small_one_is_not_had_by_subtracting_the_other() -> None:
    def line(key: str, many: int) -> dict[str, Any]:
        told = dict.fromkeys(("eligible", "baseline", "paired", "improved"), many)
        return {"key": key, **told, "declined": 0, "mean_change": 1.0, "change_low": 0.0, "change_high": 2.0}

    rows = [line(EVERYBODY, 12), line("f1", 9), line("f2", 3)]
    found, _ = TellFared()(rows)
    assert [(each["key"], each["eligible"], each["mean_change"]) for each in found] == [
        ("f1", None, None),
        ("f2", None, None),
    ]
    assert [each["key"] for each in TellFared("f2")(rows)[0]] == ["f2"]


EVIDENCE = """{ fundEvidence(fund: "f1") {
    id asOf position disclosureRule since until needs { need area people unmet } } }"""


def test_the_evidence_of_a_priority_is_kept_with_its_fund_for_whoever_sees_what_comes_of_the_money(
    story: Scene,
) -> None:
    (kept,) = story.ask(EVIDENCE, OFFICER)["fundEvidence"]
    asked = '{ fund(id: "f1") { priorities prioritySnapshot } }'
    assert story.ask(asked, OF_NHS)["fund"] == {"priorities": ["food"], "prioritySnapshot": SNAPSHOT.id}
    assert (kept["id"], kept["position"], kept["disclosureRule"], kept["since"]) == (SNAPSHOT.id, 7, RULE, "2025-04-02")
    assert [tuple(each.values()) for each in kept["needs"]] == [
        ("food", BARKING, "10", "*"),
        ("money", None, "25", "15"),
    ]
    _, errors = story.answer(EVIDENCE, ASSESSOR)
    assert errors[0]["extensions"]["code"] == "OUT_OF_SCOPE"
    assert story.ask(EVIDENCE, (("chest_officer", "pcn:U11111"),))["fundEvidence"] == []


def test_a_funder_reads_the_evidence_of_the_funds_it_pledged_to_and_of_no_other(story: Scene) -> None:
    ids = "query($fund: ID!) { fundEvidence(fund: $fund) { id } }"
    seen = {
        (who, of): [each["id"] for each in story.ask(ids, who, fund=of)["fundEvidence"]]
        for who in (OF_NHS, OF_COUNCIL, OF_TRUST, OF_NOBODY, (("funder", "tenant"),))
        for of in ("f1", "f2")
    }
    told = {key: kept for key, kept in seen.items() if kept}
    assert told == {
        (OF_NHS, "f1"): [SNAPSHOT.id],
        (OF_COUNCIL, "f1"): [SNAPSHOT.id],
        (OF_TRUST, "f2"): [OTHER.id],
    }


EFFECTS_OF = """query($id: ID! = "f1", $asOf: AsOf) { fund(id: $id, asOf: $asOf) { effects {
    id asOf disclosureRule grants awarded places pencePerPlace people completed met } } }"""


@pytest.mark.parametrize("who", [OF_NHS, OF_COUNCIL, OFFICER, ASSESSOR])
def test_a_funder_reads_what_it_was_told_came_of_its_money_the_latest_first(story: Scene, who: Grants) -> None:
    june, may = story.ask(EFFECTS_OF, who)["fund"]["effects"]
    assert june == {
        "id": EFFECTS[1].id,
        "asOf": "2026-06-01T09:00:00+00:00",
        "disclosureRule": RULE,
        "grants": 1,
        "awarded": 1_000_01,
        "places": 2,
        "pencePerPlace": 500_01,
        "people": 10,
        "completed": None,
        "met": 0,
    }
    assert (may["id"], may["people"]) == (EFFECTS[0].id, None)


def test_a_funder_of_another_fund_or_another_ics_is_told_nothing(story: Scene) -> None:
    for who in (OF_TRUST, OF_NOBODY, (("funder", "tenant"),)):
        assert story.ask(EFFECTS_OF, who)["fund"] is None
    assert story.ask(EFFECTS_OF, OF_TRUST, id="f2")["fund"] == {"effects": []}


def test_what_was_told_is_as_it_was_known(story: Scene) -> None:
    first = min(int(row["position"]) for row in story.table("effect"))
    then = [
        story.ask(EFFECTS_OF, OF_NHS, asOf={"position": position})["fund"]["effects"]
        for position in (first - 1, first, first + 1)
    ]
    assert [[each["id"] for each in effects] for effects in then] == [
        [],
        [EFFECTS[0].id],
        [EFFECTS[1].id, EFFECTS[0].id],
    ]


def test_what_is_told_is_what_staff_see_with_regard_to_every_other_fund(story: Scene) -> None:
    reader = story.asker(INSIDER).reader
    made = as_told(story.run(fetch(reader, community_chest.READ_MODEL, came("f1"))))
    (seen,) = story.ask(PLACES, ANALYST, by="FUND", fund="f1")["fundedPlaces"]["rows"]
    told = (made.grants, made.awarded_pence, made.places, made.people, made.completed, made.met)
    assert told == tuple(seen[name] for name in ("grants", "awarded", "places", "people", "completed", "goalsMet"))
    assert (made.disclosure_rule, made.met) == (RULE, None)
    nothing = as_told(story.run(fetch(reader, community_chest.READ_MODEL, came("f2"))))
    assert (nothing.places, nothing.people) == (0, 0)


def test_a_snapshot_counts_nobody_of_a_restricted_programme_whoever_takes_it(story: Scene) -> None:
    asked = {"since": "2025-06-01", "until": "2026-05-31"}
    seen = {
        grants: [(row["need"], row["people"], row["unmet"]) for row in story.ask(NEEDS, grants, **asked)["chestNeeds"]["rows"]]
        for grants in (ANALYST, INSIDER)
    }  # fmt: skip
    assert seen[ANALYST] != seen[INSIDER]
    day = date(2026, 5, 31)
    reader = story.asker(INSIDER).reader
    found = story.run(fetch(reader, community_chest.READ_MODEL, unmet(day, by_place=False)))
    made = taken(found, day, None)
    stars = [(need, *("*" if each is None else str(each) for each in counts)) for need, *counts in seen[ANALYST]]
    assert [(row.need, row.referrals, row.unmet) for row in made.rows] == stars
    assert (made.until, made.disclosure_rule, len(made.id)) == (day, RULE, 64)
    placed_ = story.run(fetch(reader, community_chest.READ_MODEL, unmet(day, by_place=True)))
    assert taken(placed_, day, {HAVERING}).rows == ()


def test_whom_the_money_is_for_is_told(story: Scene) -> None:
    asked = """query($since: Date, $until: Date) { chestEquity(since: $since, until: $until) {
        suppressed rows { code applications grants asked awarded share } } }"""
    found = story.ask(asked, ANALYST, **SPRING)["chestEquity"]
    assert found["suppressed"] == 0
    assert [tuple(each.values()) for each in found["rows"]] == [
        ("carers", 2, 1, 17_000_00, 14_500_00, 59),
        ("none", 1, 1, 10_000_00, 10_000_00, 41),
        ("older", 1, 1, 15_000_00, 14_500_00, 59),
    ]


@pytest.mark.parametrize(
    "asked",
    [
        "{ fundingCliff(months: 0) { position } }",
        "{ paymentCalendar(months: 61) { position } }",
        '{ chestNeeds(since: "2026-05-01", until: "2026-04-30") { position } }',
    ],
)
def test_a_span_that_cannot_be_is_refused(story: Scene, asked: str) -> None:
    _, errors = story.answer(asked, OFFICER)
    assert errors[0]["extensions"]["code"] == "REFUSED"


def test_a_case_that_is_opened_again_has_no_end(story: Scene) -> None:
    rows = {each: story.row("referral", f"r-{each}") for each in ("p0", "p7", "p8")}
    assert {each: (row["ending"], row["unmet"]) for each, row in rows.items()} == {
        "p0": ("goals_met", []),
        "p7": ("moved_area", ["food"]),
        "p8": (None, []),
    }


def test_in_one_batch_one_by_one_or_built_at_once_the_rows_are_the_same(
    story: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_crossed(story)
    empty = ("assessment", "ballot", "ballot_past", "conflict", "report", "round_past")
    same_rows(story, monkeypatch, empty=tuple(f"community_chest_v1_{each}" for each in empty))
