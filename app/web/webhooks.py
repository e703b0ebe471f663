"""An operator's webhooks: where its own programs hear of bookings, and what became of each message."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.kernel.refusals import BadInput, Conflict, Refusal, marked
from app.network.queries import OperatorCard
from app.notifications.webhook_rules import TEST_EVENT, TOLD_NAMES, EndpointAsleep, Told
from app.notifications.webhooks import (
    EndpointCard,
    EndpointWanted,
    WebhookKeys,
    add_endpoint,
    change_endpoint,
    deliveries_of,
    endpoint_of,
    endpoints_of,
    resend,
    retire_endpoint,
    rotate_secret,
    send_test,
)
from app.platform.problems import status_of
from app.web.forms import NO_ERRORS, checked_id, checked_key, network_time, notice
from app.web.home import FormData
from app.web.links import ticked
from app.web.managing import managed_operator_of
from app.web.pages import PageRequest, Pages, go

SHOWN: Final = 25
"""Messages on one page of the log."""

NOTICES = {
    "geaendert": marked("Gespeichert."),
    "probe": marked("Die Probe ist unterwegs. Laden Sie die Seite in einigen Sekunden neu."),
    "erneut": marked("Die Nachricht wird noch einmal gesendet."),
    "geloescht": marked("Gelöscht. Dorthin geht nichts mehr."),
}
STATES: Final = {
    "waiting": ("yours", marked("wird noch versucht")),
    "taken": ("free", marked("angenommen")),
    "failed": ("late", marked("nicht angenommen")),
    "stopped": ("not", marked("nicht weiter versucht")),
}
BECAUSE: Final = {
    "gone": marked("Der Empfänger hat gesagt, dass es ihn nicht mehr gibt (410)."),
    "failing": marked("Der Empfänger hat drei Tage lang nichts angenommen."),
    "key": marked("Der Schlüssel der Installation ist ein anderer. Bitte das Geheimnis erneuern."),
}
ERRORS: Final = {
    "timeout": marked("keine Antwort in der Zeit"),
    "host_unknown": marked("Diesen Rechner gibt es nicht"),
    "address_refused": marked("Diese Adresse ist nicht im Internet, dorthin senden wir nicht"),
    "https_only": marked("nur mit https"),
    "url_unusable": marked("keine brauchbare Adresse"),
    "tls_failed": marked("Das Zertifikat stimmt nicht"),
    "connection_refused": marked("Verbindung abgelehnt"),
    "connection_broken": marked("Verbindung abgebrochen"),
}


def keys_of(pages: Pages) -> WebhookKeys:
    return WebhookKeys(pages.settings.signing_key, own_machine=pages.settings.webhooks_to_own_machine)


@get("/betreiber/{slug:str}/webhooks")
async def webhooks_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    operator = await managed_operator_of(slug, visitor)
    return await _show_list(request, visitor, pages, operator, {"ereignis-" + told: "ja" for told in Told}, None)


@post("/betreiber/{slug:str}/webhooks")
async def add_form(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str]:
    """Enters the address and shows its secret, once."""
    operator = await managed_operator_of(slug, visitor)
    wanted = EndpointWanted(data.get("url", "")[:600], sorted(ticked(data, "ereignis-")))
    try:
        endpoint, secret = await add_endpoint(visitor.signed_in, operator, wanted, visitor.now, keys_of(pages))
    except (BadInput, Conflict) as refusal:
        return await _show_list(request, visitor, pages, operator, data, refusal)
    return await _show_secret(request, visitor, pages, operator, endpoint, secret)


@get("/betreiber/{slug:str}/webhooks/{webhook:str}")
async def webhook_page(
    request: PageRequest,
    slug: FromPath[str],
    webhook: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    operator = await managed_operator_of(slug, visitor)
    endpoint = await endpoint_of(visitor.signed_in, operator, checked_id(webhook))
    return await _show_one(request, visitor, pages, operator, endpoint, _said_of(endpoint), None)


@post("/betreiber/{slug:str}/webhooks/{webhook:str}")
async def save_form(
    request: PageRequest,
    slug: FromPath[str],
    webhook: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    operator = await managed_operator_of(slug, visitor)
    endpoint = await endpoint_of(visitor.signed_in, operator, checked_id(webhook))
    events = sorted(ticked(data, "ereignis-"))
    wanted = EndpointWanted(data.get("url", "")[:600], events, is_active=data.get("an") == "ja")
    try:
        await change_endpoint(visitor.signed_in, operator, endpoint.public_id, wanted, visitor.now, keys_of(pages))
    except BadInput as refusal:
        return await _show_one(request, visitor, pages, operator, endpoint, data, refusal)
    return go(f"{_path(operator)}/{endpoint.public_id}?getan=geaendert")


@post("/betreiber/{slug:str}/webhooks/{webhook:str}/geheimnis")
async def rotate_form(
    request: PageRequest,
    slug: FromPath[str],
    webhook: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    operator = await managed_operator_of(slug, visitor)
    endpoint, secret = await rotate_secret(
        visitor.signed_in, operator, checked_id(webhook), visitor.now, keys_of(pages)
    )
    return await _show_secret(request, visitor, pages, operator, endpoint, secret)


@post("/betreiber/{slug:str}/webhooks/{webhook:str}/probe")
async def try_form(
    request: PageRequest,
    slug: FromPath[str],
    webhook: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str] | Redirect:
    operator = await managed_operator_of(slug, visitor)
    endpoint = await endpoint_of(visitor.signed_in, operator, checked_id(webhook))
    try:
        await send_test(visitor.signed_in, operator, endpoint.public_id, visitor.now)
    except EndpointAsleep as refusal:
        return await _show_one(request, visitor, pages, operator, endpoint, _said_of(endpoint), refusal)
    return go(f"{_path(operator)}/{endpoint.public_id}?getan=probe")


@post("/betreiber/{slug:str}/webhooks/{webhook:str}/loeschen")
async def retire_form(slug: FromPath[str], webhook: FromPath[str], visitor: NamedDependency[Visitor]) -> Redirect:
    operator = await managed_operator_of(slug, visitor)
    await retire_endpoint(visitor.signed_in, operator, checked_id(webhook), visitor.now)
    return go(f"{_path(operator)}?getan=geloescht")


@post("/betreiber/{slug:str}/webhooks/{webhook:str}/nachrichten/{message:str}")
async def resend_form(
    request: PageRequest,
    slug: FromPath[str],
    webhook: FromPath[str],
    message: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str] | Redirect:
    operator = await managed_operator_of(slug, visitor)
    endpoint = await endpoint_of(visitor.signed_in, operator, checked_id(webhook))
    try:
        await resend(visitor.signed_in, operator, endpoint.public_id, checked_id(message), visitor.now)
    except EndpointAsleep as refusal:
        return await _show_one(request, visitor, pages, operator, endpoint, _said_of(endpoint), refusal)
    return go(f"{_path(operator)}/{endpoint.public_id}?getan=erneut#n-{message}")


async def _show_list(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    operator: OperatorCard,
    typed: Mapping[str, str],
    refusal: Refusal | None,
) -> Response[str]:
    context = {
        "operator": operator,
        "endpoints": await endpoints_of(operator.id),
        "typed": typed,
        "told_names": TOLD_NAMES,
        "because": BECAUSE,
        "notice": notice(request, NOTICES),
        "errors": _errors(refusal, visitor),
    }
    status = status_of(refusal) if refusal else 200
    return await pages.show(request, visitor, "operator/webhooks.html", context, status=status)


async def _show_one(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    operator: OperatorCard,
    endpoint: EndpointCard,
    typed: Mapping[str, str],
    refusal: Refusal | None,
) -> Response[str]:
    before = request.query_params.get("vor", "")
    deliveries = await deliveries_of(endpoint, SHOWN + 1, checked_key(before) if before else None)
    path = f"{_path(operator)}/{endpoint.public_id}"
    context: dict[str, Any] = {
        "operator": operator,
        "endpoint": endpoint,
        "typed": typed,
        "told_names": TOLD_NAMES,
        "test_event": TEST_EVENT,
        "because": BECAUSE,
        "states": STATES,
        "error_texts": ERRORS,
        "deliveries": deliveries[:SHOWN],
        "next_url": f"{path}?vor={deliveries[SHOWN - 1].id}" if len(deliveries) > SHOWN else "",
        "first_url": path if before else "",
        "local": network_time,
        "notice": notice(request, NOTICES),
        "errors": _errors(refusal, visitor),
    }
    status = status_of(refusal) if refusal else 200
    return await pages.show(request, visitor, "operator/webhook.html", context, status=status)


async def _show_secret(
    request: PageRequest, visitor: Visitor, pages: Pages, operator: OperatorCard, endpoint: EndpointCard, secret: str
) -> Response[str]:
    until = network_time(endpoint.former_until) if endpoint.former_until else None
    context = {"operator": operator, "endpoint": endpoint, "secret": secret, "former_until": until}
    return await pages.show(request, visitor, "operator/webhook_secret.html", context)


def _path(operator: OperatorCard) -> str:
    return f"/betreiber/{operator.slug}/webhooks"


def _said_of(endpoint: EndpointCard) -> dict[str, str]:
    """The endpoint as its form holds it."""
    return {"url": endpoint.url, "an": "ja" if endpoint.is_active else ""} | {
        "ereignis-" + event: "ja" for event in endpoint.events
    }


def _errors(refusal: Refusal | None, visitor: Visitor) -> Mapping[str, str]:
    return {refusal.field or "": visitor.speaker.refusal(refusal)} if refusal else NO_ERRORS


HANDLERS = [
    webhooks_page,
    add_form,
    webhook_page,
    save_form,
    rotate_form,
    try_form,
    retire_form,
    resend_form,
]
