// Matrix products. See product.def for what each kernel does.
//
// A tile of rows × vectors of the result is summed in registers: each step loads the vectors of one
// row of B and broadcasts one number of A a row. Nothing is packed where rows of B fill a vector,
// so that small products cost no more than their arithmetic. Blocks of steps keep the part of B
// that a tile reads in the first-level cache, blocks of rows the part of A in the second.
#pragma once
#include "vector.h"

enum {
  CK_BLOCK_STEPS = 128,
  CK_BLOCK_ROWS = 480,
  // How far ahead of a strided A to fetch, in floats: tiles of rows are neighbours there.
  CK_AHEAD = 24,
};

// What all tiles of one block of steps share.
typedef struct {
  ck_run runs[CK_BLOCK_STEPS];  // of the block
  size_t run_count;
  size_t a_step, b_step, c_row;
  const float *start;
  int accumulates;
} CK(product_block);

// Columns that fill no vector are computed with some before them, whose results are dropped: a mask
// of the first `count` lanes.
INLINE i16 CK(first_lanes)(int count) {
  i16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return lane < count;
}

// The rows [row, row + R) of the columns [column, column + 16 V). Of the first vector only the last
// `width` columns count where the tile overlaps the one before.
INLINE void CK(product_tile)(int R, int V, int overlaps, const CK(product_block) *block, size_t row,
                             size_t column, size_t width, float *c) {
  v16 sum[CK_PRODUCT_ROWS][CK_PRODUCT_VECTORS];
  float *to = c + row * block->c_row + column;
  size_t c_row = block->c_row;
  UNROLL for (int r = 0; r < R; r++)
    UNROLL for (int v = 0; v < V; v++) {
      const float *from =
          block->accumulates || !block->start ? to + r * c_row : block->start + column;
      sum[r][v] = block->accumulates || block->start ? v_load(from + v * 16) : v_set(0);
    }
  size_t a_step = block->a_step, b_step = block->b_step;
  for (size_t run = 0; run < block->run_count; run++) {
    size_t a_row = block->runs[run].a_row;
    const float *a = block->runs[run].a + row * a_row;
    const float *b = block->runs[run].b + column;
    for (size_t s = block->runs[run].count; s > 0; s--, a += a_step, b += b_step) {
      if (a_step != 1) __builtin_prefetch(a + CK_AHEAD);
      v16 x[CK_PRODUCT_VECTORS];
      UNROLL for (int v = 0; v < V; v++) x[v] = v_load(b + v * 16);
      UNROLL for (int r = 0; r < R; r++) {
        v16 factor = v_set(a[r * a_row]);
        UNROLL for (int v = 0; v < V; v++) sum[r][v] += factor * x[v];
      }
    }
  }
  UNROLL for (int r = 0; r < R; r++) {
    if (overlaps)
      sum[r][0] = v_select(CK(first_lanes)(16 - (int)width), v_load(to + r * c_row), sum[r][0]);
    UNROLL for (int v = 0; v < V; v++) v_store(to + r * c_row + v * 16, sum[r][v]);
  }
}

// Tiles of constant size, so that their sums stay in registers.
#define TILE(R, V)                                                                  \
  case (R) * 16 + (V)*2: CK(product_tile)(R, V, 0, block, row, column, 16, c); break; \
  case (R) * 16 + (V)*2 + 1: CK(product_tile)(R, V, 1, block, row, column, width, c); break;
#define TILES(V) TILE(1, V) TILE(2, V) TILE(3, V) TILE(4, V) TILE(5, V) TILE(6, V)

static void CK(product_any_tile)(size_t rows, size_t vectors, const CK(product_block) *block,
                                 size_t row, size_t column, size_t width, float *c) {
  switch (rows * 16 + vectors * 2 + (width < 16)) {
#if CK_PRODUCT_ROWS == 6
    TILES(1)
#else
    TILE(1, 1) TILE(2, 1)
#endif
#if CK_PRODUCT_VECTORS == 4
    TILES(2) TILES(3) TILES(4)
#endif
  }
}
#undef TILE
#undef TILES

// Moves the first at most CK_BLOCK_STEPS steps of what is left into the block.
INLINE void CK(fill_block)(CK(product_block) *block, const ck_run *runs, size_t run_count,
                           size_t *run, size_t *at) {
  size_t steps = 0;
  block->run_count = 0;
  while (*run < run_count && steps < CK_BLOCK_STEPS) {
    const ck_run *from = &runs[*run];
    size_t rest = from->count - *at;
    size_t count = rest < CK_BLOCK_STEPS - steps ? rest : CK_BLOCK_STEPS - steps;
    if (count > 0)
      block->runs[block->run_count++] = (ck_run){
          from->a + *at * block->a_step, from->b + *at * block->b_step, count, from->a_row};
    steps += count;
    *at += count;
    if (*at == from->count) *at = 0, ++*run;
  }
}

// The rows [begin, end) of the columns from `column` on, `vectors` of them.
INLINE void CK(product_panel)(const CK(product_block) *block, size_t begin, size_t end,
                              size_t column, size_t vectors, size_t width, float *c) {
  for (size_t row = begin, rows; row < end; row += rows) {
    rows = end - row < CK_PRODUCT_ROWS ? end - row : CK_PRODUCT_ROWS;
    CK(product_any_tile)(rows, vectors, block, row, column, width, c);
  }
}

// The rows [begin, end) of all columns, over one block of steps.
static void CK(product_rows)(const CK(product_block) *block, size_t begin, size_t end,
                             size_t columns, float *c) {
  size_t panel = CK_PRODUCT_VECTORS * 16, column = 0;
  for (; column + panel <= columns; column += panel)
    CK(product_panel)(block, begin, end, column, CK_PRODUCT_VECTORS, 16, c);
  size_t rest = columns - column, width = rest % 16;
  if (rest == 0) return;
  if (width == 0) {
    CK(product_panel)(block, begin, end, column, rest / 16, 16, c);
  } else if (column > 0) {
    // One panel with the columns before it that fill its first vector.
    CK(product_panel)(block, begin, end, column + width - 16, rest / 16 + 1, width, c);
  } else {
    CK(product_panel)(block, begin, end, 0, rest / 16, 16, c);
    CK(product_panel)(block, begin, end, columns - 16, 1, width, c);
  }
}

// The rows of B of a block, padded to a vector each.
INLINE void CK(pad_rows)(CK(product_block) *block, size_t columns, float *padded) {
  for (size_t run = 0; run < block->run_count; run++) {
    const float *b = block->runs[run].b;
    block->runs[run].b = padded;
    for (size_t s = 0; s < block->runs[run].count; s++, b += block->b_step, padded += 16)
      v_store(padded, v_load_part(b, columns));
  }
}

// Results of fewer columns than a vector has lanes, by way of a padded copy.
static void CK(narrow_product)(const ck_run *runs, size_t run_count, size_t a_step, size_t b_step,
                               float *c, size_t c_row, size_t rows, size_t columns,
                               const float *start, int accumulate) {
  float padded[CK_BLOCK_STEPS * 16], result[CK_BLOCK_ROWS * 16];
  CK(product_block) block;
  block.a_step = a_step;
  block.c_row = 16;
  block.start = NULL;
  block.accumulates = 1;
  for (size_t begin = 0, n; begin < rows; begin += n, c += n * c_row) {
    n = rows - begin < CK_BLOCK_ROWS ? rows - begin : CK_BLOCK_ROWS;
    v16 first = start ? v_load_part(start, columns) : v_set(0);
    for (size_t r = 0; r < n; r++)
      v_store(result + r * 16, accumulate ? v_load_part(c + r * c_row, columns) : first);
    for (size_t run = 0, at = 0; run < run_count;) {
      block.b_step = b_step;
      CK(fill_block)(&block, runs, run_count, &run, &at);
      CK(pad_rows)(&block, columns, padded);
      block.b_step = 16;
      for (size_t i = 0; i < block.run_count; i++) block.runs[i].a += begin * block.runs[i].a_row;
      CK(product_rows)(&block, 0, n, 16, result);
    }
    for (size_t r = 0; r < n; r++) v_store_part(c + r * c_row, v_load(result + r * 16), columns);
  }
}

static void CK(product)(const ck_run *runs, size_t run_count, size_t a_step, size_t b_step,
                        float *c, size_t c_row, size_t rows, size_t columns, const float *start,
                        int accumulate) {
  if (columns < 16) {
    CK(narrow_product)(runs, run_count, a_step, b_step, c, c_row, rows, columns, start, accumulate);
    return;
  }
  CK(product_block) block;
  block.a_step = a_step;
  block.b_step = b_step;
  block.c_row = c_row;
  block.start = start;
  for (size_t begin = 0, end; begin < rows; begin = end) {
    end = rows - begin < CK_BLOCK_ROWS ? rows : begin + CK_BLOCK_ROWS;
    size_t run = 0, at = 0;
    block.accumulates = accumulate;
    do {
      // Without a single step this leaves the start.
      CK(fill_block)(&block, runs, run_count, &run, &at);
      CK(product_rows)(&block, begin, end, columns, c);
      block.accumulates = 1;
    } while (run < run_count);
  }
}

// ---- transposition

// Four perfect shuffles of 16 × 16 numbers transpose them.
INLINE void CK(transpose_16)(const float *x, size_t x_row, float *y, size_t y_row) {
  v16 a[16], b[16];
  UNROLL for (int i = 0; i < 16; i++) a[i] = v_load(x + i * x_row);
  UNROLL for (int round = 0; round < 2; round++) {
    UNROLL for (int i = 0; i < 8; i++) {
      b[2 * i] = ZIP_LOW(a[i], a[i + 8]);
      b[2 * i + 1] = ZIP_HIGH(a[i], a[i + 8]);
    }
    UNROLL for (int i = 0; i < 8; i++) {
      a[2 * i] = ZIP_LOW(b[i], b[i + 8]);
      a[2 * i + 1] = ZIP_HIGH(b[i], b[i + 8]);
    }
  }
  UNROLL for (int i = 0; i < 16; i++) v_store(y + i * y_row, a[i]);
}

static void CK(transpose)(const float *x, float *y, size_t rows, size_t columns) {
  size_t whole_rows = rows & ~(size_t)15, whole_columns = columns & ~(size_t)15;
  for (size_t r = 0; r < whole_rows; r += 16)
    for (size_t c = 0; c < whole_columns; c += 16)
      CK(transpose_16)(x + r * columns + c, columns, y + c * rows + r, rows);
  for (size_t r = 0; r < rows; r++)
    for (size_t c = r < whole_rows ? whole_columns : 0; c < columns; c++)
      y[c * rows + r] = x[r * columns + c];
}
