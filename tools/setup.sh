#!/usr/bin/env bash
# Makes everything ready: tools/setup.sh run|test|learn. Called by `make`; a second call does nothing.
#
# Installs the system libraries that are missing (with root or sudo, where there is apt), makes .venv, and puts the
# project into it with the pinned dependencies of requirements/. What users read here is Dutch.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-run}

libraries=(espeak-ng libportaudio2)
[ "$kind" = test ] && libraries+=(pulseaudio pulseaudio-utils libasound2-plugins pipewire wireplumber dbus procps age strace systemd)

python=""
for candidate in python3 python3.13 python3.12 python3.11 python3.10; do
    if command -v "$candidate" >/dev/null &&
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
        python=$candidate
        break
    fi
done

has_venv() { [ -n "$python" ] && "$python" -c 'import ensurepip, venv' 2>/dev/null; }
has_package() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
may_be_root() { [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }; }

# Where is the stamp of an earlier, whole setup of the same things?
stamp=.venv/.setup-$kind
state=$(cat "$0" pyproject.toml requirements/"$kind".txt | cksum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$state" ] && .venv/bin/python -c 'import assistant' 2>/dev/null; then
    exit 0
fi

missing=()
if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    for library in "${libraries[@]}"; do has_package "$library" || missing+=("$library"); done
    has_venv || missing+=(python3 python3-venv)
    if [ ${#missing[@]} -gt 0 ] && may_be_root; then
        echo "Ik installeer wat er nog ontbreekt: ${missing[*]}" >&2
        if as_root apt-get update -qq &&
            as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; then
            missing=()
        fi
        [ -n "$python" ] || python=python3
    fi
    if [ ${#missing[@]} -gt 0 ]; then
        echo "Dit ontbreekt nog: ${missing[*]}. Installeer het met: sudo apt install ${missing[*]}. Wat zonder kan, gaat door." >&2
    fi
elif ! command -v espeak-ng >/dev/null && [ "$(uname)" = Linux ]; then
    echo "Installeer espeak-ng en PortAudio met het pakketbeheer van je systeem. Wat zonder kan, gaat door." >&2
fi
# PipeWire's plugin for ALSA is taken out of its package, not installed: the package would change the system's default.
if [ "$kind" = test ] && [ ! -d .setup/pipewire-alsa ] && command -v apt-get >/dev/null; then
    mkdir -p .setup
    (cd .setup && apt-get download -qq pipewire-alsa >/dev/null 2>&1 && dpkg-deb -x pipewire-alsa_*.deb pipewire-alsa) ||
        echo "Het pakket pipewire-alsa is niet op te halen; de test met PipeWire lukt dan niet." >&2
    rm -f .setup/pipewire-alsa_*.deb
fi
if ! has_venv; then
    echo "Er is geen Python 3.10 of nieuwer met venv. Installeer python3 en python3-venv, en probeer het opnieuw." >&2
    exit 1
fi

if [ ! -x .venv/bin/python ]; then
    echo "Ik maak een eigen Python-omgeving in .venv." >&2
    "$python" -m venv .venv
fi
echo "Ik installeer de Python-pakketten; dat duurt ongeveer een minuut." >&2
pip="env PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip install --quiet --no-input --use-pep517"
if [ "$(uname)" = Linux ]; then
    $pip --require-hashes -r requirements/"$kind".txt
else
    extras=""
    [ "$kind" = test ] && extras="[dev]"
    [ "$kind" = learn ] && extras="[learn]"
    $pip ".$extras"
fi
$pip --no-deps --editable .
if [ ${#missing[@]} -eq 0 ]; then
    echo "$state" >"$stamp"
fi
