"""The funding that is measured: a year of community chests, and the question for funds, what they awarded and what they paid."""

from datetime import UTC, datetime
from typing import Any, Final

from commonweal.domain import due
from commonweal.kernel.follow import Room
from commonweal.kernel.handle import handle
from commonweal.runtime.bench import throwaway
from commonweal.runtime.bench.views_board import unheard
from commonweal.runtime.ground import EXAMPLES
from commonweal.runtime.simulate.play import founded, play_chests
from projections.community_chest import READ_MODEL
from tenants import ics_file
from tenants.store import Tenant

VARIABLES: Final[dict[str, Any]] = {"first": 50}
_MONEY: Final = "pledged confirmed received awarded paid committed available"
DOCUMENT: Final = f"""query Funding($first: Int!) {{
  funds(first: $first) {{
    position
    edges {{ node {{
      id name phase method areas balance {{ {_MONEY} }}
      funders {{ funder {_MONEY} }}
      pledges {{ id funder phase counts purposes areas {_MONEY} }}
    }} }}
  }}
  grants(filter: {{phase: ACTIVE}}, first: $first) {{
    totalCount
    edges {{ cursor node {{
      id fundId organisation title phase purpose area asked awarded paid
      instalments {{ number dueOn pence }}
      drawdowns {{ id phase pence requestedOn paymentId }}
      payments {{ id kind day pence reason }}
    }} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}"""
_ICS: Final = EXAMPLES / "north_east_london.toml"


async def fill(here: Tenant) -> None:
    """A year of the chests of North East London's places. Raises RuntimeError where a command of it was refused."""
    now = datetime.now(UTC)
    await handle(here.streams, here.ods, ics_file.read(_ICS).configuration(due.today(now)), throwaway.about())
    tally = await play_chests(here, await founded(here, 1, now), lambda: None)
    if tally.refused:
        raise RuntimeError(f"the year of community chests was refused: {tally.refused.most_common(3)}")
    await Room(here.streams, here.pool.borrow, READ_MODEL, unheard).catch_up()
