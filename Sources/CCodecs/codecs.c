// weir
// SPDX-License-Identifier: Apache-2.0
#include "codecs.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;

int weir_library_load(struct weir_library *library) {
    pthread_mutex_lock(&loading);
    if (library->state == 0) {
        void *handle = NULL;
        for (int index = 0; index < 3 && library->names[index] && !handle; index++)
            handle = dlopen(library->names[index], RTLD_NOW | RTLD_LOCAL);
        library->state = handle ? 1 : -1;
        for (int index = 0; index < 4 && library->symbols[index] && library->state == 1; index++) {
            library->functions[index] = dlsym(handle, library->symbols[index]);
            if (!library->functions[index]) library->state = -1;
        }
    }
    int is_there = library->state == 1;
    pthread_mutex_unlock(&loading);
    return is_there;
}

static const struct weir_codec_type *type_of(int kind) {
    switch (kind) {
    case WEIR_CODEC_ISAL: return &weir_isal_type;
    case WEIR_CODEC_BZIP2: return &weir_bzip2_type;
    case WEIR_CODEC_XZ: return &weir_xz_type;
    default: return NULL;
    }
}

int weir_codec_is_there(int kind) {
    const struct weir_codec_type *type = type_of(kind);
    return type && type->is_there();
}

struct weir_codec *weir_codec_open(int kind) {
    if (!weir_codec_is_there(kind)) return NULL;
    const struct weir_codec_type *type = type_of(kind);
    struct weir_codec *codec = calloc(1, type->size);
    if (!codec) return NULL;
    codec->type = type;
    if (type->begin(codec) == 0) return codec;
    free(codec);
    return NULL;
}

int weir_codec_reset(struct weir_codec *codec) { return codec->type->reset(codec); }

int weir_codec_step(
    struct weir_codec *codec, const uint8_t *input, size_t input_count, uint8_t *output, size_t output_count, size_t *used,
    size_t *made) {
    return codec->type->step(codec, input, input_count, output, output_count, used, made);
}

void weir_codec_close(struct weir_codec *codec) {
    if (!codec) return;
    codec->type->end(codec);
    free(codec);
}
