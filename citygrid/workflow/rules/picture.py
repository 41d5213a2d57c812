"""A picture of a procedure: states as boxes in the order of the document, actions as arrows, as SVG."""

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from citygrid.workflow.rules.procedure import Procedure, State

WIDTH, BOX, HEIGHT, STEP, LANE = 900, 200, 34, 78, 22
LEFT = (WIDTH - BOX) // 2
STYLE = (
    ".box{fill:#fff;stroke:#1565c0;stroke-width:1.5}.end{fill:#eef2f6;stroke:#5b6b7f}"
    ".arrow{fill:none;stroke:#5b6b7f}.way{fill:none;stroke:#1565c0;stroke-width:1.5}"
    "text{font:13px system-ui,sans-serif;fill:#1b2733}.label{font-size:11px}"
)


class Edge(NamedTuple):
    """Actions that lead from one state to another, by their places from the top."""

    source: int
    target: int
    label: str


def picture(procedure: Procedure, language: str) -> str:
    """An SVG drawing: forward steps between neighbours down the middle, jumps on the right, returns on the left."""
    order = {code: place for place, code in enumerate(procedure.states)}
    edges = sorted(_edges(procedure, order, language), key=lambda edge: abs(edge.target - edge.source))
    height = STEP * len(order) + 20
    lanes = {True: 0, False: 0}
    arrows = []
    for edge in edges:
        if edge.target == edge.source + 1:
            arrows.append(_straight(edge))
            continue
        is_forward = edge.target > edge.source
        lanes[is_forward] += 1
        arrows.append(_around(edge, lanes[is_forward], is_forward))
    boxes = [_box(state, order[code], language) for code, state in procedure.states.items()]
    title = escape(procedure.zh if language.startswith("zh") else procedure.en)
    reach = LANE * max(lanes.values()) + 140
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{LEFT - reach} 0 {BOX + 2 * reach} {height}" role="img">'
        f"<title>{title}</title><style>{STYLE}</style>"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#5b6b7f"/></marker></defs>'
        f"{''.join(arrows)}{''.join(boxes)}</svg>"
    )


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
    return (
        f'<path class="way" marker-end="url(#tip)" d="M{x} {top} V{top + STEP - HEIGHT}"/>'
        f'<text class="label" x="{x + 6}" y="{top + 26}">{escape(edge.label)}</text>'
    )


def _around(edge: Edge, lane: int, is_forward: bool) -> str:
    start, end = (place * STEP + 10 + HEIGHT // 2 for place in (edge.source, edge.target))
    side, away, anchor = (LEFT + BOX, 1, "start") if is_forward else (LEFT, -1, "end")
    x = side + away * (20 + lane * LANE)
    return (
        f'<path class="arrow" marker-end="url(#tip)" d="M{side} {start + 6} H{x} V{end - 6} H{side}"/>'
        f'<text class="label" x="{x + 4 * away}" y="{start + 2 + 5 * (lane % 3)}" text-anchor="{anchor}">'
        f"{escape(edge.label)}</text>"
    )
