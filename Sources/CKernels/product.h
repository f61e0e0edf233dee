// Matrix products. See product.def for what each kernel does.
//
// A tile of rows × vectors of the result is summed in registers: each step loads the vectors of one
// row of B and broadcasts one number of A a row. Nothing is packed but the columns of B that fill no
// vector, so that small products cost no more than their arithmetic. Blocks of steps keep the part of
// B that a tile reads in the first-level cache, blocks of rows the part of A in the second.
#pragma once
#include "vector.h"

enum {
  CK_BLOCK_STEPS = 128,
  CK_BLOCK_ROWS = 480,
  // How far ahead of a strided A to fetch, in floats: two tiles of rows, which are neighbours there.
  CK_AHEAD = 24,
};

// What all tiles of one block of steps share.
typedef struct {
  ck_run runs[CK_BLOCK_STEPS];  // of the block
  size_t run_count;
  size_t a_row, a_step, b_step, c_row;
  const float *start;
  int accumulates;
} CK(product_block);

INLINE v16 CK(tile_start)(const CK(product_block) *block, const float *c, size_t column,
                          size_t width) {
  if (block->accumulates) return load_lanes(c, width);
  return block->start ? load_lanes(block->start + column, width) : v_set(0);
}

// The rows [0, R) from `row` on of the columns [column, column + 16 V); with V = 1 only `width` of
// them.
INLINE void CK(product_tile)(int R, int V, const CK(product_block) *block, size_t row,
                             size_t column, size_t b_column, size_t width, float *c) {
  v16 sum[CK_PRODUCT_ROWS][CK_PRODUCT_VECTORS];
  float *to = c + row * block->c_row + column;
  UNROLL for (int r = 0; r < R; r++)
    UNROLL for (int v = 0; v < V; v++)
      sum[r][v] = CK(tile_start)(block, to + r * block->c_row + v * 16, column + v * 16, width);
  for (size_t run = 0; run < block->run_count; run++) {
    const float *a = block->runs[run].a + row * block->a_row;
    const float *b = block->runs[run].b + b_column;
    for (size_t s = 0; s < block->runs[run].count; s++, a += block->a_step, b += block->b_step) {
      if (block->a_step != 1) __builtin_prefetch(a + CK_AHEAD);
      v16 x[CK_PRODUCT_VECTORS];
      UNROLL for (int v = 0; v < V; v++) x[v] = v_load(b + v * 16);
      UNROLL for (int r = 0; r < R; r++) {
        v16 factor = v_set(a[r * block->a_row]);
        UNROLL for (int v = 0; v < V; v++) sum[r][v] += factor * x[v];
      }
    }
  }
  UNROLL for (int r = 0; r < R; r++)
    UNROLL for (int v = 0; v < V; v++)
      store_lanes(to + r * block->c_row + v * 16, sum[r][v], width);
}

// Tiles of constant size, so that their sums stay in registers.
#define TILE(R, V) \
  case (R) * 8 + (V): CK(product_tile)(R, V, block, row, column, b_column, 16, c); break;
#define TILES(V) TILE(1, V) TILE(2, V) TILE(3, V) TILE(4, V) TILE(5, V) TILE(6, V)
#define PART(R) \
  case (R) * 8: CK(product_tile)(R, 1, block, row, column, b_column, width, c); break;

static void CK(product_any_tile)(size_t rows, size_t vectors, const CK(product_block) *block,
                                 size_t row, size_t column, size_t b_column, size_t width,
                                 float *c) {
  switch (rows * 8 + (width < 16 ? 0 : vectors)) {
#if CK_PRODUCT_ROWS == 6
    PART(1) PART(2) PART(3) PART(4) PART(5) PART(6)
    TILES(1)
#else
    PART(1) PART(2)
    TILE(1, 1) TILE(2, 1)
#endif
#if CK_PRODUCT_VECTORS == 4
    TILES(2) TILES(3) TILES(4)
#endif
  }
}
#undef TILE
#undef TILES
#undef PART

// Moves the first at most CK_BLOCK_STEPS steps of what is left into the block.
INLINE size_t CK(fill_block)(CK(product_block) *block, const ck_run *runs, size_t run_count,
                             size_t *run, size_t *at) {
  size_t steps = 0;
  block->run_count = 0;
  while (*run < run_count && steps < CK_BLOCK_STEPS) {
    size_t rest = runs[*run].count - *at;
    size_t count = rest < CK_BLOCK_STEPS - steps ? rest : CK_BLOCK_STEPS - steps;
    if (count > 0)
      block->runs[block->run_count++] = (ck_run){
          runs[*run].a + *at * block->a_step, runs[*run].b + *at * block->b_step, count};
    steps += count;
    *at += count;
    if (*at == runs[*run].count) *at = 0, ++*run;
  }
  return steps;
}

// The last columns of the block's rows of B, each padded to a vector, in `packed`.
INLINE void CK(pack_part)(CK(product_block) *block, size_t column, size_t width, float *packed) {
  for (size_t run = 0; run < block->run_count; run++) {
    const float *b = block->runs[run].b + column;
    block->runs[run].b = packed;
    for (size_t s = 0; s < block->runs[run].count; s++, b += block->b_step, packed += 16)
      v_store(packed, v_load_part(b, width));
  }
  block->b_step = 16;
}

// The rows [begin, end) of all columns, over one block of steps.
INLINE void CK(product_rows)(const CK(product_block) *block, size_t begin, size_t end,
                             size_t columns, float *c) {
  size_t whole = columns & ~(size_t)15;
  for (size_t column = 0, vectors; column < whole; column += vectors * 16) {
    vectors = (whole - column) / 16;
    if (vectors > CK_PRODUCT_VECTORS) vectors = CK_PRODUCT_VECTORS;
    for (size_t row = begin, rows; row < end; row += rows) {
      rows = end - row < CK_PRODUCT_ROWS ? end - row : CK_PRODUCT_ROWS;
      CK(product_any_tile)(rows, vectors, block, row, column, column, 16, c);
    }
  }
  if (whole == columns) return;
  float packed[CK_BLOCK_STEPS * 16];
  CK(product_block) part = *block;
  CK(pack_part)(&part, whole, columns - whole, packed);
  for (size_t row = begin, rows; row < end; row += rows) {
    rows = end - row < CK_PRODUCT_ROWS ? end - row : CK_PRODUCT_ROWS;
    CK(product_any_tile)(rows, 1, &part, row, whole, 0, columns - whole, c);
  }
}

static void CK(product)(const ck_run *runs, size_t run_count, size_t a_row, size_t a_step,
                        size_t b_step, float *c, size_t c_row, size_t rows, size_t columns,
                        const float *start, int accumulate) {
  CK(product_block) block = {
      .a_row = a_row, .a_step = a_step, .b_step = b_step, .c_row = c_row, .start = start};
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
