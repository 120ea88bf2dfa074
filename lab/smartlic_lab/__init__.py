"""Emulated IOS-XE devices that keep licensing state, and the far ends that they talk to, on a virtual clock."""
