"""The check-in at its time, by the system's own scheduler; no process of our own stays."""
