"""What the worker does between tasks, every minute: small, repeatable, harmless when done twice."""

from branches import audit


def every_minute() -> None:
    """Close the log entries of the last minute into the chain."""
    audit.seal_pending()
