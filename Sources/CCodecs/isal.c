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

// Where in a member's header the next byte stands. The library's own reader of headers takes one that carries a checksum for damaged when
// it comes in two pieces.
enum place { FIXED, EXTRA_LENGTH, EXTRA, NAME, COMMENT, CHECKSUM, CONTENT };

struct isal_codec {
    struct weir_codec base;
    enum place place;
    uint8_t flags;
    /// Bytes of the present place that were read, and of the extra field that there are.
    uint32_t count, extra;
    /// CRC 32 of the header so far, and the checksum that it states.
    uint32_t crc, stated;
    struct inflate_state state;
};

static int is_there(void) { return weir_library_load(&library); }

/// Goes on to the next place that the flags name.
static void go_on(struct isal_codec *codec) {
    static const uint8_t flags[] = {0, 4, 4, 8, 16, 2, 0};
    codec->count = 0;
    do codec->place++;
    while (codec->place != CONTENT && !(codec->flags & flags[codec->place]));
}

/// Takes one byte of the header. RFC 1952, section 2.3.
static int take(struct isal_codec *codec, uint8_t byte) {
    static const uint8_t first[] = {0x1F, 0x8B, 8};
    uint32_t number = codec->count++;
    if (codec->place != CHECKSUM) {
        codec->crc ^= byte;
        for (int bit = 0; bit < 8; bit++) codec->crc = codec->crc >> 1 ^ (codec->crc & 1 ? 0xEDB88320 : 0);
    }
    switch (codec->place) {
    case FIXED:
        if (number < 2 && byte != first[number]) return WEIR_CODEC_CORRUPT;
        if (number == 2 && byte != first[number]) return WEIR_CODEC_UNSUPPORTED;
        if (number == 3 && byte & 0xE0) return WEIR_CODEC_CORRUPT;
        if (number == 3) codec->flags = byte;
        if (number == 9) go_on(codec);
        break;
    case EXTRA_LENGTH:
        codec->extra |= (uint32_t)byte << 8 * number;
        if (number == 1) {
            go_on(codec);
            if (codec->extra == 0) go_on(codec);
        }
        break;
    case EXTRA:
        if (codec->count == codec->extra) go_on(codec);
        break;
    case NAME:
    case COMMENT:
        if (byte == 0) go_on(codec);
        break;
    case CHECKSUM:
        codec->stated |= (uint32_t)byte << 8 * number;
        if (number == 1 && codec->stated != (~codec->crc & 0xFFFF)) return WEIR_CODEC_CHECKSUM;
        if (number == 1) go_on(codec);
        break;
    case CONTENT: break;
    }
    return WEIR_CODEC_PROGRESS;
}

static struct inflate_state *state_of(struct weir_codec *codec) { return &((struct isal_codec *)codec)->state; }

static int start(struct weir_codec *base, void *function) {
    struct isal_codec *codec = (struct isal_codec *)base;
    ((void (*)(struct inflate_state *))function)(&codec->state);
    codec->state.crc_flag = ISAL_GZIP_NO_HDR_VER;
    codec->place = FIXED;
    codec->flags = 0;
    codec->count = codec->extra = codec->stated = 0;
    codec->crc = 0xFFFFFFFF;
    return 0;
}

static int begin(struct weir_codec *codec) { return start(codec, library.functions[0]); }
static int reset(struct weir_codec *codec) { return start(codec, library.functions[1]); }

static int step(
    struct weir_codec *codec, const uint8_t *input, size_t input_count, uint8_t *output, size_t output_count, size_t *used,
    size_t *made) {
    struct inflate_state *state = state_of(codec);
    uint32_t room = weir_clipped(output_count), there = weir_clipped(input_count);
    uint32_t header = 0;
    struct isal_codec *own = (struct isal_codec *)codec;
    *made = 0;
    while (own->place != CONTENT && header < there) {
        int code = take(own, input[header++]);
        *used = header;
        if (code != WEIR_CODEC_PROGRESS) return code;
    }
    *used = header;
    if (own->place != CONTENT) return WEIR_CODEC_PROGRESS;
    state->next_in = (uint8_t *)input + header;
    state->avail_in = there - header;
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
    default:
        // Of a match that reaches back too far the library counts the bytes without writing them: what stood in the buffer before would
        // pass for text. A match has at most 258.
        *made -= *made < 258 ? *made : 258;
        return WEIR_CODEC_CORRUPT;
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
