#!/bin/sh
# check.sh TARGET_FOLDER LIBRARY_FOLDER...: the kernels and their test programs with the sanitizers for addresses and undefined behaviour,
# the libraries between pages that cannot be touched, and what the compiler made of the sources; unless nothing changed since they passed. Without a compiler or a sanitizer it says so in one line; WEIR_REQUIRE_ALL=true fails then.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
main=$here/../../main/c
target=$1
shift
passed=$target/kernels-test.passed
mkdir -p "$target"
if [ -f "$passed" ] && [ -z "$(find "$here" "$main" -newer "$passed" -type f)" ]; then exit 0; fi

missing() {
  echo "[WARNING] kernels are not checked by sanitizers: $1"
  [ "${WEIR_REQUIRE_ALL:-}" != true ]
  exit 0
}
compiler=
for candidate in ${CC:-} cc gcc clang; do
  if command -v "$candidate" >/dev/null 2>&1; then compiler=$candidate; break; fi
done
[ -n "$compiler" ] && [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || missing "no C compiler on Linux on x86-64"
sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all"
echo 'int main(void) { return 0; }' >"$target/probe.c"
"$compiler" $sanitize "$target/probe.c" -o "$target/probe" 2>/dev/null && "$target/probe" || missing "$compiler has no sanitizers"

objects=$target/objects
rm -rf "$target/sanitized"
WEIR_VARIANTS="avx2 avxvnni-evex avx512vnni" WEIR_OBJECTS=$objects WEIR_CFLAGS="-O0 -g1 $sanitize" "$main/build.sh" "$target/sanitized"
has=
for variant in avx2 avxvnni avx512vnni; do
  if [ -f "$objects/linear-$variant.o" ]; then has="$has -DWEIR_HAS_$(echo $variant | tr a-z A-Z)"; fi
done
for program in kernels_test units_test pool_test; do
  "$compiler" -std=gnu17 -O0 -g1 $sanitize -Wall -Wextra $has -I"$main" "$here/$program.c" "$objects"/*.o -o "$target/$program" -lm -lpthread
  # The JVM's own settings are no business of these programs.
  env -u LD_PRELOAD "$target/$program"
done

failed() {
  echo "[ERROR] $1" >&2
  exit 1
}
# Functions of headers that are not static would be defined once for all variants, with the instructions of whichever comes first.
for object in "$objects"/*.o; do
  name=$(basename "$object" .o)
  case $name in *-*) own=".*_${name##*-}" ;; *) own="weir_.*" ;; esac
  foreign=$(nm --defined-only --extern-only --format=posix "$object" | grep -Ev "^(__odr_asan.*|$own) " || true)
  [ -z "$foreign" ] || failed "$name.c and its headers define $foreign"
done
# What every machine runs has instructions that every machine has: -march=native would show here.
for object in "$objects"/*-portable.o "$objects"/pack.o "$objects"/cpu.o "$objects"/memory.o "$objects"/pool.o "$objects"/step.o; do
  if objdump -d "$object" | grep -Eq '%[yz]mm|[[:space:]]v(mov|add|sub|mul|div|cvt|fm)[a-z0-9]*[[:space:]]'; then
    failed "$object has instructions of AVX"
  fi
done
for library in "$@"; do
  [ -f "$library/libweir-kernels.so" ] || continue
  foreign=$(nm -D --defined-only --format=posix "$library/libweir-kernels.so" | grep -v '^weir_' || true)
  [ -z "$foreign" ] || failed "the library exports $foreign"
  "$compiler" -std=gnu17 -O1 -Wall -Wextra -I"$main" "$here/kernels_test.c" -o "$target/guarded_test" \
    -L"$library" -lweir-kernels -Wl,-rpath,"$library" -lm -lpthread
  for where in end start; do env -u LD_PRELOAD "$target/guarded_test" $where; done
done
touch "$passed"
