"""An attacker asks everything they may, somebody joins or leaves, and they ask again: of few people they have learnt nothing."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from itertools import product
from typing import Any

import psycopg
import pytest

from commonweal.domain.measures import measure
from commonweal.domain.measures.measuring import RecordMeasure
from commonweal.domain.referrals import referral
from commonweal.runtime.installation import Installation
from projections import outcomes
from projections.disclosure.tables import EVERYBODY, TOTAL, Cell, held_back
from tests.projections.attacker import NOT_THERE, STAR, Told, narrowed
from tests.projections.scene import Grants, Scene, scene
from tests.story import agreed, allocated, configured, engaged, referred, registered

TODAY = date(2026, 6, 1)
COUNTS = ("eligible", "baseline", "paired", "declined", "improved")
OUTCOMES = f"""query($by: OutcomesCut! = ALL, $within: OutcomesCut! = ALL, $year: Int, $asOf: AsOf) {{
    outcomes(instrument: "ons4", scale: "satisfied", by: $by, within: $within, year: $year, asOf: $asOf) {{
        asOf position suppressed rows {{ one two {" ".join(COUNTS)} meanChange changeLow changeHigh improvedPercent }} }} }}"""
ANALYST: Grants = (("analyst", "tenant"),)
FUNDER: Grants = (("funder", "tenant"),)
CUTS = {ANALYST: ("PCN", "NEED", "ETHNICITY"), FUNDER: ("PCN", "NEED")}
YEARS = ("2025", "2026")

Someone = dict[str, str]
OAK, ELM = {"practice": "K83001", "PCN": "U11111"}, {"practice": "K83002", "PCN": "U22222"}
GROUPS = (
    (12, {**OAK, "NEED": "loneliness", "ETHNICITY": "A", "YEAR": "2025"}),
    (9, {**OAK, "NEED": "money", "ETHNICITY": "A", "YEAR": "2025"}),
    (10, {**OAK, "NEED": "loneliness", "ETHNICITY": "H", "YEAR": "2026"}),
    (9, {**ELM, "NEED": "money", "ETHNICITY": "A", "YEAR": "2026"}),
    (2, {**ELM, "NEED": "loneliness", "ETHNICITY": "N", "YEAR": "2025"}),
)
JOINS = {**ELM, "NEED": "loneliness", "ETHNICITY": "N", "YEAR": "2025"}


def everyone() -> list[Someone]:
    return [who for many, who in GROUPS for _ in range(many)]


def joins(made: Scene, name: str, who: Someone) -> None:
    received = datetime(int(who["YEAR"]), 4, 20, 9, tzinfo=UTC)
    about = {"practice": who["practice"], "reasons": (who["NEED"],), "received_at": received}
    made.do(f"p-{name}", registered("Finch", ethnic_category=who["ETHNICITY"]), agreed())
    made.do(f"r-{name}", referred(f"p-{name}", f"x-{name}", **about), referral.AcceptReferral())
    made.do(f"r-{name}", allocated(f"r-{name}", "amber"))
    for number, (day, satisfied) in enumerate(((date(2026, 5, 1), 4), (date(2026, 5, 20), 6))):
        read = RecordMeasure(
            referral_id=f"r-{name}", instrument="ons4", point="baseline", answers=(satisfied, 5, 5, 5), mode="self",
            completed_on=day, on=TODAY, by="user-1",
        )  # fmt: skip
        made.do(f"m-{name}-{number}", read)


@pytest.fixture(scope="module")
def ics(servers: Installation) -> Iterator[Scene]:
    """A small ICS. Everything in it was recorded before this week began."""
    with scene(servers, outcomes.READ_MODEL) as made:
        made.do("QPM", configured("QPM", "Nene"))
        made.do("amber", engaged("Nene Amber", caseload_limit=100))
        for number, who in enumerate(everyone()):
            joins(made, str(number), who)
        made.catch_up()
        a_week_passes(servers)
        yield made


def a_week_passes(servers: Installation) -> None:
    with psycopg.connect(servers.database_url, autocommit=True) as admin:
        admin.execute("update qpm.events set recorded_at = recorded_at - interval '8 days'")


def asked(made: Scene, grants: Grants, **chosen: Any) -> Any:
    return made.ask(OUTCOMES, grants, **chosen)["outcomes"]


def everything(made: Scene, grants: Grants) -> dict[tuple[str, str, str], Any]:
    """The answer to every question that is allowed."""
    cuts = ("ALL", *CUTS[grants])
    found = {}
    for by, within, year in product(cuts, cuts, ("", *YEARS)):
        if (by == "ALL" or by != within) and not (year and "ALL" not in (by, within)):
            found[by, within, year] = asked(made, grants, by=by, within=within, year=int(year) if year else None)
    return found


def tables(answers: dict[tuple[str, str, str], Any], grants: Grants, count: str) -> Iterator[tuple[str, str, Told]]:
    """Every table with its totals that the answers can be put together to, for people by one thing and another."""
    (everybody,) = answers["ALL", "ALL", ""]["rows"]
    for one, two in product(CUTS[grants], (*CUTS[grants], "YEAR")):
        if one != two:
            told: dict[Cell, int | str] = {TOTAL: _number(everybody, count)}
            told |= {(row["one"], EVERYBODY): _number(row, count) for row in _parted(answers[one, "ALL", ""])}
            if two == "YEAR":
                rows = [(year, row) for year in YEARS for row in answers["ALL", "ALL", year]["rows"]]
                cells = [(row["one"], year, row) for year in YEARS for row in _parted(answers[one, "ALL", year])]
            else:
                rows = [(row["one"], row) for row in _parted(answers[two, "ALL", ""])]
                cells = [(row["one"], row["two"], row) for row in _parted(answers[one, two, ""])]
            told |= {(EVERYBODY, column): _number(row, count) for column, row in rows}
            inside = _inside(told, {(line, column): _number(row, count) for line, column, row in cells})
            yield one, two, {**told, **inside}


def _parted(answer: Any) -> list[Any]:
    """The rows, where people are told apart in them."""
    return [row for row in answer["rows"] if row["one"] != "all"]


def _inside(margins: Told, cells: Told) -> Told:
    """What the cells of a table are known to be: none where there is no row, but for what is held back or told of nobody."""
    lines = [line for line, column in margins if column == EVERYBODY != line]
    columns = [column for line, column in margins if line == EVERYBODY != column]
    found: dict[Cell, int | str] = {}
    for line, column in product(lines, columns):
        unknown = not cells or STAR in (margins[line, EVERYBODY], margins[EVERYBODY, column])
        found[line, column] = cells.get((line, column), NOT_THERE if unknown else 0)
    return found


def _number(row: dict[str, Any], count: str) -> int | str:
    return STAR if row[count] is None else int(row[count])


def small(people: list[Someone], one: str, two: str) -> list[Cell]:
    """What is of few people in truth."""
    cells = Counter((who[one], who[two]) for who in people)
    cells += Counter((who[one], EVERYBODY) for who in people) + Counter((EVERYBODY, who[two]) for who in people)
    return [cell for cell, many in cells.items() if many <= 7]


def learnt(made: Scene, grants: Grants, people: list[Someone]) -> list[tuple[str, str, Cell]]:
    """Of whom few it is known how many they are not."""
    answers = everything(made, grants)
    found = []
    for one, two, told in tables(answers, grants, "eligible"):
        overlapping = (one, two).index("NEED") if "NEED" in (one, two) else None
        few = [cell for cell in small(people, one, two) if cell in told]
        assert all(told[cell] in (STAR, NOT_THERE) for cell in few), "1 to 7 are never shown"
        found += [(one, two, cell) for cell in narrowed(told, few, overlapping=overlapping)]
    return found


@pytest.mark.parametrize("complementary", [True, False], ids=["as it is", "without complementary suppression"])
@pytest.mark.parametrize("grants", [ANALYST, FUNDER], ids=["analyst", "funder"])
def test_from_all_answers_together_no_small_number_can_be_told(
    ics: Scene,
    grants: Grants,
    complementary: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not complementary:
        monkeypatch.setattr("projections.disclosure.lines.held_back", partial(held_back, complementary=False))
    assert bool(learnt(ics, grants, everyone())) == (not complementary)


def test_what_is_asked_twice_in_a_week_is_answered_the_same_whoever_came_or_went(
    ics: Scene, servers: Installation
) -> None:
    before, exact = everything(ics, FUNDER), asked(ics, ANALYST)
    joins(ics, "joins", JOINS)
    ics.do("m-0-1", measure.VoidMeasure(reason="wrong_person"))
    ics.catch_up()
    assert everything(ics, FUNDER) == before
    now = {"instant": datetime.now(UTC).isoformat()}
    assert asked(ics, FUNDER, asOf=now) == before["ALL", "ALL", ""]
    assert asked(ics, ANALYST)["rows"] != exact["rows"], "there is something to notice"

    a_week_passes(servers)
    after = everything(ics, FUNDER)
    assert after["ALL", "ALL", ""]["position"] > before["ALL", "ALL", ""]["position"]
    for grants in (ANALYST, FUNDER):
        assert learnt(ics, grants, [*everyone(), JOINS]) == []
    held = [_of(each, "loneliness", "U22222") for each in (before, after)]
    assert held[0] == held[1], "nobody can tell that one of few has become one of few and one"


def _of(answers: dict[tuple[str, str, str], Any], need: str, pcn: str) -> list[Any]:
    rows = answers["NEED", "PCN", ""]["rows"]
    return [[row[count] for count in COUNTS] for row in rows if (row["one"], row["two"]) == (need, pcn)]


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"by": "AGE_BAND"}, "you do not see people by age band: ask by need, PCN or year"),
        ({"by": "PCN", "within": "ETHNICITY"}, "you do not see people by ethnicity: ask by need, PCN or year"),
        ({"by": "PCN", "within": "NEED", "year": 2025}, "people are told apart by two things at most: leave out need, PCN or year"),
        ({"asOf": {"position": 7}}, "asOf: ask for a day, you see numbers as they were released on its Monday"),
    ],
)  # fmt: skip
def test_a_funder_is_refused_what_would_know_a_person_and_told_why(
    ics: Scene, chosen: dict[str, Any], sentence: str
) -> None:
    _, errors = ics.answer(OUTCOMES, FUNDER, **chosen)
    assert [(each["message"], each["extensions"]["code"]) for each in errors] == [(sentence, "REFUSED")]
