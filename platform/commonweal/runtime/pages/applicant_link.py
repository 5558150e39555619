"""The applicant's link: opened by an organisation without an account from applying to the last report."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from jinja2 import Environment
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console import applying, reading, saved
from commonweal.console.answers import read_number
from commonweal.console.applying import Facts
from commonweal.console.ask import Ask, AskForm, Found
from commonweal.console.asks.applicant import APPLICATION, DONE, STEPS, SUBMIT
from commonweal.console.forms import Choice, Mistake
from commonweal.console.page import Way
from commonweal.console.wording import long_date
from commonweal.domain import due
from commonweal.domain.chest import fund, fund_rounds, grant
from commonweal.domain.chest.money import pounds
from commonweal.domain.message import Refused
from commonweal.kernel.append import Conflict
from commonweal.kernel.handle import Stale
from commonweal.runtime.applicant_links import ApplicantLinks, Opened, carry_out, command, story
from commonweal.runtime.asking import Asking
from commonweal.runtime.organisations import ics_name, named_places
from commonweal.runtime.pages import by_link
from commonweal.runtime.pages.asks import typed
from commonweal.runtime.pages.page import Asked, Missing

_BY_NAME: Final = {each.name: each for each in (APPLICATION, SUBMIT, *STEPS)}
_BROUGHT: Final = ("done", "lacking", "drawdown_id", "report_id")
"""What an address may bring."""
_STALE: Final = ("expected_version", "idempotency_key")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkForm(AskForm):
    """A form behind a link. `proof`: the token, which the form sends back; `said`: what was just done; `saves`: it may be saved
    before it is whole, or withdrawn."""

    proof: str
    said: str = ""
    saves: bool = False


def routes(asking: Asking, console: Environment, links: ApplicantLinks) -> list[HTTPRouteHandler]:
    """What the link shows, and each step that can be taken there."""
    addresses = ["/apply/{token:str}", "/apply/{token:str}/{step:str}"]

    @get(addresses)
    async def opened(request: Asked, token: str, step: str = APPLICATION.name) -> Response[Any]:
        found = await links.open(asking.store, token, datetime.now(UTC))
        here = _Here(console, found, token, _known(step))
        given = {name: value for name, value in request.query_params.items() if name in _BROUGHT}
        if step not in applying.steps(found.state):
            return await here.standing(given.get("done", ""))
        lacking = await here.lacking() if step == SUBMIT.name or "lacking" in given else ()
        if lacking and step == SUBMIT.name:
            return by_link.back_to(f"{here.address}?lacking=yes")
        return await here.form(given, lacking, status=200)

    @post(addresses)
    async def sent(request: Asked, token: str, step: str = APPLICATION.name) -> Response[Any]:
        given, now = typed(await request.form()), datetime.now(UTC)
        found = await links.open(asking.store, token, now)
        by_link.require_own(given, token)
        here = _Here(console, found, token, _known(step))
        if step not in applying.steps(found.state):
            return by_link.back_to(here.address)
        return await here.save(given, now) if step == APPLICATION.name else await here.take(given, now)

    return [opened, sent]


def _known(step: str) -> Ask:
    if (found := _BY_NAME.get(step)) is None:
        raise Missing("there is no such page")
    return found


@dataclass(frozen=True, slots=True)
class _Here:
    """Where somebody stands who opened a link: at one of its steps."""

    console: Environment
    opened: Opened
    token: str
    ask: Ask

    @property
    def address(self) -> str:
        return f"/apply/{self.token}"

    @property
    def state(self) -> grant.State:
        return self.opened.state

    async def standing(self, done: str) -> Response[Any]:
        """What became of it, and what can be done next."""
        if self.state.phase == "started":
            return by_link.back_to(self.address)
        chest, round_ = await self._chest()
        about = applying.applied(
            self.state,
            await story(self.opened),
            due.today(datetime.now(UTC)),
            address=self.address,
            about=_about(chest, round_),
            said=DONE.get(done, ""),
            until=self.opened.until,
        )
        return by_link.page(self.console, "applied.html", about, 200, await ics_name(self.opened.tenant))

    async def form(self, given: Mapping[str, str], mistakes: tuple[Mistake, ...], status: int = 422) -> Response[Any]:
        """The step's form. `given`: what was typed, or what the address brings before anything was."""
        (chest, round_), found = await self._chest(), await self._found()
        first = self.ask is APPLICATION
        new = {each.field: str(uuid4()) for each in self.ask.asked if each.kind == "new_id"}
        page = LinkForm(
            ask=self.ask,
            found=found,
            facts=await self._facts(round_, found, given),
            subject=None,
            about=_about(chest, round_),
            today=due.today(datetime.now(UTC)),
            action=self.address if first else f"{self.address}/{self.ask.name}",
            back=Way(text="Change it" if self.ask is SUBMIT else "Back", href="" if first else self.address),
            idempotency_key=given.get("idempotency_key") or str(uuid4()),
            expected_version=read_number(given, "expected_version") or self.opened.version,
            typed={**new, **self._filled(given), **given},
            mistakes=mistakes,
            proof=self.token,
            said=DONE.get(given.get("done", ""), ""),
            saves=first,
        )
        return by_link.page(self.console, "by_link.html", page, status, await ics_name(self.opened.tenant))

    async def lacking(self) -> tuple[Mistake, ...]:
        """What was saved does not say yet, beside the questions that ask for it."""
        return reading.read(
            APPLICATION, saved.typed(self.state.application.draft, APPLICATION), await self._areas()
        ).mistakes

    async def save(self, given: dict[str, str], now: datetime) -> Response[Any]:
        """Keep what was typed, as far as it has come: what is only missing is said when they look at all of it."""
        answers = reading.read(self.ask, given, await self._areas())
        missing = {each.missing for each in self.ask.asked}
        wrong = tuple(each for each in answers.mistakes if each.sentence not in missing)
        if wrong := (*wrong, *self._refusals(answers.values, now)):
            return await self.form(given, wrong)
        return await self._carried_out(
            answers.values, given, now, f"/{given['then']}" if given.get("then") == SUBMIT.name else ""
        )

    async def take(self, given: dict[str, str], now: datetime) -> Response[Any]:
        """Take the step, or say what is wrong with it."""
        answers = reading.read(self.ask, given, await self._found())
        if answers.mistakes:
            return await self.form(given, answers.mistakes)
        return await self._carried_out(answers.values, given, now, "")

    async def _carried_out(
        self, values: Mapping[str, Any], given: dict[str, str], now: datetime, next_: str
    ) -> Response[Any]:
        key, version = given.get("idempotency_key") or str(uuid4()), read_number(given, "expected_version")
        try:
            wish = command(self.opened, self.ask.command, values, now)
            await carry_out(self.opened, wish, now, key, version or self.opened.version)
        except Refused as refusal:
            return await self.form(given, (reading.refused(self.ask, str(refusal)),))
        except (Stale, Conflict):
            kept = {name: value for name, value in given.items() if name not in _STALE}
            return await self.form(kept, (Mistake(field="", sentence=by_link.AGAIN),))
        return by_link.back_to(f"{self.address}{next_}" if next_ else f"{self.address}?done={self.ask.name}")

    def _refusals(self, values: Mapping[str, Any], now: datetime) -> Iterator[Mistake]:
        """Everything that is wrong at once: a field that is refused is left out, and the rest weighed again."""
        rest = dict(values)
        while rest:
            try:
                grant.decide(self.state, command(self.opened, self.ask.command, rest, now))
            except Refused as refusal:
                yield reading.refused(self.ask, str(refusal))
                if rest.pop(str(refusal).partition(" ")[0].rstrip(":"), None) is None:
                    return
            else:
                return

    async def _chest(self) -> tuple[fund.State, fund_rounds.Round]:
        chest: fund.State = (await self.opened.tenant.streams.get(fund.CATEGORY, self.state.fund_id)).state
        return chest, fund_rounds.known(chest.rounds, self.state.round_id)

    async def _found(self) -> Found:
        if self.ask.name == "drawdown":
            return {"report_id": applying.sent_reports(self.state)}
        return await self._areas() if self.ask in (APPLICATION, SUBMIT) else {}

    async def _areas(self) -> Found:
        """The places a fund is for, by name."""
        chest, _ = await self._chest()
        named = await named_places(self.opened.tenant)
        areas = dict.fromkeys(chest.founded.areas if chest.founded else ())
        return {"area": tuple(Choice(value=code, text=named.get(code, code)) for code in areas)}

    async def _facts(self, round_: fund_rounds.Round, found: Found, given: Mapping[str, str]) -> Facts:
        """What to know before one answers."""
        opened, award = round_.opened, self.state.award
        match self.ask.name:
            case "application":
                ask_for = f"{pounds(opened.least_pence)} to {pounds(opened.most_pence)}"
                return ("You may ask for", ask_for), ("Apply until the end of", long_date(round_.closes_on))
            case "look":
                return saved.answers(self.state.application.draft, APPLICATION, found)
            case "accept" | "refuse":
                told, due_ = applying.conditions(self.state, await story(self.opened)), applying.schedule(self.state)
                when = "\n".join(f"{pence} from {day} on" for day, pence in due_)
                return ("The grant", pounds(award.amount)), *told, (applying.planned(self.state.phase), when)
            case "drawdown" | "underspend":
                left = applying.left(self.state)
                paid_ = ("Paid", applying.paid(self.state))
                return ("The grant", pounds(award.amount)), paid_, ("Still to be asked for", pounds(max(left, 0)))
            case "report":
                if (report := self.state.reports.get(given.get("report_id", ""))) is None:
                    raise Missing("there is no such report")
                days = applying.days(report)
                asked_back = applying.question(await story(self.opened), report.asked.report_id)
                return ("The days it is about", days), *((("What was asked", asked_back),) if asked_back else ())
            case _:
                return ()

    def _filled(self, given: Mapping[str, str]) -> Mapping[str, str]:
        """What was said before, until it is said again."""
        if "token" in given:
            return {}
        drawdown = self.state.payments.drawdowns.get(given.get("drawdown_id", ""))
        report = self.state.reports.get(given.get("report_id", ""))
        match self.ask.name:
            case "application":
                return saved.typed(self.state.application.draft, self.ask)
            case "drawdown" if drawdown is not None:
                return {"amount_pence": saved.in_pounds(drawdown.amount)}
            case "report" if report is not None:
                return saved.typed(report.submitted, self.ask)
            case _:
                return {}


def _about(chest: fund.State, round_: fund_rounds.Round) -> str:
    name = chest.founded.name if chest.founded else ""
    return f"{name}, {round_.opened.name}"
