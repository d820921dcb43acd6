"""Every view declares its access class; the permission matrix and the login middleware read it."""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required

View = TypeVar("View", bound=Callable[..., Any])


class Access(Enum):
    """Who may open a page. What exactly a signed-in person finds there is decided by scope, in the query."""

    OPEN = "anybody, also signed out"
    SIGNED_IN = "any signed-in person; shows only what lies in the own scope"
    SEE_ORGANIZATION = "who may look at the organisation"
    SEE_ROSTER = "who may look at the people and activities of the organisation"
    SEE_LOG = "who may read the log of the organisation"
    SEE_TRACES = "who may look at the people there and read the log of the organisation"
    REVEAL_PEOPLE = "who may look at the people there and has a reason to see a number in clear"
    SEE_OWN_EXPORT = "who had the list made, and may still look at the people there"
    EXPORT_CLEAR = "who holds the right CLEAR_EXPORT there"
    FETCH_FILE = "who holds the right UPLOADED_FILE there"
    MANAGE_STRUCTURE = "who holds the right STRUCTURE there"
    MANAGE_STRUCTURE_BELOW = "who holds the right STRUCTURE above, not on the organisation itself"
    MANAGE_PEOPLE = "who holds the right PEOPLE there"
    MANAGE_ACTIVITIES = "who holds the right ACTIVITIES there"
    MANAGE_REPORTS = "who holds the right REPORTS there"
    MANAGE_GRANTS = "who holds the right GRANTS there"


def access(declared: Access) -> Callable[[View], View]:
    """Declare the access class of a view; OPEN also lifts the login requirement."""

    def decorate(view: View) -> View:
        if declared is Access.OPEN:
            view = login_not_required(view)
        view.access = declared  # type: ignore[attr-defined]  # read by the matrix
        return view

    return decorate
