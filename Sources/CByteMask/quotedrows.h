// weir
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdint.h>

#include "bytemask.h"
#include "vectorbits.h"

// Finds where the fields of many rows lie in one pass, 64 bytes a step, as long as every field is quoted, none holds a quote, and rows end
// with a line feed alone. Such rows are one chain of fields with the same three bytes between any two of them: a quote, the separator or a
// line feed, a quote. The pass ends in front of the first quote or line feed that is not part of such a border, and where two borders
// share a quote; what lies before it can be read in one way only.
//
// Bit by bit: `places` are the second quotes of borders. The first quote of a border, and the line feed in it, may lie in the block before,
// so that what is `open` at the end of a block is looked at again with the next. A border is made up in front of the first row.

typedef struct {
    /// Borders noted, the one in front of the first row included.
    int32_t borders;
    /// Line feeds noted.
    int32_t rows;
} weir_quoted_rows;

// Writes where the bits of `places` are, at most 22, each added to `base`; what it leaves behind them, up to 32 in all, means nothing.
static inline __attribute__((always_inline)) void weir_note_places(uint64_t places, int32_t base, int32_t *to) {
    // Six at once: how many there are is what no processor can foresee, but rarely more than that.
    do {
#pragma clang loop unroll(full)
        for (int step = 0; step < 6; step++) {
            int32_t place = base + (int32_t)(places ? __builtin_ctzll(places) : 64);
            // Nothing: it keeps the compiler from counting zeros in vectors, which takes three times as long.
            __asm__("" : "+r"(place));
            to[step] = place;
            places &= places - 1;
        }
        to += 6;
    } while (__builtin_expect(places != 0, 0));
}

#if defined(__x86_64__)
// The same with one instruction that moves the chosen bytes of a vector together.
static inline __attribute__((always_inline)) WEIR_TARGET_512 void weir_note_places_512(uint64_t places, int32_t base, int32_t *to) {
    typedef int8_t bytes64 __attribute__((vector_size(64)));
    typedef int8_t bytes16 __attribute__((vector_size(16)));
    typedef int32_t numbers16 __attribute__((vector_size(64)));
    const bytes64 all = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                         22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
                         44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    bytes64 chosen = (bytes64)__builtin_ia32_compressqi512_mask(all, (bytes64){0}, places);
    bytes16 first = __builtin_shufflevector(chosen, chosen, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    numbers16 numbers = __builtin_convertvector(first, numbers16) + base;
    __builtin_memcpy(to, &numbers, sizeof numbers);
    if (__builtin_expect(__builtin_popcountll(places) > 16, 0)) {
        bytes16 second = __builtin_shufflevector(chosen, chosen, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
        numbers = __builtin_convertvector(second, numbers16) + base;
        __builtin_memcpy(to + 16, &numbers, sizeof numbers);
    }
}
#endif

/// - borders: takes where the first quote of each border stands; room for `limit` + 32.
/// - ends: takes where line feeds stand; room for `most` + 32. The last of them may be the middle of no border.
///
/// Reads up to 64 bytes behind `count`. Precondition: 0 ≤ start < count, and a quote stands at `start`.
static inline __attribute__((always_inline)) weir_quoted_rows weir_quoted_rows_in(
    const uint8_t *bytes, int64_t start, int64_t count, uint8_t separator, int32_t *borders, int32_t limit, int32_t *ends, int32_t most,
    void (*note)(uint64_t, int32_t, int32_t *)) {
    weir_quoted_rows found = {0, 0};
    uint64_t last_middles = 1ull << 63, last_quotes = 1ull << 62, last_places = 0, open = 0;
    for (int64_t index = start; index < count && found.borders < limit && found.rows < most; index += 64) {
        // Between two passes the fields are read, and what loads ahead of them loses its track.
        __builtin_prefetch(bytes + index + 4096, 0, 2);
        uint64_t quotes = weir_mask_of64(bytes + index, '"');
        uint64_t feeds = weir_mask_of64(bytes + index, '\n');
        uint64_t middles = weir_mask_of64(bytes + index, separator) | feeds;
        if (count - index < 64) {
            uint64_t inside = (1ull << (count - index)) - 1;
            quotes &= inside;
            feeds &= inside;
            middles &= inside;
        }
        uint64_t places = quotes & (middles << 1 | last_middles >> 63) & (quotes << 2 | last_quotes >> 62);
        uint64_t lone = (quotes | feeds) & ~(places | places >> 1 | places >> 2);
        uint64_t shared = places & (places << 2 | last_places >> 62);
        uint64_t wrong = (lone & ~0ull >> 2) | shared;
        uint64_t late = open & ~(places | places << 1);
        if (__builtin_expect((wrong | late) != 0, 0)) {
            if (late) return found;
            uint64_t before = (wrong & -wrong) - 1;
            places &= before;
            feeds &= before;
            count = 0;
        }
        note(places, (int32_t)index - 2, borders + found.borders);
        found.borders += __builtin_popcountll(places);
        int32_t *end = ends + found.rows;
        found.rows += __builtin_popcountll(feeds);
        do {
            *end++ = (int32_t)(index + (feeds ? __builtin_ctzll(feeds) : 64));
            feeds &= feeds - 1;
        } while (__builtin_expect(feeds != 0, 0));
        last_middles = middles;
        last_quotes = quotes;
        last_places = places;
        open = lone >> 62;
    }
    return found;
}

#define WEIR_QUOTED_ROWS(name, attributes, note) \
    static __attribute__((noinline, unused)) attributes weir_quoted_rows name( \
        const uint8_t *bytes, int64_t start, int64_t count, uint8_t separator, int32_t *borders, int32_t limit, int32_t *ends, int32_t most) { \
        return weir_quoted_rows_in(bytes, start, count, separator, borders, limit, ends, most, note); \
    }

WEIR_QUOTED_ROWS(weir_quoted_rows_anywhere, , weir_note_places)
#if defined(__x86_64__)
WEIR_QUOTED_ROWS(weir_quoted_rows_256, WEIR_TARGET_256, weir_note_places)
WEIR_QUOTED_ROWS(weir_quoted_rows_512, WEIR_TARGET_512, weir_note_places_512)
#endif

#undef WEIR_QUOTED_ROWS

static inline weir_quoted_rows weir_quoted_rows_of(
    const uint8_t *bytes, int64_t start, int64_t count, uint8_t separator, int32_t *borders, int32_t limit, int32_t *ends, int32_t most,
    int32_t vector_bits) {
#if defined(__x86_64__)
    if (vector_bits == 512) return weir_quoted_rows_512(bytes, start, count, separator, borders, limit, ends, most);
    if (vector_bits == 256) return weir_quoted_rows_256(bytes, start, count, separator, borders, limit, ends, most);
#endif
    return weir_quoted_rows_anywhere(bytes, start, count, separator, borders, limit, ends, most);
}
