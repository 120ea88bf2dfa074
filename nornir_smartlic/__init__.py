"""Cisco Smart Licensing as code: Nornir tasks and the command ``smartlic``."""

__version__ = "0.1.0"
