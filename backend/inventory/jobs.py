"""All jobs of the inventory, for the command line: `job(request, on_event) -> Result`."""

from __future__ import annotations

from backend.inventory.job_compare import CompareRequest, compare
from backend.inventory.job_exchange import ExportRequest, ImportRequest, export, import_layer
from backend.inventory.job_fields import FieldsRequest, fields
from backend.inventory.job_statistics import StatisticsRequest, statistics

__all__ = [
    "CompareRequest",
    "ExportRequest",
    "FieldsRequest",
    "ImportRequest",
    "StatisticsRequest",
    "compare",
    "export",
    "fields",
    "import_layer",
    "statistics",
]
