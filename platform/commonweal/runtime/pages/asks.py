"""The form of any command: shown for a record, read, carried out by the same mutation as everyone's."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from graphql import GraphQLError
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response

from commonweal.console import reading
from commonweal.console.answers import read_number
from commonweal.console.ask import Ask, AskForm
from commonweal.console.asks import BY_NAME
from commonweal.console.forms import Choice, Mistake, Subject
from commonweal.console.page import Problem, Way
from commonweal.domain.message import Refused
from commonweal.domain.people import merge, record_access
from commonweal.domain.work.safeguarding_raising import RaiseSafeguardingConcern
from commonweal.kernel.decider import BEHAVIOURS, DECIDERS
from commonweal.runtime import mutations, permissions
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages.acted_on import acted_on
from commonweal.runtime.pages.back import local
from commonweal.runtime.pages.finding import FILLED, FOUND, MEANT, NAMED, READ
from commonweal.runtime.pages.merging import side_by_side
from commonweal.runtime.pages.page import Asked, Given, Missing, Pages, narrative
from commonweal.runtime.pages.subject import subject
from commonweal.runtime.schema import Asker
from commonweal.runtime.within import within

_STALE: Final = ("expected_version", "idempotency_key")
_CONFLICT: Final = "Someone changed this record while you were writing. Look at what it is now, then send again."


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/do/<name>/<id>`: the form, and what becomes of it."""

    @get("/do/{name:str}/{id_:str}")
    async def form(request: Asked, name: str, id_: str) -> Response[str]:
        asker = await pages.asking.asker(request, "console")
        ask = _known(name)
        given = {key: value for key, value in request.query_params.items() if key in (*ask.taken, *ask.suggested)}
        return await _show(pages, request, asker, ask, id_, given, ())

    @post("/do/{name:str}/{id_:str}")
    async def send(request: Asked, name: str, id_: str) -> Response[Any]:
        asker = await pages.asking.asker(request, "console")
        return await _send(pages, request, asker, _known(name), id_, typed(await request.form()))

    return [form, send]


def typed(form: Any) -> dict[str, str]:
    """What was sent; the several answers of one question with commas between."""
    return {name: ",".join(map(str, form.getall(name))) for name in form}


def _known(name: str) -> Ask:
    if (ask := BY_NAME.get(name)) is None:
        raise Missing("there is no such page")
    return ask


async def _show(
    pages: Pages,
    request: Asked,
    asker: Asker,
    ask: Ask,
    id_: str,
    given: Mapping[str, str],
    mistakes: tuple[Mistake, ...],
) -> Response[str]:
    """The form, with what was typed before and what was wrong with it."""
    back = Way(text="Back", href=local(request.query_params.get("back")))
    if not permissions.may(asker.principal.grants, ask.command):
        sentence = f"Your role does not let you do this: {ask.title[:1].lower()}{ask.title[1:]}."
        ask_whom = "If you think it should, ask whoever looks after Commonweal where you work."
        about = Problem(status=403, sentence=sentence, next=ask_whom, way=back)
        return await pages.html(request, asker, "error.html", about, status=403)
    new_one = mutations.makes_new(ask.command)
    alone = ask.code is not None or (new_one and not ask.parent)
    if not alone:
        await among_theirs(asker, ask.command, id_, ask.parent)
    version, someone, called = (0, None, "") if alone else await _record(pages, asker, ask, id_)
    own = not new_one and BEHAVIOURS[ask.command].primary == ask.about
    fill = None if "idempotency_key" in given else FILLED.get(ask.name)
    filled = {} if fill is None else await fill(asker, id_, given)
    new = {question.field: str(uuid4()) for question in ask.asked if question.kind == "new_id"}
    query = f"?{request.url.query}" if request.url.query else ""
    merging = ask.command is merge.MergePersons
    two, instead = (
        await side_by_side(pages, asker, id_, given.get("absorbed_id", ""), back.href) if merging else ((), None)
    )
    form = AskForm(
        ask=ask,
        two=two,
        instead=instead,
        found=await _found(pages, asker, ask, id_, given),
        facts=() if (read := READ.get(ask.name)) is None else await read(pages, asker, id_, given),
        subject=someone,
        about=called,
        acted_on="" if alone else await acted_on(asker, ask, id_, given),
        today=asker.reader.today,
        action=f"{request.url.path}{query}",
        back=back,
        idempotency_key=given.get("idempotency_key") or str(uuid4()),
        expected_version=(read_number(given, "expected_version") or version) if own else None,
        typed={**filled, **new, **given},
        mistakes=mistakes,
    )
    return await pages.html(request, asker, "ask.html", form, status=422 if mistakes else 200, here="")


async def _send(pages: Pages, request: Asked, asker: Asker, ask: Ask, id_: str, given: dict[str, str]) -> Response[Any]:
    answers = reading.read(ask, given, await _found(pages, asker, ask, id_, given))
    if answers.mistakes:
        return await _show(pages, request, asker, ask, id_, given, answers.mistakes)
    values = {**answers.values, **({ask.parent: id_} if ask.parent else {})}
    record = None if ask.parent else id_
    if ask.code is not None:
        record = NAMED.get(ask.name, _as_it_is)(asker, values.pop(ask.code.field))
    try:
        if ask.name in MEANT:
            values = await MEANT[ask.name](pages, asker, values)
        made = await receipt(pages, asker, ask.command, record, values, given)
    except Refused as refusal:
        return await _show(pages, request, asker, ask, id_, given, (reading.refused(ask, str(refusal)),))
    except Unanswered as refusal:
        if refusal.code == "INTERNAL":
            raise
        kept, told = _unanswered(ask, given, refusal)
        return await _show(pages, request, asker, ask, id_, kept, (told,))
    address = ask.leads.format(made["id"]) if ask.leads else local(request.query_params.get("back"))
    done = f"done={ask.name}&position={made['position']}"
    return Redirect(f"{address}{'&' if '?' in address else '?'}{done}", status_code=303)


def _as_it_is(_asker: Asker, code: str) -> str:
    return code


def _unanswered(ask: Ask, given: dict[str, str], refusal: Unanswered) -> tuple[dict[str, str], Mistake]:
    """What is typed already when the form is shown again, and what is wrong."""
    if refusal.code != "CONFLICT":
        return given, reading.refused(ask, str(refusal))
    if ask.code is not None:
        return given, Mistake(field=ask.code.anchor, sentence=ask.clash)
    return {name: value for name, value in given.items() if name not in _STALE}, Mistake(field="", sentence=_CONFLICT)


async def carry_out(
    pages: Pages, asker: Asker, command: type, id_: str | None, values: Mapping[str, Any], given: Mapping[str, str]
) -> int:
    """Give a command as everyone does; the position of its receipt. Raises `Unanswered`."""
    return int((await receipt(pages, asker, command, id_, values, given))["position"])


async def receipt(
    pages: Pages, asker: Asker, command: type, id_: str | None, values: Mapping[str, Any], given: Mapping[str, str]
) -> Mapping[str, Any]:
    """The receipt of a command, given as everyone gives it. `given`: the form's `idempotency_key` and `expected_version`.

    Raises `Unanswered`."""
    variables = {
        "id": id_,
        "key": given.get("idempotency_key") or str(uuid4()),
        "version": read_number(given, "expected_version"),
        "input": {mutations.camel(name): value for name, value in values.items() if value is not None},
    }
    document = mutations.document(command)
    wanted = {name: value for name, value in variables.items() if f"${name}:" in document}
    (found,) = (await pages.ask(asker, "Do", document, **wanted)).values()
    told: Mapping[str, Any] = found
    return told


async def among_theirs(asker: Asker, command: type, id_: str, parent: str = "") -> None:
    """A form is open to whoever may send it: what stands in it is of the record. Raises `Missing`, `NotAllowed`."""
    try:
        given = {parent: id_} if parent else {}
        await within(asker.principal, asker.tenant, asker.reader, command, id_, given)
    except GraphQLError as refusal:
        if (refusal.extensions or {}).get("code") == "OUT_OF_SCOPE":
            raise NotAllowed(refusal.message, kind="scope", tenant=asker.tenant.ods) from None
        raise Missing(refusal.message) from None


async def _found(pages: Pages, asker: Asker, ask: Ask, id_: str, given: Given) -> dict[str, tuple[Choice, ...]]:
    return {each.field: await FOUND[each.found](pages, asker, id_, given) for each in ask.asked if each.found}


async def _whom(pages: Pages, asker: Asker, ask: Ask, person_id: str) -> Subject | None:
    """Whom a form is about. Raises `Missing` where the one who asks does not see them, but for a review: it is of who opened the record."""
    try:
        return await pages.person(asker, person_id)
    except Missing:
        if ask.command is record_access.ReviewAccess:
            return None
        raise


async def _record(pages: Pages, asker: Asker, ask: Ask, id_: str) -> tuple[int, Subject | None, str]:
    """(version of the record, whose it is, what it is called). Raises `Missing` where it is not among those someone sees."""
    category = ask.about
    # As it is, not as this process last knew it: other processes write too, and their change is no conflict with this form.
    kept = await asker.tenant.streams.committed(category, id_)
    if kept.version == 0 and not ask.anew:
        raise Missing("there is no such record among those you see")
    decider = DECIDERS[category]
    referral_id = id_ if category == "referral" else decider.case(kept.state)
    person_id = id_ if decider.subject_is_stream else decider.person(kept.state)
    if referral_id is not None:
        try:
            node = await pages.referral(asker, referral_id)
        except Missing:
            if ask.command is not RaiseSafeguardingConcern or person_id is None:
                raise
            return kept.version, await pages.person(asker, person_id), ""  # a broken glass need not name the referrals
        words = await narrative(asker, referral_id) if not node["person"]["erased"] else None
        return kept.version, subject(node, words), ""
    if person_id is not None:
        return kept.version, await _whom(pages, asker, ask, person_id), ""
    called = getattr(kept.state, "name", "") or getattr(kept.state, "display_name", "")
    return kept.version, None, str(called or "")
