// The weight gradient of a convolution with sixteen images in the lanes; see tap_plan.h.
//
// A tile of taps × columns is summed in registers over the pixels of a block of grid rows: each
// step loads one source vector a tap and one gradient vector a column. The lanes are added when the
// last block is done.
#pragma once
#include "lanes_convolution.h"

// What all tiles of one block of grid rows share.
typedef struct {
  const ck_tap_plan *plan;
  const CK(row_ring) *ring;
  const int32_t *inner_offset;
  const int32_t *column_offset;
  const float *gradient;  // of the destination
  float *sums;            // of tiles that further blocks continue
  float *weight_gradient;
  int tap_row;      // the offset of this row of taps
  int begin, end;   // the grid rows of this block whose source row lies in the image
  int is_first, is_last;
} CK(weight_pass);

// The taps [tap, tap + R) of tap row `row`, the columns [column, column + C).
INLINE void CK(weight_tile)(int R, int C, const CK(weight_pass) *pass, size_t row, size_t tap,
                            size_t column) {
  const ck_tap_plan *plan = pass->plan;
  size_t step = (size_t)plan->source_step * 16, width = (size_t)plan->grid_width;
  size_t gradient_step = (size_t)plan->destination_column_step;
  size_t inner = (size_t)plan->source_channels * plan->tap_columns;
  v16 sum[CK_TILE_TAPS][CK_TILE_GRADIENTS];
  // Where the sums lie between blocks: each tile has its own run of memory.
  float *kept = pass->sums + ((row * inner + tap) * plan->columns + column * R) * 16;
  UNROLL for (int r = 0; r < R; r++)
    UNROLL for (int c = 0; c < C; c++)
      sum[r][c] = pass->is_first ? v_set(0) : v_load(kept + (r * C + c) * 16);
  for (int q = pass->begin; q < pass->end; q++) {
    const float *base = CK(ring_row)(pass->ring, q * plan->source_step + pass->tap_row);
    const float *gradient = pass->gradient + (size_t)q * plan->destination_row_step;
    const float *s[CK_TILE_TAPS], *g[CK_TILE_GRADIENTS];
    UNROLL for (int r = 0; r < R; r++) s[r] = base + pass->inner_offset[tap + r];
    UNROLL for (int c = 0; c < C; c++) g[c] = gradient + pass->column_offset[column + c];
    for (size_t x = 0, i = 0, j = 0; x < width; x++, i += step, j += gradient_step) {
      v16 source[CK_TILE_TAPS];
      UNROLL for (int r = 0; r < R; r++) source[r] = v_load(s[r] + i);
      UNROLL for (int c = 0; c < C; c++) {
        v16 d = v_load(g[c] + j);
        UNROLL for (int r = 0; r < R; r++) sum[r][c] += source[r] * d;
      }
    }
  }
  if (!pass->is_last) {
    UNROLL for (int r = 0; r < R; r++)
      UNROLL for (int c = 0; c < C; c++) v_store(kept + (r * C + c) * 16, sum[r][c]);
    return;
  }
  v16 flat[32];
  UNROLL for (int r = 0; r < R; r++)
    UNROLL for (int c = 0; c < C; c++) flat[r * C + c] = sum[r][c];
  UNROLL for (int i = R * C; i < (R * C + 15) / 16 * 16; i++) flat[i] = v_set(0);
  float total[32];
  v_store(total, v_sums(flat));
  if (R * C > 16) v_store(total + 16, v_sums(flat + 16));
  float *to = pass->weight_gradient + (row * inner + tap) * plan->columns + column;
  UNROLL for (int r = 0; r < R; r++)
    UNROLL for (int c = 0; c < C; c++) to[r * plan->columns + c] = total[r * C + c];
}

#define TILE(R, C) \
  case (R) * 8 + (C): CK(weight_tile)(R, C, pass, row, tap, column); break;

static void CK(weight_any_tile)(int taps, int columns, const CK(weight_pass) *pass, size_t row,
                                size_t tap, size_t column) {
  switch (taps * 8 + columns) {
#if CK_TILE_TAPS == 4
    TILE(1, 1) TILE(1, 2) TILE(1, 3) TILE(1, 4) TILE(1, 5) TILE(1, 6)
    TILE(2, 1) TILE(2, 2) TILE(2, 3) TILE(2, 4) TILE(2, 5) TILE(2, 6)
    TILE(3, 1) TILE(3, 2) TILE(3, 3) TILE(3, 4) TILE(3, 5) TILE(3, 6)
    TILE(4, 1) TILE(4, 2) TILE(4, 3) TILE(4, 4) TILE(4, 5) TILE(4, 6)
#elif CK_TILE_TAPS == 2
    TILE(1, 1) TILE(1, 2) TILE(1, 3)
    TILE(2, 1) TILE(2, 2) TILE(2, 3)
#else
    TILE(1, 1) TILE(1, 2)
#endif
  }
}
#undef TILE

// Adds the block's grid rows [begin, end) to the sums of each column.
static void CK(sum_columns)(const ck_tap_plan *plan, const float *gradient, int begin, int end,
                            float *sums) {
  const int32_t *column_offset = CK(column_offset_table)(plan);
  for (int c = 0; c < plan->columns; c++) {
    v16 sum = v_load(sums + c * 16);
    for (int q = begin; q < end; q++) {
      const float *g = gradient + column_offset[c] + (size_t)q * plan->destination_row_step;
      v16 row = v_set(0);
      for (int x = 0; x < plan->grid_width; x++, g += plan->destination_column_step)
        row += v_load(g);
      sum += row;
    }
    v_store(sums + c * 16, sum);
  }
}

// All tiles of the block of grid rows [begin, end).
static void CK(weight_block)(CK(weight_pass) *pass, int begin, int end) {
  const ck_tap_plan *plan = pass->plan;
  const int32_t *tap_row = CK(tap_row_table)(plan);
  int inner = plan->source_channels * plan->tap_columns, step = plan->source_step;
  for (int column = 0, columns; column < plan->columns; column += columns) {
    columns = CK(next_part)(plan->columns - column, CK_TILE_GRADIENTS);
    for (int row = 0; row < plan->tap_rows; row++) {
      pass->tap_row = tap_row[row];
      pass->begin = begin;
      pass->end = end;
      while (pass->begin < end && pass->begin * step + tap_row[row] < 0) pass->begin++;
      while (pass->end > pass->begin &&
             (pass->end - 1) * step + tap_row[row] >= plan->source_height)
        pass->end--;
      for (int tap = 0, taps; tap < inner; tap += taps) {
        taps = CK(next_part)(inner - tap, CK_TILE_TAPS);
        CK(weight_any_tile)(taps, columns, pass, row, tap, column);
      }
    }
  }
}

static void CK(tap_weight_gradient)(const ck_tap_plan *plan, const float *source,
                                    const float *gradient, float *weight_gradient,
                                    float *bias_gradient, float *memory, float *sums) {
  const int32_t *tap_row = CK(tap_row_table)(plan);
  int taps = plan->tap_rows, step = plan->source_step;
  int slots = taps > 0 ? tap_row[taps - 1] - tap_row[0] + 1 + step * (plan->block_rows - 1) : 0;
  CK(row_ring) ring = CK(make_ring)(plan, slots, memory);
  memset(sums, 0, plan->columns * 16 * sizeof(float));
  CK(weight_pass) pass = {.plan = plan,
                          .ring = &ring,
                          .inner_offset = CK(inner_offset_table)(plan),
                          .column_offset = CK(column_offset_table)(plan),
                          .gradient = gradient,
                          .sums = sums + plan->columns * 16,
                          .weight_gradient = weight_gradient};
  for (int begin = 0; begin < plan->grid_height; begin += plan->block_rows) {
    int end = begin + plan->block_rows;
    if (end > plan->grid_height) end = plan->grid_height;
    pass.is_first = begin == 0;
    pass.is_last = end == plan->grid_height;
    CK(sum_columns)(plan, gradient, begin, end, sums);
    if (taps == 0) continue;
    CK(fill_ring)(&ring, plan, source, (end - 1) * step + tap_row[taps - 1] + 1);
    CK(weight_block)(&pass, begin, end);
  }
  for (int c = 0; c < plan->columns; c++) bias_gradient[c] = v_sum(v_load(sums + c * 16));
}

static void CK(tap_unpack_gradient)(const ck_tap_plan *plan, const float *weight_gradient,
                                    const float *column_gradient, float *kernel_gradient,
                                    float *bias_gradient) {
  const int32_t *entry = CK(contribution_table)(plan);
  int channels = plan->source_channels, outputs = plan->destination_channels;
  for (int e = 0; e < plan->contributions; e++, entry += 4) {
    float *to = kernel_gradient + (size_t)entry[3] * channels * outputs;
    for (int c = 0; c < channels; c++) {
      size_t tap = ((size_t)entry[0] * channels + c) * plan->tap_columns + entry[1];
      const float *from = weight_gradient + tap * plan->columns + entry[2] * outputs;
      for (int o = 0; o < outputs; o++)
        to[c * plan->kernel_source_step + o * plan->kernel_destination_step] += from[o];
    }
  }
  for (int c = 0; c < plan->columns; c++) bias_gradient[c % outputs] += column_gradient[c];
}
