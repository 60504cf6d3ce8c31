"""TOML, ``--set`` and what contradicts itself."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gf_desktop.errors import TrainingError
from training.commands.configs import (
    DataConfig,
    DistillConfig,
    EvaluateConfig,
    ParaphraseConfig,
    TrainTeacherConfig,
    as_toml,
    read_config,
)
from training.method import Term
from training.presets import PRESETS, preset

EVERY = (TrainTeacherConfig(), ParaphraseConfig(), DistillConfig(), EvaluateConfig())


def _file(folder: Path, text: str) -> Path:
    path = folder / "run.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("config", EVERY, ids=lambda config: type(config).__name__)
def test_that_a_configuration_written_as_toml_is_read_back_the_same(tmp_path: Path, config: Any) -> None:
    changed = replace(config, data=DataConfig('a "quoted" folder\\ é\n', 0.25, 3))
    text = as_toml(changed)
    assert read_config(type(config)(), _file(tmp_path, text)) == changed
    assert tomllib.loads(text)["data"]["labelled"] == 0.25


@pytest.mark.parametrize("name", PRESETS)
def test_that_every_method_is_chosen_by_its_name_and_survives_toml(tmp_path: Path, name: str) -> None:
    config = read_config(DistillConfig(), _file(tmp_path, f'method = "{name}"'))
    assert config.method == PRESETS[name]
    assert read_config(DistillConfig(), _file(tmp_path, as_toml(config))) == config


def test_that_a_section_differs_from_the_method_that_it_names(tmp_path: Path) -> None:
    text = '[method]\npreset = "graph-flow-published"\ntemperature = 2\n[method.graph]\nshare = 0.2\n'
    method = read_config(DistillConfig(), _file(tmp_path, text)).method
    assert method == replace(PRESETS["graph-flow-published"], temperature=2.0, graph=Term(share=0.2))


def test_that_a_setting_outranks_the_file_and_needs_no_quotation_marks(tmp_path: Path) -> None:
    path = _file(tmp_path, "[loop]\nsteps = 5\nbatch = 2\n[loop.augment]\nscale = [0.5, 2]\n")
    config = read_config(
        DistillConfig(), path, ["loop.steps=7", "network.name=enet", 'data.set="a b"', "method=cwd", "method.cwd.share=0.3"]
    )
    assert (config.loop.steps, config.loop.batch, config.loop.augment.scale) == (7, 2, (0.5, 2.0))
    assert (config.network.name, config.data.set, config.method) == ("enet", "a b", replace(PRESETS["cwd"], cwd=Term(share=0.3)))


def test_that_the_order_of_settings_does_not_matter() -> None:
    settings = ["method=ce", "method.unlabelled=terms", "method.kl.weight=1"]
    one, other = (read_config(DistillConfig(), None, ["method=ce", *part]) for part in (settings[1:], settings[:0:-1]))
    assert one == other


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("[lopp]\nsteps = 3", "data, network, loop, method"),
        ("[lopp]", "data, network, loop, method"),
        ("[loop]\nstep = 3", "steps, batch"),
        ("[method.kl]\nwait = 3", "weight, share"),
        ("[loop.steps]\nmore = 3", "nothing below it"),
    ],
)
def test_that_an_unknown_key_is_refused_with_the_known_ones(tmp_path: Path, text: str, known: str) -> None:
    with pytest.raises(TrainingError, match=known) as caught:
        read_config(DistillConfig(), _file(tmp_path, text))
    assert "run.toml" in caught.value.where


@pytest.mark.parametrize(
    "setting",
    [
        "loop.steps=many",
        "loop.steps=1.5",
        "loop.rate=nan",
        "loop.rate=[1, 2]",
        "loop=3",
        "loop.augment.scale=1",
        "loop.augment.scale=[1, inf]",
        "teacher.cached=1",
        "run.seed=true",
        "network.name=3",
        "data.set=3",
        "method=3",
        "method.preset=3",
        "loop.steps.more=3",
        "loop.steps",
        "=3",
    ],
)
def test_that_a_value_of_another_kind_is_refused(setting: str) -> None:
    with pytest.raises(TrainingError):
        read_config(DistillConfig(), None, [setting])


@pytest.mark.parametrize(
    ("config", "settings"),
    [
        (DistillConfig(), ["loop.steps=0"]),
        (DistillConfig(), ["loop.batch=1"]),
        (DistillConfig(), ["method=xyz"]),
        (DistillConfig(), ["method.kl.weight=1", "method.kl.share=0.5"]),
        (DistillConfig(), ["method=ce", "method.unlabelled=terms"]),
        (DistillConfig(), ["network.name=resnet"]),
        (DistillConfig(), ["network.depth=0.5"]),
        (DistillConfig(), ["data.labelled=0"]),
        (DistillConfig(), ["data.labelled=1.5"]),
        (DistillConfig(), ["run.keep=1"]),
        (DistillConfig(), ["run.validate_every=0"]),
        (DistillConfig(), ["device.kind=tpu"]),
        (DistillConfig(), ["device.precision=half"]),
        (DistillConfig(), ["device.threads=-1"]),
        (TrainTeacherConfig(), ["method=kl"]),
        (ParaphraseConfig(), ["loop.steps=0"]),
        (EvaluateConfig(), ["model.part=train"]),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value) if isinstance(value, list) else type(value).__name__,
)
def test_that_a_contradiction_is_refused(config: Any, settings: list[str]) -> None:
    with pytest.raises(TrainingError):
        read_config(config, None, settings)


def test_that_a_missing_or_broken_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no such configuration"):
        read_config(DistillConfig(), tmp_path / "none.toml")
    with pytest.raises(TrainingError, match="no TOML"):
        read_config(DistillConfig(), _file(tmp_path, "[loop\nsteps = 3"))
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(TrainingError, match="no TOML"):
        read_config(DistillConfig(), tmp_path / "bytes.toml")


def test_that_the_published_method_weighs_its_parts_as_published() -> None:
    method = preset("graph-flow-published")
    flow = method.graph_flow
    assert method.graph.weight * flow.vertex_weight == pytest.approx(1e-5)
    assert method.graph.weight * flow.edge_weight == pytest.approx(1e-9)
    assert (flow.form, flow.salience, method.supervision, method.kl.weight, method.adversarial.weight) == (
        "published",
        "own",
        "ce",
        1.0,
        0.1,
    )


def test_that_an_unknown_method_is_refused_with_the_known_ones() -> None:
    with pytest.raises(TrainingError, match="mean-teacher"):
        preset("graph flow")


def test_that_the_examples_of_the_documentation_are_read(tmp_path: Path) -> None:
    text = (Path(__file__).resolve().parents[4] / "docs" / "training.md").read_text(encoding="utf-8")
    defaults = {"train-teacher": TrainTeacherConfig(), "paraphrase": ParaphraseConfig(), "distill": DistillConfig()}
    examples = re.findall(r"```toml\n(# ([a-z-]+): .*?)```", text, re.DOTALL)
    assert [verb for _, verb in examples] == list(defaults)
    for example, verb in examples:
        config: Any = read_config(defaults[verb], _file(tmp_path, example))
        assert config.data.set == "sets/synapse"
        assert config != defaults[verb]
