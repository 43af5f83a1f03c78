"""The Processing algorithms, one a file."""

from __future__ import annotations

from .checkpoint_information import CheckpointInformation
from .chips import ExportTrainingChips
from .compare import CompareInventories
from .detect import DetectLandslides
from .detect_many import DetectInMany
from .evaluate import EvaluateCheckpoint
from .inventory_export import ExportInventory
from .inventory_fields import InventoryFields
from .inventory_import import ImportInventory
from .inventory_statistics import InventoryStatistics
from .learn import LearnFromReview
from .train import TrainCheckpoint
from .vectorise import VectoriseProbability

ALGORITHMS = (
    DetectLandslides,
    DetectInMany,
    VectoriseProbability,
    CompareInventories,
    InventoryFields,
    InventoryStatistics,
    ExportInventory,
    ImportInventory,
    TrainCheckpoint,
    LearnFromReview,
    EvaluateCheckpoint,
    ExportTrainingChips,
    CheckpointInformation,
)
