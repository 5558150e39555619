"""Forms about who somebody is: details, what they need, how to reach them, their practice, their death."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import STAYS, day
from commonweal.console.forms import Choice, choices
from commonweal.domain import codes
from commonweal.domain.people import person

_CHANNELS: Final = (
    Choice(value="phone", text="A telephone call"),
    Choice(value="sms", text="A text message"),
    Choice(value="email", text="An e-mail"),
    Choice(value="letter", text="A letter"),
    Choice(value="in_person", text="To be seen in person"),
    Choice(value="through_referrer", text="To hear through the referrer"),
)
_DEATHS: Final = (
    Choice(value="gp", text="Their practice"),
    Choice(value="hospital", text="A hospital"),
    Choice(value="family", text="Their family"),
    Choice(value="national", text="The national record"),
)
_GOES: Final = "Empty it to take it out of the record"

ASKS: Final[tuple[Ask, ...]] = (
    Ask(
        name="correct-details",
        command=person.CorrectPersonDetails,
        title="Correct details",
        button="Save",
        done="The details were corrected.",
        about="person",
        warning="This is what we know now. Whatever you change is corrected; the record keeps what it was.",
        questions=(
            Question(field="name", label="Name", hint=STAYS),
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
                choices=_CHANNELS,
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
