// weir
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdint.h>

#include "vectorbits.h"

// A hash of more than 64 bytes, the same everywhere and with vectors of any width: what tells a row that is delivered twice.
//
// Eight sums, each of products of the two halves of a word, after it was mixed with what is different for every word; the word itself goes
// into its neighbour's sum, so that no factor of zero can wipe it out. Source: Yann Collet, "XXH3" (2019), the accumulation of its long
// input, with mixing words that are counted up instead of a table. Not a PRF.
typedef uint64_t weir_words8 __attribute__((vector_size(64)));

static inline __attribute__((always_inline)) uint64_t weir_folded(uint64_t left, uint64_t right) {
    unsigned __int128 product = (unsigned __int128)left * right;
    return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/// Precondition: count > 64.
static inline __attribute__((always_inline)) uint64_t weir_identity_in(const uint8_t *bytes, int64_t count) {
    // Digits of π, as of nothing up a sleeve.
    weir_words8 mixing = {0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89,
                          0x452821E638D01377, 0xBE5466CF34E90C6C, 0xC0AC29B7C97C50DD, 0x3F84D5B5B5470917};
    const weir_words8 step = {0x9E3779B97F4A7C15, 0x9E3779B97F4A7C15, 0x9E3779B97F4A7C15, 0x9E3779B97F4A7C15,
                              0x9E3779B97F4A7C15, 0x9E3779B97F4A7C15, 0x9E3779B97F4A7C15, 0x9E3779B97F4A7C15};
    weir_words8 sums = mixing + (uint64_t)count;
    for (int64_t index = 0;;) {
        weir_words8 words;
        __builtin_memcpy(&words, bytes + index, sizeof words);
        weir_words8 mixed = words ^ mixing;
        // What is counted up is the same distance apart: turned, the sums cannot cancel what blocks at the same distance add.
        sums = sums << 11 | sums >> 53;
        sums += (mixed & 0xFFFFFFFF) * (mixed >> 32);
        sums += __builtin_shufflevector(words, words, 1, 0, 3, 2, 5, 4, 7, 6);
        mixing += step;
        if (index + 64 >= count) break;
        // The last 64 bytes, some of which may have been seen: their number is in the sums.
        index = index + 128 <= count ? index + 64 : count - 64;
    }
    uint64_t result = 0;
#pragma clang loop unroll(full)
    for (int pair = 0; pair < 8; pair += 2) result += weir_folded(sums[pair] ^ 0x9216D5D98979FB1B, sums[pair + 1] ^ 0xD1310BA698DFB5AC);
    result = weir_folded(result ^ 0x2FFD72DBD01ADFB7, 0x9E3779B97F4A7C15) + result;
    return result == 0 ? 1 : result;
}

#define WEIR_IDENTITY(name, attributes) \
    static __attribute__((noinline, unused)) attributes uint64_t name(const uint8_t *bytes, int64_t count) { \
        return weir_identity_in(bytes, count); \
    }

WEIR_IDENTITY(weir_identity_anywhere, )
#if defined(__x86_64__)
WEIR_IDENTITY(weir_identity_256, WEIR_TARGET_256)
WEIR_IDENTITY(weir_identity_512, WEIR_TARGET_512)
#endif

#undef WEIR_IDENTITY

static inline uint64_t weir_identity_of(const uint8_t *bytes, int64_t count, int32_t vector_bits) {
#if defined(__x86_64__)
    if (vector_bits == 512) return weir_identity_512(bytes, count);
    if (vector_bits == 256) return weir_identity_256(bytes, count);
#endif
    return weir_identity_anywhere(bytes, count);
}
