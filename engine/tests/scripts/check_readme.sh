# sh check_readme.sh PROGRAM SOURCE: what the README, CONTRIBUTING, docs/*.md and results/README.md show must work. YAML
# blocks headed by `<!-- file: NAME -->` are written to a scratch folder and must pass `check`; of the commands in sh
# blocks those run that are cheap: check, describe, list, --help, --version, cc, and lines that end in `seconds`. Tables
# between `<!-- from FILE -->` and `<!-- end -->` stand word for word in FILE; with `first columns` after FILE each row
# is the beginning of one there. Commands, files and packages mentioned must exist.
set -u
program=$1
source=$2
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failed=0
page=README.md
complain() {
  echo "$page: $*"
  failed=1
}

# Writes the YAML blocks of $1 to files below $2 and prints their names.
write_files() {
  awk -v folder="$2" '
    /^<!-- file: .* -->$/ { name = $3 }
    /^```yaml$/ && name != "" { writing = 1; print name; next }
    /^```$/ { if (writing) { close(folder "/" name); name = ""; writing = 0 } }
    writing { print > (folder "/" name) }' "$1"
}
# Prints the lines of the sh blocks of $1.
commands() {
  awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside && NF' "$1"
}
is_cheap() {
  case $1 in
  *'# '*seconds | 'cc '*) return 0 ;;
  './innerloop check '* | './innerloop describe '* | './innerloop list'* | './innerloop --help'* | './innerloop --version'*)
    return 0 ;;
  esac
  return 1
}
# Relative links of the page $1 to files that do not exist, and `#` links to headings that neither it nor the page
# linked has.
dead_links() {
  grep -oE '\]\([^):]+\)' "$1" | sed 's/^](//; s/)$//' | sort -u | while read -r link; do
    target=$(dirname "$1")/${link%%#*}
    [ -n "${link%%#*}" ] || target=$1
    [ -e "$target" ] || { echo "$link"; continue; }
    case $link in *'#'*) anchors "$target" | grep -qxF -- "${link#*#}" || echo "$link" ;; esac
  done
}
# What a browser calls the headings of $1: lower case, no punctuation, hyphens for spaces.
anchors() {
  sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | tr -d '?!.,:;`()'"'" | tr ' ' '-'
}
# FILE, `row` or `start`, and each table line of the page $1 that is said to stand in results/reference.
shown_lines() {
  awk '/^<!-- from results\/reference\// { file = $3; kind = $4 == "first" ? "start" : "row"; next }
    /^<!-- end -->/ { file = "" }
    file && /^\|/ { print file "\t" kind "\t" $0 }' "$1"
}
stands_in() { # FILE KIND LINE
  [ "$2" = row ] && { grep -qxF -- "$3" "$1" 2>/dev/null; return; }
  LINE=$3 awk 'index($0 " ", ENVIRON["LINE"] " ") == 1 { found = 1 } END { exit !found }' "$1" 2>/dev/null
}

# The check itself, on a text with known content.
cat >"$scratch/self.md" <<'END'
<!-- file: a.yaml -->
```yaml
a: 1
```
```yaml
b: 2
```
```sh
./innerloop list
./innerloop run a.yaml
```
[gone](no/such/file.c) [there](self.md) [heading](#no-such-heading) [its own](#the-end)
## The end?
<!-- from results/reference/x.md -->
| a | 1 |
<!-- end -->
<!-- from results/reference/x.md first columns -->
| a |
<!-- end -->
END
printf '| a | 1 |\n' >"$scratch/x.md"
if [ "$(write_files "$scratch/self.md" "$scratch")" != a.yaml ] || [ "$(cat "$scratch/a.yaml")" != "a: 1" ] ||
  [ "$(commands "$scratch/self.md" | wc -l)" -ne 2 ] || [ "$(dead_links "$scratch/self.md" | tr '\n' ' ')" != '#no-such-heading no/such/file.c ' ] ||
  [ "$(shown_lines "$scratch/self.md" | cut -f2 | tr '\n' ' ')" != 'row start ' ] ||
  ! stands_in "$scratch/x.md" row '| a | 1 |' || stands_in "$scratch/x.md" row '| a |' ||
  ! stands_in "$scratch/x.md" start '| a |' || stands_in "$scratch/x.md" start '| 1 |' ||
  ! is_cheap './innerloop list' || is_cheap './innerloop run a.yaml'; then
  echo "self-test: the README reader is broken"
  exit 1
fi
rm "$scratch/self.md" "$scratch/a.yaml" "$scratch/x.md"

for folder in experiments engine benchmarks baselines examples; do
  [ ! -d "$source/$folder" ] || ln -s "$source/$folder" "$scratch"
done
cd "$scratch" || exit 1
pages=$(cd "$source" && echo README.md CONTRIBUTING.md docs/*.md results/README.md)
ran=0
"$program" --help >help 2>&1
# The experiments of all pages first: a command on one may use what another shows.
for page in $pages; do
  for file in $(write_files "$source/$page" "$scratch"); do
    "$program" check "$file" >out 2>&1 || { [ $? -eq 3 ] && grep -q 'there is no data set' out; } ||
      complain "the experiment $file is refused: $(tail -n1 out)"
  done
done
for page in $pages; do
  commands "$source/$page" >commands
  while IFS= read -r line; do
    is_cheap "$line" || continue
    ran=$((ran + 1))
    # sh reads the line as a person's shell would; only the program's name is ours.
    case $line in './innerloop '*) line="\"\$program\" ${line#./innerloop }" ;; esac
    (eval "$line") >out 2>&1 </dev/null || complain "fails: $line: $(tail -n1 out)"
  done <commands

  shown_lines "$source/$page" >shown
  case $page in README.md | results/README.md) [ -s shown ] || complain "it shows no result" ;; esac
  while IFS="$(printf '\t')" read -r file kind line; do
    stands_in "$source/$file" "$kind" "$line" || complain "not in $file: $line"
  done <shown

  # Every command it names is one the program has.
  grep -oE '\./innerloop [a-z]+' "$source/$page" | sort -u | while read -r _ name; do
    [ "$name" = test ] || grep -qw "$name" help || echo "$name"
  done >unknown
  [ ! -s unknown ] || complain "commands the program does not have: $(tr '\n' ' ' <unknown)"
  dead=$(dead_links "$source/$page" | tr '\n' ' ')
  [ -z "$dead" ] || complain "links to nothing: $dead"
done
page=README.md
[ "$ran" -gt 8 ] || complain "hardly a command of the pages was run"
# Every command of the program has its row in the table of commands of the README and of docs/commands.md.
sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' help | while read -r name; do
  for page in README.md docs/commands.md; do
    grep -qE "^\| ([^|]*, )?\`$name[ \`]" "$source/$page" || echo "$page: no row for the command $name"
  done
done >unknown
[ ! -s unknown ] || { cat unknown; failed=1; }
# Every package the wrapper installs is explained.
page=docs/installing.md
awk '/^packages_/ { inside = 1 } inside { print } inside && /\)$/ { inside = 0 }' "$source/innerloop" |
  sed 's/.*(//; s/)$//' | tr -s ' ' '\n' | grep . >packages
[ "$(wc -l <packages)" -gt 5 ] || complain "the wrapper's list of packages was not found"
while IFS= read -r package; do
  grep -qF "$package" "$source/$page" || complain "the package $package is not explained"
done <packages
[ $failed -eq 0 ] && echo "the pages hold: $ran commands run"
exit $failed
