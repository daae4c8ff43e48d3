# sh check_layers.sh PROGRAM SOURCE: a file includes only from its own layer or the layers above it in the list below,
# public headers include only public ones, and no file is longer than 500 lines. A unit test or a fixture says on its
# first line which layer it covers (`/* covers: LAYER */`), and that is its layer here: a test of graph includes nothing
# of harness, and something of graph.
set -u
source=$2

# Prints one line a violation of the tree at $1; fails if there is one.
check() {
  (cd "$1" && find engine baselines benchmarks examples -path '*/golden/*' -prune -o -path '*/peers/*' -prune -o -type f \
    \( -name '*.[ch]' -o -name '*.def' -o -name '*.cc' -o -name '*.sh' -o -name '*.cmake' \) -print 2>/dev/null | sort |
    xargs awk '
    BEGIN {
      n = split("base statistics kernels graph formats data models tasks algorithms experiment harness results cli tests", order, " ")
      for (i = 1; i <= n; i++) level["engine/" order[i]] = i
      level["baselines"] = level["examples"] = level["engine/algorithms"]
      level["benchmarks"] = level["engine/tests"]
      split("status:base arena:base random:base parallel:base real:base double_names:base option:base split:data graph:graph model:models " \
            "kind:tasks suite:tasks algorithm:algorithms plugin:algorithms", rows, " ")
      for (i in rows) { split(rows[i], pair, ":"); public[pair[1] ".h"] = level["engine/" pair[2]] }
      # What tests of upper layers use all the same: options from their texts; the tables of everything.
      lent["engine/experiment/schema.h"] = level["engine/models"]
      lent["engine/cli/builtin.h"] = level["engine/experiment"]
    }
    function complain(text) { printf "%s:%d: %s\n", FILENAME, FNR, text; bad = 1 }
    function is_test(path) { return path ~ /^engine\/tests\/(unit|fixtures)\/[^\/]*\.[ch]$/ }
    # The level that the first line of a test claims; -2: it claims none.
    function covered(path,   line, word) {
      if (!(path in claimed)) {
        if ((getline line <path) <= 0) line = ""
        close(path)
        word = line
        sub(/^\/\* covers: /, "", word)
        sub(/(; precision: (float|double|float double))? \*\/$/, "", word)
        claimed[path] = line ~ /^\/\* covers: / && line ~ / \*\/$/ && ("engine/" word) in level ? level["engine/" word] : -2
      }
      return claimed[path]
    }
    # The level of a path from the root of the tree; 0: not ours; -1: a public header missing from the table.
    function level_of(path,   parts) {
      if (is_test(path)) return covered(path)
      split(path, parts, "/")
      if (parts[1] == "engine" && parts[2] == "include") return parts[4] in public ? public[parts[4]] : -1
      if (parts[1] == "engine") return level["engine/" parts[2]] + 0
      return level[parts[1]] + 0
    }
    # The path an include names: a folder of engine, the root, or the folder of the file itself.
    function resolve(name,   parts, folder) {
      split(name, parts, "/")
      if (parts[1] == "innerloop") return "engine/include/" name
      if (("engine/" parts[1]) in level) return "engine/" name
      if (parts[1] in level) return name
      folder = is_test(FILENAME) ? "engine/tests/fixtures/" : FILENAME
      sub(/[^\/]*$/, "", folder)
      return folder name
    }
    # A test of a layer that includes nothing of it covers another one.
    function finish() {
      if (previous != "" && lines > 500) { printf "%s:%d: longer than 500 lines\n", previous, lines; bad = 1 }
      if (previous ~ /^engine\/tests\/unit\/.*\.c$/ && mine > 0 && reached < mine) {
        printf "%s:1: covers a layer of which it includes nothing\n", previous
        bad = 1
      }
      reached = 0
    }
    FNR == 1 {
      finish()
      mine = level_of(FILENAME)
      if (mine == -2) complain("its first line must say which layer it covers, /* covers: LAYER */ or /* covers: LAYER; precision: float double */")
      if (mine == -1) complain("public header without a layer: add it to the table in check_layers.sh")
    }
    { previous = FILENAME; lines = FNR }
    /^[ \t]*#[ \t]*include[ \t]*["<]/ {
      match($0, /["<][^">]*[">]/)
      name = substr($0, RSTART + 1, RLENGTH - 2)
      quoted = substr($0, RSTART, 1) == "\""
      if (!quoted && name !~ /^innerloop\//) next
      if (name == "innerloop_build.h") next
      path = resolve(name)
      theirs = level_of(path)
      if (is_test(FILENAME) && path in lent && theirs > mine) theirs = lent[path]
      if (theirs > reached) reached = theirs
      if (theirs == -1) complain("unknown public header " name)
      else if (theirs > mine && mine > 0) complain("includes " name " of a layer below its own")
      if (FILENAME ~ /^examples\// && path !~ /^engine\/include\//) complain("an example has the public headers only, not " name)
      if (FILENAME ~ /^engine\/include\// && path !~ /^engine\/include\//) complain("a public header includes " name)
    }
    END {
      finish()
      exit bad
    }')
}

# The check itself: planted violations must be found, one by one, and a clean tree must pass.
plant() { # FILE TEXT WANTED
  mkdir -p "$planted/$(dirname "$1")"
  printf '%s\n' "$2" >"$planted/$1"
  if found=$(check "$planted") || ! printf '%s' "$found" | grep -q "^$1:.*$3"; then
    echo "self-test: a planted violation in $1 was not found: '$found'"
    exit 1
  fi
  rm "$planted/$1"
}
planted=$(mktemp -d) || exit 1
trap 'rm -rf "$planted"' EXIT
mkdir -p "$planted/engine/base" "$planted/baselines" "$planted/benchmarks"
echo '#include "base/hash.h"' >"$planted/baselines/fine.c"
check "$planted" || { echo "self-test: a clean tree was refused"; exit 1; }
plant engine/base/bad.c '#include "experiment/config.h"' 'layer below'
plant engine/base/bad.c '# include <innerloop/algorithm.h>' 'layer below'
plant engine/graph/ops/bad.h '  #include "models/models.def"' 'layer below'
plant baselines/bad.c '#include "experiment/record.h"' 'layer below'
plant engine/include/innerloop/graph.h '#include "base/hash.h"' 'public header'
plant examples/plugin/bad.c '#include "algorithms/learner.h"' 'public headers only'
plant engine/include/innerloop/novel.h 'int x;' 'without a layer'
plant engine/cli/long.c "$(awk 'BEGIN { for (i = 0; i < 501; i++) print "int x;" }')" 'longer than'

mkdir -p "$planted/engine/tests/fixtures"
printf '/* covers: data */\n#include "data/fetch.h"\n' >"$planted/engine/tests/fixtures/data_fixture.h"
plant_test() { # FIRST-LINE INCLUDE WANTED
  plant engine/tests/unit/test_bad.c "$(printf '%s\n#include %s' "$1" "$2")" "$3"
}
plant_test '/* covers: base */' '"results/results.h"' 'layer below'
plant_test '/* covers: base */' '<innerloop/graph.h>' 'layer below'
plant_test '/* covers: formats; precision: float double */' '"data_fixture.h"' 'layer below'
plant_test '/* covers: tasks */' '"cli/builtin.h"' 'layer below'
plant_test '/* covers: graph; precision: double */' '"base/hash.h"' 'includes nothing'
plant_test '/* covers: harnes */' '"base/hash.h"' 'which layer'
plant_test '/* covers: graph; precision: duoble */' '"graph/node.h"' 'which layer'
plant_test '/* What this tests. */' '"base/hash.h"' 'which layer'
plant engine/tests/fixtures/bad.h "$(printf '/* covers: base */\n#include "data_fixture.h"')" 'layer below'
printf '/* covers: experiment; precision: float double */\n#include "cli/builtin.h"\n#include "data_fixture.h"\n' \
  >"$planted/engine/tests/unit/test_ok.c"
check "$planted" || { echo "self-test: a test in order was refused"; exit 1; }

# The build reads the precisions from the same line.
precisions() { # FIRST-LINE
  printf '%s\n' "$1" >"$planted/test_some.c"
  printf 'include(%s/cmake/precisions.cmake)\ninnerloop_read_precisions(found %s)\nmessage("${found}")\n' "$source" \
    "$planted/test_some.c" >"$planted/read.cmake"
  cmake -P "$planted/read.cmake" 2>&1
}
for case in '/* covers: base */=float' '/* covers: base; precision: double */=double' \
  '/* covers: base; precision: float double */=float;double'; do
  found=$(precisions "${case%=*}")
  [ "$found" = "${case##*=}" ] || { echo "precisions of ${case%=*}: $found"; exit 1; }
done
for line in '/* covers: base; precision: half */' '/* covers: base; precision: */' '/* precision: double */'; do
  if found=$(precisions "$line") || ! printf '%s' "$found" | grep -q 'test_some\.c:1: '; then
    echo "a wrong first line, $line, is not refused by its place: $found"
    exit 1
  fi
done

check "$source" && echo "layers are in order"
