# sh check_data.sh PROGRAM SOURCE: the command `data` as a user meets it: exit statuses, one line an error, nothing
# half-written.
set -u
program=$1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
unset INNERLOOP_DATA
export HOME="$scratch/home"
failed=0
complain() {
  echo "$*"
  failed=1
}

# The command fails with STATUS and one line that holds TEXT; nothing on stdout.
refuse() { # STATUS TEXT ARGUMENT...
  expected_status=$1
  expected=$2
  shift 2
  "$program" "$@" >out 2>err
  status=$?
  [ $status -eq "$expected_status" ] || complain "$*: exit status $status; expected $expected_status: $(cat err)"
  [ ! -s out ] || complain "$*: something on stdout: $(cat out)"
  [ "$(wc -l <err)" -eq 1 ] || complain "$*: $(wc -l <err) lines on stderr; expected 1"
  grep -qF -e "$expected" err || complain "$*: $(cat err); expected: $expected"
}
# The command works, and its output holds TEXT.
accept() { # TEXT ARGUMENT...
  expected=$1
  shift
  "$program" "$@" >out 2>err || complain "$*: exit status $?: $(cat err)"
  grep -qF -e "$expected" out || complain "$*: $(cat out); expected: $expected"
}

refuse 2 'did you mean `import`' data imprt omniglot x.zip
refuse 2 'expected list, info, fetch, import or episodes' data xyz
refuse 2 'which files?' data import omniglot
refuse 2 'no such kind of data' data import mnist x
refuse 2 'data import images NAME PATH' data import images pictures
refuse 2 'out of range' data import images pictures . --size 0
refuse 2 '--filter `box` is unknown' data import images pictures . --filter box
refuse 2 'is no name' data import images ../pictures .
refuse 2 'is taken' data import images omniglot .
refuse 2 'not a set that can be fetched' data fetch mnist
refuse 3 'absent.zip' data import omniglot absent.zip
echo 'not a zip' >bad.zip
refuse 3 'bad.zip: cannot be read as a zip or .npz archive' data import omniglot bad.zip
refuse 3 'no pictures in it' data import images pictures "$scratch"
refuse 3 'bad.zip: cannot be read as a zip' data import images pictures bad.zip
refuse 2 'gives it to browsers only' data fetch cifar-fs
refuse 3 'cannot be fetched' data fetch cifar-fs --from "file://$scratch/absent.zip" --data fetched
refuse 3 'cannot be read as a zip' data fetch cifar-fs --from "file://$scratch/bad.zip" --data fetched
[ -z "$(ls fetched)" ] || complain "a download that failed left files: $(ls fetched)"
rmdir fetched
refuse 3 'absent' data import images pictures absent
refuse 3 'innerloop data' data info pictures
refuse 3 'innerloop data fetch omniglot' data info omniglot --data nowhere
refuse 3 'cannot be fetched' data fetch omniglot --from "file://$scratch/mirror" --data fetched
[ ! -e home ] || complain "a refused command left something in the home directory: $(find home)"

accept 'none; see' data list
accept 'needs no data' data info glyphs --sheet glyphs.png
[ "$(head -c 4 glyphs.png | tail -c 3)" = PNG ] || complain "the sheet of glyphs is no PNG"
refuse 2 'draws no images' data info sinusoid --sheet sinusoid.png
refuse 3 'absent/glyphs.png' data info glyphs --sheet absent/glyphs.png

mkfifo pipe
refuse 3 'it is there and no regular file' data info glyphs --sheet pipe
[ -p pipe ] || complain "a sheet took the place of a pipe"
refuse 3 'it is there and no regular file' data info glyphs --sheet "$scratch"

# A set of pictures from sheets, in the default place; a failed import of the same name leaves it.
for class in a b c d e f g h i j k l m n o p q r s t u v w x y z A B C D E F; do
  mkdir -p "pictures/$class" && cp glyphs.png "pictures/$class/1.png" && cp glyphs.png "pictures/$class/2.png"
done
accept '32 classes, 64 images' data import images pictures pictures --size 12 --grey
refuse 2 'add --replace' data import images pictures pictures --size 12 --grey --filter bilinear
accept 'written to ' data import images pictures pictures --size 12 --grey --filter bilinear --replace
accept 'pictures             32 classes, 64 images of 12 x 12 x 1' data list
accept '12 x 12 pixels, 1 channel of 8 bits' data info pictures --sheet pictures.png
before=$(cksum <home/.cache/innerloop/pictures.images)
# A limit on the size of files stands for a full disk. (A subshell: the limit ends with it.)
(
  ulimit -f 100
  refuse 3 'pictures.images: cannot write: File too large' data import images pictures pictures --size 84 --replace
  refuse 3 'pictures.images: cannot write: File too large' data import images pictures pictures --size 84 --data new
  exit $failed
) || failed=1
[ ! -e new ] || complain "an import that failed left its directory: $(find new)"
echo broken >pictures/q/2.png
refuse 3 'pictures/q/2.png: not a readable picture' data import images pictures pictures --size 84 --replace
ln -s nowhere pictures/r/3.png
mkfifo pictures/s/3.jpg
cp glyphs.png pictures/t/3.gif
accept '4 pictures left out; the first: pictures/q/2.png' data import images some pictures --size 12 --skip-unreadable --data partly
accept '32 classes, 63 images' data list --data partly
rm pictures/q/2.png && cp glyphs.png pictures/q/2.png
for bad in r/3.png s/3.jpg t/3.gif; do
  refuse 3 "pictures/$bad: " data import images some pictures --size 12 --data "new"
  rm "pictures/$bad"
done
[ "$before" = "$(cksum <home/.cache/innerloop/pictures.images)" ] || complain "a failed import changed the set"
[ "$(find home -type f | wc -l)" -eq 1 ] || complain "a failed import left files: $(find home -type f)"
# What an experiment asks of a set is known before anything is trained, with its place.
cat >asks.yaml <<'END'
experiment: asks
suite: {name: images, set: picture}
model: {name: mlp}
training: {iterations: 1, queries: 15}
evaluation: {episodes: 1}
algorithms: [maml]
END
for how in "run --dry-run" "run --quiet"; do
  refuse 3 'asks.yaml:2:28: suite `images`: there is no data set' $how asks.yaml
  refuse 3 'did you mean `pictures`?' $how asks.yaml
  refuse 2 'asks.yaml:4:36: 1 shots and 15 queries of a class; suite `images` has 2 examples of a class' \
    $how asks.yaml --set suite.set=pictures
  refuse 3 '--set suite.ways=8: suite `images`: 6 classes for validation in this data set; expected at least 8' \
    $how asks.yaml --set suite.set=pictures --set training.queries=1 --set suite.ways=8
done
[ ! -e results ] || complain "a refused run left results"
accept 'classes: 20 for training, 6 for validation, 6 for test, 5 ways, 2 examples of each' \
  run --dry-run asks.yaml --set suite.set=pictures --set training.queries=1
"$program" check asks.yaml >out 2>err
[ $? -eq 3 ] && grep -q '^  set: picture$' out && grep -q 'did you mean `pictures`?' err ||
  complain "check of an experiment without its data: $(cat out err)"
"$program" check images/fc100-5way-5shot >out 2>err
[ $? -eq 3 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q 'innerloop data import images cifar-fs cifar100.zip' err ||
  complain "check of a built-in experiment without its data: $(cat err)"

dd if=/dev/zero of=home/.cache/innerloop/pictures.images bs=1 seek=5000 count=8 conv=notrunc 2>/dev/null
refuse 3 'a damaged image set' data info pictures
accept 'cannot be used' data list

# Part of Omniglot, made up: what is reported on it says so, and only --replace lets fewer characters take the place of
# more.
if command -v python3 >/dev/null; then
  python3 "$2/engine/tests/scripts/omniglot_zip.py" many.zip $(seq 1 40 1600) || complain "no archive"
  python3 "$2/engine/tests/scripts/omniglot_zip.py" few.zip $(seq 1 40 800) || complain "no archive"
  accept 'a partial set: 40 of 1623 characters' data import omniglot many.zip --data part
  cat >part.yaml <<'END'
experiment: part
suite: {name: omniglot, ways: 2, split_sizes: [823, 400, 400]}
model: {name: linear}
training: {iterations: 1, meta_batch: 1, shots: 1, queries: 1, validation_episodes: 1}
evaluation: {episodes: 2, shots: [1], steps: 0}
seeds: [0]
algorithms: [{name: fomaml, inner: {steps: 1, learning_rate: 0.01}}]
END
  "$program" run part.yaml --data part --out partly-run --quiet >out 2>err || complain "a partial Omniglot: $(cat err)"
  grep -q '^A partial data set, 40 of 1623 .*: these figures do not compare' partly-run/RESULTS.md ||
    complain "RESULTS.md does not say that the set is partial: $(head -n 9 partly-run/RESULTS.md)"
  grep -q '"coverage": "40 of 1623 ' partly-run/manifest.json || complain "the manifest does not say that the set is partial"
  before=$(cksum <part/omniglot.images)
  refuse 2 'a set of 40 classes is there, of which 20 would be lost; to replace it all the same, add --replace' \
    data import omniglot few.zip --data part
  [ "$before" = "$(cksum <part/omniglot.images)" ] || complain "a refused import changed the set"
  accept 'a partial set: 20 of 1623 characters' data import omniglot few.zip --data part --replace
  accept 'partial:  20 of 1623' data info omniglot --data part
  accept 'a partial set: 40 of 1623 characters' data import omniglot many.zip --data part
  [ "$before" = "$(cksum <part/omniglot.images)" ] || complain "the same import gives other bytes"
  [ "$(find part -type f | wc -l)" -eq 1 ] || complain "imports of Omniglot left files: $(find part -type f)"
fi

# A set of 70 MB: a flipped byte of the training classes ends a run with one line, whatever is drawn when.
for class in a b c d e f g h i j; do
  mkdir -p "large/$class"
  for picture in 1 2 3 4 5 6 7; do ln -s "$scratch/glyphs.png" "large/$class/$picture.png"; done
done
accept '10 classes, 70 images' data import images large large --size 1000 --grey --data big
cat >large.yaml <<'END'
experiment: large
suite: {name: images, set: large, ways: 2, split_fractions: [0.6, 0.2, 0.2]}
model: {name: linear}
training: {iterations: 30, meta_batch: 1, shots: 1, queries: 1, validate_every: 0}
evaluation: {episodes: 2, shots: [1], steps: 0}
seeds: [0]
algorithms: [{name: fomaml, inner: {steps: 1, learning_rate: 0.01}}]
END
"$program" run large.yaml --data big --out whole --quiet >out 2>err || complain "a large set: $(cat err)"
awk 'BEGIN { for (i = 1; i < 70; i++) print i }' | while read -r megabyte; do
  printf 'flip' | dd of=big/large.images bs=1 seek="${megabyte}000300" conv=notrunc 2>/dev/null
done
refuse 3 'do not have the digest they should have' run large.yaml --data big --out damaged --quiet

[ $failed -eq 0 ] && echo "data is in order"
exit $failed
