"""Forms about the person themselves: details, how to reach them, consents, who speaks for them, risks, one record or two, erasure."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import SEEN_OR_SAID, day, why
from commonweal.console.forms import Choice, choices
from commonweal.domain import codes
from commonweal.domain.people import (
    break_glass,
    competence,
    consent,
    erasure,
    merge,
    person,
    record_access,
    representation,
    risk,
)

CHANNELS: Final = (
    Choice(value="phone", text="A telephone call"),
    Choice(value="sms", text="A text message"),
    Choice(value="email", text="An e-mail"),
    Choice(value="letter", text="A letter"),
    Choice(value="in_person", text="To be seen in person"),
    Choice(value="through_referrer", text="To hear through the referrer"),
)
SCOPES: Final = (
    Choice(value="contact", text="To be contacted"),
    Choice(value="record", text="To a record being kept"),
    Choice(value="sms", text="To text messages"),
    Choice(value="email", text="To e-mails"),
    Choice(value="share_gp", text="To sharing with their practice"),
    Choice(value="share_referrer", text="To sharing with who referred them"),
    Choice(value="share_vcfse", text="To sharing with a community service"),
    Choice(value="share_mdt", text="To sharing with the multidisciplinary team"),
    Choice(value="outcome_payment_evidence", text="To evidence for outcome payments"),
    Choice(value="research_contact", text="To be asked about research"),
    Choice(value="story_use", text="To their story being told"),
)
_METHODS: Final = (
    Choice(value="verbal", text="They said so"),
    Choice(value="written", text="In writing"),
    Choice(value="digital", text="Online"),
)
_GIVERS: Final = (
    Choice(value="person", text="The person"),
    Choice(value="parent", text="A parent"),
    Choice(value="attorney", text="An attorney"),
    Choice(value="deputy", text="A deputy of the court"),
    Choice(value="best_interests", text="Decided in their best interests"),
)
_DEATHS: Final = (
    Choice(value="gp", text="Their practice"),
    Choice(value="hospital", text="A hospital"),
    Choice(value="family", text="Their family"),
    Choice(value="national", text="The national record"),
)
_STAYS: Final = "Leave this empty where it stays as it is"
_GOES: Final = "Empty it to take it out of the record"


_DETAILS: Final = (
    Ask(
        name="correct-details",
        command=person.CorrectPersonDetails,
        title="Correct details",
        button="Save",
        done="The details were corrected.",
        about="person",
        warning="This is what we know now. Whatever you change is corrected; the record keeps what it was.",
        questions=(
            Question(field="name", label="Name", hint=_STAYS),
            Question(field="date_of_birth", label="Date of birth", kind="day"),
            Question(field="address", label="Address", hint=_GOES, clears=True),
            Question(field="postcode", label="Postcode", hint=_GOES, clears=True),
            Question(field="phone", label="Telephone", hint=_GOES, clears=True),
            Question(field="email", label="E-mail", hint=_GOES, clears=True),
            Question(field="language", label="Language", hint="As a code: en, so, pt-BR"),
            Question(field="interpreter", label="Do they need an interpreter?", kind="yes_no", called="Interpreter"),
            Question(field="stated_gender", label="Gender", kind="pick", choices=choices(codes.STATED_GENDERS)),
            Question(
                field="ethnic_category", label="Ethnic category", kind="pick", choices=choices(codes.ETHNIC_CATEGORIES)
            ),
            Question(
                field="worker_gender_preference",
                label="Of which gender would they rather have their link worker?",
                kind="pick",
                choices=(Choice(value="2", text="A woman"), Choice(value="1", text="A man")),
                hint="Select nothing where they do not mind.",
                called="The link worker's gender",
                clears=True,
            ),
            Question(field="care_home", label="Do they live in a care home?", kind="yes_no", called="Care home"),
            Question(field="lsoa21", label="Area (LSOA 2021)", hint="For example E01027025"),
            Question(
                field="imd_version",
                label="Index of deprivation",
                kind="pick",
                choices=choices(codes.IMD_VERSIONS),
                called="The index",
            ),
            Question(
                field="imd_decile",
                label="Decile of deprivation",
                kind="number",
                hint="From 1 (most deprived) to 10",
                least=1,
                most=10,
                called="The decile",
            ),
        ),
    ),
    Ask(
        name="reasonable-adjustments",
        command=person.RecordReasonableAdjustments,
        title="What makes it possible to take part",
        button="Save",
        done="What makes it possible to take part was recorded.",
        about="person",
        questions=(
            Question(
                field="reasonable_adjustments",
                label="What do they need?",
                kind="choices",
                hint="All that they need from now on; none where they need nothing.",
                choices=choices(codes.REASONABLE_ADJUSTMENTS),
                called="What they need",
            ),
        ),
    ),
    Ask(
        name="nhs-number",
        command=person.TraceNHSNumber,
        title="Record an NHS number",
        button="Save",
        done="The NHS number was recorded.",
        about="person",
        warning="If the number is another record's already, the two may be one person: look at both, then merge them.",
        questions=(
            Question(field="nhs_number", label="NHS number", missing="Enter the NHS number"),
            Question(
                field="nhs_number_status",
                label="How sure is it?",
                kind="pick",
                choices=choices(codes.NHS_NUMBER_STATUSES),
                missing="Select how sure it is",
                called="How sure it is",
            ),
        ),
    ),
    Ask(
        name="contact-preference",
        command=person.SetContactPreference,
        title="How to reach them safely",
        button="Save",
        done="How to reach them was recorded.",
        about="person",
        questions=(
            Question(
                field="channel",
                label="How do they wish to be reached?",
                kind="choice",
                choices=CHANNELS,
                missing="Select how they wish to be reached",
                called="How to reach them",
            ),
            Question(
                field="safe_to_leave_message",
                label="Is it safe to leave a message?",
                kind="yes_no",
                missing="Select whether it is safe to leave a message",
                called="Leaving a message",
            ),
            Question(field="safe_times", label="When is it safe to reach them?", hint="In their words"),
        ),
    ),
    Ask(
        name="change-practice",
        command=person.ChangeGPRegistration,
        title="They are with another practice",
        button="Save",
        done="The practice was changed.",
        about="person",
        questions=(
            Question(
                field="gp_practice",
                label="Practice code",
                hint="For example K83001",
                missing="Enter the code of the practice",
                called="The code",
            ),
            day("since", "Since when?"),
        ),
    ),
    Ask(
        name="record-death",
        command=person.RecordDeath,
        title="Record that the person has died",
        button="Record the death",
        done="The death was recorded.",
        about="person",
        warning="Open referrals are closed, and nobody is sent a message any more.",
        questions=(
            Question(field="died_on", label="When did they die?", kind="day", called="The day"),
            Question(
                field="source",
                label="Who told us?",
                kind="choice",
                choices=_DEATHS,
                missing="Select who told us",
                called="Who told us",
            ),
        ),
    ),
)

_CONSENTS: Final = (
    Ask(
        name="give-consent",
        command=consent.GiveConsent,
        title="They agree",
        button="Record consent",
        done="The consent was recorded.",
        about="person",
        questions=(
            Question(
                field="scope",
                label="To what?",
                kind="pick",
                choices=SCOPES,
                missing="Select to what they agree",
                called="What they agree to",
            ),
            Question(
                field="audience",
                label="For one organisation or service only?",
                hint="Its code, where sharing is for one alone",
                called="The organisation",
            ),
            Question(
                field="method",
                label="How did they say so?",
                kind="choice",
                choices=_METHODS,
                missing="Select how they said so",
                called="How they said so",
            ),
            Question(
                field="wording_version",
                label="Which wording were they read?",
                hint="Its version: ours is filled in. Change it where you read out other words.",
                missing="Enter the version of the wording",
                called="The wording",
            ),
            Question(field="given_by", label="Who gave it?", kind="choice", choices=_GIVERS, called="Who gave it"),
            day("given_on", "When?"),
            Question(field="expires_on", label="Until when?", kind="day", called="The last day"),
        ),
    ),
    Ask(
        name="refuse-consent",
        command=consent.RefuseConsent,
        title="They do not agree",
        button="Record refusal",
        done="It was recorded that they do not agree.",
        about="person",
        questions=(
            Question(
                field="scope",
                label="To what?",
                kind="pick",
                choices=SCOPES,
                missing="Select to what they do not agree",
                called="What they do not agree to",
            ),
            day("refused_on", "When?"),
        ),
    ),
    Ask(
        name="withdraw-consent",
        command=consent.WithdrawConsent,
        title="They take their consent back",
        button="Record withdrawal",
        done="The consent was taken back. It holds from now on, wherever it is read.",
        about="person",
        taken=("scope", "audience"),
        questions=(day("withdrawn_on", "When?"),),
    ),
)

_REPRESENTATION: Final = (
    Ask(
        name="link-representative",
        command=representation.LinkRepresentative,
        title="Somebody may speak for them",
        button="Save",
        done="The representative was recorded.",
        about="person",
        questions=(
            Question(field="representative_id", kind="new_id"),
            Question(
                field="kind",
                label="What are they to the person?",
                kind="choice",
                choices=choices(codes.REPRESENTATIVES),
                missing="Select what they are to the person",
                called="What they are",
            ),
            Question(field="name", label="Their name", missing="Enter their name"),
            Question(field="contact", label="How to reach them"),
            Question(
                field="authority",
                label="What shows that they may?",
                kind="choice",
                choices=choices(codes.AUTHORITIES),
                missing="Select what shows that they may",
                called="What shows that they may,",
            ),
            Question(
                field="since", label="Since when?", kind="day", missing="Enter the first day", called="The first day"
            ),
            Question(field="until", label="Until when?", kind="day", called="The last day"),
        ),
    ),
    Ask(
        name="unlink-representative",
        command=representation.UnlinkRepresentative,
        title="Somebody speaks for them no more",
        button="Save",
        done="The representative was taken off.",
        about="person",
        taken=("representative_id",),
        questions=(why(codes.UNLINKING_REASONS),),
    ),
    Ask(
        name="assess-capacity",
        command=representation.AssessCapacity,
        title="Record an assessment of capacity",
        button="Save",
        done="The assessment was recorded.",
        about="person",
        warning="Capacity is assessed for one decision at one time (Mental Capacity Act 2005).",
        questions=(
            Question(field="assessment_id", kind="new_id"),
            Question(
                field="decision",
                label="For which decision?",
                kind="choice",
                choices=choices(codes.CAPACITY_DECISIONS),
                missing="Select for which decision",
                called="The decision",
            ),
            Question(
                field="outcome",
                label="What did it come to?",
                kind="choice",
                choices=choices(codes.CAPACITY_OUTCOMES),
                missing="Select what it came to",
                called="What it came to",
            ),
            Question(
                field="basis",
                label="Who assessed it?",
                kind="choice",
                choices=choices(codes.CAPACITY_BASES),
                missing="Select who assessed it",
                called="Who assessed it",
            ),
            SEEN_OR_SAID,
            day("assessed_on", "When?"),
        ),
    ),
    Ask(
        name="assess-competence",
        command=competence.AssessCompetence,
        title="Record a young person’s competence",
        button="Save",
        done="The assessment was recorded.",
        about="person",
        questions=(
            Question(field="assessment_id", kind="new_id"),
            Question(
                field="outcome",
                label="What did it come to?",
                kind="choice",
                choices=choices(codes.COMPETENCE_OUTCOMES),
                missing="Select what it came to",
                called="What it came to",
            ),
            Question(
                field="basis",
                label="On what ground?",
                kind="choice",
                choices=choices(codes.COMPETENCE_BASES),
                missing="Select the ground",
                called="The ground",
            ),
            Question(
                field="parent_excluded",
                label="Do they wish that no parent is told?",
                kind="yes_no",
                missing="Select whether they wish that no parent is told",
                called="That no parent is told",
            ),
            SEEN_OR_SAID,
            day("assessed_on", "When?"),
        ),
    ),
)

_SEVERITY: Final = Question(
    field="severity",
    label="How much does it matter?",
    kind="choice",
    choices=choices(codes.RISK_SEVERITIES),
    missing="Select how much it matters",
    called="How much it matters",
)
_RISKS: Final = (
    Ask(
        name="raise-flag",
        command=risk.RaiseRiskFlag,
        title="Raise a risk flag",
        button="Raise the flag",
        done="The flag stands on top of the record.",
        about="person",
        questions=(
            Question(field="flag_id", kind="new_id"),
            Question(
                field="kind",
                label="What should one know?",
                kind="choice",
                choices=choices(codes.RISKS),
                missing="Select what one should know",
                called="What one should know",
            ),
            _SEVERITY,
            Question(field="detail", label="In a few words", kind="words"),
            Question(
                field="restricted",
                label="Show it to their link worker and the team’s leads alone?",
                kind="yes_no",
                missing="Select who should see it",
                called="Who sees it",
            ),
            day("review_due", "When should somebody look again?"),
        ),
    ),
    Ask(
        name="review-flag",
        command=risk.ReviewRiskFlag,
        title="Look at a risk flag again",
        button="Save",
        done="The flag was looked at again.",
        about="person",
        taken=("flag_id",),
        questions=(
            _SEVERITY,
            Question(field="detail", label="In a few words", kind="words", hint=_STAYS),
            day("review_due", "When should somebody look again?"),
        ),
    ),
    Ask(
        name="close-flag",
        command=risk.CloseRiskFlag,
        title="Close a risk flag",
        button="Close the flag",
        done="The flag was closed.",
        about="person",
        taken=("flag_id",),
        questions=(why(codes.RISK_CLOSURES),),
    ),
)

_DUPLICATES: Final = (
    Ask(
        name="flag-duplicate",
        command=merge.FlagPossibleDuplicate,
        title="This may be the same person as another record",
        button="Say so",
        done="It was noted. Somebody looks at both before anything is merged.",
        about="person",
        questions=(
            Question(
                field="other_id",
                label="The other record",
                hint="Its address ends with it: /people/…",
                missing="Enter which record it is",
            ),
            Question(
                field="evidence",
                label="Why do you think so?",
                kind="choice",
                choices=choices(codes.DUPLICATE_EVIDENCE),
                missing="Select why",
                called="The reason",
            ),
        ),
    ),
    Ask(
        name="dismiss-duplicate",
        command=merge.DismissDuplicate,
        title="These are not one person",
        button="Keep them apart",
        done="The two records stay apart.",
        about="person",
        taken=("other_id",),
        questions=(why(codes.DISMISSAL_REASONS),),
    ),
    Ask(
        name="merge",
        command=merge.MergePersons,
        title="Merge another record into this one",
        button="Merge the records",
        done="The two records are one now. It can be undone.",
        about="person",
        taken=("absorbed_id",),
        warning="A wrong merge shows one person’s history to another. Compare name, date of birth and address of both first.",
        questions=(
            Question(
                field="evidence",
                label="What shows that they are one person?",
                kind="choice",
                choices=choices(codes.MERGE_EVIDENCE),
                missing="Select what shows it",
                called="What shows it",
            ),
            SEEN_OR_SAID,
        ),
    ),
    Ask(
        name="unmerge",
        command=merge.UnmergePersons,
        title="Take a merged record apart again",
        button="Take them apart",
        done="They are two records again, each with what it had.",
        about="person",
        taken=("absorbed_id",),
        questions=(
            why(codes.UNMERGE_REASONS),
            SEEN_OR_SAID,
        ),
    ),
)

_ERASURE: Final = (
    Ask(
        name="request-erasure",
        command=erasure.RequestErasure,
        title="They ask for their record to be erased",
        button="Record the request",
        done="The request was recorded. What became of it stands on this page.",
        about="person",
        warning="Where the record must be kept, the answer is a refusal with the earliest date. Otherwise the information "
        "governance lead decides.",
    ),
    Ask(
        name="approve-erasure",
        command=erasure.ApproveErasure,
        title="Erase this record",
        button="Erase for ever",
        done="The record was erased.",
        about="person",
        warning="Nobody can undo this. What is left counts in figures and says nothing of who it was.",
    ),
)

BREAK_GLASS: Final = Ask(
    name="break-glass",
    command=break_glass.BreakGlass,
    title="Open a record that is not among those you see",
    button="Open the record",
    done="The record is open to you for four hours. Somebody will ask you about it.",
    about="person",
    warning="It is written down that you opened it, why, and when. Somebody else looks at it afterwards, and the person can ask who looked.",
    questions=(
        Question(field="access_id", kind="new_id"),
        why(codes.BREAK_GLASS_REASONS, "Why do you need it?", "Select why you need it"),
        Question(field="words", label="In a few words", kind="words", missing="Enter why in a few words", called="Why"),
        Question(
            field="fields",
            label="What do you need to see?",
            kind="choices",
            hint="Only this opens, with who they are and how to reach them, and only to be read.",
            choices=choices(codes.RECORD_PARTS),
            missing="Select what you need to see",
            called="What you need to see",
        ),
    ),
)
_ACCESS: Final = (
    Ask(
        name="review-access",
        command=record_access.ReviewAccess,
        title="Review a record that was opened with a reason",
        button="Save",
        done="The review was recorded.",
        about="person",
        taken=("access_id",),
        questions=(
            Question(
                field="verdict",
                label="What do you find?",
                kind="choice",
                choices=choices(codes.ACCESS_VERDICTS),
                missing="Select what you find",
                called="What you find",
            ),
            Question(field="words", label="In a few words", kind="words"),
        ),
    ),
)

ASKS: Final = (
    *_DETAILS, *_CONSENTS, *_REPRESENTATION, *_RISKS, *_DUPLICATES, *_ERASURE, *_ACCESS, BREAK_GLASS,
)  # fmt: skip
