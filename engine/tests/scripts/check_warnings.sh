# sh check_warnings.sh PROGRAM SOURCE: a compiler that warns of something new stops developers and CI, never a user.
set -u
source=$2
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failed=0
setting_of() { # DIRECTORY: of the build configured there
  sed -n 's/^INNERLOOP_WERROR:BOOL=//p' "$1/CMakeCache.txt"
}
expect() { # WHAT GOT EXPECTED
  [ "$2" = "$3" ] && return
  echo "$1: INNERLOOP_WERROR is '$2', expected '$3'"
  failed=1
}
configure() { # DIRECTORY
  cmake -S "$source" -B "$1" -D INNERLOOP_BENCHMARKS=OFF -D INNERLOOP_TESTS=OFF >"$1.log" 2>&1 || cat "$1.log"
}
(unset INNERLOOP_WERROR && configure "$scratch/user")
expect "a user's build" "$(setting_of "$scratch/user")" OFF
(export INNERLOOP_WERROR=ON && configure "$scratch/ci")
expect "INNERLOOP_WERROR=ON in the environment" "$(setting_of "$scratch/ci")" ON
grep -q '^export .*INNERLOOP_WERROR=ON' "$source/.ci/run" || { echo ".ci/run does not make warnings errors"; failed=1; }
for preset in debug asan-ubsan tsan; do
  grep -A3 "\"name\": \"$preset\", \"inherits\"" "$source/CMakePresets.json" | grep -q '"INNERLOOP_WERROR": "ON"' ||
    { echo "preset $preset: warnings are no errors"; failed=1; }
done
exit $failed
