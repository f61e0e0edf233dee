// One image with sixteen of its pixels in the lanes: what acting with one environment needs.
//
// Planes hold an image's rows one behind the other, rounded up to whole vectors. Loads and stores
// run over the end of a row, which the next row, written later, covers; what is behind the last one
// is never taken for a pixel. Each pixel goes through the operations of the kernels for sixteen
// images in the same order, so that both give the same bits.
//
// A convolution unfolds the image along its rows first (unfold_plan.h), so that vectors and tiles
// need not know where a row ends: narrow images fill them as wide ones do.
#pragma once
#include "lanes_convolution.h"
#include "lanes_images.h"
#include "unfold_plan.h"

INLINE size_t CK(whole_vectors)(size_t pixels) { return (pixels + 15) & ~(size_t)15; }

INLINE v16 CK(even_lanes)(v16 a, v16 b) {
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}
INLINE v16 CK(odd_lanes)(v16 a, v16 b) {
  return __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

// Floats p[0], p[step], … p[15 · step].
INLINE v16 CK(load_every)(int step, const float *p) {
  if (step == 1) return v_load(p);
  if (step == 2) return CK(even_lanes)(v_load(p), v_load(p + 16));
  v16 x;
  for (int i = 0; i < 16; i++) x[i] = p[i * step];
  return x;
}

// A channel with zeros around it, where they are not yet.
INLINE void CK(pad_plane)(const ck_unfold_plan *plan, const float *source, float *padded) {
  int whole = plan->source_width & ~15, rest = plan->source_width - whole;
  padded += plan->top * plan->padded_width + plan->left;
  for (int y = 0; y < plan->source_height; y++) {
    for (int x = 0; x < whole; x += 16) v_store(padded + x, v_load(source + x));
    if (rest > 0) memcpy(padded + whole, source + whole, rest * sizeof(float));
    padded += plan->padded_width;
    source += plan->source_width;
  }
}

// What tap column t reads of a padded channel in the rows of one phase.
INLINE void CK(unfold_plane)(int step, const ck_unfold_plan *plan, const float *padded, float *to) {
  for (int m = 0; m < plan->rows; m++) {
    for (int x = 0; x < plan->grid_width; x += 16)
      v_store(to + x, CK(load_every)(step, padded + x * step));
    padded += step * plan->padded_width;
    to += plan->grid_width;
  }
}

INLINE void CK(unfold_by)(int step, const ck_unfold_plan *plan, const float *source,
                          float *unfolded, float *padded) {
  size_t source_plane = CK(whole_vectors)((size_t)plan->source_height * plan->source_width);
  size_t phase_size = (size_t)plan->channels * plan->tap_columns * plan->plane_step;
  for (int c = 0; c < plan->channels; c++) {
    CK(pad_plane)(plan, source + c * source_plane, padded);
    for (int t = 0; t < plan->tap_columns; t++, unfolded += plan->plane_step)
      for (int phase = 0; phase < plan->row_phases; phase++)
        CK(unfold_plane)(step, plan, padded + phase * plan->padded_width + t,
                         unfolded + phase * phase_size);
  }
}

static void CK(planar_unfold)(const ck_unfold_plan *plan, const float *source, float *unfolded,
                              float *padded) {
  memset(padded, 0, plan->padded_count * sizeof(float));
  if (plan->step == 1) CK(unfold_by)(1, plan, source, unfolded, padded);
  else if (plan->step == 2) CK(unfold_by)(2, plan, source, unfolded, padded);
  else CK(unfold_by)(plan->step, plan, source, unfolded, padded);
}

// All pixels of the grid as one row of vectors.
static void CK(planar_convolution)(const ck_tap_plan *plan, const float *unfolded,
                                   const float *packed, const float *bias, float *destination) {
  CK(tap_pass) pass = {.plan = plan,
                       .end_row = plan->tap_rows,
                       .inner_offset = CK(inner_offset_table)(plan),
                       .column_offset = CK(column_offset_table)(plan),
                       .packed = packed,
                       .bias = bias,
                       .destination = destination};
  const int32_t *tap_row = CK(tap_row_table)(plan);
  for (int row = 0; row < plan->tap_rows; row++) pass.rows[row] = unfolded + tap_row[row];
  CK(tap_grid_row)(&pass);
}

// The larger of each two neighbours of 32.
INLINE v16 CK(max_of_pairs)(const float *p) {
  v16 a = v_load(p), b = v_load(p + 16);
  return v_max(CK(even_lanes)(a, b), CK(odd_lanes)(a, b));
}

// In the order of max_pool, so that zeros of both signs give the same bits.
static void CK(planar_max_pool)(const float *x, size_t channels, size_t height, size_t width,
                                float *y) {
  size_t half = width / 2;
  size_t plane = CK(whole_vectors)(height * width), small = CK(whole_vectors)(height / 2 * half);
  for (size_t c = 0; c < channels; c++, x += plane, y += small)
    for (size_t r = 0; r < height / 2; r++)
      for (size_t i = 0; i < half; i += 16) {
        const float *top = x + 2 * r * width + 2 * i;
        v_store(y + r * half + i,
                v_max(CK(max_of_pairs)(top), CK(max_of_pairs)(top + width)));
      }
}

// Sixteen pixels of three channels, one channel after the other.
INLINE void CK(split_colors)(const uint8_t *frame, u8x16 *colors) {
  u8x16 a = CK(load_bytes)(frame), b = CK(load_bytes)(frame + 16), c = CK(load_bytes)(frame + 32);
#define PICK(x, y, ...) __builtin_shufflevector(x, y, __VA_ARGS__)
  u8x16 red = PICK(a, b, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, -1, -1, -1, -1, -1);
  u8x16 green = PICK(a, b, 1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, -1, -1, -1, -1, -1);
  u8x16 blue = PICK(a, b, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29, -1, -1, -1, -1, -1, -1);
  colors[0] = PICK(red, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29);
  colors[1] = PICK(green, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30);
  colors[2] = PICK(blue, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31);
#undef PICK
}

static void CK(planar_pack)(const uint8_t *frame, size_t pixels, size_t channels, float *planes) {
  size_t plane = CK(whole_vectors)(pixels), p = 0;
  for (; channels == 3 && p + 16 <= pixels; p += 16) {
    u8x16 colors[3];
    CK(split_colors)(frame + p * 3, colors);
    for (size_t c = 0; c < 3; c++)
      v_store(planes + c * plane + p, CK(byte_fraction)(colors[c]) - 0.5f);
  }
  for (; p < pixels; p += 16) {
    size_t n = pixels - p < 16 ? pixels - p : 16;
    for (size_t c = 0; c < channels; c++) {
      u8x16 bytes = {0};
      for (size_t i = 0; i < n; i++) bytes[i] = frame[(p + i) * channels + c];
      v_store(planes + c * plane + p, CK(byte_fraction)(bytes) - 0.5f);
    }
  }
}

static void CK(planar_interleave)(const float *planes, size_t pixels, size_t channels, float *row) {
  size_t plane = CK(whole_vectors)(pixels);
  for (size_t p = 0; p < pixels; p++)
    for (size_t c = 0; c < channels; c++) row[p * channels + c] = planes[c * plane + p];
}
