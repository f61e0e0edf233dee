// The kernels for AVX2 with fused multiply-add.
#if __x86_64__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define CK(name) name##_avx2
// Twelve of sixteen registers hold sums, and what else a step reads fits the other four: a tile of
// two pixels by three channels needs one more, and its sums went through memory.
#define CK_TILE_PIXELS 1
#define CK_TILE_CHANNELS 6
#define CK_TILE_TAPS 2
#define CK_TILE_GRADIENTS 3
#define CK_PRODUCT_ROWS 6
#define CK_PRODUCT_VECTORS 1
#include "kernels.h"
#pragma clang attribute pop
#endif
