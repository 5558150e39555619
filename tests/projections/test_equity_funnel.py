"""The equity funnel: how far people of each group come, of groups so large that nobody is known by it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from commonweal.domain.people import person
from commonweal.domain.referrals import programme, referral
from commonweal.domain.workforce import allocation
from commonweal.runtime.installation import Installation
from projections import equity_funnel
from tests.projections.every_room import same_rows
from tests.projections.scene import EVERYTHING, Grants, Scene, scene
from tests.story import RECEIVED, agreed, allocated, configured, engaged, referred, registered

ANALYST: Grants = (("analyst", "tenant"),)
COUNTS = "referred accepted engaged completed"
FUNNEL = f"""query($by: EquityCut!, $since: Date, $until: Date) {{ equityFunnel(by: $by, since: $since, until: $until) {{
    suppressed position rows {{ code {COUNTS} acceptedPercent engagedPercent completedPercent }} }} }}"""
YEAR = {"since": "2026-01-01", "until": "2026-12-31"}
GROUPS = (("A", 13, 10, 9, 8), ("N", 9, 8, 8, 0), ("H", 7, 7, 0, 0))
"""(ethnic category, referred, accepted, engaged, completed) as they are."""
NOTHING = dict.fromkeys((*COUNTS.split(), "acceptedPercent", "engagedPercent", "completedPercent"))


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    with scene(servers, equity_funnel.READ_MODEL) as made:
        made.do("QPM", configured("QPM", "Nene"))
        made.do_all({f"w{n}": engaged(f"Worker {n}") for n in range(2)})
        for group in GROUPS:
            _group(made, *group)
        made.do("QMF", configured("QMF", "Ptarmigan"), ods="QMF")
        made.catch_up()
        yield made


def _group(made: Scene, code: str, *reached: int) -> None:
    ids = [f"{code}{n}" for n in range(reached[0])]
    known: dict[str, Any] = {"ethnic_category": code, "stated_gender": "2", "imd_version": "2025", "imd_decile": 1}
    made.do_all({f"p{each}": registered(f"Finch {each}", **known) for each in ids})
    made.do_all({f"p{each}": agreed() for each in ids})
    made.do_all({f"r{each}": referred(f"p{each}", each, practice="K83001") for each in ids})
    accepted, contacted, completed = (ids[:count] for count in reached[1:])
    made.do_all({f"r{each}": referral.AcceptReferral() for each in accepted})
    made.do_all({f"r{each}": allocated(f"r{each}", f"w{n % 2}") for n, each in enumerate(contacted)})
    spoken = referral.RecordFirstContact(medium="02", held_at=RECEIVED + timedelta(days=2))
    made.do_all({f"r{each}": spoken for each in contacted})
    met = {f"r{each}": allocation.CloseReferral(referral_id=f"r{each}", reason="goals_met") for each in completed}
    made.do_all(met)


def funnel(made: Scene, by: str, grants: Grants = ANALYST, ods: str = "QPM", **asked: Any) -> dict[str, Any]:
    found = made.ask(FUNNEL, grants, ods, by=by, **{**YEAR, **asked})["equityFunnel"]
    return {line.pop("code"): line for line in found["rows"]} | {"suppressed": found["suppressed"]}


def test_each_group_is_told_in_fives_and_what_is_of_few_not_at_all(story: Scene) -> None:
    assert funnel(story, "ETHNICITY") == {
        "A": {
            "referred": 15,
            "accepted": 10,
            "engaged": 10,
            "completed": 10,
            "acceptedPercent": 67,
            "engagedPercent": 67,
            "completedPercent": 67,
        },
        "N": NOTHING,  # 9 of 29, beside 7 and 13
        "H": NOTHING,
        "suppressed": 8,
    }


@pytest.mark.parametrize(
    ("by", "code"),
    [("GENDER", "2"), ("DEPRIVATION", "2025/1"), ("AGE", "unknown"), ("LANGUAGE", "unknown"), ("INTERPRETER", "no")],
)
def test_people_are_told_apart_by_one_thing_at_a_time(story: Scene, by: str, code: str) -> None:
    found = funnel(story, by)
    assert set(found) == {code, "suppressed"}
    assert found[code]["referred"] == 30


def test_only_the_period_that_is_asked_about_counts(story: Scene) -> None:
    assert funnel(story, "ETHNICITY", since="2026-04-01") == {"suppressed": 0}
    assert funnel(story, "ETHNICITY", until="2026-02-28") == {"suppressed": 0}
    _, errors = story.answer(FUNNEL, ANALYST, by="AGE", since="2026-03-03", until="2026-03-02")
    assert errors[0]["extensions"]["code"] == "REFUSED"


def test_months_are_whole_so_that_nobody_is_known_by_the_day_they_came(story: Scene) -> None:
    march = funnel(story, "ETHNICITY")
    assert funnel(story, "ETHNICITY", since="2026-03-03", until="2026-03-05") == march
    assert funnel(story, "ETHNICITY", since="2026-03-01", until="2026-03-01") == march


def test_a_pcn_manager_counts_their_own_people_while_a_link_worker_counts_nobody(story: Scene) -> None:
    assert funnel(story, "GENDER", (("pcn_manager", "pcn:U11111"),))["2"]["referred"] == 30
    assert funnel(story, "GENDER", (("pcn_manager", "pcn:U22222"),)) == {"suppressed": 0}
    _, errors = story.answer(FUNNEL, (("link_worker", "link_worker:w0"),), by="AGE")
    assert errors[0]["extensions"]["code"] == "OUT_OF_SCOPE"


def test_two_icss_do_not_count_each_others_people(story: Scene) -> None:
    assert funnel(story, "ETHNICITY", ods="QMF") == {"suppressed": 0}


def test_in_one_batch_one_by_one_or_built_at_once_the_rows_are_the_same(
    story: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_rows(story, monkeypatch)


def test_a_restricted_programme_is_invisible_counts_included(servers: Installation) -> None:
    with scene(servers, equity_funnel.READ_MODEL) as made:
        made.do("QPM", configured("QPM", "Nene"))
        made.do("refugee", programme.OpenProgramme(name="Refugees", restricted=True))
        made.do_all({f"p{n}": registered(f"Finch {n}", stated_gender="1") for n in range(9)})
        made.do_all({f"p{n}": agreed() for n in range(9)})
        made.do_all({f"r{n}": referred(f"p{n}", f"x{n}", programme="refugee") for n in range(9)})
        made.catch_up()
        assert funnel(made, "GENDER", EVERYTHING) == {"suppressed": 0}
        assert funnel(made, "GENDER", (*EVERYTHING, ("team_lead", "programme:refugee")))["1"]["referred"] == 10


def test_an_erased_person_is_still_counted_but_of_no_known_age(servers: Installation) -> None:
    with scene(servers, equity_funnel.READ_MODEL) as made:
        made.do("QPM", configured("QPM", "Nene"))
        born = {"date_of_birth": date(1950, 1, 1), "stated_gender": "1"}
        made.do_all({f"p{n}": registered(f"Finch {n}", **born) for n in range(8)})
        made.do_all({f"p{n}": agreed() for n in range(8)})
        made.do_all({f"r{n}": referred(f"p{n}", f"x{n}") for n in range(8)})
        made.catch_up()
        assert funnel(made, "AGE")["75+"]["referred"] == 10
        gender = funnel(made, "GENDER")
        made.do("r0", referral.RejectReferral(reason="02", feedback="no"))
        made.do("p0", person.ErasePerson(basis="registered_in_error"))
        made.catch_up()
        assert funnel(made, "GENDER") == gender
        age = funnel(made, "AGE")
        assert {code: line["referred"] for code, line in age.items() if code != "suppressed"} == {
            "75+": None,
            "unknown": None,
        }
        assert age["suppressed"] == 8
        rows = made.rows()
        made.empty()
        made.run(made.room().catch_up())
        assert made.rows() == rows


def test_few_people_are_not_told_apart_at_all(servers: Installation) -> None:
    with scene(servers, equity_funnel.READ_MODEL) as made:
        made.do("QPM", configured("QPM", "Nene"))
        _group(made, "A", 3, 0, 0, 0)
        _group(made, "H", 2, 0, 0, 0)
        made.catch_up()
        found = funnel(made, "ETHNICITY")
        assert found["all"] == {**NOTHING, "accepted": 0, "engaged": 0, "completed": 0}
        assert set(found) == {"all", "suppressed"}
