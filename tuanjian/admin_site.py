"""The admin site: stock Django, in League red (templates/admin/base_site.html), for system administrators only."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig


class TuanjianAdminSite(AdminSite):
    site_header = "团建管理 系统后台"
    site_title = "系统后台"
    index_title = "字典、账号与日志"


class TuanjianAdminConfig(AdminConfig):
    default_site = "tuanjian.admin_site.TuanjianAdminSite"
