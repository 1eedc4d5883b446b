#!/bin/sh
# build.sh TARGET_FOLDER: compiles the kernels into TARGET_FOLDER/libweir-kernels.so, unless that is newer than every source. Without a C
# compiler it says so in one line and succeeds: everything runs without the library, more slowly.
# WEIR_CFLAGS are added to every compilation, for the check with sanitizers.
#
# Never -ffast-math (gcc then links a start-up that flushes subnormals to zero in the whole JVM) nor -march=native (the library may run
# elsewhere); -ffp-contract=off, since fma stands where it is meant and all variants must agree.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=$1
library=$target/libweir-kernels.so
mkdir -p "$target"

if [ -f "$library" ] && [ -z "$(find "$here" -newer "$library" -type f)" ]; then exit 0; fi
compiler=
for candidate in ${CC:-} cc gcc clang; do
  if command -v "$candidate" >/dev/null 2>&1; then compiler=$candidate; break; fi
done
if [ -z "$compiler" ] || [ "$(uname -s)" != Linux ]; then
  echo "[WARNING] no C compiler (cc, gcc or clang) on Linux: the CPU kernels are left out, models run on TorchScript"
  exit 0
fi

objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT
flags="-std=c17 -O3 -fPIC -fvisibility=hidden -ffp-contract=off -fno-math-errno -Wall -Wextra -Wno-psabi -Wno-unknown-pragmas"
kernels="linear lora norm embed rope attention logits ops"
common="pack cpu pool step peak"

compile() { # VARIANT FLAGS...
  variant=$1
  shift
  for file in $kernels; do
    "$compiler" $flags "-DWEIR_VARIANT=$variant" "$@" ${WEIR_CFLAGS:-} -c "$here/$file.c" -o "$objects/$file-$variant.o" &
    pids="$pids $!"
  done
}
pids=
for file in $common; do
  "$compiler" $flags ${WEIR_CFLAGS:-} -c "$here/$file.c" -o "$objects/$file.o" &
  pids="$pids $!"
done
compile portable -O2 # a reference, and quick to compile
if [ "$(uname -m)" = x86_64 ]; then
  compile avx2 -DWEIR_LANES_AVX2 -mavx2 -mfma -mf16c
  compile avx512vnni -DWEIR_LANES_AVX512 -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni -mfma -mf16c -mprefer-vector-width=512
fi
for pid in $pids; do wait "$pid"; done
"$compiler" ${WEIR_CFLAGS:-} -shared -o "$objects/library" "$objects"/*.o -lm -lpthread
mv "$objects/library" "$library"
