"""Operations: a GraphQL document is read, found good and kept, so that the next request for it need not be weighed again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    specified_rules,
    validate,
    visit,
)

from commonweal.kernel.question import refusal
from commonweal.kernel.selection import Selected, select
from commonweal.kernel.sql_graph import Statement
from commonweal.kernel.view import Root
from commonweal.runtime import limits
from commonweal.runtime.arguments import Arguments
from commonweal.runtime.schema import Schema

Kind: TypeAlias = Literal["query", "mutation", "subscription"]
_VARIANTS: Final = 64
"""Mixes of flags remembered of one operation."""
_encode: Final = msgspec.json.Encoder().encode


class Invalid(Exception):  # noqa: N818
    """The document, its operation or its variables will not do; nothing was executed. `answer` says why."""

    def __init__(self, errors: Sequence[GraphQLError], kind: str = "graphql_invalid") -> None:
        """`kind`: as what it is counted, see `kernel.counting.REFUSALS`."""
        super().__init__("; ".join(each.message for each in errors))
        self.errors = errors
        self.kind = kind

    @property
    def answer(self) -> bytes:
        """`{"data":null,"errors":[…]}`"""
        return written(None, self.errors)


def written(data: Any, errors: Sequence[GraphQLError]) -> bytes:
    """An answer as it is sent."""
    return _encode({"data": data, **({"errors": [each.formatted for each in errors]} if errors else {})})


@dataclass(frozen=True)
class AskedRoot:
    """A root field of an operation that the planner knows. `key` is its name in the answer."""

    key: str
    node: FieldNode
    known: Root
    field_of: GraphQLField
    arguments: Arguments
    selected: Selected

    @cached_property
    def name(self) -> bytes:
        """The key, as JSON."""
        return _encode(self.key)


@dataclass(frozen=True)
class Prepared:
    """An operation, found good."""

    schema: Schema
    document: DocumentNode
    node: OperationDefinitionNode
    name: str | None
    flags: tuple[str, ...]
    """The variables that decide what is skipped or included."""
    statements: dict[object, Statement] = field(default_factory=dict, repr=False)
    """What was made of it, by the shape of its questions."""
    plans: dict[object, Any] = field(default_factory=dict, repr=False)
    """What was planned of it, by who asked what."""
    _roots: dict[tuple[object, ...], tuple[AskedRoot, ...] | None] = field(default_factory=dict, repr=False)

    @property
    def kind(self) -> Kind:
        return self.node.operation.value

    def roots(self, flags: Mapping[str, object]) -> tuple[AskedRoot, ...] | None:
        """Its root fields where the planner knows every one of them; None where graphql-core has to answer."""
        at = tuple(flags.values())
        if at not in self._roots:
            if len(self._roots) >= _VARIANTS:  # whoever asks with every mix of flags gets no more room for it
                self._roots.clear()
            self._roots[at] = _roots(self, flags)
        return self._roots[at]


def read(schema: Schema, text: str, name: str | None) -> Prepared:
    """An operation of a document. Raises `Invalid` where it breaks the schema or a limit, or is not one."""
    if len(text) > limits.LONGEST:
        raise Invalid([refusal(f"a document has at most {limits.LONGEST:,} characters")], "graphql_limit")
    try:
        document = parse(text, max_tokens=limits.TOKENS)
    except GraphQLError as error:
        beyond = error.message.endswith("Parsing aborted.")  # too many tokens, or too deep
        raise Invalid(schema.told([error]), "graphql_limit" if beyond else "graphql_invalid") from None
    except RecursionError:
        raise Invalid([refusal("this document is nested too deeply")], "graphql_limit") from None
    # The limits first: what the other rules cost grows with what these refuse.
    for rules, kind in (([limits.Limits], "graphql_limit"), ([*specified_rules, *schema.rules], "graphql_invalid")):
        if errors := validate(schema.core, document, rules, max_errors=limits.ERRORS):
            raise Invalid(schema.told(errors), kind)
    named = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    wanted = [each for each in named if name is None or (each.name and each.name.value == name)]
    if len(wanted) != 1:
        several = "the document has several operations, or none: say which by operationName"
        raise Invalid([refusal(several if name is None else "the document has no operation of that name")])
    flags = _Flags()
    visit(document, flags)
    return Prepared(schema, document, wanted[0], name, tuple(sorted(flags.names)))


def _roots(prepared: Prepared, flags: Mapping[str, object]) -> tuple[AskedRoot, ...] | None:
    if prepared.kind == "mutation":
        return None
    schema = prepared.schema
    type_ = schema.core.query_type if prepared.kind == "query" else schema.core.subscription_type
    assert type_ is not None  # noqa: S101 – the operation is valid
    fragments = {
        each.name.value: each for each in prepared.document.definitions if isinstance(each, FragmentDefinitionNode)
    }
    found = []
    for key, chosen in select(prepared.node.selection_set.selections, fragments, flags).items():
        if (known := schema.planned.get(chosen.name)) is None:
            return None
        field_of = type_.fields[chosen.name]
        declared = field_of.extensions["strawberry-definition"].arguments
        arguments = Arguments(declared, schema.config, schema.schema_converter.scalar_registry)
        found.append(AskedRoot(key, chosen.node, known, field_of, arguments, chosen.inside))
    return tuple(found) or None


class _Flags(Visitor):
    """Finds the variables that `@skip` and `@include` name."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: Any, *_: Any) -> None:
        if node.name.value in ("skip", "include"):
            self.names |= {each.value.name.value for each in node.arguments if isinstance(each.value, VariableNode)}
