# SPDX-License-Identifier: Apache-2.0
"""Results as JSON, as Markdown tables, as plots; and which goals are met.

    python3 tests/bench/report.py results.json           the Markdown again
    python3 tests/bench/report.py results.json --keep    what `make bench --keep` writes
"""

import json
import os
import statistics
import sys

import plot

# Title, how it is measured, task, yardstick, goal. A ratio is taken in each repeat: "beside"
# against the mean of nginx's GETs right before and behind the run, "ratio" against another
# task of the repeat. The median of the repeats counts.
GOALS = [
    ("GET 4 KiB, CPU against nginx's GET", "beside", "small/trug.get", 1, 0.8),
    ("HEAD, CPU against nginx's GET", "beside", "small/trug.head", 1, 0.9),
    ("PUT 4 KiB, 16 connections, CPU against nginx's GET", "beside", "small/trug.put", 1, 4.0),
    ("PUT 4 KiB, 16 connections, CPU against nginx's WebDAV PUT", "ratio", "small/trug.put",
     "small/nginx.put", 1.2),
    ("PUT 4 KiB, 1 connection, p50 against 2 × fdatasync + 100 µs", "sync", "small/trug.put_one",
     ("small/disk.sync", "small/disk.sync_again"), 1.0),
    ("DELETE, 16 connections, CPU against nginx's GET", "beside", "small/trug.delete", 1, 2.5),
    ("List, per key, pages of 1,000, CPU against nginx's GET", "beside", "small/trug.list", 1000,
     0.03),
    ("List by delimiter, CPU, 10,000 keys below against 10", "ratio", "small/trug.list_many",
     "small/trug.list_first", 1.5),
    ("List by delimiter, CPU, %(scale)s keys below against 10", "ratio", "scale/many.below_many",
     "scale/many.below_few", 1.5),
    ("GET 64 MiB, CPU against nginx's sendfile", "ratio", "large/trug.get", "large/nginx.get", 1.0),
    ("PUT 64 MiB, unsigned payload, CPU against MD5 alone", "md5_ms", "large/trug.put",
     "large/hash", 1.3),
    ("PUT 64 MiB, signed payload, CPU against MD5 + SHA-256", "both_ms", "large/trug.put_signed",
     "large/hash", 1.2),
    # Without a figure that was asked for: shown, not judged.
    ("PUT 64 MiB, signed payload, 1 connection, time against MD5 + SHA-256 on one core",
     "both_time", "large/trug.put_alone", "large/hash", None),
    ("GET 4 KiB beside two uploads of 64 MiB, p50 against nobody beside", "p50",
     "large/trug.get_beside", "large/trug.get_alone", None),
    ("Copy 4 KiB, CPU against nginx's GET", "beside", "small/trug.copy", 1, 10.0),
    ("Copy 64 MiB, CPU against nginx's GET", "beside", "small/trug.copy_large", 1, 10.0),
    ("Complete of %(parts)s parts, ms", "ms", "multipart/trug.complete", None, 20.0),
    ("TLS GET 4 KiB, CPU against nginx with TLS", "beside", "tls/trug.get", 1, 0.7),
    ("TLS GET 64 MiB, CPU against nginx with TLS", "ratio", "tls/trug.get_large",
     "tls/nginx.get_large", 0.9),
    ("Idle RSS, plain, MB", "mb", "rss/trug.plain", None, 6.0),
    ("Idle RSS, TLS, MB", "mb", "rss/trug.tls", None, 9.0),
    ("Start to first answer, plain, ms", "times", "start_ms/trug.plain", None, 5.0),
    ("Start to first answer, TLS, ms", "times", "start_ms/trug.tls", None, 9.0),
    ("Start to first answer at %(scale)s keys, ms", "times", "start_ms/scale-many", None, 5.0),
    ("Idle connection, plain, KB", "kb", "idle_bytes/trug.plain", None, 1.0),
    ("Idle connection, TLS, KB", "kb", "idle_bytes/trug.tls", None, 18.0),
    ("PUT p50, 16 connections, %(scale)s keys against 10,000", "p50", "scale/many.put",
     "scale/few.put", 2.0),
    ("PUT p50, 1 connection, %(scale)s keys against 10,000", "p50", "scale/many.put_one",
     "scale/few.put_one", 2.0),
    ("List page, CPU, %(scale)s keys against 10,000", "ratio", "scale/many.list",
     "scale/few.list", 2.0),
]


def number(n):
    return "{:,}".format(n)


def short(x):
    if x is None:
        return ""
    if x >= 1000:
        return "{:,.0f}".format(x)
    return "%.0f" % x if x >= 100 else "%.1f" % x if x >= 10 else "%.2f" % x if x >= 0.1 else \
        "%.3f" % x


def repeats(results, task, field):
    """A value for each repeat, or None: two such lists stand side by side."""
    return [r.get(field) for r in results["tasks"].get(task, {}).get("runs", [])]


def values(results, task, field):
    return [v for v in repeats(results, task, field) if v is not None]


def ratios_of(own, other):
    return [a / b for a, b in zip(own, other) if a is not None and b]


def goal_values(results, kind, task, yardstick):
    """One value for each repeat, or none when it was not measured."""
    if kind in ("mb", "kb"):
        fact = results["facts"].get(task)
        return [] if fact is None else [fact / (1e6 if kind == "mb" else 1e3)]
    if kind == "times":
        return results["facts"].get(task, [])
    if kind == "ms":
        return [v / 1e3 for v in values(results, task, "p50")]
    if kind == "beside":
        return beside(results, task, yardstick)
    field = "p50" if kind in ("sync", "p50", "both_time") else "cpu_us"
    own = repeats(results, task, field)
    if kind == "sync":
        other = [2 * (a + b) / 2 + 100 for a, b in zip(*(repeats(results, y, "p50")
                                                         for y in yardstick))]
    elif kind in ("md5_ms", "both_ms", "both_time"):
        other = [v and v * 1000 for v in repeats(results, yardstick,
                                                 "md5_ms" if kind == "md5_ms" else "both_ms")]
    else:
        other = repeats(results, yardstick, field)
    return ratios_of(own, other)


def beside(results, task, per=1):
    """CPU against the yardstick that ran right before and behind."""
    own = repeats(results, task, "cpu_us")
    return ratios_of([v and v / per for v in own], repeats(results, task, "beside"))


def goals_of(results):
    out, arguments = [], results["arguments"]
    words = {"parts": number(arguments["parts"]), "scale": number(arguments["scale"])}
    for title, kind, task, yardstick, goal in GOALS:
        got = goal_values(results, kind, task, yardstick)
        if got:
            median = statistics.median(got)
            out.append({"title": title % words, "value": median, "low": min(got),
                        "high": max(got), "goal": goal,
                        "met": goal is None or median <= goal})
    return out


def goals_table(goals):
    lines = ["| Goal | Measured | Spread | Asked | |", "|---|---|---|---|---|"]
    for g in goals:
        asked = g["goal"] is not None
        lines.append("| %s | %s | %s – %s | %s | %s |" % (
            g["title"], short(g["value"]), short(g["low"]), short(g["high"]),
            "≤ " + short(g["goal"]) if asked else "",
            ("met" if g["met"] else "**not met**") if asked else ""))
    return lines


def order_of(results, name):
    """By what is done, in the order of the tasks; then by who did it."""
    titles = [t["title"] for t in results["tasks"].values()]
    return titles.index(results["tasks"][name]["title"])


def server_of(name):
    group, _, task = name.partition("/")
    return "trug" if group == "scale" else task.split(".")[0]


def tasks_table(results, group):
    names = [n for n in sorted(results["tasks"], key=lambda n: order_of(results, n))
             if n.startswith(group + "/") and any("cpu_us" in r or "p50" in r for r in results["tasks"][n]["runs"])]
    if not names:
        return []
    lines = ["", "### " + group, "",
             "| Work | Server | ops/s | p50 µs | p99 µs | CPU µs/op | spread | kernel | × nginx GET |",
             "|---|---|---|---|---|---|---|---|---|"]
    nginx = repeats(results, group + "/nginx.get", "cpu_us")
    for name in names:
        cpu = values(results, name, "cpu_us")
        ratios = beside(results, name) or ratios_of(repeats(results, name, "cpu_us"), (
            repeats(results, "%s/nginx.get_%s" % (group, name.rpartition("_")[2]), "cpu_us")
            or nginx))

        def middle(field):
            got = values(results, name, field)
            return statistics.median(got) if got else None
        system = middle("system")
        lines.append("| %s | %s | %s | %s | %s | %s | %s | %s | %s |" % (
            results["tasks"][name]["title"], server_of(name),
            short(middle("rate")), short(middle("p50")), short(middle("p99")),
            short(middle("cpu_us")),
            "%s – %s" % (short(min(cpu)), short(max(cpu))) if cpu else "",
            "%.0f %%" % (100 * system) if system is not None else "",
            short(statistics.median(ratios)) if ratios and max(ratios) > 0.01 else ""))
    return lines


def facts_table(results):
    facts, lines = results["facts"], []
    rows = []
    for name, value in facts.items():
        kind, _, who = name.partition("/")
        if kind == "rss":
            own = facts.get("anon/" + who)
            rows.append(("RSS idle, " + who, short(value / 1e6) + " MB" + (
                ", %s of it its own; libraries' pages are what the page cache maps at once" %
                short(own / 1e6) if own else "")))
        elif kind == "left_out":
            rows.append((who + " did not start", value))
        elif kind == "rss_loaded":
            rows.append(("RSS after the group peers, " + who, short(value / 1e6) + " MB"))
        elif kind == "start_ms":
            rows.append(("Start to first answer, " + who, "%s ms (%s – %s)" % (
                short(statistics.median(value)), short(min(value)), short(max(value)))))
        elif kind == "idle_bytes":
            rows.append(("User memory of an idle connection, " + who, short(value) + " B"))
        elif kind == "calls":
            rows.append(("System calls per operation, " + who, "%s: %s" % (
                short(value["total"]), ", ".join("%s %s" % (k, short(v))
                                                 for k, v in value["by_name"].items()))))
        elif kind == "load":
            rows.append(("Loading %s keys" % number(value["keys"]), "%s s, %s keys/s, %s µs CPU "
                         "a key" % (short(value["seconds"]),
                                    short(value["keys"] / value["seconds"]),
                                    short(value["cpu_us"]))))
        elif kind == "disk":
            keys = facts["load/" + who]["keys"]
            rows.append(("On disk at %s keys" % number(keys), "index %s B a key, rest %s B a key"
                         % (short(value["index"] / keys), short(value["rest"] / keys))))
        elif kind.startswith("rss_after") or kind.startswith("rss_anon"):
            rows.append(("After `small`, " + ("its own memory" if "anon" in kind else
                         "RSS with pages of the index, which is mapped"),
                         short(value / 1e6) + " MB"))
    if rows:
        lines = ["", "### Without load, and counts", "", "| | |", "|---|---|"]
        lines += ["| %s | %s |" % row for row in rows]
    return lines


def preamble(results):
    m, a = results["machine"], results["arguments"]
    missing = [g for g in a["groups"] if g not in m["groups"]]
    return [
        "%s, %d processors, %s; %s; %s; %s; %d minutes in all. Load average %.1f to %.1f: other "
        "work ran beside, so only ratios count." % (
            m["cpu"], m["cpus"], m["system"].split("-")[0] + (
                ", TCP by " + m["congestion"] if "congestion" in m else ""), m["trug"], m["nginx"], m["when"],
            sum(m["groups"].values()) / 60, min(m["load"]), max(m["load"])) + (
            " **The run did not end: nothing of " + ", ".join(missing) + ".**" if missing else ""),
        "", "    make bench BENCH_ARGS='--scale %d --seconds %g --reps %d%s%s'" % (
            a["scale"], a["seconds"], a["reps"],
            " --only " + a["only"] if a["only"] else "", " --short" if a["short"] else ""),
        "", "Each run %s s, %d repeats interleaved; medians, least and greatest. CPU is user + "
        "system of the server alone. nginx checks no signature and syncs nothing; trug verifies "
        "SigV4 and syncs before it answers." % (a["seconds"], a["reps"]), ""]


def markdown(results, goals, plots=(), folder=""):
    lines = ["# Benchmark", ""] + preamble(results) + goals_table(goals)
    for group in ("small", "connections", "large", "multipart", "tls", "background", "scale",
                  "dataset", "peers", "wrk"):
        lines += tasks_table(results, group)
        if group in plots:
            lines += ["", "![%s](%s%s.svg)" % (group, folder, group)]
    return "\n".join(lines + facts_table(results)) + "\n"


PLOTS = ("small", "connections", "large", "tls", "scale", "peers")


def draw(results, folder):
    os.makedirs(folder, exist_ok=True)
    drawn = []
    for group in PLOTS:
        names = sorted((n for n in results["tasks"] if n.startswith(group + "/")),
                       key=lambda n: order_of(results, n))
        tasks = [(server_of(n), results["tasks"][n]["title"], results["tasks"][n]["runs"])
                 for n in names]
        if plot.bars(tasks, os.path.join(folder, group + ".svg")):
            drawn.append(group)
    return drawn


def shows(results):
    """Two tables more for the project's README: the data set listed, the largest store."""
    facts, lines = results["facts"], []
    listed = [(n, t) for n, t in results["tasks"].items() if n.startswith("dataset/")]
    if listed:
        lines += ["", "| The data set's keys, listed from end to end by pages of 1,000 | keys/s | "
                  "server CPU a key, µs |", "|---|---|---|"]
        lines += ["| %s | %s | %s |" % (
            t["title"].replace(", per key", ""),
            short(statistics.median(values(results, n, "rate"))),
            short(statistics.median(values(results, n, "cpu_us")))) for n, t in listed]
    names = [n.partition("/")[2] for n in facts if n.startswith("load/")]
    if names:
        lines += ["", "| Keys | loaded, keys/s | index, B a key | all on disk, B a key | start, "
                  "ms | RSS at start, MB | PUT p50, 16 conns, ms | List page p50, ms | List page "
                  "CPU, µs |", "|" + "---|" * 9]
    for who in names:
        load, disk = facts["load/" + who], facts["disk/" + who]
        row = [number(load["keys"]), short(load["keys"] / load["seconds"]),
               short(disk["index"] / load["keys"]),
               short((disk["index"] + disk["rest"]) / load["keys"]),
               short(statistics.median(facts["start_ms/scale-" + who])),
               short(facts["rss/scale-" + who] / 1e6)]
        for task, field, per in (("put", "p50", 1e3), ("list", "p50", 1e3), ("list", "cpu_us", 1)):
            got = values(results, "scale/%s.%s" % (who, task), field)
            row.append(short(statistics.median(got) / per) if got else "")
        lines.append("| %s |" % " | ".join(row))
    return lines


def keep(results, goals):
    """This run into the project's README, between its marks, and as a page of its own."""
    here = os.path.dirname(os.path.abspath(__file__))
    plots = draw(results, os.path.join(here, "measured"))
    with open(os.path.join(here, "measured", "README.md"), "w") as f:
        f.write(markdown(results, goals, plots))
    path = os.path.join(os.path.dirname(os.path.dirname(here)), "README.md")
    with open(path) as f:
        text = f.read()
    begin = text.index("-->\n", text.index("<!-- measured: begin")) + 4
    end = text.index("<!-- measured: end", begin)
    with open(path, "w") as f:
        f.write(text[:begin] + "\n".join(preamble(results) + goals_table(goals)
                                         + shows(results)) + "\n" + text[end:])


def write(results, folder):
    os.makedirs(folder, exist_ok=True)
    goals = goals_of(results)
    results["goals"] = goals
    with open(os.path.join(folder, "results.json"), "w") as f:
        json.dump(results, f, indent=1, default=str)
    plots = draw(results, folder)
    with open(os.path.join(folder, "results.md"), "w") as f:
        f.write(markdown(results, goals, plots))
    return goals


if __name__ == "__main__":
    with open(sys.argv[1]) as source:
        loaded = json.load(source)
    if sys.argv[2:] == ["--keep"]:
        keep(loaded, goals_of(loaded))
    sys.stdout.write(markdown(loaded, goals_of(loaded)))
