// weir
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <curl/curl.h>

/// libcurl, looked for when the first webhook is set up: it brings two dozen libraries, which cost every start of weir 5 ms and which a host
/// without webhooks does not need. Its own header gives the types, so that a call that does not fit does not compile.

/// Whether libcurl is there with every function that is called here; loads it the first time. The functions below may be called only then.
int weir_curl_load(void);

CURLcode weir_curl_global_init(long flags);
CURL *weir_curl_easy_init(void);
void weir_curl_easy_cleanup(CURL *handle);
void weir_curl_easy_reset(CURL *handle);
CURLcode weir_curl_easy_perform(CURL *handle);
const char *weir_curl_easy_strerror(CURLcode code);
struct curl_slist *weir_curl_slist_append(struct curl_slist *list, const char *text);
void weir_curl_slist_free_all(struct curl_slist *list);
CURLU *weir_curl_url(void);
void weir_curl_url_cleanup(CURLU *url);
CURLUcode weir_curl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned int flags);
CURLUcode weir_curl_url_get(const CURLU *url, CURLUPart part, char **text, unsigned int flags);
void weir_curl_free(void *pointer);

/// Swift cannot call variadic functions; each of these passes one type of argument on.
CURLcode weir_curl_set_long(CURL *handle, CURLoption option, long value);
CURLcode weir_curl_set_text(CURL *handle, CURLoption option, const char *value);
CURLcode weir_curl_set_pointer(CURL *handle, CURLoption option, const void *value);
CURLcode weir_curl_set_size(CURL *handle, CURLoption option, curl_off_t value);
CURLcode weir_curl_set_write(CURL *handle, curl_write_callback function, void *context);
CURLcode weir_curl_set_open_socket(CURL *handle, curl_opensocket_callback function, void *context);
CURLcode weir_curl_get_long(CURL *handle, CURLINFO info, long *value);
CURLcode weir_curl_get_size(CURL *handle, CURLINFO info, curl_off_t *value);
