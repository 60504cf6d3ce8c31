"""A student's step: what the Graph Flow term costs in it, what caching the teacher saves, and ours beside a plain implementation.

Everything is measured in turns in one run. The plain step does the same on paper: it unfolds the whole map to find the windows, reckons
the Graph Flow term in float64, keeps torch's usual memory order and the system's allocator settings. The allocator belongs to a process,
so the variants of a step are processes of their own, which wait while another one is measured; their first losses are compared: a fast
wrong answer does not count. Peak memory is of those processes.
"""

from __future__ import annotations

import argparse
import copy
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import unfold

from gf_desktop.resources import resource_dir
from rows import Row, add_common_options, machine, quantile, report
from training.abdomen import HEAVY, SPEC, TABLE, read_patient
from training.batches import batch_drawer
from training.config import GraphFlowConfig, NetworkConfig, RefineConfig
from training.dataset import SliceSet, read_replay, write_replay
from training.distill import method_of
from training.evaluate import judge_slices
from training.graph_flow import attention_scores, graph_flow, graph_flow_from_patches, patches_of, salient_positions
from training.loop import Learner, average_into, start_learner, train_step
from training.losses import gradient_norm, supervision
from training.make_pack import HELD_BACK_EVERY, HELD_BACK_FROM
from training.method import LoopConfig, Method, Term
from training.networks import Taps, build_network
from training.networks.lite_encoder import load_imagenet
from training.objective import StepBatch, Word, distillation_terms
from training.packs import load_pack
from training.paraphrase import new_paraphrasers
from training.teacher import Teacher
from training.teacher_cache import open_cache, size
from training.worker import keep_freed_memory

GRAPH_GOAL_PERCENT = 3.0
CACHE_GOAL, PLAIN_GOAL = 4.0, 2.0
DICE_TOL = 0.005
LARGEST_DIFFERENCE = 1e-4
"""Relative; first losses of two variants further apart than this are not of the same step."""

SETTLE_S = 0.2
"""Threads of the one who was just measured go on spinning for a while."""

NEVER = 10**9
CLASSES = len(TABLE) + 1
OURS, DEFAULT, PLAIN = "ours", "default-allocator", "plain"
FIXED = Method(
    kl=Term(weight=1.0), cwd=Term(weight=0.1), graph=Term(weight=0.1), confidence=True, graph_flow=RefineConfig().graph_flow
)  # fixed weights, so that every variant takes the same step


def new_student(name: str, seed: int = 0) -> torch.nn.Module:
    """Return a student for the abdomen, the encoder with ImageNet weights where it can have them."""
    torch.manual_seed(seed)
    network = build_network(NetworkConfig(name, SPEC.channels, CLASSES))  # type: ignore[arg-type]
    encoder = getattr(network, "encoder", None)
    if encoder is not None:
        load_imagenet(encoder, resource_dir() / "weights" / "efficientnet_lite0_imagenet.safetensors")
    return network


def made_batch(network: torch.nn.Module, *, batch: int, side: int) -> StepBatch:
    """Return a batch of noise with a teacher's word; what a step costs does not depend on what is seen."""
    rng = torch.Generator().manual_seed(1)
    with torch.no_grad():
        channels = copy.deepcopy(network).eval()(torch.zeros(1, SPEC.channels, 64, 64)).shallow.shape[1]
    classes = torch.randint(0, CLASSES, (batch, side, side), generator=rng)
    targets = torch.nn.functional.one_hot(classes, CLASSES).permute(0, 3, 1, 2).float()
    ones, quarter = torch.ones(batch, 1, side, side), side // 4
    taps = [torch.randn(batch, channels, quarter, quarter, generator=rng) for _ in range(2)]
    word = Word(torch.randn(batch, CLASSES, side, side, generator=rng), ones, *taps, torch.zeros(batch, 2, quarter, quarter))
    return StepBatch(torch.randn(batch, SPEC.channels, side, side, generator=rng), targets, ones, word)


# --- the plain implementation ---------------------------------------------------------------------------------------------------------


def plain_nodes(features: Tensor, teacher: Tensor, config: GraphFlowConfig) -> Tensor:
    """Return the nodes of a tap, float64 [batch, channels, length], from all windows of the map."""
    batch, channels, height, width = features.shape
    edge = config.border
    if config.salience == "map":
        return features[:, :, edge : height - edge, edge : width - edge].double().flatten(2)
    windows = unfold(features.double(), config.patch, padding=config.patch // 2).reshape(batch, channels, -1, height * width)
    if config.salience == "soft":
        inner = torch.zeros(height, width, dtype=torch.bool)
        inner[edge : height - edge, edge : width - edge] = True
        scores = attention_scores(teacher, border=edge).double().masked_fill(~inner, -torch.inf).flatten(2)
        return torch.einsum("bckn,bcn->bck", windows, torch.softmax(scores / config.temperature, dim=2))
    own = features if config.salience == "own" else teacher
    where = salient_positions(own, windows=config.windows, apart=max(3, config.patch), border=edge)
    picked = [windows.gather(3, at[:, :, None, None].expand(-1, -1, windows.shape[2], 1))[..., 0] for at in where.unbind(dim=2)]
    return torch.cat(picked, dim=2)


def plain_graph_flow(teacher: tuple[Tensor, Tensor], student: tuple[Tensor, Tensor], config: GraphFlowConfig) -> Tensor:
    """Return the Graph Flow term, written down as its equations stand."""
    flows = []
    for taps in (teacher, student):
        nodes = [plain_nodes(tap, of_teacher, config) for tap, of_teacher in zip(taps, teacher, strict=True)]
        if config.form == "normalised":
            nodes = [n - n.mean(dim=2, keepdim=True) for n in nodes]
            nodes = [n / n.norm(dim=2, keepdim=True).clamp_min(1e-6) for n in nodes]
        edges = [n @ n.transpose(1, 2) for n in nodes]
        flows.append((nodes[1] - nodes[0], edges[1] - edges[0]))
    vertices, between = ((t - s).square() for t, s in zip(*flows, strict=True))
    if config.form == "normalised":
        return config.vertex_weight * vertices.sum(dim=2).mean() + config.edge_weight * between.mean()
    return config.vertex_weight * vertices.sum() + config.edge_weight * between.sum()


def plain_step(learner: Learner, batch: StepBatch, method: Method, config: LoopConfig) -> float:
    """Take the step as a first version of it would be written; return the loss."""
    for group in learner.optimizer.param_groups:
        group["lr"] = config.rate
    learner.network.train()
    taps, word = learner.network(batch.images), batch.word
    total = supervision(taps.logits, batch.targets, batch.supervised, dice=True).total
    for name, value in distillation_terms(taps, batch, replace(method, graph=Term())).items():
        total = total + getattr(method, name).weight * value
    if word is not None:
        flow = plain_graph_flow((word.shallow, word.deep), (taps.shallow, taps.deep), method.graph_flow)
        total = total + method.graph.weight * flow.to(total.dtype)
    learner.optimizer.zero_grad(set_to_none=True)
    total.backward()
    torch.nn.utils.clip_grad_norm_(learner.network.parameters(), config.clip)
    learner.optimizer.step()
    average_into(learner.average, learner.network, decay=config.ema)
    learner.step += 1
    return float(total.detach())


# --- one variant of the step in a process of its own ----------------------------------------------------------------------------------


def memory_mb(field: str) -> float:
    """Return ``VmHWM`` (peak) or ``VmRSS`` of this process; where the system has no such file, the peak for both."""
    # on Linux, ru_maxrss begins with what the parent process had
    with suppress(OSError):
        found = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
        if found is not None:
            return int(found.group(1)) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 if sys.platform != "darwin" else 1024**2)


def serve(variant: str, options: argparse.Namespace) -> int:
    """Take as many steps as each line of standard input says, and tell their seconds."""
    if variant == OURS:
        keep_freed_memory()
    torch.set_num_threads(options.threads)
    side = options.sides[0]
    network = new_student(options.student)
    if variant == PLAIN:
        network = network.to(memory_format=torch.contiguous_format)
    loop = LoopConfig(batch=options.batch, crop_px=side, warm_up=1)
    batch = made_batch(network, batch=options.batch, side=side)
    learner = start_learner(network, loop, torch.Generator().manual_seed(0))

    def step() -> float:
        if variant == PLAIN:
            return plain_step(learner, batch, FIXED, loop)
        return float(train_step(learner, batch, FIXED, loop, done=0.0).total.detach())

    before = memory_mb("VmRSS")
    print(json.dumps({"loss": step()}), flush=True)
    for line in sys.stdin:
        seconds = []
        for _ in range(int(line)):
            begin = time.perf_counter()
            step()
            seconds.append(time.perf_counter() - begin)
        print(json.dumps({"seconds": seconds}), flush=True)
    print(json.dumps({"peak_mb": memory_mb("VmHWM"), "before_mb": before}), flush=True)
    return 0


@contextmanager
def variant_process(variant: str, side: int, options: argparse.Namespace) -> Iterator[subprocess.Popen[str]]:
    """Give a process that serves a variant of the step."""
    arguments = ["--student", options.student, "--batch", str(options.batch), "--threads", str(options.threads), "--sides", str(side)]
    command = [sys.executable, __file__, "--serve", variant, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def answer(process: subprocess.Popen[str], order: str | None = None) -> dict[str, Any]:
    """Send a line and return what the process says; without a line only the latter."""
    assert process.stdin is not None
    assert process.stdout is not None
    if order is not None:
        process.stdin.write(order + "\n")
        process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise SystemExit("a process that was measured ended before its time; its message stands above")
    found: dict[str, Any] = json.loads(line)
    return found


def compare_variants(side: int, options: argparse.Namespace) -> tuple[list[Row], dict[str, Any], bool]:
    """Measure the variants in turns; also return facts, and whether their first losses agree."""
    names = (OURS, DEFAULT, PLAIN)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    with (
        variant_process(OURS, side, options) as ours,
        variant_process(DEFAULT, side, options) as default,
        variant_process(PLAIN, side, options) as plain,
    ):
        processes = dict(zip(names, (ours, default, plain), strict=True))
        losses = {name: answer(process)["loss"] for name, process in processes.items()}
        for turn in range(options.repeats + 1):
            for name in names if turn % 2 else reversed(names):
                time.sleep(SETTLE_S)
                taken = answer(processes[name], str(options.steps))["seconds"]
                # in the first turn memory is found and kernels are chosen
                seconds[name] += taken if turn else []
        memory = {}
        for name, process in processes.items():
            assert process.stdin is not None
            process.stdin.close()
            memory[name] = answer(process)
    median = {name: 1e3 * quantile(values, 0.5) for name, values in seconds.items()}
    peak = {name: found["peak_mb"] for name, found in memory.items()}
    above = {name: found["peak_mb"] - found["before_mb"] for name, found in memory.items()}
    rows = [
        Row.of(f"student step at {side} px beside the plain one, median ms", ours=median[OURS], peer=median[PLAIN], goal=PLAIN_GOAL),
        Row.of(f"the same at {side} px with the default allocator, median ms", ours=median[DEFAULT], peer=median[PLAIN]),
        Row.of(f"peak memory of the process at {side} px, MB", ours=peak[OURS], peer=peak[PLAIN]),
        Row.of(f"of it above what it had before its first step at {side} px, MB", ours=above[OURS], peer=above[PLAIN]),
    ]
    apart = max(abs(loss - losses[PLAIN]) / abs(losses[PLAIN]) for loss in losses.values())
    facts = {f"step_{side}_ms_quartiles": {name: quartiles(values) for name, values in seconds.items()}}
    facts[f"peak_{side}_mb"] = {name: round(value) for name, value in peak.items()}
    facts[f"largest_difference_of_first_losses_{side}"] = float(f"{apart:.3g}")
    return rows, facts, apart <= LARGEST_DIFFERENCE


# --- the Graph Flow term and the cache, in this process -------------------------------------------------------------------------------


def quartiles(seconds: list[float]) -> list[float]:
    """Return the first quartile, the median and the third quartile in ms."""
    return [round(1e3 * quantile(seconds, share), 2) for share in (0.25, 0.5, 0.75)]


def in_turns(calls: dict[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """Return the seconds of each call, taken in turns after one that is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(repeats + 1):
        for name in list(calls) if turn % 2 else reversed(list(calls)):
            begin = time.perf_counter()
            calls[name]()
            if turn:
                seconds[name].append(time.perf_counter() - begin)
    return seconds


def graph_share(options: argparse.Namespace) -> tuple[list[Row], dict[str, Any]]:
    """Measure the product's step with and without the Graph Flow term, the term alone, and what weighing it by its gradient adds.

    Supervision's gradient is measured for channel-wise distillation too, so it is no cost of the term; its time is among the facts.
    """
    side, method = options.sides[0], method_of(RefineConfig())
    loop = LoopConfig(batch=options.batch, crop_px=side, measure_every=NEVER)
    network = new_student(options.student)
    batch = made_batch(network, batch=options.batch, side=side)
    if batch.word is None:
        raise ValueError("a batch without a word")
    word = batch.word

    def stepping(terms: Method) -> Callable[[], object]:
        learner = start_learner(copy.deepcopy(network), loop, torch.Generator().manual_seed(0))
        learner.step, learner.weights = 1, {"cwd": 0.1, "graph": 0.1}
        return lambda: train_step(learner, batch, terms, loop, done=0.0)

    taps: Taps = network.train()(batch.images.to(memory_format=torch.channels_last))
    supervised = supervision(taps.logits, batch.targets, batch.supervised, dice=True).total
    flow = graph_flow(word.shallow, word.deep, taps.shallow, taps.deep, config=method.graph_flow).total

    def term() -> None:
        leaves = [tap.detach().requires_grad_(True) for tap in (taps.shallow, taps.deep)]
        graph_flow(word.shallow, word.deep, *leaves, config=method.graph_flow).total.backward()

    def weigh(loss: Tensor) -> Callable[[], float]:
        return lambda: gradient_norm(loss, (taps.shallow, taps.deep))

    calls = {
        "with": stepping(method),
        "without": stepping(replace(method, graph=Term())),
        "term": term,
        "weighing": weigh(flow),
        "weighing of supervision": weigh(supervised),
    }
    seconds = in_turns(calls, options.repeats * options.steps)
    median = {name: 1e3 * quantile(values, 0.5) for name, values in seconds.items()}
    own = median["term"] + median["weighing"] / RefineConfig().measure_every
    rows = [
        Row.of(f"Graph Flow term beside the whole step at {side} px, ms", ours=own, peer=median["with"], goal=100 / GRAPH_GOAL_PERCENT),
        Row.of(f"student step with the term beside without it at {side} px, ms", ours=median["with"], peer=median["without"]),
    ]
    facts = {
        "graph_term_percent_of_step": round(100 * own / median["with"], 2),
        "graph_term_percent_by_difference": round(100 * (median["with"] - median["without"]) / median["with"], 2),
        "graph_term_goal_percent": GRAPH_GOAL_PERCENT,
        "graph_share_ms_quartiles": {name: quartiles(values) for name, values in seconds.items()},
    }
    return rows, facts


def patient_a() -> tuple[SliceSet, SliceSet]:
    """Return patient A's slices to train on and to hold back, split as for the first pack."""
    patient = read_patient(resource_dir() / "demo", "A", SPEC)
    held = np.zeros(len(patient.images), np.uint8)
    held[HELD_BACK_FROM::HELD_BACK_EVERY] = 1
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "replay.npz"
        write_replay(path, images=patient.images, labels=patient.labels, regions=patient.regions, validation=held)
        return read_replay(path, TABLE)


def teacher_named(name: str, student: torch.nn.Module) -> Teacher:
    """Return the first pack's teacher for "pack", else a network ``name:width`` of random weights, which takes as long."""
    if name == "pack":
        models = load_pack(resource_dir() / "models" / "abdomen-ct").models
        if models.paraphrasers[0].encoder[-2].out_channels == 24 and type(student).__name__ == type(models.student).__name__:
            return Teacher(models.teacher, models.paraphrasers)
        return Teacher(models.teacher, new_paraphrasers(student, models.teacher, SPEC.channels))
    kind, _, width = name.partition(":")
    network = build_network(NetworkConfig(kind, SPEC.channels, CLASSES, float(width or 1))).eval()  # type: ignore[arg-type]
    return Teacher(network, new_paraphrasers(student, network, SPEC.channels))


Drawer = Callable[[torch.Generator], StepBatch]


def drawers(train: SliceSet, asked: Teacher, folder: Path, method: Method, loop: LoopConfig) -> tuple[dict[str, Drawer], float, int]:
    """Return the functions that draw cached and uncached batches, the seconds that the cache took, and its bytes."""
    begin = time.perf_counter()
    cached = open_cache(folder, train, asked, spec=SPEC)
    seconds = time.perf_counter() - begin
    draw = {
        "cached": batch_drawer(cached, None, method, loop, spec=SPEC),
        "asked": batch_drawer(train, None, method, loop, spec=SPEC, teacher=asked),
    }
    return draw, seconds, size(folder)


def epochs(name: str, train: SliceSet, options: argparse.Namespace) -> tuple[list[Row], dict[str, Any]]:
    """Measure epochs over patient A with the teacher's word from the cache, and with the teacher asked in each view."""
    method = method_of(RefineConfig())
    loop = LoopConfig(batch=options.batch, crop_px=options.sides[0], augment=HEAVY)
    steps = min(options.epoch_steps or NEVER, len(train) // options.batch)
    student = new_student(options.student)
    with tempfile.TemporaryDirectory() as folder:
        draw, making_s, cache_bytes = drawers(train, teacher_named(name, student), Path(folder), method, loop)
        learners = {way: start_learner(copy.deepcopy(student), loop, torch.Generator().manual_seed(0)) for way in draw}
        seconds: dict[str, list[float]] = {way: [] for way in draw}
        for epoch in range(options.epochs):
            spent = dict.fromkeys(draw, 0.0)
            for step in range(steps + (epoch == 0)):
                for way in draw if step % 2 else reversed(draw):
                    begin = time.perf_counter()
                    train_step(learners[way], draw[way](learners[way].rng), method, loop, done=0.0)
                    # the very first step finds memory and is not counted
                    spent[way] += (time.perf_counter() - begin) if step or epoch else 0.0
            for way, value in spent.items():
                seconds[way].append(value)
    median = {way: quantile(values, 0.5) for way, values in seconds.items()}
    row = Row.of(f"epoch of {steps} steps, word of teacher {name} cached beside asked, s", **_pair(median), goal=CACHE_GOAL)
    facts = {
        f"epoch_{name}_s": {way: [round(value, 3) for value in values] for way, values in seconds.items()},
        f"cache_of_{name}": {"slices": len(train), "seconds": round(making_s, 2), "mb": round(cache_bytes / 2**20, 1)},
    }
    return [row], facts


def _pair(values: dict[str, float]) -> dict[str, float]:
    return {"ours": values["cached"], "peer": values["asked"]}


def equal_steps(train: SliceSet, held: SliceSet, options: argparse.Namespace) -> tuple[list[Row], dict[str, Any]]:
    """Train with the cached word and with the teacher asked, the same views and steps, and judge both on held-back slices."""
    method = method_of(RefineConfig())
    dice: dict[str, list[float]] = {"cached": [], "asked": []}
    loop = LoopConfig(
        steps=options.dice_steps, batch=options.batch, crop_px=options.dice_side, rate=2e-3, weight_decay=1e-2, augment=HEAVY
    )  # as the first pack is made, but for the smaller views
    for seed in range(options.dice_seeds):
        student = new_student(options.student, seed)
        with tempfile.TemporaryDirectory() as folder:
            draw, _, _ = drawers(train, teacher_named("pack", student), Path(folder), method, loop)
            for way, found in dice.items():
                learner = start_learner(copy.deepcopy(student), loop, torch.Generator().manual_seed(seed))
                while learner.step < loop.steps:
                    train_step(learner, draw[way](learner.rng), method, loop, done=learner.step / loop.steps)
                found.append(judge_slices(learner.average, held, SPEC, TABLE).mean or 0.0)
    lost = float(np.mean(dice["asked"]) - np.mean(dice["cached"]))
    # not below a hundredth of what is allowed, so that a ratio can be formed
    row = Row.of(f"Dice lost with the cache after {loop.steps} equal steps", ours=max(lost, DICE_TOL / 100), peer=DICE_TOL, goal=1.0)
    return [row], {"dice": {way: [round(value, 4) for value in values] for way, values in dice.items()}, "dice_lost": round(lost, 4)}


def cache_forms(train: SliceSet, options: argparse.Namespace) -> tuple[list[Row], dict[str, Any]]:
    """Measure what a batch's Graph Flow term costs from whole taps that move along, and from stored windows and positions."""
    config, side = RefineConfig().graph_flow, options.sides[0] // 4
    student = new_student(options.student)
    rng = torch.Generator().manual_seed(0)
    with torch.no_grad():
        asked = teacher_named("pack", student).ask((train.images[: options.batch] - SPEC.mean) / SPEC.std)
    codes = torch.cat([asked.shallow, asked.deep], dim=1).half()
    turn = torch.tensor([[0.9, -0.2, 0.0], [0.2, 0.9, 0.1]]).expand(len(codes), 2, 3)
    grid = torch.nn.functional.affine_grid(turn, [len(codes), 1, side, side], align_corners=False)
    taps = [torch.randn(len(codes), asked.shallow.shape[1], side, side, generator=rng, requires_grad=True) for _ in range(2)]
    cut = [tap[:, :, :side, :side].contiguous() for tap in (asked.shallow, asked.deep)]
    kept = [patches_of(tap, config=config) for tap in cut]
    kept = [found._replace(patches=found.patches.half()) for found in kept]

    def whole() -> None:
        moved = torch.nn.functional.grid_sample(codes.float(), grid, align_corners=False)
        graph_flow(*moved.chunk(2, dim=1), *taps, config=config).total.backward()

    def windows() -> None:
        graph_flow_from_patches(*(found._replace(patches=found.patches.float()) for found in kept), *taps, config=config).total.backward()

    seconds = in_turns({"whole": whole, "windows": windows}, options.repeats * options.steps)
    median = {name: 1e3 * quantile(values, 0.5) for name, values in seconds.items()}
    # positions of a map this small fit into 16 bits; eight views: flips and right-angle turns
    one_view = sum(2 * found.patches[0].numel() + 2 * found.where[0].numel() for found in kept)
    facts = {
        "bytes_a_slice": {
            "logits and inside": 2 * (CLASSES + 1) * train.images[0, 0].numel(),
            "whole taps": 2 * codes[0].numel(),
            "windows of 8 views": 8 * one_view,
        }
    }
    return [Row.of("Graph Flow of a batch from whole taps beside windows, ms", ours=median["whole"], peer=median["windows"])], facts


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_common_options(parser, repeats=7)
    parser.add_argument("--quick", action="store_true", help="a few tiny steps, to see that everything runs; the figures say nothing")
    parser.add_argument("--student", default="lite_unet", help="a student of NetworkConfig (default: the product's)")
    parser.add_argument("--teachers", nargs="+", default=["pack", "fanet:0.5"], help='"pack" (lite_fanet) or name:width, for the epochs')
    parser.add_argument("--sides", type=int, nargs="+", default=[128, 224], help="sides of the views; the first counts for all parts")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=3, help="steps in each turn")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--epoch-steps", type=int, default=0, help="steps of an epoch; 0 for all slices")
    parser.add_argument("--dice-steps", type=int, default=120, help="steps of the two trainings that are compared; 0 leaves them out")
    parser.add_argument("--dice-side", type=int, default=96)
    parser.add_argument("--dice-seeds", type=int, default=1)
    parser.add_argument("--serve", choices=[OURS, DEFAULT, PLAIN], help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.quick:
        tiny = {"repeats": 2, "steps": 1, "sides": [64], "batch": 2, "epochs": 1, "epoch_steps": 2, "dice_steps": 2, "dice_side": 64}
        vars(options).update(tiny)
    return options


def main() -> int:
    """Measure and print."""
    options = options_of()
    if options.serve:
        return serve(options.serve, options)
    rows: list[Row] = []
    facts = machine() | {"torch": torch.__version__, "student": options.student, "batch": options.batch, "threads": options.threads}
    same = True
    for side in options.sides:
        found, more, agree = compare_variants(side, options)
        rows, facts, same = rows + found, facts | more, same and agree
    keep_freed_memory()
    torch.set_num_threads(options.threads)
    train, held = patient_a()
    if options.quick:
        train = train.subset(torch.arange(4 * options.batch))
    parts = [graph_share(options), *(epochs(name, train, options) for name in options.teachers), cache_forms(train, options)]
    if options.dice_steps:
        parts.append(equal_steps(train, held, options))
    for found, more in parts:
        rows, facts = rows + found, facts | more
    status = report(rows, title="Distillation: a student's step", as_json=options.json, facts=facts)
    return status if same else 1


if __name__ == "__main__":
    sys.exit(main())
