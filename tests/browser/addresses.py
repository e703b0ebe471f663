"""Every page there is, from the route table: a new page is in the tests by itself."""

import functools
import re
from dataclasses import dataclass
from datetime import date, timedelta

from litestar import Litestar
from litestar.routes import HTTPRoute

from app.main import create_app
from app.platform.settings import Environment, Secret, Settings

TUESDAY = date(2026, 11, 24)
TOMORROW = TUESDAY + timedelta(days=1)
MEMBER, OPERATOR, NETWORK = "freelancer", "operator", "network"
EVERYBODY = (None, MEMBER, OPERATOR, NETWORK)

OF_STAFF = ("/netzwerk", "/theke", "/betrieb", "/betreiber", "/auslastung")
"""How the addresses begin that only staff sees."""

_NO_PAGE = re.compile(
    r"^/(static|api(?!/docs)|bilder|calendars|health|metrics|robots\.txt|sw\.js|manifest)|\{path\}"
    r"|\.(ics|csv)$|/html$|/aenderungen$|/datei$|/pdf$|/bestaetigung$|/meldungen/\{report\}/bild$"
)
"""What GET answers with something else than a page of ours; /html is a mail as it was sent."""

_QUERIES = {
    "/plaetze": f"?ort=56751+Polch&tag={TOMORROW}&zeit=ganz&art=desk",
    "/standorte/{slug}": f"?tag={TOMORROW}&zeit=eigen&von=08:00&bis=12:00&ort=56751+Polch&filter=frei",
    "/buchen": f"?standort=regiohub-mayen&art=desk&tag={TOMORROW}&zeit=ganz",
    "/buchen/gehalten": "?platz={hold}",
    "/buchen/bestaetigen": "?token={token}",
    "/buchungen/{public_id}": "?neu=1",
    "/woche/serien/{series}": "?neu=1",
    "/woche/serien/{series}/absagen": "?was=alle",
    "/woche/serien/{series}/aendern": f"?ab={TOMORROW}&von=09:00&bis=12:00&bis_tag=2026-12-31&mi=ja",
    "/registrieren": "?weiter=/woche",
    "/warteliste/eintragen": "?standort=regiohub-mayen&art=desk"
    f"&beginn={TOMORROW}T09:00:00%2B01:00&ende={TOMORROW}T12:00:00%2B01:00",
    "/theke/{slug}": f"?tag={TOMORROW}",
    "/theke/{slug}/tag": f"?tag={TOMORROW}",
    "/theke/{slug}/leute": "?wer=schmitz",
    "/theke/{slug}/kalender": f"?tag={TOMORROW}",
    "/theke/{slug}/kalender/neu": f"?am={TOMORROW}&von=09:00&bis=11:00&wer=schmitz",
    "/theke/{slug}/serien/{series}": "?geaendert=1",
    "/theke/{slug}/serien/{series}/absagen": "?was=alle",
    "/betrieb/{slug}/sperren/pruefen": f"?art=schliesstag&grund=Inventur&ersttag={TOMORROW}",
    "/betrieb/{slug}/grundriss/{floor}": "?platz={what}",
    "/betrieb/{slug}/gruppen/{group_id}": "?wer=schmitz",
    "/netzwerk/menschen": "?wer=schmitz",
    "/netzwerk/betreiber/{slug}/beenden": f"?letzter_tag={TOMORROW}",
    "/betrieb/{slug}/vereine": "?name=Chor&wer=schmitz",
    "/betrieb/{slug}/auslastung": f"?von={TUESDAY - timedelta(days=13)}&bis={TUESDAY + timedelta(days=5)}",
}
_LINKS = {
    "/hausverbot/{link}": "bar_link",
    "/gelesen/{link}": "read_link",
    "/erklaerung/{link}": "receipt_link",
    "/morgen/{slug}/{day}/{link}": "day_link",
    "/abendmail/{slug}/{link}": "end_link",
}
_MORE = (
    "/theke/regiohub-polch/leute",
    "/betreiber/stadthaus-andernach/hausverbote",
    f"/plaetze?ort=Atlantis&tag={TOMORROW}",
    f"/plaetze?ort=56751+Polch&tag={TUESDAY + timedelta(days=5)}",
    f"/standorte/regiohub-mayen?tag={TUESDAY + timedelta(days=5)}",
    "/standorte/regiohub-polch?tag=morgen&zeit=eigen&von=18:00&bis=08:00",
    "/theke?ort=Mayen",
    "/theke/regiohub-polch/leute?wer=Niemand",
    f"/theke/regiohub-polch/kalender?ansicht=woche&tag={TOMORROW}",
    f"/theke/regiohub-polch/kalender?ansicht=monat&tag={TOMORROW}",
    "/betrieb/regiohub-polch/sperren/neu?art=schliesstag",
    f"/betrieb/regiohub-polch/sperren/pruefen?art=sperre&grund=&tag={TOMORROW}&von=08:00",
    "/betrieb/alte-bank-ochtendung/verbunden",
    "/betrieb/regiohub-polch/auslastung?von=morgen&bis=2026-11-01",
    "/betrieb/regiohub-polch/auslastung?von=2020-01-01&bis=2020-01-31",
    "/netzwerk/auslastung?zeitraum=zwoelf-monate&zeigt=genutzt",
    f"/standorte/alte-bank-ochtendung?tag={TOMORROW}&zeit=eigen&von=09:15&bis=10:00&art=room",
    "/netzwerk/betreiber/burgwerk-monreal",
    "/netzwerk/texte/nutzungsbedingungen/entwurf",
    "/betreiber/burgwerk-monreal/einrichten",
    "/betrieb/regiohub-polch/plaetze/viele?kind=desk&names=1+bis+30&capacity=1",
    "/betrieb/regiohub-polch/plaetze/viele?kind=desk&names=9+bis+1&capacity=1",
    "/netzwerk/neuer-standort?standort=regiohub-polch",
    "/gibt-es-nicht",
)
"""Pages in another state: nothing found, closed, refused, not there."""
_MORE_OF_TEAMS = (
    "/team/beitreten/{invitation_token}",
    "/team/beitreten/gibt-es-nicht",
    "/team/domain/{domain_token}?getan=ja",
    "/team/{open_team}/beitritt",
    *(f"/team/{{empty_team}}{page}" for page in ("", "/angebote", "/antraege", "/bericht", "/buchen", "/kontingent")),
    *(f"/team/{{empty_team}}{page}" for page in ("/kostenstellen", "/personen", "/plaetze", "/tage", "/vertraege")),
)
"""Of teams: each way in, and the lists of one in which nothing is yet."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the application answers, and ids of the member's booking, calendar address and mail."""

    address: str
    ids: dict[str, str]


@functools.cache
def routes() -> list[str]:
    """The path of everything that can be asked for, with its parameters in braces."""
    settings = Settings(environment=Environment.TEST, secret_key=Secret("for reading routes only"))
    application = create_app(settings, "postgresql://nowhere/none").app
    assert isinstance(application, Litestar)
    found = {
        route.path_format for route in application.routes if isinstance(route, HTTPRoute) and "GET" in route.methods
    }
    return sorted(found)


def pages() -> list[str]:
    """The path of every page, with its parameters in braces."""
    return [path for path in routes() if not _NO_PAGE.search(path)]


def addresses(site: Site) -> list[str]:
    """An address of every page, and of some in a state that they are rarely seen in."""
    return [f"{_filled(path, site.ids)}{_QUERIES.get(path, '').format(**site.ids)}" for path in pages()] + [
        *_MORE,
        *(address.format(**site.ids) for address in _MORE_OF_TEAMS),
    ]


def addresses_tolerantly(site: Site) -> list[str]:
    """The same, where nothing stands for a new parameter: then what it names does not exist."""
    names = {name for path in (*pages(), *_MORE_OF_TEAMS) for name in re.findall(r"\{(\w+)\}", path)} - {"slug"}
    nothing = dict.fromkeys(
        names | set(_LINKS.values()) | {"team_member", "join_token", "domain_token"}, "zzzzzzzzzzzzzzzz"
    )
    return addresses(Site(site.address, {**nothing, **site.ids}))


def _filled(path: str, ids: dict[str, str]) -> str:
    """Raises KeyError for a parameter that is new; then say here what it stands for."""
    own = ids["feed"] if path.startswith("/kalender") else ids["booking"]
    if path.startswith("/theke"):
        own, ids = ids["desk_booking"], {**ids, "series": ids["desk_series"]}
    if path.startswith("/angebot"):
        ids = {**ids, "link": ids["offer"]}
    if path.startswith("/mitgliedschaft/angebote"):
        ids = {**ids, "offer": ids.get("change_offer", ids["offer"])}
    if path.startswith("/betreiber"):
        ids = {**ids, "product": ids.get("operator_product", ids["product"])}
    if path in _LINKS:
        ids = {**ids, "link": ids[_LINKS[path]]}
    if path.startswith("/team"):
        way = "domain_token" if "/domain/" in path else "join_token"
        ids = {**ids, "member": ids["team_member"], "token": ids[way]}
    if path.startswith("/netzwerk/menschen"):
        ids = {**ids, "guest": ids["member"]}
    if path.endswith("/anrufen"):
        return path.format(slug="regiohub-andernach", blocker=ids["closing"])
    if path.endswith("/{bar}"):
        return path.format(slug="stadthaus-andernach", bar=ids["bar"])
    slug = "dorfwerk-maifeld" if path.startswith(("/betreiber", "/netzwerk/betreiber")) else "regiohub-polch"
    ids = {**ids, "day": TOMORROW.isoformat(), "text": "nutzungsbedingungen", "version": TUESDAY.isoformat()}
    return path.format(slug=slug, **{**ids, "public_id": own, "name": ids["mail"], "person": ids["guest"]})
