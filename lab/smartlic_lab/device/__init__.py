"""An emulated IOS-XE device, without I/O: `Device` and the `Session` of a user on it."""

from smartlic_lab.device.device import Device
from smartlic_lab.device.filesystem import FileSystemError
from smartlic_lab.device.session import Reply, Session
from smartlic_lab.device.specification import DeviceSpec, MemberSpec, SpecificationError

__all__ = ["Device", "DeviceSpec", "FileSystemError", "MemberSpec", "Reply", "Session", "SpecificationError"]
