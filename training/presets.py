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
"""The unified loss in the form and with the shares that were best on validation slices."""

PRESETS: dict[str, Method] = {
    "ce": Method(supervision="ce"),
    "ce-dice": Method(),
    "kl": Method(kl=Term(weight=0.3)),
    "at": Method(at=Term(share=2.0)),
    "fsp": Method(fsp=Term(share=0.03)),
    "cwd": Method(cwd=Term(share=2.0)),
    "dist": Method(dist=Term(weight=0.3)),
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
    "mean-teacher": Method(unlabelled="consistency", consistency=0.3),
    "unimatch": Method(unlabelled="pseudo", consistency=0.3),
}
"""Name -> method. Weights and shares are those that the benchmark's study "tuning" found best on validation slices of two tasks; the
published method's are its own. Where nothing is unlabelled, those of Graph Flow train on the labelled slices alone."""


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
