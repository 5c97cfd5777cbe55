// weir
// SPDX-License-Identifier: Apache-2.0
#pragma once

typedef float weir_float4 __attribute__((ext_vector_type(4)));

// Four square roots in one instruction. Swift's own takes them one by one, and asks before each whether the number is negative.
static inline __attribute__((always_inline)) weir_float4 weir_square_roots(weir_float4 values) { return __builtin_elementwise_sqrt(values); }
