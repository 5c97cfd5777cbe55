// weir
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Asks the processor for memory that is wanted soon, which Swift has no word for. A hint: it cannot fault, and nothing depends on it.
static inline __attribute__((always_inline)) void weir_prefetch(const void *start, long bytes) {
    for (long offset = 0; offset < bytes; offset += 64) __builtin_prefetch((const char *)start + offset, 1, 3);
}
