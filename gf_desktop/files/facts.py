"""What a header may say of how a picture was made: an allow-list of fields, and of what may stand in them.

A field is no guarantee: names are typed into any that takes text. So numbers have to be numbers, and words have to be known ones;
whatever else stands there is left out.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Final

__all__ = ["FACTS", "FRAME_FACT", "allowed_fact", "digest_of_uid"]

FRAME_FACT: Final = "frame of reference"
"""Where ``Volume.facts`` has a digest of the frame of reference, so that a mask of another one is told."""

FACTS: Final = {
    "BodyPartExamined": "body part",
    "PatientPosition": "patient position",
    "SliceThickness": "slice thickness in mm",
    "KVP": "tube voltage in kV",
    "ConvolutionKernel": "kernel",
    "MagneticFieldStrength": "field strength in T",
    "RepetitionTime": "repetition time in ms",
    "EchoTime": "echo time in ms",
    "Manufacturer": "manufacturer",
}
"""Fields by keyword, and their names in ``Volume.facts``: how the picture was made, never of whom, when or where."""

_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

_KERNEL: Final = re.compile(r"[A-Z][A-Za-z]?\d{1,3}[a-z]{0,2}")
"""Kernels with a number, such as B30f, Br40d or FC08; one letter or two, so that no name fits."""

_POSITIONS: Final = frozenset({
    "HFP", "HFS", "HFDR", "HFDL", "FFP", "FFS", "FFDR", "FFDL", "LFP", "LFS", "RFP", "RFS", "AFDR", "AFDL", "PFDR", "PFDL",
})  # fmt: skip

_BODY_PARTS: Final = frozenset({
    "ABDOMEN", "ABDOMENPELVIS", "ANKLE", "AORTA", "ARM", "AXILLA", "BLADDER", "BRAIN", "BREAST", "CAROTID", "CERVIX", "CHEST",
    "CHESTABDOMEN", "CHESTABDPELVIS", "CLAVICLE", "COCCYX", "COLON", "CSPINE", "CTSPINE", "ELBOW", "EXTREMITY", "EYE", "FEMUR",
    "FINGER", "FOOT", "GALLBLADDER", "HAND", "HEAD", "HEADNECK", "HEART", "HIP", "HUMERUS", "JAW", "KIDNEY", "KNEE", "LARYNX", "LEG",
    "LIVER", "LSPINE", "LSSPINE", "LUNG", "MAXILLA", "MEDIASTINUM", "NECK", "NECKCHEST", "NECKCHESTABDOMEN", "NOSE", "ORBIT", "OVARY",
    "PANCREAS", "PELVIS", "PROSTATE", "RECTUM", "RIB", "SACRUM", "SCAPULA", "SHOULDER", "SKULL", "SPINE", "SPLEEN", "SSPINE",
    "STERNUM", "STOMACH", "TESTIS", "THIGH", "THUMB", "THYROID", "TIBIA", "TLSPINE", "TOE", "TSPINE", "UTERUS", "WHOLEBODY", "WRIST",
})  # fmt: skip

_KERNELS: Final = frozenset({
    "ASIR", "BODY", "BONE", "BONEPLUS", "BRAIN", "CHEST", "DETAIL", "EDGE", "LUNG", "SHARP", "SMOOTH", "SOFT", "STANDARD", "ULTRA",
})  # fmt: skip

_MAKERS: Final = (
    "Agfa", "Aloka", "Analogic", "Bruker", "Canon", "Carestream", "Esaote", "Fonar", "Fujifilm", "GE", "Hitachi",
    "Hologic", "Imatron", "Konica", "Marconi", "Mindray", "Neusoft", "Olympus", "Philips", "Picker", "Samsung", "Shimadzu", "Siemens",
    "Sonosite", "Supersonic", "Toshiba", "Varian", "Zeiss",
)  # fmt: skip


def digest_of_uid(uid: str) -> str:
    """Return what is kept of an identifier that leads to an examination: enough to tell two apart, and no way back."""
    return hashlib.sha256(uid.encode()).hexdigest()[:16]


@lru_cache(maxsize=4096)
def allowed_fact(keyword: str, value: str) -> str:
    """Return what of a field's text may be kept, "" where nothing; several values are separated by backslashes.

    Parameters
    ----------
    keyword
        One of :data:`FACTS`.
    """
    text = value.strip()
    plain = re.sub(r"[\s_-]", "", text).upper()
    if keyword == "Manufacturer":
        return next((maker for maker in _MAKERS if re.match(rf"{maker}\b", text, re.IGNORECASE)), "")
    if keyword == "BodyPartExamined":
        return plain if plain in _BODY_PARTS else ""
    if keyword == "PatientPosition":
        return plain if plain in _POSITIONS else ""
    parts = [part.strip() for part in text.split("\\")]
    if keyword == "ConvolutionKernel":
        known = all(part.upper() in _KERNELS or _KERNEL.fullmatch(part) or re.fullmatch(r"\d{1,2}", part) for part in parts)
        return "\\".join(parts) if text and known else ""
    return "\\".join(parts) if all(_NUMBER.fullmatch(part) for part in parts) else ""
