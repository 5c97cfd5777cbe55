// weir
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Unpacking through libraries that are looked for when the program runs: a host that lacks one starts weir all the same, and only
/// archives of that kind are refused there.
enum weir_codec_kind {
    /// gzip by ISA-L, libisal.so.2; not there either when the build found no header of it, because its state is no stable structure.
    WEIR_CODEC_ISAL = 0,
    /// bzip2, libbz2.so.1.
    WEIR_CODEC_BZIP2 = 1,
    /// xz, liblzma.so.5.
    WEIR_CODEC_XZ = 2,
};

/// What one step came to.
enum weir_codec_code {
    /// Input or output is used up.
    WEIR_CODEC_PROGRESS = 0,
    /// The member has ended.
    WEIR_CODEC_END = 1,
    WEIR_CODEC_CORRUPT = 2,
    /// A part is packed in a way that this library does not know.
    WEIR_CODEC_UNSUPPORTED = 3,
    /// The checksum is another.
    WEIR_CODEC_CHECKSUM = 4,
    /// Unpacking would take more memory than weir gives it.
    WEIR_CODEC_MEMORY = 5,
};

struct weir_codec;

/// Whether the library of a kind is there. The first call looks for it; any thread may ask.
int weir_codec_is_there(int kind);

/// A codec at the start of a member, or NULL: the library is not there, or there is no memory.
struct weir_codec *weir_codec_open(int kind);

/// Goes to the start of another member. 0, or 1 when there is no memory.
int weir_codec_reset(struct weir_codec *codec);

/// Unpacks from `input` to `output`, and says how much of both was used. At most 2 GiB of each are looked at.
int weir_codec_step(
    struct weir_codec *codec, const uint8_t *input, size_t input_count, uint8_t *output, size_t output_count, size_t *used,
    size_t *made);

void weir_codec_close(struct weir_codec *codec);
