"""`projects.schedule`: computing a plan of 10 000 activities and 15 000 links anew, with calendars.

Value: milliseconds in which the engine recomputes the whole plan after its rows were moved: bounds of every row, dates
forwards and backwards, total slack. Limit: a bare topological pass of networkx over the same graph in the same run,
which visits every node and every link and computes nothing. The aim is 200 ms, and five times the bare pass. What it
takes from rows and links alone, before there is a network to recompute, stands in the note.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import networkx as nx

from services.projects.calendar.national import workdays
from services.projects.calendar.vocabulary import Country
from services.projects.calendar.workdays import Stretch, Workdays
from services.projects.schedule.engine import Schedule, recompute
from services.projects.schedule.network import Network
from services.projects.schedule.rows import PlanLink, PlanRow
from shared.kit.ids import new_id
from tests.benchmarks.measure import Figure, against

NAMES = ("projects.schedule",)
ACTIVITIES = 10_000
LINKS = 15_000
ROUNDS = 15
AIM_MS = 200
START = date(2027, 1, 1)
SUMMER = Stretch(date(2027, 6, 14), date(2027, 8, 15))


async def run() -> list[Figure]:
    return await asyncio.to_thread(_measured)


def _measured() -> list[Figure]:
    rows, links = plan()
    calendars = [workdays(Country.se), workdays(Country.se, (SUMMER,))]
    network, graph = Network(rows, links), bare_graph(rows, links)
    ours: list[float] = []
    bare: list[float] = []
    whole: list[float] = []
    for number in range(ROUNDS + 1):
        turns: list[tuple[list[float], Callable[[], object]]] = [
            (ours, partial(full, network.with_rows([rows[number]]), calendars)),
            (bare, partial(visit, graph)),
            (whole, lambda: full(Network(rows, links), calendars)),
        ]
        for found, work in turns if number % 2 else reversed(turns):
            spent = _milliseconds(work)
            if number:  # the first round warms caches
                found.append(spent)
    note = (
        f"{ACTIVITIES:,} activities, {LINKS:,} links, two calendars; aim under {AIM_MS} ms and 5x the bare pass;"
        f" {statistics.median(whole):.0f} ms with building the network"
    )
    return [against("projects.schedule", ours, bare, unit="ms", note=note)]


def plan() -> tuple[list[PlanRow], list[PlanLink]]:
    """A plan of several years, in no order: rows with and without durations, milestones, one in ten at a unit with a
    summer break; links of all types, most of them finish to start."""
    random.seed(20261122)
    ids = [new_id() for _ in range(ACTIVITIES)]
    rows = []
    for number, row_id in enumerate(ids):
        start = START + timedelta(days=number // 15)
        rows.append(
            PlanRow(
                row_id,
                start,
                start + timedelta(days=30),
                duration=random.choice((None, 1, 5, 20)),
                is_milestone=number % 50 == 0,
                calendar=int(number % 10 == 0),
            )
        )
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < LINKS:
        first = random.randrange(ACTIVITIES - 1)
        pairs.add((first, random.randrange(first + 1, min(ACTIVITIES, first + 300))))
    kinds = ("FS", "FS", "FS", "SS", "FF", "SF")
    links = [
        PlanLink(new_id(), ids[a], ids[b], random.choice(kinds), random.choice((0, 0, 3, -2))) for a, b in sorted(pairs)
    ]
    random.shuffle(rows)
    return rows, links


def full(network: Network, calendars: list[Workdays]) -> Schedule:
    """Everything that a schedule needs, total slack included."""
    schedule = recompute(network, calendars, START)
    for number in range(len(network.rows)):
        schedule.total_slack(number)
    return schedule


def bare_graph(rows: list[PlanRow], links: list[PlanLink]) -> "nx.DiGraph[int]":
    numbers = {row.id: number for number, row in enumerate(rows)}
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(len(rows)))
    graph.add_edges_from((numbers[link.predecessor], numbers[link.successor]) for link in links)
    return graph


def visit(graph: "nx.DiGraph[int]") -> int:
    """A topological pass that does nothing but look at each node and each link."""
    return sum(1 for node in nx.topological_sort(graph) for _ in graph.successors(node))


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000
