// weir
// SPDX-License-Identifier: Apache-2.0
#include "codecs.h"
#include <string.h>

// lzma_stream of lzma/base.h, unchanged since XZ Utils 5.0 of 2010, whose number the library's name carries.
struct xz_stream {
    const uint8_t *next_in;
    size_t avail_in;
    uint64_t total_in;
    uint8_t *next_out;
    size_t avail_out;
    uint64_t total_out;
    const void *allocator;
    void *internal;
    void *reserved_pointers[4];
    uint64_t reserved_positions[2];
    size_t reserved_sizes[2];
    int reserved_kinds[2];
};

#if defined(__has_include) && __has_include(<lzma.h>)
#include <lzma.h>
_Static_assert(sizeof(struct xz_stream) == sizeof(lzma_stream), "xz's stream is another");
_Static_assert(offsetof(struct xz_stream, avail_out) == offsetof(lzma_stream, avail_out), "xz's stream is another");
_Static_assert(offsetof(struct xz_stream, internal) == offsetof(lzma_stream, internal), "xz's stream is another");
#endif

// xz -9 needs 65 MiB; as for Zstandard's window, twice that and what goes with it is given and no more.
static const uint64_t memory_limit = 160ULL << 20;

static struct weir_library library = {
    .names = {"liblzma.so.5"},
    .symbols = {"lzma_stream_decoder", "lzma_code", "lzma_end"},
};

struct xz_codec {
    struct weir_codec base;
    struct xz_stream stream;
};

static int is_there(void) { return weir_library_load(&library); }

static struct xz_stream *stream_of(struct weir_codec *codec) { return &((struct xz_codec *)codec)->stream; }

static int reset(struct weir_codec *codec) {
    // Begins anew with the memory it has.
    return ((int (*)(struct xz_stream *, uint64_t, uint32_t))library.functions[0])(stream_of(codec), memory_limit, 0) != 0;
}

static void end(struct weir_codec *codec) { ((void (*)(struct xz_stream *))library.functions[2])(stream_of(codec)); }

static int step(
    struct weir_codec *codec, const uint8_t *input, size_t input_count, uint8_t *output, size_t output_count, size_t *used,
    size_t *made) {
    struct xz_stream *stream = stream_of(codec);
    size_t room = weir_clipped(output_count), there = weir_clipped(input_count);
    stream->next_in = input;
    stream->avail_in = there;
    stream->next_out = output;
    stream->avail_out = room;
    int code = ((int (*)(struct xz_stream *, int))library.functions[1])(stream, 0);
    *used = there - stream->avail_in;
    *made = room - stream->avail_out;
    switch (code) {
    case 0: return WEIR_CODEC_PROGRESS;  // LZMA_OK
    case 1: return WEIR_CODEC_END;       // LZMA_STREAM_END
    case 10: return WEIR_CODEC_PROGRESS; // LZMA_BUF_ERROR: nothing to do now
    case 5:                              // LZMA_MEM_ERROR
    case 6: return WEIR_CODEC_MEMORY;    // LZMA_MEMLIMIT_ERROR
    case 3:                              // LZMA_UNSUPPORTED_CHECK
    case 8: return WEIR_CODEC_UNSUPPORTED; // LZMA_OPTIONS_ERROR
    default: return WEIR_CODEC_CORRUPT;
    }
}

const struct weir_codec_type weir_xz_type = {is_there, sizeof(struct xz_codec), reset, reset, step, end};
