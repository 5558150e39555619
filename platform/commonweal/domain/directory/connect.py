"""Connecting: a service is offered while it can be relied on, and told of a person only as far as they agreed."""

from datetime import date, timedelta
from typing import Any, Final

from commonweal.domain import codes, values
from commonweal.domain.directory import community_service, connection
from commonweal.domain.link import check_new
from commonweal.domain.message import Refused, command
from commonweal.domain.people import consent
from commonweal.domain.referrals import referral


@command
class OfferConnection:
    """`hope`: what the person hopes for, in their words; the provider reads it. A stale listing needs an `override_reason`."""

    referral_id: str
    service_id: str
    plan_id: str | None = None
    mode: str
    hope: str | None = None
    override_reason: str | None = None
    override_note: str | None = None
    by: str
    on: date


@command
class SendConnection:
    """Tell the provider of the person. `link_id`: a new id, where it goes by a link."""

    channel: str
    link_id: str | None = None
    by: str
    on: date


@command
class RecordProviderAcceptance:
    places_left: int | None = None
    on: date


@command
class RecordProviderDecline:
    reason: str
    places_left: int | None = None
    on: date


@command
class RecordProviderWaitingList:
    est_wait_weeks: int | None = None
    places_left: int | None = None
    on: date


@command
class AnswerByLink:
    """What a provider said on the page its link opens. `answer`: accept, decline or waiting_list."""

    link_id: str
    answer: str
    reason: str | None = None
    est_wait_weeks: int | None = None
    places_left: int | None = None
    on: date


@command
class RecordAttendance:
    """`session_id`: a new id for a session nobody recorded yet."""

    session_id: str
    held_on: date
    code: str
    by: str
    on: date


PRIMARY: Final = "connection"
CREATES: Final = (OfferConnection,)

Command = (
    OfferConnection
    | SendConnection
    | RecordProviderAcceptance
    | RecordProviderDecline
    | RecordProviderWaitingList
    | AnswerByLink
    | RecordAttendance
)
Decision = tuple[tuple[Any, ...], ...]
"""(events of the connection, events of each stream read, in the order of `reads`)"""

DATASET: Final = "1"
"""What a provider is told: a first name, what they hope for, and how to reach them. See `runtime.provider_links`."""
SHARE: Final = "share_vcfse"
MOST: Final = 10_000


def reads(state: connection.State, command: Command) -> tuple[tuple[str, str], ...]:
    """Of an offer: the referral, the service. Of what a provider is told or says: the service, the consents. Of a session: the service."""
    match command:
        case OfferConnection(referral_id=case, service_id=service):
            return (("referral", case), ("community_service", service))
        case SendConnection() | AnswerByLink():
            if state.person_id is None:
                return ()
            return (("community_service", state.service_id), ("consent", state.person_id))
        case RecordProviderAcceptance() | RecordProviderDecline() | RecordProviderWaitingList() | RecordAttendance():
            return (("community_service", state.service_id),) if state.service_id else ()


def decide(states: tuple[Any, ...], command: Command) -> Decision:
    """Shapes: `states` is (connection, *those of `reads`)."""
    state: connection.State = states[0]
    if isinstance(command, OfferConnection):
        return _offer(state, states[1], states[2], command), (), ()
    connection.known(state)
    service: community_service.State = states[1]
    match command:
        case SendConnection():
            return _send(state, service, states[2], command), (), ()
        case AnswerByLink():
            return (*_by_link(state, service, states[2], command), ())
        case RecordProviderAcceptance(places_left=places, on=today):
            return _answer(state, service, connection.ProviderAccepted(places_left=places), today)
        case RecordProviderDecline(reason=reason, places_left=places, on=today):
            values.one_of(codes.PROVIDER_DECLINE_REASONS, reason, "reason")
            return _answer(state, service, connection.ProviderDeclined(reason=reason, places_left=places), today)
        case RecordProviderWaitingList(est_wait_weeks=weeks, places_left=places, on=today):
            answer = connection.ProviderWaitlisted(est_wait_weeks=weeks, places_left=places)
            return _answer(state, service, answer, today)
        case RecordAttendance():
            return _attended(state, service, command)


def _offer(
    state: connection.State, case: referral.State, service: community_service.State, command: OfferConnection
) -> tuple[connection.Event, ...]:
    _check(command)
    referral.known(case)
    if state.phase != "unknown":
        if (state.referral_id, state.service_id) == (command.referral_id, command.service_id):
            return ()
        raise Refused("this connection was offered already, to another service")
    if case.phase not in referral.AT_WORK or case.person_id is None:
        raise Refused(f"this referral is {case.phase}: a connection is offered while a link worker is at work on it")
    if service.listing is None:
        raise Refused("service_id names no service of the directory")
    if service.phase != "active":
        raise Refused(f"service_id: {service.name} is {service.phase}; choose another service")
    why = community_service.why_override(service, command.on)
    if why is not None and command.override_reason is None:
        raise Refused(f"override_reason is missing: {why}. Make sure first, or say why it is offered all the same")
    return (
        connection.ConnectionOffered(
            person_id=case.person_id,
            referral_id=command.referral_id,
            plan_id=command.plan_id,
            service_id=command.service_id,
            listing_version=service.listing.version,
            freshness_at_offer=service.freshness(command.on),
            mode=command.mode,
            hope=None if command.hope is None else values.said(command.hope, "hope", 500),
            override_reason=command.override_reason if why is not None else None,
            override_note=command.override_note if why is not None else None,
            by=command.by,
        ),
    )


def _check(command: OfferConnection) -> None:
    values.identifier(command.referral_id, "referral_id")
    values.identifier(command.service_id, "service_id")
    values.one_of(codes.CONNECTION_MODES, command.mode, "mode")
    if command.plan_id is not None:
        values.identifier(command.plan_id, "plan_id")
    if command.override_reason is not None:
        values.one_of(codes.STALE_LISTING_REASONS, command.override_reason, "override_reason")


def _send(
    state: connection.State, service: community_service.State, consents: consent.State, command: SendConnection
) -> tuple[connection.Event, ...]:
    values.one_of(codes.CONNECTION_CHANNELS, command.channel, "channel")
    by_link = command.channel == "secure_link"
    if by_link != (command.link_id is not None):
        raise Refused("link_id is given where it goes by a link, and not otherwise")
    if command.link_id is not None:
        values.identifier(command.link_id, "link_id")
        if state.phase == "sent" and state.link is not None and state.link.id == command.link_id:
            return ()
    elif (state.phase, state.channel) == ("sent", command.channel):
        return ()
    if state.phase not in ("accepted", "sent"):
        raise Refused(f"this connection is {state.phase}; a provider is told of someone once they have said yes")
    check_new(command.link_id, state.links)
    given = agreed(consents, state.service_id, command.on)
    if given is None:
        raise Refused(
            "this person has not agreed that we tell community services of them: "
            "ask them, record their consent to share with community services, then send"
        )
    days = service.listing.route[1] if service.listing and service.listing.route else 0
    return (
        connection.ConnectionSent(
            channel=command.channel,
            dataset_version=DATASET,
            consent_audience=given.audience,
            consent_given_on=given.given_on,
            link_id=command.link_id,
            link_expires_on=connection.link_expires(command.on) if by_link else None,
            answer_due_on=command.on + timedelta(days=days) if days else None,
            by=command.by,
        ),
    )


def agreed(consents: consent.State, service_id: str, on: date) -> consent.ConsentGiven | None:
    """The consent under which a service may know of someone on a day; None where there is none."""
    if not consent.allows(consents, SHARE, service_id, on):
        return None
    answer = consents.answers.get((SHARE, service_id)) or consents.answers.get((SHARE, consent.ANY))
    return answer if isinstance(answer, consent.ConsentGiven) else None


def _by_link(
    state: connection.State, service: community_service.State, consents: consent.State, command: AnswerByLink
) -> Decision:
    values.identifier(command.link_id, "link_id")
    link, places = command.link_id, command.places_left
    answer: connection.ProviderAccepted | connection.ProviderDeclined | connection.ProviderWaitlisted
    match command.answer:
        case "accept":
            answer = connection.ProviderAccepted(places_left=places, link_id=link)
        case "decline":
            reason = values.one_of(codes.PROVIDER_DECLINE_REASONS, command.reason or "", "reason")
            answer = connection.ProviderDeclined(reason=reason, places_left=places, link_id=link)
        case "waiting_list":
            weeks = command.est_wait_weeks
            answer = connection.ProviderWaitlisted(est_wait_weeks=weeks, places_left=places, link_id=link)
        case _:
            raise Refused("answer must be accept, decline or waiting_list")
    if state.answer != answer:
        if state.link is not None and state.link.id == link and command.on > state.link.expires_on:
            raise Refused("this link has run out: ask the link worker for a new one")
        if agreed(consents, state.service_id, command.on) is None:
            raise Refused("the person has taken back their consent: there is nothing to answer any more")
    return _answer(state, service, answer, command.on)


def _answer(
    state: connection.State,
    service: community_service.State,
    answer: connection.ProviderAccepted | connection.ProviderDeclined | connection.ProviderWaitlisted,
    today: date,
) -> Decision:
    """The answer, with the places it leaves for the directory."""
    weeks = answer.est_wait_weeks if isinstance(answer, connection.ProviderWaitlisted) else None
    for number, what in ((answer.places_left, "places_left"), (weeks, "est_wait_weeks")):
        if number is not None:
            values.within(number, 0, MOST, what)
    made = connection.answered(state, answer)
    if not made or answer.places_left is None:
        return made, ()
    return made, community_service.places_left(service, answer.places_left, today)


def _attended(state: connection.State, service: community_service.State, command: RecordAttendance) -> Decision:
    session = values.identifier(command.session_id, "session_id")
    values.one_of(connection.ATTENDANCES, command.code, "code")
    values.happened(command.held_on, command.on, "held_on")
    if session in state.sessions:
        if state.sessions[session] == (command.held_on, command.code):
            return (), ()
        raise Refused("session_id was recorded already: correct it instead")
    if state.phase not in ("started", "completed", "provider accepted"):
        raise Refused(f"this connection is {state.phase}; there is no session to record")
    begun = (connection.ConnectionStarted(started_on=command.held_on),)
    came = command.code in connection.ATTENDED
    recorded = connection.AttendanceRecorded(
        session_id=session, held_on=command.held_on, code=command.code, by=command.by
    )
    facts = (*(begun if came and state.phase == "provider accepted" else ()), recorded)
    return facts, community_service.used(service, command.held_on) if came else ()
