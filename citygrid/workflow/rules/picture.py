"""A picture of a procedure: states as boxes in the order of the document, actions as arrows, as SVG."""

from collections import Counter
from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from citygrid.workflow.rules.procedure import Procedure, State

WIDTH, BOX, HEIGHT, STEP, LANE = 900, 200, 34, 78, 22
LEFT = (WIDTH - BOX) // 2
FIRST, ROW, ARRIVES = 13, 11, 13  # from the middle of a box's side: the first arrow to leave, the next ones, arrivals
LETTERS = 0x2E80  # Chinese characters lie above
STYLE = (
    ".box{fill:#fff;stroke:#1565c0;stroke-width:1.5}.end{fill:#eef2f6;stroke:#5b6b7f}"
    ".arrow{fill:none;stroke:#5b6b7f}.way{fill:none;stroke:#1565c0;stroke-width:1.5}"
    "text{font:13px system-ui,sans-serif;fill:#1b2733}"
    ".label{font-size:11px;paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}"
)


class Edge(NamedTuple):
    """Actions that lead from one state to another, by their places from the top."""

    source: int
    target: int
    label: str


class Way(NamedTuple):
    """An arrow around the boxes, on a lane (from 1, the inmost); it leaves its state so far below the middle."""

    edge: Edge
    lane: int
    leaves: int

    @property
    def is_forward(self) -> bool:
        return self.edge.target > self.edge.source


def picture(procedure: Procedure, language: str) -> str:
    """An SVG drawing: forward steps between neighbours down the middle, jumps on the right, returns on the left."""
    order = {code: place for place, code in enumerate(procedure.states)}
    edges = list(_edges(procedure, order, language))
    straight = [edge for edge in edges if edge.target == edge.source + 1]
    ways = _ways([edge for edge in edges if edge.target != edge.source + 1])
    arrows = [*map(_straight, straight), *map(_around, ways)]
    boxes = [_box(state, order[code], language) for code, state in procedure.states.items()]
    labels = [*map(_straight_label, straight), *map(_label, ways)]
    title = escape(procedure.zh if language.startswith("zh") else procedure.en)
    reach = max((_from_box(way.lane) + _width(way.edge.label) for way in ways), default=0) + 20
    view = f"{LEFT - reach} 0 {BOX + 2 * reach} {STEP * len(order) - STEP + HEIGHT + 20}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" role="img">'
        f"<title>{title}</title><style>{STYLE}</style>"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#5b6b7f"/></marker></defs>'
        f"{''.join(arrows)}{''.join(boxes)}{''.join(labels)}</svg>"
    )


def _ways(edges: list[Edge]) -> list[Way]:
    """The shorter the further in; the same action into the same state shares a lane.

    Of those that leave one state on one side, the inmost leaves nearest to where it goes, so that no other crosses it.
    """
    groups: dict[tuple[bool, int, str], list[Edge]] = {}
    for edge in edges:
        groups.setdefault((edge.target > edge.source, edge.target, edge.label), []).append(edge)
    ways, lanes, leaving = [], Counter[bool](), Counter[tuple[bool, int]]()
    for (is_forward, _, _), group in sorted(groups.items(), key=lambda item: max(map(_span, item[1]))):
        lanes[is_forward] += 1
        for edge in group:
            nearer = leaving[is_forward, edge.source]
            ways.append(Way(edge, lanes[is_forward], (FIRST - nearer * ROW) * (1 if is_forward else -1)))
            leaving[is_forward, edge.source] += 1
    return ways


def _span(edge: Edge) -> int:
    return abs(edge.target - edge.source)


def _from_box(lane: int) -> int:
    return 20 + lane * LANE


def _width(label: str) -> int:
    """Of a label, about: a Chinese character is as wide as the type is high, a letter half."""
    return sum(11 if ord(letter) > LETTERS else 6 for letter in label)


def _edges(procedure: Procedure, order: dict[str, int], language: str) -> Iterable[Edge]:
    labels: dict[tuple[int, int], list[str]] = {}
    for action in procedure.actions.values():
        for source in action.sources:
            if action.target and action.target != source:
                key = (order[source], order[action.target])
                labels.setdefault(key, []).append(action.zh if language.startswith("zh") else action.en)
    return [Edge(source, target, ", ".join(names)) for (source, target), names in labels.items()]


def _box(state: State, place: int, language: str) -> str:
    name = escape(state.zh if language.startswith("zh") else state.en)
    kind = "box end" if state.is_end else "box"
    top = place * STEP + 10
    return (
        f'<rect class="{kind}" x="{LEFT}" y="{top}" width="{BOX}" height="{HEIGHT}" rx="4"/>'
        f'<text x="{LEFT + BOX // 2}" y="{top + 22}" text-anchor="middle">{name}</text>'
    )


def _straight(edge: Edge) -> str:
    x, top = LEFT + BOX // 2, edge.source * STEP + 10 + HEIGHT
    return f'<path class="way" marker-end="url(#tip)" d="M{x} {top} V{top + STEP - HEIGHT}"/>'


def _straight_label(edge: Edge) -> str:
    x, top = LEFT + BOX // 2, edge.source * STEP + 10 + HEIGHT
    return f'<text class="label" x="{x + 6}" y="{top + 26}">{escape(edge.label)}</text>'


def _around(way: Way) -> str:
    side, x, start = _turn(way)
    end = _middle(way.edge.target) + (-ARRIVES if way.is_forward else ARRIVES)
    return f'<path class="arrow" marker-end="url(#tip)" d="M{side} {start} H{x} V{end} H{side}"/>'


def _label(way: Way) -> str:
    """The words where the arrow turns, outside of it."""
    _, x, start = _turn(way)
    shift, anchor = (4, "start") if way.is_forward else (-4, "end")
    return (
        f'<text class="label" x="{x + shift}" y="{start + 4}" text-anchor="{anchor}">{escape(way.edge.label)}</text>'
    )


def _turn(way: Way) -> tuple[int, int, int]:
    """The side of the boxes where an arrow leaves, and where it turns first (x and y)."""
    side, away = (LEFT + BOX, 1) if way.is_forward else (LEFT, -1)
    return side, side + away * _from_box(way.lane), _middle(way.edge.source) + way.leaves


def _middle(place: int) -> int:
    return place * STEP + 10 + HEIGHT // 2
