"""Fixed desks at an operator's spaces, for the operator."""

from collections.abc import Sequence
from typing import Final

from app.kernel.refusals import marked
from app.platform.exported_tables import ExportedTable

_THERE: Final = "fixed_desk JOIN resource ON resource.id = fixed_desk.resource JOIN space ON space.id = resource.space"

FIXED_DESKS: Final[Sequence[ExportedTable]] = (
    ExportedTable(
        "fixed_desks",
        "fixed_desk",
        marked("Schreibtische an Ihren Standorten, die fest vergeben sind oder waren"),
        f"{_THERE} JOIN membership ON membership.id = fixed_desk.membership"
        " LEFT JOIN known ON known.person = membership.person"
        " LEFT JOIN known AS assigner ON assigner.person = fixed_desk.assigned_by"
        " WHERE space.operator = $1 ORDER BY fixed_desk.id",
        {
            "id": "fixed_desk.public_id",
            "resource": "resource.public_id",
            "person": "known.id",
            "first_day": "fixed_desk.first_day",
            "last_day": "fixed_desk.last_day",
            "ended_because": "fixed_desk.ended_because",
            "withdrawn_at": "fixed_desk.withdrawn_at",
            "assigned_by": "assigner.id",
            "assigned_at": "fixed_desk.assigned_at",
        },
        {
            "first_day": marked("erster Tag"),
            "last_day": marked("letzter Tag; leer: solange der Tarif gilt"),
            "ended_because": marked(
                "warum er endet: staff, replaced (anderer Platz), desk_retired, space_retired, operator_ended; leer:"
                " mit der Mitgliedschaft oder gar nicht"
            ),
            "withdrawn_at": marked("wann vor dem ersten Tag zurückgenommen"),
            "assigned_by": marked("wer den Platz vergeben hat (people.id)"),
            "assigned_at": marked("wann vergeben"),
        },
    ),
    ExportedTable(
        "fixed_desk_releases",
        "fixed_desk_release",
        marked("Tage, an denen jemand seinen festen Platz anderen überlassen hat"),
        f"fixed_desk_release JOIN ({_THERE}) ON fixed_desk.id = fixed_desk_release.fixed_desk"
        " WHERE space.operator = $1 ORDER BY fixed_desk_release.id",
        {
            "fixed_desk": "fixed_desk.public_id",
            "day": "fixed_desk_release.day",
            "released_at": "fixed_desk_release.released_at",
            "taken_back_at": "fixed_desk_release.taken_back_at",
        },
        {
            "fixed_desk": marked("der feste Platz (fixed_desks.id)"),
            "released_at": marked("wann freigegeben"),
            "taken_back_at": marked("wann zurückgenommen"),
        },
    ),
)
