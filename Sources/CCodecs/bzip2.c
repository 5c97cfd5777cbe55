// weir
// SPDX-License-Identifier: Apache-2.0
#include "codecs.h"
#include <string.h>

// bz_stream of bzlib.h, unchanged since bzip2 1.0 of 2000, whose number the library's name carries.
struct bzip2_stream {
    char *next_in;
    unsigned int avail_in;
    unsigned int total_in_low, total_in_high;
    char *next_out;
    unsigned int avail_out;
    unsigned int total_out_low, total_out_high;
    void *state;
    void *(*allocate)(void *, int, int);
    void (*release)(void *, void *);
    void *opaque;
};

#if defined(__has_include) && __has_include(<bzlib.h>)
#include <bzlib.h>
_Static_assert(sizeof(struct bzip2_stream) == sizeof(bz_stream), "bzip2's stream is another");
_Static_assert(offsetof(struct bzip2_stream, avail_out) == offsetof(bz_stream, avail_out), "bzip2's stream is another");
_Static_assert(offsetof(struct bzip2_stream, opaque) == offsetof(bz_stream, opaque), "bzip2's stream is another");
#endif

static struct weir_library library = {
    // The first by bzip2's own Makefile and Debian, the second by Fedora.
    .names = {"libbz2.so.1.0", "libbz2.so.1"},
    .symbols = {"BZ2_bzDecompressInit", "BZ2_bzDecompress", "BZ2_bzDecompressEnd"},
};

struct bzip2_codec {
    struct weir_codec base;
    struct bzip2_stream stream;
};

static int is_there(void) { return weir_library_load(&library); }

static struct bzip2_stream *stream_of(struct weir_codec *codec) { return &((struct bzip2_codec *)codec)->stream; }

static int begin(struct weir_codec *codec) {
    return ((int (*)(struct bzip2_stream *, int, int))library.functions[0])(stream_of(codec), 0, 0) != 0;
}

static void end(struct weir_codec *codec) { ((int (*)(struct bzip2_stream *))library.functions[2])(stream_of(codec)); }

static int reset(struct weir_codec *codec) {
    end(codec);
    memset(stream_of(codec), 0, sizeof(struct bzip2_stream));
    return begin(codec);
}

static int step(
    struct weir_codec *codec, const uint8_t *input, size_t input_count, uint8_t *output, size_t output_count, size_t *used,
    size_t *made) {
    struct bzip2_stream *stream = stream_of(codec);
    unsigned int room = weir_clipped(output_count), there = weir_clipped(input_count);
    stream->next_in = (char *)input;
    stream->avail_in = there;
    stream->next_out = (char *)output;
    stream->avail_out = room;
    int code = ((int (*)(struct bzip2_stream *))library.functions[1])(stream);
    *used = there - stream->avail_in;
    *made = room - stream->avail_out;
    switch (code) {
    case 0: return WEIR_CODEC_PROGRESS; // BZ_OK
    case 4: return WEIR_CODEC_END;      // BZ_STREAM_END
    case -3: return WEIR_CODEC_MEMORY;  // BZ_MEM_ERROR
    default: return WEIR_CODEC_CORRUPT;
    }
}

const struct weir_codec_type weir_bzip2_type = {is_there, sizeof(struct bzip2_codec), begin, reset, step, end};
