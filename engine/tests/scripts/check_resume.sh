# sh check_resume.sh PROGRAM SOURCE: a run stopped by Ctrl-C in the middle of training ends with exit status 130, says
# how to go on, and ends after --resume with the same bytes as one that was never stopped; a folder of another
# configuration is refused with exit status 2, damaged checkpoints in one line with 3, unless the previous checkpoint is
# whole: then that is used, and it is said.
set -u
program=$1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

fail() {
  echo "check_resume: $*"
  exit 1
}
# Sanitizers slow the loop fifty times.
iterations=3000
[ -n "${IL_SANITIZED:-}" ] && iterations=300

run() { # DIRECTORY ARGUMENTS...: in a subshell that it becomes, so that a signal to a background run is one to the program
  directory=$1
  shift
  exec "$program" run sinusoid/demo --quiet --seeds 0-1 --algorithms maml,reptile --set training.iterations=$iterations \
    --set evaluation.episodes=20 --out "$directory" "$@" 2>errors
}

(run whole) || fail "exit status $?"
# Stopped a little later each time, so that the interruption falls into different places.
interruptions=0
for delay in 0.05 0.15 0.3 0.5; do
  (run stopped --resume) &
  for try in $(seq 400); do
    [ -e stopped/.lock ] && break
    sleep 0.02
  done
  sleep $delay
  kill -INT $! 2>/dev/null
  wait $!
  status=$?
  [ $status -eq 0 ] && break
  interruptions=$((interruptions + 1))
  [ $status -eq 130 ] || fail "interrupted: exit status $status"
  grep -q '^continue with: .* --resume$' errors && [ "$(wc -l <errors)" -eq 2 ] || { cat errors; fail "no line to resume"; }
done
[ $interruptions -gt 0 ] || fail "self-test: no run was interrupted"
(run stopped --resume) || fail "resumed: exit status $?"
for file in summary.csv episodes.csv runs.csv curve.csv differences.csv manifest.json RESULTS.md; do
  cmp "whole/$file" "stopped/$file" || fail "$file differs after an interruption"
done
for checkpoint in whole/checkpoints/*.safetensors; do
  cmp "$checkpoint" "stopped/checkpoints/${checkpoint##*/}" || fail "$checkpoint differs after an interruption"
done

# Killed at any moment, with the parameters of the best validations kept and an end of patience: the same bytes, too.
chosen() { # DIRECTORY ARGUMENTS...
  directory=$1
  shift
  exec "$program" run sinusoid/demo --quiet --seeds 0 --algorithms maml,reptile --set training.iterations=300 --set training.patience=4 \
    --set evaluation.episodes=20 --set training.validate_every=10 --set evaluation.parameters=mean --out "$directory" "$@" 2>errors
}
(chosen best --checkpoint-every 1000) || fail "parameters: mean: exit status $?"
kills=0
for delay in 0 0.1 0.2 0.3; do
  (chosen killed --resume --checkpoint-every 0) &
  for try in $(seq 400); do
    [ -n "$(find killed/checkpoints -name '*.safetensors' 2>/dev/null)" ] && break
    sleep 0.02
  done
  sleep $delay
  kill -KILL $! 2>/dev/null && kills=$((kills + 1))
  wait $! 2>/dev/null
done
[ $kills -gt 0 ] || fail "self-test: no run was killed"
(chosen killed --resume) || { cat errors; fail "killed and resumed: exit status $?"; }
grep -q 'Ended early' best/RESULTS.md || fail "self-test: no training ended early"
for file in summary.csv episodes.csv runs.csv curve.csv manifest.json RESULTS.md checkpoints/maml-seed0.safetensors \
  checkpoints/reptile-seed0.safetensors; do
  cmp "best/$file" "killed/$file" || fail "$file differs after a kill"
done

# What was trained can be judged on other test episodes: the same bytes as training anew.
(run whole --overwrite --set evaluation.episodes=30) || fail "exit status $?"
(run stopped --resume --overwrite --set evaluation.episodes=30) || fail "judged anew: exit status $?"
cmp whole/summary.csv stopped/summary.csv && cmp whole/curve.csv stopped/curve.csv || fail "judged anew differs"

refused() { # STATUS WHAT ARGUMENTS...
  wanted=$1 what=$2
  shift 2
  (run stopped --resume "$@")
  [ $? -eq "$wanted" ] && [ "$(wc -l <errors)" -eq 1 ] || { cat errors; fail "$what is not refused"; }
}
refused 2 "another training configuration" --set training.meta_batch=24
(run mixed --set training.meta_batch=24) || fail "exit status $?"
cp whole/checkpoints/maml-seed0.safetensors mixed/checkpoints
(run mixed --resume --set training.meta_batch=24)
[ $? -eq 3 ] && [ "$(wc -l <errors)" -eq 1 ] && grep -q 'training.meta_batch. is 24 here and 25 in the checkpoint' errors ||
  { cat errors; fail "the difference is not named"; }
checkpoint=stopped/checkpoints/maml-seed0.safetensors
previous=stopped/checkpoints/maml-seed0.previous.safetensors
# The newest is cut off; the one before it is of iteration 7 (made by a run of its own that wrote one after every
# iteration).
head -c 3000 "$checkpoint" >cut && mv cut "$checkpoint"
rm -f "$previous"
refused 3 "a truncated checkpoint" --set evaluation.episodes=30
(run stopped --overwrite --set training.iterations=8 --checkpoint-every 0) || fail "--checkpoint-every 0: exit status $?"
[ -s "$previous" ] || fail "no previous checkpoint is kept"
cp -r stopped eight
head -c 3000 "$checkpoint" >cut && mv cut "$checkpoint"
(run stopped --resume --set training.iterations=8) || { cat errors; fail "the previous checkpoint is not used"; }
grep -q 'goes on from the previous checkpoint, iteration 7' errors && [ "$(wc -l <errors)" -eq 1 ] || { cat errors; fail "it is not said"; }
grep -q 'goes on from the previous checkpoint' stopped/host.json || fail "it is not in the record"
for file in summary.csv episodes.csv manifest.json RESULTS.md checkpoints/maml-seed0.safetensors; do
  cmp "eight/$file" "stopped/$file" || fail "$file differs after the previous checkpoint was used"
done
rm -f "$previous"
head -c 4 whole/checkpoints/maml-seed0.safetensors >"$checkpoint"
refused 3 "a checkpoint of 4 bytes" --set training.iterations=8
cp eight/checkpoints/* stopped/checkpoints/
cp stopped/checkpoints/maml-seed1.safetensors "$checkpoint"
refused 3 "a checkpoint of another seed" --set training.iterations=8
grep -q 'of another seed' errors || { cat errors; fail "another seed is not named"; }
echo "resumed runs are the same bytes"
