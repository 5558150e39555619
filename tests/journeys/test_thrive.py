"""A young person comes by at 15, is referred by their school, keeps their parent out of it, and grows older than the service.

The calendar goes on from the day they came by to the birthday on which their record may go.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Final

import httpx
import psycopg
import pytest

from commonweal.console.wording import long_date
from commonweal.domain.people import consent, erasure, person, representation, risk
from commonweal.domain.people.representation import RepresentativeUnlinked
from commonweal.domain.referrals import gp_message, programme, reaching, receive, referral
from commonweal.domain.work import drop_in_recording, safeguarding_raising
from commonweal.domain.workforce import allocation
from commonweal.runtime.development_issuer import DevelopmentIssuer
from commonweal.runtime.sign_in import SignInLinks
from tests.journeys.asking import Someone, signed_in, words
from tests.journeys.london import at, today
from tests.journeys.office import Office, at_work, northamptonshire
from tests.near import listed, organisation
from tests.web import Web

pytestmark = pytest.mark.timeout(600)

SCHOOL: Final = "GB-COH-07654321"
PRACTICE: Final = "U58673/langham-place"
THRIVE: Final = "thrive"
MOTHER: Final = "Marjory Example"
SECRET: Final = "Wednesday nights"
BEGAN: Final = date(datetime.now(UTC).year - 4, 9, 7)
"""In a month from which none of these stories comes to a 29 February."""


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """An ICS four years ago, with a café where young people drop in and a service for them until they turn 19."""
    with at_work(northamptonshire(), began=at(BEGAN)) as made:
        made.given("o-1", organisation("Around the Corner", identifiers=("GB-CHC-1054276",)))
        made.given("cafe", *listed("Around the Corner café", BEGAN, kind="peer_support", needs=("low_mood",)))
        made.given(THRIVE, programme.OpenProgramme(name="#thrive"), programme.PublishCriteria(maximum_age=18))
        yield made


@pytest.fixture
def web(office: Office) -> Iterator[Web]:
    """The office's web process, asked as whoever is let in."""
    at = office.installation
    with httpx.Client(base_url=office.url, timeout=30) as client:
        issuer = DevelopmentIssuer(at.settings, at.platform_key)
        links = SignInLinks(at.settings, at.platform_key)
        yield Web(office.url, at, office.store, issuer, links, office.loop, client)


@pytest.fixture
def someone(web: Web) -> Iterator[partial[Someone]]:
    with signed_in(web) as found:
        yield found


def birthday(born_on: date, years: int) -> date:
    return born_on.replace(year=born_on.year + years)


def born(years: int, days_ago: int) -> date:
    """The day of birth of whoever turned so many years so many days ago."""
    return birthday(today() - timedelta(days=days_ago), -years)


def test_a_young_person_is_helped_by_their_own_consent_and_forgotten_at_twenty_five(
    office: Office, someone: partial[Someone]
) -> None:
    hazel = someone("demo-hazel", ("link_worker", "link_worker:hazel"))
    lead = someone("demo-lead", ("team_lead", "tenant"))
    school = someone("demo-school", ("referrer", f"organisation:{SCHOOL}"))
    kit_born = born(15, days_ago=90)
    kit = drops_in(hazel, kit_born)
    has_a_mother_who_says_yes(hazel, kit)
    case = is_referred(school, kit, "form-10b")
    is_taken_on(lead, case)
    hazel.do(referral.RecordFirstContact, case, medium="01", heldAt=now())
    keeps_their_mother_out(office, hazel, kit)
    agrees_alone(hazel, kit)
    hazel.do(reaching.AcceptSocialPrescribing, case)
    office.settled()
    tells_nobody_on_the_mothers_word(office, hazel, school, kit, case)
    what_is_restricted_stays_so(hazel, lead, someone("demo-triager", ("triager", "tenant")), kit, case)
    office.on(at(today() + timedelta(days=120)))
    hazel = someone("demo-hazel", ("link_worker", "link_worker:hazel"))
    hazel.do(allocation.CloseReferral, case, reason="goals_met")
    is_kept_until_a_birthday(office, someone, kit, birthday(kit_born, 25))


def now() -> str:
    return datetime.now(UTC).isoformat()


def drops_in(hazel: Someone, kit_born: date) -> str:
    """Kit comes by the café before anybody has referred them."""
    kit = hazel.do(
        person.RegisterPerson,
        name="Kit Example",
        dateOfBirth=str(kit_born),
        nhsNumberStatus="03",
        gpPractice=PRACTICE,
        phone="01604 496 0115",
    )
    hazel.do(drop_in_recording.RecordDropIn, personId=kit, attendedOn=str(today()), serviceId="cafe")
    return kit


def has_a_mother_who_says_yes(hazel: Someone, kit: str) -> None:
    mother = {"representativeId": "mother", "kind": "parent", "name": MOTHER, "authority": "parental_responsibility"}
    hazel.do(representation.LinkRepresentative, kit, **mother, since=str(today()))
    for scope in ("contact", "share_gp"):
        hazel.do(consent.GiveConsent, kit, **by("parent", scope))


def by(giver: str, scope: str, audience: str = "any") -> dict[str, Any]:
    given = {"method": "verbal", "wordingVersion": "1", "givenOn": str(today())}
    return {"scope": scope, "audience": audience, "givenBy": giver, **given}


def is_referred(school: Someone, kit: str, reference: str) -> str:
    return school.do(
        receive.ReceiveReferral,
        personId=kit,
        source="10",
        sourceOrg=SCHOOL,
        sourceReference=reference,
        setting="school",
        reasons=["low_mood"],
        narrative=f"Kit sleeps badly on {SECRET}.",
        referrerRole="other",
        programme=THRIVE,
        key=reference,
    )


def is_taken_on(lead: Someone, case: str) -> None:
    lead.do(referral.StartTriage, case)
    lead.do(referral.AcceptReferral, case)
    lead.do(allocation.AllocateLinkWorker, case, workerId="hazel", weight=1, reason="continuity")


def keeps_their_mother_out(office: Office, hazel: Someone, kit: str) -> None:
    """Hazel writes down that Kit is competent: their mother speaks for them no more, nor does her yes count."""
    path = f"/do/assess-competence/{kit}"
    day = {f"assessed_on_{part}": str(getattr(today(), part)) for part in ("day", "month", "year")}
    hazel.post(path, outcome="competent", basis="gillick", parent_excluded="yes", words="Understands all of it.", **day)
    (unlinked,) = office.events(RepresentativeUnlinked)
    assert (unlinked.representative_id, unlinked.reason) == ("mother", "excluded_by_wish")
    ended = {event.scope for event in office.events(consent.ConsentExpired)}
    assert ended == {"contact", "share_gp"}, "all that she agreed to"
    refused = hazel.refused(consent.GiveConsent, kit, **by("parent", "share_gp"))
    assert "wishes that no parent is involved" in refused["message"]
    father = {"representativeId": "father", "kind": "parent", "name": "Morris Example"}
    refused = hazel.refused(
        representation.LinkRepresentative, kit, **father, authority="parental_responsibility", since=str(today())
    )
    assert "no parent is involved" in refused["message"]
    assert "No parent is to be told" in hazel.get(f"/people/{kit}")
    rights = words(hazel.get(f"/people/{kit}/rights"))
    assert f"{MOTHER}: a parent, or who has parental responsibility Not any more" in rights
    assert "Competence: competent" in rights
    assert "To be contacted : Come to its end" in rights


def agrees_alone(hazel: Someone, kit: str) -> None:
    """To be contacted, and that the school hears how it goes; not that the practice does."""
    for scope, audience in (("contact", "any"), ("share_referrer", SCHOOL)):
        hazel.do(consent.GiveConsent, kit, **by("person", scope, audience))


def tells_nobody_on_the_mothers_word(office: Office, hazel: Someone, school: Someone, kit: str, case: str) -> None:
    """Her yes would have had the practice told everything. The school is told where it stands, and nothing in words."""
    (queued,) = office.events(gp_message.GPMessageQueued)
    assert (queued.kind, queued.level) == ("accepted", "none")
    made = school.ask("{ referralsMade { edges { node { id status shared sourceReference } } } }")["referralsMade"]
    assert [edge["node"] for edge in made["edges"]] == [
        {"id": case, "status": "IN_SUPPORT", "shared": True, "sourceReference": "form-10b"}
    ]
    page = school.get("/my-referrals")
    assert "form-10b" in page
    assert not [word for word in (SECRET, "Kit Example", MOTHER) if word in page]
    school.get(f"/people/{kit}", status=403)
    timeline = words(hazel.get(f"/people/{kit}"))
    assert "They came to a drop-in" in timeline, "what came before the referral stands in the same record"
    assert "A referral came: education establishment" in timeline


def what_is_restricted_stays_so(hazel: Someone, lead: Someone, triager: Someone, kit: str, case: str) -> None:
    """What Kit says of home is known to their link worker and the leads; a triager of the same team reads none of it."""
    review = str(today() + timedelta(days=60))
    flag = {"flagId": "f-1", "kind": "domestic_abuse", "severity": "high", "detail": f"{SECRET} at home"}
    hazel.do(risk.RaiseRiskFlag, kit, **flag, restricted=True, reviewDue=review)
    concern: dict[str, Any] = {
        "referralId": case,
        "concerning": "child",
        "types": ["domestic"],
        "detail": f"Afraid on {SECRET}",
    }
    hazel.do(safeguarding_raising.RaiseSafeguardingConcern, **concern)
    asked = "query($id: ID!) { personRecordFlags(id: $id) { detail } }"
    for let_in in (hazel, lead):
        assert let_in.ask(asked, id=kit)["personRecordFlags"] == [{"detail": f"{SECRET} at home"}]
        assert f"Afraid on {SECRET}" in let_in.get("/safeguarding")
    assert triager.ask(asked, id=kit)["personRecordFlags"] == []
    assert SECRET not in triager.get("/safeguarding")
    for part in ("", "/rights", "/contacts"):
        assert "at home" not in triager.get(f"/people/{kit}{part}"), part


def is_kept_until_a_birthday(office: Office, someone: partial[Someone], kit: str, until: date) -> None:
    """Asked for at 16 and on the day before, it is refused with the day; on the day it is carried out, and nothing of Kit is left."""
    asked = "query($id: ID!) { personRecord(id: $id) { name erased erasure erasureReason erasureEarliestOn } }"
    stands = {"erased": False, "erasure": "refused", "erasureReason": "retention", "erasureEarliestOn": str(until)}
    for on in (today(), until - timedelta(days=1)):
        office.on(at(on, "14:00"))
        hazel = someone("demo-hazel", ("link_worker", "link_worker:hazel"))
        hazel.do(erasure.RequestErasure, kit)
        assert hazel.ask(asked, id=kit)["personRecord"] == {"name": "Kit Example", **stands}
        assert f"It may be asked again from {long_date(until)}" in words(hazel.get(f"/people/{kit}/rights"))
    office.on(at(until))
    governance = someone("demo-governance", ("ig_lead", "tenant"))
    governance.do(erasure.RequestErasure, kit, basis="retention_ended")
    governance.do(erasure.ApproveErasure, kit)
    office.settled()
    found = governance.ask(asked, id=kit)["personRecord"]
    assert (found["name"], found["erased"]) == (None, True)
    record = words(governance.get(f"/people/{kit}")) + words(governance.get(f"/people/{kit}/rights"))
    assert not [word for word in ("Kit", MOTHER, SECRET) if word in record]
    with psycopg.connect(office.installation.vault_url) as vault:
        destroyed = vault.execute("select id, reason from qpm.destroyed_keys").fetchall()
    assert destroyed == [(kit, "retention_ended")]


def test_whoever_was_seventeen_at_the_end_is_kept_a_year_longer(office: Office, someone: partial[Someone]) -> None:
    robin_born = born(17, days_ago=0)
    robin = robin_comes_for_a_day(office, someone, robin_born)
    hazel = someone("demo-hazel", ("link_worker", "link_worker:hazel"))
    hazel.do(erasure.RequestErasure, robin)
    asked = "query($id: ID!) { personRecord(id: $id) { erasureEarliestOn } }"
    assert hazel.ask(asked, id=robin)["personRecord"]["erasureEarliestOn"] == str(birthday(robin_born, 26))


def robin_comes_for_a_day(office: Office, someone: partial[Someone], day_of_birth: date) -> str:
    """Met and parted with today."""
    hazel = someone("demo-hazel", ("link_worker", "link_worker:hazel"))
    lead = someone("demo-lead", ("team_lead", "tenant"))
    who = comes(hazel, "Robin Example", day_of_birth)
    case = is_referred(someone("demo-school", ("referrer", f"organisation:{SCHOOL}")), who, "robin")
    is_taken_on(lead, case)
    hazel.do(referral.RecordFirstContact, case, medium="01", heldAt=now())
    hazel.do(allocation.CloseReferral, case, reason="goals_met")
    office.settled()
    return who


def comes(hazel: Someone, name: str, day_of_birth: date) -> str:
    who = hazel.do(
        person.RegisterPerson, name=name, dateOfBirth=str(day_of_birth), nhsNumberStatus="03", gpPractice=PRACTICE
    )
    hazel.do(consent.GiveConsent, who, **by("person", "contact"))
    return who


def test_the_service_takes_somebody_on_until_they_turn_nineteen(office: Office, someone: partial[Someone]) -> None:
    """Referred the day before, Ash is taken on; from the birthday on another service is theirs."""
    hazel = someone("demo-hazel", ("link_worker", "link_worker:hazel"))
    ash = comes(hazel, "Ash Example", born(19, days_ago=-1))
    grants = {"demo-school": ("referrer", f"organisation:{SCHOOL}"), "demo-lead": ("team_lead", "tenant")}
    school, lead = (someone(subject, grant) for subject, grant in grants.items())
    is_taken_on(lead, is_referred(school, ash, "the-day-before"))
    office.on(at(today() + timedelta(days=1)))
    school, lead = (someone(subject, grant) for subject, grant in grants.items())
    late = is_referred(school, ash, "the-day")
    lead.do(referral.StartTriage, late)
    refused = lead.refused(referral.AcceptReferral, late)
    assert "does not meet the criteria (outside_age)" in refused["message"]
    assert "outside the age range" in words(lead.get(f"/referrals/{late}/triage")).lower()
    lead.do(referral.RejectReferral, late, reason="outside_age", feedback="Somebody of 19 goes to the adults' team.")
    (rejected,) = office.events(referral.ReferralRejected)
    assert rejected.reason == "outside_age"
