"""Draw a procedure from its file: mermaid text, and an SVG that a page shows as it is (no script, no style element).

Steps stand in one column in the order a case meets them; beside each stand its decisions with where they lead.
A line on the right joins a step to the next, arcs on the left the ways that go further or back.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

from jishi.apps.packs.kinds.procedure import DecisionKind, ProcedureKind, StepKind
from jishi.apps.packs.pack import Pack

BOX, ROW, GAP, MARGIN, LANE, LIST = 190, 20, 34, 16, 13, 360
LEAST, TITLE_ROW = 58, 18
TITLE, WORDS = 24, 52
"""How wide the name of a step and the words of a decision may be, in half-width signs."""
BY = {"zh": "（{}）", "en": " ({})"}
_PIECE = re.compile(r"[⺀-鿿＀-￯][，。；：、）”]*|[^\s⺀-鿿＀-￯]+\s*|\s+")
BEGINS = {
    "application": {"zh": "申请", "en": "Application"},
    "event": {"zh": "事件", "en": "Event"},
    "calendar": {"zh": "日历", "en": "Calendar"},
}
COLOURS = {
    "granted": "#2d6a4f",
    "refused": "#9d2f2f",
    "withdrawn": "#6b6b6b",
    "lapsed": "#8a6d1d",
    "closed": "#44546a",
}
STEP, LINE, PALE = "#1f4e79", "#5b6472", "#c3cad4"
ROLES = {
    "applicant": {"zh": "申请人", "en": "Applicant"},
    "clerk": {"zh": "经办人", "en": "Clerk"},
    "reviewer": {"zh": "审核人", "en": "Reviewer"},
    "treasurer": {"zh": "财务", "en": "Treasurer"},
    "regulator": {"zh": "监管", "en": "Regulator"},
    "reserve_officer": {"zh": "底价管理人", "en": "Reserve officer"},
    "system": {"zh": "系统", "en": "System"},
}
UNITS = {
    "calendar_day": {"zh": "{n} 日", "en": "{n} days"},
    "working_day": {"zh": "{n} 个工作日", "en": "{n} working days"},
    "month": {"zh": "{n} 个月", "en": "{n} months"},
}
TAKEN = {"clock": {"zh": "到期", "en": "clock"}, "panel": {"zh": "评审", "en": "panel"}}


@dataclass(frozen=True)
class Edge:
    """A way from a step to the next: where from and to, what it is called, whether only a clock takes it."""

    start: str
    end: str
    label: str
    by: str


def mermaid(kind: ProcedureKind, language: str = "zh") -> str:
    """Give the procedure as a mermaid state diagram."""
    lines = ["stateDiagram-v2", "  direction TB"]
    for place in (*kind.steps, *kind.ends):
        lines.append(f'  state "{place.title.say(language)}" as {place.id}')
    lines.append(f"  [*] --> {kind.steps[0].id}: {BEGINS[kind.start.by][language]}")
    for edge in edges(kind, language):
        lines.append(f"  {edge.start} --> {edge.end}: {edge.label.replace(':', '：')}")
    lines += [f"  {end.id} --> [*]" for end in kind.ends]
    return "\n".join(lines) + "\n"


def svg(pack: Pack, kind: ProcedureKind, language: str = "zh", *, at: str = "") -> str:
    """Give the procedure as an SVG; the step or end `at` is marked. Sizes are pixels of its view box."""
    order = _order(kind)
    arcs = [edge for edge in edges(kind, language) if edge.end in order and _jumps(order, edge)]
    left = MARGIN + LANE * min(len(arcs), 8) + 10
    tops, high = _tops(kind, order, language)
    wide = left + BOX + 18 + LIST
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}"'
        f' role="img" aria-label="{escape(kind.title.say(language), quote=True)}" font-family="sans-serif">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
        f' orient="auto"><path d="M0 0 8 4 0 8z" fill="{LINE}"/></marker></defs>',
    ]
    for lane, edge in enumerate(arcs):
        parts.append(_arc(edge, tops, left, lane % 8))
    for place, name in enumerate(order):
        step = kind.step(name)
        following = order[place + 1] if place + 1 < len(order) else ""
        tall = _height(kind, step, language)
        parts += _step(pack, step, (left, tops[name], tall, language), name == at)
        parts += _decisions(kind, step, (left + BOX + 18, tops[name], tall, language), at)
        if any(each.next == following for each in step.decisions):
            x, y = left + BOX // 2, tops[name] + tall
            parts.append(_path(f"M{x} {y}L{x} {tops[following]}", "person"))
    return "".join([*parts, "</svg>"])


def edges(kind: ProcedureKind, language: str) -> Iterator[Edge]:
    """Yield every way of a procedure, those between the same two places joined into one."""
    found: dict[tuple[str, str], list[DecisionKind]] = {}
    for step in kind.steps:
        for decision in step.decisions:
            found.setdefault((step.id, decision.next), []).append(decision)
    for (start, end), decisions in found.items():
        label = " / ".join(each.title.say(language) for each in decisions)
        by = "clock" if all(each.by == "clock" for each in decisions) else "person"
        yield Edge(start, end, label, by)


def _order(kind: ProcedureKind) -> list[str]:
    """Give the steps as a case meets them, the way most cases go first; none is left out."""
    order = [kind.steps[0].id]
    steps = {step.id for step in kind.steps}
    for name in order:
        for decision in kind.step(name).decisions:
            if decision.next in steps and decision.next not in order:
                order.append(decision.next)
    # The file's own order reads best where it differs from the walk.
    return [step.id for step in kind.steps] if set(order) == steps else order


def _jumps(order: list[str], edge: Edge) -> bool:
    return order.index(edge.end) != order.index(edge.start) + 1


def _height(kind: ProcedureKind, step: StepKind, language: str) -> int:
    rows = sum(len(_said(kind, each, language)) for each in step.decisions)
    titles = len(_wrap(step.title.say(language), TITLE))
    return max(LEAST + TITLE_ROW * (titles - 1), ROW * rows + 14)


def _tops(kind: ProcedureKind, order: list[str], language: str) -> tuple[Mapping[str, int], int]:
    tops, y = {}, MARGIN
    for name in order:
        tops[name] = y
        y += _height(kind, kind.step(name), language) + GAP
    return tops, y - GAP + MARGIN


def _step(pack: Pack, step: StepKind, place: tuple[int, int, int, str], here: bool) -> Iterator[str]:
    x, y, high, language = place
    middle, titles = x + BOX // 2, _wrap(step.title.say(language), TITLE)
    fill, rim = ("#fff3cd", 3) if here else ("#ffffff", 1)
    yield (
        f'<rect x="{x}" y="{y}" width="{BOX}" height="{high}" rx="6" fill="{fill}" stroke="{STEP}"'
        f' stroke-width="{rim}"/>'
    )
    base = y + high // 2 - 5 - TITLE_ROW * (len(titles) - 1) // 2
    for row, words in enumerate(titles):
        yield _text(middle, base + row * TITLE_ROW, words, (STEP, 14, "middle"), bold=True)
    under = ROLES[step.role][language] + (f" · {_limit(pack, step, language)}" if step.clock else "")
    yield _text(middle, base + (len(titles) - 1) * TITLE_ROW + 20, under, (LINE, 12, "middle"))


def _limit(pack: Pack, step: StepKind, language: str) -> str:
    assert step.clock is not None
    parameter = pack.parameters[step.clock.limit]
    return UNITS[parameter.unit][language].format(n=parameter.steps[-1].value)


def _decisions(
    kind: ProcedureKind, step: StepKind, place: tuple[int, int, int, str], at: str
) -> Iterator[str]:
    x, y, high, language = place
    ends = {end.id: end for end in kind.ends}
    said = [(each, _said(kind, each, language)) for each in step.decisions]
    base = y + (high - ROW * sum(len(lines) for _each, lines in said)) // 2 + 14
    for decision, lines in said:
        end = ends.get(decision.next)
        colour = COLOURS[end.outcome] if end else STEP
        here = end is not None and decision.next == at
        yield _text(x, base, "■" if end else "▸", (colour, 11, "start"))
        for words in lines:
            yield _text(x + 14, base, words, (colour, 12.5, "start"), bold=here)
            base += ROW


def _said(kind: ProcedureKind, decision: DecisionKind, language: str) -> list[str]:
    """Say a decision and where it leads, in as many lines as it takes."""
    target = next(each.title for each in (*kind.steps, *kind.ends) if each.id == decision.next)
    taken = BY[language].format(TAKEN[decision.by][language]) if decision.by != "person" else ""
    return _wrap(f"{decision.title.say(language)}{taken} → {target.say(language)}", WORDS)


def _arc(edge: Edge, tops: Mapping[str, int], left: int, lane: int) -> str:
    y1, y2 = tops[edge.start] + 16 + lane * 3, tops[edge.end] + 16 + lane * 3
    if edge.start == edge.end:  # a way back into the same step leaves it below where it comes in
        y1, y2 = tops[edge.start] + LEAST - 14, tops[edge.end] + 14
    out = left - 12 - LANE * (lane + 1)
    return _path(
        f"M{left} {y1}L{out + 6} {y1}Q{out} {y1} {out} {y1 + (6 if y2 > y1 else -6)}"
        f"L{out} {y2 + (-6 if y2 > y1 else 6)}Q{out} {y2} {out + 6} {y2}L{left} {y2}",
        edge.by,
    )


def _path(way: str, by: str) -> str:
    dash = ' stroke-dasharray="5 4"' if by == "clock" else ""
    return f'<path d="{way}" fill="none" stroke="{LINE}"{dash} marker-end="url(#tip)"/>'


def _text(x: int, y: int, words: str, look: tuple[str, float, str], *, bold: bool = False) -> str:
    colour, size, anchor = look
    weight = ' font-weight="600"' if bold else ""
    place = f'x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}"{weight}>{escape(words)}</text>'


def _wrap(text: str, most: int) -> list[str]:
    """Break a text into lines of so many half-width signs: between words, or anywhere between wide signs.

    >>> _wrap("Suspension until the objection is answered", 24), _wrap("逾期未作答复", 8)
    (['Suspension until the', 'objection is answered'], ['逾期未作', '答复'])
    """
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        if line and _width((line + piece).rstrip()) > most:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _width(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
