"""What stands ready for a server: settings, proxy, units and documents agree with the program."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
# OWASP ASVS 5.0.0: requirements by level, and those of tokens, OAuth and WebRTC, which this site does not have.
REQUIREMENTS, WITHOUT_SUBJECT = {"L1": 70, "L2": 183}, {"L1": 9, "L2": 34}


def variables():
    text = (ROOT / "deploy" / "environment.example").read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Z_]+)='(.*)'$", text, re.MULTILINE))


def on_a_server(folder, *arguments):
    """Python with the environment of a server, but for its database."""
    environment = {"PATH": os.environ["PATH"]} | variables() | {"TUANJIAN_VAR": str(folder)}
    del environment["DATABASE_URL"]
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)  # noqa: S603 – ours


def test_a_server_set_up_as_described_has_nothing_to_warn_of(tmp_path):
    done = on_a_server(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING")

    assert (done.returncode, done.stdout) == (0, "System check identified no issues (1 silenced).\n")


def test_cookies_and_headers_of_a_server(tmp_path):
    names = {
        "SESSION_COOKIE_NAME": "__Host-tuanjian",
        "CSRF_COOKIE_NAME": "__Host-csrftoken",
        **dict.fromkeys(["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"], "True"),
        **dict.fromkeys(["SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY"], "True"),
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SECURE_HSTS_SECONDS": "31536000",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": "True",
        "SECURE_REFERRER_POLICY": "same-origin",
        "WHITENOISE_ALLOW_ALL_ORIGINS": "False",
        "DEBUG": "False",
    }
    program = f"from tuanjian import settings\nfor name in {list(names)}: print(name, getattr(settings, name))"

    done = on_a_server(tmp_path, "-c", program)

    assert dict(line.split(" ", 1) for line in done.stdout.splitlines()) == names


def test_every_variable_is_documented():
    settings = (ROOT / "tuanjian" / "settings.py").read_text(encoding="utf-8")
    document = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))

    assert {name for name in read if f"`{name}`" not in document} == set()
    assert set(variables()) <= read


def test_the_proxy_sets_what_the_site_believes_and_doubles_no_header():
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    passed = dict(re.findall(r"proxy_set_header (\S+) (\S+);", text))
    of_the_site = text[text.index("location / {") : text.index("error_page 413")]

    assert passed["X-Forwarded-For"] == "$remote_addr"
    assert passed["X-Forwarded-Proto"] == "$scheme"
    assert passed["Forwarded"] == '""'
    assert "proxy_add_x_forwarded_for" not in text
    assert "add_header" not in of_the_site
    assert re.search(r"ssl_protocols TLSv1\.2 TLSv1\.3;", text)


def let_through(text):
    """Megabytes of a request the proxy lets through, where it counts them."""
    return [int(size) for size in re.findall(r"client_max_body_size ([1-9]\d*)m;", text)]


def test_the_proxy_lets_through_what_an_import_takes():
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    settings = (ROOT / "tuanjian" / "settings.py").read_text(encoding="utf-8")
    taken = re.search(r'"TUANJIAN_IMPORT_UPLOAD_MIB", default=(\d+)', settings)

    assert let_through(text) == [int(taken[1]) + 2]


@pytest.mark.parametrize(("said", "expected"), [("TUANJIAN_IMPORT_UPLOAD_MIB='25'", 27), ("", 12)])
def test_the_proxy_follows_when_an_import_takes_more(tmp_path, said, expected):
    document = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    command = re.search(r"^    (sed -i .*client_max_body_size.*)$", document, re.MULTILINE)[1]
    proxy = tmp_path / "tuanjian"
    proxy.write_bytes((ROOT / "deploy" / "nginx.conf").read_bytes())
    script = f"{said}\n" + command.replace("/etc/nginx/sites-available/tuanjian", str(proxy))

    subprocess.run(["/bin/sh", "-c", script], check=True)  # noqa: S603 – ours

    assert let_through(proxy.read_text(encoding="utf-8")) == [expected]


@pytest.mark.parametrize("unit", ["web", "worker", "backup"])
def test_units_give_nothing_away(unit):
    lines = (ROOT / "deploy" / f"tuanjian-{unit}.service").read_text(encoding="utf-8").splitlines()

    assert {
        "User=tuanjian",
        "EnvironmentFile=/etc/tuanjian/environment",
        "UMask=0077",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "ProtectSystem=strict",
        "PrivateTmp=yes",
        "PrivateNetwork=yes",
    } <= set(lines)


def test_security_names_only_tests_that_exist():
    named = set(re.findall(r"`(test_\w+)`", SECURITY))
    known = set()
    for app in ("tuanjian", "branches", "members", "activities", "reports"):
        for path in (ROOT / app).rglob("test_*.py"):
            known |= set(re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)) | {path.stem}

    assert named - known == set()
    assert len(named) > 100


def test_security_names_only_files_that_exist():
    named = set(
        re.findall(r"`((?:docs|deploy|static|reports|tuanjian|branches|members|templates|bench)/[\w./-]+)`", SECURITY)
    )

    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_security_answers_every_requirement_of_both_levels_once():
    rows = re.findall(r"^\| (\d+\.\d+\.\d+) \| (L[12]) \| (\S+) \|", SECURITY, re.MULTILINE)
    counted = {level: len([row for row in rows if row[1] == level]) for level in REQUIREMENTS}

    assert len({number for number, _, _ in rows}) == len(rows)
    assert counted == {level: REQUIREMENTS[level] - WITHOUT_SUBJECT[level] for level in REQUIREMENTS}
    assert {answer for _, _, answer in rows} == {"yes", "partly", "no", "n/a"}
    assert [number for number, level, answer in rows if level == "L1" and answer == "no"] == []
