"""Two ICSs hold the same ids; through every field of the schema one of them reaches for the other, in vain."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from graphql import get_introspection_query

from commonweal.domain import hospital, user
from commonweal.runtime.access import user_id
from commonweal.runtime.development_issuer import NAME
from commonweal.runtime.installation import Installation
from tests.story import RECEIVED, agreed, configured, engaged, referred, registered
from tests.web import Web, serving

CANARY: Final = "Ptarmigan"
"""In every word of QMF's that a view or a refusal could show."""
ONLY: Final = "only-there"
"""Records of every category that QMF alone has; `shared-…` both have."""
SHARED_NUMBER, THEIR_NUMBER, _OWN, _FREE = "9434765919", "9434765870", "9000000009", "9000000017"
LIVES: Final = "demo-somebody"
"""Signs in to both: may do everything in QPM, see nothing in QMF."""
ROLES: Final = (
    "team_lead",
    "triager",
    "pcn_manager",
    "link_worker",
    "hospital",
    "practice",
    "ig_lead",
    "administrator",
    "provider",
    "chest_officer",
    "assessor",
    "finance",
)
USER: Final = user_id(NAME, LIVES)

CARD: Final = """
totalCount position edges { cursor node {
  id phase sourceOrganisationName person { id name nhsNumber } practice { name pcnName } linkWorker { id name }
} }
"""
QUERIES: Final[Mapping[str, str]] = {
    "personRecord": '{ personRecord(id: "{id}") { id name nhsNumber phone mergedInto } }',
    "personRecordFlags": '{ personRecordFlags(id: "{id}") { id detail } }',
    "personRecordCases": '{ personRecordCases(id: "{id}") { id linkWorker } }',
    "personRecordConsents": '{ personRecordConsents(id: "{id}") { id recordedBy } }',
    "personRecordRepresentatives": '{ personRecordRepresentatives(id: "{id}") { id name contact } }',
    "personRecordAssessments": '{ personRecordAssessments(id: "{id}") { id words } }',
    "personRecordTimeline": '{ personRecordTimeline(id: "{id}") { totalCount edges { node { kind by } } } }',
    "personRecordDuplicates": """{ personRecordDuplicates(of: "{id}") { totalCount edges { node { record { name } other { name } } } }
        all: personRecordDuplicates(first: 200) { totalCount } }""",
    "people": f'{{ people(search: {{nhsNumber: "{THEIR_NUMBER}"}}) {{ totalCount edges {{ node {{ id name }} }} }} }}',
    "erasuresToDecide": "{ erasuresToDecide(first: 200) { totalCount edges { node { id name stands } } } }",
    "users": "{ users(first: 200) { totalCount edges { node { id name grants { role scope } } } } }",
    "user": '{ user(id: "{id}") { id name grants { role scope } } }',
    "programmes": "{ programmes { code name restricted } }",
    "frameworks": "{ frameworks { code name domains } }",
    "recordAccess": '{ recordAccess(id: "{id}") { totalCount edges { node { by words personName } } } }',
    "accessReviews": "{ accessReviews(first: 200) { totalCount edges { node { by words personName } } } }",
    "caseload": f'{{ caseload(filter: {{linkWorker: "{{id}}"}}) {{ {CARD} }} all: caseload(first: 200) {{ {CARD} }} }}',
    "caseloadReferral": '{ caseloadReferral(id: "{id}") { id person { id name nhsNumber } linkWorker { name } } }',
    "caseloadCapacity": "{ caseloadCapacity { id name held room } }",
    "caseloadPractices": "{ caseloadPractices { code name pcnCode pcnName } }",
    "caseloadOrganisations": "{ caseloadOrganisations { code name } }",
    "caseloadProgrammes": "{ caseloadProgrammes { code name restricted criteriaVersion } }",
    "waitingList": "{ waitingList(first: 200) { totalCount position edges { cursor node { id turn } } } }",
    "referralsMade": "{ referralsMade(first: 200) { totalCount edges { node { id sourceReference status } } } }",
    "referralMade": '{ referralMade(id: "{id}") { id status } }',
    "referralStatus": '{ referralStatus(sourceReference: "{id}") { id status } }',
    "referralProgrammes": "{ referralProgrammes { code name } }",
    "referralPractices": "{ referralPractices { code name pcnName } }",
    "measures": """{ measures(filter: {person: "{id}"}) { totalCount edges { node { id state person { name } scores { value } } } }
        all: measures(first: 200) { totalCount edges { node { id person { id name } } } } }""",
    "measure": '{ measure(id: "{id}") { id person { name } scores { value } } }',
    "measuresCases": '{ measuresCases(person: "{id}") { id receivedAt } }',
    "measuresInstruments": "{ measuresInstruments { code licence reference } }",
    "outcomes": '{ outcomes(instrument: "ons4", scale: "happy", by: PCN) { position suppressed rows { one oneName eligible } } }',
    "workRecord": """{ workRecord(person: "{id}") { totalCount edges { node { id contact { place note person { name } }
        note { id wordings { text reason } } } } } }""",
    "workContacts": '{ workContacts(filter: {linkWorker: "{id}"}) { totalCount edges { node { id place person { name } } } } }',
    "workTasks": '{ workTasks(filter: {person: "{id}"}) { totalCount edges { node { id words person { name } owner { name } } } } }',
    "workVisits": "{ workVisits { totalCount edges { node { id place linkWorker { name } person { name } } } } }",
    "workMovedNotes": "{ workMovedNotes { totalCount edges { node { id wordings { text } person { name } } } } }",
    "safeguardingConcerns": "{ safeguardingConcerns { totalCount edges { node { id detail person { name } } } } }",
    "safeguardingConcern": '{ safeguardingConcern(id: "{id}") { id detail person { name } } }',
    "safeguardingTasks": "{ safeguardingTasks { totalCount edges { node { id concern } } } }",
    "plan": '{ plan(id: "{id}") { id person { name } goals { wording ratings { rating } } whatMatters { statement } } }',
    "plans": """{ plans(filter: {person: "{id}"}) { totalCount edges { node { id person { name } } } }
        all: plans(first: 10) { totalCount edges { node { id person { name } } } } }""",
    "planCases": '{ planCases(person: "{id}") { id openPlan } }',
    "planFrameworks": "{ planFrameworks { code name domains } }",
    "planDiff": '{ planDiff(id: "{id}", fromVersion: 0) { line before after } }',
    "sharedPlans": "{ sharedPlans(first: 10) { totalCount edges { node { id person { name } goals { wording } } } } }",
    "workforce": "{ workforce { position suppressed rows { key label open } } }",
    "workforceWorkers": "{ workforceWorkers { id name held } }",
    "workforceWorker": '{ workforceWorker(id: "{id}") { id name covers { name } } }',
    "workforceCases": '{ workforceCases(worker: "{id}") { totalCount edges { node { id person { name } } } } }',
    "workforceHandovers": "{ workforceHandovers { totalCount edges { node { note handedBy { name } referral { person { name } } } } } }",
    "allocationCase": '{ allocationCase(id: "{id}") { id person { name } practice { name } } }',
    "allocationCandidates": '{ allocationCandidates(referral: "{id}") { id name refused } }',
    "allocationRule": "{ allocationRule { version practice } }",
    "allocationProposals": "{ allocationProposals { totalCount edges { node { worker { name } referral { person { name } } } } } }",
    "equityFunnel": "{ equityFunnel { position suppressed rows { code referred } } }",
    "activity": "{ activity { position suppressed rows { month appointments } } }",
    "funds": "{ funds { totalCount edges { node { id name pledges { id funder } } } } }",
    "fund": '{ fund(id: "{id}") { id name balance { pledged } pledges { id funder } effects { id people } } }',
    "fundStatement": """{ fundStatement(since: "2026-01-01", until: "2030-12-31", fund: "{id}") { suppressed rows { kind funder } }
        all: fundStatement(since: "2026-01-01", until: "2030-12-31") { rows { fundId funder organisation } } }""",
    "fundRounds": '{ fundRounds(fund: "{id}") { totalCount edges { node { id name } } } }',
    "grants": "{ grants(first: 200) { totalCount edges { node { id title organisation } } } }",
    "grant": '{ grant(id: "{id}") { id title organisation payments { id } } }',
    "grantPipeline": '{ grantPipeline { rows { phase grants } } one: grantPipeline(fund: "{id}") { rows { phase grants } } }',
    "paymentCalendar": '{ paymentCalendar { rows { month due } } one: paymentCalendar(grant: "{id}", fund: "{id}") { rows { due } } }',
    "fundingCliff": "{ fundingCliff(months: 60) { suppressed rows { grantId organisation people } } }",
    "fundedPlaces": "{ fundedPlaces { suppressed rows { key people } } }",
    "fundEvidence": '{ fundEvidence(fund: "{id}") { id needs { need people } } }',
    "chestOutcomes": '{ chestOutcomes(instrument: "ons4", scale: "happy") { suppressed rows { key eligible } } }',
    "chestNeeds": "{ chestNeeds(by: NEED_AND_PLACE) { suppressed rows { need place placeName people } } }",
    "chestEquity": '{ chestEquity(fund: "{id}") { suppressed rows { code applications } } }',
    "awards": "{ awards(first: 200) { totalCount edges { node { id fund title summary organisation } } } }",
    "award": '{ award(id: "{id}") { id fund title organisation tally { id } } }',
    "awardTotals": "{ awardTotals(by: FUND) { rows { key name awards } } }",
    "directoryServices": "{ directoryServices(first: 200) { totalCount edges { node { id name organisation { name } } } } }",
    "directoryService": '{ directoryService(id: "{id}") { id name problems { note } } }',
    "directoryOrganisations": "{ directoryOrganisations { totalCount edges { node { id name } } } }",
    "directoryNews": '{ directoryNews(service: "{id}") { totalCount edges { node { serviceName } } } }',
    "connections": '{ connections(filter: {person: "{id}"}) { totalCount edges { node { id hope person { name } } } } }',
    "connection": '{ connection(id: "{id}") { id hope person { name } service { name } } }',
    "providerConnections": "{ providerConnections { totalCount edges { node { id firstName hope } } } }",
}
"""Field → what is asked; {id} stands for an id of QMF's."""
REASON: Final = {"reason": "capacity"}
MUTATIONS: Final[Mapping[str, dict[str, Any] | None]] = {
    "recordReasonableAdjustments": {"reasonableAdjustments": ["large_print"]},
    "flagPossibleDuplicate": {"otherId": "{id}", "evidence": "same_details"},
    "dismissDuplicate": {"otherId": "{id}", "reason": "two_people"},
    "mergePersons": {"absorbedId": "{id}", "evidence": "traced"},
    "unmergePersons": {"absorbedId": "{id}", "reason": "two_people"},
    "requestErasure": {"basis": "request_upheld"},
    "approveErasure": None,
    "linkRepresentative": {
        "representativeId": "x",
        "kind": "carer",
        "name": "A",
        "authority": "person_said",
        "since": "2026-03-02",
    },
    "unlinkRepresentative": {"representativeId": "x", "reason": "ended"},
    "assessCapacity": {
        "assessmentId": "a",
        "decision": "plan",
        "outcome": "has_capacity",
        "basis": "clinician",
        "assessedOn": "2026-03-02",
    },
    "assessCompetence": {
        "assessmentId": "c",
        "outcome": "competent",
        "basis": "gillick",
        "assessedOn": "2026-03-02",
    },
    "raiseRiskFlag": {"flagId": "f", "kind": "animals", "severity": "low", "reviewDue": "2199-03-02"},
    "reviewRiskFlag": {"flagId": "f", "severity": "high", "reviewDue": "2199-03-02"},
    "closeRiskFlag": {"flagId": "f", "reason": "passed"},
    "reviewAccess": {"accessId": "a", "verdict": "justified"},
    "breakGlass": {"accessId": "a", "reason": "danger", "words": "A", "fields": ["details"]},
    "registerPerson": {"name": "A", "nhsNumber": THEIR_NUMBER, "nhsNumberStatus": "01"},
    "correctPersonDetails": {"name": "Taken over"},
    "traceNhsNumber": {"nhsNumber": THEIR_NUMBER},
    "setContactPreference": {"channel": "phone", "safeToLeaveMessage": True},
    "changeGpRegistration": {"gpPractice": "K83002", "since": "2026-03-02"},
    "recordDeath": {"source": "gp"},
    "registerInstrument": {"languages": ["en"]},
    "recordInstrumentLicence": {"state": "registered"},
    "retireInstrument": {"reason": "not_useful"},
    "scheduleMeasure": {"referralId": "{id}", "instrument": "ons4", "point": "baseline", "dueOn": "2026-03-02"},
    "recordMeasure": {
        "referralId": "{id}",
        "instrument": "ons4",
        "point": "baseline",
        "answers": [5, 5, 5, 5],
        "mode": "self",
        "completedOn": "2026-03-02",
    },
    "completeMeasure": {"answers": [5, 5, 5, 5], "mode": "self"},
    "offerMeasure": None,
    "declineMeasure": {"reason": "burden"},
    "markMeasureNotAppropriate": {"reason": "capacity"},
    "voidMeasure": {"reason": "mistyped"},
    "rescoreMeasure": None,
    "giveConsent": {"scope": "share_referrer", "method": "verbal", "wordingVersion": "1", "givenOn": "2026-03-02"},
    "refuseConsent": {"scope": "contact", "refusedOn": "2026-03-02"},
    "withdrawConsent": {"scope": "contact", "withdrawnOn": "2026-03-02"},
    "receiveReferral": {
        "personId": "{id}",
        "source": "06",
        "sourceOrg": "RP1",
        "sourceReference": "their-reference",
        "setting": "ward",
        "reasons": ["loneliness"],
        "referrerRole": "nurse",
    },
    "startPlan": {"referralId": "{id}"},
    "recordWhatMatters": {"clauseId": "c", "statement": "A"},
    "rewordWhatMatters": {"clauseId": "c", "statement": "A"},
    "recordStrength": {"clauseId": "c", "text": "A", "kind": "skill"},
    "rewordStrength": {"clauseId": "c", "text": "A", "kind": "skill"},
    "removePlanClause": {"clauseId": "c", "reason": "person_asked"},
    "identifyNeed": {"need": "loneliness", "identifiedBy": "person", "severity": 1},
    "resolveNeed": {"need": "loneliness", "identifiedBy": "person"},
    "markNeedUnmet": {"need": "loneliness", "identifiedBy": "person", "reason": "full"},
    "agreeGoal": {"goalId": "g", "wording": "A", "baseline": 3},
    "reviseGoal": {"goalId": "g", "wording": "A"},
    "rateGoal": {"goalId": "g", "rating": 3, "ratedOn": "2026-03-02"},
    "endGoal": {"goalId": "g", "outcome": "achieved", "rating": 9},
    "addAction": {"actionId": "a", "what": "A"},
    "changeAction": {"actionId": "a", "what": "A"},
    "completeAction": {"actionId": "a", "doneOn": "2026-03-02"},
    "missAction": {"actionId": "a", "reason": "forgotten"},
    "cancelAction": {"actionId": "a", "reason": "not_needed"},
    "recordPlanAgreement": {"agreedOn": "2026-03-02", "copyOffered": "paper"},
    "schedulePlanReview": {"dueOn": "2199-03-02"},
    "startPlanReview": {"trigger": "due"},
    "finishPlanReview": {"reason": "progress", "nextReviewOn": "2199-03-02"},
    "completePlan": None,
    "endPlanEarly": {"reason": "moved_area"},
    "sharePlan": {"kind": "gp", "part": "full"},
    "stopSharingPlan": {"kind": "gp", "reason": "person_asked"},
    "proposePlanChange": {"proposalId": "p", "proposer": "provider", "text": "A"},
    "approvePlanChange": {"proposalId": "p"},
    "rejectPlanChange": {"proposalId": "p", "reason": "not_possible"},
    "recordAdviceGain": {"gainId": "m", "kind": "benefit", "amountPence": 100},
    "confirmAdviceGain": {"gainId": "m", "amountPence": 100, "confirmedOn": "2026-03-02"},
    "publishFramework": {"name": "A", "domains": ["not written as it has to be"]},
    "retireFramework": None,
    "startTriage": None,
    "acceptReferral": None,
    "publishCriteria": {"minimumAge": 18},
    "closeProgramme": None,
    "openProgramme": {"name": "A"},  # after these two: it makes one here of that id
    "requestInformation": {"missing": ["consent"], "question": "A"},
    "provideInformation": {"answer": "A"},
    "reprioritiseWaiting": {"priority": "3", "reason": "crisis"},
    "offerInterimSupport": {"kind": "drop_in"},
    "withdrawReferral": {"reason": "not_needed"},
    "attemptContact": {"channel": "phone", "result": "no_answer", "attemptedAt": "2026-03-02T12:00:00Z"},
    "acceptSocialPrescribing": None,
    "referBackToClinician": {"referBackId": "b1", "reason": "crisis", "toRole": "gp"},
    "acknowledgeReferBack": {"referBackId": "b1"},
    "completeFollowUp": {"point": "3m", "outcomes": ["doing_well"]},
    "rejectReferral": {"reason": "01", "feedback": "A"},
    "redirectReferral": {"toOrganisation": "RP1", "reason": "out_of_area"},
    "recordFirstContact": {"medium": "02", "heldAt": "2026-03-02T12:00:00Z"},
    "allocateLinkWorker": {"workerId": "{id}", **REASON},
    "reallocateReferral": {"workerId": "{id}", **REASON},
    "deallocateLinkWorker": REASON,
    "declineSocialPrescribing": {"reason": "not_now"},
    "closeReferral": {"reason": "goals_met"},
    "reopenReferral": None,
    "retractReferral": {"reason": "duplicate"},
    "engageLinkWorker": {"displayName": "A", "employer": "RP1", "engagedOn": "2026-03-02"},
    "addLinkWorkerLanguage": {"language": "so"},
    "addLinkWorkerSkill": {"skill": "listening"},
    "changeCaseloadLimit": {"caseloadLimit": 1},
    "changeCover": {"coverWorkerId": "{id}"},
    "changeWorkingPattern": {"ftePercent": 50, "fromOn": "2026-03-02"},
    "changeHostPractices": {"hostPractices": ["K83001"], "pcns": ["U11111"], "fromOn": "2026-03-02"},
    "changeFundingOfPost": {"funders": ["QPM"], "funderPercents": [100], "fromOn": "2026-03-02"},
    "changeWeeklyLimit": {"maxNewPerWeek": 3},
    "recordTraining": {"course": "first_aid", "completedOn": "2026-03-02"},
    "recordSupervision": {"kind": "peer", "heldOn": "2026-03-02"},
    "handOverCaseload": {"workerId": "{id}", "referralIds": ["{id}"], "reason": "balance"},
    "acknowledgeHandover": {"referralIds": ["{id}"]},
    "acceptAllocation": {"referralId": "{id}"},
    "refuseAllocation": {"referralId": "{id}", "reason": "conflict"},
    "proposeAllocation": {"workerId": "{id}"},
    "weighCase": {"weight": 2},
    "changeAllocationRule": {"practice": 1, "language": 1, "continuity": 1, "load": 1, "genderPreference": 1},
    "startAbsence": {"kind": "leave", "startedOn": "2026-03-02"},
    "endAbsence": {"endedOn": "2026-03-03"},
    "leavePost": {"lastDay": "2026-03-02"},
    "matchPatient": {"personId": "{id}", "method": "by_hand"},
    "offerDischargeSupport": {"medium": "02", "offeredAt": "2026-03-02T12:00:00Z"},
    "acceptDischargeSupport": {"needs": ["food"]},
    "declineDischargeSupport": {"reason": "not_now"},
    "acknowledgeGpMessage": {"outcome": "filed"},
    "grantUser": {"role": "team_lead"},
    "revokeUser": {"role": "analyst"},
    "bookContact": {
        "referralId": "{id}",
        "personId": "{id}",
        "kind": "follow_up",
        "medium": "02",
        "startsAt": "2100-03-02T12:00:00Z",
    },
    "recordContact": {
        "referralId": "{id}",
        "personId": "{id}",
        "kind": "follow_up",
        "medium": "02",
        "heldAt": "2026-03-02T12:00:00Z",
        "durationMin": 5,
    },
    "holdContact": {"medium": "02", "heldAt": "2026-03-02T12:00:00Z", "durationMin": 5},
    "rescheduleContact": {"startsAt": "2100-03-02T12:00:00Z"},
    "missContact": {"attendance": "3"},
    "cancelContact": {"attendance": "2"},
    "signNote": {"referralId": "{id}", "text": "A"},
    "amendNote": {"text": "A", "reason": "B"},
    "moveNote": {"referralId": "{id}", "newNoteId": "n2"},
    "assessNoteDisclosure": {"disclosure": "not_seen"},
    "createTask": {"kind": "call", "dueOn": "2199-03-02", "referralId": "{id}"},
    "completeTask": None,
    "reassignTask": {"workerId": "{id}"},
    "cancelTask": {"reason": "duplicate"},
    "raiseSafeguardingConcern": {"referralId": "{id}", "types": ["neglect"], "detail": "A"},
    "makeSafeguardingReferral": {"agency": "police", "madeAt": "2026-03-02T12:00:00Z"},
    "recordSafeguardingOutcome": {"outcome": "enquiry"},
    "startLoneVisit": {"workerId": "{id}", "expectedBy": "2100-03-02T12:00:00Z"},
    "checkInLoneWorker": {"expectedBy": "2100-03-02T12:00:00Z"},
    "endLoneVisit": None,
    "recordDropIn": {"personId": "{id}", "attendedOn": "2026-03-02"},
    "retractDropIn": {"reason": "twice"},
    "listOrganisation": {"name": "A"},
    "changeOrganisation": {"name": "Taken over"},
    "identifyOrganisation": {"identifier": "GB-CHC-1054276"},
    "submitService": {"organisationId": "{id}", "kind": "activity", "name": "A", "needs": ["loneliness"]},
    "changeServiceDetails": {"name": "Taken over"},
    "changeServiceNeeds": {"needs": ["money"]},
    "recordAccessibility": {"access": ["step_free"]},
    "changeSchedule": {"sessions": ["mon 10:00-12:00"]},
    "changeCost": {"cost": "donation"},
    "changeServiceLanguages": {"languages": ["so"]},
    "changeEligibility": {"minimumAge": 18},
    "setReferralRoute": {"mode": "link", "responseSlaDays": 5},
    "approveService": None,
    "returnService": {"reason": "incomplete"},
    "resubmitService": None,
    "assureService": {"method": "phone"},
    "reportServiceProblem": {"problemId": "x", "kind": "closed"},
    "resolveServiceProblem": {"problemId": "x"},
    "closeServiceForNow": {"reason": "venue"},
    "reopenService": None,
    "retireService": {"reason": "closed_down"},
    "reportCapacity": {"status": "capacity"},
    "offerConnection": {"referralId": "{id}", "serviceId": "{id}", "mode": "supported"},
    "sendConnection": {"channel": "email"},
    "recordProviderAcceptance": {"placesLeft": 1},
    "recordProviderDecline": {"reason": "full"},
    "recordProviderWaitingList": {"estWaitWeeks": 2},
    "recordAttendance": {"sessionId": "s", "heldOn": "2026-03-02", "code": "5"},
    "acceptConnection": None,
    "declineConnection": {"reason": "timing"},
    "replaceProviderLink": {"linkId": "l"},
    "showProviderLink": {"linkId": "l"},
    "startConnection": {"startedOn": "2026-03-02"},
    "completeConnection": {"endedOn": "2026-03-02"},
    "dropConnection": {"endedOn": "2026-03-02", "reason": "timing"},
    "correctAttendance": {"sessionId": "s", "code": "5"},
    "startContribution": {"contributionId": "g", "role": "tutor", "startedOn": "2026-03-02"},
    "endContribution": {"contributionId": "g", "endedOn": "2026-03-02"},
    "foundFund": {"name": "Chest", "areas": ["E09000002"], "method": "panel"},
    "setFundRules": {"eligibility": ["in_area"], "criteria": ["need"], "weights": [1]},
    "appointSteeringMember": {"organisation": "QMF"},
    "standDownSteeringMember": {"organisation": "QMF"},
    "attachPriorityEvidence": None,
    "setPriority": {"needs": ["loneliness"]},
    "publishEvaluation": {
        "documentHash": "0000000000000000000000000000000000000000000000000000000000000000",
        "publishedOn": "2026-03-02",
    },
    "reconcileFund": None,
    "releaseEffect": None,
    "makePledge": {"pledgeId": "p", "funder": "QMF", "amountPence": 100},
    "confirmPledge": {"pledgeId": "p"},
    "reducePledge": {"pledgeId": "p", "amountPence": 100, "reason": "budget_cut"},
    "withdrawPledge": {"pledgeId": "p", "reason": "no_match"},
    "returnFunds": {
        "pledgeId": "p",
        "returnId": "r",
        "amountPence": 100,
        "returnedOn": "2026-03-02",
        "reason": "mistake",
    },
    "receiveFunds": {"pledgeId": "p", "receiptId": "r", "amountPence": 100, "receivedOn": "2026-03-02"},
    "openRound": {
        "roundId": "r",
        "name": "Chest",
        "opensOn": "2026-03-02",
        "closesOn": "2026-03-02",
        "leastPence": 100,
        "mostPence": 200,
    },
    "extendRound": {"roundId": "r", "closesOn": "2026-03-02"},
    "closeRound": {"roundId": "r"},
    "startApplication": {"fundId": "{id}", "roundId": "r", "organisation": "QMF", "linkId": "l"},
    "submitApplication": {"fundId": "{id}"},
    "saveApplication": {},
    "withdrawApplication": {"reason": "not_needed"},
    "replaceApplicantLink": {"linkId": "l"},
    "showApplicantLink": {"linkId": "l"},
    "makeVoterLinks": {"linksId": "l"},
    "recordApplicantSupport": {"supportId": "s", "kind": "budget", "minutes": 30, "givenOn": "2026-03-02"},
    "checkEligibility": {},
    "assessApplication": {"criteria": ["need"], "scores": [3]},
    "recommendApplication": {"amountPence": 100},
    "recordDueDiligence": {"bankChecked": True, "safeguardingPolicy": True},
    "declareConflict": {"kind": "partner"},
    "clearConflict": {"assessor": "a", "reason": "ended"},
    "shortlistApplication": None,
    "moderateAssessment": {"criteria": ["need"], "scores": [3]},
    "recordPitch": {"heldOn": "2026-03-02"},
    "placeOnReserve": {"rank": 1},
    "declineApplication": {"reason": "score", "feedback": "Well meant"},
    "openBallot": {"fundId": "{id}", "roundId": "r", "grants": ["{id}"], "closesOn": "2026-03-02"},
    "countVotes": None,
    "offerGrant": {"fundId": "{id}", "amountPence": 100, "scheduleOn": ["2026-03-02"], "schedulePence": [100]},
    "refuseGrant": {"fundId": "{id}", "reason": "amount"},
    "varyAward": {
        "fundId": "{id}",
        "amountPence": 100,
        "scheduleOn": ["2026-03-02"],
        "schedulePence": [100],
        "reason": "taper",
    },
    "terminateAward": {"fundId": "{id}", "reason": "agreed"},
    "closeAward": {"fundId": "{id}"},
    "acceptGrant": None,
    "signAgreement": {
        "documentHash": "0000000000000000000000000000000000000000000000000000000000000000",
        "signedFor": ["QMF", "QPM"],
        "signedOn": "2026-03-02",
    },
    "meetCondition": {"condition": 1},
    "breachCondition": {"condition": 1, "reason": "late"},
    "pauseAward": {"reason": "breach"},
    "resumeAward": None,
    "publishAward": {"title": "A", "summary": "A"},
    "fundCapacity": {"capacityId": "c", "serviceId": "{id}", "places": 8, "fromOn": "2026-03-02", "toOn": "2026-03-02"},
    "requestDrawdown": {"drawdownId": "d", "amountPence": 100},
    "approveDrawdown": {"drawdownId": "d"},
    "queryDrawdown": {"drawdownId": "d", "reason": "amount"},
    "refuseDrawdown": {"drawdownId": "d", "reason": "amount"},
    "reportUnderspend": {"amountPence": 100},
    "makePayment": {"fundId": "{id}", "paymentId": "p", "drawdownId": "d", "paidOn": "2026-03-02"},
    "failPayment": {"fundId": "{id}", "paymentId": "p", "reason": "name", "failedOn": "2026-03-02"},
    "returnPayment": {
        "fundId": "{id}",
        "paymentId": "p",
        "returnId": "r",
        "amountPence": 100,
        "returnedOn": "2026-03-02",
    },
    "returnUnderspend": {"fundId": "{id}", "returnId": "r", "amountPence": 100, "returnedOn": "2026-03-02"},
    "reallocateUnderspend": {
        "fundId": "{id}",
        "reallocationId": "r",
        "toGrant": "{id}",
        "amountPence": 100,
        "dueOn": "2026-03-02",
    },
    "askForMonitoring": {"reportId": "r", "fromOn": "2026-03-02", "toOn": "2026-03-02", "dueOn": "2026-03-02"},
    "submitMonitoring": {"reportId": "r", "sessions": 4, "places": 8, "peopleBand": "1-7", "spendPence": 100},
    "acceptMonitoring": {"reportId": "r"},
    "queryMonitoring": {"reportId": "r", "question": "Who came?"},
}
"""Field → the input it is tried with; {id} stands for an id of QMF's."""


@pytest.fixture(scope="module")
def web(servers: Installation) -> Iterator[Web]:
    """QPM and QMF with the same ids, and QMF with some of its own."""
    with serving(servers, "QPM", "QMF") as made:
        for ods, name in (("QPM", "Nene"), ("QMF", CANARY)):
            made.given(ods, "ics", configured(ods, name))
            for each, number in (("shared", SHARED_NUMBER), (ONLY, THEIR_NUMBER)):
                if each == "shared" or ods == "QMF":
                    _tell(made, ods, name, each, number)
        _tell(made, "QPM", "Nene", "only-here", _OWN)
        for role in ROLES:
            made.given("QPM", USER, user.GrantUser(role=role))
        made.given("QMF", USER, user.GrantUser(role="person"))
        made.followed("QPM")
        made.followed("QMF")
        yield made


def _tell(web: Web, ods: str, name: str, each: str, number: str) -> None:
    given = {"nhs_number": number, "nhs_number_status": "01", "gp_practice": "K83001", "address": f"{name} Lane"}
    web.given(ods, each, registered(f"{name} Finch", **given))
    web.given(ods, each, agreed())
    web.given(ods, each, agreed("share_referrer"))
    web.given(ods, each, engaged(f"{name} Hale"))
    web.given(ods, each, referred(each, f"{each}-reference", narrative=f"{name} words"))
    stay = hospital.PatientAdmitted(trust="RP1", occurred_at=RECEIVED, name=f"{name} Finch", nhs_number=number)
    web.given(ods, each, hospital.HearFromHospital(fact=stay, person_id=each, method="nhs_number"))


@pytest.fixture(scope="module")
def token(web: Web) -> str:
    """Of somebody who may do everything in QPM."""
    return web.issuer.issue(LIVES, "QPM")


class Untouched:
    """QMF as it was: its head, its events, its claims and every row of its rooms."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._before = self._now()

    def _now(self) -> tuple[Any, ...]:
        tables = ("claims", "events", "inbox", *(row[0] for row in self._web.rows("QMF", _ROOM_TABLES)))
        return (self._web.head("QMF"), *(self._web.rows("QMF", f"table {table} order by 1, 2") for table in tables))

    def check(self, why: str) -> None:
        assert self._now() == self._before, why


_ROOM_TABLES = "select relname from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname like 'caseload%' order by 1"


def _fields(web: Web, token: str, kind: str) -> dict[str, dict[str, Any]]:
    """The fields of Query or Mutation with their arguments, as the schema tells whoever asks."""
    told = web.ask(token, get_introspection_query())["__schema"]
    (root,) = [each for each in told["types"] if each["name"] == kind]
    return {field["name"]: {each["name"]: each["type"] for each in field["args"]} for field in root["fields"]}


def test_every_field_has_its_attack(web: Web, token: str) -> None:
    assert set(_fields(web, token, "Query")) == set(QUERIES), "a field without an attack, or an attack without a field"
    assert set(_fields(web, token, "Mutation")) == set(MUTATIONS)


def test_no_query_shows_anything_of_another_ics(web: Web, token: str) -> None:
    before = Untouched(web)
    for field, document in QUERIES.items():
        for identity in ("shared", ONLY):
            answer = web.post(token, document.replace("{id}", identity))
            assert answer.status_code == 200, field
            assert CANARY not in answer.text, field
            assert THEIR_NUMBER not in answer.text, field
            assert ONLY not in answer.text, field
            assert "errors" not in answer.json(), (field, answer.text)
    assert "Nene Finch" in web.post(token, QUERIES["caseload"]).text, "one's own is shown"
    before.check("a query wrote to the other ICS")


def test_no_mutation_changes_or_tells_anything_of_another_ics(web: Web, token: str) -> None:
    before, head = Untouched(web), web.head("QMF")
    arguments = _fields(web, token, "Mutation")
    for field, given in MUTATIONS.items():
        for identity in (ONLY, "shared"):
            wish, variables = _wish(field, arguments[field], given, identity)
            answer = web.post(token, wish, variables)
            assert answer.status_code == 200, field
            assert CANARY not in answer.text, (field, answer.text)
            assert "INTERNAL" not in answer.text, (field, answer.text)
            if identity == ONLY and field not in _MAKES and BY_ID in variables and field not in _USERS:
                codes = [each["extensions"]["code"] for each in answer.json().get("errors", ())]
                assert codes in (["REFUSED"], ["NOT_FOUND"]), (field, answer.text)
            assert web.head("QMF") == head, f"{field} reached the other ICS"
    before.check("a mutation reached the other ICS")


BY_ID: Final = "id"
_MAKES: Final = ("registerPerson", "receiveReferral", "engageLinkWorker", "openProgramme")
_USERS: Final = ("grantUser", "revokeUser")


def _wish(
    field: str, arguments: Mapping[str, Any], given: dict[str, Any] | None, identity: str
) -> tuple[str, dict[str, Any]]:
    """A document and its variables, aimed at a record of that id."""
    values: dict[str, Any] = {"idempotencyKey": f"{field}-{identity}"}
    if "id" in arguments:
        values["id"] = USER if field in _USERS else identity
    if given is not None:
        values["input"] = json.loads(json.dumps(given).replace("{id}", identity))
    declared = ", ".join(f"${name}: {_named(arguments[name])}" for name in values)
    used = ", ".join(f"{name}: ${name}" for name in values)
    return f"mutation({declared}) {{ {field}({used}) {{ id version position }} }}", values


def _named(kind: Mapping[str, Any]) -> str:
    if kind["kind"] == "NON_NULL":
        return f"{_named(kind['ofType'])}!"
    return str(kind["name"])


def test_an_nhs_number_known_elsewhere_is_free_here(web: Web, token: str) -> None:
    """Else whoever registers people could find out who is known in another ICS."""
    web.given("QMF", "numbered", registered(f"{CANARY} Lark", nhs_number=_FREE, nhs_number_status="01"))
    wish = {"name": "Nene Lark", "nhsNumber": _FREE, "nhsNumberStatus": "01"}
    document = (
        'mutation($input: RegisterPersonInput!) { registerPerson(idempotencyKey: "free", input: $input) { version } }'
    )
    assert web.ask(token, document, {"input": wish}) == {"registerPerson": {"version": 1}}


def test_a_receipt_of_another_ics_is_not_ours(web: Web, token: str) -> None:
    """The same key, asked in both: two commands, two receipts."""
    document = 'mutation { startTriage(id: "shared", idempotencyKey: "same") { commandId repeated position } }'
    web.post(token, document)
    other = web.token("QMF", "team_lead", subject="demo-other-lead")
    before = web.head("QMF")
    assert web.ask(other, document)["startTriage"]["repeated"] is False
    assert web.head("QMF") == before + 1


@pytest.mark.parametrize(
    ("path", "headers", "body"),
    [
        ("/graphql?tenant=QMF", {}, {}),
        ("/graphql", {"x-tenant": "QMF", "x-commonweal-tenant": "QMF", "x-forwarded-host": "qmf.example"}, {}),
        ("/graphql", {"cookie": "tenant=QMF"}, {}),
        ("/graphql", {"host": "qmf.localhost"}, {}),
        ("/graphql", {}, {"variables": {"tenant": "QMF"}}),
        ("/graphql", {}, {"tenant": "QMF", "extensions": {"tenant": "QMF"}}),
    ],
)
def test_the_tenant_is_the_tokens_whatever_else_is_said(
    web: Web, token: str, path: str, headers: dict[str, str], body: dict[str, Any]
) -> None:
    before = Untouched(web)
    sent = {"query": QUERIES["caseload"], **body}
    answer = web.client.post(path, json=sent, headers={"authorization": f"Bearer {token}", **headers})
    assert answer.status_code == 200
    assert "Nene Finch" in answer.text
    assert CANARY not in answer.text
    before.check("it reached the other ICS")


@pytest.mark.parametrize(
    "path", ["/QMF/graphql", "/graphql/QMF", "/qmf/graphql", "/graphql/../QMF/graphql", "/tenants/QMF"]
)
def test_there_is_no_way_to_another_ics_by_address(web: Web, token: str, path: str) -> None:
    answer = web.client.post(path, json={"query": QUERIES["caseload"]}, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code in (404, 405)
    assert CANARY not in answer.text


def test_who_has_no_grant_there_is_not_let_in(web: Web) -> None:
    before = Untouched(web)
    stranger = web.issuer.issue("demo-stranger", "QMF")
    web.token("QPM", "team_lead", subject="demo-stranger")
    for document in (QUERIES["caseload"], "{ __typename }", 'mutation { acceptReferral(id: "shared") { id } }'):
        answer = web.post(stranger, document)
        assert answer.status_code == 403
        assert CANARY not in answer.text
    before.check("a stranger wrote")


def test_an_ics_that_is_not_hosted_is_refused_in_the_same_words(web: Web) -> None:
    nowhere, here = (web.post(web.issuer.issue("demo-stranger-2", ods), "{ __typename }") for ods in ("QZZ", "QMF"))
    assert (nowhere.status_code, nowhere.json()) == (here.status_code, here.json())
    for name in ("control", "qmf", "public", "../QMF", "QMF;drop", ""):
        assert web.post(web.issuer.issue("demo-stranger", name), "{ __typename }").status_code in (401, 403), name


def test_grants_here_are_none_there(web: Web) -> None:
    """The same person, let in to both, is in each what that ICS made them."""
    before = Untouched(web)
    there = web.issuer.issue(LIVES, "QMF")
    for field, document in QUERIES.items():
        error = web.refused(there, document.replace("{id}", "shared"))
        assert error["extensions"]["code"] == "OUT_OF_SCOPE", field
        assert CANARY not in str(error)
    arguments = _fields(web, web.issuer.issue(LIVES, "QPM"), "Mutation")
    for field, given in MUTATIONS.items():
        error = web.refused(there, *_wish(field, arguments[field], given, "shared"))
        assert error["extensions"]["code"] == "OUT_OF_SCOPE", field
    before.check("grants of one ICS held in the other")


def test_a_token_with_its_tenant_changed_is_no_token(web: Web, token: str) -> None:
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged = base64.urlsafe_b64encode(json.dumps({**claims, "tenant": "QMF"}).encode()).rstrip(b"=").decode()
    assert web.post(f"{head}.{forged}.{signature}", "{ __typename }").status_code == 401


def test_a_place_or_a_position_of_another_ics_opens_nothing(web: Web, token: str) -> None:
    theirs = web.ask(web.token("QMF", "team_lead", subject="demo-other-lead"), QUERIES["caseload"])["all"]
    before = Untouched(web)
    place = "query($after: String) { caseload(first: 200, after: $after) { edges { node { id person { name } } } } }"
    for edge in theirs["edges"]:
        assert CANARY not in web.post(token, place, {"after": edge["cursor"]}).text
    before.check("a cursor wrote")
