"""The report of a measure: reports/bench.md, bench.json and the pictures."""

import json
from collections.abc import Iterable, Sequence
from statistics import mean, median
from typing import Any

import matplotlib

from settings import ROOT
from tests.load.visitors_say import turns_per_conversation

matplotlib.use("Agg")
from matplotlib import pyplot

Figures = dict[str, Any]

REPORTS = ROOT / "reports"
PUBLIC, ROOM, STOCK = "ours, public API", "ours, Rasa's door", "stock Rasa"
DOORS = (PUBLIC, ROOM, STOCK)
COLOURS = {PUBLIC: "tab:blue", ROOM: "tab:cyan", STOCK: "tab:orange"}
COMPARED_AT = 16
# What is aimed at, beside stock Rasa (the first four) and by itself.
TIMES_THE_TURNS, SHARE_OF_P95, SHARE_OF_MEMORY, SHARE_OF_START = 5.0, 0.25, 0.60, 0.50
P95_MS, LONG_TIMES, CONTENT_TIMES = 300.0, 1.2, 1.3


def write_report(figures: Figures) -> None:
    """Write everything anew."""
    REPORTS.mkdir(exist_ok=True)
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    (REPORTS / "bench.json").write_text(text + "\n", encoding="utf-8")
    _draw(figures)
    (REPORTS / "bench.md").write_text("\n".join(_lines(figures)), encoding="utf-8")


def bars(figures: Figures) -> list[tuple[str, str, str, bool]]:
    """Each bar: what it is of, what is asked, what was measured, whether it is reached."""
    found: list[tuple[str, str, str, bool]] = []

    def add(
        what: str, value: float | None, limit: float, shown: str, *, least: bool = False
    ) -> None:
        if value is not None:
            reached = value >= limit if least else value <= limit
            asked = f"{'≥' if least else '≤'} {shown.format(limit)}"
            found.append((what, asked, shown.format(value), reached))

    for door in (PUBLIC, ROOM):
        here = f"{COMPARED_AT} at once, {door}"
        turns = _ratio(figures, door, "turns_per_second")
        add(f"turns/s beside stock Rasa, {here}", turns, TIMES_THE_TURNS, "{:.1f} ×", least=True)
        p95 = _ratio(figures, door, "p95")
        add(f"p95 beside stock Rasa, {here}", p95, SHARE_OF_P95, "{:.2f} ×")
    for door in (PUBLIC, ROOM):
        p95 = _median(figures, door, COMPARED_AT, "p95")
        add(f"p95, {COMPARED_AT} at once, {door}", p95, P95_MS, "{:.0f} ms")
    held = _megabytes(figures)
    if held:
        add(
            "memory, Rasa and actions beside the same of stock Rasa",
            (held["ours"]["rasa"] + held["ours"]["actions"]) / sum(held["stock"].values()),
            SHARE_OF_MEMORY,
            "{:.2f} ×",
        )
        add(
            "memory, whole product (web too) beside stock Rasa with its actions",
            sum(held["ours"].values()) / sum(held["stock"].values()),
            SHARE_OF_MEMORY,
            "{:.2f} ×",
        )
    if _has(figures, "start"):
        start = figures["start"]
        ratio = median(start["ours"]) / median(start["stock"])
        add("start-up beside stock Rasa", ratio, SHARE_OF_START, "{:.2f} ×")
    long = figures.get("long_ours", {})
    if long.get("late"):
        times = long["late"] / long["early"]
        add("turns 94 to 100 beside turns 2 to 8 of a conversation", times, LONG_TIMES, "{:.2f} ×")
    for size in _list(figures, "content"):
        if size["times"] == 10:
            times = size["p50"] / figures["content"][0]["p50"]
            add("answer time with 10 times the content (median)", times, CONTENT_TIMES, "{:.2f} ×")
    if _has(figures, "open"):
        errors = figures["open"]["errors"]
        add("errors with 200 open conversations", errors, 0, "{:.0f}")
    return found


def _lines(figures: Figures) -> list[str]:
    form, machine, held = figures["form"], figures["machine"], figures["baseline"]
    lines = [
        "# The product beside stock Rasa",
        "",
        f"Measured {figures['when']} by `make bench` ({form['name']} form, "
        f"{figures['minutes']} minutes), on {machine['cores']} cores of "
        f"{machine['processor']}, {machine['gigabytes']} GB. Load average before: "
        f"{machine['load_before'][0]} (near 0 on a quiet machine; figures suffer above 0.5).",
        "",
        "- **ours, public API**: `POST /api/conversations/{id}/messages`, through the gateway with",
        "  its limits, masking, inbox and log; one web, one Rasa, one action process, SQLite.",
        "- **ours, Rasa's door**: the same processes without the gateway, at `bot/channel.py`: like",
        "  compared with like.",
        "- **stock Rasa**: `rasa run` 3.6 with the pipeline and policies that `rasa init` trains,",
        "  its REST channel, its in-memory tracker store, before the same action server.",
        "",
        *_about_baseline(held),
        "Visitors (locust) hold the conversations of `tests/load/conversations.yml`, with unlearnt",
        "questions in between, in three writings, and send the next message as soon as they are",
        "answered. The three doors take turns within each round; visitors, servers and databases",
        "share the same cores. How to measure: [measure.md](../docs/how-to/measure.md).",
        "",
        "## Bars",
        "",
        *_table(
            ("what", "asked", "measured", ""),
            [(*bar[:3], "reached" if bar[3] else "**not reached**") for bar in bars(figures)],
        ),
        "",
    ]
    sections = (
        ("Answers under load", "rounds", _rounds),
        ("Processor time and cost", "rounds", _costs),
        ("Start-up", "start", _start),
        ("Memory", "memory", _memory),
        ("Understanding, training, size", "model_megabytes", _understanding),
        ("Long conversations", "long_ours", _long),
        ("Two hundred open conversations", "open", _open),
        ("From one Rasa process to two", "two_rasas", _two_rasas),
        ("More content", "content", _content),
        ("More messages in the log", "log", _log),
        ("Where a turn's time goes", "profile", _profile),
    )
    for title, key, section in sections:
        lines += [f"## {title}", ""]
        if key not in figures:
            lines += [f"Not measured in the {form['name']} form.", ""]
        elif not _has(figures, key):
            lines += [f"Could not be measured: {figures[key]['failed']}", ""]
        else:
            lines += [*section(figures), ""]
    return lines


def _about_baseline(held: Figures) -> list[str]:
    lines = []
    if held["epochs"] < held["default_epochs"]:
        lines += [
            f"**The baseline's intents were learnt in {held['epochs']} epochs; the default is",
            f"{held['default_epochs']}**: its speed, memory, start-up and size are those of the",
            "default; its accuracy is lower, its training time is cut short.",
            "",
        ]
    if not held["is_current"]:
        lines += [
            f"The baseline was trained from {held['sentences']} sentences; there are",
            f"{held['sentences_now']} now (`ARGS=--train-baseline` trains it anew).",
            "",
        ]
    return lines


def _rounds(figures: Figures) -> list[str]:
    rows = []
    for visitors in _levels(figures):
        for door in DOORS:
            spells = _spells(figures, door, visitors)
            if spells:
                rows.append(
                    (
                        visitors,
                        door,
                        *(
                            _spread(spells, name)
                            for name in ("turns_per_second", "p50", "p95", "p99")
                        ),
                        sum(spell["errors"] for spell in spells),
                        sum(spell["turns"] for spell in spells),
                    )
                )
    head = ("at once", "door", "turns/s", "p50 ms", "p95 ms", "p99 ms", "errors", "turns")
    return [
        "Median of the rounds (least to most).",
        "",
        *_table(head, rows),
        "",
        "![turns a second and 95th percentile](bench-load.png)",
    ]


def _costs(figures: Figures) -> list[str]:
    rows = []
    hours = {}
    for door in DOORS:
        spells = _spells(figures, door, COMPARED_AT)
        if spells:
            names = spells[0]["cpu_ms_per_turn"]
            per = {name: median(s["cpu_ms_per_turn"][name] for s in spells) for name in names}
            total = sum(per.values())
            hours[door] = total / 1000 * turns_per_conversation() * 1000 / 3600
            parts = ", ".join(f"{name} {value:.0f}" for name, value in per.items())
            generator = median(s["generator_ms_per_turn"] for s in spells)
            rows.append((door, f"{total:.0f}", parts, f"{generator:.0f}", f"{hours[door]:.2f}"))
    lines = [
        f"CPU milliseconds a turn at {COMPARED_AT} at once, and CPU hours for 1,000 conversations of",
        f"{turns_per_conversation():.1f} turns. Those of the visitors, the start of locust included, are not counted.",
        "",
        *_table(("door", "all", "of which", "visitors", "CPU hours"), rows),
    ]
    price = figures.get("price_per_cpu_hour")
    if price is not None:
        costs = ", ".join(f"{door} {price * value:.3f}" for door, value in hours.items())
        lines += ["", f"At {price} for an hour of one core, 1,000 conversations cost: {costs}."]
    else:
        lines += ["", "In money: `ARGS='--price-per-cpu-hour 0.05'` (your provider's price)."]
    return lines


def _start(figures: Figures) -> list[str]:
    rows = [
        (name, median(taken), ", ".join(map(str, taken)))
        for name, taken in figures["start"].items()
    ]
    return [
        "Seconds from the start of all processes until each answers (ours: web, Rasa, actions; stock:",
        "Rasa and actions), in turn. Database filled and model trained before.",
        "",
        *_table(("", "median s", "each"), rows),
    ]


def _memory(figures: Figures) -> list[str]:
    rows = []
    for side, processes in figures["memory"].items():
        for name, held in processes.items():
            rows.append((side, name, held["rss"], held["pss"]))
        rows.append(
            (
                side,
                "**all**",
                sum(held["rss"] for held in processes.values()),
                sum(held["pss"] for held in processes.values()),
            )
        )
    return [
        "Megabytes after the load: resident, and with shared pages counted in parts (PSS).",
        "",
        *_table(("", "process", "RSS", "PSS"), rows),
    ]


def _understanding(figures: Figures) -> list[str]:
    held, sizes = figures["baseline"], figures["model_megabytes"]
    rows = [
        ("model on disk, MB", sizes["ours"], sizes["stock"]),
    ]
    if _has(figures, "training"):
        rows.append(("training, s", figures["training"]["seconds"], held["seconds"]))
        rows.append(("training, CPU s", figures["training"]["cpu_seconds"], held["cpu_seconds"]))
    if _has(figures, "accuracy"):
        ours, stock = figures["accuracy"]["ours"], figures["accuracy"]["stock"]
        for name in ("accuracy", "macro-F1"):
            rows += [
                (f"{name}, {w}", f"{ours[name][w]:.3f}", f"{stock[name][w]:.3f}")
                for w in ours[name]
            ]
        name = "milliseconds per message (median)"
        rows.append((f"understanding alone, {name}", ours[name], stock[name]))
    note = [] if _has(figures, "accuracy") else ["", "Accuracy: not measured in this form."]
    return [
        "The best reading of the development sentences, which neither side has learnt. Stock Rasa was",
        f"trained once, {held['began']}, on whatever else ran then: its CPU seconds compare better.",
        "",
        *_table(("", "ours", "stock"), rows),
        *note,
    ]


def _long(figures: Figures) -> list[str]:
    rows = []
    for name, key in (("ours, public API", "long_ours"), ("stock Rasa", "long_stock")):
        held = figures.get(key, {})
        if held.get("late"):
            rows.append((name, held["early"], held["late"], f"{held['late'] / held['early']:.2f}"))
        elif held.get("early"):
            rows.append((name, held["early"], "no conversation came so far", ""))
    return [
        "Median milliseconds; the same seven questions come again and again.",
        "",
        *_table(("", "turns 2 to 8", "turns 94 to 100", "ratio"), rows),
        "",
        "![answer times along a conversation](bench-long.png)",
    ]


def _open(figures: Figures) -> list[str]:
    held = figures["open"]
    return [
        f"200 conversations open at once, some 20 s between an answer and the next message: "
        f"{held['turns']} turns, {held['turns_per_second']} a second, p50 {held['p50']} ms, "
        f"p95 {held['p95']} ms, {held['errors']} errors.",
    ]


def _two_rasas(figures: Figures) -> list[str]:
    spells = figures["two_rasas"]["spells"]
    rows = []
    for door in ("one Rasa", "two Rasas"):
        own = [spell for spell in spells if spell["door"] == door]
        cpu = own[0]["cpu_ms_per_turn"]
        per = {name: median(s["cpu_ms_per_turn"][name] for s in own) for name in cpu}
        parts = ", ".join(f"{name} {value:.0f}" for name, value in per.items())
        rows.append((door, _spread(own, "turns_per_second"), _spread(own, "p95"), parts))
    one, two = (
        median(s["turns_per_second"] for s in spells if s["door"] == door)
        for door in ("one Rasa", "two Rasas")
    )
    return [
        "At Rasa's own door, 16 at once, turns sent in turn to each process; dialogues in PostgreSQL,",
        "locks in Redis. One Rasa process uses at most one core: on two cores that visitors, actions",
        "and PostgreSQL share, two can only use what those leave. With more cores, what a process",
        "takes of a turn tells how many are needed.",
        "",
        *_table(("", "turns/s", "p95 ms", "CPU ms a turn"), rows),
        "",
        f"Gain here: {two / one:.2f} ×.",
    ]


def _content(figures: Figures) -> list[str]:
    first = figures["content"][0]
    rows = [
        (
            f"{size['times']} ×",
            size["subjects"],
            size["sentences"],
            size["p50"],
            size["p95"],
            f"{size['p50'] / first['p50']:.2f}",
            size["cpu_ms_per_turn"]["actions"],
            size["indexed_after_seconds"],
            size["actions_megabytes"],
        )
        for size in figures["content"]
    ]
    head = (
        *("content", "subjects", "sentences", "p50 ms", "p95 ms", "p50 beside 1 ×"),
        *("actions, CPU ms a turn", "indexed after s", "actions MB"),
    )
    return [
        "One visitor at Rasa's own door. Copies of all subjects under invented names; their sentence",
        "vectors are drawn by chance, so that searching them takes as long as real ones.",
        "",
        *_table(head, rows),
        "",
        "![answer time and content](bench-content.png)",
    ]


def _log(figures: Figures) -> list[str]:
    first = figures["log"][0]
    rows = [
        (
            f"{size['messages']:,}",
            size["database_megabytes"],
            size["p50"],
            size["p95"],
            f"{size['p50'] / first['p50']:.2f}",
            size["cpu_ms_per_turn"]["web-1"],
        )
        for size in figures["log"]
    ]
    head = (
        "messages",
        "database MB",
        "p50 ms",
        "p95 ms",
        "p50 beside the first",
        "web, CPU ms a turn",
    )
    return [
        "One visitor at the public API, SQLite.",
        "",
        *_table(head, rows),
        "",
        "![answer time and log](bench-log.png)",
    ]


def _profile(figures: Figures) -> list[str]:
    lines = [
        "Samples of py-spy with 16 at once at the public API, in percent of each process's working",
        "samples: the package in which it was, and the functions it was in or called from.",
        "",
    ]
    for name, shares in figures["profile"].items():
        if shares:
            packages = ", ".join(f"{package} {p}" for package, p in shares["packages"].items())
            functions = ", ".join(f"`{f}` {p}" for f, p in shares["functions"].items())
            lines += [f"- **{name}** ({shares['samples']} samples): {packages}", f"  - {functions}"]
    return lines


# Figures


def _has(figures: Figures, key: str) -> bool:
    return key in figures and "failed" not in figures[key]


def _list(figures: Figures, key: str) -> list[Figures]:
    return list(figures[key]) if _has(figures, key) else []


def _levels(figures: Figures) -> list[int]:
    return sorted({spell["visitors"] for spell in _list(figures, "rounds")})


def _spells(figures: Figures, door: str, visitors: int) -> list[Figures]:
    return [
        spell
        for spell in _list(figures, "rounds")
        if (spell["door"], spell["visitors"]) == (door, visitors)
    ]


def _median(figures: Figures, door: str, visitors: int, name: str) -> float | None:
    values = [spell[name] for spell in _spells(figures, door, visitors)]
    return median(values) if values else None


def _ratio(figures: Figures, door: str, name: str) -> float | None:
    ours, stock = (_median(figures, d, COMPARED_AT, name) for d in (door, STOCK))
    return ours / stock if ours is not None and stock else None


def _megabytes(figures: Figures) -> dict[str, dict[str, float]]:
    if not _has(figures, "memory"):
        return {}
    return {
        side: {name: held["pss"] for name, held in processes.items()}
        for side, processes in figures["memory"].items()
    }


def _spread(spells: Sequence[Figures], name: str) -> str:
    values = [spell[name] for spell in spells]
    shown = "{:.1f}" if name == "turns_per_second" else "{:.0f}"
    middle, least, most = (shown.format(v) for v in (median(values), min(values), max(values)))
    return middle if len(values) == 1 else f"{middle} ({least}–{most})"


def _table(head: Sequence[str], rows: Iterable[Iterable[Any]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]


# Pictures


def _draw(figures: Figures) -> None:
    for old in REPORTS.glob("bench-*.png"):
        old.unlink()
    if _has(figures, "rounds"):
        _draw_load(figures)
    if _has(figures, "long_ours"):
        _draw_long(figures)
    for key, x, label in (
        ("content", "times", "times the content"),
        ("log", "messages", "messages"),
    ):
        if _has(figures, key):
            _draw_growth(figures[key], x, label, f"bench-{key}.png")


def _draw_load(figures: Figures) -> None:
    figure, axes = pyplot.subplots(1, 2, figsize=(11, 4.2))
    levels = _levels(figures)
    for axis, name in zip(axes, ("turns_per_second", "p95"), strict=True):
        for door in DOORS:
            held = [[s[name] for s in _spells(figures, door, level)] for level in levels]
            middle = [median(values) for values in held]
            spread = [
                [m - min(v) for m, v in zip(middle, held, strict=True)],
                [max(v) - m for m, v in zip(middle, held, strict=True)],
            ]
            axis.errorbar(
                levels, middle, spread, marker="o", capsize=3, color=COLOURS[door], label=door
            )
        axis.set(xscale="log", xlabel="conversations at once")
        axis.set_xticks(levels, [str(level) for level in levels])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    axes[0].set(ylabel="turns a second", title="Answered", ylim=(0, None))
    axes[1].set(ylabel="milliseconds", title="95th percentile", yscale="log")
    axes[1].axhline(P95_MS, color="k", linestyle=":", linewidth=1)
    axes[0].legend()
    _save(figure, "bench-load.png")


def _draw_long(figures: Figures) -> None:
    figure, axis = pyplot.subplots(figsize=(7, 4))
    for key, door in (("long_ours", PUBLIC), ("long_stock", STOCK)):
        medians = {int(turn): ms for turn, ms in figures.get(key, {}).get("medians", {}).items()}
        # Seven questions come in turn: their mean is comparable along the conversation.
        cycles = [
            (turn, [medians[t] for t in range(turn, turn + 7) if t in medians])
            for turn in range(2, 100, 7)
        ]
        points = [(turn, mean(held)) for turn, held in cycles if held]
        if points:
            axis.plot(*zip(*points, strict=True), marker="o", color=COLOURS[door], label=door)
    axis.set(xlabel="turn of the conversation", ylabel="milliseconds", ylim=(0, None))
    axis.grid(alpha=0.3)
    axis.legend()
    _save(figure, "bench-long.png")


def _draw_growth(sizes: Sequence[Figures], x: str, label: str, name: str) -> None:
    figure, axis = pyplot.subplots(figsize=(7, 4))
    for percentile, style in (("p50", "o-"), ("p95", "s--")):
        axis.plot(
            [size[x] for size in sizes],
            [size[percentile] for size in sizes],
            style,
            color=COLOURS[PUBLIC],
            label=percentile,
        )
    axis.set(xscale="log", xlabel=label, ylabel="milliseconds", ylim=(0, None))
    axis.grid(alpha=0.3)
    axis.legend()
    _save(figure, name)


def _save(figure: Any, name: str) -> None:
    figure.tight_layout()
    figure.savefig(REPORTS / name, dpi=110, metadata={"Software": None})
    pyplot.close(figure)
