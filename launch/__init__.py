"""Set-up and start: interpreters, environments, training, and the three processes."""
