# sh check_address_space.sh PROGRAM SOURCE: where address space is limited (ulimit -v, as batch systems do) nothing
# hangs: OpenBLAS, which tries for ever to map 128 MB for each of its threads, is loaded only as the yardstick and for
# `kernels: host`, and only where there is room.
set -u
program=$1
[ -z "${IL_SANITIZED:-}" ] || { echo "sanitizers reserve terabytes of address space"; exit 77; }
(ulimit -v 4000000) 2>/dev/null || { echo "ulimit -v cannot be set"; exit 77; }
unset OPENBLAS_NUM_THREADS
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
failed=0
complain() {
  echo "$*"
  failed=1
}
limited() { # KILOBYTES ARGUMENT...: status of the program under that limit; 124 where it hangs
  limit=$1
  shift
  (ulimit -v "$limit" && exec timeout 60 "$program" "$@") >out 2>err
}

! ldd "$program" | grep -i blas || complain "the program is linked with OpenBLAS"

cat >small.yaml <<'END'
experiment: small
suite: {name: sinusoid}
model: {name: mlp, hidden: [8]}
training: {iterations: 20, meta_batch: 4, shots: 5}
evaluation: {episodes: 5, shots: [5], steps: 1}
seeds: [0]
algorithms: [{name: maml, inner: {steps: 1, learning_rate: 0.01}}]
END
sed 's/^experiment: small/experiment: host\nkernels: host/' small.yaml >host.yaml

"$program" run small.yaml --threads 2 --out free --quiet >out 2>err || complain "without a limit: $(cat err)"
for limit in 60000 72000 100000 150000 200000 300000 440000 600000 1000000; do
  for words in --version 'check small.yaml' 'list'; do
    # shellcheck disable=SC2086
    limited $limit $words || complain "ulimit -v $limit, $words: exit status $?; expected 0: $(cat err)"
  done
  limited $limit run small.yaml --threads 2 --out "at-$limit" --quiet ||
    complain "ulimit -v $limit, run: exit status $?; expected 0: $(cat err)"
  cmp -s free/summary.csv "at-$limit/summary.csv" || complain "ulimit -v $limit: other results than without a limit"
done
grep -q 'rate was not measured: OpenBLAS takes up to' at-200000/TIMINGS.md ||
  complain "no reason why the rate was not measured: $(tail -n 2 at-200000/TIMINGS.md)"
# 16 threads have 8 MB of stack and 64 MB of heap each.
limited 2000000 run small.yaml --threads 16 --out sixteen --quiet || complain "16 threads: exit status $?: $(cat err)"

limited 300000 run host.yaml --threads 2 --out host --quiet
status=$?
[ $status -eq 3 ] || complain "kernels: host without room: exit status $status; expected 3: $(cat err)"
[ "$(wc -l <err)" -eq 1 ] && grep -q 'address space' err || complain "kernels: host without room: $(cat err)"

[ $failed -eq 0 ] && echo "nothing hangs where address space is limited"
exit $failed
