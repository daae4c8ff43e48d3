# sh check_help.sh PROGRAM SOURCE: every page of help, asked for in every way, and every description fits 80 columns and
# names the program as it is installed; what each is asked for, it shows.
set -u
program=$1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

fail() {
  echo "check_help: $*"
  exit 1
}
# Lines of `page` that are too long or name the script of a source tree.
violations() {
  LC_ALL=C.UTF-8 awk '{ shown = $0; gsub(/[\200-\277]/, "", shown) } length(shown) > 80 || index($0, "./innerloop")' page
}
page() { # ARGUMENTS...
  "$program" "$@" >page 2>errors </dev/null || { cat errors; fail "$*: status $?"; }
  [ -s page ] && [ ! -s errors ] || fail "$*: nothing on standard output, or something on standard error"
  violations >long
  [ ! -s long ] || { cat long; fail "$*: these lines are too long or name a script"; }
}
shows() { # TEXT...
  for text; do grep -qF -e "$text" page || { cat page; fail "expected: $text"; }; done
}
printf '%081d\n' 0 >page
[ -n "$(violations)" ] || fail "self-test: a line of 81 columns is not seen"
printf '%080d\n' 0 >page
[ -z "$(violations)" ] || fail "self-test: a line of 80 columns is refused"

page --help
cp page main
for way in -h help; do
  page $way
  cmp -s page main || fail "$way is not --help"
done
"$program" >page 2>errors
[ $? -eq 2 ] || fail "no command: expected status 2"
cmp -s page main || fail "no command shows another page"
[ "$(wc -l <errors)" -eq 1 ] || fail "no command: one line of error"
commands=$(sed -n '/^commands:/,/^$/p' main | awk '/^  [a-z]/ { print $1 }')
[ "$(echo "$commands" | wc -l)" -ge 7 ] || fail "only these commands: $commands"
for command in $commands; do
  page "$command" --help
  shows "usage: innerloop $command" '-h, --help'
  cp page one
  page "$command" -h
  cmp -s page one || fail "$command -h is not $command --help"
  page help "$command"
  cmp -s page one || fail "help $command is not $command --help"
done
page data import --help
shows 'innerloop data import omniglot PATH...' 'innerloop data import images NAME PATH' --grey --size --quiet
! grep -qe '--sheet\|--from\|innerloop data info' page || { cat page; fail "import shows what belongs to others"; }
cp page one
page help data import
cmp -s page one || fail "help data import is not data import --help"
page data info --help
shows 'innerloop data info NAME' --sheet
! grep -q -e --grey page || { cat page; fail "info shows what belongs to import"; }
"$program" help nonsense >page 2>errors
[ $? -eq 2 ] && [ "$(wc -l <errors)" -eq 1 ] && [ ! -s page ] || fail "help nonsense"

page --version
cp page one
page -V
cmp -s page one && grep -q '^innerloop [0-9]' page || fail "-V is not --version"

page describe sgd
shows 'optimiser sgd' momentum dampening weight_decay
! grep -q 'beta1\|epsilon' page || fail "sgd has no option of adam"
page describe adam
shows 'optimiser adam' 'Kingma and Ba' beta1 beta2 epsilon weight_decay
! grep -q 'momentum\|dampening' page || fail "adam has no option of sgd"
page describe halving
shows 'schedule halving' 'Snell' '  halve_every: 2000' learning_rate
! grep -q 'final_learning_rate' page || fail "halving has no end"
page describe cosine
shows 'schedule cosine' final_learning_rate
page describe outer
shows '  clip: none' '10/75 = 0.13333333' '  schedule: linear'
page describe inner
shows 'section inner' '  steps: 1' '  optimiser: sgd' loss_scale
page describe evaluation
shows 'section evaluation' '  episodes: 600' transductive
for name in experiment training evaluators adapt outer $("$program" list algorithms | awk 'NF > 1 { print $1 }') \
  $("$program" list models | awk 'NF > 1 { print $1 }') $("$program" list suites | awk 'NF > 1 { print $1 }'); do
  page describe "$name"
done
"$program" describe evaluatio >page 2>errors
[ $? -eq 2 ] && grep -q 'did you mean `evaluation`?' errors || { cat errors; fail "a misspelt section"; }
"$program" list | grep -F ./innerloop && fail "list names a script"
echo "every page fits"
