// weir
// SPDX-License-Identifier: Apache-2.0
#pragma once
// The C library's settings of its heap, which Swift's module of it leaves out.
#include <malloc.h>
