"""Recipes: contradictions are refused at birth."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from gf_desktop.errors import TrainingError
from training.config import AugmentConfig, GraphFlowConfig, NetworkConfig, RefineConfig


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": 0},
        {"batch": 3},
        {"batch": 0},
        {"crop_px": 100},
        {"crop_px": 32},
        {"student_lr": 0.0},
        {"temperature": -1.0},
        {"poly_power": 0.0},
        {"kd_weight": -0.1},
        {"cwd_share": -0.1},
        {"graph_share": -0.1},
        {"ema": 1.0},
        {"replay_share": 1.5},
        {"measure_every": 0},
        {"max_steps": -1},
    ],
)
def test_that_a_contradiction_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(TrainingError, match="contradicts"):
        RefineConfig(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [{"form": "exact"}, {"salience": "random"}, {"patch": 4}, {"windows": 0}, {"edge_weight": -1.0}, {"form": "published", "windows": 2}],
)
def test_that_a_graph_flow_term_without_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(TrainingError):
        GraphFlowConfig(**wrong)


@pytest.mark.parametrize("wrong", [{"scale": (0.0, 1.0)}, {"scale": (2.0, 1.0)}, {"noise": -0.1}, {"probability": 1.1}, {"furniture": 2.0}])
def test_that_an_augmentation_without_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(TrainingError):
        AugmentConfig(**wrong)


def test_that_a_recipe_replaces_fields_and_fields_of_parts() -> None:
    config = RefineConfig.from_recipe(
        {"batch": 4, "student_lr": 0.01, "graph_flow.form": "published", "augment.noise": 0}, minutes=2, seed=5
    )
    assert (config.batch, config.student_lr, config.minutes, config.seed) == (4, 0.01, 2, 5)
    assert config.graph_flow.form == "published"
    assert config.augment.noise == 0.0


@pytest.mark.parametrize(
    "recipe", [{"bach": 4}, {"graph_flow.depth": 1}, {"other.batch": 1}, {"batch": "four"}, {"graph_flow": 1}, {"augment.scale": 1}]
)
def test_that_an_unknown_setting_or_a_value_of_another_type_is_refused(recipe: dict[str, Any]) -> None:
    with pytest.raises(TrainingError):
        RefineConfig.from_recipe(recipe, minutes=1, seed=0)


def test_that_every_field_is_described() -> None:
    for kind in (NetworkConfig, AugmentConfig, GraphFlowConfig, RefineConfig):
        for field in fields(kind):
            assert field.name in (kind.__doc__ or ""), f"{kind.__name__}.{field.name} is not described"


def test_that_a_network_survives_json() -> None:
    config = NetworkConfig("mobile_unet", 3, 9, 0.5)
    assert NetworkConfig.from_json(config.as_json()) == config
