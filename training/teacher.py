"""The teacher during distillation: asked in each view, or once for every slice.

A cached word lies on the slice's own grid and is moved along with each random view, logits and paraphrased features
alike, so the steps run the student alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from gf_desktop.imaging.preprocess import PreprocessSpec
from training.augment import Views
from training.dataset import SliceSet
from training.losses import attention_map
from training.networks.paraphraser import Paraphraser
from training.networks.record import Taps
from training.objective import Word

__all__ = ["Teacher", "cache_word", "cached_word"]

CACHE_BATCH = 8


@dataclass(frozen=True, slots=True)
class Teacher:
    """A frozen teacher with the paraphrasers of its shallow and of its deep tap.

    Attributes
    ----------
    network
        In evaluation mode.
    paraphrasers
        None for methods that compare logits or attention only.
    """

    network: nn.Module
    paraphrasers: tuple[Paraphraser, Paraphraser] | None = None

    def ask(self, images: Tensor) -> Word:
        """Return the teacher's word on normalised images [batch, channels, height, width], on their device; no gradient passes."""
        here, there = images.device, next(self.network.parameters(), images).device
        with torch.no_grad():
            self.network.eval()
            taps: Taps = self.network(images.to(there).to(memory_format=torch.channels_last))
            attention = torch.cat([attention_map(taps.shallow), attention_map(taps.deep)], dim=1)
            if self.paraphrasers is None:
                shallow, deep = attention[:, :0], attention[:, :0]
            else:
                shallow, deep = (p.encode(tap) for p, tap in zip(self.paraphrasers, (taps.shallow, taps.deep), strict=True))
            said = (taps.logits, torch.ones_like(taps.logits[:, :1]), shallow, deep, attention)
            return Word(*(part.to(here) for part in said))


def cache_word(
    slices: SliceSet,
    teacher: Teacher,
    *,
    spec: PreprocessSpec,
    second: nn.Module | None = None,
    on_batch: Callable[[int], None] | None = None,
) -> SliceSet:
    """Return the slices with the word of the teacher, float16.

    ``guide`` holds the teacher's logits, ones that mark the inside of the image once it is moved, and the logits of a
    second teacher where there is one; ``codes`` the paraphrased shallow and deep taps and the two attention maps.

    Parameters
    ----------
    on_batch
        Called before each batch with the number of slices done.
    """
    guides, codes = [], []
    for start in range(0, len(slices), CACHE_BATCH):
        if on_batch is not None:
            on_batch(start)
        images = (slices.images[start : start + CACHE_BATCH] - spec.mean) / spec.std
        word = teacher.ask(images)
        planes = [word.logits, word.inside]
        if second is not None:
            with torch.no_grad():
                there = next(second.parameters(), images).device
                before: Taps = second(images.to(there).to(memory_format=torch.channels_last))
            planes.append(before.logits.to(images.device))
        guides.append(torch.cat(planes, dim=1).half())
        codes.append(torch.cat([word.shallow, word.deep, word.attention], dim=1).half())
    if not guides:
        return slices
    return replace(slices, guide=torch.cat(guides).contiguous(), codes=torch.cat(codes).contiguous())


def cached_word(views: Views) -> tuple[Word, Tensor | None]:
    """Return the word that moved along with views, and the logits of the second teacher if there was one.

    Raises
    ------
    ValueError
        When the teacher was not asked.
    """
    if views.guide is None or views.codes is None:
        raise ValueError("the teacher was not asked before distillation")
    classes = views.targets.shape[1]
    channels = (views.codes.shape[1] - 2) // 2
    shallow, deep, attention = torch.split(views.codes, [channels, channels, 2], dim=1)
    second = views.guide[:, classes + 1 :]
    word = Word(views.guide[:, :classes], views.guide[:, classes : classes + 1], shallow, deep, attention)
    return word, second if second.shape[1] else None
