"""Outcomes are told of pairs, by what was published, and never of few people."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from commonweal.domain.measures import measure
from commonweal.domain.measures.measuring import RecordMeasure, ScheduleMeasure
from commonweal.domain.people import person
from commonweal.domain.referrals import programme, referral
from commonweal.domain.workforce import allocation
from commonweal.runtime.installation import Installation
from projections import outcomes
from tests.projections.every_room import nothing_crossed, same_rows
from tests.projections.scene import ANSWERING, Grants, Scene, scene
from tests.story import agreed, configured, engaged, referred, registered

TODAY = date(2026, 6, 1)
ANALYST: Grants = (("analyst", "tenant"),)
ROW = "one oneName two twoName eligible baseline paired declined declinedPercent meanChange changeLow changeHigh improved improvedPercent suppressed"
DOCUMENT = f"""query Q($instrument: String!, $scale: String!, $by: OutcomesCut! = ALL, $within: OutcomesCut! = ALL, $year: Int, $asOf: AsOf) {{
    outcomes(instrument: $instrument, scale: $scale, by: $by, within: $within, year: $year, asOf: $asOf) {{
        asOf position suppressed rows {{ {ROW} }} }} }}"""
BEFORE = (2, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 3)
AFTER = (5, 6, 4, 7, 8, 4, 9, 8, 9, 10, 8, 6)
"""Life satisfaction of twelve people, first and last."""


def asked_of(case: str, satisfied: int, day: date) -> RecordMeasure:
    return RecordMeasure(
        referral_id=case, instrument="ons4", point="baseline", answers=(satisfied, 5, 5, 5), mode="self",
        completed_on=day, on=TODAY, by="user-1",
    )  # fmt: skip


def commands(made: Scene, ods: str, wanted: Mapping[str, Sequence[object]]) -> None:
    for step in range(max(map(len, wanted.values()))):
        made.do_all({each: told[step] for each, told in wanted.items() if step < len(told)}, ods)


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    """Twelve pairs, three with a baseline alone, two who declined, one not appropriate, one voided."""
    with scene(servers, outcomes.READ_MODEL) as made:
        for ods, name in (("QPM", "Nene"), ("QMF", "Ptarmigan")):
            made.do(ods, configured(ods, name), ods=ods)
            made.do("amira", engaged(name, caseload_limit=100), ods=ods)
            cases = [f"{number:02}" for number in range(20)]
            for case in cases:
                number = int(case)
                about = {"date_of_birth": date(1950 + number, 1, 1), "ethnic_category": "A" if number % 2 else "H"}
                imd = {"imd_version": "2019", "imd_decile": 1 if number < 10 else 10}
                made.do(f"p-{case}", registered(f"{name} Finch", **about, **imd), agreed(), ods=ods)
                needs = ("loneliness", "money") if number < 9 else ("loneliness",)
                place = {"practice": "K83001" if number < 14 else "K83002"}
                made.do(f"r-{case}", referred(f"p-{case}", f"x-{case}", reasons=needs, **place), ods=ods)
            commands(made, ods, {f"r-{case}": [referral.AcceptReferral()] for case in cases})
            for case in cases:
                made.do(f"r-{case}", allocation.AllocateLinkWorker(referral_id=f"r-{case}", worker_id="amira", reason="capacity"), ods=ods)  # fmt: skip
            march, may = date(2026, 3, 10), date(2026, 5, 20)
            for number, (first, last) in enumerate(zip(BEFORE, AFTER, strict=True)):
                made.do(f"a-{number}", asked_of(f"r-{number:02}", first, march), ods=ods)
                made.do(f"b-{number}", asked_of(f"r-{number:02}", last, may), ods=ods)
                made.do(f"c-{number}", asked_of(f"r-{number:02}", 0, march + timedelta(days=7)), ods=ods)
            for number in (12, 13, 14):
                made.do(f"a-{number}", asked_of(f"r-{number}", 5, march), ods=ods)
            for number in (15, 16):
                made.do(f"d-{number}", _due(number), measure.DeclineMeasure(reason="burden", on=TODAY), ods=ods)
            made.do("d-17", _due(17), measure.MarkMeasureNotAppropriate(reason="capacity", on=TODAY), ods=ods)
            made.do("a-18", asked_of("r-18", 9, march), ods=ods)
            made.do("b-18", asked_of("r-18", 1, may), measure.VoidMeasure(reason="wrong_person"), ods=ods)
        made.catch_up()
        yield made


def _due(number: int) -> object:
    return ScheduleMeasure(referral_id=f"r-{number}", instrument="ons4", point="baseline", due_on=TODAY, on=TODAY)


def asked(story: Scene, grants: Grants = ANALYST, ods: str = "QPM", **given: Any) -> Any:
    wanted = {"instrument": "ons4", "scale": "satisfied", **given}
    return story.ask(DOCUMENT, grants, ods, **wanted)["outcomes"]


def test_the_first_valid_reading_is_paired_with_the_last(story: Scene) -> None:
    (row,) = asked(story)["rows"]
    changes = [last - first for first, last in zip(BEFORE, AFTER, strict=True)]
    assert row["meanChange"] == round(statistics.mean(changes), 2)
    margin = 2.200985 * statistics.stdev(changes) / len(changes) ** 0.5  # Student's t, 97.5 %, 11 degrees of freedom
    assert row["changeLow"] == pytest.approx(statistics.mean(changes) - margin, abs=0.006)
    assert row["changeHigh"] == pytest.approx(statistics.mean(changes) + margin, abs=0.006)


def test_who_was_asked_who_answered_and_who_declined_is_counted_rounded_or_held_back(story: Scene) -> None:
    found = asked(story)
    (row,) = found["rows"]
    assert (row["eligible"], row["baseline"], row["paired"]) == (20, 15, 10)  # 18, 16 and 12
    assert (row["declined"], row["declinedPercent"]) == (None, None)  # 2
    assert (row["improved"], row["improvedPercent"]) == (10, 100)  # 9 of 12, as shown
    assert found["suppressed"] == row["suppressed"] == 1


def test_what_counts_as_better_goes_down_for_anxiety(story: Scene) -> None:
    (row,) = asked(story, scale="anxious")["rows"]
    assert (row["meanChange"], row["improved"], row["improvedPercent"]) == (0, 0, 0)


def test_of_few_cases_nothing_is_said_and_nothing_that_gives_them_away(story: Scene) -> None:
    elm, oak = sorted(asked(story, by="PCN")["rows"], key=lambda row: row["oneName"])
    assert (oak["one"], oak["oneName"], oak["eligible"]) == ("U11111", "Nene Oak", None)  # 14 of 18, beside 4
    assert (elm["eligible"], elm["baseline"], elm["paired"]) == (None, None, None)
    assert (elm["meanChange"], elm["changeLow"], elm["improvedPercent"]) == (None, None, None)
    assert elm["suppressed"] == 6


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        ("NEED", {"loneliness": 20, "money": 10}),
        ("ETHNICITY", {"A": 10, "H": 10}),
        ("IMD", {"2019 01": 10, "2019 10": 10}),
        ("AGE_BAND", {"55_74": None, "75_over": None}),
        ("ALL", {"all": 20}),
    ],
)
def test_outcomes_are_cut_by_what_matters_for_equity(story: Scene, cut: str, expected: dict[str, int]) -> None:
    assert {row["one"]: row["eligible"] for row in asked(story, by=cut)["rows"]} == expected


def test_two_cuts_at_once_and_no_more(story: Scene) -> None:
    rows = asked(story, by="IMD", within="ETHNICITY")["rows"]
    assert {(row["one"], row["two"]) for row in rows} == {
        (decile, code) for decile in ("2019 01", "2019 10") for code in ("A", "H")
    }


def test_a_financial_year_takes_the_cases_received_in_it(story: Scene) -> None:
    assert asked(story, year=2025)["rows"][0]["eligible"] == 20
    assert asked(story, year=2024)["rows"] == []
    _, errors = story.answer(DOCUMENT, ANALYST, instrument="ons4", scale="satisfied", year=1066)
    assert "year must be" in errors[0]["message"]


def test_an_unknown_scale_is_refused(story: Scene) -> None:
    _, errors = story.answer(DOCUMENT, ANALYST, instrument="ons4", scale="joy")
    assert errors[0]["extensions"]["code"] == "REFUSED"


def test_a_manager_is_told_of_their_own_pcn_and_a_link_worker_of_nothing(story: Scene) -> None:
    assert [row["one"] for row in asked(story, (("pcn_manager", "pcn:U11111"),), by="PCN")["rows"]] == ["U11111"]
    _, errors = story.answer(DOCUMENT, (("link_worker", "link_worker:amira"),), instrument="ons4", scale="happy")
    assert errors[0]["extensions"]["code"] == "OUT_OF_SCOPE"


def test_outcomes_can_be_seen_as_we_knew_them(story: Scene) -> None:
    head = story.run(story.tenants["QPM"].log.head())
    before = asked(story, asOf={"position": head - 1})
    assert before["position"] == head - 1
    assert before["rows"][0]["baseline"] == 15
    assert asked(story, asOf={"position": 0})["rows"] == []


def test_the_answer_is_planned_as_one_statement_and_is_graphql_cores(story: Scene) -> None:
    variables = {"instrument": "ons4", "scale": "satisfied", "by": "NEED", "within": "PCN", "asOf": {"position": 60}}

    async def both() -> tuple[bytes, bytes, int]:
        asker = story.asker(ANALYST)
        ours = await ANSWERING.answer(asker, DOCUMENT, None, variables)
        count = len(story.statements)
        return ours, await ANSWERING.interpret(asker, ANSWERING.prepare(DOCUMENT, None), variables), count

    ours, theirs, count = story.run(both())
    assert ours == theirs
    assert b"errors" not in ours
    assert count == 1


def test_a_restricted_programme_is_not_counted_for_those_outside_it(story: Scene) -> None:
    story.do("refuge", programme.OpenProgramme(name="Refuge", restricted=True), ods="QMF")
    before = asked(story, ods="QMF", by="ETHNICITY")["rows"]
    for number in range(9):
        made = f"s-{number}"
        story.do(f"q-{number}", registered("Wren", ethnic_category="S"), agreed(), ods="QMF")
        story.do(made, referred(f"q-{number}", made, programme="refuge", practice="K83001"), ods="QMF")
        story.do(made, referral.AcceptReferral(), allocation.AllocateLinkWorker(referral_id=made, worker_id="amira", reason="capacity"), ods="QMF")  # fmt: skip
        story.do(f"e-{number}", asked_of(made, 5, date(2026, 3, 10)), ods="QMF")
    story.catch_up()
    assert asked(story, ods="QMF", by="ETHNICITY")["rows"] == before
    member = (*ANALYST, ("analyst", "programme:refuge"))
    assert {row["one"] for row in asked(story, member, "QMF", by="ETHNICITY")["rows"]} == {"A", "H", "S"}


def test_in_one_batch_one_by_one_or_built_at_once_the_rows_are_the_same(
    story: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_rows(story, monkeypatch)


def test_counts_do_not_move_when_somebody_is_erased(story: Scene) -> None:
    before = {cut: asked(story, by=cut)["rows"] for cut in ("ALL", "ETHNICITY", "IMD", "NEED")}
    story.do("p-00", person.ErasePerson(basis="request_upheld"))
    story.run(story.tenants["QPM"].streams.vault.destroy("p-00", "request_upheld"))
    story.catch_up()
    assert story.row("person", "p-00") == {"person_id": "p-00", "date_of_birth": None, "erased": True}
    assert {cut: asked(story, by=cut)["rows"] for cut in before} == before
    assert asked(story, by="AGE_BAND")["rows"][-1]["one"] is None
    story.empty()
    story.run(story.room().catch_up())
    assert {cut: asked(story, by=cut)["rows"] for cut in before} == before


def test_nothing_of_the_other_ics_is_in_the_room(story: Scene) -> None:
    nothing_crossed(story)
