// weir
// SPDX-License-Identifier: Apache-2.0
#include "include/calls.h"
#include <dlfcn.h>
#include <pthread.h>

// Its number is that of the binary interface, the same since libcurl 7.16 of 2006.
static const char *const library_name = "libcurl.so.4";

#define FUNCTIONS(DO) \
    DO(curl_global_init) \
    DO(curl_easy_init) \
    DO(curl_easy_cleanup) \
    DO(curl_easy_reset) \
    DO(curl_easy_perform) \
    DO(curl_easy_strerror) \
    DO(curl_easy_setopt) \
    DO(curl_easy_getinfo) \
    DO(curl_slist_append) \
    DO(curl_slist_free_all) \
    DO(curl_url) \
    DO(curl_url_cleanup) \
    DO(curl_url_set) \
    DO(curl_url_get) \
    DO(curl_free)

#define MEMBER(name) __typeof__(name) *name##_;
static struct { FUNCTIONS(MEMBER) } library;
static int is_loaded;

static void load(void) {
    void *handle = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
    if (!handle) return;
    is_loaded = 1;
#define FIND(name) \
    library.name##_ = (__typeof__(name) *)dlsym(handle, #name); \
    if (!library.name##_) is_loaded = 0;
    FUNCTIONS(FIND)
}

int weir_curl_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_loaded;
}

CURLcode weir_curl_global_init(long flags) { return library.curl_global_init_(flags); }
CURL *weir_curl_easy_init(void) { return library.curl_easy_init_(); }
void weir_curl_easy_cleanup(CURL *handle) { library.curl_easy_cleanup_(handle); }
void weir_curl_easy_reset(CURL *handle) { library.curl_easy_reset_(handle); }
CURLcode weir_curl_easy_perform(CURL *handle) { return library.curl_easy_perform_(handle); }
const char *weir_curl_easy_strerror(CURLcode code) { return library.curl_easy_strerror_(code); }

struct curl_slist *weir_curl_slist_append(struct curl_slist *list, const char *text) { return library.curl_slist_append_(list, text); }
void weir_curl_slist_free_all(struct curl_slist *list) { library.curl_slist_free_all_(list); }

CURLU *weir_curl_url(void) { return library.curl_url_(); }
void weir_curl_url_cleanup(CURLU *url) { library.curl_url_cleanup_(url); }
CURLUcode weir_curl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned int flags) {
    return library.curl_url_set_(url, part, text, flags);
}
CURLUcode weir_curl_url_get(const CURLU *url, CURLUPart part, char **text, unsigned int flags) {
    return library.curl_url_get_(url, part, text, flags);
}
void weir_curl_free(void *pointer) { library.curl_free_(pointer); }

CURLcode weir_curl_set_long(CURL *handle, CURLoption option, long value) { return library.curl_easy_setopt_(handle, option, value); }
CURLcode weir_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return library.curl_easy_setopt_(handle, option, value);
}
CURLcode weir_curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
    return library.curl_easy_setopt_(handle, option, value);
}
CURLcode weir_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) { return library.curl_easy_setopt_(handle, option, value); }

CURLcode weir_curl_set_write(CURL *handle, curl_write_callback function, void *context) {
    CURLcode code = library.curl_easy_setopt_(handle, CURLOPT_WRITEFUNCTION, function);
    return code != CURLE_OK ? code : library.curl_easy_setopt_(handle, CURLOPT_WRITEDATA, context);
}
CURLcode weir_curl_set_open_socket(CURL *handle, curl_opensocket_callback function, void *context) {
    CURLcode code = library.curl_easy_setopt_(handle, CURLOPT_OPENSOCKETFUNCTION, function);
    return code != CURLE_OK ? code : library.curl_easy_setopt_(handle, CURLOPT_OPENSOCKETDATA, context);
}

CURLcode weir_curl_get_long(CURL *handle, CURLINFO info, long *value) { return library.curl_easy_getinfo_(handle, info, value); }
CURLcode weir_curl_get_size(CURL *handle, CURLINFO info, curl_off_t *value) { return library.curl_easy_getinfo_(handle, info, value); }
