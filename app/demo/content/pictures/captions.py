"""What the pictures show, in words."""

from typing import Final

from app.demo.content.catalogue import Bilingual
from app.demo.content.recipes import Building, Interior, Outlook, SpaceRecipe

HOUSES: Final[dict[Building, Bilingual]] = {
    "modern": Bilingual("ein heller Neubau mit Pultdach und Glastür", "a pale new building with a glass door"),
    "rectory": Bilingual("ein ockerfarbenes Pfarrhaus mit Schieferdach", "an ochre rectory with a slate roof"),
    "arcade": Bilingual("eine Ladenzeile mit großen Schaufenstern", "a row of shops with large windows"),
    "cinema": Bilingual("ein früheres Kino mit Vordach", "a former cinema with a canopy"),
    "townhouses": Bilingual("drei Stadthäuser in einer Reihe", "three town houses in a row"),
    "hall": Bilingual("eine Werkhalle aus Basalt mit Sägezahndach", "a basalt workshop hall with a saw-tooth roof"),
    "cottage": Bilingual("ein kleines Haus aus Tuffstein", "a small house of tuff stone"),
    "school": Bilingual("eine zweistöckige Schule mit Uhr im Giebel", "a two-storey school with a clock in its gable"),
    "bank": Bilingual("eine frühere Bank mit Sockel aus Stein", "a former bank on a stone base"),
    "barn": Bilingual("eine Scheune mit verglastem Tor", "a barn with a glazed gate"),
    "station": Bilingual("ein Bahnhof mit Vordach am Gleis", "a station with a canopy beside the track"),
    "townhall": Bilingual("ein Rathaus mit drei offenen Bögen", "a town hall with open arches"),
    "postoffice": Bilingual("ein früheres Postamt mit Garage", "a former post office with a garage"),
    "works": Bilingual("ein Backsteinbau mit Stahlfenstern und Schornstein", "a brick works with steel windows"),
    "office": Bilingual("ein Bürohaus mit drei Stockwerken", "an office building of three storeys"),
    "firehouse": Bilingual("ein früheres Feuerwehrhaus mit Turm", "a former fire station with its tower"),
    "brewery": Bilingual("ein Brauhof aus Basaltlava mit Schornstein", "a brewery of basalt lava with a chimney"),
}
ROOMS: Final[dict[Interior, Bilingual]] = {
    "plain": Bilingual("ein heller Raum mit drei Fenstern", "a bright room with three windows"),
    "study": Bilingual("ein Raum mit Bücherwand", "a room with a wall of books"),
    "cottage": Bilingual("eine Stube mit Deckenbalken und Ofen", "a parlour with ceiling beams and a stove"),
    "gallery": Bilingual("ein Saal mit einer Wand aus Glas", "a hall with a wall of glass"),
    "cinema": Bilingual("ein dunkler Saal mit Leinwand", "a dark hall with a screen"),
    "hall": Bilingual("eine Halle mit Stahlträgern und Werkzeugwand", "a hall with steel beams and a wall of tools"),
    "school": Bilingual("ein Klassenzimmer mit Tafel und hohen Fenstern", "a classroom with a board and tall windows"),
    "bank": Bilingual("ein Raum mit Tresortür und Schließfächern", "a room with a vault door and lockers"),
    "barn": Bilingual("eine Scheune mit Holzbalken und großem Fenster", "a barn with timber beams and a large window"),
    "station": Bilingual("ein Wartesaal mit großer Uhr", "a waiting hall with a large clock"),
    "brick": Bilingual("ein Raum aus Backstein mit Stahlfenstern", "a brick room with steel windows"),
}
OUTLOOKS: Final[dict[Outlook, Bilingual]] = {
    "fields": Bilingual("Felder", "fields"),
    "hills": Bilingual("Hügel der Eifel", "the hills of the Eifel"),
    "mosel": Bilingual("die Mosel", "the Moselle"),
    "rhine": Bilingual("den Rhein", "the Rhine"),
    "town": Bilingual("Dächer", "roofs"),
}


def outside_caption(recipe: SpaceRecipe) -> Bilingual:
    house = HOUSES[recipe.pictures.outside.building]
    return Bilingual(
        f"Zeichnung von außen: {house.de}, {recipe.place}.",
        f"Drawing of the outside: {house.en}, {recipe.place}.",
    )


def inside_caption(recipe: SpaceRecipe) -> Bilingual:
    inside = recipe.pictures.inside
    room, outlook = ROOMS[inside.room], OUTLOOKS[inside.view]
    return Bilingual(
        f"Zeichnung von innen: {room.de}, {inside.desks} Schreibtische, Blick auf {outlook.de}.",
        f"Drawing of the inside: {room.en}, {inside.desks} desks, looking out on {outlook.en}.",
    )
