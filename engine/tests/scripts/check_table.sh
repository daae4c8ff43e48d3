# sh check_table.sh PROGRAM SOURCE: a table of several experiments runs its cells, goes on after an interruption and is
# written from their summaries; what is wrong in it is said with its place.
set -u
program=$1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
failed=0
fail() {
  echo "$*"
  failed=1
}
mkdir cells
cat >cells/ten.yaml <<'END'
experiment: ten
published: [maml2017-sinusoid, closed-forms]
suite: {name: sinusoid}
model: {name: mlp, hidden: [8]}
training: {iterations: 40, meta_batch: 4, shots: 10, validation_episodes: 5}
evaluation: {episodes: 20, steps: 2}
seeds: [0, 1]
algorithms: [maml, finetune]
END
sed 's/experiment: ten/experiment: five/; s/shots: 10/shots: 5/' cells/ten.yaml >cells/five.yaml
cat >cells/table.yaml <<'END'
table: toy
description: two cells
cells:
  - {experiment: ten.yaml, algorithms: [maml], rows: [MAML]}
  - {experiment: five.yaml, algorithms: [finetune, maml], rows: [transfer, MAML]}
END

"$program" run cells/table.yaml --quiet 2>log || fail "run: $(cat log)"
[ "$(ls results/toy | tr '\n' ' ')" = 'RESULTS.md five table.csv ten ' ] || fail "results/toy holds: $(ls results/toy)"
# One row a method, one column a setting with a published figure, in the order of the cells.
grep -q '^| method |  | 5-shot |' results/toy/RESULTS.md || fail "heading: $(grep method results/toy/RESULTS.md)"
for row in '| MAML | here |' '|  | paper | 0.' '|  | verdict | not comparable' '| transfer | here |'; do
  grep -qF "$row" results/toy/RESULTS.md || fail "RESULTS.md has no line $row"
done
# The figures are those of the cell, at the step the paper prints.
want=$(awk -F, '$1 == "maml" && $2 == "5-shot" && $5 == 1 { print $8 }' results/toy/five/summary.csv)
got=$(awk -F, '$1 == "MAML" && $2 == "5-shot" { print $7 }' results/toy/table.csv)
[ -n "$want" ] && [ "$want" = "$got" ] || fail "MAML, 5-shot: $got in the table, $want in the cell"

# Part by part: with one cell missing the table says so; the rest makes the same bytes.
mkdir part
mv results/toy part/whole
mkdir -p results/toy
cp -r part/whole/ten results/toy/
"$program" run cells/table.yaml --quiet --resume 2>log || fail "resume: $(cat log)"
for file in RESULTS.md table.csv five/summary.csv ten/episodes.csv; do
  cmp part/whole/$file results/toy/$file || fail "$file differs after --resume"
done

expect_error() { # STATUS TEXT
  "$program" check cells/bad.yaml >out 2>log
  status=$?
  [ $status -eq "$1" ] || fail "check: status $status, expected $1: $(cat log)"
  grep -qF "$2" log || fail "check says '$(cat log)', expected $2"
}
printf 'table: toy\n' >cells/bad.yaml
expect_error 2 'cells/bad.yaml:1:1: a table without `cells`'
printf 'table: To/y\ncells: [{experiment: ten.yaml}]\n' >cells/bad.yaml
expect_error 2 'cells/bad.yaml:1:8: `table` is `To/y`, no name for a folder'
printf 'table: toy\ncells:\n  - {experiment: ten.yaml, rows: [a]}\n' >cells/bad.yaml
expect_error 2 'cells/bad.yaml:3:5: 1 `rows` for 2 algorithms'
printf 'table: toy\ncells:\n  - {experiment: ten.yaml, row: [a]}\n' >cells/bad.yaml
expect_error 2 'cells/bad.yaml:3:28: unknown key `row`'
printf 'table: toy\ncells:\n  - {experiment: ten.yaml}\n  - {experiment: ten.yaml}\n' >cells/bad.yaml
expect_error 2 'cells/bad.yaml:4:5: a second cell of the experiment `ten`'
printf 'table: toy\ncells:\n  - {experiment: ten.yaml, algorithms: [mam]}\n' >cells/bad.yaml
expect_error 2 'mam'
printf 'table: toy\ncells:\n  - {experiment: tenn.yaml}\n' >cells/bad.yaml
expect_error 3 'tenn.yaml: no such file'
"$program" run cells/table.yaml --algorithms maml 2>log
[ $? -eq 2 ] || fail "--algorithms with a table is not refused"
# The shipped table: six cells.
[ "$("$program" check omniglot/maml2017-table1 2>/dev/null | grep -c '^# maml2017-table1: ')" -eq 6 ] ||
  fail "omniglot/maml2017-table1 has not six cells"
exit $failed
