# sh check_determinism.sh PROGRAM SOURCE: the deterministic files of a run are the same bytes for 1, 2 and 5 threads,
# and for every row of the kernel table this processor has; nothing of the way the command was typed is in them; another
# evaluation seed changes them.
set -u
program=$1
source=$2
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
files='episodes.csv runs.csv summary.csv curve.csv differences.csv manifest.json RESULTS.md'
failed=0

try() { # DIRECTORY ARGUMENTS...
  directory=$1
  shift
  "$program" run "$source/experiments/sinusoid/demo.yaml" --quiet --seeds 0-1 --set training.iterations=40 \
    --set evaluation.episodes=11 --set training.meta_batch=7 --set training.validation_episodes=5 --out "$directory" --overwrite "$@" >"$scratch/log" 2>&1
}
run() {
  try "$@" && return
  cat "$scratch/log"
  exit 1
}
# Prints the deterministic files that differ between two runs.
differing() {
  for file in $files; do
    [ -s "$1/$file" ] || echo "$file is missing"
    cmp -s "$1/$file" "$2/$file" || echo "$file"
  done
}
expect_same() { # WHAT DIRECTORY
  found=$(differing "$scratch/one" "$2")
  [ -z "$found" ] && return
  echo "$1 changes" $found
  failed=1
}

run "$scratch/one" --threads 1
for threads in 2 5; do
  run "$scratch/many" --threads $threads
  expect_same "$threads threads" "$scratch/many"
done
# More threads than OpenBLAS, which measures the machine's rate, serves at once.
run "$scratch/many" --threads 400 --algorithms maml --set training.iterations=2 --set evaluation.episodes=2
[ ! -s "$scratch/log" ] || { cat "$scratch/log"; failed=1; }
compared=0
for row in reference portable avx2 avx512; do
  if (export INNERLOOP_KERNELS=$row && try "$scratch/row" --threads 2); then
    expect_same "kernel row $row" "$scratch/row"
    compared=$((compared + 1))
  elif ! grep -q 'does not support\|unknown kernels' "$scratch/log"; then
    cat "$scratch/log"
    failed=1
  fi
done
[ $compared -gt 0 ] || { echo "no kernel row could be compared"; failed=1; }
# How, where and in which order the command was typed changes nothing; the machine's own file keeps it as typed.
folder="$scratch/a folder"
mkdir "$folder" && cp "$source/experiments/sinusoid/demo.yaml" "$folder/demo.yaml"
if ! (cd "$folder" && "$program" run ./demo.yaml --threads 2 --set training.validation_episodes=5 --out "it's" \
  --set=training.meta_batch=9 --set training.meta_batch=7 --set evaluation.episodes=11 --set training.iterations=40 \
  --set training.shots=10 --seeds 0,1 --algorithms maml,fomaml,reptile,finetune,scratch --data nowhere) >"$scratch/log" 2>&1; then
  cat "$scratch/log"
  failed=1
fi
expect_same "the way it is typed" "$folder/it's"
grep -qF "run ./demo.yaml --threads 2 --set training.validation_episodes=5 --out 'it'\\\\''s' --set=training.meta_batch=9" \
  "$folder/it's/host.json" || { echo "host.json does not hold the command as typed"; failed=1; }
grep -qxF 'innerloop run experiments/sinusoid/demo.yaml --set evaluation.episodes=11 --set training.iterations=40'\
' --set training.meta_batch=7 --set training.validation_episodes=5 --seeds 0-1' "$folder/it's/RESULTS.md" ||
  { echo "RESULTS.md does not hold the canonical command"; failed=1; }
# The comparison itself must see a difference.
run "$scratch/other" --set evaluation.seed=99
[ -n "$(differing "$scratch/one" "$scratch/other")" ] || { echo "self-test: another evaluation seed changed nothing"; exit 1; }
[ $failed -eq 0 ] && echo "same bytes"
exit $failed
