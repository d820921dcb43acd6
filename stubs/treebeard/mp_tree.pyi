"""The part of django-treebeard 7 that branches uses; the library ships no types."""

from typing import Any, ClassVar, TypeVar

from django.db import models

N = TypeVar("N", bound=models.Model)

class MP_NodeQuerySet(models.QuerySet[N]): ...

class MP_NodeManager(models.Manager[N]):
    def add_root(self, create_kwargs: dict[str, Any] | None = ..., *, instance: N | None = ...) -> N: ...
    def add_child(self, target: N, create_kwargs: dict[str, Any] | None = ..., *, instance: N | None = ...) -> N: ...
    def move(self, node: N, target: N, pos: str | None = ...) -> None: ...
    def find_problems(self, parent: N | None = ...) -> tuple[list[Any], ...]: ...

class MP_Node(models.Model):
    steplen: ClassVar[int]
    path: models.CharField[str, str]
    depth: models.PositiveIntegerField[int, int]
    numchild: models.PositiveIntegerField[int, int]
    @classmethod
    def _get_path(cls, path: str, depth: int, newstep: int) -> str: ...
    @classmethod
    def _str2int(cls, num: str) -> int: ...
    class Meta:
        abstract = True
