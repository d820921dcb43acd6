"""Entry point of the web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tuanjian.settings")
application = get_wsgi_application()

# Models exist only after the line above.
from django.urls import reverse  # noqa: E402

from branches.keys import require_right_keys  # noqa: E402
from branches.schema import require_present_schema  # noqa: E402
from tuanjian.collecting import set_apart_what_stays  # noqa: E402

require_present_schema()
require_right_keys()
# Loads every page, so that the first visitor does not wait for it.
reverse("branches:login")
set_apart_what_stays()
