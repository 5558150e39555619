"""Forms of a task: added, done, given to someone, taken off the list."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import day, why
from commonweal.console.forms import choices
from commonweal.domain import codes
from commonweal.domain.work import task

_TASK_KIND: Final = Question(
    field="kind",
    label="What is there to do?",
    kind="choice",
    choices=choices(codes.TASK_KINDS, frozenset(codes.TASK_KINDS) - codes.SYSTEM_TASKS),
    missing="Select what there is to do",
    called="What there is to do",
)
_TASK_WORDS: Final = Question(field="words", label="In your own words", kind="words", called="In your own words, it")
_OWNER: Final = Question(
    field="worker_id",
    label="For whom",
    kind="pick",
    found="link_workers",
    hint="Leave this empty for whoever has the case.",
    called="Whom it is for",
)

ASKS: Final[tuple[Ask, ...]] = (
    Ask(
        name="create-task",
        command=task.CreateTask,
        title="Add a task",
        button="Add",
        done="The task was added.",
        about="referral",
        parent="referral_id",
        questions=(_TASK_KIND, _TASK_WORDS, day("due_on", "By which day?"), _OWNER),
    ),
    Ask(
        name="complete-task",
        command=task.CompleteTask,
        title="This task is done",
        button="Done",
        done="The task is done.",
        about="task",
    ),
    Ask(
        name="reassign-task",
        command=task.ReassignTask,
        title="Give this task to someone",
        button="Give it to them",
        done="The task was given to them.",
        about="task",
        questions=(_OWNER,),
    ),
    Ask(
        name="cancel-task",
        command=task.CancelTask,
        title="Take this task off the list",
        button="Take it off",
        done="The task was taken off the list.",
        about="task",
        questions=(why(codes.TASK_CANCELLATIONS),),
    ),
)
