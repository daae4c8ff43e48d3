# sh slow_bands.sh PROGRAM SOURCE: the quick classification experiments, as a user runs them: accuracies of every method
# lie in engine/tests/fixtures/bands/SUITE.csv (algorithm,step,low,high). The bands are narrow enough to miss a
# meta-gradient without its second-order term, a wrong scale of the inner loss, and labels or drawings that leak.
# Results are the same bits on every machine: only a change of the code leaves a band. Omniglot needs its data:
# IL_OMNIGLOT names the folder of the archives, IL_CIFAR_FS the archive of CIFAR-FS.
set -u
program=$1
source=$2
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
INNERLOOP_DATA=$scratch/data
export INNERLOOP_DATA
mkdir data
failed=0

# Prints every band with the accuracy found in the first setting of RESULTS.
inside() { # RESULTS BANDS
  awk -F, '
    NR == FNR { if (FNR > 1 && !(($1, $5) in mean)) mean[$1, $5] = $8; next }
    FNR > 1 {
      value = mean[$1, $2]
      verdict = value != "" && value + 0 >= $3 + 0 && value + 0 <= $4 + 0 ? "inside" : "OUTSIDE"
      printf "%-10s step %3d  %-7s %-7s [%s, %s]\n", $1, $2, value == "" ? "missing" : sprintf("%.4f", value), verdict, $3, $4
      outside += verdict == "OUTSIDE"
      count++
    }
    END { exit outside > 0 || count == 0 }' "$1/summary.csv" "$2"
}
judge() { # SUITE EXPERIMENT
  echo "$1"
  "$program" run "$1/$2" --quiet --out "$1" || { echo "exit status $?"; failed=1; return; }
  inside "$1" "$source/engine/tests/fixtures/bands/$1.csv" || failed=1
}

judge glyphs quick
judge languages demo
if [ -d "${IL_OMNIGLOT:-}" ]; then
  "$program" data import omniglot "$IL_OMNIGLOT"/*.npz >/dev/null || exit 1
  judge omniglot quick
else
  echo "omniglot left out: IL_OMNIGLOT does not name its archives"
fi
if [ -f "${IL_CIFAR_FS:-}" ]; then
  "$program" data import images cifar-fs "$IL_CIFAR_FS" >/dev/null || exit 1
  judge images quick
else
  echo "images left out: IL_CIFAR_FS does not name cifar100.zip"
fi
exit $failed
