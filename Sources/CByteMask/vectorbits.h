// weir
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdint.h>

// What is worth it is compiled for wider vectors as well, and chosen when it runs: any x86-64 processor can run weir, and all find the same.
#if defined(__x86_64__)
#define WEIR_TARGET_512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,bmi2,popcnt")))
#define WEIR_TARGET_256 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#endif

/// Bits of the widest vectors that this processor has and something is compiled for: 128, 256 or 512.
static inline int32_t weir_vector_bits(void) {
#if defined(__x86_64__)
    if (!__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2") || !__builtin_cpu_supports("popcnt")) return 128;
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2")) return 512;
    if (__builtin_cpu_supports("avx2")) return 256;
#endif
    return 128;
}
