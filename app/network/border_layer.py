"""Draws the borders once, as the file static/map/county.svg that every map refers to.

    python -m app.network.border_layer > static/map/county.svg

A map shows a part by `<use href="…/county.svg#members">` and gives it colour by a class on the `use`: fill
and stroke inherit into it. Coordinates are whole units of the plane (`geography.project`), and lines keep
their width at every scale. A border that two areas share is one line, so that its dashes stay dashes.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from app.network.geography import Area, Borders, Ring, borders, project

Node = tuple[int, int]
Edge = frozenset[Node]


def county_svg(of: Borders) -> str:
    """The layer as one SVG document with the elements county, members, municipalities, rivers."""
    member_edges = _edges(of.members)
    municipal_edges = _edges(of.municipalities) - member_edges
    paths = {
        "county": "".join(_drawn(_nodes(ring)) + "z" for ring in of.county.rings),
        "members": "".join(map(_drawn, _chained(member_edges))),
        "municipalities": "".join(map(_drawn, _chained(municipal_edges))),
        "rivers": "".join(_curve(_nodes(course)) for river in of.rivers for course in river.courses),
    }
    return "\n".join(
        (
            '<svg xmlns="http://www.w3.org/2000/svg">',
            "<!-- Borders: © GeoBasis-DE / BKG 2016 (data changed). Rivers: Natural Earth, simplified. -->",
            "<defs>",
            *(f'<path id="{id}" vector-effect="non-scaling-stroke" d="{d}"/>' for id, d in paths.items()),
            "</defs>",
            "</svg>\n",
        )
    )


def _nodes(line: Ring) -> list[Node]:
    """The line in whole units of the plane, without repeated points."""
    nodes: list[Node] = []
    for position in line:
        point = project(position)
        node = (round(point.x), round(point.y))
        if not nodes or nodes[-1] != node:
            nodes.append(node)
    return nodes


def _edges(areas: Iterable[Area]) -> set[Edge]:
    return {frozenset(edge) for area in areas for ring in area.rings for edge in pairwise(_nodes(ring))}


def _chained(edges: set[Edge]) -> list[list[Node]]:
    """Joins single edges to lines that run from one junction of borders to the next."""
    neighbours: defaultdict[Node, set[Node]] = defaultdict(set)
    for edge in edges:
        a, b = edge
        neighbours[a].add(b)
        neighbours[b].add(a)
    junctions = {node for node, around in neighbours.items() if len(around) != 2}
    islands = neighbours.keys() - junctions
    lines = []
    for start in (*sorted(junctions), *sorted(islands)):
        while neighbours[start]:
            line = [start]
            while neighbours[line[-1]] and (len(line) == 1 or line[-1] not in junctions):
                here = line[-1]
                there = min(neighbours[here])
                neighbours[here].remove(there)
                neighbours[there].remove(here)
                line.append(there)
            lines.append(line)
    return lines


def _drawn(nodes: Sequence[Node]) -> str:
    """Straight path data: one absolute start, then relative steps."""
    steps = (f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(nodes))
    return f"M{nodes[0][0]} {nodes[0][1]}l{' '.join(steps)}".replace(" -", "-")


def _curve(nodes: Sequence[Node]) -> str:
    """Smooth path data through all nodes: a Catmull-Rom spline, written as cubic curves."""
    padded = [nodes[0], *nodes, nodes[-1]]
    curves = []
    for before, a, b, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        leaving = (round((b[0] - before[0]) / 6), round((b[1] - before[1]) / 6))
        arriving = (round(b[0] - a[0] - (after[0] - a[0]) / 6), round(b[1] - a[1] - (after[1] - a[1]) / 6))
        curves.append(" ".join(str(n) for n in (*leaving, *arriving, b[0] - a[0], b[1] - a[1])))
    return f"M{nodes[0][0]} {nodes[0][1]}c{' '.join(curves)}".replace(" -", "-")


if __name__ == "__main__":
    print(county_svg(borders()), end="")
