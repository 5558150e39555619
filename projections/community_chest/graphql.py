"""The community chest over GraphQL: what there is and whose, what it is asked and promised for, and what comes of it."""

import strawberry

from projections.community_chest.graphql_effects import Effects
from projections.community_chest.graphql_funds import Funds
from projections.community_chest.graphql_grants import Grants


@strawberry.type
class Query(Funds, Grants, Effects):
    pass
