"""The room of measures: what is due, what it came to, seen by those whose case it is."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from commonweal.domain.measures import instrument, measure
from commonweal.domain.measures.measuring import CompleteMeasure, RecordMeasure, ScheduleMeasure
from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.runtime.installation import Installation
from projections import measures
from tests.projections.every_room import nothing_crossed, same_rows
from tests.projections.scene import Grants, Scene, scene
from tests.story import RECEIVED, agreed, allocated, configured, engaged, merged, referred, registered

TODAY = date(2026, 4, 1)
AMIRA: Grants = (("link_worker", "link_worker:amira"),)
BEN: Grants = (("link_worker", "link_worker:ben"),)
DOCUMENT = """query Q($filter: MeasuresFilter, $first: Int, $after: String) { measures(filter: $filter, first: $first, after: $after) {
    totalCount position pageInfo { endCursor hasNextPage }
    edges { node { id instrument point dueOn state reason completedOn mode risk linkWorker person { id name erased }
        scores { scale raw value band } } } } }"""


def planned(case: str, code: str, day: date, point: str = "baseline") -> ScheduleMeasure:
    return ScheduleMeasure(referral_id=case, instrument=code, point=point, due_on=day, on=TODAY)


def done(answers: tuple[int, ...]) -> CompleteMeasure:
    return CompleteMeasure(answers=answers, mode="phone", completed_on=date(2026, 3, 20), on=TODAY, by="user-1")


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    with scene(servers, measures.READ_MODEL) as made:
        for ods, name in (("QPM", "Nene"), ("QMF", "Ptarmigan")):
            made.do(ods, configured(ods, name), ods=ods)
            for worker in ("amira", "ben"):
                made.do(worker, engaged(f"{name} {worker}"), ods=ods)
            for number, worker in enumerate(("amira", "ben", "amira")):
                who, case = f"p-{number}", f"r-{number}"
                made.do(who, registered(f"{name} Finch {number}"), agreed(), ods=ods)
                restricted = {"programme": "core"}
                made.do(case, referred(who, f"x-{number}", practice="K83001", **restricted), ods=ods)
                made.do(case, referral.AcceptReferral(), allocated(case, worker), ods=ods)
            for each in ("twin-1", "twin-2"):
                made.do(each, registered(f"{name} Twin"), ods=ods)
            made.do("twin-1", merged("twin-1", "twin-2"), ods=ods)
            made.do("swemwbs", instrument.RegisterInstrument(code="swemwbs"), ods=ods)
            made.do("swemwbs", instrument.RecordInstrumentLicence(state="registered", reference=f"W-{ods}"), ods=ods)
            made.do("pam", instrument.RegisterInstrument(code="pam"), ods=ods)
            made.do("pam", instrument.RetireInstrument(reason="not_useful"), ods=ods)
            made.do("m-due", planned("r-0", "swemwbs", date(2026, 3, 9)), ods=ods)
            made.do("m-due", measure.OfferMeasure(on=TODAY), ods=ods)
            made.do("m-ons", planned("r-0", "ons4", date(2026, 3, 10)), done((7, 8, 6, 3)), ods=ods)
            made.do("m-phq", planned("r-1", "phq9", date(2026, 3, 11)), done((0,) * 8 + (2,)), ods=ods)
            made.do("m-void", planned("r-1", "gad7", date(2026, 3, 12)), done((1,) * 7), ods=ods)
            made.do("m-void", measure.VoidMeasure(reason="mistyped"), ods=ods)
            made.do("m-no", planned("r-2", "ons4", date(2026, 3, 13)), measure.DeclineMeasure(reason="burden", on=TODAY), ods=ods)  # fmt: skip
            made.do("m-late", planned("r-2", "ons4", date(2026, 1, 13), "review"), measure.MissMeasure(on=TODAY), ods=ods)  # fmt: skip
        made.catch_up()
        yield made


def asked(story: Scene, grants: Grants = (("team_lead", "tenant"),), ods: str = "QPM", **wanted: Any) -> Any:
    return story.ask(DOCUMENT, grants, ods, filter=wanted)["measures"]


def ids(found: Any) -> list[str]:
    return [edge["node"]["id"] for edge in found["edges"]]


def test_measures_stand_by_the_day_they_were_due(story: Scene) -> None:
    assert ids(asked(story)) == ["m-late", "m-due", "m-ons", "m-phq", "m-void", "m-no"]


def test_what_is_still_to_be_done_can_be_asked_for_and_whose_it_is(story: Scene) -> None:
    assert ids(asked(story, waiting=True)) == ["m-due"]
    assert ids(asked(story, waiting=True, linkWorker="ben")) == []
    assert ids(asked(story, linkWorker="ben")) == ["m-phq", "m-void"]
    assert ids(asked(story, person="p-2")) == ["m-late", "m-no"]
    assert ids(asked(story, person="p-0", instrument="ons4")) == ["m-ons"]
    assert ids(asked(story, dueBefore="2026-03-10T00:00:00Z")) == ["m-late", "m-due"]


def test_a_page_goes_on_where_the_last_one_ended(story: Scene) -> None:
    found: list[str] = []
    after = None
    while True:
        page = story.ask(DOCUMENT, filter={}, first=2, after=after)["measures"]
        found += ids(page)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == ids(asked(story))


def test_a_completed_measure_shows_its_scores_and_an_answer_that_told_of_danger(story: Scene) -> None:
    (ons,) = (edge["node"] for edge in asked(story, person="p-0", instrument="ons4")["edges"])
    assert [(each["scale"], each["value"], each["band"]) for each in ons["scores"]] == [
        ("anxious", 300, "low"),
        ("happy", 600, "medium"),
        ("satisfied", 700, "high"),
        ("worthwhile", 800, "high"),
    ]
    assert (ons["state"], ons["mode"], ons["risk"]) == ("COMPLETED", "phone", False)
    (phq, void) = (edge["node"] for edge in asked(story, person="p-1")["edges"])
    assert (phq["risk"], phq["scores"][0]["raw"], phq["linkWorker"]) == (True, 2, "ben")
    assert (void["state"], void["reason"]) == ("VOIDED", "mistyped")


def test_a_link_worker_sees_the_measures_of_their_own_cases(story: Scene) -> None:
    assert ids(asked(story, AMIRA)) == ["m-late", "m-due", "m-ons", "m-no"]
    assert ids(asked(story, BEN)) == ["m-phq", "m-void"]
    _, errors = story.answer(DOCUMENT, (("analyst", "tenant"),))
    assert [each["extensions"]["code"] for each in errors] == ["OUT_OF_SCOPE"]


def test_instruments_show_what_their_owners_allow(story: Scene) -> None:
    found = story.ask("{ measuresInstruments { code retired licence reference } }")["measuresInstruments"]
    assert found == [
        {"code": "pam", "retired": True, "licence": None, "reference": None},
        {"code": "swemwbs", "retired": False, "licence": "registered", "reference": "W-QPM"},
    ]


def test_in_one_batch_one_by_one_or_built_at_once_the_rows_are_the_same(
    story: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_rows(story, monkeypatch)


def test_nothing_of_the_other_ics_is_in_the_room(story: Scene) -> None:
    nothing_crossed(story)


def test_no_answer_stands_in_the_room(story: Scene) -> None:
    assert not any("answers" in column for column in story.row("measure", "m-phq"))
    assert {row[2] for row in story.rows()["measures_v1_score"]} >= {"depression", "satisfied"}


def test_someone_erased_has_no_name_while_their_scores_stay(story: Scene) -> None:
    story.do("p-2", person.ErasePerson(basis="request_upheld"))
    story.run(story.tenants["QPM"].streams.vault.destroy("p-2", "request_upheld"))
    story.do("m-new", RecordMeasure(referral_id="r-0", instrument="goal", point="review", answers=(4,), mode="self", completed_on=RECEIVED.date() + timedelta(days=1), on=TODAY, by="u"))  # fmt: skip
    story.catch_up()
    assert "Finch 2" not in str(story.rows())
    assert {edge["node"]["person"]["erased"] for edge in asked(story, person="p-2")["edges"]} == {True}
    assert story.row("person", "p-2", "QMF")["name"] == "Ptarmigan Finch 2"
