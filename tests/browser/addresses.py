"""Every page there is, from the route table: a new page is in the tests by itself."""

from datetime import timedelta

from tests.browser.conftest import TUESDAY

TOMORROW = TUESDAY + timedelta(days=1)
MEMBER, OPERATOR, NETWORK = "freelancer", "operator", "network"
ROLES = (None, MEMBER, OPERATOR, NETWORK)

_NO_PAGES = (
    "/static",
    "/api/",
    "/bilder/",
    "/calendars/",
    "/health/",
    "/metrics",
    "/robots.txt",
    "/netzwerk/mitschnitt",
)
_QUERIES = {
    "/plaetze": f"?ort=56751+Polch&tag={TOMORROW}&zeit=ganz&art=desk",
    "/standorte/{slug}": f"?tag={TOMORROW}&zeit=eigen&von=08:00&bis=12:00&von_ort=56751+Polch",
    "/buchen": f"?standort=regiohub-mayen&art=desk&tag={TOMORROW}&zeit=ganz",
    "/buchungen/{public_id}": "?neu=1",
    "/registrieren": "?weiter=/woche",
}
