"""Forms for two records that may be one person's."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import SEEN_OR_SAID, why
from commonweal.console.forms import choices
from commonweal.domain import codes
from commonweal.domain.people import merge

ASKS: Final[tuple[Ask, ...]] = (
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
                hint="The NHS number on it, or its address on your screen. To find it, look under People.",
                missing="Enter the NHS number or the address of the other record",
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
        warning="A wrong merge shows one person’s history to another. Compare name, date of birth and address of both first. What the "
        "record that goes on lacks is shown from the other one, and said to be.",
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
