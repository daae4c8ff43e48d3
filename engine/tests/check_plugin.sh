# sh check_plugin.sh PROGRAM SOURCE: the example plug-in is compiled against the public headers alone, runs beside built-in
# algorithms and gives the same bytes for 1 and 2 threads; the results name it by content; a plug-in that does not fit is one
# line and the documented exit status; the program exports every function of the public headers.
set -u
program=$1
source=$2
command -v cc >/dev/null || { echo "check_plugin: skipped, cc is missing"; exit 77; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
cp "$source/benchmarks/examples/plugin/anil.c" "$source/benchmarks/examples/plugin/anil.yaml" .

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

variant() { # NAME SED-SCRIPT
  sed "$2" anil.c >"$1.c"
  build "$1.so" "$1.c"
}
variant version 's/{IL_PLUGIN_VERSION,/{.abi = 77, .layout = {4},/'
refused 2 'version.so: made for plug-in version 77; expected 1' check anil.yaml --plugin version.so
build double.so anil.c -DIL_REAL_IS_DOUBLE
refused 2 'double.so: compiled with other headers: its real has 8 bytes; expected 4' check anil.yaml --plugin double.so
variant symbol 's/il_plugin_entry = /il_plugin_other = /; s/^const il_plugin il_plugin_other/extern const il_plugin il_plugin_other;\n&/'
refused 2 'symbol.so: no plug-in: it exports no `il_plugin_entry`' check anil.yaml --plugin symbol.so
variant clash 's/"anil",/"maml",/'
refused 2 'its algorithm `maml` has the name of the algorithm `maml` that is built in' check anil.yaml --plugin clash.so
cp anil.so again.so
refused 2 'again.so: its algorithm `anil` has the name of the algorithm `anil` in anil.so' check anil.yaml --plugin anil.so --plugin again.so
variant empty 's/{&anil, NULL}/{NULL}/; s/^static const il_algorithm anil/__attribute__((unused)) &/'
refused 2 'empty.so: it is empty' check anil.yaml --plugin empty.so
variant name 's/"anil",/"A nil",/'
refused 2 'the name of the algorithm `A nil` is not allowed' check anil.yaml --plugin name.so
variant reserved 's/"first_order"/"inner"/'
refused 2 'expected a name that is no key of the entry itself' check anil.yaml --plugin reserved.so
variant missing 's/^static il_status list/int il_no_such_function(void);\n&/; s/int heads = 0;/int heads = il_no_such_function();/'
refused 2 'missing.so: cannot be loaded: undefined symbol: il_no_such_function' check anil.yaml --plugin missing.so
refused 2 'anil.c: cannot be loaded: ' check anil.yaml --plugin anil.c
: >nothing.so
refused 2 'nothing.so: cannot be loaded: ' list --plugin nothing.so
for size in 3 40 100 1000 $(($(wc -c <anil.so) / 2)); do
  head -c $size anil.so >cut.so
  refused 2 'expected a ' describe anil --plugin cut.so
  grep -q 'cut off\|cannot be loaded' errors || { cat errors; fail "a plug-in of $size bytes"; }
done
refused 3 'absent.so: No such file or directory' run anil.yaml --plugin absent.so
refused 3 'no regular file' list --plugin .
refused 2 'a plug-in computes in float, proofs need double' prove anil.yaml --plugin anil.so
[ ! -e results ] || fail "a refused run left results"

# A model without a head is refused by the algorithm itself, in its words.
sed 's/parameters->at\[i\].head;$/false;/' anil.c >headless.c
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
fi
echo "plug-ins are loaded and refused as they should be"
