#!/bin/sh
# check.sh TARGET_FOLDER: the kernels and their test program with the sanitizers for addresses and undefined behaviour, compiled and run
# unless nothing changed since they passed. Without a compiler or a sanitizer it says so in one line; WEIR_REQUIRE_ALL=true fails then.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
main=$here/../../main/c
target=$1
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

WEIR_CFLAGS="-O0 -g1 $sanitize" "$main/build.sh" "$target/sanitized"
"$compiler" -std=gnu17 -O0 -g1 $sanitize -Wall -Wextra -I"$main" "$here/kernels_test.c" -o "$target/kernels-test" \
  -L"$target/sanitized" -lweir-kernels -Wl,-rpath,"$target/sanitized" -lm -lpthread
# The JVM's own settings are no business of this program.
env -u LD_PRELOAD "$target/kernels-test"
touch "$passed"
