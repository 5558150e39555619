"""Selections: what a GraphQL operation asks for, once fragments are spread and what is skipped is left out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
)
from graphql.language import VariableNode


@dataclass(frozen=True, slots=True)
class Chosen:
    """A field as it was asked for."""

    name: str
    node: FieldNode
    inside: "Selected"


Selected: TypeAlias = Mapping[str, Chosen]
"""Response key → field, in the order of the answer."""
Fragments: TypeAlias = Mapping[str, FragmentDefinitionNode]
Flags: TypeAlias = Mapping[str, Any]
"""The variables that `@skip` and `@include` name, with their values."""


def select(selections: Iterable[SelectionNode], fragments: Fragments, flags: Flags) -> Selected:
    """What is asked for, with fragments spread, equal keys merged, and what is skipped left out."""
    nodes: dict[str, list[FieldNode]] = {}
    _collect(selections, fragments, flags, nodes, set())
    return {
        key: Chosen(
            found[0].name.value,
            found[0],
            select(
                [each for node in found if node.selection_set for each in node.selection_set.selections],
                fragments,
                flags,
            ),
        )
        for key, found in nodes.items()
    }


def _collect(
    selections: Iterable[SelectionNode],
    fragments: Fragments,
    flags: Flags,
    into: dict[str, list[FieldNode]],
    spread: set[str],
) -> None:
    for each in selections:
        if not _included(each, flags):
            continue
        match each:
            case FieldNode():
                into.setdefault((each.alias or each.name).value, []).append(each)
            case InlineFragmentNode():
                _collect(each.selection_set.selections, fragments, flags, into, spread)
            case FragmentSpreadNode(name=name) if name.value not in spread:
                spread.add(name.value)
                _collect(fragments[name.value].selection_set.selections, fragments, flags, into, spread)
            case _:
                pass


def _included(node: SelectionNode, flags: Flags) -> bool:
    for directive in node.directives or ():
        if directive.name.value in ("skip", "include"):
            (told,) = directive.arguments or ()
            if isinstance(told.value, VariableNode):
                value = flags[told.value.name.value]
            else:
                assert isinstance(told.value, BooleanValueNode)  # noqa: S101 – the document is valid
                value = told.value.value
            if value is (directive.name.value == "skip"):
                return False
    return True
