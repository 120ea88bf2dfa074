"""The task ``check_upgrade``."""

from __future__ import annotations

from nornir.core.task import Result, Task

from nornir_smartlic.migration import UpgradeTarget
from nornir_smartlic.operations.migrating import check
from nornir_smartlic.tasks.driving import drive, intent_of_host


def check_upgrade(task: Task, target: UpgradeTarget | None = None, dry_run: bool | None = None) -> Result:
    """Judge whether the host is ready for its upgrade to Smart Licensing Using Policy; nothing is changed.

    Returns:
        Result: ``result`` the ComplianceReport of its readiness. Findings do not make the task fail.
    Raises:
        IntentError: the host's ``smart_licensing`` data is inconsistent.
    """
    del dry_run
    conversation = check(intent_of_host(task.host), target or UpgradeTarget(), host=task.host.name)
    return Result(host=task.host, result=drive(task, conversation), changed=False)
