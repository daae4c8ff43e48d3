# sh check_style.sh PROGRAM SOURCE: house rules a machine can see: no unfinished marks, no private paths, no exit or
# output in the library, no unsafe calls, no mutable state outside functions' own frames (read from the library's symbol
# table).
set -u
program=$1
source=$2

# Every check prints FILE:LINE:TEXT of what it finds in the tree at $1.
unfinished_marks() {
  (cd "$1" && grep -rnIwE 'TODO|FIXME|XXX|HACK' --include='*.[ch]' --include='*.cc' --include='*.def' --include='*.sh' \
    --include='*.cmake' --include='*.yaml' --include='*.py' --include=CMakeLists.txt --exclude=check_style.sh \
    engine baselines benchmarks examples experiments cmake CMakeLists.txt innerloop 2>/dev/null)
}
private_paths() {
  (cd "$1" && grep -rnIE '(^|[^A-Za-z0-9_.~])/(home|root|Users|work)/[A-Za-z]' --exclude=check_style.sh engine baselines \
    benchmarks examples experiments cmake CMakeLists.txt CMakePresets.json README.md CONTRIBUTING.md innerloop .ci 2>/dev/null)
}
# Comment lines over 120 columns (a column is a character, not a byte), in C and in everything whose comments begin with
# #. `# expect` of the broken experiments is read whole; code and strings are clang-format's.
long_comments() {
  (cd "$1" && find engine baselines benchmarks examples experiments cmake .ci CMakeLists.txt innerloop .clang-tidy \
    -path '*/golden' -prune -o -type f ! -name '*.md' ! -name '*.csv' -print0 2>/dev/null |
    LC_ALL=C.UTF-8 xargs -0 grep -nIHE '^.{121}' | awk '{ file = $0; sub(/:.*/, "", file); text = $0
      sub(/^[^:]*:[0-9]*:/, "", text) }
      file ~ /\.(c|h|cc|def)$/ ? text ~ /^ *(\/\*|\*|\/\/)|^[^"]*\/\*/ : text ~ /^ *#/ && text !~ /^# expect/')
}
# The C code of the library without strings and comments, as FILE:LINE:CODE.
library_code() {
  (cd "$1" && find engine baselines \( -path engine/cli -o -path engine/tests -o -path baselines/peers \) -prune -o \
    -name '*.[ch]' -print 2>/dev/null | sort | xargs awk '
      FNR == 1 { inside = 0 }
      {
        line = $0
        gsub(/\\./, "", line)
        gsub(/"[^"]*"/, "\"\"", line)
        while (1) {
          if (inside) {
            if (!(at = index(line, "*/"))) { line = ""; break }
            line = substr(line, at + 2); inside = 0
          }
          if (!(at = index(line, "/*"))) break
          if (end = index(substr(line, at + 2), "*/")) line = substr(line, 1, at - 1) substr(line, at + end + 3)
          else { line = substr(line, 1, at - 1); inside = 1; break }
        }
        sub(/\/\/.*/, "", line)
        if (line != "") printf "%s:%d:%s\n", FILENAME, FNR, line
      }')
}
word='(^|[^A-Za-z0-9_])'
library_calls() {
  library_code "$1" | grep -E \
    "$word(exit|_exit|quick_exit|abort|printf|vprintf|puts|putchar|perror|system) *\(|${word}(stdout|stderr)([^A-Za-z0-9_]|\$)"
}
unsafe_calls() {
  library_code "$1" | grep -E "$word(gets|sprintf|vsprintf|strcpy|strcat|strtok|atoi|atol|atof|rand|srand|alloca) *\("
}
# Objects in writable sections; tables of constants with pointers live in .data.rel.ro and are fine.
mutable_objects() { # LIBRARY
  objdump -t "$1" 2>/dev/null | awk '
    /^[^ ]+\.o: / { file = $1 }
    $0 ~ / O / { for (i = 2; i < NF; i++) if ($i ~ /^(\.t?(data|bss)|\*COM\*)/ && $i !~ /^\.data\.rel\.ro/)
      print file " " $NF " in " $i }'
}

failed=0
expect_none() { # WHAT FINDINGS
  [ -z "$2" ] && return
  printf '%s:\n%s\n' "$1" "$2"
  failed=1
}

# The checks themselves must find what is planted.
planted=$(mktemp -d) || exit 1
trap 'rm -rf "$planted"' EXIT
mkdir -p "$planted/engine/base" "$planted/engine/cli" "$planted/baselines" "$planted/experiments"
printf 'int a; /* TODO */\nchar *p = "%s";\nint f(void) { exit(1); }\n/* abort() */ int g(void) { return atoi("1"); }\n' \
  /home/someone/x >"$planted/engine/base/bad.c"
printf 'int h(void) { printf("fine"); }\n' >"$planted/engine/cli/fine.c"
printf '/* exit(\n abort( */ const char *e = "abort()"; // exit(1)\nint log_exit(int);\n' >"$planted/baselines/fine.c"
printf '# %0118d\n# %0119d\nkey: %0130d\n' 0 0 0 >"$planted/experiments/long.yaml"
printf '%s %0120d */\nconst char *s = "%0130d /* no */";\nint f; /* %0120d */\n' '/*' 0 0 0 >"$planted/engine/cli/long.c"
count=$(long_comments "$planted" | wc -l)
[ "$count" -eq 3 ] || { echo "self-test: long_comments found $count of 3 planted lines"; exit 1; }
for check in unfinished_marks private_paths library_calls unsafe_calls; do
  count=$($check "$planted" | wc -l)
  [ "$count" -eq 1 ] || { echo "self-test: $check found $count of 1 planted violation"; exit 1; }
done

if command -v cc >/dev/null && command -v objdump >/dev/null; then
  cat >"$planted/state.c" <<'END'
static int hidden;
const char *const fine[] = {"a"};
int f(void) { static int kept = 1; return hidden++ + kept++ + fine[0][0]; }
END
  cc -O1 -c "$planted/state.c" -o "$planted/state.o" && ar rc "$planted/libstate.a" "$planted/state.o" || exit 1
  count=$(mutable_objects "$planted/libstate.a" | wc -l)
  [ "$count" -eq 2 ] || { echo "self-test: mutable_objects found $count of 2 planted objects"; exit 1; }
fi

expect_none "unfinished marks" "$(unfinished_marks "$source")"
expect_none "private paths" "$(private_paths "$source")"
expect_none "comment lines over 120 columns" "$(long_comments "$source")"
expect_none "exit or output in the library" "$(library_calls "$source")"
expect_none "unsafe calls in the library" "$(unsafe_calls "$source")"

# Instrumented builds have counters of their own: only a plain build can be judged.
library=$(dirname "$program")/libinnerloop.a
if [ -f "$library" ] && command -v objdump >/dev/null && ! nm "$library" 2>/dev/null | grep -qE '__(asan|tsan|gcov)_'; then
  expect_none "mutable state" "$(mutable_objects "$library")"
fi

# The double engine inside the program must be whole: a function it lacks would be taken, silently, from the float
# engine.
prove=$(dirname "$program")/generated/prove_f64.o
if [ -f "$prove" ]; then
  expect_none "float functions in the double engine" "$(nm -u "$prove" | grep -E ' il_' | grep -vE ' il_embedded_')"
fi
[ $failed -eq 0 ] && echo "style is in order"
exit $failed
