# sh check_wrapper.sh PROGRAM SOURCE: the script ./innerloop in a tree of its own, with stand-ins for dpkg-query,
# apt-get, sudo, id, cmake and ctest that write down how they were called.
set -u
source=$2
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
calls=$scratch/calls
tree="$scratch/a tree"
mkdir -p "$scratch/bin" "$tree/engine/cli" "$scratch/elsewhere/deep"
cp "$source/innerloop" "$tree/innerloop"
touch "$tree/CMakeLists.txt" "$tree/engine/cli/main.c"

stand_in() { # NAME, body on standard input
  { printf '#!/bin/sh\n'; cat; } >"$scratch/bin/$1"
  chmod +x "$scratch/bin/$1"
}
# Everything is installed but what the file `lacking` names, until apt-get has run.
stand_in dpkg-query <<END
shift 2
for package; do
  grep -qx "\$package" "$scratch/lacking" && [ ! -e "$scratch/installed" ] || echo "\$package installed"
done
END
stand_in apt-get <<END
echo "apt-get \$*" >>"$calls"
[ "\$1" != install ] || [ ! -e "$scratch/no-network" ] || { echo "E: Unable to fetch"; exit 100; }
[ "\$1" != install ] || touch "$scratch/installed"
END
stand_in sudo <<END
echo "sudo \$1" >>"$calls"
[ "\$1" != -n ] || shift
exec "\$@"
END
stand_in id <<END
cat "$scratch/user"
END
stand_in cmake <<END
echo "cmake \$1" >>"$calls"
[ ! -e "$scratch/broken-source" ] || { echo "main.c:1: error: nonsense"; exit 1; }
mkdir -p "$tree/build/release"
printf '#!/bin/sh\npwd\nfor a; do echo "[\$a]"; done\nexit 7\n' >"$tree/build/release/innerloop"
chmod +x "$tree/build/release/innerloop"
END
stand_in ctest <<END
echo "ctest \$*" >>"$calls"
END

echo libzip-dev >"$scratch/lacking"
failed=0
# Calls the wrapper from elsewhere/deep without a terminal; leaves its output in $out and its status in $status.
call() {
  : >"$calls"
  out=$(cd "$scratch/elsewhere/deep" && PATH="$scratch/bin:$PATH" bash "${wrapper:-$tree/innerloop}" "$@" 2>&1 </dev/null)
  status=$?
}
expect() { # WHAT STATUS TEXT-IN-OUTPUT TEXT-IN-CALLS (a leading ! means: not there)
  good=1
  [ "$status" -eq "$2" ] || good=0
  case $out in *"$3"*) ;; *) good=0 ;; esac
  case $4 in
  !*) if grep -qF -e "${4#!}" "$calls"; then good=0; fi ;;
  *) grep -qF -e "$4" "$calls" || good=0 ;;
  esac
  [ $good -eq 1 ] && return
  printf '%s: status %s, output:\n%s\ncalls:\n' "$1" "$status" "$out"
  cat "$calls"
  failed=1
}
unset CI

echo 1000 >"$scratch/user"
call list
expect "a user without a terminal is told what to run" 3 "run: sudo apt-get install -y --no-install-recommends libzip-dev" "!apt-get"
CI=true
export CI
touch "$scratch/no-network"
call list
expect "a failing apt-get is one line" 3 "innerloop: apt-get failed: E: Unable to fetch" "sudo -n"
rm "$scratch/no-network"
unset CI
echo 0 >"$scratch/user"
call run "a file.yaml" --set x=1
expect "root is not asked" 7 "[a file.yaml]" "apt-get install -y --no-install-recommends libzip-dev"
expect "the folder of the caller stays" 7 "$scratch/elsewhere/deep" "cmake --preset"
call list
expect "nothing is built twice" 7 "[list]" "!cmake"
ln -s "$tree/innerloop" "$scratch/elsewhere/link"
wrapper=$scratch/elsewhere/link call list
expect "a symbolic link works" 7 "[list]" "!cmake"
sleep 0.02
touch "$tree/engine/cli/main.c"
call list
expect "a changed file is built" 7 "building innerloop" "cmake --build"
sleep 0.02
rm "$tree/engine/cli/main.c"
touch "$scratch/broken-source"
call list
expect "a deleted file is noticed, a broken build shown" 3 "main.c:1: error: nonsense" "cmake --preset"
rm "$scratch/broken-source"
call list
expect "a broken build is tried again" 7 "[list]" "cmake --build"
call test --preset nope
expect "an unknown preset is refused" 2 "unknown preset 'nope'" "!cmake"
call test -R some
expect "slow tests are left out" 0 "" "-LE slow|perf -R some"
call test --preset=asan-ubsan -L slow
expect "labels of the caller win" 0 "" "!-LE"
expect "the preset is used" 0 "" "build/asan-ubsan"
rm "$scratch/installed"
printf '%s\n' libzip-dev libcmocka-dev python3 >"$scratch/lacking"
call test
expect "test asks for all packages at once" 0 "" "install -y --no-install-recommends libzip-dev libcmocka-dev python3"
[ "$(grep -c 'apt-get install' "$calls")" -eq 1 ] || { cat "$calls"; failed=1; }
[ $failed -eq 0 ] && echo "the wrapper works"
exit $failed
