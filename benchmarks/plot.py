"""A picture of lines over logarithmic axes, as SVG."""

import math
from typing import NamedTuple

WIDTH, HEIGHT, GAP, TOP, BOTTOM = 240, 220, 90, 50, 45
COLOURS = ["#0b6e99", "#c8553d"]


class Line(NamedTuple):
    name: str
    x: list
    y: list


class Panel(NamedTuple):
    title: str
    lines: list


def decades(values):
    """The exponents of ten around them."""
    return math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)) or 1)


def number(exponent):
    return f"{10 ** exponent:,}" if exponent >= 0 else str(10 ** exponent)


def text(x, y, words, anchor="middle", more=""):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"{more}>{words}</text>'


def draw(panel, left, low, high):
    first, last = decades([x for line in panel.lines for x in line.x])

    def across(x):
        return left + WIDTH * (math.log10(x) - first) / (last - first)

    def up(y):
        return TOP + HEIGHT * (1 - (math.log10(y) - low) / (high - low))
    drawn = []
    for e in range(low, high + 1):
        drawn += [f'<path d="M{left} {up(10 ** e):.1f}h{WIDTH}" stroke="#ddd"/>',
                  text(left - 6, up(10 ** e) + 4, number(e), "end")]
    for e in range(first, last + 1):
        drawn.append(text(across(10 ** e), TOP + HEIGHT + 18, number(e)))
    drawn.append(text(left + WIDTH / 2, TOP + HEIGHT + 38, panel.title))
    for colour, line in zip(COLOURS, panel.lines):
        points = [(across(x), up(y)) for x, y in zip(line.x, line.y)]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        drawn.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        drawn.append(text(points[0][0], points[0][1] - 8, line.name, "start",
                          f' fill="{colour}"'))
    return drawn


def picture(title, panels):
    low, high = decades([y for panel in panels for line in panel.lines for y in line.y])
    drawn = []
    for i, panel in enumerate(panels):
        drawn += draw(panel, GAP * 0.7 + i * (WIDTH + GAP), low, high)
    width, height = len(panels) * (WIDTH + GAP), TOP + HEIGHT + BOTTOM
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            'font-family="sans-serif" font-size="12" fill="#333">')
    return "\n".join([head, '<rect width="100%" height="100%" fill="#fff"/>',
                      text(width / 2, 24, title, more=' font-size="15"'), *drawn, "</svg>"]) + "\n"
