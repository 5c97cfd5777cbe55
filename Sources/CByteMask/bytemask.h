// weir
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdint.h>

// Sixty-four bytes compared at once, as sixty-four bits, the first byte lowest: what `pmovmskb` does, which Swift cannot name. Header only,
// so that the compiler inlines the bodies into Swift; vector extensions instead of intrinsics, so that the same lines become SSE2 on x86-64
// and NEON on arm64.
//
// Every function reads exactly as many bytes at `bytes` as it answers for.

typedef uint8_t weir_block __attribute__((ext_vector_type(64)));
typedef _Bool weir_flags __attribute__((ext_vector_type(64)));
typedef uint8_t weir_half __attribute__((ext_vector_type(32)));
typedef _Bool weir_half_flags __attribute__((ext_vector_type(32)));

#define WEIR_MASK static inline __attribute__((always_inline)) uint64_t
#define WEIR_LOAD(block, bytes) weir_block block; __builtin_memcpy(&block, bytes, 64)
#define WEIR_RETURN_BITS(condition) \
    weir_flags flags = __builtin_convertvector(condition, weir_flags); \
    uint64_t bits; \
    __builtin_memcpy(&bits, &flags, 8); \
    return bits

/// Where a byte stands.
WEIR_MASK weir_mask_of(const uint8_t *bytes, uint8_t byte) {
    WEIR_LOAD(block, bytes);
    WEIR_RETURN_BITS(block == (weir_block)byte);
}

/// Where either of two bytes stands among 32.
static inline __attribute__((always_inline)) uint32_t weir_mask32_of_either(const uint8_t *bytes, uint8_t first, uint8_t second) {
    weir_half half;
    __builtin_memcpy(&half, bytes, 32);
    weir_half_flags flags = __builtin_convertvector((half == (weir_half)first) | (half == (weir_half)second), weir_half_flags);
    uint32_t bits;
    __builtin_memcpy(&bits, &flags, 4);
    return bits;
}

/// Where control characters stand: below a space, or DEL.
WEIR_MASK weir_mask_of_controls(const uint8_t *bytes) {
    WEIR_LOAD(block, bytes);
    WEIR_RETURN_BITS((block < (weir_block)0x20) | (block == (weir_block)0x7F));
}

/// Where decimal digits stand.
WEIR_MASK weir_mask_of_digits(const uint8_t *bytes) {
    WEIR_LOAD(block, bytes);
    WEIR_RETURN_BITS(block - (weir_block)0x30 < (weir_block)10);
}

#undef WEIR_MASK
#undef WEIR_LOAD
#undef WEIR_RETURN_BITS
