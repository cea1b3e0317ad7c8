"""A stand-in for Meta on loopback: enforces its limits, answers its errors, redelivers, reorders."""
