# sh check_plugin.sh PROGRAM SOURCE: the example plug-in is compiled against the public headers alone, runs beside
# built-in algorithms and gives the same bytes for 1 and 2 threads; the results name it by content; a plug-in that does
# not fit is one line and the documented exit status; the program exports every function of the public headers.
set -u
program=$1
source=$2
command -v cc >/dev/null || { echo "check_plugin: skipped, cc is missing"; exit 77; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
cp "$source/examples/plugin/anil.c" "$source/examples/plugin/anil.yaml" .

fail() {
  echo "check_plugin: $*"
  exit 1
}
build() { # FILE.so FILE.c OPTIONS...
  made=$1
  from=$2
  shift 2
  cc -std=c11 -O2 -Wall -Wextra -Wpedantic -Werror -ffp-contract=off -fPIC -shared -I "$source/engine/include" "$@" -o "$made" \
    "$from" || fail "$made does not compile"
}
# A refusal: exit status, one line that holds TEXT, nothing on standard output.
refused() { # STATUS TEXT ARGUMENTS...
  wanted=$1
  text=$2
  shift 2
  "$program" "$@" >out 2>errors
  status=$?
  [ $status -eq "$wanted" ] && [ "$(wc -l <errors)" -eq 1 ] && [ ! -s out ] && grep -qF -- "$text" errors ||
    { cat out errors; fail "$*: status $status; expected $wanted and: $text"; }
}
# The deterministic files of a small run are in DIRECTORY.
run() { # DIRECTORY ARGUMENTS...
  directory=$1
  shift
  "$program" run anil.yaml --quiet --plugin anil.so --seeds 0 --set training.iterations=30 --set training.meta_batch=7 \
    --set evaluation.episodes=11 --out "$directory" "$@" >log 2>&1 || { cat log; fail "run $*: status $?"; }
}

build anil.so anil.c
refused 2 'unknown algorithm `anil`; expected one of maml' check anil.yaml
"$program" check anil.yaml --plugin anil.so >resolved || fail "check"
grep -q 'first_order: true' resolved || fail "check does not show the plug-in's option"
"$program" list algorithms --plugin ./anil.so | grep -q '^  anil  *MAML whose' || fail "list lacks anil"
"$program" describe anil --plugin anil.so | grep -q '^  first_order: false' || fail "describe lacks the option"

run one --threads 1
run two --threads 2
for file in episodes.csv runs.csv summary.csv curve.csv differences.csv manifest.json RESULTS.md; do
  cmp -s "one/$file" "two/$file" || fail "$file depends on the number of threads"
done
for label in maml anil anil-first-order; do
  grep -q "^$label,10-shot,mse," one/summary.csv || fail "summary.csv lacks $label"
done
digest=$(sha256sum anil.so | cut -d' ' -f1)
grep -q '"file": "anil.so"' one/manifest.json && grep -q "\"sha256\": \"$digest\"" one/manifest.json ||
  fail "the manifest does not name the plug-in"
grep -q 'run anil.yaml .*--plugin anil.so' one/RESULTS.md || fail "RESULTS.md does not show the command"
# maml is the same with and without a plug-in beside it
"$program" run anil.yaml --quiet --plugin anil.so --seeds 0 --set training.iterations=30 --set training.meta_batch=7 \
  --set evaluation.episodes=11 --algorithms maml --out alone >log 2>&1 || fail "maml alone"
grep '^maml,' one/episodes.csv | cmp -s - - && [ "$(grep -c '^maml,' alone/episodes.csv)" -gt 0 ] &&
  [ "$(grep '^maml,' one/episodes.csv | sha256sum)" = "$(grep '^maml,' alone/episodes.csv | sha256sum)" ] ||
  fail "maml changes beside a plug-in"

# Trainings of one plug-in are not taken for those of another; those without a plug-in are.
run one --threads 1 --resume
sed 's/almost no inner loop/another text/; s/MAML whose/another: MAML whose/' anil.c >other.c
mv anil.so first.so
build anil.so other.c # other bytes, the same numbers
"$program" run anil.yaml --quiet --plugin anil.so --seeds 0 --set training.iterations=30 --set training.meta_batch=7 \
  --set evaluation.episodes=11 --out one --resume >log 2>&1
[ $? -eq 3 ] && grep -q 'checkpoints/anil-seed0' log || { cat log; fail "another plug-in continues a training"; }
mv first.so anil.so

variant() { # NAME SED-SCRIPT OPTIONS...
  name=$1
  sed "$2" anil.c >"$name.c"
  shift 2
  build "$name.so" "$name.c" "$@"
}
abi=$(sed -n 's/^enum { IL_PLUGIN_ABI = \([0-9]*\) };$/\1/p' "$source/engine/include/innerloop/plugin.h")
for before in $(seq $((abi - 1))); do
  variant "before$before" "s/{IL_PLUGIN_VERSION,/{.abi = $before, .layout = {4},/"
  refused 2 "made for plug-in version $before; expected $abi: compile it again with this version's headers" check anil.yaml \
    --plugin "before$before.so"
done
variant version 's/{IL_PLUGIN_VERSION,/{.abi = 77, .layout = {4},/'
refused 2 'version.so: made for plug-in version 77; expected '"$abi" check anil.yaml --plugin version.so
build double.so anil.c -DIL_REAL_IS_DOUBLE
refused 2 'double.so: compiled for double, which `prove` alone takes; expected it compiled without -DIL_REAL_IS_DOUBLE' \
  check anil.yaml --plugin double.so
variant symbol 's/il_plugin_entry = /il_plugin_other = /; s/^const il_plugin il_plugin_other/extern const il_plugin il_plugin_other;\n&/'
refused 2 'symbol.so: no plug-in: it exports no `il_plugin_entry`' check anil.yaml --plugin symbol.so
variant clash 's/"anil",/"maml",/'
refused 2 'its algorithm `maml` has the name of the algorithm `maml` that is built in' check anil.yaml --plugin clash.so
cp anil.so again.so
refused 2 'again.so: its algorithm `anil` has the name of the algorithm `anil` in anil.so' check anil.yaml --plugin anil.so --plugin again.so
variant empty 's/, .algorithms = [^}]*)}/}/; s/^static const il_algorithm \(anil\|\*const\)/__attribute__((unused)) &/'
refused 2 'empty.so: it is empty' check anil.yaml --plugin empty.so
variant ended 's/{&anil}/{\&anil, NULL}/'
refused 2 'ended.so: algorithm 2 of 2 in its list is NULL' check anil.yaml --plugin ended.so
variant uncounted 's/IL_PLUGIN_ROWS(algorithms)/{algorithms, 4000}/'
refused 2 'uncounted.so: its list of algorithms has 4000 rows' check anil.yaml --plugin uncounted.so
variant listless 's/IL_PLUGIN_ROWS(algorithms)/{NULL, 1}/; s/^static const il_algorithm \*const/__attribute__((unused)) &/'
refused 2 'listless.so: its list of algorithms has 1 rows' check anil.yaml --plugin listless.so
# What a function of a plug-in hands back is compared with what was asked for, before training.
wrong() { # NAME SED-SCRIPT TEXT
  variant "$1" "$2"
  refused 2 "$3" run anil.yaml --quiet --plugin "$1.so" --algorithms anil --out refused
}
variant builds 's/^    .build = build,$//; s/^static void build/__attribute__((unused)) &/'
refused 2 'algorithm `anil` lacks a function; expected `build`, or `untrained`' check anil.yaml --plugin builds.so
wrong direction 's/^  build->direction = .*//' 'algorithm anil: build->direction is empty; expected 6 values'
wrong loss 's/^  build->loss = il_task_loss(.*/  il_value loss = il_task_loss(task, \&phi, task->query_x, task->query_y);/; s/build->loss, &task->theta/loss, \&task->theta/; s/il_values phi = il_inner_loop(build, /il_build other; il_values phi = il_inner_loop(\&other, /' \
  'algorithm anil: build->loss has no value; expected one of shape []'
wrong vector 's/&task->theta);$/&\n  build->loss = task->query_y;/' 'algorithm anil: build->loss has the shape ['
wrong count 's/&task->theta);$/&\n  build->direction.count--;/' 'algorithm anil: build->direction has 5 values; expected 6'
wrong huge 's/&task->theta);$/&\n  build->direction.count = 100000;/' 'build->direction has 100000 values; expected 6'
wrong shape 's/&task->theta);$/&\n  build->direction.at[1] = build->loss;/' \
  'algorithm anil: build->direction of `layer1.bias` has the shape []; expected [40]'
wrong foreign 's/&task->theta);$/&\n  build->direction.at[1] = 123456789;/' 'build->direction of `layer1.bias` has no value'
wrong carried 's/&task->theta);$/&\n  build->carried = task->theta;/' 'build->carried has 6 values; expected 0'
wrong operand 's/&task->theta);$/&\n  (void)il_add(task->graph, IL_NO_VALUE, build->loss);/' \
  'algorithm anil, training: graph: an operand of add has no value'
wrong twice 's/^  (void)carried;.*/&\n  for (int i = 0; i < 2; i++) if (il_parameters_add(parameters, "mine", il_shape_scalar(), IL_INITIALISER_CONSTANT, 0, 1, 1, error) != IL_OK) return IL_INVALID;/' \
  'two parameters are called mine'
wrong latin 's/^  (void)carried;.*/&\n  if (il_parameters_add(parameters, "m\\344h", il_shape_scalar(), IL_INITIALISER_CONSTANT, 0, 1, 1, error) != IL_OK) return IL_INVALID;/' \
  'the name of parameter 7 is no text'
wrong silent 's/^  (void)carried;.*/&\n  if (parameters->count > 0) return IL_INVALID;/' \
  'algorithm anil: its function `prepare` failed and does not say why (status INVALID)'
variant name 's/"anil",/"A nil",/'
refused 2 'the name of the algorithm `A nil` is not allowed' check anil.yaml --plugin name.so
variant reserved 's/"first_order"/"inner"/'
refused 2 'expected a name that is no key of the entry itself' check anil.yaml --plugin reserved.so
variant missing 's/^static il_status prepare/int il_no_such_function(void);\n&/; s/^  (void)carried;.*/  (void)carried; (void)il_no_such_function();/'
refused 2 'missing.so: cannot be loaded: undefined symbol: il_no_such_function' check anil.yaml --plugin missing.so
refused 2 'anil.c: cannot be loaded: ' check anil.yaml --plugin anil.c
: >nothing.so
refused 2 'nothing.so: cannot be loaded: ' list --plugin nothing.so
for size in 3 40 100 1000 $(($(wc -c <anil.so) / 2)); do
  head -c $size anil.so >cut.so
  refused 2 'expected a ' describe anil --plugin cut.so
  grep -q 'cut off\|cannot be loaded' errors || { cat errors; fail "a plug-in of $size bytes"; }
done
refused 3 'absent.so: cannot be read: No such file or directory' run anil.yaml --plugin absent.so
mkfifo pipe.so
refused 3 'pipe.so: a named pipe; expected a regular file' list --plugin pipe.so
refused 3 'a folder; expected a regular file' list --plugin .
refused 2 'anil.so: compiled for float, proofs need double; expected it compiled once more with -DIL_REAL_IS_DOUBLE' \
  prove anil.yaml --plugin anil.so
refused 2 'unknown algorithm `anil`' prove anil.yaml
refused 3 'absent.so: cannot be read: No such file or directory' prove anil.yaml --plugin absent.so
variant old 's/{IL_PLUGIN_VERSION,/{.abi = 77, .layout = {8},/' -DIL_REAL_IS_DOUBLE
refused 2 'old.so: made for plug-in version 77' prove anil.yaml --plugin old.so
[ ! -e results ] || fail "a refused run left results"

# Proofs: compiled for double the plug-in is what it claims to be; with a planted fault it is wrong, exit status 1. A
# file may hold both.
proved() { # STATUS TEXT PLUGIN
  "$program" prove anil.yaml --plugin "$3" >proof 2>errors
  status=$?
  [ $status -eq "$1" ] && grep -q -- "$2" proof || {
    cat proof errors
    fail "prove, $3: status $status; expected $1 and: $2"
  }
}
proved 0 '^anil: second-order$' double.so
grep -q '^anil-first-order: first-order$' proof && grep -q '^maml: second-order$' proof || { cat proof; fail "prove"; }
for part in '' -DIL_REAL_IS_DOUBLE; do
  cc -std=c11 -O2 -ffp-contract=off -fPIC -I "$source/engine/include" $part -c -o "part$part.o" anil.c || fail "a part"
done
cc -shared -o both.so part.o part-DIL_REAL_IS_DOUBLE.o || fail "both parts in one file"
proved 0 '^anil: second-order$' both.so
"$program" check anil.yaml --plugin both.so >both || fail "both.so in float"
cmp -s both resolved || fail "both.so is not anil.so in float"
variant missing 's/il_inner_loop(build, task, own->first_order)/il_inner_loop(build, task, true)/' -DIL_REAL_IS_DOUBLE
proved 1 '^anil: wrong: it is the first-order gradient, but claims to be the exact gradient$' missing.so
grep -q '^anil-first-order: first-order$' proof || { cat proof; fail "first-order is right still"; }
variant sign "s/il_gradient(task->graph, build->loss/il_gradient(task->graph, il_scale(task->graph, build->loss, -1)/" \
  -DIL_REAL_IS_DOUBLE
proved 1 '^anil: wrong: it is -1 times the second-order gradient; expected 1$' sign.so
cp anil.c made.c
make -f "$source/examples/plugin/Makefile" -B INNERLOOP="$source/engine/include" made.so >log 2>&1 ||
  { cat log; fail "the example's Makefile"; }
proved 0 '^anil: second-order$' made.so

# The template is a plug-in as it is, and first-order as it says.
build template.so "$source/examples/plugin/template.c"
"$program" describe template --plugin template.so | grep -q '^  support_weight: 0.1' || fail "describe lacks the template"
build template_f64.so "$source/examples/plugin/template.c" -DIL_REAL_IS_DOUBLE
sed '/^algorithms:/,$d' anil.yaml >template.yaml
echo 'algorithms: [{name: template, inner: {steps: 2, learning_rate: 0.05}}]' >>template.yaml
"$program" prove template.yaml --plugin template_f64.so >proof 2>errors
grep -q '^template: first-order$' proof || { cat proof errors; fail "prove, template"; }

# A built-in baseline that uses most of the contract, from its source against the public headers alone, gives the same
# bytes.
sed 's/^const il_algorithm il_algorithm_transfer/static const il_algorithm moved/; s/= "transfer"/= "moved"/
  s|innerloop/algorithm.h|innerloop/plugin.h|' "$source/baselines/transfer.c" >moved.c
cat >>moved.c <<'END'
static const il_algorithm *const algorithms[] = {&moved};
const il_plugin il_plugin_entry = {IL_PLUGIN_VERSION, .algorithms = IL_PLUGIN_ROWS(algorithms)};
END
build moved.so moved.c
cat >moved.yaml <<'END'
experiment: moved
suite: {name: glyphs, size: 16, classes: [12, 8, 8]}
model: {name: mlp, hidden: [16], norm: batch}
training: {iterations: 40, validate_every: 20, validation_episodes: 4, shots: 1, queries: 3}
evaluation: {episodes: 8}
algorithms: [{name: transfer}, {name: moved}, {name: transfer, label: transfer-all, backbone: adapted},
  {name: moved, label: moved-all, backbone: adapted}]
END
"$program" run moved.yaml --quiet --plugin moved.so --out moved >log 2>&1 || { cat log; fail "transfer as a plug-in"; }
for file in episodes runs curve; do
  grep '^transfer' "moved/$file.csv" | sed 's/^transfer/moved/' >built_in
  grep '^moved' "moved/$file.csv" | cmp -s - built_in && [ -s built_in ] || fail "transfer as a plug-in: $file.csv differs"
done

# A model without a head is refused by the algorithm itself, in its words.
sed 's/if (il_task_role(.*/if (error == NULL) return IL_OK;/' anil.c >headless.c
build headless.so headless.c
refused 2 'algorithm anil: model mlp has no head' run anil.yaml --quiet --plugin headless.so --algorithms anil

# Every function that a public header declares, the program exports.
if command -v nm >/dev/null; then
  nm -D --defined-only "$program" | awk '{ print $NF }' | sort -u >exported
  cat "$source"/engine/include/innerloop/*.h | sed 's/^ \*.*//; s/\/\*.*//' | grep -oE '\bil_[a-z0-9_]+\(' | tr -d '(' |
    sort -u >declared
  [ "$(wc -l <declared)" -gt 60 ] || fail "self-test: only $(wc -l <declared) functions were found in the headers"
  lacking=$(comm -23 declared exported | tr '\n' ' ')
  [ -z "$lacking" ] || fail "the program does not export $lacking"
  # Those that know a real stand in double_names.h, and the program has them in double too.
  # So do the kinds of task that the headers declare.
  {
    for header in graph model algorithm suite; do cat "$source/engine/include/innerloop/$header.h"; done |
      sed 's/^ \*.*//; s/\/\*.*//' | grep -oE '\bil_[a-z0-9_]+\(' | tr -d '('
    sed -n 's/^extern const il_task_kind \(il_[a-z_, ]*\);$/\1/p' "$source/engine/include/innerloop/kind.h" | tr -d ' ' |
      tr ',' '\n'
  } | sort -u >declared
  sed -n 's/^#define \(il_[a-z0-9_]*\) \1_f64$/\1/p' "$source/engine/include/innerloop/double_names.h" |
    grep -v il_plugin_entry | sort >named
  cmp -s declared named || { diff declared named; fail "innerloop/double_names.h is not the list of the headers"; }
  lacking=$(sed 's/$/_f64/' named | sort | comm -23 - exported | tr '\n' ' ')
  [ -z "$lacking" ] || fail "the program does not export $lacking"
fi
echo "plug-ins are loaded and refused as they should be"
