#!/bin/sh
# What can be known without training, `check` knows: every suite without data x model x algorithm, and every option of
# every table at both ends of its range, in the file and by --set. Whatever `check` lets pass, `run` runs; whatever it
# refuses, `run` refuses by the same line and status, and the line has a place. usage: sh check_refusals.sh PROGRAM
# SOURCE_DIRECTORY
program=$1
failures=0
count=0
refused=0

fail() {
  echo "$1: $2"
  failures=$((failures + 1))
}

# write SUITE MODEL ALGORITHM: the experiment case.yaml, as small as it can be
write() {
  cat >case.yaml <<END
experiment: case
suite: {name: $1}
model: {name: $2}
training: {iterations: 1, meta_batch: 1, validation_episodes: 1}
evaluation: {episodes: 1, steps: 1}
algorithms:
  - name: $3
END
}

# same WHAT ARGUMENT...: check and run of case.yaml agree
same() {
  what=$1
  shift
  count=$((count + 1))
  "$program" check --threads 1 "$@" case.yaml >resolved.yaml 2>check.txt
  checked=$?
  if [ $checked -ne 0 ]; then
    refused=$((refused + 1))
    [ "$(wc -l <check.txt)" -eq 1 ] || fail "$what" "not one line: $(cat check.txt)"
    grep -q -e '^innerloop: case.yaml:[0-9]*:[0-9]*: ' -e '^innerloop: --set [^ ]*: ' check.txt ||
      fail "$what" "no place: $(cat check.txt)"
  fi
  rm -rf out
  "$program" run --quiet --threads 1 --out out "$@" case.yaml >/dev/null 2>run.txt
  ran=$?
  [ $checked -eq 0 ] && [ $ran -gt 1 ] && fail "$what" "check passes, run says: $(cat run.txt)"
  [ $checked -ne 0 ] && [ $ran -ne $checked ] && fail "$what" "check ends with $checked, run with $ran: $(cat run.txt)"
  [ $checked -ne 0 ] && ! cmp -s check.txt run.txt && fail "$what" "check: $(cat check.txt); run: $(cat run.txt)"
}

names() {
  "$program" list "$1" | awk '/^  / {print $1}'
}

for suite in sinusoid linear glyphs; do
  for model in $(names models); do
    for algorithm in $(names algorithms); do
      write $suite $model $algorithm
      same "$suite, $model, $algorithm"
    done
  done
done

echo "$count experiments, $refused refused, $failures failures"
[ "$failures" -eq 0 ]
