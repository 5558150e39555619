"""The schedule as it stands: what a grant's instalments still bring, once part of the award was given back."""

from commonweal.domain.chest.grant_award import Instalment, State


def stands(award: State) -> tuple[Instalment, ...]:
    """The instalments, by day, as far as the award goes: they come to it exactly, and one that brings nothing more is none.

    What the award is less by comes off the last of them. `SCHEDULE` of `projections.community_chest.schedule` says the same.
    """
    found, left = list[Instalment](), award.amount
    for each in award.schedule:
        if left > 0:
            found.append(Instalment(each.due_on, min(each.pence, left)))
        left -= each.pence
    return tuple(found)
