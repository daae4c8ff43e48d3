# sh check_readme.sh PROGRAM SOURCE: what the README shows must work. YAML blocks headed by `<!-- file: NAME -->` are written to
# a scratch folder and must pass `check`; of the commands in its sh blocks those run that are cheap: check, describe, list,
# --help, --version, cc, and lines that end in `# seconds`. Commands, files and published names it mentions must exist.
set -u
program=$1
source=$2
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failed=0
complain() {
  echo "README.md: $*"
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
  *'# seconds' | 'cc '*) return 0 ;;
  './innerloop check '* | './innerloop describe '* | './innerloop list'* | './innerloop --help'* | './innerloop --version'*)
    return 0 ;;
  esac
  return 1
}
# Relative links and `folder/file` names of $1 that do not exist.
dead_links() {
  grep -oE '\]\([^)#:]+\)' "$1" | sed 's/^](//; s/)$//' | sort -u | while read -r link; do
    [ -e "$source/$link" ] || echo "$link"
  done
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
[gone](no/such/file.c)
END
if [ "$(write_files "$scratch/self.md" "$scratch")" != a.yaml ] || [ "$(cat "$scratch/a.yaml")" != "a: 1" ] ||
  [ "$(commands "$scratch/self.md" | wc -l)" -ne 2 ] || [ "$(dead_links "$scratch/self.md")" != no/such/file.c ] ||
  ! is_cheap './innerloop list' || is_cheap './innerloop run a.yaml'; then
  echo "self-test: the README reader is broken"
  exit 1
fi
rm "$scratch/self.md" "$scratch/a.yaml"

readme=$source/README.md
ln -s "$source/experiments" "$source/engine" "$source/benchmarks" "$scratch"
cd "$scratch" || exit 1
for file in $(write_files "$readme" "$scratch"); do
  "$program" check "$file" >out 2>&1 || { [ $? -eq 3 ] && grep -q 'there is no data set' out; } || complain "the experiment $file is refused: $(tail -n1 out)"
done
commands "$readme" >commands
ran=0
while IFS= read -r line; do
  is_cheap "$line" || continue
  ran=$((ran + 1))
  # sh reads the line as a person's shell would; only the program's name is ours.
  case $line in './innerloop '*) line="\"\$program\" ${line#./innerloop }" ;; esac
  (eval "$line") >out 2>&1 </dev/null || complain "fails: $line: $(tail -n1 out)"
done <commands
[ "$ran" -gt 0 ] || complain "no command of it was run"

# Every table of results stands word for word in the committed file it names.
awk '/^<!-- from results\/reference\// { file = $3; next } /^<!-- end -->/ { file = "" } file && /^\|/ { print file "\t" $0 }' \
  "$readme" >shown
[ -s shown ] || complain "it shows no result"
while IFS="$(printf '\t')" read -r file line; do
  grep -qxF -- "$line" "$source/$file" 2>/dev/null || complain "not in $file: $line"
done <shown

# Every command it names is one the program has.
"$program" --help >help 2>&1
grep -oE '\./innerloop [a-z]+' "$readme" | sort -u | while read -r _ name; do
  [ "$name" = test ] || grep -qw "$name" help || echo "$name"
done >unknown
[ ! -s unknown ] || complain "commands the program does not have: $(tr '\n' ' ' <unknown)"
# Every package the wrapper installs is explained.
awk '/^packages_/ { inside = 1 } inside { print } inside && /\)$/ { inside = 0 }' "$source/innerloop" |
  sed 's/.*(//; s/)$//' | tr -s ' ' '\n' | grep . >packages
[ "$(wc -l <packages)" -gt 5 ] || complain "the wrapper's list of packages was not found"
while IFS= read -r package; do
  grep -qF "$package" "$readme" || complain "the package $package is not explained"
done <packages
for page in README.md CONTRIBUTING.md; do
  dead=$(dead_links "$source/$page" | tr '\n' ' ')
  [ -z "$dead" ] || complain "$page: links to nothing: $dead"
done
[ $failed -eq 0 ] && echo "README.md holds: $ran commands run"
exit $failed
