"""Entry point of the web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tuanjian.settings")
application = get_wsgi_application()

from branches.keys import require_right_keys  # noqa: E402 – models exist only after the line above

require_right_keys()
