"""Pages behind the links of mails. Their address is the key to what they show, so no other page learns it."""

from collections.abc import Awaitable, Mapping
from typing import Any, Final, TypedDict

from litestar import Response

from app.identity.authentication import Visitor
from app.kernel.refusals import NotFound, Refusal
from app.platform.problems import status_of
from app.platform.rate_limits import TooMany
from app.web.forms import NO_ERRORS
from app.web.pages import PageRequest, Pages

KEPT_TO_ITSELF: Final = {"Referrer-Policy": "no-referrer"}


class Proof(TypedDict):
    """What shows that a link is one of ours, and whose tries are counted."""

    key: bytes
    address: str


def proof(visitor: Visitor, pages: Pages) -> Proof:
    """For the operations behind links: `cancel_by_link(link, visitor.now, **proof(visitor, pages))`."""
    return Proof(key=pages.settings.signing_key, address=visitor.address)


async def refusal_of(act: Awaitable[object]) -> Refusal | None:
    """Does it; what stands in the way is for the page to say.

    Raises NotFound, TooMany: then there is no page.
    """
    try:
        await act
    except (NotFound, TooMany):
        raise
    except Refusal as refusal:
        return refusal
    return None


async def show_linked(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    template: str,
    context: Mapping[str, Any],
    refusal: Refusal | None = None,
) -> Response[str]:
    """The page, with what was refused: as `refusal`, and in `errors` by its field."""
    errors = {refusal.field or "": visitor.speaker.refusal(refusal)} if refusal else NO_ERRORS
    return await pages.show(
        request,
        visitor,
        template,
        {**context, "refusal": refusal, "errors": errors},
        status=status_of(refusal) if refusal else 200,
        headers=KEPT_TO_ITSELF,
    )
