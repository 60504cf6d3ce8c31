"""train-teacher, paraphrase, distill and evaluate on the command line."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from gf_desktop.errors import TrainingError
from training.commands.configured import add_config_arguments

__all__ = ["VERBS", "add_arguments", "run"]

VERBS = {
    "train-teacher": "train a network on the labels of a prepared set",
    "paraphrase": "train the Paraphrasers between a teacher and a student, without labels",
    "distill": "train a student on labels, unlabelled images and a teacher's word",
    "reproduce": "make the paper's tables on a prepared set: teachers, Paraphrasers and students of every method, judged",
    "evaluate": "judge a trained network: Dice and HD95 per structure and per patient, pixel accuracy and mIoU",
}
"""Name -> what it does."""


def add_arguments(parser: argparse.ArgumentParser, verb: str) -> None:
    """Add the arguments of one of the verbs."""
    add_config_arguments(parser)
    if verb == "evaluate":
        parser.add_argument("--model", type=Path, metavar="RUN", help="short for --set model.run=RUN")
        parser.add_argument("--part", choices=("test", "validation"), help="short for --set model.part=PART")
        parser.add_argument("--out", type=Path, metavar="DIR", help="folder for evaluation-PART.json (default: the run's)")
        parser.add_argument("--json", action="store_true", help="print one JSON document instead of a table")
        return
    if verb == "reproduce":
        parser.add_argument("--out", type=Path, metavar="DIR", help="folder of runs and tables; what is in it already is not made again")
        return
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of the run; new, or with --resume one that is there")
    parser.add_argument(
        "--resume", action="store_true", help="go on from the newest checkpoint in --out; the configuration may be left out"
    )
    if verb == "distill":
        parser.add_argument("--cache", type=Path, metavar="DIR", help="folder that keeps the teacher's word from run to run")


def run(verb: str, arguments: argparse.Namespace) -> None:
    """Carry out a verb and print its answer.

    Raises
    ------
    UserError
        When the configuration is wrong, or as the verb's own function.
    Interrupted
        When the person asked to stop.
    """
    from training.commands.configs import as_toml, read_config

    config = read_config(_default(verb), arguments.config, _settings(arguments))
    if verb == "evaluate":
        config = _with_set_of_run(config, arguments)
    if arguments.print_config:
        sys.stdout.write(as_toml(config))
    elif verb == "evaluate":
        _evaluate(config, arguments)
    elif verb == "reproduce":
        _reproduce(config, arguments)
    else:
        _train(verb, config, arguments)


def _default(verb: str) -> Any:
    from training.commands import configs
    from training.commands.reproduce import ReproduceConfig

    return {
        "reproduce": ReproduceConfig,
        "train-teacher": configs.TrainTeacherConfig,
        "paraphrase": configs.ParaphraseConfig,
        "distill": configs.DistillConfig,
        "evaluate": configs.EvaluateConfig,
    }[verb]()


def _settings(arguments: argparse.Namespace) -> list[str]:
    import json

    settings = list(arguments.settings)
    for name, key in (("model", "model.run"), ("part", "model.part")):
        if getattr(arguments, name, None) is not None:
            settings.append(f"{key}={json.dumps(str(getattr(arguments, name)))}")
    return settings


def _with_set_of_run(config: Any, arguments: argparse.Namespace) -> Any:
    """Return the configuration of evaluate with the set on which the judged run was trained, where no other is named."""
    from training.commands.configs import DataConfig, read_config

    trained = Path(config.model.run) / "config.toml"
    named = config.data != DataConfig() or any(text.partition("=")[0].strip() == "data.set" for text in arguments.settings)
    if named or not config.model.run or not trained.is_file():
        return config
    verb = trained.read_text(encoding="utf-8").partition("\n")[0].rpartition(" ")[2]
    return replace(config, data=read_config(_default(verb), trained).data) if verb in VERBS else config


def _evaluate(config: Any, arguments: argparse.Namespace) -> None:
    import json

    from rich.console import Console

    from gf_desktop.atomic import atomic_path, explain_os_error
    from training.commands.evaluate import evaluate, pixel_line, result_table

    result = evaluate(config)
    folder = arguments.out or Path(config.model.run)
    path = folder / f"evaluation-{config.model.part}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain_os_error(error, folder) from error
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if arguments.json:
        sys.stdout.write(json.dumps(result) + "\n")
        return
    screen = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    screen.print(result_table(result))
    screen.print(pixel_line(result), markup=False)
    if result["notice"]:
        screen.print(f"Note: {result['notice']}", markup=False)
    screen.print(str(path), markup=False)


def _reproduce(config: Any, arguments: argparse.Namespace) -> None:
    import json

    from training.commands.reproduce import reproduce

    if arguments.out is None:
        raise TrainingError("reproduce was given no folder", next_step="Add --out DIR.")
    sys.stdout.write(json.dumps(reproduce(config, arguments.out), indent=2) + "\n")


def _train(verb: str, config: Any, arguments: argparse.Namespace) -> None:
    import json

    from training.commands.folder import open_folder, with_whole_paths

    if arguments.out is None:
        raise TrainingError(f"{verb} was given no folder for its run", next_step="Add --out DIR.")
    first = os.environ.get("RANK", "0") == "0"
    given = arguments.config is not None or bool(arguments.settings)
    folder, config = open_folder(arguments.out, with_whole_paths(config), resume=arguments.resume, given=given, first=first)
    if verb == "paraphrase":
        from training.commands.paraphrase import run_paraphrase

        result = run_paraphrase(folder, config, resume=arguments.resume)
    else:
        from training.commands.train import run_training

        result = run_training(verb, folder, config, resume=arguments.resume, cache=getattr(arguments, "cache", None))
    if first:
        sys.stdout.write(json.dumps(result, indent=2) + "\n")
