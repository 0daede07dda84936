#!/usr/bin/env bash
# The same bits on machines that this one is not: runs the tests of `same_bits`, which pin a digest of the whole pipeline,
# under QEMU with processors of several SIMD widths and, cross-compiled, on AArch64.
#
#     apt-get install qemu-user && rustup target add aarch64-unknown-linux-musl
#     crates/transforms/tests/machines.sh
set -euo pipefail
cd "$(dirname "$0")/.."

# AVX2 but no AVX-512; SSE4.2 but no AVX; SSSE3 alone.
for processor in Haswell Nehalem Conroe; do
  echo "== x86-64, $processor"
  CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER="qemu-x86_64 -cpu $processor" \
    cargo test --quiet -p firelight-transforms --test it -- same_bits
done

echo "== AArch64, NEON"
CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER=rust-lld CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_RUNNER=qemu-aarch64 \
  cargo test --quiet -p firelight-transforms --test it --target aarch64-unknown-linux-musl -- same_bits
