"""Refusals: each question that was turned down is counted once, by why, and by the ICS it was asked of."""

from collections.abc import Sequence

from graphql import GraphQLError, Node

from commonweal.kernel.trace import refused


class Counted(GraphQLError):  # noqa: N818
    """A command's refusal: whoever carried it out has counted it."""


class TooMuch(GraphQLError):  # noqa: N818
    """Somebody asked for more than one question may."""

    def __init__(self, sentence: str, *nodes: Node) -> None:
        super().__init__(sentence, list(nodes), extensions={"code": "REFUSED"})


def count(errors: Sequence[GraphQLError], tenant: str, *, asked: str = "query") -> None:
    """Count what was told of one operation. `asked`: query, mutation or subscription. What nobody foresaw, and a view that is
    behind, are no refusals."""
    for each in errors:
        if kind := _kind(each.original_error or each, (each.extensions or {}).get("code"), asked):
            refused(kind, tenant)


def _kind(cause: BaseException, code: object, asked: str) -> str | None:
    if isinstance(cause, Counted):
        return None
    if isinstance(cause, TooMuch):
        return "graphql_limit"
    if code in ("OUT_OF_SCOPE", "NOT_FOUND"):
        return "scope"
    if code == "REFUSED":
        return "command" if asked == "mutation" else "graphql_invalid"
    return None
