"""The project, and small libraries that know no app and no model."""

__version__ = "0.2.0"
