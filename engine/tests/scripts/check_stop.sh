# sh check_stop.sh PROGRAM SOURCE: whatever asks a run to stop (SIGTERM, SIGHUP, SIGXCPU, nobody reading its output), it
# ends with exit status 130, tables of what is finished and a line that, pasted into a shell, goes on to the same bytes;
# nohup's is ignored. A checkpoint that cannot be written does not cost the tables. Named pipes and folders in the place
# of files are refused at once.
set -u
program=$1
source=$2
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

fail() {
  echo "check_stop: $*"
  cat errors
  exit 1
}
# Sanitizers slow the loop fifty times.
iterations=8000
[ -n "${IL_SANITIZED:-}" ] && iterations=300
odd="it's \"ä\" \$x; \\"
# Becomes the program: call it in a subshell.
run() { # DIRECTORY ARGUMENTS...
  directory=$1
  shift
  exec "$program" run sinusoid/demo --seeds 0-1 --algorithms maml --set "description=$odd" --set training.iterations=$iterations \
    --set evaluation.episodes=2 --out "$directory" "$@"
}
wait_for() { # FILE
  for try in $(seq 400); do
    [ -e "$1" ] && return
    sleep 0.05
  done
  fail "$1 never comes"
}
same() { # DIRECTORY
  for file in summary.csv episodes.csv runs.csv curve.csv manifest.json RESULTS.md checkpoints/maml-seed1.safetensors; do
    cmp "whole/$file" "$1/$file" || fail "$1/$file differs"
  done
}

(run whole --quiet) 2>errors || fail "exit status $?"
for signal in TERM HUP XCPU; do
  folder="$signal $odd"
  (run "$folder" --quiet) 2>errors &
  process=$!
  wait_for "$folder/configuration.yaml"
  sleep 0.3
  kill -$signal $process || fail "SIG$signal: it had ended"
  wait $process
  status=$?
  [ $status -eq 130 ] && [ -s "$folder/RESULTS.md" ] || fail "SIG$signal: status $status"
  line=$(sed -n 's/^continue with: //p' errors)
  [ -n "$line" ] && [ "$(wc -l <errors)" -eq 2 ] || fail "no line to resume"
  sh -c "$line" 2>errors || fail "the line to resume: status $?: $line"
  same "$folder"
done

# One who reads a line and goes: the next one finds nobody.
mkfifo pipe
(run piped) 2>pipe &
process=$!
head -n 1 pipe >first
wait $process
status=$?
[ $status -eq 130 ] && [ -s piped/RESULTS.md ] && [ -s first ] || fail "nobody reads: status $status"
(run piped --quiet --resume) 2>errors || fail "nobody reads: resumed: status $?"
same piped

# nohup
(trap '' HUP && run nohup --quiet) 2>errors &
process=$!
wait_for nohup/configuration.yaml
kill -HUP $process
wait $process || fail "nohup: status $?"
same nohup

# A limit on the size of files (16 KiB; a checkpoint has 22) stands for a full disk.
(ulimit -f 32 && run full) 2>errors
status=$?
[ $status -eq 3 ] && grep -q 'the results in full are whole, but 2 checkpoints of 2 are not there: .*File too large' errors ||
  fail "full disk: status $status"
[ "$(grep -c 'no checkpoint: .*; the training goes on' errors)" -eq 1 ] || fail "full disk: not said once"
cmp whole/summary.csv full/summary.csv && cmp whole/RESULTS.md full/RESULTS.md || fail "a full disk costs the tables"

refused() { # STATUS TEXT COMMAND...
  wanted=$1 text=$2
  shift 2
  timeout 60 "$@" >out 2>errors
  status=$?
  [ $status -eq "$wanted" ] && [ "$(wc -l <errors)" -eq 1 ] && grep -q "$text" errors ||
    fail "$*: status $status; expected $wanted and: $text"
}
checkpoint=piped/checkpoints/maml-seed0.safetensors
again="run sinusoid/demo --seeds 0-1 --algorithms maml --set training.iterations=$iterations --set evaluation.episodes=2"
rm "$checkpoint" && mkfifo "$checkpoint"
refused 3 'regular file' "$program" $again --set "description=$odd" --out piped --quiet --resume
rm "$checkpoint" && mkdir "$checkpoint"
refused 3 'regular file' "$program" $again --set "description=$odd" --out piped --quiet --resume
refused 2 'regular file' "$program" check pipe
refused 3 'pipe: a named pipe; expected a regular file' "$program" data import omniglot pipe --data .
mkdir sets && mkfifo sets/letters.ilimages
suffix=$(sed -n 's/.*il_data_set_suffix\[\] = "\(.*\)";.*/\1/p' "$source"/engine/data/*.c)
mv sets/letters.ilimages "sets/letters$suffix"
cat >images.yaml <<'END'
experiment: images
suite: {name: images, set: letters}
model: {name: conv4}
training: {iterations: 1}
seeds: [0]
algorithms: [maml]
END
refused 3 'a named pipe; expected a regular file' "$program" run images.yaml --data sets --out images
echo "runs stop as they should"
