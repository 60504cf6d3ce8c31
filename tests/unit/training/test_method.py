"""Recipes and how they are changed by name."""

from __future__ import annotations

from typing import Any

import pytest

from gf_desktop.errors import TrainingError
from training.method import TERMS, LoopConfig, Method, Term
from training.settings import with_settings


def test_that_a_term_has_a_weight_or_a_share_and_not_both() -> None:
    with pytest.raises(TrainingError, match="set one of them"):
        Term(weight=1.0, share=0.1)
    assert not Term().used
    assert Term(weight=1.0).used
    assert Term(share=0.1).used


@pytest.mark.parametrize("name", TERMS)
def test_that_every_term_needs_a_teacher(name: str) -> None:
    assert Method(**{name: Term(weight=1.0)}).needs_teacher
    assert not Method().needs_teacher


@pytest.mark.parametrize(
    "wrong",
    [
        {"supervision": "dice"},
        {"unlabelled": "all"},
        {"unlabelled": "terms"},
        {"unlabelled": "strong"},
        {"temperature": 0.0},
        {"consistency": -1.0},
        {"cutmix": 1.5},
        {"threshold": 1.0},
        {"second_from": 1.0},
    ],
)
def test_that_a_contradicting_method_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(TrainingError, match="contradicts itself"):
        Method(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [{"steps": -1}, {"batch": 0}, {"crop_px": 48}, {"crop_px": 70}, {"rate": 0.0}, {"ema": 1.0}, {"warm_up": 0}, {"measure_every": 0}],
)
def test_that_a_contradicting_loop_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(TrainingError, match="contradicts itself"):
        LoopConfig(**wrong)


def test_that_settings_reach_into_parts() -> None:
    method = with_settings(Method(), {"graph.share": 0.2, "graph_flow.patch": 9, "unlabelled": "terms", "confidence": True})
    assert (method.graph, method.graph_flow.patch, method.unlabelled, method.confidence) == (Term(share=0.2), 9, "terms", True)


def test_that_a_weight_replaces_a_share() -> None:
    assert with_settings(Method(graph=Term(share=0.2)), {"graph.weight": 1}).graph == Term(weight=1.0)


def test_that_a_tuple_is_set_from_a_list() -> None:
    assert with_settings(LoopConfig(), {"augment.scale": [0.5, 2]}).augment.scale == (0.5, 2.0)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("graph", 1.0),
        ("grph.share", 0.1),
        ("graph.share.more", 1.0),
        ("confidence", 1),
        ("temperature", "hot"),
        ("supervision", 1),
        ("kl.weight", True),
    ],
)
def test_that_a_wrong_setting_is_refused_by_its_name(key: str, value: Any) -> None:
    with pytest.raises(TrainingError, match=key):
        with_settings(Method(), {key: value})


def test_that_a_fraction_is_no_number_of_steps() -> None:
    with pytest.raises(TrainingError, match="steps"):
        with_settings(LoopConfig(), {"steps": 1.5})


def test_that_settings_of_one_part_are_set_together_whatever_their_order() -> None:
    for keys in (("graph_flow.windows", "graph_flow.salience"), ("graph_flow.salience", "graph_flow.windows")):
        values = {"graph_flow.windows": 4, "graph_flow.salience": "top_m"}
        assert with_settings(Method(), {key: values[key] for key in keys}).graph_flow.windows == 4
