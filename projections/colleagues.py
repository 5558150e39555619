"""Colleagues: what those who work here are called, in every room that says who did something."""

from collections.abc import Iterable

from commonweal.domain import user
from commonweal.kernel.read_model import Put, Statement
from commonweal.kernel.streams import Fact


def colleagues(fact: Fact) -> Iterable[Statement]:
    """What an event of a user changes in the table `colleague`:

    user_id text primary key, display_name text not null
    """
    if isinstance(fact.event, user.UserNamed):
        yield Put("colleague", {"user_id": fact.identity, "display_name": fact.event.display_name})
