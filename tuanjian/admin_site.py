"""The admin site: stock Django, in League red (templates/admin/base_site.html), for system administrators only."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache


class TuanjianAdminSite(AdminSite):
    site_header = "团建管理 系统后台"
    site_title = "系统后台"
    index_title = "字典、账号与日志"

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The site has one page to log in; whoever is signed in and may not come here is told so."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        wanted = request.GET.get(REDIRECT_FIELD_NAME) or resolve_url("admin:index")
        return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({REDIRECT_FIELD_NAME: wanted})}")

    def password_change(  # type: ignore[override]  # the stub promises a page, which this is not
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The site has one page for the own password, too."""
        return redirect("branches:password")


class TuanjianAdminConfig(AdminConfig):
    default_site = "tuanjian.admin_site.TuanjianAdminSite"
