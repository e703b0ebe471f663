"""Reports: what anybody may say at a space, what its staff does with it, and when it is gone."""

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from app.inventory.reports import (
    AnsweredAlready,
    AnswerMissing,
    ContactUnusable,
    NewReport,
    ReportedThingUnknown,
    ReportTextMissing,
    State,
    answer_report,
    forget_reports,
    photo_of_report,
    report,
    report_at,
    reports_at,
    set_state,
)
from app.kernel.refusals import BadInput, NotFound
from app.network.queries import SpaceCard, any_space
from app.platform.pictures import NotAPicture
from app.platform.rate_limits import TooMany
from tests.worlds import NOW, World, a_world


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


@pytest.fixture
async def polch(world: World) -> SpaceCard:
    space = await any_space(world.polch.slug)
    assert space is not None
    return space


def a_photo() -> bytes:
    written = BytesIO()
    Image.new("RGB", (30, 20), (90, 30, 20)).save(written, "JPEG", comment=b"taken at home")
    return written.getvalue()


async def test_staff_reads_what_was_said_and_sees_the_photo_without_what_it_told(
    world: World, polch: SpaceCard
) -> None:
    wanted = NewReport(
        "broken", "Der Monitor\r\nbleibt dunkel.", world.polch["1"].public_id, "Jana@Example.org", a_photo()
    )
    public_id = await report(polch, wanted, "en", "192.0.2.7", NOW)
    [read] = await reports_at(polch.id, NOW)
    assert (read.public_id, read.said, read.name, read.email) == (
        public_id,
        "Der Monitor\nbleibt dunkel.",
        "1",
        "jana@example.org",
    )
    photo = await photo_of_report(polch.id, public_id)
    assert photo[8:12] == b"WEBP"
    assert b"taken at home" not in photo
    with pytest.raises(NotFound):
        await photo_of_report(world.andernach.id, public_id)


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (NewReport("broken", "  "), ReportTextMissing),
        (NewReport("broken", "x" * 1001), ReportTextMissing),
        (NewReport("cold", "Kalt", "zzzzzzzzzzzzzzzz"), ReportedThingUnknown),
        (NewReport("dirt", "Krümel", contact="mia at home"), ContactUnusable),
        (NewReport("dirt", "Krümel", photo=b"<svg onload='x'>"), NotAPicture),
    ],
)
async def test_what_cannot_be_kept_is_refused_and_leaves_nothing(
    polch: SpaceCard, wanted: NewReport, refusal: type[BadInput]
) -> None:
    with pytest.raises(refusal):
        await report(polch, wanted, "de", "192.0.2.7", NOW)
    assert await reports_at(polch.id, NOW) == []


async def test_a_thing_of_another_space_cannot_be_reported_here(world: World, polch: SpaceCard) -> None:
    wanted = NewReport("cold", "Kalt", world.andernach["A1"].public_id)
    with pytest.raises(ReportedThingUnknown):
        await report(polch, wanted, "de", "192.0.2.7", NOW)


async def test_one_address_reports_six_times_an_hour(polch: SpaceCard) -> None:
    for number in range(6):
        await report(polch, NewReport("dirt", f"Krümel {number}"), "de", "192.0.2.7", NOW)
    with pytest.raises(TooMany):
        await report(polch, NewReport("dirt", "Noch einer"), "de", "192.0.2.7", NOW)
    await report(polch, NewReport("dirt", "Von nebenan"), "de", "192.0.2.8", NOW)


async def test_an_answer_goes_out_once_and_only_where_an_address_was_left(world: World, polch: SpaceCard) -> None:
    frida = world.frida.actor()
    asked = await report(polch, NewReport("question", "Wo?", contact="jana@example.org"), "de", "192.0.2.7", NOW)
    silent = await report(polch, NewReport("question", "Wann?", contact="02654 1234"), "de", "192.0.2.7", NOW)
    with pytest.raises(AnswerMissing):
        await answer_report(frida, polch, asked, " ", NOW)
    with pytest.raises(NotFound):
        await answer_report(frida, polch, silent, "Um zehn.", NOW)
    await answer_report(frida, polch, asked, "Im Flur.", NOW)
    assert (await report_at(polch.id, asked, NOW)).state is State.IN_HAND
    with pytest.raises(AnsweredAlready):
        await answer_report(frida, polch, asked, "Doch im Keller.", NOW)


async def test_a_report_is_gone_thirty_days_after_it_was_closed_and_not_while_it_is_open(
    world: World, polch: SpaceCard
) -> None:
    frida = world.frida.actor()
    closed = await report(polch, NewReport("dirt", "Krümel"), "de", "192.0.2.7", NOW)
    again = await report(polch, NewReport("cold", "Kalt"), "de", "192.0.2.7", NOW)
    for public_id in (closed, again):
        await set_state(frida, polch, public_id, State.DONE, NOW)
    await set_state(frida, polch, again, State.OPEN, NOW)
    assert await forget_reports(NOW + timedelta(days=29)) == 0
    assert await forget_reports(NOW + timedelta(days=30)) == 1
    assert [each.public_id for each in await reports_at(polch.id, NOW)] == [again]


async def test_the_telephone_and_the_rival_answer_nothing_here(world: World, polch: SpaceCard) -> None:
    made = await report(polch, NewReport("question", "Wo?", contact="jana@example.org"), "de", "192.0.2.7", NOW)
    for stranger in (world.tilda, world.rolf, world.mia):
        with pytest.raises(NotFound):
            await answer_report(stranger.actor(), polch, made, "Hier.", NOW)
        with pytest.raises(NotFound):
            await set_state(stranger.actor(), polch, made, State.DONE, NOW)
