"""Methods by name: the baselines, the published method, and the product's own recipe.

Where a term is held at a share of supervision's gradient, that replaces the weight that its authors tuned for their data.
"""

from __future__ import annotations

from dataclasses import replace

from gf_desktop.errors import TrainingError
from training.config import GraphFlowConfig
from training.method import Method, Term

__all__ = ["PRESETS", "preset"]

GRAPH_FLOW = Method(
    kl=Term(weight=1.0), cwd=Term(share=2.0), graph=Term(share=3.0), unlabelled="terms", graph_flow=GraphFlowConfig(salience="map")
)
"""The unified loss in the form and with the shares that were best on the validation slices of first trials, one seed and three tasks;
the benchmark's study "tuning" compares them with others."""

PRESETS: dict[str, Method] = {
    "ce": Method(supervision="ce"),
    "ce-dice": Method(),
    "kl": Method(kl=Term(weight=1.0)),
    "at": Method(at=Term(share=0.5)),
    "fsp": Method(fsp=Term(share=0.5)),
    "cwd": Method(cwd=Term(share=0.5)),
    "dist": Method(dist=Term(weight=1.0)),
    "graph-flow": GRAPH_FLOW,
    "graph-flow-improved": replace(GRAPH_FLOW, confidence=True, unlabelled="strong", second_teacher=0.5),
    "graph-flow-published": Method(
        supervision="ce",
        kl=Term(weight=1.0),
        graph=Term(weight=1e-5),
        adversarial=Term(weight=0.1),
        unlabelled="terms",
        # 1e-5 and, with the term's own weight, 1e-9
        graph_flow=GraphFlowConfig(form="published", salience="own", vertex_weight=1.0, edge_weight=1e-4),
    ),
    "mean-teacher": Method(unlabelled="consistency"),
    "unimatch": Method(unlabelled="pseudo"),
}
"""Name -> method. Where nothing is unlabelled, those of Graph Flow train on the labelled slices alone."""


def preset(name: str) -> Method:
    """Return a method by its name.

    Raises
    ------
    TrainingError
        When there is none of that name.
    """
    if name not in PRESETS:
        raise TrainingError(f"There is no method {name!r}", next_step=f"Known: {', '.join(PRESETS)}.")
    return PRESETS[name]
