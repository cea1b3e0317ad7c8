"""What operators see of the running parts: logs, metrics and traces, without a visitor's words."""
