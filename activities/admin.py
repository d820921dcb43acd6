"""Dictionary of activity kinds."""

from django.contrib import admin

from activities.models import ActivityKind
from branches.admin import DictionaryAdmin


@admin.register(ActivityKind)
class ActivityKindAdmin(DictionaryAdmin):
    list_display = ["code", "name", "group", "order_number", "retired_on"]
