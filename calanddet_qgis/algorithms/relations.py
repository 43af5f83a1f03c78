"""The relations from area to volume that the worker knows, to be chosen from."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterEnum

from ..messages import tr
from . import parameters as declared

# As the worker calls them; a test asks it.
DEFAULT = "larsen_2010_all"
RELATIONS = ("guzzetti_2009", "larsen_2010_all", "larsen_2010_soil", "larsen_2010_bedrock")


def relation_parameter(optional: bool) -> QgsProcessingParameterEnum:
    """The choice of one of them; of none where it is optional."""
    labels = (
        tr("Guzzetti et al. 2009: slides"),
        tr("Larsen et al. 2010: all landslides"),
        tr("Larsen et al. 2010: soil"),
        tr("Larsen et al. 2010: bedrock"),
    )
    default = None if optional else RELATIONS.index(DEFAULT)
    return declared.choice("RELATION", tr("Volume from area by"), labels, default)
