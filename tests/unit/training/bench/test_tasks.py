"""The benchmark's tasks: nothing that is tested on is learned from."""

from __future__ import annotations

import pytest
import torch

from training.bench.study import labelled_part
from training.bench.tasks import TASKS, load_task
from training.dataset import SliceSet


def _fingerprints(slices: SliceSet) -> set[bytes]:
    return {(image * 255).round().to(torch.uint8).numpy().tobytes() for image in slices.images}


@pytest.mark.parametrize("name", TASKS)
def test_that_no_image_is_in_two_parts(name: str) -> None:
    task = load_task(name)
    train, validation, test = (_fingerprints(part) for part in (task.train, task.validation, task.test))
    assert not train & test
    assert not train & validation
    assert not validation & test


@pytest.mark.parametrize("name", TASKS)
def test_that_a_task_fits_its_networks(name: str) -> None:
    task = load_task(name)
    for part in (task.train, task.validation, task.test):
        assert part.images.shape[1] == task.spec.channels
        assert part.images.shape[2] % 32 == part.images.shape[3] % 32 == 0
        assert min(part.images.shape[2:]) >= 64
        assert part.targets.shape[1] == len(task.table) + 1
        assert torch.equal(part.targets.float().sum(dim=1), torch.ones(len(part), *part.images.shape[2:]))
        assert -1e-6 < float(part.images.min()) <= float(part.images.max()) <= 1.0001
    assert len(task.cases) == len(task.test)
    assert set(task.cases) == set(range(max(task.cases) + 1))


@pytest.mark.parametrize("name", TASKS)
def test_that_every_structure_is_there_to_learn_and_to_be_tested(name: str) -> None:
    task = load_task(name)
    for part in (task.train, task.validation, task.test):
        assert (part.targets.sum(dim=(0, 2, 3)) > 0).all()


def test_that_the_test_slabs_of_the_brain_lie_apart_from_the_training_slabs() -> None:
    from training.bench.tasks import BRAIN_PERIOD, BRAIN_TEST, BRAIN_TRAIN, BRAIN_VALIDATION

    slabs = [set(range(*slab)) for slab in (BRAIN_TRAIN, BRAIN_VALIDATION, BRAIN_TEST)]
    for one in range(3):
        for other in range(one + 1, 3):
            distance = min(min((a - b) % BRAIN_PERIOD, (b - a) % BRAIN_PERIOD) for a in slabs[one] for b in slabs[other])
            assert distance > 2


def test_that_a_larger_labelled_part_holds_the_smaller_one() -> None:
    task = load_task("ultrasound")
    small, large = (_fingerprints(labelled_part(task, fraction, 1)[0]) for fraction in (0.2, 0.6))
    assert small < large
    labelled, unlabelled = labelled_part(task, 0.2, 1)
    assert len(labelled) + len(unlabelled) == len(task.train)
    assert not _fingerprints(labelled) & _fingerprints(unlabelled)
    assert _fingerprints(labelled_part(task, 0.2, 2)[0]) != small


def test_that_at_least_two_slices_are_labelled() -> None:
    assert len(labelled_part(load_task("ultrasound"), 0.001, 0)[0]) == 2
