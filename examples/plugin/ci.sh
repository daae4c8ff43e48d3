#!/bin/sh
# Gates a change of a plug-in kept in a repository of its own: TARGET's anil.c against the one checked out, both loaded
# by one innerloop. Run in the folder of anil.c.
#   INNERLOOP_TREE=/path/to/innerloop TARGET=origin/main sh ci.sh
# 1. results: a short run of anil.yaml must give the same bytes; where a change is meant, say RESULTS_MAY_CHANGE=yes
# 2. cost: exact instruction counts, allocations and memory of everything called anil block; COUNTED=REGEX chooses
#    others
# Status: 0; 1 the results changed; else that of benchmarks/gate, 3 being a regression.
set -eu
tree=$(cd "${INNERLOOP_TREE:?the folder of an innerloop source tree}" && pwd)
target=${TARGET:-origin/main}
counted=${COUNTED:-/anil$}
out=$(pwd)/result
mkdir -p "$out"

compile() { # NAME.c NAME.so
  cc -std=c11 -O2 -Wall -Wextra -ffp-contract=off -fPIC -shared -I "$tree/engine/include" -o "$2" "$1"
}
git show "$target:./anil.c" >"$out/base.c"
compile "$out/base.c" "$out/base.so"
compile anil.c "$out/head.so"

"$tree/innerloop" list algorithms --plugin "$out/head.so" >/dev/null # builds innerloop
for arm in base head; do
  "$tree/innerloop" run anil.yaml --plugin "$out/$arm.so" --quiet --seeds 0 --set training.iterations=100 --out "$out/$arm" \
    --overwrite
done
for file in episodes.csv curve.csv; do
  cmp "$out/base/$file" "$out/head/$file" || [ "${RESULTS_MAY_CHANGE:-no}" = yes ] || { echo "the results changed"; exit 1; }
done

[ -x "$tree/build/release/benchmarks/innerloop_measure" ] || cmake --build "$tree/build/release"
"$tree/benchmarks/gate" --tier 1 --counted "$counted" --base-plugin "$out/base.so" --head-plugin "$out/head.so" \
  --out "$out/gate" "$tree/build/release" "$tree/build/release"
