"""The mail to an operator that somebody's contract about one of its own plans or passes ends."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.identity.queries import people, staff_who_may
from app.identity.rules import Action
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.network.queries import operators
from app.notifications.post_office import Letter, PostOffice
from app.plans.contracts import ContractCard, ContractKind, contract_by_id
from app.plans.ending import EndedBecause
from app.platform.language import speaker
from app.platform.mail import Mailbox

_ZONE: Final = ZoneInfo("Europe/Berlin")
_STILL_NEWS: Final = timedelta(days=30)
_NO_SPACE: Final = 0
_SUBJECTS: Final = {
    EndedBecause.CAUSE: marked("{name} hat aus wichtigem Grund gekündigt: {contract}"),
    EndedBecause.WITHDRAWN: marked("{name} hat widerrufen: {contract}"),
    EndedBecause.WITHDRAWN_FREE: marked("{name} hat widerrufen: {contract}"),
}
_NOTICED: Final = marked("{name} hat gekündigt: {contract}")


async def tell_operator_of_membership(office: PostOffice, key: int, now: datetime) -> None:
    """Says who ends a plan that the operator sells itself, and when; the network's own plans concern no operator."""
    await _tell(office, await contract_by_id(ContractKind.MEMBERSHIP, key), now)


async def tell_operator_of_pass(office: PostOffice, key: int, now: datetime) -> None:
    """The same of a pass."""
    await _tell(office, await contract_by_id(ContractKind.PASS, key), now)


async def _tell(office: PostOffice, contract: ContractCard | None, now: datetime) -> None:
    if contract is None or contract.seller is None or contract.last_day is None:
        return
    if contract.last_day < local_day(now - _STILL_NEWS, _ZONE):
        return
    operator = next((each for each in await operators() if each.id == contract.seller), None)
    keepers, _ = await staff_who_may(Action.MANAGE_OPERATOR, operator=contract.seller, space=_NO_SPACE)
    for keeper in (await people(keepers)).values():
        if keeper.email is None or operator is None:
            continue
        says = speaker(keeper.language)
        facts = {"name": contract.person_name, "contract": contract.name(keeper.language)}
        because = contract.ended_because
        first = says.say(_SUBJECTS.get(because, _NOTICED) if because is not None else _NOTICED, facts)
        paragraphs = [
            says.say(marked("Der letzte Tag ist der {day}."), day=says.day_of_year(contract.last_day)),
            says.say(marked("Vertragsnummer: {number}"), number=contract.public_id),
            says.gettext(marked("Sie müssen nichts tun. Was für später damit gebucht war, ist schon geregelt.")),
        ]
        letter = Letter(
            key=f"own-plan-ended-{contract.public_id}-{contract.last_day:%Y%m%d}-{keeper.id}",
            to=Mailbox(keeper.name, keeper.email),
            person=keeper.id,
            language=keeper.language,
            subject=first,
            template="news",
            context={
                "first": first,
                "paragraphs": paragraphs,
                "actions": [
                    (f"{office.address}/betreiber/{operator.slug}/tarife", says.gettext(marked("Tarife ansehen")))
                ],
            },
        )
        await office.send(letter, now)
