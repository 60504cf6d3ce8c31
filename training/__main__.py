"""``python -m training worker | make-pack | predict``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from gf_desktop.errors import UserError

__all__ = ["main"]


def main(argv: list[str] | None = None) -> int:
    """Run the trainer's command line and return the exit code: 0 done, 1 a user error, 2 our bug."""
    arguments = _parser().parse_args(argv)
    if arguments.verb == "worker":
        from training import worker

        return worker.main()
    try:
        if arguments.verb == "make-pack":
            _make_pack(arguments)
        else:
            _predict(arguments)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description="The trainer of Graph Flow Desktop.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("worker", help="serve one refinement round over standard input and output")
    make = verbs.add_parser("make-pack", help="train the pack abdomen-ct from the demo's patient A")
    make.add_argument("--out", type=Path, help="folder of the pack; must not exist (default: resources/models/abdomen-ct)")
    make.add_argument("--seed", type=int, default=0)
    make.add_argument("--minutes", type=float, default=90.0, help="upper bound of the time; normally the steps end sooner")
    make.add_argument("--student", choices=["lite_unet", "mobile_unet"], default="lite_unet")
    make.add_argument("--student-width", type=float, default=1.0, help="multiplier of the student's channels")
    make.add_argument("--teacher-steps", type=int)
    make.add_argument("--student-steps", type=int)
    predict = verbs.add_parser("predict", help="let a pack's student or teacher label a scan")
    predict.add_argument("--pack", type=Path, required=True)
    predict.add_argument("--who", choices=["student", "teacher"], default="student")
    predict.add_argument("--image", type=Path, required=True, help=".npy with voxels [k, j, i] or [k, j, i, 3]")
    predict.add_argument("--geometry", type=Path, required=True, help="JSON with size, spacing_mm, origin_mm, direction")
    predict.add_argument("--out", type=Path, required=True, help=".npz to write: labels, uint8 [k, j, i]")
    return parser


def _make_pack(arguments: argparse.Namespace) -> None:
    from dataclasses import replace

    from gf_desktop.resources import resource_dir
    from training.console import Console
    from training.make_pack import PACK_ID, PackRecipe, make_pack
    from training.worker import keep_freed_memory

    keep_freed_memory()
    recipe = PackRecipe(student_name=arguments.student, student_width=arguments.student_width)
    for name in ("teacher_steps", "student_steps"):
        if getattr(arguments, name) is not None:
            recipe = replace(recipe, **{name: getattr(arguments, name)})
    resources = resource_dir()
    out_dir = arguments.out or resources / "models" / PACK_ID
    console = Console(sys.stderr)
    card = make_pack(out_dir, resources, seed=arguments.seed, minutes=arguments.minutes, recipe=recipe, control=console)
    sys.stdout.write(json.dumps({"pack": str(out_dir), "metrics": card.metrics, "minutes": card.training["minutes"]}, indent=2) + "\n")


def _predict(arguments: argparse.Namespace) -> None:
    from training.label_scan import label_scan

    label_scan(arguments.pack, arguments.who, image=arguments.image, geometry=arguments.geometry, out=arguments.out)


if __name__ == "__main__":
    sys.exit(main())
