# sh check_install.sh PROGRAM SOURCE: what `cmake --install` puts below a prefix is enough for a stranger: the program
# finds all it needs, pkg-config names folders without detours, a program of one's own links with the library, a plug-in
# compiles.
set -u
program=$1
source=$2
[ -z "${IL_SANITIZED:-}" ] || { echo "check_install: skipped, a sanitized library wants the sanitizer's flags"; exit 77; }
for tool in cmake pkg-config cc; do
  command -v $tool >/dev/null || { echo "check_install: skipped, $tool is missing"; exit 77; }
done
build=$(dirname "$program")
! grep -q '^INNERLOOP_COVERAGE:BOOL=ON' "$build/CMakeCache.txt" || { echo "check_install: skipped, coverage"; exit 77; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

fail() {
  echo "check_install: $*"
  exit 1
}
prefix=$scratch/prefix
cmake --install "$build" --prefix "$prefix" >log 2>&1 || { cat log; fail "cmake --install"; }
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name innerloop.pc)")
export PKG_CONFIG_PATH
[ "$(pkg-config --variable=prefix innerloop)" = "$prefix" ] || fail "prefix: $(pkg-config --variable=prefix innerloop)"
flags=$(pkg-config --cflags --libs innerloop) || fail "pkg-config"
case $flags in *..*) fail "a detour in: $flags" ;; esac
case $flags in *-I"$prefix"/include*-linnerloop*) ;; *) fail "no headers or no library in: $flags" ;; esac

cat >own.c <<'END'
#include <innerloop/plugin.h>
#include <innerloop/random.h>
#include <stdio.h>

int main(void) {
  il_error error = {0};
  il_parameters parameters = {0};
  real theta[6];
  il_graph *graph = il_graph_new();
  il_values at = {.count = 1, .at = {il_input(graph, 0, 0, il_shape_vector(6))}};
  il_gradient(graph, il_sum(graph, il_square(graph, at.at[0])), &at);
  if (il_graph_status(graph, &error) != IL_OK) return 1;
  if (il_parameters_add(&parameters, "weight", il_shape_matrix(2, 3), IL_INITIALISER_NORMAL, 1, 2, 3, &error) != IL_OK) return 1;
  il_parameters_initialise(theta, &parameters, 1);
  printf("%zu %d\n", parameters.size, theta[0] != theta[1]);
  il_graph_free(graph);
  return 0;
}
END
# shellcheck disable=SC2086
cc -std=c11 -Wall -Wextra -Werror -o own own.c $flags >log 2>&1 || { cat log; fail "a program of one's own does not build: $flags"; }
[ "$(./own)" = "6 1" ] || fail "a program of one's own says: $(./own)"
# shellcheck disable=SC2046
cc -std=c11 -O2 -fPIC -shared $(pkg-config --cflags innerloop) -o anil.so "$source/examples/plugin/anil.c" ||
  fail "a plug-in"
(cd / && "$prefix/bin/innerloop" list algorithms --plugin "$scratch/anil.so") | grep -q '^  anil ' || fail "the installed program"
(cd / && "$prefix/bin/innerloop" check sinusoid/demo >/dev/null) || fail "the installed program's own experiments"

# Into another root, as packages are made: the folder that is written is not the one that is named.
DESTDIR=$scratch/root cmake --install "$build" --prefix /usr >log 2>&1 || { cat log; fail "DESTDIR"; }
grep -qx 'prefix=/usr' "$(find root/usr -name innerloop.pc)" || fail "DESTDIR: $(find root -name innerloop.pc)"
[ -x root/usr/bin/innerloop ] || fail "DESTDIR: no program"
echo "the installed program, library and headers work"
