# sh check_prove.sh PROGRAM SOURCE: `prove` says second-order for MAML and first-order for first-order MAML, with
# relative errors below 1e-6, and "cannot tell" where they agree; the dump holds the named arrays; a bad request is one
# line and exit status 2. Planted faults: test_prove_f64 and check_plugin.
set -u
program=$1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

fail() {
  echo "check_prove: $*"
  exit 1
}
expect() { # TEXT
  grep -q -- "$1" proof || { cat proof; fail "expected: $1"; }
}
# The relative error in the line of `proof` that holds TEXT must be below 1e-6.
expect_small() { # METHOD TEXT
  awk -v method="$1:" -v text="$2" '$1 == method { inside = 1; next } /^[a-z]/ { inside = 0 }
    inside && index($0, text) { found = 1; if ($NF + 0 >= 1e-6) bad = 1 } END { exit !found || bad }' proof ||
    { cat proof; fail "$1: $2"; }
}

"$program" prove sinusoid/demo >proof || fail "exit status $?"
expect '^maml: second-order$'
expect '^fomaml: first-order$'
expect '^reptile: displacement of the inner loop$'
expect '^finetune: exact gradient, no inner loop$'
expect_small maml 'the loss after the inner loop'
expect_small fomaml 'by the adapted parameters'
expect_small reptile 'theta - phi'
"$program" prove sinusoid/demo --set algorithms.maml.inner.steps=5 --algorithm maml >proof || fail "5 steps: exit status $?"
expect '^maml: second-order$'
expect_small maml 'the loss after the inner loop'
expect 'inner steps: 5;'
"$program" prove sinusoid/reptile2018 --algorithm reptile \
  --set algorithms.reptile.inner.optimiser=adam --set algorithms.reptile.inner.learning_rate=0.001 >proof || fail "Adam: exit status $?"
expect '^reptile: displacement of the inner loop$'
"$program" prove sinusoid/demo --algorithm reptile --set algorithms.reptile.inner.momentum=0.9 \
  --set algorithms.reptile.inner.dampening=0.9 --set algorithms.reptile.inner.weight_decay=0.1 >proof || fail "momentum: exit status $?"
expect '^reptile: displacement of the inner loop$'

# Five steps with momentum, moments that run on from task to task.
"$program" prove sinusoid/demo --algorithm maml --set algorithms.maml.inner.steps=5 \
  --set algorithms.maml.inner.momentum=0.9 >proof || fail "maml, momentum: exit status $?"
expect '^maml: second-order$'
carried() { # NAME FINDING OPTION...
  name=$1
  finding=$2
  shift 2
  for option; do set -- "$@" --set "algorithms.$name.inner.$option"; shift; done
  "$program" prove sinusoid/demo --algorithm "$name" "$@" --set "algorithms.$name.inner.state=carry" >proof ||
    { cat proof; fail "$name carries its state: exit status"; }
  expect "^$name: $finding\$"
}
carried maml second-order steps=3 momentum=0.9
carried reptile 'displacement of the inner loop' momentum=0.9 dampening=0.5
carried reptile 'displacement of the inner loop' optimiser=adam learning_rate=0.002
carried maml second-order optimiser=adam learning_rate=0.002
# An inner loop that hardly moves tells neither from the other, and that is no fault of the algorithm.
for name in maml fomaml; do
  "$program" prove sinusoid/demo --algorithm $name --set algorithms.$name.inner.learning_rate=1e-9 >proof ||
    fail "$name, nothing to tell: exit status $?"
  expect "^$name: cannot tell: first-order and second-order agree here"
done

# Every registered algorithm is what it claims to be, on a network without kinks: a new one is proved without a test of
# its own; on glyphs where it asks for classes.
for name in $("$program" list algorithms | awk 'NF > 1 { print $1 }'); do
  cat >one.yaml <<END
experiment: one
suite: {name: sinusoid}
model: {name: mlp, hidden: [8, 8], activation: tanh, scale: 0.5}
training: {iterations: 1, meta_batch: 1, shots: 6, queries: 6}
evaluation: {episodes: 1}
seeds: [3]
algorithms:
  - {name: $name, inner: {steps: 3, learning_rate: 0.05}}
END
  "$program" prove one.yaml >proof 2>&1 || {
    grep -q 'expected a classification suite\|expected a suite of classification' proof &&
      sed 's/{name: sinusoid}/{name: glyphs, size: 8, classes: [7, 0, 0]}/' one.yaml >other.yaml &&
      "$program" prove other.yaml >proof 2>&1
  } || { cat proof; fail "$name is not what it claims to be"; }
  names=$((${names:-0} + 1))
done
[ "$names" -ge 8 ] || fail "only $names algorithms were proved"

# Images, batch normalisation, and mini-batches that are no multiple of the ways.
cat >images.yaml <<'END'
experiment: images
suite: {name: glyphs}
model: {name: conv4, filters: 4, blocks: 2, adapt_norm: true, affine: gamma_beta}
training: {iterations: 1, meta_batch: 1, shots: 3, queries: 1}
evaluation: {episodes: 1}
seeds: [3]
algorithms:
  - {name: reptile, inner: {steps: 2, batch: 7, learning_rate: 0.05}}
  - {name: maml, inner: {steps: 2, learning_rate: 0.05}}
  - {name: transfer, suite: {classes: [6, 0, 0]}}
END
"$program" prove images.yaml >proof || { cat proof; fail "images: exit status"; }
expect '^reptile: displacement of the inner loop$'
expect '^maml: second-order$'
expect '^transfer: exact gradient, no inner loop$'

"$program" prove sinusoid/demo --algorithm maml --dump maml.npz >proof || fail "dump: exit status $?"
for array in parameters support_x support_y query_x query_y meta_gradient adapted loss; do
  grep -qa "$array.npy" maml.npz || fail "the dump lacks $array"
done
"$program" prove sinusoid/demo --dump all.npz >proof 2>errors
[ $? -eq 2 ] && [ "$(wc -l <errors)" -eq 1 ] && [ ! -e all.npz ] || fail "a dump of several algorithms is exit status 2 and one line"
echo "proofs hold"
