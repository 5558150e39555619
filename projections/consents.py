"""Consents: what a person agreed to, looked at whenever somebody reads, so that what is shared ends with the consent."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from commonweal.domain.people import consent
from commonweal.kernel.read_model import Put, Statement
from commonweal.kernel.streams import Fact
from projections.people import other_records

_NO_TO_ALL: Final = "*"
"""Where the last no to everyone stands, which takes back each yes to someone before it."""


def consents(fact: Fact) -> Iterable[Statement]:
    """What an event of a person's consents changes in the table `consent`:

        consent text primary key, person_id text not null, scope text not null, audience text not null,
        given boolean not null, expires_on date, position bigint not null

    with an index on person_id.
    """
    match fact.event:
        case consent.ConsentGiven(scope=scope, audience=audience, expires_on=day):
            yield _answer(fact, scope, audience, given=True, expires_on=day)
        case (
            consent.ConsentRefused(scope=scope, audience=consent.ANY)
            | consent.ConsentWithdrawn(scope=scope, audience=consent.ANY)
        ):
            yield _answer(fact, scope, consent.ANY, given=False)
            yield _answer(fact, scope, _NO_TO_ALL, given=False)
        case consent.ConsentRefused() | consent.ConsentWithdrawn() | consent.ConsentExpired() as event:
            yield _answer(fact, event.scope, event.audience, given=False)
        case _:
            pass


def _answer(fact: Fact, scope: str, audience: str, *, given: bool, expires_on: date | None = None) -> Put:
    return Put(
        "consent",
        {
            "consent": f"{fact.identity}|{scope}|{audience}",
            "person_id": fact.identity,
            "scope": scope,
            "audience": audience,
            "given": given,
            "expires_on": expires_on,
            "position": fact.position,
        },
    )


def allowed(person_id: str, scope: str, audience: str) -> str:
    """SQL: does a consent stand on the day `%(today)s`? As `commonweal.domain.people.consent` says in `allows`: an answer about this
    audience counts before one about any; and in `as_one`: a no in another record of the person counts in this one. The three are SQL
    too; there must be the tables `consent` and, of `projections.people.merges`, `merged`."""

    def answers(of: str) -> str:
        return (
            f"from {{consent}} as c where c.person_id = {of} and c.scope = {scope} and c.audience in ({audience}, 'any')"
            " and c.position >= coalesce((select n.position from {consent} as n"
            f" where n.person_id = c.person_id and n.scope = c.scope and n.audience = '{_NO_TO_ALL}'), 0)"
        )

    return (
        f"(coalesce((select c.given and (c.expires_on is null or c.expires_on >= %(today)s::date) {answers(person_id)}"
        " order by c.audience = 'any' limit 1), false)"
        f" and not exists (select {answers(f'any({other_records(person_id)})')} and not c.given))"
    )
