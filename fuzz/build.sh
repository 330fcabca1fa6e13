#!/bin/sh
# Builds the fuzz targets as OSS-Fuzz and ClusterFuzzLite want it: fuzz/build.sh [TARGET...]
#
# From the environment: CC, CFLAGS (with the sanitizer and what the engine wants of the
# compiler) and LIB_FUZZING_ENGINE, which links a target to it. Into OUT, for each target: the
# program, TARGET_seed_corpus.zip and TARGET.dict. WORK is where it is built.
set -eu

fuzz=$(cd "$(dirname "$0")" && pwd)
export CC="${CC:-clang}"
export CFLAGS="${CFLAGS--O1 -g -fsanitize=address,fuzzer-no-link}"
engine=${LIB_FUZZING_ENGINE:--fsanitize=fuzzer}
out=${OUT:-$fuzz/../build-oss-fuzz/out}
work=${WORK:-$fuzz/../build-oss-fuzz}/build

[ -e "$work/build.ninja" ] || meson setup -Dfuzz=true -Dfuzz_engine="$engine" "$work" "$fuzz/.."
if [ $# -eq 0 ]; then
	for source in "$fuzz"/fuzz_*.c; do
		target=${source##*/fuzz_}
		set -- "$@" "${target%.c}"
	done
fi

mkdir -p "$out"
for target; do
	ninja -C "$work" "fuzz/fuzz_$target"
	cp "$work/fuzz/fuzz_$target" "$out/$target"
	set --
	for directory in "$fuzz/corpus/$target" "$fuzz/regressions/$target"; do
		[ ! -d "$directory" ] || set -- "$@" "$directory"/*
	done
	rm -f "$out/${target}_seed_corpus.zip"
	python3 -m zipfile -c "$out/${target}_seed_corpus.zip" "$@"
	[ ! -f "$fuzz/$target.dict" ] || cp "$fuzz/$target.dict" "$out/"
done
