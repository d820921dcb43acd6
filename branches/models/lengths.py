"""Lengths of texts as constraints of the database."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

models.CharField.register_lookup(Length)
models.TextField.register_lookup(Length)


def no_longer_than(model: str, **lengths: int) -> list[models.CheckConstraint]:
    """Length limits as constraints, because SQLite does not keep those of the column type."""
    return [
        models.CheckConstraint(condition=Q(**{f"{field}__length__lte": length}), name=f"{model}_{field}_length")
        for field, length in lengths.items()
    ]
