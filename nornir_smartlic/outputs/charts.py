"""Charts as SVG for a page: drawn by pygal, coloured by the page's own style, without scripts and styles of their own.

Each has its numbers as a table beside it; the chart itself is one image to a screen reader.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from nornir_smartlic.outputs.texts import clean_line

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from markupsafe import Markup

_LONGEST_LABEL: Final = 34
_OVERLAYS: Final = frozenset({"titles", "overlay", "text-overlay", "tooltip-overlay"})  # for pygal's own script
_STEPS: Final = 4  # lines behind a chart, about


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers under one name; *tone* is the class of the style that colours them."""

    name: str
    tone: str
    values: Sequence[int | None]


def stacked_bars(labels: Sequence[str], series: Sequence[Series], *, every: int = 1, wide: bool = False) -> Markup:
    """Bars that stand; the label of *every* so manyth is printed."""
    top = max((sum(each.values[place] or 0 for each in series) for place in range(len(labels))), default=0)
    return _drawn("StackedBar", labels, series, top, size=(1150, 220) if wide else (900, 260), every=every)


def lines(labels: Sequence[str], series: Sequence[Series], *, every: int = 1) -> Markup:
    """A line for each of *series*."""
    return _drawn("Line", labels, series, _top(series), size=(1150, 240), every=every, dots_size=2.5)


def lying_bars(labels: Sequence[str], series: Sequence[Series]) -> Markup:
    """Bars that lie, the first label on top."""
    turned = [Series(each.name, each.tone, tuple(reversed(each.values))) for each in series]
    height = 50 + len(labels) * (10 + 12 * len(series))
    return _drawn("HorizontalBar", [*reversed(labels)], turned, _top(series), size=(1150, height))


def _top(series: Sequence[Series]) -> int:
    return max((value or 0 for each in series for value in each.values), default=0)


def _drawn(
    kind: str,
    labels: Sequence[str],
    series: Sequence[Series],
    top: int,
    *,
    size: tuple[int, int],
    every: int = 1,
    **options: Any,
) -> Markup:
    import pygal
    from markupsafe import Markup
    from pygal.style import Style

    steps = _whole_steps(top)
    chart = getattr(pygal, kind)(
        js=[],
        css=[],
        classes=["chart"],
        width=size[0],
        height=size[1],
        margin=6,
        spacing=8,
        show_legend=False,
        style=Style(label_font_size=12, major_label_font_size=12),  # the sizes that the style of the page has
        range=(0, steps[-1]),
        y_labels=steps,
        x_labels_major_every=every,
        show_minor_x_labels=every == 1,
        truncate_label=_LONGEST_LABEL,
        value_formatter=_plain_number,
        **options,
    )
    chart.x_labels = [clean_line(label) for label in labels]
    for each in series:
        chart.add(clean_line(each.name), list(each.values), formatter=_named(clean_line(each.name)))
    root = chart.render_tree()
    _strip(root, [each.tone for each in series])
    return Markup(_text(root))  # noqa: S704  pygal escaped every text in it


def _plain_number(number: float) -> str:
    return f"{number:,.0f}"


def _named(name: str) -> Callable[[float], str]:
    """How numbers of the series *name* are printed where a pointer rests on one."""
    return lambda number: f"{_plain_number(number)} {name}"


def _whole_steps(top: int) -> list[int]:
    """From 0 to *top* or above it, in whole steps of 1, 2 or 5 and their tens."""
    rough = max(1, math.ceil(top / _STEPS))
    ten = 10 ** (len(str(rough)) - 1)
    step = next(ten * each for each in (1, 2, 5, 10) if ten * each >= rough)
    return [*range(0, max(top, 1) + step, step)]


def _strip(root: Element, tones: Sequence[str]) -> None:
    """Take out what an inlined picture has no use for, and name the colours; values become titles."""
    root.attrib.pop("id", None)
    root.set("aria-hidden", "true")  # the figure has a name, and the table the numbers
    root.set("focusable", "false")
    for element in list(root.iter()):
        described = {}
        for child in list(element):
            name = child.tag if isinstance(child.tag, str) else "comment"  # a comment has a function there
            name = name.rpartition("}")[2]
            if name == "desc":
                described[child.get("class", "")] = child.text or ""
            is_overlay = bool(_OVERLAYS & {*(child.get("class") or "").split()})
            if name in ("comment", "defs", "script", "style", "desc", "title") or is_overlay:
                element.remove(child)
        if "value" in described:
            title = element.makeelement("title", {})
            title.text = ": ".join(filter(None, (described.get("x_label"), described["value"])))
            element.append(title)
        classes = (element.get("class") or "").split()
        for place, tone in enumerate(tones):
            if f"color-{place}" in classes:
                element.set("class", f"series {tone}")


def _text(root: Element) -> str:
    from pygal.etree import etree  # lxml, where that is installed

    text: str = etree.tostring(root, encoding="unicode")
    return text
