"""Nornir tasks: each an operation, driven through the host's door, in a Result."""

from nornir_smartlic.tasks.collect_usage_reports import collect_usage_reports
from nornir_smartlic.tasks.configure_licensing import configure_licensing
from nornir_smartlic.tasks.establish_trust import establish_trust
from nornir_smartlic.tasks.import_files import import_files
from nornir_smartlic.tasks.read_licensing import read_licensing
from nornir_smartlic.tasks.sync_usage import sync_usage
from nornir_smartlic.tasks.verify_compliance import verify_compliance

__all__ = [
    "collect_usage_reports",
    "configure_licensing",
    "establish_trust",
    "import_files",
    "read_licensing",
    "sync_usage",
    "verify_compliance",
]
