# sh slow_reference.sh PROGRAM SOURCE: reference results that take seconds are what the program writes today, to the
# byte: every file that is committed and claims to be the same every time. manifest.json names the program that made it,
# so its parts `source`, `build` and `libraries` are left out.
set -u
program=$1
source=$2
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failed=0
differs() {
  echo "$1 differs from results/reference"
  failed=1
}
without_maker() { # MANIFEST
  python3 -c 'import json, sys
manifest = json.load(open(sys.argv[1]))
for part in ("source", "build", "libraries"): del manifest[part]
json.dump(manifest, sys.stdout, sort_keys=True)' "$1"
}
same_folder() { # EXPERIMENT FOLDER
  there=$source/results/reference/$2 here=$scratch/$2
  (cd "$source" && "$program" run "$1" --quiet --out "$here") >"$scratch/log" 2>&1 ||
    { cat "$scratch/log"; differs "$2: no run, so it"; return; }
  for name in RESULTS.md configuration.yaml convergence.csv curve.csv curve.gp differences.csv runs.csv summary.csv; do
    cmp "$there/$name" "$here/$name" || differs "$2/$name"
  done
  without_maker "$there/manifest.json" >"$scratch/there" || failed=1
  without_maker "$here/manifest.json" >"$scratch/here" || failed=1
  cmp "$scratch/there" "$scratch/here" || differs "$2/manifest.json"
}
same_folder experiments/linear/document.yaml linear-document
same_folder experiments/linear/noise.yaml linear-noise
same_folder experiments/sinusoid/demo.yaml sinusoid-demo
# The comparison sees a changed figure.
sed '2s/[0-9]/&1/' "$scratch/linear-noise/runs.csv" >"$scratch/changed"
if cmp -s "$scratch/changed" "$source/results/reference/linear-noise/runs.csv"; then
  echo "a changed figure is not seen"
  failed=1
fi
exit $failed
