"""The Smart Agent, without I/O: the one owner of licensing state."""
