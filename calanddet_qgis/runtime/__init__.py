"""The worker's environment: find, create, verify, repair, remove."""

from .folders import (
    Environment,
    default_root,
    environments,
    only_setup,
    root_folder,
    setup_owner,
)
from .job import Plan
from .lock import Lock, locked, platform_name
from .network import Network, qgis_network
from .setup import (
    REPAIR_STEPS,
    STEPS,
    TRY_STEPS,
    VERIFY_STEPS,
    create,
    remove,
    repair,
    try_python,
    verify,
)
from .survey import (
    Survey,
    current_digests,
    current_runtime,
    describe,
    look_around,
    single_gpus,
    warning,
)
from .task import RuntimeTask

__all__ = [
    "REPAIR_STEPS",
    "STEPS",
    "TRY_STEPS",
    "VERIFY_STEPS",
    "Environment",
    "Lock",
    "Network",
    "Plan",
    "RuntimeTask",
    "Survey",
    "create",
    "current_digests",
    "current_runtime",
    "default_root",
    "describe",
    "environments",
    "locked",
    "look_around",
    "only_setup",
    "platform_name",
    "qgis_network",
    "remove",
    "repair",
    "root_folder",
    "setup_owner",
    "single_gpus",
    "try_python",
    "verify",
    "warning",
]
