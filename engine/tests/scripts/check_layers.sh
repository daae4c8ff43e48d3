# sh check_layers.sh PROGRAM SOURCE: a file includes only from its own layer or the layers above it in the list below,
# public headers include only public ones, and no file is longer than 500 lines.
set -u
source=$2

# Prints one line a violation of the tree at $1; fails if there is one.
check() {
  (cd "$1" && find engine baselines benchmarks -path '*/golden/*' -prune -o -path '*/peers/*' -prune -o -type f \
    \( -name '*.[ch]' -o -name '*.def' -o -name '*.cc' -o -name '*.sh' -o -name '*.cmake' \) -print 2>/dev/null | sort |
    xargs awk '
    BEGIN {
      n = split("base statistics kernels graph formats data models tasks algorithms experiment harness results cli tests", order, " ")
      for (i = 1; i <= n; i++) level["engine/" order[i]] = i
      level["baselines"] = level["engine/algorithms"]
      level["benchmarks"] = level["engine/tests"]
      split("status:base arena:base random:base parallel:base real:base double_names:base option:base split:data graph:graph model:models " \
            "kind:tasks suite:tasks algorithm:algorithms plugin:algorithms", rows, " ")
      for (i in rows) { split(rows[i], pair, ":"); public[pair[1] ".h"] = level["engine/" pair[2]] }
    }
    function complain(text) { printf "%s:%d: %s\n", FILENAME, FNR, text; bad = 1 }
    # The level of a path from the root of the tree; 0: not ours; -1: a public header missing from the table.
    function level_of(path,   parts, count) {
      count = split(path, parts, "/")
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
      folder = FILENAME
      sub(/[^\/]*$/, "", folder)
      return folder name
    }
    FNR == 1 {
      mine = level_of(FILENAME)
      if (mine == -1) complain("public header without a layer: add it to the table in check_layers.sh")
      if (previous != "" && lines > 500) { printf "%s:%d: longer than 500 lines\n", previous, lines; bad = 1 }
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
      if (theirs == -1) complain("unknown public header " name)
      else if (theirs > mine && mine > 0) complain("includes " name " of a layer below its own")
      if (FILENAME ~ /^engine\/include\// && path !~ /^engine\/include\//) complain("a public header includes " name)
    }
    END {
      if (lines > 500) { printf "%s:%d: longer than 500 lines\n", previous, lines; bad = 1 }
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
plant engine/include/innerloop/novel.h 'int x;' 'without a layer'
plant engine/cli/long.c "$(awk 'BEGIN { for (i = 0; i < 501; i++) print "int x;" }')" 'longer than'

check "$source" && echo "layers are in order"
