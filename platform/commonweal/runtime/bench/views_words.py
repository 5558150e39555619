"""One question in three tongues: the board as each peer's schema has its words, and its answer read as ours."""

from collections.abc import Callable, Mapping
from typing import Any, Final

DOCUMENTS: Final[Mapping[str, Callable[[str], str]]] = {
    "PostGraphile 5": lambda fields: (
        f"""query Board($first: Int!, $after: Cursor) {{
  caseload: allReferrals(condition: {{stage: "ALLOCATED"}}, first: $first, after: $after, orderBy: [RECEIVED_AT_DESC, PRIMARY_KEY_DESC]) {{
    edges {{ cursor node {{ {_amber(fields)} }} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}"""
    ),
    "Mercurius + graphql-jit": lambda fields: (
        f"""query Board($first: Int!, $after: String) {{
  caseload(stage: "ALLOCATED", first: $first, after: $after) {{
    edges {{ cursor node {{ {fields} }} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}"""
    ),
}
"""Our question in each peer's words; their answers then read as ours do."""


def _amber(fields: str) -> str:
    """Our field names in PostGraphile's: a column is its own field, what a key leads to is named for the key."""
    for ours, theirs in (
        ("id ", "id: rowId "),
        ("sourceOrganisationName", "trust: trustBySourceOrganisation { name }"),
        ("practice {", "practice: practiceByPractice {"),
        ("pcnCode pcnName", "pcn: pcnByPcn { pcn name }"),
        ("person {", "person: personByPersonId {"),
        ("linkWorker {", "linkWorker: linkWorkerByLinkWorkerId {"),
    ):
        fields = fields.replace(ours, theirs)
    return fields


def as_ours(node: dict[str, Any]) -> dict[str, Any]:
    """PostGraphile's referral with what it nests where ours is flat."""
    if "trust" in node:
        trust = node.pop("trust")
        node["sourceOrganisationName"] = trust and trust["name"]
        pcn = node["practice"].pop("pcn")
        node["practice"] |= {"pcnCode": pcn["pcn"], "pcnName": pcn["name"]}
    return node
