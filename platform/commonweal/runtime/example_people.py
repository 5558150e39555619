"""Example people: the invented users of the example ICSs, for those who try Commonweal on a machine of their own."""

from collections.abc import Iterator
from dataclasses import dataclass

from commonweal.console import wording
from commonweal.runtime.ground import EXAMPLES
from tenants import ics_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Someone one may be. `role` in words."""

    ods: str
    ics: str
    subject: str
    name: str
    role: str


def example_people() -> Iterator[Example]:
    """Every example user, ICS by ICS, in the order of its file."""
    for path in sorted(EXAMPLES.glob("*.toml")):
        ics = ics_file.read(path)
        names = {worker.subject: worker.name for worker in ics.link_workers}
        for user in ics.users:
            yield Example(
                ods=ics.ods,
                ics=ics.name,
                subject=user.subject,
                name=names.get(user.subject) or user.subject,
                role=wording.role(user.role),
            )
