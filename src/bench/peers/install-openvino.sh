#!/usr/bin/env bash
# Installs OpenVINO GenAI into a virtual environment of its own, for the benchmarks.
# usage: install-openvino.sh [FOLDER]     (default: ~/.weir/peers)
#
# The wheels come through whatever index pip is set up for and end in FOLDER/openvino.
set -euo pipefail

folder=$(realpath -m "${1:-$HOME/.weir/peers}")/openvino
version=${OPENVINO_GENAI_VERSION:-2026.4.1.0}

python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check "openvino-genai==$version"
"$folder/bin/python" -c 'import openvino_genai as g; print("OpenVINO GenAI", g.__version__)'
echo "it is in $folder"
