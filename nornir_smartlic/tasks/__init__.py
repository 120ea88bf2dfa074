"""Nornir tasks: each an operation, driven through the host's door, in a Result."""

from nornir_smartlic.tasks.accept_migration import accept_migration
from nornir_smartlic.tasks.check_upgrade import check_upgrade
from nornir_smartlic.tasks.collect_usage_reports import collect_usage_reports
from nornir_smartlic.tasks.configure_licensing import configure_licensing
from nornir_smartlic.tasks.deregister_device import deregister_device
from nornir_smartlic.tasks.diagnose import diagnose
from nornir_smartlic.tasks.establish_trust import establish_trust
from nornir_smartlic.tasks.factory_reset import factory_reset
from nornir_smartlic.tasks.import_files import import_files
from nornir_smartlic.tasks.plan_migration import plan_migration
from nornir_smartlic.tasks.read_licensing import read_licensing
from nornir_smartlic.tasks.register_device import register_device
from nornir_smartlic.tasks.renew_registration import renew_registration
from nornir_smartlic.tasks.request_authorization import request_authorization
from nornir_smartlic.tasks.reserve_licenses import reserve_licenses
from nornir_smartlic.tasks.return_authorization import return_authorization
from nornir_smartlic.tasks.return_reservation import return_reservation
from nornir_smartlic.tasks.set_boot_level import set_boot_level
from nornir_smartlic.tasks.sync_usage import sync_usage
from nornir_smartlic.tasks.verify_compliance import verify_compliance

__all__ = [
    "accept_migration",
    "check_upgrade",
    "collect_usage_reports",
    "configure_licensing",
    "deregister_device",
    "diagnose",
    "establish_trust",
    "factory_reset",
    "import_files",
    "plan_migration",
    "read_licensing",
    "register_device",
    "renew_registration",
    "request_authorization",
    "reserve_licenses",
    "return_authorization",
    "return_reservation",
    "set_boot_level",
    "sync_usage",
    "verify_compliance",
]
