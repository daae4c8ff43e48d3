# sh check_peers.sh PROGRAM SOURCE: where PyTorch is installed, it finds the meta-gradients of baselines/peers/workloads
# that innerloop finds, in float64 and float32; and a wrong gradient is noticed. Skipped (77) without PyTorch or without
# a build of the peers.
set -u
peers=$(dirname "$1")/peers
source=$2
python=/usr/bin/python3
[ -x "$peers/innerloop_peer" ] && [ -x "$peers/innerloop_peer_f64" ] || exit 77
"$python" -c 'import numpy, torch' 2>/dev/null || exit 77
export PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failed=0

ask() { # WORKLOAD ARRANGEMENT: the line of distances or of an error
  "$python" "$source/baselines/peers/pytorch_eager.py" --workload "$1" --arrangement "$2" --dumps "$scratch" </dev/null
}
for pair in sinusoid-maml:batched/1 sinusoid-fomaml:per_task/1 sinusoid-reptile:batched/1; do
  workload=${pair%%:*}
  for suffix in '' _f64; do
    "$peers/innerloop_peer$suffix" "$source/baselines/peers/workloads/sinusoid.yaml" "${workload#*-}" 1 training dump \
      "$scratch/$workload$suffix.npz" || failed=1
  done
  answer=$(ask "$workload" "${pair#*:}")
  case $answer in *'"distances"'*) ;; *) echo "$workload: $answer" && failed=1 ;; esac
done
# The check must see a first-order gradient where a second-order one is asked for.
for suffix in '' _f64; do
  cp "$scratch/sinusoid-fomaml$suffix.npz" "$scratch/sinusoid-maml$suffix.npz"
done
case $(ask sinusoid-maml batched/1) in *'"error"'*) ;; *) echo "self-test: a wrong gradient passed" && failed=1 ;; esac
exit $failed
