// Convolution with sixteen images in the lanes, and its weight gradient; see tap_plan.h.
//
// A tile of pixels × columns is summed in registers over all taps and channels: each step loads one
// source vector a pixel and broadcasts one weight a column. Source rows pass through a ring of rows
// with zero columns at both ends; taps above and below the image are left out.
#pragma once
#include "vector.h"

enum { CK_MAX_TAP_ROWS = 64 };

// The tables behind a plan's header.
INLINE const int32_t *CK(tap_row_table)(const ck_tap_plan *plan) {
  return (const int32_t *)(plan + 1);
}
INLINE const int32_t *CK(inner_offset_table)(const ck_tap_plan *plan) {
  return CK(tap_row_table)(plan) + plan->tap_rows;
}
INLINE const int32_t *CK(column_offset_table)(const ck_tap_plan *plan) {
  return CK(inner_offset_table)(plan) + plan->source_channels * plan->tap_columns;
}
INLINE const int32_t *CK(contribution_table)(const ck_tap_plan *plan) {
  return CK(column_offset_table)(plan) + plan->columns;
}

// The size of the next part when `rest` items are cut into the fewest parts of at most `most`, of
// equal size where possible.
INLINE int CK(next_part)(int rest, int most) {
  int parts = (rest + most - 1) / most;
  return (rest + parts - 1) / parts;
}

// Columns of a padded row that the image fills.
INLINE int CK(filled_width)(const ck_tap_plan *plan) {
  int room = plan->padded_width - plan->left_padding;
  if (room < 0) return 0;
  return room < plan->source_width ? room : plan->source_width;
}

// Source rows in memory of their own, with zero columns left and right.
typedef struct {
  float *rows;
  int slots;      // rows that fit
  int next;       // the source row that comes next
  size_t stride;  // floats a row of all channels
} CK(row_ring);

static CK(row_ring) CK(make_ring)(const ck_tap_plan *plan, int slots, float *memory) {
  CK(row_ring) ring = {memory, slots, 0,
                       (size_t)plan->source_channels * plan->padded_width * 16};
  size_t width = (size_t)plan->padded_width * 16, left = (size_t)plan->left_padding * 16;
  if (left > width) left = width;
  size_t right = left + (size_t)CK(filled_width)(plan) * 16;
  for (int row = 0; row < slots * plan->source_channels; row++, memory += width) {
    memset(memory, 0, left * sizeof(float));
    memset(memory + right, 0, (width - right) * sizeof(float));
  }
  return ring;
}

INLINE float *CK(ring_row)(const CK(row_ring) *ring, int row) {
  return ring->rows + (row % ring->slots) * ring->stride;
}

// Brings the rows before `end` into the ring.
static void CK(fill_ring)(CK(row_ring) *ring, const ck_tap_plan *plan, const float *source,
                          int end) {
  if (end > plan->source_height) end = plan->source_height;
  int width = CK(filled_width)(plan);
  if (ring->next < end - ring->slots) ring->next = end - ring->slots;
  for (; ring->next < end; ring->next++) {
    float *to = CK(ring_row)(ring, ring->next) + plan->left_padding * 16;
    const float *from = source + (size_t)ring->next * plan->source_width * 16;
    for (int c = 0; c < plan->source_channels; c++) {
      for (int x = 0; x < width * 16; x += 16) v_store(to + x, v_load(from + x));
      to += plan->padded_width * 16;
      from += (size_t)plan->source_height * plan->source_width * 16;
    }
  }
}

// The columns of one tile where each tap is one kernel position: copies of constant size.
INLINE void CK(pack_columns)(int columns, const ck_tap_plan *plan, const float *kernel,
                             float *packed) {
  const int32_t *entry = CK(contribution_table)(plan);
  int channels = plan->source_channels, outputs = plan->columns;
  for (int row = 0; row < plan->tap_rows; row++, entry += 4 * plan->tap_columns)
    for (int c = 0; c < channels; c++)
      for (int t = 0; t < plan->tap_columns; t++, packed += columns) {
        const float *from = kernel + ((size_t)entry[4 * t + 3] * channels + c) * outputs;
        UNROLL for (int i = 0; i < columns; i++) packed[i] = from[i];
      }
}

static void CK(pack_positions)(const ck_tap_plan *plan, const float *kernel, float *packed) {
  size_t taps = (size_t)plan->tap_rows * plan->source_channels * plan->tap_columns;
  for (int first = 0, width; first < plan->columns; first += width) {
    width = CK(next_part)(plan->columns - first, CK_TILE_CHANNELS);
    const float *from = kernel + first;
    float *to = packed + first * taps;
    switch (width) {
      case 1: CK(pack_columns)(1, plan, from, to); break;
      case 2: CK(pack_columns)(2, plan, from, to); break;
      case 3: CK(pack_columns)(3, plan, from, to); break;
      case 4: CK(pack_columns)(4, plan, from, to); break;
      case 5: CK(pack_columns)(5, plan, from, to); break;
      case 6: CK(pack_columns)(6, plan, from, to); break;
    }
  }
}

static void CK(tap_pack)(const ck_tap_plan *plan, const float *kernel, float *packed) {
  const int32_t *entry = CK(contribution_table)(plan);
  if (plan->contributions == plan->tap_rows * plan->tap_columns &&
      plan->columns == plan->destination_channels && plan->kernel_destination_step == 1) {
    CK(pack_positions)(plan, kernel, packed);
    return;
  }
  int channels = plan->source_channels, outputs = plan->destination_channels;
  size_t taps = (size_t)plan->tap_rows * channels * plan->tap_columns;
  memset(packed, 0, taps * plan->columns * sizeof(float));
  for (int first = 0, width; first < plan->columns; first += width) {
    width = CK(next_part)(plan->columns - first, CK_TILE_CHANNELS);
    float *tile = packed + first * taps;
    for (int e = 0; e < plan->contributions; e++) {
      int start = entry[4 * e + 2] * outputs;  // the first column of this phase
      int low = start > first ? start : first;
      int high = start + outputs < first + width ? start + outputs : first + width;
      const float *from = kernel + (size_t)entry[4 * e + 3] * channels * outputs;
      for (int c = 0; c < channels; c++) {
        size_t tap = ((size_t)entry[4 * e] * channels + c) * plan->tap_columns + entry[4 * e + 1];
        for (int column = low; column < high; column++)
          tile[tap * width + column - first] +=
              from[c * plan->kernel_source_step +
                   (column - start) * plan->kernel_destination_step];
      }
    }
  }
}

// What all tiles of one grid row share.
typedef struct {
  const ck_tap_plan *plan;
  const float *rows[CK_MAX_TAP_ROWS];  // the padded source row of each tap row
  int first_row, end_row;              // the tap rows that lie in the image
  const int32_t *inner_offset;
  const int32_t *column_offset;
  const float *packed;
  const float *bias;
  float *destination;  // the grid row
} CK(tap_pass);

// The grid pixels [x, x + P) of the columns [column, column + C).
INLINE void CK(tap_tile)(int P, int C, const CK(tap_pass) *pass, int x, int column) {
  const ck_tap_plan *plan = pass->plan;
  size_t inner = (size_t)plan->source_channels * plan->tap_columns;
  size_t step = (size_t)plan->source_step * 16;
  const float *w = pass->packed + (column * plan->tap_rows + pass->first_row * C) * inner;
  v16 sum[2 * CK_TILE_PIXELS][CK_TILE_CHANNELS];
  UNROLL for (int p = 0; p < P; p++)
    UNROLL for (int c = 0; c < C; c++) sum[p][c] = v_set(0);
  for (int row = pass->first_row; row < pass->end_row; row++) {
    const float *base = pass->rows[row] + x * step;
    for (size_t i = 0; i < inner; i++, w += C) {
      const float *source = base + pass->inner_offset[i];
      v16 pixel[2 * CK_TILE_PIXELS];
      UNROLL for (int p = 0; p < P; p++) pixel[p] = v_load(source + p * step);
      UNROLL for (int c = 0; c < C; c++) {
        v16 weight = v_set(w[c]);
        UNROLL for (int p = 0; p < P; p++) sum[p][c] += weight * pixel[p];
      }
    }
  }
  UNROLL for (int c = 0; c < C; c++) {
    float *to = pass->destination + pass->column_offset[column + c];
    to += (size_t)x * plan->destination_column_step;
    v16 bias = v_set(pass->bias ? pass->bias[(column + c) % plan->destination_channels] : 0);
    UNROLL for (int p = 0; p < P; p++) {
      float *pixel = to + p * (size_t)plan->destination_column_step;
      v_store(pixel, sum[p][c] + bias);
    }
  }
}

// Tiles of constant size, so that their sums stay in registers. Narrow ones come twice as wide:
// fused multiply-adds need eight independent sums to be busy.
#define TILE(P, C) \
  case (P) * 8 + (C): CK(tap_tile)(P, C, pass, x, column); break;
#define TILES_4(C) TILE(1, C) TILE(2, C) TILE(3, C) TILE(4, C)

static void CK(tap_any_tile)(int pixels, int columns, const CK(tap_pass) *pass, int x,
                             int column) {
  switch (pixels * 8 + columns) {
#if CK_TILE_PIXELS == 4
    TILES_4(1) TILES_4(2) TILES_4(3) TILES_4(4) TILES_4(5) TILES_4(6)
    TILE(8, 1) TILE(8, 2) TILE(8, 3)
#elif CK_TILE_CHANNELS == 6
    TILE(1, 1) TILE(1, 2) TILE(1, 3) TILE(1, 4) TILE(1, 5) TILE(1, 6)
    TILE(2, 1) TILE(2, 2) TILE(2, 3)
#else
    TILE(1, 1) TILE(1, 2)
    TILE(2, 1)
#endif
  }
}
#undef TILE
#undef TILES_4

INLINE int CK(tile_pixels)(int rest, int columns) {
  if (2 * columns <= CK_TILE_CHANNELS && rest >= 2 * CK_TILE_PIXELS) return 2 * CK_TILE_PIXELS;
  return CK(next_part)(rest, CK_TILE_PIXELS);
}

// One grid row: along the row for each column tile where the weights are many (they stay in the
// first-level cache), all columns of a pixel tile where they are few (the pixels stay).
static void CK(tap_grid_row)(const CK(tap_pass) *pass) {
  const ck_tap_plan *plan = pass->plan;
  size_t weights = (size_t)plan->tap_rows * plan->source_channels * plan->tap_columns;
  int span = weights * plan->columns > 8192 ? plan->grid_width : 4 * CK_TILE_PIXELS;
  for (int start = 0; start < plan->grid_width; start += span) {
    int end = start + span < plan->grid_width ? start + span : plan->grid_width;
    for (int column = 0, columns; column < plan->columns; column += columns) {
      columns = CK(next_part)(plan->columns - column, CK_TILE_CHANNELS);
      for (int x = start, pixels; x < end; x += pixels) {
        pixels = CK(tile_pixels)(end - x, columns);
        CK(tap_any_tile)(pixels, columns, pass, x, column);
      }
    }
  }
}

static void CK(tap_convolution)(const ck_tap_plan *plan, const float *source, const float *packed,
                                const float *bias, float *destination, float *memory) {
  const int32_t *tap_row = CK(tap_row_table)(plan);
  int taps = plan->tap_rows;
  int slots = taps > 0 ? tap_row[taps - 1] - tap_row[0] + 1 : 0;
  CK(row_ring) ring = CK(make_ring)(plan, slots, memory);
  CK(tap_pass) pass = {.plan = plan,
                       .inner_offset = CK(inner_offset_table)(plan),
                       .column_offset = CK(column_offset_table)(plan),
                       .packed = packed,
                       .bias = bias};
  for (int q = 0; q < plan->grid_height; q++) {
    int top = q * plan->source_step;
    if (taps > 0) CK(fill_ring)(&ring, plan, source, top + tap_row[taps - 1] + 1);
    pass.first_row = 0;
    while (pass.first_row < taps && top + tap_row[pass.first_row] < 0) pass.first_row++;
    pass.end_row = pass.first_row;
    for (; pass.end_row < taps; pass.end_row++) {
      int row = top + tap_row[pass.end_row];
      if (row >= plan->source_height) break;
      pass.rows[pass.end_row] = CK(ring_row)(&ring, row);
    }
    pass.destination = destination + (size_t)q * plan->destination_row_step;
    CK(tap_grid_row)(&pass);
  }
}
