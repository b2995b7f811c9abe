#!/usr/bin/env python3
"""Turns what `tmux capture-pane -e -p` prints into an SVG picture: stdin to stdout."""

import html
import re
import sys

CELL_WIDTH, CELL_HEIGHT, MARGIN = 8.4, 18, 14
BACK, TEXT = "#151a22", "#d6dde8"
COLORS = ["#3b4452", "#ff7b72", "#7ee787", "#f2cc60", "#79b8ff", "#d2a8ff", "#6fdbe8", "#d6dde8"]
BRIGHT = ["#6e7a8c", "#ffa198", "#a5f0af", "#f8dd8a", "#a5cfff", "#e2c5ff", "#9eeaf2", "#ffffff"]


PLAIN = (TEXT, False, False)


def cells(line, style):
    """Each letter of a line with its style: (letter, colour, bold, reversed). `style` holds what lines before it have set."""
    color, bold, reverse = style[0]
    for piece in re.split(r"(\x1b\[[0-9;]*m)", line):
        match = re.fullmatch(r"\x1b\[([0-9;]*)m", piece)
        if not match:
            for letter in piece:
                yield letter, color, bold, reverse
            continue
        codes = [int(code or 0) for code in match.group(1).split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                color, bold, reverse = PLAIN
            elif code == 1:
                bold = True
            elif code == 7:
                reverse = True
            elif code == 39:
                color = TEXT
            elif 30 <= code <= 37:
                color = COLORS[code - 30]
            elif 90 <= code <= 97:
                color = BRIGHT[code - 90]
            elif code == 38 and codes[:1] == [5]:
                index = codes[1]
                codes = codes[2:]
                color = (COLORS + BRIGHT)[index] if index < 16 else TEXT
        style[0] = color, bold, reverse


def runs(line, state):
    """Letters of one style together: (column, text, style)."""
    start, text, style = 0, "", None
    for column, (letter, *found) in enumerate(cells(line, state)):
        if found != style:
            if text:
                yield start, text, style
            start, text, style = column, "", found
        text += letter
    if text:
        yield start, text, style


def main():
    lines = sys.stdin.read().rstrip("\n").split("\n")
    columns = max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in lines)
    width, height = columns * CELL_WIDTH + 2 * MARGIN, len(lines) * CELL_HEIGHT + 2 * MARGIN
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" height="{height}"'
          ' font-family="ui-monospace, SFMono-Regular, Menlo, \'DejaVu Sans Mono\', monospace" font-size="14">')
    print(f'<rect width="100%" height="100%" rx="10" fill="{BACK}"/>')
    state = [PLAIN]
    for row, line in enumerate(lines):
        top = MARGIN + row * CELL_HEIGHT
        for column, text, (color, bold, reverse) in runs(line, state):
            left, length = MARGIN + column * CELL_WIDTH, len(text) * CELL_WIDTH
            if reverse:
                print(f'<rect x="{left:.1f}" y="{top}" width="{length:.1f}" height="{CELL_HEIGHT}" fill="{color}"/>')
                color = BACK
            if not text.strip():
                continue
            weight = ' font-weight="bold"' if bold else ""
            print(f'<text x="{left:.1f}" y="{top + 13.5}" fill="{color}"{weight} textLength="{length:.1f}"'
                  f' xml:space="preserve">{html.escape(text)}</text>')
    print("</svg>")


main()
