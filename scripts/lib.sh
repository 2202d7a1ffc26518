# Shared by the scripts in this folder: where tools live, how steps show progress, how failures read.
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${CCCHECK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cccheck}
WASM_BINDGEN_VERSION=0.2.130
WASM_BINDGEN_HOME="$CACHE/wasm-bindgen-$WASM_BINDGEN_VERSION"
LOGS="$ROOT/target/logs"
export PATH="$WASM_BINDGEN_HOME/bin:$ROOT/node_modules/.bin:$PATH"
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
mkdir -p "$LOGS"
cd "$ROOT"

# One sentence on stderr, then out. 69 = something this machine lacks (EX_UNAVAILABLE).
fail() {
  printf 'cccheck: %s\n' "$*" >&2
  exit 69
}

# step NAME WHAT COMMAND…: runs it with its output in a log, and shows that it is alive.
step() {
  local name=$1 what=$2 log started pid waited=0 status=0
  shift 2
  log="$LOGS/$name.log"
  started=$SECONDS
  printf '· %s\n' "$what"
  # A group of its own, so that an interruption ends what the command started, too.
  set -m
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  set +m
  trap 'kill -- "-$pid" 2>/dev/null; wait "$pid" 2>/dev/null || true; exit 130' INT TERM
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    waited=$((waited + 1))
    if ((waited % 50 == 0)); then
      printf '  %3d s  %s\n' $((SECONDS - started)) "$(tail -n 1 "$log" | tr -d '\r' | cut -c1-90)"
    fi
  done
  wait "$pid" || status=$?
  trap - INT TERM
  if ((status != 0)); then
    tail -n 25 "$log" >&2
    fail "could not finish \"$what\" (exit $status); the whole log is $log. If it needed a download, check the network and run the command again."
  fi
  printf '  done in %d s\n' $((SECONDS - started))
}

# module TARGET_DIRECTORY ARGUMENT…: builds a library as the WebAssembly that ships. The standard library is built with it, small
# and without the texts of panics: a tenth of the whole. Of the core, what a look-up runs is built for speed (`cfg(module)`), the
# rest for size. Stable Rust does that only when told to allow what is not stable yet, and would then build all else anew: hence a
# directory of its own.
# Passes of LLVM that only grow it are left out: one gives a loop a variable for each address, one keeps what is computed twice, one
# copies loads to where they are not needed, one copies blocks.
# With half the usual stack, which is far more than is used, addresses of constants are a byte shorter.
module() {
  RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$1 cargo rustc --lib --crate-type cdylib --profile wasm --target wasm32-unknown-unknown \
    -Z build-std=std,panic_abort -Z build-std-features=optimize_for_size \
    --config 'target.wasm32-unknown-unknown.rustflags=["-Zunstable-options", "-Cpanic=immediate-abort", "-Zlocation-detail=none", "-Zfmt-debug=none", "--cfg=module"]' \
    "${@:2}" -- -C llvm-args=-disable-lsr -C llvm-args=-disable-machine-cse -C llvm-args=-enable-load-pre=false \
    -C llvm-args=-disable-early-taildup -C link-arg=-zstack-size=524288
}

# is_fresh STAMP INPUT…: true when no input is newer than the stamp.
is_fresh() {
  local stamp=$1
  shift
  [ -e "$stamp" ] && [ -z "$(find "$@" -type f -newer "$stamp" -print -quit 2>/dev/null)" ]
}

# The first Chromium on this machine, or nothing.
find_chromium() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    [ -n "$name" ] && command -v "$name" && return
  done
  return 0
}
