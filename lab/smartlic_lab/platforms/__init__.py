"""Product families, releases and command tables, all as data: adding one is adding a file.

``families/*.yaml`` say what a family is and which licences it knows, ``releases/*.yaml`` what a release prints, and
``grammar/*.cli`` what can be typed. Each file names its evidence: verified by a capture, inferred, or unverified.
"""

from smartlic_lab.platforms.documents import Evidence
from smartlic_lab.platforms.families import (
    BootLevels,
    Family,
    InterfaceRange,
    Model,
    PlatformError,
    families,
    family,
)
from smartlic_lab.platforms.releases import Release, release, releases
from smartlic_lab.platforms.tables import command_rows, help_texts

__all__ = [
    "BootLevels",
    "Evidence",
    "Family",
    "InterfaceRange",
    "Model",
    "PlatformError",
    "Release",
    "command_rows",
    "families",
    "family",
    "help_texts",
    "release",
    "releases",
]
