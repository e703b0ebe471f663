"""What programs of a space's staff read and do: notes, bars, reports, pictures, publishing, the evening's mail."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar.types import ASGIApp

from app.bookings.operations import BookDesk, book
from app.bookings.queries import booking_by_id
from app.inventory.reports import NewReport, report
from app.network.bars import bar_by_id
from app.network.managing import managed_space
from app.network.objections import object_to_bar
from app.platform.database import fetch_value
from tests.api.conftest import Now, calling
from tests.api.requests import a_picture
from tests.worlds import NOW, World, add_token, tomorrow

SPACE = "/api/v1/spaces/regiohub-polch"
BARS = "/api/v1/operators/polch/bars"


@pytest.fixture
async def otto(application: ASGIApp, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The program of the manager of Polch."""
    async with calling(application, **world.otto.bearer) as client:
        yield client


def said(answer: httpx.Response) -> tuple[int, str, list[str]]:
    """The status of a refusal, its code, and the fields that are wrong."""
    body = answer.json()
    return answer.status_code, body["code"], [error["field"] for error in body.get("errors", [])]


async def mia_books(world: World, name: str = "1") -> str:
    return (
        await book(world.mia.actor(), BookDesk(world.polch[name].public_id, tomorrow(9), tomorrow(10)), NOW)
    ).public_id


async def test_a_note_is_written_once_changed_and_deleted(frida: httpx.AsyncClient, world: World) -> None:
    await mia_books(world)
    notes = f"{SPACE}/people/{world.mia.public_id}/notes"
    key = {"Idempotency-Key": "a"}
    first, again = [await frida.post(notes, json={"text": " Braucht die Rampe. "}, headers=key) for _ in range(2)]
    assert (first.status_code, first.json()) == (201, again.json())
    assert (first.json()["text"], first.json()["author"]) == ("Braucht die Rampe.", world.frida.name)
    assert (await frida.get(notes)).json() == {"items": [first.json()]}
    one = f"{notes}/{first.json()['id']}"
    assert (await frida.put(one, json={"text": "Parkt hinten."})).json()["text"] == "Parkt hinten."
    assert said(await frida.put(one, json={"text": " "})) == (422, "member_note_unusable", ["text"])
    assert (await frida.delete(one)).status_code == 204
    assert (await frida.delete(one)).status_code == 404
    assert (await frida.get(notes)).json() == {"items": []}


async def test_notes_stay_with_the_operators_own_staff(
    application: ASGIApp, frida: httpx.AsyncClient, world: World
) -> None:
    await mia_books(world)
    notes = f"{SPACE}/people/{world.mia.public_id}/notes"
    await frida.post(notes, json={"text": "Braucht die Rampe."})
    assert (await frida.get(f"{SPACE}/people/{world.gundula.public_id}/notes")).status_code == 404, "out of reach"
    for stranger in (world.nadja, world.rolf, world.mia, world.tilda):
        async with calling(application, **stranger.bearer) as client:
            assert (await client.get(notes)).status_code == 404, stranger.name
            assert (await client.post(notes, json={"text": "x"})).status_code == 404, stranger.name
    await add_token(world.frida.id, "only-books", ["bookings"])
    async with calling(application, Authorization="Bearer only-books") as client:
        assert said(await client.get(notes)) == (403, "scope_missing", [])


async def test_a_guest_is_barred_objects_and_is_let_in_again(otto: httpx.AsyncClient, world: World) -> None:
    kept, gone = await mia_books(world, "1"), await mia_books(world, "2")
    ahead = (await otto.get(f"/api/v1/operators/polch/people/{world.mia.public_id}/bookings")).json()["items"]
    assert [each["id"] for each in ahead] == [kept, gone]
    wanted = {"person_id": world.mia.public_id, "reason": "Laut.", "last_day": "2026-12-31", "cancelled": [gone]}
    first, again = [await otto.post(BARS, json=wanted, headers={"Idempotency-Key": "b"}) for _ in range(2)]
    assert (first.status_code, first.json()) == (201, again.json()), first.text
    bar = first.json()
    assert (bar["person"]["name"], bar["last_day"], bar["stands"]) == ("Mia Hammes", "2026-12-31", True)
    assert await fetch_value("SELECT array_agg(status ORDER BY id) FROM booking") == ["confirmed", "cancelled"]
    assert said(await otto.post(BARS, json=wanted)) == (409, "barred_already", [])
    one, answer = f"{BARS}/{bar['id']}", {"answer": "Wir haben gesprochen.", "lifts": True}
    assert said(await otto.post(f"{one}/answer", json=answer)) == (409, "answered_already", [])
    card = await bar_by_id(await fetch_value("SELECT id FROM bar"))
    assert card is not None
    await object_to_bar(card, "Das war ich nicht.", NOW)
    assert said(await otto.post(f"{one}/answer", json=answer | {"answer": " "})) == (422, "words_missing", ["answer"])
    answered = (await otto.post(f"{one}/answer", json=answer)).json()
    assert (answered["objection"], answered["answer"], answered["stands"]) == (
        "Das war ich nicht.", "Wir haben gesprochen.", False
    )  # fmt: skip
    assert (await otto.get(one)).json() == answered
    listed = (await otto.get(BARS, params={"person_id": world.mia.public_id})).json()["items"]
    assert listed == [answered]
    assert (await otto.get(BARS, params={"person_id": world.gundula.public_id})).json() == {"items": []}


async def test_a_bar_is_lifted_and_what_is_wrong_is_said_at_its_field(otto: httpx.AsyncClient, world: World) -> None:
    await mia_books(world)
    wanted = {"person_id": world.mia.public_id, "reason": "Laut."}
    assert said(await otto.post(BARS, json=wanted | {"reason": "…"})) == (422, "words_missing", ["reason"])
    assert said(await otto.post(BARS, json=wanted | {"last_day": "2026-11-01"})) == (
        422, "bar_ends_too_soon", ["last_day"]
    )  # fmt: skip
    assert said(await otto.post(BARS, json=wanted | {"last_day": "2026-02-31"})) == (
        422, "time_unreadable", ["last_day"]
    )  # fmt: skip
    assert (await otto.post(BARS, json=wanted | {"person_id": world.gundula.public_id})).status_code == 404
    bar = (await otto.post(BARS, json=wanted)).json()["id"]
    lifted = await otto.post(f"{BARS}/{bar}/lift")
    assert (lifted.status_code, lifted.json()["stands"]) == (200, False)
    assert said(await otto.post(f"{BARS}/{bar}/lift")) == (409, "answered_already", [])


async def test_the_evenings_mail_is_set(otto: httpx.AsyncClient, world: World) -> None:
    path = f"{SPACE}/evening-mail"
    before = (await otto.get(path)).json()
    assert (before["emails"], len(before["goes_to"])) == ([], 1)
    wanted = {"is_wanted": True, "also_when_empty": True, "emails": ["Eins@Example.org", "zwei@example.org"]}
    now = {**wanted, "emails": ["eins@example.org", "zwei@example.org"]}
    assert (await otto.put(path, json=wanted)).json() == now | {"goes_to": now["emails"]}
    wrong = await otto.put(path, json=wanted | {"emails": ["eins@example.org", "zwei"]})
    assert said(wrong) == (422, "email_unusable", ["emails[1]"])
    many = await otto.put(path, json=wanted | {"emails": [f"h{n}@example.org" for n in range(6)]})
    assert said(many) == (422, "too_many_hosts", ["emails"])
    assert (await otto.get(path)).json()["emails"] == now["emails"]


async def test_a_space_is_taken_off_the_pages_and_published_again(
    otto: httpx.AsyncClient, anyone: httpx.AsyncClient, world: World
) -> None:
    path = f"{SPACE}/publication"
    stands = await mia_books(world)
    assert [(await otto.delete(path)).status_code for _ in range(2)] == [204, 204]
    assert (await anyone.get(SPACE)).status_code == 404
    assert await fetch_value("SELECT status FROM booking WHERE public_id = $1", stands) == "confirmed"
    shown = (await otto.get(path)).json()
    assert shown["published_at"] is None
    assert shown["steps"][0] == {"what": "hours", "text": "Öffnungszeiten", "is_there": True, "is_needed": True}
    first, again = [(await otto.put(path)).json()["published_at"] for _ in range(2)]
    assert first == again
    assert (await anyone.get(SPACE)).status_code == 200
    told = await fetch_value("SELECT count(*) FROM outbox_event WHERE name IN ('space.published', 'space.unpublished')")
    assert told == 2, "a repetition changes nothing and is told to nobody"


async def test_what_is_missing_is_said_when_publishing(otto: httpx.AsyncClient, world: World) -> None:
    await otto.delete(f"{SPACE}/publication")
    week = {"week": [], "state": (await otto.post(f"{SPACE}/hours/preview", json={"week": []})).json()["state"]}
    await otto.put(f"{SPACE}/hours", json=week)
    refused = await otto.put(f"{SPACE}/publication")
    assert said(refused) == (409, "not_ready_to_publish", [])
    assert "Öffnungszeiten" in refused.json()["detail"]


@pytest.mark.parametrize("of", ["space", "resource"])
async def test_pictures_are_added_once_described_ordered_and_removed(
    otto: httpx.AsyncClient, anyone: httpx.AsyncClient, world: World, of: str
) -> None:
    photos = f"{SPACE}/photos" if of == "space" else f"/api/v1/resources/{world.polch['1'].public_id}/photos"

    async def add(colour: str, **headers: str) -> httpx.Response:
        files = {"photo": (f"{colour}.png", a_picture(colour), "image/png")}
        return await otto.post(photos, data={"alt_de": colour, "alt_en": ""}, files=files, headers=headers)

    first, again = await add("teal", **{"Idempotency-Key": "c"}), await add("teal", **{"Idempotency-Key": "c"})
    assert (first.status_code, first.json()) == (201, again.json()), first.text
    assert said(await add("navy", **{"Idempotency-Key": "c"}))[1] == "idempotency_key_reused"
    picture = await anyone.get(first.json()["url"])
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/webp")
    ids = [first.json()["id"], (await add("navy")).json()["id"]]
    assert [each["id"] for each in (await otto.get(photos)).json()["items"]] == ids
    ordered = await otto.put(f"{photos}/order", json={"order": ids[::-1]})
    assert [each["alt_de"] for each in ordered.json()["items"]] == ["navy", "teal"]
    assert said(await otto.put(f"{photos}/order", json={"order": ids[:1]})) == (409, "photos_changed", ["order"])
    texts = {"alt_de": "Der Saal", "alt_en": "The hall"}
    assert (await otto.put(f"{photos}/{ids[0]}", json=texts)).json() == {**first.json(), **texts}
    assert said(await otto.put(f"{photos}/{ids[0]}", json={"alt_de": " "})) == (422, "alt_missing", ["alt_de"])
    assert [(await otto.delete(f"{photos}/{ids[0]}")).status_code for _ in range(2)] == [204, 404]
    assert [each["id"] for each in (await otto.get(photos)).json()["items"]] == ids[1:]


@pytest.mark.parametrize(
    ("files", "data", "refused"),
    [
        ({"photo": ("a.png", b"<svg/>", "image/png")}, {"alt_de": "x"}, (422, "not_a_picture", ["photo"])),
        ({"photo": ("a.png", a_picture(), "image/png")}, {}, (422, "field_missing", ["alt_de"])),
        ({"other": ("a.png", a_picture(), "image/png")}, {"alt_de": "x"}, (422, "field_unknown", ["other"])),
        ({"alt_de": ("a.png", a_picture(), "image/png")}, {"photo": "x"}, (422, "wrong_type", ["photo"])),
        ({"photo": ("a.png", a_picture(), "image/png")}, {"alt_de": ["x", "y"]}, (422, "wrong_type", ["alt_de"])),
    ],
)
async def test_what_is_wrong_with_an_upload_is_said_at_its_field(
    otto: httpx.AsyncClient, files: dict[str, Any], data: dict[str, Any], refused: tuple[int, str, list[str]]
) -> None:
    assert said(await otto.post(f"{SPACE}/photos", data=data, files=files)) == refused


async def test_an_upload_is_a_form_with_parts(otto: httpx.AsyncClient) -> None:
    assert (await otto.post(f"{SPACE}/photos", json={"alt_de": "x"})).status_code == 415
    cut = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await otto.post(f"{SPACE}/photos", content=b"--x\r\nContent", headers=cut)).status_code == 400
    without = {"Content-Type": "multipart/form-data"}
    assert (await otto.post(f"{SPACE}/photos", content=b"--x--", headers=without)).status_code in (400, 422)
    assert (await otto.get(f"{SPACE}/photos")).json() == {"items": []}


async def reported(world: World, *, times: int = 1, photo: bytes = b"") -> list[str]:
    """Reports of desk 1 with an address for an answer; their ids."""
    polch = await managed_space(world.otto.actor(), world.polch.slug)
    wanted = NewReport("broken", "Der Monitor ist dunkel.", world.polch["1"].public_id, "jana@example.org", photo)
    return [await report(polch, wanted, "de", "192.0.2.1", NOW) for _ in range(times)]


async def test_a_report_is_read_answered_and_closed(frida: httpx.AsyncClient, world: World) -> None:
    [one] = await reported(world, photo=a_picture())
    path = f"{SPACE}/reports/{one}"
    read = (await frida.get(path)).json()
    assert (read["about"], read["resource_id"], read["email"], read["state"]) == (
        "broken", world.polch["1"].public_id, "jana@example.org", "open"
    )  # fmt: skip
    picture = await frida.get(f"{path}/photo")
    assert (picture.headers["content-type"], picture.content[8:12]) == ("image/webp", b"WEBP")
    assert said(await frida.post(f"{path}/answer", json={"answer": " "})) == (422, "answer_missing", ["answer"])
    answer, key = {"answer": "Wird morgen getauscht."}, {"Idempotency-Key": "d"}
    first, again = [(await frida.post(f"{path}/answer", json=answer, headers=key)).json() for _ in range(2)]
    assert first == again
    assert (first["answer"], first["state"]) == ("Wird morgen getauscht.", "in_hand")
    assert said(await frida.post(f"{path}/answer", json=answer)) == (409, "answered_already", [])
    assert (await frida.put(f"{path}/state", json={"state": "done"})).json()["state"] == "done"
    assert said(await frida.put(f"{path}/state", json={"state": "gone"})) == (422, "not_a_choice", ["state"])


async def test_the_list_of_reports_goes_on_behind_its_cursor(frida: httpx.AsyncClient, world: World) -> None:
    ids = await reported(world, times=3)
    first = (await frida.get(f"{SPACE}/reports?limit=2")).json()
    rest = (await frida.get(f"{SPACE}/reports?limit=2&cursor={first['next']}")).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next"] is None
    assert said(await frida.get(f"{SPACE}/reports?cursor=abc")) == (422, "cursor_unknown", ["cursor"])
    await frida.put(f"{SPACE}/reports/{ids[1]}/state", json={"state": "done"})
    assert [each["id"] for each in (await frida.get(f"{SPACE}/reports?state=done")).json()["items"]] == [ids[1]]


async def test_a_broken_desk_is_blocked_with_who_sits_there(frida: httpx.AsyncClient, world: World, now: Now) -> None:
    [one] = await reported(world)
    path = f"{SPACE}/reports/{one}/block"
    sits = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(9), tomorrow(12)), NOW)
    now.at = tomorrow(8)
    plan = (await frida.get(path)).json()
    assert [(each["booking_id"], each["suggested"]) for each in plan["affected"]] == [(sits.public_id, "move")]
    assert said(await frida.post(path, json={"state": "other"})) == (409, "affected_changed", [])
    blocked = await frida.post(path, json={"state": plan["state"]})
    assert (blocked.status_code, blocked.json()["is_blocked"]) == (201, True)
    moved = await booking_by_id(sits.id)
    assert moved is not None
    assert moved.resource.name != "1"
    assert (await frida.get(path)).status_code == 404, "it is blocked already"
