# sh check_checkpoint_numpy.sh PROGRAM SOURCE: an outsider loads checkpoints with NumPy, rebuilds the networks from the
# notes alone, adapts to the same test episodes and gets the same counts as episodes.csv. Skips without NumPy
# (python3-numpy).
set -u
program=$1
source=$2
python=
for candidate in python3 /usr/bin/python3; do
  "$candidate" -c 'import numpy' 2>/dev/null && python=$candidate && break
done
[ -n "$python" ] || { echo "check_checkpoint_numpy: skipped: no NumPy; apt install python3-numpy"; exit 77; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

fail() {
  echo "check_checkpoint_numpy: $*"
  exit 1
}

cat >images.yaml <<'YAML'
experiment: images
suite: {name: glyphs, size: 20}
model: {name: conv4, filters: 8, head: flatten}
training: {iterations: 60, meta_batch: 4, shots: 1, queries: 3, validate_every: 0, validation_episodes: 4}
evaluation: {episodes: 12, shots: [1, 3], queries: 4, steps: 3}
evaluators:
  - {name: alone, transductive: false}
seeds: [1]
algorithms:
  - {name: maml, inner: {steps: 2, learning_rate: 0.4}}
  - {name: maml, label: pooled, inner: {steps: 2, learning_rate: 0.2}, model: {name: conv4, filters: 6, blocks: 3,
     downsample: max_pool, pool_padding: same, padding: symmetric, order: conv_norm_pool_relu, affine: gamma_beta,
     adapt_norm: true, head: mean, bias: false, epsilon: 0.01}}
  - {name: fomaml, label: dense, inner: {steps: 2, learning_rate: 0.1}, model: {name: mlp, hidden: [32, 24], norm: batch,
     initialiser: kaiming_normal, scale: 1}}
YAML
cat >waves.yaml <<'YAML'
experiment: waves
suite: {name: sinusoid}
model: {name: mlp, hidden: [24, 24], activation: tanh, initialiser: fan_in_uniform, scale: 1}
training: {iterations: 200, validate_every: 0, validation_episodes: 4}
evaluation: {episodes: 20, shots: [5], steps: 4}
seeds: [2]
algorithms: [{name: maml, inner: {steps: 1, learning_rate: 0.01}}]
YAML
# Without --out, or with a file that cannot be written, one line says so.
"$program" data episodes waves.yaml 2>errors && fail "episodes without --out are not refused"
grep -q 'expected .innerloop data episodes FILE.yaml --out FILE.npz' errors || { cat errors; fail "no usage"; }
"$program" data episodes waves.yaml --out nowhere/file.npz 2>errors
[ $? -eq 3 ] && [ "$(wc -l <errors)" -eq 1 ] || { cat errors; fail "a file that cannot be written"; }
compare() { # EXPERIMENT LABEL SEED SETTING TRANSDUCTIVE
  [ -s "$1-$2.npz" ] || "$program" data episodes $1.yaml --algorithms $2 --out $1-$2.npz >log || { cat log; fail "no episodes"; }
  "$python" "$source/engine/tests/scripts/checkpoint_numpy.py" $1/checkpoints/$2-seed$3.safetensors $1-$2.npz $1/episodes.csv $4 $5 ||
    fail "$1, $2, setting $4: other counts"
}
for experiment in images waves; do
  "$program" run $experiment.yaml --quiet --out $experiment || fail "$experiment: exit status $?"
done
for label in maml pooled dense; do
  for setting in 0 1; do compare images $label 1 $setting true; done
  compare images $label 1 2 false
done
compare waves maml 2 0 true
# The comparison itself must see a difference.
"$python" "$source/engine/tests/scripts/checkpoint_numpy.py" images/checkpoints/maml-seed1.safetensors images-maml.npz \
  images/episodes.csv 2 true >log && fail "self-test: judging alone or together makes no difference"
# Running statistics stand under their names.
cat >transfer.yaml <<'YAML'
experiment: transfer
suite: {name: glyphs, size: 14, classes: [20, 6, 8]}
model: {name: conv4, filters: 4, blocks: 2, downsample: max_pool, affine: gamma_beta, head: flatten}
training: {iterations: 5, validate_every: 0, validation_episodes: 2}
evaluation: {episodes: 2, shots: [1], queries: 2, steps: 1}
algorithms: [{name: transfer}]
YAML
"$program" run transfer.yaml --quiet --out transfer || fail "transfer: exit status $?"
for name in norm1.mean norm1.variance norm2.mean norm2.variance; do
  grep -a -q "\"running.$name\"" transfer/checkpoints/transfer-seed0.safetensors || fail "no running.$name"
done
echo "same counts"
