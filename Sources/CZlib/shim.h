// weir
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <zlib.h>

/// inflateInit2 is a macro, which Swift cannot call. 15 + 32: the largest window, zlib or gzip header by detection.
static inline int weir_inflate_init(z_stream *stream) { return inflateInit2(stream, 15 + 32); }
