"""Every role tries every command, every field of every view and every page; what is not written down beside it is refused.

`roles.toml` says who may what, a second time and in another order than the code: whoever changes one is asked about the other.
After a change that is meant: `.venv/bin/python -m tests.tenants.test_roles > tests/tenants/roles.toml`, and read the difference.
"""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    is_required_argument,
    is_required_input_field,
)

from commonweal.domain import user
from commonweal.runtime import mutations, permissions
from commonweal.runtime.installation import Installation
from commonweal.runtime.schema import schema
from tests.web import Web, serving

WRITTEN: Final = Path(__file__).with_name("roles.toml")
SCHEMA: Final[GraphQLSchema] = schema(introspection=True).core
_SCALARS: Final[dict[str, Any]] = {
    "String": "x",
    "ID": "nobody",
    "Int": 1,
    "Float": 1.0,
    "Boolean": True,
    "Date": "2026-03-02",
    "DateTime": "2026-03-02T12:00:00Z",
    "Position": 0,
}
TOLD: Final[dict[str, Any]] = tomllib.loads(WRITTEN.read_text("utf-8")) if WRITTEN.exists() else {}
ROOTS: Final[dict[str, str]] = TOLD.get("roots", {})
"""Root field of the queries → the view it is part of."""
DEEP: Final = 9
"""Levels of a view that are asked for; no view has more."""


def example(of: Any) -> Any:
    """The least that an argument of this type may be."""
    match of:
        case GraphQLNonNull():
            return example(of.of_type)
        case GraphQLList():
            return []
        case GraphQLInputObjectType():
            return _required(of)
        case GraphQLEnumType():
            return next(iter(of.values))
        case _:
            return _SCALARS[of.name]


def _required(of: GraphQLInputObjectType) -> dict[str, Any]:
    if getattr(of, "is_one_of", False):
        name, field = next(iter(of.fields.items()))
        return {name: example(field.type)}
    return {name: example(field.type) for name, field in of.fields.items() if is_required_input_field(field)}


def bare(of: Any) -> Any:
    """A type without its lists and its non-nulls."""
    while isinstance(of, GraphQLNonNull | GraphQLList):
        of = of.of_type
    return of


def selection(of: Any, deep: int = 0, within: tuple[str, ...] = ()) -> str:
    """Every field of a type."""
    kind = bare(of)
    if not isinstance(kind, GraphQLObjectType):
        return ""
    parts = [
        name + selection(field.type, deep + 1, (*within, kind.name))
        for name, field in kind.fields.items()
        if not _leads_nowhere(field.type, deep, (*within, kind.name))
    ]
    return f" {{ {' '.join(parts)} }}"


def _leads_nowhere(of: Any, deep: int, within: tuple[str, ...]) -> bool:
    kind = bare(of)
    return isinstance(kind, GraphQLObjectType) and (deep >= DEEP or kind.name in within)


def operation(kind: str, name: str, field: Any) -> tuple[str, dict[str, Any]]:
    """A document that asks for all of a root field, and its variables."""
    wanted = {
        argument: each.type
        for argument, each in field.args.items()
        if is_required_argument(each) or argument == "input"
    }
    declared = ", ".join(f"${argument}: {of}" for argument, of in wanted.items())
    given = ", ".join(f"{argument}: ${argument}" for argument in wanted)
    document = f"{kind} Try{f'({declared})' if declared else ''} {{ {name}{f'({given})' if given else ''}{selection(field.type)} }}"
    return document, {argument: example(of) for argument, of in wanted.items()}


def roots(kind: str) -> dict[str, Any]:
    of = SCHEMA.query_type if kind == "query" else SCHEMA.mutation_type
    assert of is not None
    return dict(of.fields)


@pytest.fixture(scope="module")
def web(servers: Installation) -> Iterator[Web]:
    with serving(servers, "QPM", "QMF") as made:
        yield made


def written(role: str, kind: str) -> set[str]:
    found: list[str] = TOLD[role].get(kind, [])
    return set(found)


def tried(web: Web, role: str, kind: str) -> set[str]:
    """The root fields that someone of a role is not refused for their role's sake; nothing ends in an unforeseen error."""
    token, allowed = web.token("QPM", role), set()
    for name, field in roots(kind).items():
        document, variables = operation(kind, name, field)
        errors = web.post(token, document, variables).json().get("errors", [])
        codes = {error.get("extensions", {}).get("code") for error in errors}
        assert "INTERNAL" not in codes, (role, name, errors)
        assert not any("Cannot query" in error["message"] or "Variable" in error["message"] for error in errors), errors
        if "OUT_OF_SCOPE" not in codes:
            allowed.add(name)
    return allowed


def test_nobody_can_be_granted_what_is_public(web: Web) -> None:
    administrator = web.token("QPM", "administrator")
    wish = f'mutation {{ grantUser(id: "{"0" * 32}", input: {{role: "{permissions.PUBLIC}"}}) {{ version }} }}'
    assert web.refused(administrator, wish)["extensions"]["code"] == "REFUSED"


@pytest.mark.parametrize("role", sorted(user.ROLES))
def test_a_role_may_give_the_commands_that_are_written_down_and_no_others(web: Web, role: str) -> None:
    assert tried(web, role, "mutation") == written(role, "commands")


@pytest.mark.parametrize("role", sorted(user.ROLES))
def test_a_role_sees_the_views_that_are_written_down_and_no_others(web: Web, role: str) -> None:
    seen = written(role, "views")
    assert tried(web, role, "query") == {name for name, view in ROOTS.items() if view in seen}


def test_everything_has_a_role_and_nothing_else_is_written_down() -> None:
    everyone = {name for role in user.ROLES for name in written(role, "commands")}
    assert everyone == set(roots("mutation"))
    assert set(TOLD) == user.ROLES | {"roots", permissions.PUBLIC}
    assert set(ROOTS) == set(roots("query"))
    assert set(ROOTS.values()) <= {view for role in user.ROLES for view in written(role, "views")}


def _told() -> Iterator[str]:
    """The file, from the code as it is; which view a new root field is part of, somebody has to say."""
    named = {mutations.camel(mutations._name(command)): roles for command, roles in permissions.COMMANDS.items()}
    yield "[roots]\n" + "".join(f'{name} = "{ROOTS.get(name, "")}"\n' for name in sorted(roots("query")))
    for role in sorted(user.ROLES | {permissions.PUBLIC}):
        commands = sorted(name for name in roots("mutation") if role in named[name])
        views = sorted(permissions.views([(role, "tenant")], "somebody"))
        yield f"[{role}]\n{_listed('commands', commands)}{_listed('views', views)}"


def _listed(name: str, values: list[str]) -> str:
    return f"{name} = [\n" + "".join(f'    "{value}",\n' for value in values) + "]\n"


if __name__ == "__main__":
    sys.stdout.write("\n".join(_told()))
