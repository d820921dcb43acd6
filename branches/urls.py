from django.urls import path

from branches.views import accounts, grants, organizations

app_name = "branches"
urlpatterns = [
    path("login/", accounts.login, name="login"),
    path("logout/", accounts.logout, name="logout"),
    path("password/", accounts.password, name="password"),
    path("switch/", accounts.switch, name="switch"),
    path("organizations/", organizations.tree_page, name="tree"),
    path("organizations/pick/", organizations.pick, name="pick"),
    path("organizations/lower/", organizations.lower, name="lower"),
    path("organizations/<int:pk>/children/", organizations.tree_children, name="tree_children"),
    path("organizations/<int:pk>/add/", organizations.add, name="add"),
    path("organizations/<int:pk>/edit/", organizations.edit, name="edit"),
    path("organizations/<int:pk>/rename/", organizations.rename, name="rename"),
    path("organizations/<int:pk>/type/", organizations.change_type, name="change_type"),
    path("organizations/<int:pk>/move/", organizations.move, name="move"),
    path("organizations/<int:pk>/order/", organizations.order, name="order"),
    path("organizations/<int:pk>/headcounts/new/", organizations.headcount, name="headcount"),
    path("organizations/<int:pk>/grants/", grants.grants_page, name="grants"),
    path("organizations/<int:pk>/grants/new/", grants.grant_add, name="grant_add"),
    path("grants/<int:pk>/end/", grants.grant_end, name="grant_end"),
]
