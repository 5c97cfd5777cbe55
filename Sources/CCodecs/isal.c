// weir
// SPDX-License-Identifier: Apache-2.0
#include "codecs.h"

#if defined(__has_include) && __has_include(<isa-l/igzip_lib.h>)
#include <isa-l/igzip_lib.h>

// The state is 80 KB of fields that belong to the library's version, so it is taken from the header of the build and from no declaration
// of ours; the library's name carries the version that the header belongs to.
static struct weir_library library = {
    .names = {"libisal.so.2"},
    .symbols = {"isal_inflate_init", "isal_inflate_reset", "isal_inflate"},
};

struct isal_codec {
    struct weir_codec base;
    struct inflate_state state;
};

static int is_there(void) { return weir_library_load(&library); }

static struct inflate_state *state_of(struct weir_codec *codec) { return &((struct isal_codec *)codec)->state; }

static int begin(struct weir_codec *codec) {
    ((void (*)(struct inflate_state *))library.functions[0])(state_of(codec));
    state_of(codec)->crc_flag = ISAL_GZIP;
    return 0;
}

static int reset(struct weir_codec *codec) {
    ((void (*)(struct inflate_state *))library.functions[1])(state_of(codec));
    state_of(codec)->crc_flag = ISAL_GZIP;
    return 0;
}

static int step(
    struct weir_codec *codec, const uint8_t *input, size_t input_count, uint8_t *output, size_t output_count, size_t *used,
    size_t *made) {
    struct inflate_state *state = state_of(codec);
    uint32_t room = weir_clipped(output_count), there = weir_clipped(input_count);
    state->next_in = (uint8_t *)input;
    state->avail_in = there;
    state->next_out = output;
    state->avail_out = room;
    int code = ((int (*)(struct inflate_state *))library.functions[2])(state);
    *used = there - state->avail_in;
    *made = room - state->avail_out;
    switch (code) {
    case ISAL_DECOMP_OK:
    case ISAL_END_INPUT:
    case ISAL_OUT_OVERFLOW: return state->block_state == ISAL_BLOCK_FINISH ? WEIR_CODEC_END : WEIR_CODEC_PROGRESS;
    case ISAL_UNSUPPORTED_METHOD: return WEIR_CODEC_UNSUPPORTED;
    case ISAL_INCORRECT_CHECKSUM: return WEIR_CODEC_CHECKSUM;
    default: return WEIR_CODEC_CORRUPT;
    }
}

static void end(struct weir_codec *codec) { (void)codec; }

#else

struct isal_codec {
    struct weir_codec base;
};

static int is_there(void) { return 0; }
static int begin(struct weir_codec *codec) { return codec == 0; }
static int reset(struct weir_codec *codec) { return codec == 0; }
static int step(
    struct weir_codec *codec, const uint8_t *input, size_t input_count, uint8_t *output, size_t output_count, size_t *used,
    size_t *made) {
    (void)codec, (void)input, (void)input_count, (void)output, (void)output_count;
    *used = *made = 0;
    return WEIR_CODEC_UNSUPPORTED;
}
static void end(struct weir_codec *codec) { (void)codec; }

#endif

const struct weir_codec_type weir_isal_type = {is_there, sizeof(struct isal_codec), begin, reset, step, end};
