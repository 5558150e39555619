"""A programme, and whom it is for."""

from dataclasses import replace
from datetime import date

import pytest

from commonweal.domain.referrals import programme
from commonweal.domain.referrals.programme import (
    CloseProgramme,
    CriteriaPublished,
    Facts,
    OpenProgramme,
    ProgrammeClosed,
    ProgrammeOpened,
    PublishCriteria,
    age_on,
    unmet,
)
from tests.given import given

OPENED = ProgrammeOpened(name="Young people")
PUBLISH = PublishCriteria(minimum_age=11, maximum_age=25, needs=("loneliness",))
FIRST = CriteriaPublished(version=1, minimum_age=11, maximum_age=25, needs=("loneliness",))
SOMEONE = Facts(age=16, practice="K83001", lsoa="E01027025", needs=("loneliness", "money"))


def test_a_programme_is_opened_under_a_code_of_its_own() -> None:
    given(programme).when(OpenProgramme(name=" Young people ")).then(OPENED)
    given(programme, OPENED).when(OpenProgramme(name="Young people")).then_nothing()
    given(programme, OPENED).when(OpenProgramme(name="Refugees")).refused("choose another")
    given(programme, OPENED, ProgrammeClosed()).when(OpenProgramme(name="Young people")).refused("choose another")


def test_criteria_are_published_by_version() -> None:
    given(programme, OPENED).when(PUBLISH).then(FIRST)
    given(programme, OPENED, FIRST).when(PUBLISH).then_nothing()
    wider = replace(PUBLISH, maximum_age=30)
    given(programme, OPENED, FIRST).when(wider).then(replace(FIRST, version=2, maximum_age=30))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"minimum_age": -1}, "minimum_age must be 0 to 130"),
        ({"maximum_age": 200}, "maximum_age must be 0 to 130"),
        ({"minimum_age": 26}, "minimum_age lies above maximum_age"),
        ({"practices": ("Burton",)}, "practices must"),
        ({"lsoas": ("Kettering",)}, "lsoas must"),
        ({"needs": ("sad",)}, "needs must"),
        ({"excluded_needs": ("sad",)}, "excluded_needs must"),
    ],
)
def test_criteria_nobody_could_meet_or_read_are_refused(wrong: dict[str, object], sentence: str) -> None:
    given(programme, OPENED).when(replace(PUBLISH, **wrong)).refused(sentence)  # type: ignore[arg-type]


def test_criteria_that_say_nothing_are_not_published() -> None:
    given(programme, OPENED).when(PublishCriteria()).refused("say whom the programme is for")
    given(programme, OPENED, FIRST).when(PublishCriteria()).refused("say whom the programme is for")
    from_birth = CriteriaPublished(version=1, minimum_age=0)
    given(programme, OPENED).when(PublishCriteria(minimum_age=0)).then(from_birth)


def test_a_programme_that_is_closed_publishes_nothing() -> None:
    given(programme, OPENED).when(CloseProgramme()).then(ProgrammeClosed())
    given(programme, OPENED, ProgrammeClosed()).when(CloseProgramme()).then_nothing()
    given(programme, OPENED, ProgrammeClosed()).when(PUBLISH).refused("closed")
    given(programme).when(PUBLISH).refused("no such programme")


@pytest.mark.parametrize(
    ("criteria", "known", "found"),
    [
        ({}, {}, ()),
        ({"minimum_age": 16, "maximum_age": 16}, {}, ()),
        ({"minimum_age": 17}, {}, ("outside_age",)),
        ({"maximum_age": 15}, {}, ("outside_age",)),
        ({"minimum_age": 0}, {"age": None}, ("age_unknown",)),
        ({"practices": ("K83001",)}, {}, ()),
        ({"practices": ("K83002",), "lsoas": ("E01027025",)}, {}, ()),
        ({"practices": ("K83002",)}, {}, ("out_of_area",)),
        ({"lsoas": ("E01027026",)}, {}, ("out_of_area",)),
        ({"lsoas": ("E01027026",)}, {"lsoa": None}, ("area_unknown",)),
        ({"practices": ("K83002",), "lsoas": ("E01027026",)}, {"lsoa": None}, ("out_of_area",)),
        ({"practices": ("K83002",)}, {"practice": None}, ("area_unknown",)),
        ({"needs": ("money",)}, {}, ()),
        ({"needs": ("pain",)}, {}, ("need_not_included",)),
        ({"needs": ("pain",)}, {"needs": ()}, ("need_not_included",)),
        ({"excluded_needs": ("money",)}, {}, ("need_excluded",)),
        (
            {"minimum_age": 18, "practices": ("K83002",), "needs": ("pain",), "excluded_needs": ("money",)},
            {},
            ("outside_age", "out_of_area", "need_not_included", "need_excluded"),
        ),
    ],
)
def test_why_somebody_does_not_fit(
    criteria: dict[str, object], known: dict[str, object], found: tuple[str, ...]
) -> None:
    published = CriteriaPublished(version=1, **criteria)  # type: ignore[arg-type]
    assert unmet(published, replace(SOMEONE, **known)) == found  # type: ignore[arg-type]
    assert unmet(None, SOMEONE) == ()


@pytest.mark.parametrize(
    ("born", "years"), [(date(2008, 2, 29), 17), (date(2008, 3, 1), 17), (date(2008, 2, 28), 18), (date(2025, 5, 1), 0)]
)
def test_an_age_is_counted_in_whole_years(born: date, years: int) -> None:
    assert age_on(born, date(2026, 2, 28)) == years
