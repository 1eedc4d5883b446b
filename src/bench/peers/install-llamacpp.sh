#!/usr/bin/env bash
# Builds llama.cpp, natively and in Release, for the benchmarks.
# usage: install-llamacpp.sh [FOLDER]     (default: ~/.weir/peers)
#
# The sources come from the source archive of the Python package llama-cpp-python, through whatever
# index pip is set up for. Binaries end in FOLDER/llama.cpp/bin, with a file VERSION beside them.
# JOBS sets how many compilers run at a time. Needs pip, cmake, a C++ compiler; 10 to 20 minutes.
set -euo pipefail

folder=$(realpath -m "${1:-$HOME/.weir/peers}")/llama.cpp
package=llama-cpp-python==${LLAMA_CPP_PYTHON_VERSION:-0.3.36}
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
jobs=${JOBS:-$(nproc)}
tools=(llama-bench llama-batched-bench llama-server llama-quantize llama-perplexity)

for program in cmake c++ python3; do
  command -v "$program" >/dev/null || { echo "install-llamacpp: $program is not installed" >&2; exit 1; }
done

mkdir -p "$folder"
scratch=$(mktemp -d "$folder/sources.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

echo "fetching the source archive of $package ..."
python3 -m pip download --quiet --no-deps --no-binary llama-cpp-python --dest "$scratch" "$package"
tar -xzf "$scratch"/llama_cpp_python-*.tar.gz -C "$scratch"
source=$(echo "$scratch"/llama_cpp_python-*/vendor/llama.cpp)

echo "building with $jobs jobs ..."
# No page in the server, so that the build neither needs npm nor fetches anything.
cmake -S "$source" -B "$scratch/build" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
  -DGGML_NATIVE=ON -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
  -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF >"$folder/build.log" 2>&1
cmake --build "$scratch/build" --parallel "$jobs" --target "${tools[@]}" 2>&1 | tee -a "$folder/build.log" |
  grep --line-buffered -E '^\[ *[0-9]+%\].*(Built target|Linking)|error' || true

rm -rf "$folder/bin.new"
mkdir "$folder/bin.new"
for tool in "${tools[@]}"; do cp "$scratch/build/bin/$tool" "$folder/bin.new/"; done
# What llama-perplexity cannot: the logits of given token ids.
c++ -O2 -fopenmp -o "$folder/bin.new/window-logits" "$here/window_logits.cpp" \
  -I "$source/include" -I "$source/ggml/include" \
  "$scratch/build/src/libllama.a" "$scratch"/build/ggml/src/libggml.a \
  "$scratch"/build/ggml/src/libggml-cpu.a "$scratch"/build/ggml/src/libggml-base.a -lpthread -ldl
echo "$package" >"$folder/bin.new/VERSION"
rm -rf "$folder/bin"
mv "$folder/bin.new" "$folder/bin"
echo "llama.cpp ($package) is in $folder/bin"
