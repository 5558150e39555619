"""Forms of an organisation whose services are near by."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.domain.directory import community_organisation

ROLE_ADDRESS: Final = "An address of the organisation, such as hello@example.org: never a person's own."
AS_IT_IS: Final = "What you leave empty stays as it is."

ASKS: Final[tuple[Ask, ...]] = (
    Ask(
        name="list-organisation",
        command=community_organisation.ListOrganisation,
        title="Add an organisation",
        button="Add",
        done="The organisation was added. You can add its services now.",
        about="tenant",
        questions=(
            Question(field="name", label="What is it called?", missing="Enter the organisation's name"),
            Question(field="description", label="What does it do?", kind="words"),
            Question(
                field="identifiers",
                label="Register numbers",
                kind="lines",
                hint="One a line, for example GB-CHC-1054276 for a charity. A provider who signs in is known by it.",
            ),
            Question(field="website", label="Website", hint="For example https://www.example.org"),
            Question(field="email", label="E-mail", hint=ROLE_ADDRESS),
        ),
    ),
    Ask(
        name="change-organisation",
        command=community_organisation.ChangeOrganisation,
        title="Change what is said of the organisation",
        button="Change",
        done="The organisation was changed.",
        about="community_organisation",
        warning=AS_IT_IS,
        questions=(
            Question(field="name", label="Name"),
            Question(field="description", label="What it does", kind="words"),
            Question(field="website", label="Website"),
            Question(field="email", label="E-mail", hint=ROLE_ADDRESS),
        ),
    ),
    Ask(
        name="identify-organisation",
        command=community_organisation.IdentifyOrganisation,
        title="Add a register number",
        button="Add",
        done="The number was added.",
        about="community_organisation",
        questions=(
            Question(
                field="identifier",
                label="Register number",
                hint="For example GB-CHC-1054276",
                missing="Enter the register number",
            ),
        ),
    ),
)
