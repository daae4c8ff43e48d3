#!/bin/sh
# Every file of the corpus through the program: exit status 2, one line on stderr that names file, line and column and
# holds the text after "# expect: ", nothing on stdout; the same line from `check`, `run --dry-run` and `run`, which
# leaves nothing. usage: sh check_broken_yaml.sh PROGRAM SOURCE_DIRECTORY
program=$1
source=$2
failures=0
count=0

fail() {
  echo "$1: $2"
  failures=$((failures + 1))
}

for file in "$source"/engine/tests/broken/*.yaml; do
  count=$((count + 1))
  "$program" check "$file" >stdout.txt 2>stderr.txt
  status=$?
  expected=$(sed -n '1s/^# expect: //p' "$file")
  [ "$status" -eq 2 ] || fail "$file" "exit status $status; expected 2"
  [ -s stdout.txt ] && fail "$file" "something on stdout"
  [ "$(wc -l <stderr.txt)" -eq 1 ] || fail "$file" "$(wc -l <stderr.txt) lines on stderr; expected 1"
  grep -q "^innerloop: $file:[0-9][0-9]*:[0-9][0-9]*: " stderr.txt || fail "$file" "no FILE:LINE:COLUMN: $(cat stderr.txt)"
  grep -qF -e "$expected" stderr.txt || fail "$file" "$(cat stderr.txt); expected: $expected"
  for how in "run --dry-run" "run --out left"; do
    "$program" $how "$file" >stdout.txt 2>run.txt
    status=$?
    [ "$status" -eq 2 ] || fail "$file" "$how: exit status $status; expected 2"
    [ -s stdout.txt ] && fail "$file" "$how: something on stdout"
    cmp -s run.txt stderr.txt || fail "$file" "$how: $(head -n1 run.txt); check: $(cat stderr.txt)"
    [ -e left ] && fail "$file" "$how: left something behind"
  done
done

[ "$count" -ge 100 ] || fail "corpus" "$count files; expected at least 100"

# The command line itself: status, then a part of the one line.
refuse() {
  expected_status=$1
  expected=$2
  shift 2
  "$program" "$@" >stdout.txt 2>stderr.txt
  status=$?
  [ "$status" -eq "$expected_status" ] || fail "$*" "exit status $status; expected $expected_status"
  [ -s stdout.txt ] && fail "$*" "something on stdout"
  [ "$(wc -l <stderr.txt)" -eq 1 ] || fail "$*" "$(wc -l <stderr.txt) lines on stderr; expected 1"
  grep -qF -e "$expected" stderr.txt || fail "$*" "$(cat stderr.txt); expected: $expected"
}

demo=$source/experiments/sinusoid/demo.yaml
refuse 2 "unknown command \`chek\`; did you mean \`check\`?" chek
refuse 2 "unknown command \`zzzzzzzz\`; see" zzzzzzzz
refuse 2 "check: an argument is missing" check
refuse 2 "one argument too many" check a b
refuse 2 "unknown option --sett; did you mean --set?" check --sett x "$demo"
refuse 2 "unknown option -x" check -x "$demo"
refuse 2 "--set has no value" check "$demo" --set
refuse 2 "--seeds stands there twice" check "$demo" --seeds 0 --seeds 1
refuse 2 "no path or no value" check "$demo" --set training.iterations
refuse 2 "--set training.iterations=3.7: \`iterations\` is \`3.7\`, which is not a whole number" \
  check "$demo" --set training.iterations=3.7
refuse 2 "did you mean \`training\`?" check "$demo" --set trainin.iterations=3
refuse 2 "no entry \`mamml\` in the list; expected a label; did you mean \`maml\`?" \
  check "$demo" --set algorithms.mamml.inner.steps=2
refuse 2 "\`mamll\` is no label of this experiment; did you mean \`maml\`?" check "$demo" --algorithms mamll
refuse 2 "\`maml\` stands there twice" check "$demo" --algorithms maml,maml
refuse 2 "seed \`x\` is not a whole number" check "$demo" --seeds x
refuse 2 "seed \`1\` stands there twice" check "$demo" --seeds 0-3,1
refuse 2 "suite \`sinusoid\`: amplitude is" check "$demo" --set "suite.amplitude=[5, 1]"
refuse 3 "no such file" check "$source/no-such-file.yaml"
refuse 3 "did you mean \`sinusoid/demo\`?" check sinusoid/demoo
refuse 2 "not a regular file" check "$source/engine"
refuse 2 "did you mean \`suites\`?" list suite
refuse 2 "did you mean \`reptile\`?" describe repitle

# Before training, not after it.
mkdir -p place/RESULTS.md blocked && : >blocked/checkpoints
refuse 3 "place/RESULTS.md: cannot write" run "$demo" --out place
refuse 3 "blocked/checkpoints: cannot create the directory" run "$demo" --out blocked
refuse 3 "place/RESULTS.md: cannot write" run --dry-run "$demo" --out place
refuse 3 "blocked/checkpoints: cannot create the directory" run --dry-run "$demo" --out blocked
refuse 3 "blocked/checkpoints: cannot create the directory" run --dry-run "$demo" --out blocked/checkpoints/deeper
refuse 2 "kernels: host: 200 threads; expected at most 64" run "$demo" --out place --threads 200 --set kernels=host

# An experiment whose data are not there is valid: printed, then status 3 and one line that says how to get them, placed
# in the file or in the one beside it that it extends.
mkdir -p nothing
export INNERLOOP_DATA="$PWD/nothing"
valid() {
  "$program" check --threads 1 "$1" >"$2" 2>stderr.txt
  status=$?
  [ "$status" -eq 0 ] && return
  [ "$status" -eq 3 ] && [ "$(wc -l <stderr.txt)" -eq 1 ] &&
    grep -q "^innerloop: \($1\|${1%/*}/[^/:]*\):[0-9]*:[0-9]*: suite .*there is no data set $PWD/nothing/.*; get it by" stderr.txt
}

# Every experiment of the tree is valid, and what `check` prints is valid and prints itself.
for file in "$source"/experiments/*/*.yaml; do
  if grep -q '^table:' "$file"; then continue; fi # a list of experiments that stand here too; check_table
  valid "$file" once.yaml || fail "$file" "is not valid"
  valid once.yaml twice.yaml || fail "$file" "its resolved form is not valid"
  cmp once.yaml twice.yaml || fail "$file" "its resolved form does not print itself"
done
"$program" check sinusoid/demo >built-in.yaml 2>report.txt || fail "sinusoid/demo" "no built-in experiment"
for line in 'data: suite `sinusoid` makes its own' 'results: would go to results/sinusoid-demo; about' \
  'time: about .* for 15 runs on .* threads*, estimated' '  maml: .* a seed (4000 iterations of' 'memory: about'; do
  grep -q "^$line" report.txt || fail "report" "without '$line': $(cat report.txt)"
done
"$program" check "$demo" >file.yaml 2>report.txt && cmp built-in.yaml file.yaml || fail "sinusoid/demo" "differs from its file"

for command in check list describe; do
  "$program" $command --help | grep -q "^usage: innerloop $command" || fail "$command" "no help"
done
for name in $("$program" list algorithms | awk '{print $1}') mlp sinusoid linear experiment; do
  "$program" describe "$name" | grep -q "a number\|a whole number" || fail "describe $name" "no options"
done
"$program" --version | grep -q "^innerloop [0-9]" || fail "--version" "no version"

echo "$count files, $failures failures"
[ "$failures" -eq 0 ]
