#!/bin/sh
# build.sh TARGET_FOLDER: compiles the kernels into TARGET_FOLDER/libweir-kernels.so, unless that is newer than every source. Without a C
# compiler it says so in one line and succeeds: everything runs without the library, more slowly.
# WEIR_CFLAGS are added to every compilation, for sanitizers and guards (memory.c); WEIR_OBJECTS is a folder where the objects stay.
# WEIR_VARIANTS names what is compiled beside plain C: avx2 avxvnni avx512vnni; avxvnni-evex is avxvnni in the encoding of AVX-512, to
# test it where only that is there. What the compiler does not know is left out.
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

if [ -n "${WEIR_OBJECTS:-}" ]; then
  objects=$WEIR_OBJECTS
  rm -rf "$objects"
  mkdir -p "$objects"
else
  objects=$(mktemp -d)
  trap 'rm -rf "$objects"' EXIT
fi
flags="-std=c17 -O3 -fPIC -fvisibility=hidden -ffp-contract=off -fno-math-errno -Wall -Wextra -Wno-psabi -Wno-unknown-pragmas"
kernels="linear lora norm embed rope attention logits ops"
common="pack cpu memory pool step peak"
variants=${WEIR_VARIANTS:-}
if [ -z "$variants" ] && [ "$(uname -m)" = x86_64 ]; then variants="avx2 avxvnni avx512vnni"; fi

has=
compile() { # VARIANT FLAGS...: unless the compiler does not know them
  variant=$1
  shift
  "$compiler" "$@" -fsyntax-only -x c /dev/null 2>/dev/null || return 0
  has="$has -DWEIR_HAS_$(echo "$variant" | tr a-z A-Z)"
  for file in $kernels; do
    "$compiler" $flags "-DWEIR_VARIANT=$variant" "$@" ${WEIR_CFLAGS:-} -c "$here/$file.c" -o "$objects/$file-$variant.o" &
    pids="$pids $!"
  done
}
pids=
compile portable -O2 # a reference, and quick to compile
ymm="-DWEIR_LANES_AVX2 -mavx2 -mfma -mf16c"
zmm="-mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni -mfma -mf16c"
for wanted in $variants; do
  case $wanted in
    avx2) compile avx2 $ymm ;;
    avxvnni) compile avxvnni -DWEIR_DOTS_AVXVNNI $ymm -mavxvnni ;;
    avxvnni-evex)
      compile avxvnni -DWEIR_DOTS_AVXVNNI -DWEIR_AVXVNNI_IN_EVEX $ymm $zmm -mprefer-vector-width=256
      has="$has -DWEIR_AVXVNNI_IN_EVEX"
      ;;
    avx512vnni) compile avx512vnni -DWEIR_LANES_AVX512 $zmm -mprefer-vector-width=512 ;;
    *)
      echo "WEIR_VARIANTS has $wanted, must be avx2, avxvnni, avxvnni-evex or avx512vnni" >&2
      exit 1
      ;;
  esac
done
for file in $common; do
  "$compiler" $flags $has ${WEIR_CFLAGS:-} -c "$here/$file.c" -o "$objects/$file.o" &
  pids="$pids $!"
done
for pid in $pids; do wait "$pid"; done
"$compiler" ${WEIR_CFLAGS:-} -shared -o "$objects/library" "$objects"/*.o -lm -lpthread
mv "$objects/library" "$library"
