"""The command ``smartlic``."""

from nornir_smartlic.cli.app import main

__all__ = ["main"]
