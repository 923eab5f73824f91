# SPDX-License-Identifier: Apache-2.0
"""A group's figures as bars: SVG, written by hand so that nothing needs to be installed."""

import math
import statistics

COLORS = {"trug": "#2b6cb0", "nginx": "#718096", "moto": "#c05621", "radosgw": "#97266d"}
LABELS, PANEL, GAP, ROW = 330, 210, 60, 18
# Title, field of a run, field where the thin line ends (or None: the spread of the repeats).
PANELS = (("server CPU per operation, µs", "cpu_us", None),
          ("operations per second", "rate", None),
          ("latency, µs: p50, line to p99", "p50", "p99"))


def short(x):
    return "{:,.0f}".format(x) if x >= 100 else "%.1f" % x if x >= 10 else "%.2g" % x


class Panel:
    """One figure of every row, on a logarithmic scale of its own."""

    def __init__(self, rows, left, title, field, end):
        self.left, self.title = left, title
        self.rows = [self.of(runs, field, end) for _, _, runs in rows]
        known = [v for row in self.rows if row for v in row]
        self.low = math.log(min(known) * 0.6) if known else 0
        self.high = math.log(max(known) * 1.2) if known else 1

    @staticmethod
    def of(runs, field, end):
        """(value, where the line begins, where it ends), or None when it was not measured."""
        got = [r[field] for r in runs if r.get(field)]
        if not got:
            return None
        middle = statistics.median(got)
        if end is None:
            return middle, min(got), max(got)
        ends = [r[end] for r in runs if r.get(end)]
        return middle, middle, max(middle, statistics.median(ends)) if ends else middle

    def x(self, value):
        return self.left + PANEL * (math.log(value) - self.low) / (self.high - self.low)

    def draw(self, at, row, color):
        if row is None:
            return []
        middle, begin, end = row
        return ['<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>' % (
                    self.left, at, self.x(middle) - self.left, ROW - 5, color),
                '<path d="M%.1f %d H%.1f" stroke="black"/>' % (self.x(begin), at + 6, self.x(end)),
                '<text x="%.1f" y="%d">%s</text>' % (self.x(max(middle, end)) + 4, at + 11,
                                                     short(middle))]


def bars(tasks, path):
    """tasks: (who, title, runs). False when there is nothing to show."""
    rows = [t for t in tasks if any(r.get("cpu_us") or r.get("p50") for r in t[2])]
    if not rows:
        return False
    panels = [Panel(rows, LABELS + i * (PANEL + GAP), *what) for i, what in enumerate(PANELS)]
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
           'font-family="sans-serif" font-size="11">' % (
               LABELS + len(panels) * (PANEL + GAP), len(rows) * ROW + 40),
           '<rect width="100%" height="100%" fill="white"/>']
    out += ['<text x="%d" y="16" font-weight="bold">%s</text>' % (p.left, p.title) for p in panels]
    for i, (who, title, _) in enumerate(rows):
        at = 26 + ROW * i
        out.append('<text x="8" y="%d">%s</text><text x="%d" y="%d">%s</text>' % (
            at + 11, title.replace("&", "&amp;").replace("<", "&lt;"), LABELS - 62, at + 11, who))
        for p in panels:
            out += p.draw(at, p.rows[i], COLORS.get(who, "#4a5568"))
    out.append('<text x="8" y="%d">Medians, logarithmic scales; thin line: least to greatest of '
               'the repeats.</text>' % (len(rows) * ROW + 34))
    with open(path, "w") as f:
        f.write("\n".join(out + ["</svg>\n"]))
    return True
