"""Settings for tests: fixed keys, quick hashing, tasks at once, the database of TEST_DATABASE_URL or SQLite."""

import os
import tempfile

# Nothing a test does may touch var/ of a real installation.
os.environ.setdefault("TUANJIAN_VAR", tempfile.mkdtemp(prefix="tuanjian-test-"))
os.environ.setdefault("TUANJIAN_HTTPS", "0")
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
else:
    os.environ["DATABASE_URL"] = f"sqlite:///{os.environ['TUANJIAN_VAR']}/test.sqlite3"

from tuanjian.settings import *  # noqa: F403 – the environment has to stand before the settings are read

SECRET_KEY = "only-for-tests-only-for-tests-only-for-tests-only"
TUANJIAN_SEALING_KEYS = "t1:dGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtdGU="
TUANJIAN_INDEX_KEY = "aW5kZXgtaW5kZXgtaW5kZXgtaW5kZXgtaW5kZXgtaW4="
TUANJIAN_AUDIT_KEY = "YXVkaXQtYXVkaXQtYXVkaXQtYXVkaXQtYXVkaXQtYXU="
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
# The tests tamper with the log, and empty its tables; test_log_guard puts the triggers up.
AUDIT_GUARD = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if "sqlite3" in DATABASES["default"]["ENGINE"]:
    # A file, not memory: threads of the concurrency tests and the live server share it.
    DATABASES["default"]["TEST"] = {"NAME": f"{os.environ['TUANJIAN_VAR']}/test_db.sqlite3"}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns about a folder that is not there
