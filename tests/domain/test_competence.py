"""A young person who is found competent: what a parent was let do ends with their wish, and so does what a parent agreed to."""

from dataclasses import replace
from datetime import date

from commonweal.domain.people import competence, consent
from commonweal.domain.people.competence import AssessCompetence
from commonweal.domain.people.consent import (
    ConsentExpired,
    ConsentGiven,
    GiveConsent,
    ParentsConsentExcluded,
    ParentsConsentReadmitted,
    allows,
)
from commonweal.domain.people.representation import CompetenceAssessed, RepresentativeLinked, RepresentativeUnlinked
from tests.given import given, state_of

TODAY = date(2026, 3, 2)
WISH = AssessCompetence(
    person_id="p-1", assessment_id="c", outcome="competent", basis="gillick", parent_excluded=True, assessed_on=TODAY,
    by="wren", on=TODAY,
)  # fmt: skip
FOUND = CompetenceAssessed(
    assessment_id="c", outcome="competent", basis="gillick", parent_excluded=True, assessed_on=TODAY, by="wren"
)
PARENT = RepresentativeLinked(
    representative_id="x", kind="parent", name="Ada Quince", authority="parental_responsibility", since=TODAY, by="wren"
)  # fmt: skip
CARER = replace(PARENT, representative_id="y", kind="carer")
EXCLUDED = RepresentativeUnlinked(representative_id="x", reason="excluded_by_wish", ended_on=TODAY, by="wren")
CONSENTS = ("consent", "p-1")
GIVE = GiveConsent(scope="contact", method="verbal", wording_version="1", given_by="parent", given_on=TODAY)
BY_PARENT = ConsentGiven(
    scope="contact", audience="any", method="verbal", wording_version="1", given_by="parent", given_on=TODAY
)
BY_SELF = replace(BY_PARENT, scope="share_referrer", audience="RP1", given_by="person")
ENDED = ConsentExpired(scope="contact", audience="any", expired_on=TODAY)
NO_PARENT = ParentsConsentExcluded(excluded_on=TODAY)


def test_with_the_parent_goes_what_the_parent_agreed_to_and_nothing_else() -> None:
    before = given(competence, PARENT, CARER, reading={CONSENTS: (BY_PARENT, BY_SELF)})
    before.when(WISH).then(FOUND, EXCLUDED, writing={CONSENTS: (ENDED, NO_PARENT)})
    after = state_of(consent, BY_PARENT, BY_SELF, ENDED, NO_PARENT)
    assert not allows(after, "contact", "any", TODAY)
    assert allows(after, "share_referrer", "RP1", TODAY)


def test_once_a_parent_is_excluded_their_consent_is_refused_and_the_young_persons_own_is_taken() -> None:
    given(consent, BY_PARENT, ENDED, NO_PARENT).when(GIVE).refused("given_by: this young person is competent")
    own = replace(BY_PARENT, given_by="person")
    given(consent, BY_PARENT, ENDED, NO_PARENT).when(replace(GIVE, given_by="person")).then(own)


def test_an_assessment_is_recorded_once() -> None:
    given(competence, FOUND, reading={CONSENTS: (NO_PARENT,)}).when(WISH).then_nothing()
    later, found = replace(WISH, assessment_id="d"), replace(FOUND, assessment_id="d")
    given(competence, FOUND, reading={CONSENTS: (NO_PARENT,)}).when(later).then(found)


def test_a_wish_that_is_taken_back_lets_a_parent_agree_again() -> None:
    wish = replace(WISH, assessment_id="d", parent_excluded=False)
    found = replace(FOUND, assessment_id="d", parent_excluded=False)
    again = ParentsConsentReadmitted(readmitted_on=TODAY)
    given(competence, FOUND, reading={CONSENTS: (BY_PARENT, ENDED, NO_PARENT)}).when(wish).then(
        found, writing={CONSENTS: (again,)}
    )
    given(competence, reading={CONSENTS: (BY_PARENT,)}).when(wish).then(found)
    given(consent, NO_PARENT, again).when(GIVE).then(BY_PARENT)


def test_what_makes_no_sense_is_refused_by_its_field() -> None:
    given(competence).when(replace(WISH, outcome="not_competent")).refused("parent_excluded")
    given(competence).when(replace(WISH, assessed_on=date(2026, 3, 3))).refused("assessed_on lies in the future")
