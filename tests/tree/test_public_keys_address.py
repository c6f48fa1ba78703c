"""Whoever is told where the web UI's public keys are finds them there."""

import re
import subprocess
from pathlib import Path

from flask import Flask
from kubeyard_web.tokens.views import blueprint

ROOT = Path(__file__).resolve().parents[2]
TOLD = re.compile(r"/(?:[a-z-]+/)*jwks\.json")
# Where the edge node and the containers keep their copy.
OF_A_FILE = ("/public/jwks.json", "/var/run/kubeyard/jwks.json")


def test_every_page_script_and_message_names_the_path_that_is_served() -> None:
    app = Flask(__name__)
    app.register_blueprint(blueprint)
    served = next(rule.rule for rule in app.url_map.iter_rules() if rule.endpoint == "tokens.jwks")
    grep = ["git", "grep", "-n", "-I", "jwks.json", "--", ".", ":!tests", ":!benchmarks"]
    lines = subprocess.run(grep, cwd=ROOT, capture_output=True, text=True, check=True, timeout=30).stdout
    told = [
        (path, line)
        for line in lines.splitlines()
        for path in TOLD.findall(line.split(":", 2)[2])
        if not path.endswith(OF_A_FILE)
    ]
    assert len(told) > 4
    assert [line for path, line in told if path != served] == []
