"""What a stack, a pair or a chassis remembers of its members: who took over from whom, and since when each is up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from smartlic_lab.agent.events import Log

# Source: the reasons of CISCO-RF-MIB in the words of ``show redundancy switchover history``.
USER_FORCED: Final = "user forced"
ACTIVE_FAILED: Final = "active unit failed"
ACTIVE_REMOVED: Final = "active unit removed"

# ``Last reload reason`` of the member that was active. Source: public outputs of C3850 stacks, for the second one.
# Unverified: that these are the words after a switchover.
FORCED_RELOAD: Final = "redundancy force-switchover"
UNKNOWN_RELOAD: Final = "Power Failure or Unknown"

# ``System returned to ROM by``, where a member took over. Source: a public output of a C4510R+E with two supervisors.
RETURNED_BY_SWITCHOVER: Final = "SSO Switchover"


@dataclass(frozen=True, slots=True)
class Switchover:
    """One member took over from another."""

    time: datetime
    reason: str
    previous: int  # the number of the member that was active
    current: int


@dataclass(slots=True)
class Redundancy:
    """What has happened since the boot."""

    switchovers: list[Switchover] = field(default_factory=list)
    standby_failures: int = 0
    up_since: dict[int, datetime] = field(default_factory=dict)  # members that came up after the boot, by number
    standby_since: datetime | None = None  # None: since the boot
    reload_reasons: dict[int, str] = field(default_factory=dict)  # of those that reloaded since, by number

    def switched_over(self, now: datetime, reason: str, previous: int, current: int) -> None:
        """*current* took over; *previous* comes up again."""
        self.switchovers.append(Switchover(now, reason, previous, current))
        self.up_since[previous] = self.standby_since = now
        self.reload_reasons[previous] = FORCED_RELOAD if reason == USER_FORCED else UNKNOWN_RELOAD

    def gone(self, number: int) -> None:
        """A member has left."""
        self.up_since.pop(number, None)
        self.reload_reasons.pop(number, None)

    def active_since(self, booted: datetime) -> datetime:
        """Since when the active member is active."""
        return self.switchovers[-1].time if self.switchovers else booted


# --- log messages ---------------------------------------------------------------------------------------------------
# Source: boot and failover logs of Catalyst 9300 stacks in public repositories. Unverified: how many seconds lie
# between them, and that the stack manager's "elected ACTIVE" is logged at a switchover as it is at a boot.


def member_added(active: int, number: int) -> tuple[Log, ...]:
    """The stack manager found a member."""
    return (_stack(active, 4, "SWITCH_ADDED", f"Switch {number} has been added to the stack."),)


def member_removed(active: int, number: int) -> tuple[Log, ...]:
    """The stack manager lost a member."""
    return (_stack(active, 4, "SWITCH_REMOVED", f"Switch {number} has been removed from the stack."),)


def active_elected(number: int) -> tuple[Log, ...]:
    """A member became active."""
    return (_stack(number, 6, "ACTIVE_ELECTED", f"Switch {number} has been elected ACTIVE."),)


def standby_elected(active: int, number: int) -> tuple[Log, ...]:
    """A member became standby; two blanks before its name, as in the log."""
    return (_stack(active, 6, "STANDBY_ELECTED", f" Switch {number} has been elected STANDBY."),)


def standby_found(number: int) -> tuple[Log, ...]:
    """The active one sees its standby, and brings it to hot."""
    found = "Active detected a standby insertion (raw-event="
    return (
        Log(6, "PEER", f"Active detected switch {number} as standby.", "IOSXE_REDUNDANCY"),
        Log(5, "PEER_MONITOR_EVENT", f"{found}PEER_FOUND(4))", "REDUNDANCY"),
        Log(5, "PEER_MONITOR_EVENT", f"{found}PEER_REDUNDANCY_STATE_CHANGE(5))", "REDUNDANCY"),
        Log(6, "BULK_CFGSYNC_SUCCEED", "Bulk Sync succeeded", "HA_CONFIG_SYNC"),
        Log(5, "RF_TERMINAL_STATE", "Terminal state reached for (SSO)", "RF"),
    )


def standby_lost() -> tuple[Log, ...]:
    """The standby is gone. Unverified: the words before the parentheses."""
    events = ("PEER_NOT_PRESENT", "PEER_DOWN")
    return tuple(Log(3, "STANDBY_LOST", f"Standby processor fault ({event})", "REDUNDANCY") for event in events)


def switched_over(removed: bool) -> tuple[Log, ...]:
    """The standby took over. Unverified: the words."""
    event = "PEER_NOT_PRESENT" if removed else "PEER_REDUNDANCY_STATE_CHANGE"
    return (Log(3, "SWITCHOVER", f"RP switchover ({event})", "REDUNDANCY"),)


def _stack(where: int, severity: int, mnemonic: str, text: str) -> Log:
    return Log(severity, mnemonic, f"Switch {where} R0/0: stack_mgr: {text}", "STACKMGR")
