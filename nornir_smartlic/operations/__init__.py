"""What is done to one device, as conversations without I/O."""
