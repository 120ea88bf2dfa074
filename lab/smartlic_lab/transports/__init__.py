"""Where sockets are: SSH for devices, HTTP for authorities. Nothing else in the lab opens one."""
