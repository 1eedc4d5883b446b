#!/usr/bin/env bash
# Installs PyTorch into a virtual environment of its own, for the benchmarks of models that draw.
# usage: install-pytorch.sh [FOLDER]     (default: ~/.weir/peers)
#
# The wheels come through whatever index pip is set up for and end in FOLDER/pytorch.
set -euo pipefail

folder=$(realpath -m "${1:-$HOME/.weir/peers}")/pytorch
version=${PYTORCH_VERSION:-2.11.0}

python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check "torch==$version" numpy safetensors
"$folder/bin/python" -c 'import torch; print("PyTorch", torch.__version__)'
echo "it is in $folder"
