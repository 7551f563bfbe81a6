#!/usr/bin/env bash
# Known weaknesses and licences of everything that an installed Verbonden consists of: tools/audit.sh
#
# Asks the package index's database (the only thing here that needs the network), in a throw-away environment of
# its own, so that no tool gets into the program. Exit code 1 where a weakness is known.
set -euo pipefail
cd "$(dirname "$0")/.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/python" -m pip install --quiet --disable-pip-version-check pip-audit pip-licenses

echo "# Licences"
"$place/venv/bin/pip-licenses" --python .venv/bin/python --from=mixed --format=markdown --ignore-packages verbonden pip setuptools

echo
echo "# Known weaknesses"
if ! "$place/venv/bin/pip-audit" --requirement requirements/run.txt --require-hashes --disable-pip --progress-spinner off --strict; then
    echo "A weakness is listed above, or the database cannot be reached from here." >&2
    exit 1
fi
