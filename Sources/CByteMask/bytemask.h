// weir
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdint.h>

// Many bytes compared at once, as many bits, the first byte lowest: what `pmovmskb` does, which Swift cannot name. Header only, so that the
// compiler inlines the bodies into Swift; vector extensions instead of intrinsics, so that the same lines become SSE2 on x86-64 and NEON on
// arm64.
//
// `weir_…32` reads exactly 32 bytes at `bytes`, `weir_…64` exactly 64.

typedef uint8_t weir_bytes32 __attribute__((ext_vector_type(32)));
typedef uint8_t weir_bytes64 __attribute__((ext_vector_type(64)));
typedef _Bool weir_flags32 __attribute__((ext_vector_type(32)));
typedef _Bool weir_flags64 __attribute__((ext_vector_type(64)));

#define WEIR_KERNEL(width, name, parameters, condition) \
    static inline __attribute__((always_inline)) uint##width##_t name##width parameters { \
        weir_bytes##width block; \
        __builtin_memcpy(&block, bytes, width); \
        weir_flags##width flags = __builtin_convertvector(condition, weir_flags##width); \
        uint##width##_t bits; \
        __builtin_memcpy(&bits, &flags, sizeof bits); \
        return bits; \
    }

#define WEIR_KERNELS(name, parameters, condition) WEIR_KERNEL(32, name, parameters, condition) WEIR_KERNEL(64, name, parameters, condition)

/// Where a byte stands.
WEIR_KERNELS(weir_mask_of, (const uint8_t *bytes, uint8_t byte), block == byte)

/// Where either of two bytes stands.
WEIR_KERNELS(weir_mask_of_either, (const uint8_t *bytes, uint8_t first, uint8_t second), (block == first) | (block == second))

/// Where decimal digits stand.
WEIR_KERNELS(weir_mask_of_digits, (const uint8_t *bytes), block - (uint8_t)0x30 < (uint8_t)10)

/// Where ASCII letters stand.
WEIR_KERNEL(64, weir_mask_of_letters, (const uint8_t *bytes), (block | (uint8_t)0x20) - (uint8_t)0x61 < (uint8_t)26)

/// Where control characters stand: below a space, or DEL.
WEIR_KERNELS(weir_mask_of_controls, (const uint8_t *bytes), (block < (uint8_t)0x20) | (block == (uint8_t)0x7F))

/// Where a text in quotes stops being plain: a quote, a backslash, a line end.
WEIR_KERNEL(
    32, weir_mask_of_text_ends, (const uint8_t *bytes),
    (block == (uint8_t)0x22) | (block == (uint8_t)0x5C) | (block == (uint8_t)0x0A))

/// The same, or any other control character.
WEIR_KERNEL(
    32, weir_mask_of_name_ends, (const uint8_t *bytes),
    (block == (uint8_t)0x22) | (block == (uint8_t)0x5C) | (block < (uint8_t)0x20) | (block == (uint8_t)0x7F))

/// Where `!` to `,` or `:` to `@` stand: few paths hold any of them, and `# % ; ? @` are among them.
WEIR_KERNEL(
    64, weir_mask_of_path_specials, (const uint8_t *bytes),
    (block - (uint8_t)0x21 < (uint8_t)12) | (block - (uint8_t)0x3A < (uint8_t)7))

#undef WEIR_KERNEL
#undef WEIR_KERNELS
