# sh check_demo.sh PROGRAM SOURCE: the demonstration as a user runs it: exit status 0, a row for every method, MAML
# beats fine-tuning after adaptation, and the same bytes again with another number of threads.
set -u
program=$1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

fail() {
  echo "check_demo: $*"
  exit 1
}
# Mean of a method after its last step.
mean_of() { # METHOD
  awk -F, -v method="$1" 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
    $column["algorithm"] == method && $column["step"] == 10 { print $column["mean"] }' results/sinusoid-demo/summary.csv
}

# Sanitizers slow the loop fifty times: a shorter demonstration shows what they can see.
short=
[ -n "${IL_SANITIZED:-}" ] && short='--set training.iterations=100 --set evaluation.episodes=50'

"$program" demo --quiet $short || fail "exit status $?"
for method in maml fomaml reptile finetune scratch; do
  [ -n "$(mean_of $method)" ] || fail "no row for $method"
done
[ -n "$short" ] || awk -v maml="$(mean_of maml)" -v finetune="$(mean_of finetune)" -v scratch="$(mean_of scratch)" \
  'BEGIN { exit !(maml < 0.5 && maml < finetune / 2 && finetune < scratch) }' ||
  fail "maml $(mean_of maml), finetune $(mean_of finetune), scratch $(mean_of scratch)"
"$program" demo --quiet $short --threads 1 --out again || fail "exit status $? with one thread"
for file in summary.csv episodes.csv runs.csv curve.csv differences.csv manifest.json RESULTS.md; do
  cmp "results/sinusoid-demo/$file" "again/$file" || fail "$file differs between 1 thread and all"
done
# Without --quiet the table stands on standard output: each method at its last step, no escapes, 80 columns.
"$program" demo --set training.iterations=20 --set evaluation.episodes=20 --out shown >table 2>log || fail "exit status $?"
for method in maml fomaml reptile finetune scratch; do
  grep -q "^  $method  *step 10 " table || { cat table; fail "the table lacks $method"; }
done
LC_ALL=C.UTF-8 awk '{ shown = $0; gsub(/[\200-\277]/, "", shown) } length(shown) > 80 || /\033/ { bad = 1 } END { exit bad }' table ||
  { cat table; fail "the table is too wide or has escapes"; }
# On a terminal what is best is bold, unless NO_COLOR says otherwise.
if command -v script >/dev/null; then
  again="'$program' demo --set training.iterations=20 --set evaluation.episodes=20 --overwrite --out shown"
  TERM=xterm NO_COLOR= script -qec "$again" /dev/null >tty </dev/null || fail "on a terminal: exit status $?"
  grep -q "$(printf '\033\[1m\\*')" tty || { cat tty; fail "nothing is bold on a terminal"; }
  TERM=xterm NO_COLOR=1 script -qec "$again" /dev/null >tty </dev/null || fail "with NO_COLOR: exit status $?"
  ! grep -q "$(printf '\033\[1m')" tty || { cat tty; fail "NO_COLOR is not heeded"; }
fi
echo "the demonstration holds"
