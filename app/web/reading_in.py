"""Reading a file in, whatever is in it: the file comes up, is shown line by line, and is done or dropped."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar import Response
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.network.importing import ImportPlan, Outcome
from app.platform.csv_tables import MOST_BYTES, MOST_ROWS, TableUnreadable, written_table
from app.platform.problems import status_of
from app.web.forms import NO_ERRORS, show_again
from app.web.pages import PageRequest, Pages, go

LARGEST_UPLOAD: Final = MOST_BYTES + 64 * 1024
"""With what a form sends beside its file."""

OUTCOME_NAMES: Final[Mapping[Outcome, str]] = {
    Outcome.NEW: marked("neu"),
    Outcome.CHANGED: marked("geändert"),
    Outcome.SAME: marked("schon da"),
    Outcome.WRONG: marked("Fehler"),
}
_SIGNS: Final = {Outcome.NEW: "free", Outcome.CHANGED: "none", Outcome.SAME: "none", Outcome.WRONG: "late"}


def template_file(rows: list[list[str]], name: str) -> Response[bytes]:
    """The headers to fill in, as a file."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(written_table(rows), media_type="text/csv; charset=utf-8", headers=headers)


@dataclass(frozen=True, slots=True)
class ReadingIn:
    """One reading-in on its pages: the folder of its templates, what all of them know, and what becomes of lines."""

    request: PageRequest
    visitor: Visitor
    pages: Pages
    folder: str
    context: Mapping[str, Any]
    names: Mapping[Outcome, str]

    async def form(self, said: str) -> Response[str]:
        """The page on which a file is chosen."""
        context = {**self._form(), "notice": said, "errors": NO_ERRORS}
        return await self.pages.show(self.request, self.visitor, f"{self.folder}/import.html", context)

    async def refused(self, refusal: Refusal, field: str) -> Response[str]:
        """The same with what is wrong beside its field."""
        refusal.field = field
        context = {**self._form(), "notice": ""}
        return await show_again(
            self.request, self.visitor, self.pages, f"{self.folder}/import.html", context, [refusal]
        )

    async def take(
        self, content: bytes, field: str, keep: Callable[[], Awaitable[str]], preview: Callable[[str], str]
    ) -> Response[str] | Redirect:
        """Keeps the file and leads to what would happen."""
        try:
            if not content:
                raise TableUnreadable
            kept = await keep()
        except Refusal as refusal:
            return await self.refused(refusal, field)
        return go(preview(kept))

    async def preview(
        self,
        plan_of: Callable[[], Awaitable[ImportPlan]],
        field: str,
        more: Mapping[str, Any],
        refusal: Refusal | None = None,
    ) -> Response[str]:
        """What would happen, line by line, with why it was not done."""
        try:
            plan = await plan_of()
        except BadInput as unreadable:
            return await self.refused(unreadable, field)
        said = self.visitor.speaker.gettext
        context = {
            **self.context,
            **more,
            "plan": plan,
            "counts": [(_SIGNS[one], said(name), plan.count(one)) for one, name in self.names.items()],
            "rows": [(row, _SIGNS[row.outcome], said(self.names[row.outcome])) for row in plan.rows],
            "wrong": plan.count(Outcome.WRONG),
            "refusal": refusal,
        }
        return await self.pages.show(
            self.request,
            self.visitor,
            f"{self.folder}/import_preview.html",
            context,
            status=status_of(refusal) if refusal else 200,
        )

    async def run(
        self,
        act: Callable[[], Awaitable[object]],
        done: str,
        preview: Callable[[Refusal], Awaitable[Response[str]]],
    ) -> Response[str] | Redirect:
        """Does what was shown; what has changed meanwhile is shown anew."""
        try:
            await act()
        except NotFound:
            raise
        except Refusal as refusal:
            return await preview(refusal)
        return go(done)

    def _form(self) -> dict[str, Any]:
        return {**self.context, "most": MOST_ROWS, "kilobytes": MOST_BYTES // 1024}
