#!/bin/sh
# Plain shell, for any CI: compares the checked-out revision with the branch it goes to. Exact counts block; times block
# only when they are a confirmed regression, and say nothing on a machine that is not quiet.
#   TARGET=origin/main examples/ci/ci.sh
set -u
target=${TARGET:-origin/main}
benchmarks/gate --tier 1 --out result/counts "$target" HEAD || exit $?
benchmarks/gate --tier 2 --out result/times "$target" HEAD
status=$?
[ $status -ne 2 ] || { echo "times: inconclusive on this machine"; status=0; }
exit $status
