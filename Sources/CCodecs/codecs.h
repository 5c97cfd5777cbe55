// weir
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "include/codecs.h"

/// What a library gives: looked for once, kept for the life of the program.
struct weir_library {
    const char *names[3];
    const char *symbols[4];
    void *functions[4];
    int state;
};

/// Whether all symbols of a library are there.
int weir_library_load(struct weir_library *library);

/// What is common to all codecs; each kind puts its own behind it.
struct weir_codec {
    const struct weir_codec_type *type;
};

struct weir_codec_type {
    int (*is_there)(void);
    size_t size;
    /// From zeroed memory to the start of a member. 0, or 1.
    int (*begin)(struct weir_codec *);
    int (*reset)(struct weir_codec *);
    int (*step)(struct weir_codec *, const uint8_t *, size_t, uint8_t *, size_t, size_t *, size_t *);
    void (*end)(struct weir_codec *);
};

extern const struct weir_codec_type weir_isal_type;
extern const struct weir_codec_type weir_bzip2_type;
extern const struct weir_codec_type weir_xz_type;

static inline uint32_t weir_clipped(size_t count) { return count < 0x7FFFFFFF ? (uint32_t)count : 0x7FFFFFFF; }
