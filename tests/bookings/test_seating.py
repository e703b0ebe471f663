"""Which desks lie next to one another."""

from app.bookings.seating import Seat, nearest_to, side_by_side

ROW = [Seat(1, 1, 0, 0), Seat(2, 1, 100, 0), Seat(3, 1, 200, 0), Seat(4, 1, 900, 0), Seat(5, 2, 0, 0), Seat(6)]


def keys(seats: list[Seat]) -> list[int]:
    return [seat.id for seat in seats]


def test_the_nearest_comes_first_and_other_floors_last() -> None:
    assert keys(nearest_to(ROW[3], ROW[:3] + ROW[4:])) == [3, 2, 1, 5, 6]


def test_a_group_sits_where_it_is_closest_together() -> None:
    free = [ROW[0], ROW[3], ROW[4], Seat(7, 1, 850, 0)]
    assert set(keys(side_by_side(2, free))) == {4, 7}
    assert set(keys(side_by_side(3, ROW))) == {1, 2, 3}


def test_where_nothing_is_drawn_it_is_the_first_ones() -> None:
    assert keys(side_by_side(2, [Seat(1), Seat(2), Seat(3)])) == [1, 2]
    assert keys(side_by_side(9, [Seat(1), Seat(2)])) == [1, 2]
    assert side_by_side(0, ROW) == []
