"""Structures that the pack does not know: heads that grow, and labels that say nothing of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PreprocessSpec
from training.config import NetworkConfig, RefineConfig
from training.dataset import load_round, read_manifest, read_replay
from training.distill import Models, fit
from training.evaluate import judge_slices
from training.growing import grow_network, grow_pack, grown_table, not_learned_yet, replay_ids
from training.losses import merge_unknown
from training.method import Method
from training.networks import build_network
from training.objective import StepBatch, Word, total_loss, with_unknown_merged
from training.packs import load_pack
from training.schedule import FreeRun

KNOWN = LabelTable((Structure(1, "soft", "#56b4e9"), Structure(5, "hard", "#d55e00")))
LESION = Structure(9, "lesion", "#009e73")
SPEC = PreprocessSpec(window=(0.0, 100.0), mean=0.4, std=0.3)
QUICK = RefineConfig(minutes=5, batch=4, crop_px=64, max_steps=4, teacher_steps=2, measure_every=3)


def _with_lesion(manifest: Path, *, slices: tuple[int, ...] = (1, 3, 5), table: LabelTable | None = None) -> Path:
    """Draw a lesion into the masks of a tiny round and name it in the list of structures."""
    document = json.loads(manifest.read_text())
    item = document["items"][0]
    with np.load(item["labels"]) as archive:
        labels, states = archive["labels"], archive["states"]
    labels[list(slices), 2:8, 54:62] = LESION.id
    np.savez(item["labels"], labels=labels, states=states)
    item["labels_sha256"] = ""
    document["structures"] = (table or LabelTable((*KNOWN, LESION))).as_json()
    manifest.write_text(json.dumps(document))
    return manifest


@pytest.mark.parametrize("name", ["lite_unet", "mobile_unet", "enet", "erfnet", "lite_fanet", "fanet", "transunet"])
def test_that_a_grown_network_says_the_same_of_the_classes_that_it_knows(name: str) -> None:
    torch.manual_seed(0)
    config = NetworkConfig(name, 1, 3, 0.25)  # type: ignore[arg-type]
    network = build_network(config).eval()
    grown, grown_config = grow_network(network, config, 5, torch.Generator().manual_seed(0))
    image = torch.randn(1, 1, 64, 64)
    with torch.no_grad():
        before, after = network(image), grown(image)
    assert grown_config == replace(config, num_classes=5)
    assert after.logits.shape[1] == 5
    torch.testing.assert_close(after.logits[:, :3], before.logits, rtol=0, atol=1e-5)
    for one, other in ((after.shallow, before.shallow), (after.deep, before.deep)):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-5)
    state = grown.state_dict()
    for key, value in network.state_dict().items():
        if value.shape == state[key].shape:
            assert torch.equal(value, state[key])


def test_that_no_pixel_changes_its_class_by_growing_alone() -> None:
    torch.manual_seed(1)
    config = NetworkConfig("mobile_unet", 1, 3, 0.25)
    network = build_network(config).eval()
    grown, _ = grow_network(network, config, 4, torch.Generator().manual_seed(0))
    with torch.no_grad():
        image = torch.randn(4, 1, 64, 64)
        before, after = network(image).logits, grown(image).logits
    assert torch.equal(before.argmax(dim=1), after.argmax(dim=1))
    shares = torch.softmax(after, dim=1)
    assert float((shares[:, 3] / shares[:, 0]).mean()) == pytest.approx(0.1, rel=0.3)


def test_that_the_card_of_a_grown_model_has_the_projects_names_and_the_old_numbers(
    tiny_pack: Path, write_tiny_round: Callable[..., Path]
) -> None:
    renamed = LabelTable(
        (LESION, Structure(5, "bone", "#ffffff"), Structure(1, "soft", "#56b4e9"), Structure(12, "never drawn", "#000000"))
    )
    manifest = read_manifest(_with_lesion(write_tiny_round(), table=renamed))
    pack = load_pack(tiny_pack)
    grown = grow_pack(pack, manifest, seed=0)
    assert [(s.id, s.name) for s in grown.card.table] == [(1, "soft"), (5, "bone"), (9, "lesion")]
    assert grown.card.student["num_classes"] == grown.card.teacher["num_classes"] == 4
    assert grown.models.paraphrasers is pack.models.paraphrasers


def test_that_a_structure_on_held_back_slices_alone_is_not_learned(write_tiny_round: Callable[..., Path]) -> None:
    manifest = _with_lesion(write_tiny_round(held=(3,)), slices=(3,))
    assert grown_table(KNOWN, read_manifest(manifest)).ids == (1, 5)
    assert grown_table(KNOWN, read_manifest(_with_lesion(manifest, slices=(5,)))).ids == (1, 5, 9)
    # nor one that is not to be learned from
    assert grown_table(KNOWN, read_manifest(_with_lesion(manifest, slices=(5,))), structures=(1, 5)).ids == (1, 5)


def test_that_a_structure_is_named_that_is_approved_only_where_students_are_judged(write_tiny_round: Callable[..., Path]) -> None:
    manifest = write_tiny_round(held=(3,))
    drawn = read_manifest(_with_lesion(manifest, slices=(3,)))
    assert grown_table(KNOWN, drawn).ids == (1, 5)
    assert not_learned_yet(KNOWN, drawn) == ("lesion",)
    assert not_learned_yet(KNOWN, drawn, structures=(1, 5)) == ()
    both = read_manifest(_with_lesion(manifest, slices=(3, 5)))
    assert not_learned_yet(grown_table(KNOWN, both), both) == ()


def test_that_networks_of_the_same_structures_stay_as_they_are(tiny_pack: Path, write_tiny_round: Callable[..., Path]) -> None:
    pack = load_pack(tiny_pack)
    same = grow_pack(pack, read_manifest(write_tiny_round()), seed=0)
    assert same.models is pack.models
    assert same.card.table == KNOWN


def test_that_unknown_classes_are_merged_into_background_as_a_loop_would_do_it() -> None:
    rng = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 5, 3, 4, generator=rng, dtype=torch.float64)
    unknown = torch.zeros(2, 5, 1, 1, dtype=torch.bool)
    unknown[1, 3:] = True
    shares = torch.softmax(merge_unknown(logits, unknown), dim=1)
    expected = torch.softmax(logits, dim=1)
    for image in range(2):
        for c in range(1, 5):
            if unknown[image, c]:
                for row in range(3):
                    for column in range(4):
                        expected[image, 0, row, column] += expected[image, c, row, column]
                        expected[image, c, row, column] = 0
    torch.testing.assert_close(shares, expected)


def _word(logits: torch.Tensor) -> Word:
    return Word(logits, torch.ones(len(logits), 1, 8, 8), *(torch.zeros(len(logits), n, 2, 2) for n in (1, 1, 2)))


def test_that_labels_and_teachers_that_do_not_know_a_class_do_not_push_against_it() -> None:
    background = torch.zeros(2, 3, 8, 8)
    background[:, 0] = 1
    student = torch.zeros(2, 3, 8, 8)
    student[:, 2] = 4.0  # sure of the new class
    student.requires_grad_()
    says_background = torch.zeros(2, 3, 8, 8)
    says_background[:, 0] = 4.0
    unknown = torch.zeros(2, 3, 1, 1, dtype=torch.bool)
    unknown[1, 2] = True
    batch = StepBatch(torch.zeros(2, 1, 8, 8), background, torch.ones(2, 1, 8, 8), _word(says_background), unknown=unknown)
    logits, merged = with_unknown_merged(student, batch)
    taps = build_network(NetworkConfig("mobile_unet", 1, 3, 0.25))(torch.zeros(2, 1, 64, 64))._replace(logits=logits)
    from training.method import Term

    total_loss(taps, merged, Method(kl=Term(weight=1.0)), {}, blocks=None).total.backward()
    assert student.grad is not None
    pushed = student.grad[:, 2].abs().amax(dim=(1, 2))
    assert float(pushed[0]) > 1e-3
    assert float(pushed[1]) < 0.1 * float(pushed[0])
    # what the labels do know is learned there as anywhere
    assert float(student.grad[1, 1].abs().max()) > 0


def test_that_a_round_with_a_new_structure_ends_with_one_class_more(
    tiny_pack: Path, write_tiny_round: Callable[..., Path], tiny_replay: Path
) -> None:
    manifest = read_manifest(_with_lesion(write_tiny_round()))
    pack = load_pack(tiny_pack)
    grown = grow_pack(pack, manifest, seed=0)
    table = grown.card.table
    data = load_round(manifest, SPEC, classes=4, known=table)
    replay = read_replay(tiny_replay, table, ids=replay_ids(pack))
    assert replay[0].unknown == replay[1].unknown == (3,)
    result = fit(grown.models, data, replay, spec=SPEC, table=table, config=QUICK, control=FreeRun())
    with torch.no_grad():
        assert result.student(torch.zeros(1, 1, 64, 64)).logits.shape[1] == 4
    assert result.student_scores is not None
    assert set(result.student_scores.dice) == {"soft", "hard", "lesion"}


def test_that_new_structures_on_slices_that_do_not_know_them_are_no_mistake(tiny_models: Models, tiny_replay: Path) -> None:
    table = LabelTable((*KNOWN, LESION))
    grown, _ = grow_network(tiny_models.student, NetworkConfig("mobile_unet", 1, 3, 0.25), 4, torch.Generator())
    sees_lesions = copy.deepcopy(grown)
    with torch.no_grad():
        sees_lesions.head.bias[3] += 20  # type: ignore[union-attr, index, operator]
    _, held = read_replay(tiny_replay, table, ids=KNOWN.ids)
    as_if_known = replace(held, unknown=())
    assert judge_slices(sees_lesions, held, SPEC, table).dice["lesion"] is None
    assert judge_slices(sees_lesions, as_if_known, SPEC, table).dice["lesion"] == 0.0
