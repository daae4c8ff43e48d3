# sh check_folder.sh PROGRAM SOURCE: a folder with results is never replaced unasked. Another configuration, an
# unfinished run and a second run at once are refused with the ways on and change no byte; a run that has ended is not
# run again; --overwrite leaves what a run into an empty folder leaves, and the old results stay until the new ones
# stand; --resume --overwrite keeps the trainings that are the same.
set -u
program=$1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

fail() {
  echo "check_folder: $*"
  cat errors
  exit 1
}
demo() { # ARGUMENTS...
  "$program" run sinusoid/demo --quiet --seeds 0-1 --algorithms maml,reptile --set evaluation.episodes=20 "$@" 2>errors
}
small() {
  demo --set training.iterations=100 "$@"
}
# Name and content of every file.
state() { # DIRECTORY
  (cd "$1" && find . -type f -exec sha256sum {} + | sort -k 2)
}
unchanged() { # WHAT
  [ "$(state d)" = "$before" ] || fail "$1 changes the folder"
}
refused() { # STATUS TEXT ARGUMENTS...
  wanted=$1 text=$2
  shift 2
  small --out d "$@"
  status=$?
  [ $status -eq "$wanted" ] && grep -q "$text" errors || fail "status $status; expected $wanted and: $text"
  unchanged "a refused run"
}

small --out d || fail "exit status $?"
[ "$(sha256sum <d/configuration.yaml | cut -d' ' -f1)" = "$(sed -n 's/.*"sha256": "\(.*\)"/\1/p' d/manifest.json | head -n1)" ] ||
  fail "configuration.yaml is not what the manifest names"
[ ! -e d/.lock ] || fail "a lock is left behind"
echo mine >d/notes.txt
before=$(state d)
refused 2 'd holds results of another configuration; expected --out DIR.*--overwrite.*--resume --overwrite' --set training.meta_batch=7
refused 2 'd holds results of another configuration' --set training.meta_batch=7 --resume
# What `run` would answer is known without it.
foretold() { # TEXT ARGUMENTS...
  text=$1
  shift
  "$program" check sinusoid/demo --seeds 0-1 --algorithms maml,reptile --set evaluation.episodes=20 --set training.iterations=100 \
    --out d "$@" >/dev/null 2>errors && grep -q "results: would go to d.*$text" errors || fail "check does not say: $text"
  unchanged "check"
}
foretold 'results of another configuration: --out DIR or --overwrite' --set training.meta_batch=7
foretold 'this run \(has ended\|is there\)'
# The same again: nothing to do. (A program of uncommitted changes cannot know that it is the same one.)
small --out d
status=$?
[ $status -eq 0 ] && grep -q 'd/RESULTS.md: this run has ended before' errors ||
  { [ $status -eq 2 ] && grep -q 'may have changed since' errors && grep -q '^continue with: .* --resume$' errors; } ||
  fail "the same run again: status $status"
unchanged "the same run again"

# --overwrite: what an empty folder would hold, and the user's own file.
refused 2 'stands there twice' --overwrite --seeds 2
small --out fresh --set training.meta_batch=7 || fail "exit status $?"
small --out d --overwrite --set training.meta_batch=7 || fail "--overwrite: exit status $?"
for file in summary.csv episodes.csv runs.csv curve.csv differences.csv manifest.json RESULTS.md configuration.yaml; do
  cmp d/$file fresh/$file || fail "$file differs after --overwrite"
done
[ "$(cat d/notes.txt)" = mine ] || fail "--overwrite took a file that is not its own"
[ "$(cd d && find . -type f ! -name notes.txt | sort)" = "$(cd fresh && find . -type f | sort)" ] || fail "other files than in a fresh folder"

# Fewer seeds and algorithms, other test episodes: no checkpoint of the old ones stays, the same trainings are not
# repeated.
inode=$(stat -c %i d/configuration.yaml)
"$program" run sinusoid/demo --quiet --seeds 1 --algorithms reptile --set evaluation.episodes=10 --set training.iterations=100 \
  --set training.meta_batch=7 --out d --resume --overwrite 2>errors || fail "--resume --overwrite: exit status $?"
[ "$(ls d/checkpoints | tr '\n' ' ')" = "reptile-seed1.safetensors reptile-seed1.seconds " ] ||
  fail "checkpoints of another configuration stay: $(ls d/checkpoints)"
[ "$(stat -c %i d/configuration.yaml)" != "$inode" ] && [ ! -e d/replaced ] || fail "the old results are not gone"

# No room for what it would leave: known before training. (Where a small file system can be mounted.)
mkdir narrow
if mount -t tmpfs -o size=300k tmpfs narrow 2>/dev/null; then
  small --out narrow/d
  status=$?
  left=$(find narrow -type f)
  umount narrow
  [ $status -eq 3 ] && grep -q 'the results need about .* are free' errors && [ -z "$left" ] || fail "full disk: status $status, left: $left"
fi

# No byte is free: that is known, too. A run that has ended needs no room: it is said to have ended, also where the disk
# has filled up since.
if mount -t tmpfs -o size=16m tmpfs narrow 2>/dev/null; then
  cp -r fresh narrow/d
  dd if=/dev/zero of=narrow/filler bs=4k 2>/dev/null
  small --out narrow/e
  status=$?
  [ $status -eq 3 ] && grep -q 'the results need about .*; 0 bytes are free' errors || {
    umount narrow
    fail "no byte is free: status $status"
  }
  truncate -s -64k narrow/filler
  small --out narrow/d --set training.meta_batch=7
  status=$?
  "$program" check sinusoid/demo --seeds 0-1 --algorithms maml,reptile --set evaluation.episodes=20 --set training.iterations=100 \
    --set training.meta_batch=7 --out narrow/d >/dev/null 2>foretold
  checked=$?
  umount narrow
  { [ $status -eq 0 ] && grep -q 'this run has ended before' errors; } ||
    { [ $status -eq 2 ] && grep -q 'may have changed since' errors; } || fail "ended, on a full disk: status $status"
  [ $checked -eq 0 ] && grep -q 'this run \(has ended\|is there\)' foretold || fail "check of it: status $checked"
fi

# Killed while it overwrites: the old results are there, the new ones can be continued and then stand alone.
cp d/summary.csv kept
iterations=20000
[ -n "${IL_SANITIZED:-}" ] && iterations=500
(exec "$program" run sinusoid/demo --quiet --seeds 0-1 --algorithms maml,reptile --set evaluation.episodes=20 \
  --set training.iterations=$iterations --out d --overwrite) 2>first &
process=$!
for try in $(seq 200); do
  [ -s d/replaced/1/summary.csv ] && [ -s d/configuration.yaml ] && break
  sleep 0.05
done
# A second run at once is refused in one line that names the first; and it does not change a byte.
demo --out d --set training.iterations=$iterations --resume
status=$?
if kill -0 $process 2>/dev/null; then
  [ $status -eq 3 ] && [ "$(wc -l <errors)" -eq 1 ] && grep -q "d: process $process on .* is writing there" errors ||
    fail "two at once: status $status"
fi
kill -KILL $process
wait $process 2>/dev/null
cmp kept d/replaced/1/summary.csv || fail "the old results are lost while the new ones are made"
touch d/checkpoints/maml-seed0.safetensors.tmp.$process d/RESULTS.md.tmp.$(uname -n | tr /. --).$process
[ -n "$(find d/checkpoints -name '*.safetensors')" ] || touch d/checkpoints/maml-seed0.safetensors
if [ -s d/checkpoints/maml-seed0.safetensors ]; then
  demo --out d --set training.iterations=$iterations
  [ $? -eq 2 ] && grep -q 'd holds an unfinished run' errors && grep -q '^continue with: .* --resume$' errors ||
    fail "an unfinished run is not refused"
else
  rm d/checkpoints/maml-seed0.safetensors
fi
demo --out d --set training.iterations=$iterations --resume || fail "resumed: exit status $?"
[ ! -e d/replaced ] && [ -z "$(find d -name '*.tmp.*' -o -name .lock)" ] || fail "left behind: $(find d)"

# Results that nothing vouches for are not replaced either.
mkdir unknown && echo mine >unknown/summary.csv
small --out unknown
[ $? -eq 2 ] && [ "$(cat unknown/summary.csv)" = mine ] || fail "somebody's summary.csv is replaced"
"$program" demo --quiet --set training.iterations=20 --seeds 0 --out unknown 2>errors
[ $? -eq 2 ] || fail "demo replaces somebody's summary.csv"
echo "no results are replaced unasked"
