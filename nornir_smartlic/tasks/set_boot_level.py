"""The task ``set_boot_level``."""

from __future__ import annotations

from nornir.core.task import Result, Task

from nornir_smartlic.intent import intent_of
from nornir_smartlic.operations.configuring import Safety, configure
from nornir_smartlic.tasks.driving import drive, saves


def set_boot_level(
    task: Task, level: str, addon: str | None = None, save: bool = True, dry_run: bool | None = None
) -> Result:
    """Set the licence level of the host's next boot; the reload is left to the caller.

    It is saved, unless *save* or the host's data ``smartlic_save`` is false.

    Returns:
        Result: ``result`` the Plan, whose ``needs_reload`` says whether the running level is another; ``diff`` its
            lines, ``changed`` whether it has any - in a dry run too.
    Raises:
        IntentError: there is no such level or addon, or not in this release.
        CommandRefused: the platform does not have it.
    """
    wanted = {"level": level} if addon is None else {"level": level, "addon": addon}
    safety, commit = Safety(save=save and saves(task.host)), not task.is_dry_run(dry_run)
    plan = drive(task, configure(intent_of({"boot_level": wanted}), commit=commit, safety=safety), changes=commit)
    return Result(host=task.host, result=plan, diff=str(plan), changed=bool(plan.commands or plan.unsaved))
