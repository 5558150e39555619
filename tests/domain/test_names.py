"""The names everything is stored under, with a promise about what stands in the clear."""

import re
from dataclasses import MISSING, fields
from datetime import date, datetime
from typing import Any, get_args

import pytest

from commonweal import domain
from commonweal.domain.message import COMMANDS, EVENTS, field_types, is_personal

EVENTS_OF = {module.__name__: get_args(module.Event) or (module.Event,) for module in domain.MODULES}
ALL_EVENTS = sorted({event for events in EVENTS_OF.values() for event in events}, key=lambda event: event.__name__)

IN_CLEAR = {
    # codes on a list
    "NHSNumberTraced": "nhs_number_status",
    "PersonRegistered": "nhs_number_status language stated_gender ethnic_category lsoa21 gp_practice",
    "PersonDetailsCorrected": "language stated_gender ethnic_category lsoa21",
    "ContactPreferenceSet": "channel",
    "GPRegistrationChanged": "gp_practice previous",
    "PersonDied": "source",
    "PersonErased": "basis",
    "ConsentGiven": "scope audience method wording_version given_by",
    "ConsentRefused": "scope audience",
    "ConsentWithdrawn": "scope audience",
    "ConsentExpired": "scope audience",
    "ReferralReceived": "person_id source source_org source_reference setting priority reasons referrer_role"
    " requested_service practice",
    "PlacedOnWaitingList": "priority",
    "ReferralRejected": "reason",
    "ReferralRedirected": "to_organisation reason",
    "SocialPrescribingDeclined": "reason",
    "LinkWorkerAllocated": "worker_id reason",
    "ReferralReallocated": "worker_id from_worker_id reason",
    "LinkWorkerDeallocated": "worker_id reason",
    "FirstContactMade": "worker_id medium",
    "ReferralClosed": "reason",
    "ReferralRetractedInError": "reason",
    # display_name: a colleague's name at work
    "LinkWorkerEngaged": "display_name employer host_practices pcns languages skills stated_gender funder role",
    "LinkWorkerLanguageAdded": "language",
    "LinkWorkerSkillAdded": "skill",
    "AbsenceStarted": "kind cover_worker_id",
    "CaseTaken": "referral_id",
    "CaseReleased": "referral_id",
    # codes, or left out where a trust sent something else
    "PatientAdmitted": "trust ward method",
    "PatientDischarged": "trust ward destination",
    "EDAttendanceRecorded": "trust department attendance_category chief_complaint",
    "HospitalRecordsMerged": "trust",
    "PatientMatched": "person_id method",
    "DischargeSupportTaskRaised": "rule",
    "DischargeSupportOffered": "medium",
    "DischargeSupportAccepted": "needs",
    "DischargeSupportDeclined": "reason",
    # organisations are public: their names and addresses too
    "TenantOnboarded": "ods",
    "TenantConfigured": "name gss",
    "PlaceNamed": "place name",
    "PCNFormed": "pcn name place",
    "PCNClosed": "pcn",
    "PracticeJoinedPCN": "practice pcn name",
    "PracticeLeftPCN": "practice pcn",
    "FederationFormed": "federation name pcns",
    "TrustConnected": "trust name kind hl7v2_facilities hl7v2_subject task_endpoint task_token_file told_by",
    "TrustDisconnected": "trust",
    # key: the public half of a trust's key
    "TrustCredentialsIssued": "trust key",
    "TrustCredentialsRevoked": "trust key",
    "PolicyChanged": "discharge_offer offer_wards",
    "TenantPlaced": "ods database key_file",
    "UserGranted": "role scope",
    "UserRevoked": "role scope",
}
"""Every text an event stores in clear. A new one is a decision: a code, an id or an organisation's name, never what someone wrote."""

PAST = re.compile(
    r"(ed|Given|Withdrawn|Taken|Left|Set|Made|Overdue|Done|Died|PlacedOnWaitingList|RetractedInError|JoinedPCN|LeftPCN)$"
)


def texts(event: type) -> set[str]:
    return {
        name
        for name, hint in field_types(event).items()
        if not is_personal(hint) and hint not in (int, bool, date, datetime, int | None, bool | None, date | None)
    }


@pytest.mark.parametrize("event", ALL_EVENTS, ids=lambda event: event.__name__)
def test_every_text_in_the_clear_is_on_the_list(event: type) -> None:
    assert texts(event) == set(IN_CLEAR.get(event.__name__, "").split())


def test_the_list_names_no_event_that_is_gone() -> None:
    assert set(IN_CLEAR) <= {event.__name__ for event in ALL_EVENTS}


@pytest.mark.parametrize("event", ALL_EVENTS, ids=lambda event: event.__name__)
def test_an_event_is_named_for_something_that_happened(event: type) -> None:
    assert PAST.search(event.__name__)
    assert not event.__name__.startswith(("Add", "Change", "Set", "Record", "Start"))


def test_an_event_stands_in_the_streams_of_one_module() -> None:
    homes = [event for events in EVENTS_OF.values() for event in events]
    assert len(homes) == len(set(homes))
    written = {name for name, event in EVENTS.items() if event.__module__.startswith("commonweal.domain")}
    assert {event.__name__ for event in homes} == written


def test_every_command_is_answered_by_one_module() -> None:
    answered = [
        command
        for module in (*domain.MODULES, *domain.JOINT)
        for command in get_args(module.Command) or (module.Command,)
    ]
    assert len(answered) == len(set(answered))
    asked = {name for name, command in COMMANDS.items() if command.__module__.startswith("commonweal.domain")}
    assert {command.__name__ for command in answered} == asked


def test_every_category_is_one_module_and_has_no_hyphen() -> None:
    categories = [module.CATEGORY for module in domain.MODULES]
    assert len(categories) == len(set(categories))
    assert all(re.fullmatch(r"[a-z_]+", category) for category in categories)


@pytest.mark.parametrize("event", ALL_EVENTS, ids=lambda event: event.__name__)
def test_what_may_be_missing_has_a_default(event: Any) -> None:
    hints = field_types(event)
    for field in fields(event):
        hint = get_args(hints[field.name])[0] if is_personal(hints[field.name]) else hints[field.name]
        if type(None) in get_args(hint) and field.name != "gp_practice":
            assert field.default is not MISSING, field.name
