"""Refusals and failures as HTTP says them: a status, and for programs RFC 9457 problem details."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Response

from app.kernel.refusals import BadInput, Conflict, NotAllowed, NotFound, Refusal, marked
from app.platform.bad_fields import refusal_of
from app.platform.database import DatabaseAway
from app.platform.language import Speaker
from app.platform.rate_limits import TooMany

PROBLEM_JSON = "application/problem+json"


class NotSignedIn(Refusal):
    """The request needs a person and has none."""

    code = "not_signed_in"
    text = marked("Dafür bitte anmelden.")


class Unreadable(BadInput):
    """The body or a parameter is not of the documented form."""

    code = "bad_input"
    text = marked("Diese Anfrage lässt sich nicht verstehen.")


_STATUS: Sequence[tuple[type[Refusal], int]] = (
    (NotSignedIn, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (Conflict, 409),
    (TooMany, 429),
    (Refusal, 422),
)

_TITLES: Mapping[int, str] = {
    400: marked("Anfrage nicht verstanden"),
    401: marked("Bitte anmelden"),
    403: marked("Nicht erlaubt"),
    404: marked("Nicht gefunden"),
    405: marked("Hier nicht vorgesehen"),
    409: marked("Nicht mehr möglich"),
    413: marked("Zu groß"),
    415: marked("Unbekanntes Format"),
    422: marked("So nicht möglich"),
    429: marked("Zu viele Anfragen"),
    500: marked("Fehler auf unserer Seite"),
    503: marked("Gerade nicht erreichbar"),
}

_HTTP_DETAILS: Mapping[int, tuple[str, str]] = {
    400: ("bad_input", marked("Diese Anfrage lässt sich nicht verstehen.")),
    401: ("not_signed_in", marked("Dafür bitte anmelden.")),
    403: ("not_allowed", marked("Das dürfen Sie hier nicht.")),
    404: ("not_found", marked("Das gibt es hier nicht (mehr).")),
    405: ("method_not_allowed", marked("Diese Adresse kennt diese Art von Anfrage nicht.")),
    413: ("too_large", marked("Das ist größer, als hier angenommen wird.")),
    415: ("unsupported_media_type", marked("Dieses Format wird hier nicht angenommen.")),
    500: ("internal_error", marked("Der Fehler ist notiert. Bitte versuchen Sie es später noch einmal.")),
    503: ("database_away", marked("Die Datenbank antwortet gerade nicht. Bitte versuchen Sie es gleich noch einmal.")),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, ready to be shown."""

    status: int
    code: str
    title: str
    detail: str
    errors: Sequence[Mapping[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def as_response(self) -> Response[bytes]:
        """The problem as application/problem+json."""
        body: dict[str, Any] = {
            "type": f"/api/docs#{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.errors:
            body["errors"] = list(self.errors)
        body |= self.more
        return Response(
            msgspec.json.encode(body), status_code=self.status, media_type=PROBLEM_JSON, headers=dict(self.headers)
        )


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal."""
    return next(status for kind, status in _STATUS if isinstance(refusal, kind))


def problem_of(error: Exception, speaker: Speaker) -> Problem:
    """What an exception means to the one who asked; never more of an unexpected one than that it happened."""
    if isinstance(error, Refusal):
        return _refused(error, speaker)
    if isinstance(error, DatabaseAway):
        return _plain(503, speaker, headers={"Retry-After": "2"})
    if isinstance(error, ValidationException):
        return _plain(422, speaker, errors=_fields(error, speaker), code="bad_input", detail=Unreadable.text)
    if isinstance(error, HTTPException) and error.status_code < 500:
        return _plain(error.status_code, speaker, headers=dict(error.headers or {}))
    return _plain(500, speaker)


@dataclass(frozen=True, slots=True)
class KnownCode:
    """A code that an answer may carry, with its status and its sentence; facts stand as {names} in it."""

    code: str
    status: int
    text: str


def known_codes() -> list[KnownCode]:
    """All codes of the refusals that are loaded and of HTTP's own errors, in their order."""
    known = {code: KnownCode(code, status, text) for status, (code, text) in _HTTP_DETAILS.items()}
    kinds = [Refusal]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if "code" in vars(kind):
            status = next(status for base, status in _STATUS if issubclass(kind, base))
            known.setdefault(kind.code, KnownCode(kind.code, status, kind.text))
    return sorted(known.values(), key=lambda known: known.code)


def _refused(refusal: Refusal, speaker: Speaker) -> Problem:
    status = status_of(refusal)
    detail = speaker.refusal(refusal)
    headers = {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, TooMany) else {}
    if isinstance(refusal, NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    alternatives, instead = refusal.facts.get("alternatives"), refusal.facts.get("instead")
    conflicts, offers = refusal.facts.get("conflicts"), refusal.facts.get("offers")
    return Problem(
        status=status,
        code=refusal.code,
        title=speaker.gettext(_TITLES[status]),
        detail=detail,
        errors=[{"field": refusal.field, "message": detail}] if refusal.field else [],
        headers=headers,
        more=({"instead": instead} if instead else {})
        | ({"conflicts": conflicts} if conflicts else {})
        | ({"offers": offers} if offers else {})
        | (
            {"alternatives": [{"resource_id": i, "name": name} for i, name in alternatives]}
            if isinstance(alternatives, list)
            else {}
        ),
    )


def _plain(
    status: int,
    speaker: Speaker,
    *,
    code: str | None = None,
    detail: str | None = None,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Problem:
    known_code, known_detail = _HTTP_DETAILS.get(status, _HTTP_DETAILS[400])
    return Problem(
        status=status,
        code=code or known_code,
        title=speaker.gettext(_TITLES.get(status, _TITLES[400])),
        detail=speaker.gettext(detail or known_detail),
        errors=errors,
        headers=headers or {},
    )


def _fields(error: ValidationException, speaker: Speaker) -> list[Mapping[str, str]]:
    extra = error.extra if isinstance(error.extra, list) else [{"message": error.detail}]
    refusals = [refusal_of(str(item.get("message", "")), str(item.get("key", ""))) for item in extra]
    return [{"field": refusal.field or "", "message": speaker.refusal(refusal)} for refusal in refusals]


def wants_json(accept: str) -> bool:
    """Whether a client would rather have JSON than a page; one that takes anything gets JSON."""
    page, json = accept.find("text/html"), accept.find("json")
    if page == -1:
        return True
    return json != -1 and json < page
