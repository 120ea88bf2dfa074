"""The task ``establish_trust``."""

from __future__ import annotations

from nornir.core.task import Result, Task

from nornir_smartlic.model import Account, Secret
from nornir_smartlic.operations.trusting import TRUST_PATIENCE
from nornir_smartlic.operations.trusting import establish_trust as trusting
from nornir_smartlic.operations.waiting import Patience
from nornir_smartlic.tasks.driving import drive, intent_of_host


def establish_trust(
    task: Task,
    token: Secret,
    all_members: bool = True,
    force: bool = False,
    patience: Patience = TRUST_PATIENCE,
    dry_run: bool | None = None,
) -> Result:
    """Install a trust code on every member of the host with a *token* of CSSM, and wait for it.

    A host that has its trust codes is left alone, unless *force*. *token* is a `Secret`, so that it shows nowhere.

    Returns:
        Result: ``result`` the TrustOutcome, ``changed`` whether trust was missing - in a dry run too.
    Raises:
        Refused: the trust code was not installed, with the reason of the device; or it came from another account than
            the one that the host's inventory wants.
        UsageError: *token* is a plain text.
        TimedOut: nothing came in time.
    """
    commit = not task.is_dry_run(dry_run)
    intent = intent_of_host(task.host)
    wanted = Account(intent.smart_account, intent.virtual_account)
    trust = trusting(token, wanted=wanted, all_members=all_members, force=force, commit=commit, patience=patience)
    outcome = drive(task, trust, changes=commit)
    diff = "".join(f"+trust code on {udi}\n" for udi in outcome.untrusted) if not outcome.requested else ""
    return Result(host=task.host, result=outcome, diff=diff, changed=outcome.needed)
