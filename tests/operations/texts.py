"""Outputs of a device that we made up, in the shape of agent 5.11 (reference/outputs.md)."""

from __future__ import annotations

from typing import Final

CLOCK: Final = "12:00:00.000 UTC Thu Jan 1 2026\n"
VERSION: Final = """\
Cisco IOS XE Software, Version 17.12.04
Cisco IOS Software [Dublin], Catalyst L3 Switch Software (CAT9K_IOSXE), Version 17.12.4, RELEASE SOFTWARE (fc3)

sw1 uptime is 1 day, 2 hours, 3 minutes
System image file is "flash:packages.conf"
Last reload reason: Power Failure

Technology Package License Information:

------------------------------------------------------------------------------
Technology-package                                     Technology-package
Current                        Type                       Next reboot
------------------------------------------------------------------------------
network-advantage   Smart License                  network-advantage
dna-advantage       Subscription Smart License     dna-advantage

Smart Licensing Status: Smart Licensing Using Policy

cisco C9300-24T (X86) processor with 1338934K/6147K bytes of memory.
Processor board ID FOC00000001

2048K bytes of non-volatile configuration memory.
8388608K bytes of physical memory.

Model Number                       : C9300-24T
System Serial Number               : FOC00000001

Configuration register is 0x102
"""


def configuration(*lines: str) -> str:
    return "\n".join(["hostname sw1", *lines]) + "\n"


def license_all(
    *, transport: str = "  Type: cslu\n    Cslu address: <empty>", trust: str = "<none>", ack: str = "<none>"
) -> str:
    return f"""\
Smart Licensing Status
======================

Smart Licensing is ENABLED

Export Authorization Key:
  Features Authorized:
    <none>

Utility:
  Status: DISABLED

Smart Licensing Using Policy:
  Status: ENABLED
  Reporting Mode: STANDARD

Account Information:
  Smart Account: <none>
  Virtual Account: <none>

Data Privacy:
  Sending Hostname: yes
    Callhome hostname privacy: DISABLED
    Smart Licensing hostname privacy: DISABLED
  Version privacy: DISABLED

Transport:
{transport}
  Proxy:
    Not Configured
  VRF:
    <empty>

Miscellaneous:
  Custom Id: <empty>

{POLICY}
{_reporting(ack)}
Trust Code Installed: {trust}

License Usage
=============

network-advantage (C9300-24 Network Advantage):
  Description: C9300-24 Network Advantage
  Count: 1
  Version: 1.0
  Status: IN USE
  Export status: NOT RESTRICTED
  Feature Name: network-advantage
  Feature Description: C9300-24 Network Advantage
  Enforcement type: NOT ENFORCED
  License type: Perpetual

Product Information
===================
UDI: PID:C9300-24T,SN:FOC00000001

Agent Version
=============
Smart Agent for Licensing: 5.11.3_rel/76

License Authorizations
======================
Overall status:
  Active: PID:C9300-24T,SN:FOC00000001
    Status: NOT INSTALLED

Purchased Licenses:
  No Purchase Information Available

Usage Report Summary:
=====================
Total: 2,  Purged: 0
Total Acknowledged Received: 0,  Waiting for Ack: 0
Available to Report: 2  Collecting Data: 2
"""


def license_status(
    *, transport: str = "  Type: cslu\n    Cslu address: <empty>", trust: str = "<none>", ack: str = "<none>"
) -> str:
    return f"""\
Utility:
  Status: DISABLED

Smart Licensing Using Policy:
  Status: ENABLED

Account Information:
  Smart Account: <none>
  Virtual Account: <none>

Data Privacy:
  Sending Hostname: yes
    Callhome hostname privacy: DISABLED
    Smart Licensing hostname privacy: DISABLED
  Version privacy: DISABLED

Transport:
{transport}
  Proxy:
    Not Configured
  VRF:
    <empty>

{POLICY}
Miscellaneous:
  Custom Id: <empty>

{_reporting(ack)}
Trust Code Installed: {trust}
"""


SMART: Final = "  Type: Smart\n  URL: https://smartreceiver.cisco.com/licservice/license"
POLICY: Final = """\
Policy:
  Policy in use: Merged from multiple sources.
  Reporting ACK required: yes (CISCO default)
  Unenforced/Non-Export Perpetual Attributes:
    First report requirement (days): 365 (CISCO default)
    Reporting frequency (days): 0 (CISCO default)
    Report on change (days): 90 (CISCO default)
  Unenforced/Non-Export Subscription Attributes:
    First report requirement (days): 90 (CISCO default)
    Reporting frequency (days): 90 (CISCO default)
    Report on change (days): 90 (CISCO default)
  Enforced (Perpetual/Subscription) License Attributes:
    First report requirement (days): 0 (CISCO default)
    Reporting frequency (days): 0 (CISCO default)
    Report on change (days): 0 (CISCO default)
  Export (Perpetual/Subscription) License Attributes:
    First report requirement (days): 0 (CISCO default)
    Reporting frequency (days): 0 (CISCO default)
    Report on change (days): 0 (CISCO default)
"""


def _reporting(ack: str) -> str:
    return f"""\
Usage Reporting:
  Last ACK received: {ack}
  Next ACK deadline: Apr 01 12:00:00 2026 UTC
  Reporting push interval: 30  days
  Next ACK push check: <none>
  Next report push: Jan 31 12:00:00 2026 UTC
  Last report push: <none>
  Last report file write: <none>
"""
