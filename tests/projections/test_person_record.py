"""The record of a person: who they are, what happened, and who of all people sees it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from commonweal.domain.hospital import HearFromHospital, MatchPatient, PatientAdmitted, PatientDischarged
from commonweal.domain.message import EVENTS, field_types
from commonweal.domain.people import person, risk
from commonweal.domain.people.competence import AssessCompetence
from commonweal.domain.people.consent import WithdrawConsent
from commonweal.domain.people.merge import FlagPossibleDuplicate, MergePersons, UnmergePersons
from commonweal.domain.people.representation import LinkRepresentative
from commonweal.domain.referrals import referral
from commonweal.domain.referrals.gp_message import GPMessageWithheld
from commonweal.domain.referrals.programme import OpenProgramme
from commonweal.domain.user import GrantUser, NameUser
from commonweal.domain.workforce.allocation import CloseReferral, RetractReferral
from commonweal.kernel.decider import CATEGORY_OF, DECIDERS
from commonweal.kernel.read_model import Put
from commonweal.kernel.streams import Fact
from commonweal.runtime.installation import Installation
from projections import person_record
from projections.person_record.told import TOLD, UNTOLD
from tests.projections.every_room import nothing_crossed, same_rows
from tests.projections.scene import Grants, Scene, scene
from tests.story import DAY, RECEIVED, agreed, allocated, configured, engaged, referred, registered

DOCUMENT = (person_record.READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")
RECORD = "query($id: ID!) { personRecord(id: $id) { id name age merged mergedInto erased died practice { code name pcnName } } }"
TIMELINE = """query($id: ID!, $parts: [String!], $first: Int, $after: String) {
  personRecordTimeline(id: $id, parts: $parts, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } edges { node { kind part code personId referralId by } } } }"""
FLAGS = "query($id: ID!) { personRecordFlags(id: $id) { id kind detail restricted closedOn raisedBy } }"
WREN = "0" * 32
"""A user's id."""


def own(worker: str) -> Grants:
    return (("link_worker", f"link_worker:{worker}"),)


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    """Two people with a case each, one with a restricted case, one who was never referred; flags, a representative, a merge."""
    with scene(servers, person_record.READ_MODEL) as made:
        for ods, name in (("QPM", "Nene"), ("QMF", "Ptarmigan")):
            made.do(ods, configured(ods, name), ods=ods)
            made.do("amber", engaged(f"{name} Amber"), ods=ods)
            made.do("ben", engaged(f"{name} Ben"), ods=ods)
            made.do(WREN, GrantUser(role="team_lead"), NameUser(display_name=f"{name} Wren"), ods=ods)
            _people(made, ods, name)
        made.catch_up()
        yield made


def _people(made: Scene, ods: str, name: str) -> None:
    known = {"gp_practice": "K83001", "date_of_birth": date(1948, 3, 2), "reasonable_adjustments": ("large_print",)}
    made.do(
        "p-1", registered(f"{name} Finch", nhs_number="9434765919", nhs_number_status="01", **known), agreed(), ods=ods
    )
    made.do("p-2", registered(f"{name} Lark", date_of_birth=date(1948, 3, 2)), agreed(), ods=ods)
    made.do("p-3", registered(f"{name} Alone"), ods=ods)
    made.do("r-1", referred("p-1", "a", practice="K83001"), referral.AcceptReferral(), ods=ods, actor=WREN)
    made.do("r-1", allocated("r-1", "amber"), ods=ods)
    made.do("r-2", referred("p-2", "b", practice="K83002"), referral.AcceptReferral(), allocated("r-2", "ben"), ods=ods)
    flag = risk.RaiseRiskFlag(
        flag_id="f-1", kind="animals", severity="low", detail=f"{name} a dog", review_due=DAY, by=WREN, on=DAY
    )
    made.do("p-1", flag, replace(flag, flag_id="f-2", kind="domestic_abuse", restricted=True), ods=ods)
    made.do("p-1", WithdrawConsent(scope="contact", withdrawn_on=DAY), ods=ods)
    opened = OpenProgramme(name="Sanctuary", restricted=True)
    made.do("refugee", opened, ods=ods)
    sanctuary = {"source": "18", "programme": "refugee"}
    made.do("p-4", registered(f"{name} Sanctuary", date_of_birth=date(1990, 1, 1)), agreed(), ods=ods)
    made.do("r-4", referred("p-4", "d", **sanctuary), ods=ods)
    made.do("r-5", referred("p-2", "e", **sanctuary), ods=ods)
    link = LinkRepresentative(
        representative_id="x", kind="carer", name=f"{name} Husband", authority="person_said", since=DAY, by=WREN
    )
    made.do("p-1", link, ods=ods)


def kinds(story: Scene, identity: str, grants: Grants = (("team_lead", "tenant"),), **more: Any) -> list[str]:
    found = story.ask(TIMELINE, grants, id=identity, **more)["personRecordTimeline"]
    return [edge["node"]["kind"] for edge in found["edges"]]


def test_the_timeline_tells_what_happened_newest_first_and_by_whom(story: Scene) -> None:
    found = story.ask(TIMELINE, id="p-1")["personRecordTimeline"]
    nodes = [edge["node"] for edge in found["edges"]]
    assert [node["kind"] for node in reversed(nodes)] == [
        "PersonRegistered",
        "ConsentGiven",
        "ReferralReceived",
        "ReferralAccepted",
        "PlacedOnWaitingList",
        "LinkWorkerAllocated",
        "RiskFlagRaised",
        "ConsentWithdrawn",
        "RepresentativeLinked",
    ]
    assert found["totalCount"] == len(nodes)
    came = next(node for node in nodes if node["kind"] == "ReferralReceived")
    assert (came["code"], came["referralId"], came["by"]) == ("06", "r-1", "Nene Wren")
    assert TOLD["ReferralReceived"].words("06") == "A referral came: acute hospital inpatient or outpatient department"


def test_the_timeline_is_narrowed_and_leafed_through_without_a_gap(story: Scene) -> None:
    assert kinds(story, "p-1", parts=["rights"]) == [
        "RepresentativeLinked",
        "ConsentWithdrawn",
        "RiskFlagRaised",
        "ConsentGiven",
    ]
    seen: list[str] = []
    after = None
    while True:
        page = story.ask(TIMELINE, id="p-1", first=4, after=after)["personRecordTimeline"]
        seen += [edge["node"]["kind"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == kinds(story, "p-1")


def test_every_event_about_a_person_is_told_or_left_out_for_a_reason() -> None:
    about = {
        event.__name__
        for event, category in CATEGORY_OF.items()
        if DECIDERS[category].subject_is_stream
        or category in ("referral", "hospital_episode")
        or any("person_id" in field_types(each) for each in EVENTS.values() if CATEGORY_OF.get(each) == category)
    } - {event.__name__ for event, category in CATEGORY_OF.items() if category == "user"}
    assert about - set(TOLD) - UNTOLD == set()
    assert set(TOLD) | UNTOLD <= set(EVENTS)
    assert set(TOLD).isdisjoint(UNTOLD)
    assert not {name for name in TOLD if "Safeguarding" in name}


def test_a_line_names_a_code_of_its_event_on_a_list() -> None:
    for name, told in TOLD.items():
        assert not told.field or told.field in field_types(EVENTS[name]), name


def test_a_message_to_the_practice_that_was_held_back_says_why() -> None:
    told = TOLD["GPMessageWithheld"]
    given = (
        "no_consent",
        "no_practice",
        "restricted_programme",
        "nothing_told",
        "erased",
        "no_endpoint",
        "other_practice",
    )
    assert len({told.words(reason) for reason in given}) == len(given)
    assert not [reason for reason in given if told.words(reason).endswith(f": {reason}")]
    assert told.words("no_endpoint") == "A message to their practice was held back: we had no way to send to it"
    withheld = GPMessageWithheld(reason="no_endpoint")
    fact = Fact(
        position=1, stream_id="gp_message-m", version=2, event=withheld, event_id=uuid4(), recorded_at=RECEIVED,
        command_id=None, occurred_at=None, actor=WREN, channel=None, traceparent=None,
    )  # fmt: skip
    (line,) = person_record.READ_MODEL.project(fact)
    assert isinstance(line, Put)
    assert (line.row["part"], line.row["code"]) == ("case", "no_endpoint")


def test_a_link_worker_sees_their_own_people_and_who_was_never_referred(story: Scene) -> None:
    for identity, found in (("p-1", True), ("p-2", False), ("p-3", True), ("nobody", False)):
        answer = story.ask(RECORD, own("amber"), id=identity)["personRecord"]
        assert (answer is not None) == found, identity
        assert bool(kinds(story, identity, own("amber"))) == found
    assert story.ask(FLAGS, own("amber"), id="p-2")["personRecordFlags"] == []


def test_a_closed_case_stays_with_who_had_it_and_one_that_should_never_have_been_does_not(story: Scene) -> None:
    story.do("p-6", registered("Nene Wagtail"), agreed())
    story.do("r-6", referred("p-6", "f"), referral.AcceptReferral(), allocated("r-6", "amber"))
    story.do("r-6", CloseReferral(referral_id="r-6", reason="goals_met"))
    story.catch_up()
    assert story.ask(RECORD, own("amber"), id="p-6")["personRecord"]["name"] == "Nene Wagtail"
    assert story.ask(RECORD, own("ben"), id="p-6")["personRecord"] is None
    story.do("r-6", RetractReferral(referral_id="r-6", reason="wrong_person"))
    story.catch_up()
    assert story.ask(RECORD, own("amber"), id="p-6")["personRecord"] is None


def test_a_stay_in_hospital_is_told_whether_it_was_known_at_once_whose_it_is_or_later(story: Scene) -> None:
    came, left = (
        PatientAdmitted(trust="RP1", occurred_at=RECEIVED),
        PatientDischarged(trust="RP1", occurred_at=RECEIVED),
    )
    story.do("p-7", registered("Nene Dipper"))
    story.do("stay-1", HearFromHospital(fact=came, person_id="p-7", method="nhs_number"))
    story.do("stay-2", HearFromHospital(fact=left), MatchPatient(person_id="p-7", method="by_hand"))
    story.do("stay-3", HearFromHospital(fact=came))
    story.catch_up()
    assert kinds(story, "p-7", parts=["hospital"]) == ["PatientDischarged", "PatientAdmitted"]


def test_who_broke_the_glass_sees_that_record_alone(story: Scene) -> None:
    broken = (*own("amber"), ("link_worker", "person:p-2"))
    assert story.ask(RECORD, broken, id="p-2")["personRecord"]["name"] == "Nene Lark"
    assert kinds(story, "p-2", broken) == kinds(story, "p-2")


@pytest.mark.parametrize("role", ["pcn_manager", "analyst", "practice", "hospital", "provider", "administrator"])
def test_a_role_without_direct_care_sees_no_record(story: Scene, role: str) -> None:
    data, errors = story.answer(RECORD, ((role, "tenant"),), id="p-1")
    assert errors[0]["extensions"]["code"] == "OUT_OF_SCOPE"
    assert data is None or data["personRecord"] is None


def test_a_restricted_flag_is_shown_to_the_link_worker_and_the_lead_and_no_triager(story: Scene) -> None:
    def flags(grants: Grants) -> set[str]:
        return {flag["id"] for flag in story.ask(FLAGS, grants, id="p-1")["personRecordFlags"]}

    assert flags((("team_lead", "tenant"),)) == flags(own("amber")) == {"f-1", "f-2"}
    assert flags((("triager", "tenant"),)) == {"f-1"}
    assert kinds(story, "p-1").count("RiskFlagRaised") == 1, "not in the timeline"


def test_a_restricted_case_is_invisible_to_all_but_its_programme_and_so_is_who_has_no_other(story: Scene) -> None:
    inside: Grants = (("team_lead", "tenant"), ("team_lead", "programme:refugee"))
    assert story.ask(RECORD, inside, id="p-4")["personRecord"]["name"] == "Nene Sanctuary"
    assert story.ask(RECORD, id="p-4")["personRecord"] is None
    assert kinds(story, "p-4") == []
    search = '{ people(search: {name: "sanctuary", dateOfBirth: "1990-01-01"}) { totalCount } }'
    assert story.ask(search, inside)["people"]["totalCount"] == 1
    assert story.ask(search)["people"]["totalCount"] == 0
    assert "ReferralReceived" in kinds(story, "p-2", inside)
    assert kinds(story, "p-2", inside).count("ReferralReceived") == 2
    assert kinds(story, "p-2").count("ReferralReceived") == 1, "the other one is the programme's"
    glass = (("team_lead", "person:p-4"),)
    assert story.ask(RECORD, glass, id="p-4")["personRecord"]["name"] == "Nene Sanctuary"
    assert "ReferralReceived" not in kinds(story, "p-4", glass), "a broken glass opens the record, not the compartment"


def test_a_search_finds_by_number_or_by_birthday_and_name_whom_one_sees(story: Scene) -> None:
    search = "query($s: PersonRecordSearch!) { people(search: $s) { totalCount edges { node { id } } } }"

    def found(grants: Grants = (("team_lead", "tenant"),), **wanted: Any) -> list[str]:
        return [edge["node"]["id"] for edge in story.ask(search, grants, s=wanted)["people"]["edges"]]

    assert found(nhsNumber="943 476 5919") == ["p-1"]
    assert found(name="nene", dateOfBirth="1948-03-02") == ["p-1", "p-2"]
    assert found(own("ben"), name="nene", dateOfBirth="1948-03-02") == ["p-2"]
    assert found(own("ben"), nhsNumber="9434765919") == []
    for too_wide in ({"name": "nene"}, {"dateOfBirth": "1948-03-02"}, {}, {"name": "n", "dateOfBirth": "1948-03-02"}):
        assert story.answer(search, s=too_wide)[1][0]["extensions"]["code"] == "REFUSED"
    assert "check digit" in story.answer(search, s={"nhsNumber": "9434765918"})[1][0]["message"]


def test_the_practice_is_that_of_today_and_the_age_in_years(story: Scene) -> None:
    found = story.ask(RECORD, id="p-1")["personRecord"]
    assert found["practice"]["name"] == "Nene Green Lane Surgery"
    born = date(1948, 3, 2)
    today = datetime.now(UTC).date()
    assert found["age"] == today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def test_in_one_batch_one_by_one_or_built_at_once_the_rows_are_the_same(
    story: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_rows(story, monkeypatch, empty=("person_record_v2_assessment", "person_record_v2_duplicate"))


def test_a_merge_shows_both_histories_under_the_survivor_and_can_be_undone(story: Scene) -> None:
    before = kinds(story, "p-2")
    story.do("p-2", FlagPossibleDuplicate(person_id="p-2", other_id="p-3", evidence="same_details", by=WREN))
    story.do(
        "p-2", MergePersons(person_id="p-2", absorbed_id="p-3", evidence="person_confirmed", words="Nene said", by=WREN)
    )
    story.catch_up()
    assert story.ask(RECORD, own("ben"), id="p-2")["personRecord"]["merged"] == ["p-3"]
    assert story.ask(RECORD, own("ben"), id="p-3")["personRecord"]["mergedInto"] == "p-2"
    assert story.ask(RECORD, own("amber"), id="p-3")["personRecord"] is None, "it is Ben's now"
    assert kinds(story, "p-2").count("PersonRegistered") == 2
    story.do("p-2", UnmergePersons(person_id="p-2", absorbed_id="p-3", reason="two_people", by=WREN))
    story.catch_up()
    assert story.ask(RECORD, own("amber"), id="p-3")["personRecord"]["mergedInto"] is None
    assert kinds(story, "p-2") == ["PersonsUnmerged", "PersonsMerged", "PossibleDuplicateFlagged", *before]


def test_nothing_of_the_other_ics_is_in_the_room(story: Scene) -> None:
    nothing_crossed(story)


def test_an_erased_person_is_empty_and_their_timeline_still_counted(story: Scene) -> None:
    many = len(kinds(story, "p-1"))
    story.do("p-1", AssessCompetence(person_id="p-1", assessment_id="c", outcome="competent", basis="gillick", words="Nene words", assessed_on=DAY, by=WREN, on=DAY))  # fmt: skip
    story.do("p-1", person.ErasePerson(basis="request_upheld"))
    story.run(story.tenants["QPM"].streams.vault.destroy("p-1", "request_upheld"))
    story.catch_up()
    rows = str(story.rows())
    assert "Finch" not in rows
    assert "a dog" not in rows
    assert "Husband" not in rows
    assert "Nene words" not in rows
    assert "9434765919" not in rows
    assert story.ask(RECORD, id="p-1")["personRecord"]["erased"] is True
    assert len(kinds(story, "p-1")) == many + 2
    after = story.rows()
    story.empty()
    story.run(story.room().catch_up())
    assert story.rows() == after, "built anew from a log whose key is gone"
