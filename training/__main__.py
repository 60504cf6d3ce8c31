"""``python -m training VERB``: train, distil and judge networks; prepare data; benchmarks; the desktop's worker."""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from pathlib import Path
from typing import Any

from gf_desktop.errors import UserError
from training.commands.verbs import VERBS

__all__ = ["main"]

STOPPED_EXIT_CODE = 130


def main(argv: list[str] | None = None) -> int:
    """Run the trainer's command line and return the exit code.

    0 done, 1 an error that the user can act on, 2 our bug or a command line that makes no sense, 130 stopped with Ctrl-C (143: by the
    system's wish to end it).
    """
    words = sys.argv[1:] if argv is None else argv
    arguments = _parser(words).parse_args(words)
    if arguments.verb == "worker":
        from training import worker

        return worker.main()
    from training.commands.interrupts import Interrupted

    try:
        _run(arguments)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except Interrupted as stop:
        sys.stderr.write(f"Stopped: {stop}. Add --resume to go on.\n")
        return stop.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. What was kept before is intact.\n")
        return STOPPED_EXIT_CODE
    except Exception:  # noqa: BLE001 - the last line of defence: every bug becomes exit code 2
        sys.stderr.write(f"This is a bug of the trainer; please report it:\n{traceback.format_exc()}")
        return 2
    return 0


def _run(arguments: argparse.Namespace) -> None:
    if arguments.verb in VERBS:
        from training.commands import verbs

        verbs.run(arguments.verb, arguments)
    elif arguments.verb == "prepare":
        from training.datasets import command as prepare

        _answer(prepare.run(arguments))
    elif arguments.verb == "bench":
        from training.bench import command as bench

        answer = bench.run(arguments)
        if answer is not None:
            _answer(answer)
    elif arguments.verb == "networks":
        _networks(arguments)
    elif arguments.verb == "make-pack":
        _make_pack(arguments)
    else:
        _predict(arguments)


def _answer(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


def _parser(words: list[str]) -> argparse.ArgumentParser:
    """Return the parser; the arguments of ``prepare`` and ``bench``, whose rooms are slow to import, are added where they are asked for."""
    parser = argparse.ArgumentParser(prog="python -m training", description="The trainer of Graph Flow Desktop.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    from training.commands.verbs import add_arguments

    for verb, text in VERBS.items():
        add_arguments(verbs.add_parser(verb, help=text, description=text), verb)
    prepare = verbs.add_parser("prepare", help="check a data set, divide it by patient and freeze the division")
    bench = verbs.add_parser("bench", help="the method's benchmark; writes docs/results")
    if "prepare" in words[:1]:
        from training.datasets import command as prepare_command

        prepare_command.add_arguments(prepare)
    elif "bench" in words[:1]:
        from training.bench import command as bench_command

        bench_command.add_arguments(bench)
    networks = verbs.add_parser("networks", help="show the networks: parameters and multiply-adds")
    networks.add_argument("--json", action="store_true", help="print one JSON document")
    networks.add_argument("--channels", type=int, default=1, help="of the input (default: 1)")
    networks.add_argument("--classes", type=int, default=9, help="of the scores, background included (default: 9)")
    verbs.add_parser("worker", help="serve one refinement round over standard input and output")
    _add_pack_verbs(verbs)
    return parser


def _add_pack_verbs(verbs: Any) -> None:
    make = verbs.add_parser("make-pack", help="train the pack abdomen-ct from the demo's patient A")
    from training.commands.configured import add_config_arguments

    add_config_arguments(make)
    make.add_argument("--out", type=Path, help="folder of the pack; must not exist (default: resources/models/abdomen-ct)")
    make.add_argument("--seed", type=int)
    make.add_argument("--minutes", type=float, help="upper bound of the time; normally the steps end sooner")
    make.add_argument("--student", choices=["lite_unet", "mobile_unet"])
    make.add_argument("--student-width", type=float, help="multiplier of the student's channels")
    make.add_argument("--teacher-steps", type=int)
    make.add_argument("--student-steps", type=int)
    predict = verbs.add_parser("predict", help="let a pack's student or teacher label a scan")
    predict.add_argument("--pack", type=Path, required=True)
    predict.add_argument("--who", choices=["student", "teacher"], default="student")
    predict.add_argument("--image", type=Path, required=True, help=".npy with voxels [k, j, i] or [k, j, i, 3]")
    predict.add_argument("--geometry", type=Path, required=True, help="JSON with size, spacing_mm, origin_mm, direction")
    predict.add_argument("--out", type=Path, required=True, help=".npz to write: labels, uint8 [k, j, i]")


def _networks(arguments: argparse.Namespace) -> None:
    from training.networks.complexity import describe_networks, networks_json, networks_table

    described = describe_networks(in_channels=arguments.channels, num_classes=arguments.classes)
    sys.stdout.write((networks_json(described) if arguments.json else networks_table(described)) + "\n")


def _make_pack(arguments: argparse.Namespace) -> None:
    from gf_desktop.resources import resource_dir
    from training.commands.configured import configured
    from training.console import Console
    from training.make_pack import PACK_ID, PackRecipe, make_pack
    from training.worker import keep_freed_memory

    names = {name: name for name in ("seed", "minutes", "student_width", "teacher_steps", "student_steps")} | {"student": "student_name"}
    recipe = configured(PackRecipe(), arguments, {setting: getattr(arguments, name) for name, setting in names.items()})
    if recipe is None:
        return
    keep_freed_memory()
    resources = resource_dir()
    out_dir = arguments.out or resources / "models" / PACK_ID
    card = make_pack(out_dir, resources, recipe=recipe, control=Console(sys.stderr))
    _answer({"pack": str(out_dir), "metrics": card.metrics, "minutes": card.training["minutes"]})


def _predict(arguments: argparse.Namespace) -> None:
    from training.label_scan import label_scan

    label_scan(arguments.pack, arguments.who, image=arguments.image, geometry=arguments.geometry, out=arguments.out)


if __name__ == "__main__":
    sys.exit(main())
