// Between frames or rows of matrices and blocks of sixteen images, and the loss of images.
#pragma once
#include "lanes_pooling.h"

// Bytes [at, at + 16) of sixteen frames, byte i of all frames in out[i]; n < 16 bytes near the end.
// Lanes from `lanes` on are zero.
INLINE void CK(load_lanes)(const uint8_t *frames, const int64_t *offsets, size_t lanes, size_t at,
                           size_t n, u8x16 *out) {
  u8x16 a[16], b[16];
  for (size_t i = 0; i < 16; i++) {
    a[i] = (u8x16){0};
    if (i < lanes && n == 16) a[i] = CK(load_bytes)(frames + offsets[i] + at);
    if (i < lanes && n < 16) memcpy(&a[i], frames + offsets[i] + at, n);
  }
  // Four perfect shuffles of the 16 × 16 bytes transpose them.
  for (int round = 0; round < 2; round++) {
    for (size_t i = 0; i < 8; i++) {
      b[2 * i] = ZIP_LOW(a[i], a[i + 8]);
      b[2 * i + 1] = ZIP_HIGH(a[i], a[i + 8]);
    }
    for (size_t i = 0; i < 8; i++) {
      a[2 * i] = ZIP_LOW(b[i], b[i + 8]);
      a[2 * i + 1] = ZIP_HIGH(b[i], b[i + 8]);
    }
  }
  for (size_t i = 0; i < 16; i++) out[i] = a[i];
}

// x / 255 without a division: 1/255 = 2^-8 + 2^-16 + …, of which the first product is exact, gives
// the same bits for every byte (a test compares them).
INLINE v16 CK(byte_fraction)(u8x16 bytes) {
  v16 x = __builtin_convertvector(bytes, v16);
  return x * 0x1p-8f + x * 0x1.010102p-16f;
}

// Ones in the lanes that hold an image.
INLINE v16 CK(lane_mask)(size_t lanes) {
  float mask[16];
  for (size_t i = 0; i < 16; i++) mask[i] = i < lanes ? 1.0f : 0.0f;
  return v_load(mask);
}

// Walks the bytes of frames, sixteen at a time: BODY sees `bytes`, their index `k` in sixteen, and
// where they stand in the block, `at`.
#define CK_FOR_EACH_BYTE(BODY)                                                   \
  size_t total = pixels * channels, pixel = 0, channel = 0;                      \
  for (size_t start = 0; start < total; start += 16) {                           \
    size_t n = total - start < 16 ? total - start : 16;                          \
    u8x16 part[16];                                                              \
    CK(load_lanes)(frames, offsets, lanes, start, n, part);                      \
    for (size_t k = 0; k < n; k++) {                                             \
      u8x16 bytes = part[k];                                                     \
      size_t at = (channel * pixels + pixel) * 16;                               \
      BODY;                                                                      \
      if (++channel == channels) {                                               \
        channel = 0;                                                             \
        pixel++;                                                                 \
      }                                                                          \
    }                                                                            \
  }

static void CK(pack_images)(const uint8_t *frames, const int64_t *offsets, size_t lanes,
                            size_t pixels, size_t channels, float *block) {
  v16 mask = CK(lane_mask)(lanes);
  CK_FOR_EACH_BYTE(v_store(block + at, (CK(byte_fraction)(bytes) - 0.5f) * mask))
}

static void CK(gather_rows)(const float *block, size_t lanes, size_t elements,
                            const int32_t *order, int accumulate, float *rows, size_t stride) {
  for (size_t e = 0; e < elements; e++, block += 16) {
    float *to = rows + order[e];
    if (accumulate)
      for (size_t i = 0; i < lanes; i++) to[i * stride] += block[i];
    else
      for (size_t i = 0; i < lanes; i++) to[i * stride] = block[i];
  }
}

static void CK(scatter_rows)(const float *rows, size_t stride, size_t lanes, size_t elements,
                             const int32_t *order, int accumulate, float *block) {
  for (size_t e = 0; e < elements; e++, block += 16) {
    const float *from = rows + order[e];
    float column[16] = {0};
    for (size_t i = 0; i < lanes; i++) column[i] = from[i * stride];
    v16 x = v_load(column);
    v_store(block, accumulate ? v_load(block) + x : x);
  }
}

static void CK(sigmoid_squared_error)(const float *logits, const uint8_t *frames,
                                      const int64_t *offsets, size_t lanes, size_t pixels,
                                      size_t channels, float *means, float *losses) {
  // Sixteen sums a lane keep the rounding of long sums small.
  v16 sums[16];
  for (size_t k = 0; k < 16; k++) sums[k] = v_set(0);
  CK_FOR_EACH_BYTE({
    v16 mean = v_sigmoid(v_load(logits + at));
    v16 error = mean - CK(byte_fraction)(bytes);
    v_store(means + at, mean);
    sums[k] += error * error;
  })
  for (size_t step = 8; step > 0; step /= 2)
    for (size_t k = 0; k < step; k++) sums[k] += sums[k + step];
  v_store(losses, sums[0] * CK(lane_mask)(lanes));
}

static void CK(sigmoid_squared_error_gradient)(const float *means, const uint8_t *frames,
                                               const int64_t *offsets, size_t lanes, size_t pixels,
                                               size_t channels, const float *g,
                                               float *dlogits) {
  v16 factor = v_load_part(g, lanes) * 2.0f;
  CK_FOR_EACH_BYTE({
    v16 mean = v_load(means + at);
    v16 d = factor * (mean - CK(byte_fraction)(bytes)) * mean * (1.0f - mean);
    v_store(dlogits + at, d);
  })
}
